// Shows a diagram as it is drawn: where an ärende stands in it, or what a version is. A page in words says the same.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./viewer.css";
import { download } from "./pictures.js";

const WIDE = window.matchMedia("(min-width: 62rem)");

for (const holder of document.querySelectorAll("[data-diagram-alone]")) show(holder);

for (const box of document.querySelectorAll("[data-diagram-box]")) {
  box.hidden = false;
  box.addEventListener("toggle", () => { if (box.open) show(box.querySelector("[data-diagram]")); });
  if (WIDE.matches) box.open = true;
}

async function show(holder) {
  if (!holder || holder.dataset.state) return;
  holder.dataset.state = "loading";
  try {
    const response = await fetch(holder.dataset.src, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    const viewer = new NavigatedViewer({ container: holder, zoomScroll: { enabled: false } });
    await viewer.importXML(await response.text());
    fit(viewer, holder);
    mark(viewer, holder);
    addControls(viewer, holder);
    centre(viewer, ids(holder.dataset.active));
    holder.dataset.state = "ready";
  } catch {
    holder.dataset.state = "failed";
    holder.textContent = `Diagrammet gick inte att visa. ${holder.dataset.instead || "Listan med steg säger samma sak."}`;
  }
}

// No taller than the drawing needs, no taller than the window shows.
function fit(viewer, holder) {
  const canvas = viewer.get("canvas");
  const { inner } = canvas.viewbox();
  const wanted = (inner.height / inner.width) * holder.clientWidth + 60;
  holder.style.height = `${Math.round(Math.max(window.innerHeight * 0.45, Math.min(wanted, window.innerHeight * 0.75)))}px`;
  canvas.resized();
}

const ids = (text) => (text || "").split(" ").filter(Boolean);

function mark(viewer, holder) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  const links = JSON.parse(holder.dataset.links || "{}");
  const badge = (id, kind, text) => {
    if (!registry.get(id)) return;
    canvas.addMarker(id, `step-${kind}`);
    const isStep = registry.get(id).width > 60;
    const words = isStep ? text : text.slice(0, 1) === "✓" ? "✓" : text;
    overlays.add(id, "status", { position: isStep ? { top: -19, left: 2 } : { top: -16, left: 16 }, html: label(kind, words, links[id]) });
  };
  const active = ids(holder.dataset.active);
  for (const id of ids(holder.dataset.done)) if (!active.includes(id)) badge(id, "done", "✓ Klar");
  for (const id of active) badge(id, "active", links[id] ? "Öppna uppgiften" : "Pågår");
}

function label(kind, text, href) {
  const node = document.createElement(href ? "a" : "span");
  if (href) node.href = href;
  node.className = `diagram-badge diagram-badge--${kind}`;
  node.textContent = text;
  return node;
}

function whole(canvas) {
  canvas.zoom("fit-viewport", "auto");
  canvas.zoom(canvas.zoom() * 0.97, "auto");
}

// The whole diagram when it can be read whole, else the place where the ärende is.
function centre(viewer, active) {
  const canvas = viewer.get("canvas");
  whole(canvas);
  const element = viewer.get("elementRegistry").get(active[0]);
  if (!element || canvas.zoom() >= 0.55) return;
  canvas.zoom(0.8, { x: element.x + element.width / 2, y: element.y + element.height / 2 });
  canvas.scrollToElement(element, 120);
}

function addControls(viewer, holder) {
  const canvas = viewer.get("canvas");
  const scroll = viewer.get("zoomScroll");
  const bar = document.createElement("div");
  bar.className = "diagram-controls";
  const button = (text, name, action) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "button button--quiet";
    node.textContent = text;
    if (name) node.setAttribute("aria-label", name);
    node.addEventListener("click", action);
    bar.append(node);
  };
  button("+", "Zooma in", () => scroll.stepZoom(1));
  button("−", "Zooma ut", () => scroll.stepZoom(-1));
  button("Visa allt", "", () => whole(canvas));
  if (holder.dataset.active) button("Visa var ärendet är", "", () => centre(viewer, ids(holder.dataset.active)));
  if (holder.dataset.paper) addPictures(viewer, holder, button);
  holder.before(bar);
  // The wheel belongs to the page until one has clicked in the diagram.
  holder.addEventListener("pointerdown", () => scroll.toggle(true));
  holder.addEventListener("pointerleave", () => scroll.toggle(false));
}

const KINDS = { a4: "PDF på A4", a3: "PDF på A3", svg: "Skalbar bild (SVG)", png: "Bild (PNG)" };

function addPictures(viewer, holder, button) {
  const { file, paper, token } = holder.dataset;
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  for (const [kind, name] of Object.entries(KINDS)) {
    button(name, "", async () => {
      told.textContent = "Sparar bilden …";
      told.textContent = await download(viewer, { file, paper, token }, kind).then(() => "Bilden är sparad.", (problem) => problem.message || "Det gick inte att spara bilden. Försök igen.");
    });
  }
  holder.after(told);
}
