// Builds web/static/web/dist from the locked packages: the same input gives the same bytes.
import { build } from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const statics = join(here, "..", "static", "web");
const dist = join(statics, "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const ENTRIES = { viewer: "viewer.js", editor: "editor/main.jsx" };

// English that the drawing tool writes without asking for a translation.
const HARD_CODED = {
  "PopupMenuComponent.js": [
    ["entriesToShow.length === 1 ? 'result' : 'results' } found", "entriesToShow.length === 1 ? 'träff' : 'träffar' }"],
    ["title || 'Search'", "title || 'Sök'"],
    ["title || 'Results'", "title || 'Träffar'"],
  ],
  "PopupMenuBreadcrumbs.js": [['title="Back"', 'title="Tillbaka"'], ['aria-label="Back"', 'aria-label="Tillbaka"']],
};
const inSwedish = {
  name: "in-swedish",
  setup({ onLoad }) {
    onLoad({ filter: /popup-menu[/\\]PopupMenu(Component|Breadcrumbs)\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [english, swedish] of HARD_CODED[basename(path)]) {
        if (!contents.includes(english)) throw new Error(`${basename(path)} no longer says ${english}`);
        contents = contents.replaceAll(english, swedish);
      }
      return { contents };
    });
  },
};

const result = await build({
  entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(here, path)])),
  outdir: dist,
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "dataurl", ".woff": "empty", ".eot": "empty", ".ttf": "empty", ".svg": "empty" },
  plugins: [inSwedish],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // whole licences are written below; the comments hold only a few
  metafile: true,
  absWorkingDir: here,
  logLevel: "warning",
});

// Committed, so that pages work before anything is built; comes out the same unless its version is changed.
copyFileSync(join(here, "node_modules/htmx.org/dist/htmx.min.js"), join(statics, "htmx.min.js"));

const inBundle = Object.keys(result.metafile.inputs)
  .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  .filter(Boolean);
const licences = [...new Set([...inBundle, "htmx.org"])].sort().map(licence);
writeFileSync(join(dist, "THIRD-PARTY-LICENSES.txt"), licences.join(`\n${"-".repeat(80)}\n`));

function licence(name) {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : about.license;
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
}
