// The BPMN editor of a draft: the drawing, the panel beside it, what is to be put right, and saving by itself.
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "diagram-js-minimap/assets/diagram-js-minimap.css";
import "./editor.css";
import { render } from "preact";
import { Draft } from "./api.js";
import { Editor } from "./editor.jsx";
import { hasLanes, hasPicture, laidOut, modelerFor, showAll, viewerFor } from "./modeler.js";
import { repaired } from "./repair.js";
import { Saving } from "./saving.js";
import { missed } from "./translate.js";

const NARROW = window.matchMedia("(max-width: 60rem)");
const page = document.querySelector("[data-editor]");
const UNREADABLE = "Diagrammet gick inte att öppna. Filen är kanske inte BPMN 2.0.";

async function start() {
  const canvas = page.querySelector("[data-canvas]");
  const { base, file, token } = page.dataset;
  const draft = new Draft({ base, file, token });
  try {
    const [found, knowledge] = await Promise.all([draft.get(`fil/${draft.path(file)}`), draft.get("kunskap")]);
    const isReadOnly = page.hasAttribute("data-read-only") || NARROW.matches;
    await (isReadOnly ? look(canvas, found) : edit(canvas, draft, found, knowledge));
    page.dataset.state = "ready";
  } catch (problem) {
    page.dataset.state = "failed";
    tell(problem.message && problem.status ? problem.message : UNREADABLE);
    throw problem;
  }
}

function tell(words) {
  const box = page.querySelector("[data-problem]");
  box.textContent = words;
  box.hidden = false;
}

async function look(canvas, found) {
  const { text: whole } = repaired(found.text);
  const text = hasPicture(whole) ? whole : await laidOut(whole);
  const viewer = viewerFor(canvas, text);
  await viewer.importXML(text);
  showAll(viewer);
}

async function edit(canvas, draft, found, knowledge) {
  const left = Saving.left(draft, found.text);
  const { text: whole, changed } = repaired(found.text);
  const isBare = !hasPicture(whole);
  const text = isBare ? await laidOut(whole) : whole;
  const modeler = modelerFor(canvas, text, knowledge);
  const { warnings } = await modeler.importXML(text);
  const about = { modeler, text, draft, found, knowledge, left, pages: JSON.parse(page.dataset.pages), lost: lostIn(warnings), changed, isBare, hadLanes: isBare && hasLanes(found.text) };
  render(<Editor {...about} />, page.querySelector("[data-panel]"));
  showAll(modeler);
  window.forloppEditor = { modeler, missed };
}

// What of the file the drawing tool could not read, and so would not write.
const lostIn = (warnings) => warnings.filter(({ message = "" }) => /unparsable|unrecognized|unknown type/i.test(message)).map(({ message }) => message.split("\n")[0]);

if (page) start();
