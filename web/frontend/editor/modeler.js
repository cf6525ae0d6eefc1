// The drawing tool with our parts in it, and the file read into it.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import Modeler from "bpmn-js/lib/Modeler";
import { layoutProcess } from "bpmn-auto-layout";
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import minimap from "diagram-js-minimap";
import catalogue from "./catalogue.js";
import faithful, { descriptor } from "./moddle.js";
import naming from "./naming.js";
import translate from "./translate.js";
import { Model } from "./model.js";
import { simulation } from "./player.js";

const holder = (modeler) => ({ editorModel: ["factory", () => new Model(modeler.current)] });

export function modelerFor(container, xml, knowledge) {
  const own = {};
  const modeler = new Modeler({
    container,
    additionalModules: [translate, faithful, naming, CreateAppendAnythingModule, minimap, catalogue, simulation, holder(own)],
    moddleExtensions: { spiffworkflow: descriptor(xml) },
    animation: { randomize: false },
    catalogue: { operations: knowledge.operations },
  });
  own.current = modeler;
  return modeler;
}

export function viewerFor(container, xml) {
  return new NavigatedViewer({ container, additionalModules: [translate, faithful], moddleExtensions: { spiffworkflow: descriptor(xml) } });
}

// The whole drawing, beside the palette that lies over it.
export function showAll(modeler) {
  const canvas = modeler.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const palette = canvas.getContainer().querySelector(".djs-palette");
  if (!palette) return;
  const room = palette.offsetWidth + 2 * palette.offsetLeft;
  const width = canvas.getContainer().clientWidth;
  canvas.zoom((canvas.zoom() * (width - room)) / width, "auto");
  canvas.scroll({ dx: room / 2, dy: 0 });
}

export const hasPicture = (xml) => /<(?:[\w-]+:)?BPMN(?:Shape|Edge)\b/.test(xml);
export const hasLanes = (xml) => /<(?:[\w-]+:)?(?:lane|participant)\b/.test(xml);

const DI = "http://www.omg.org/spec/BPMN/20100524/DI";
const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";

// The layout goes from step to step by what each says of its flows, which a file need not say: the flows do.
function joined(xml) {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  const steps = new Map([...file.getElementsByTagNameNS(BPMN, "*")].map((each) => [each.getAttribute("id"), each]));
  for (const flow of file.getElementsByTagNameNS(BPMN, "sequenceFlow")) {
    for (const [end, kind] of [["sourceRef", "outgoing"], ["targetRef", "incoming"]]) {
      const step = steps.get(flow.getAttribute(end));
      if (!step || [...step.children].some((one) => one.localName === kind && one.textContent.trim() === flow.getAttribute("id"))) continue;
      const told = file.createElementNS(BPMN, step.prefix ? `${step.prefix}:${kind}` : kind);
      told.textContent = flow.getAttribute("id");
      step.append(told);
    }
  }
  return new XMLSerializer().serializeToString(file);
}

// The text with a picture. Only the picture is taken from the layout, which forgets pools, lanes and loose references.
export async function laidOut(xml) {
  const drawn = new DOMParser().parseFromString(await layoutProcess(joined(xml)), "application/xml");
  const file = new DOMParser().parseFromString(xml, "application/xml");
  for (const old of [...file.getElementsByTagNameNS(DI, "BPMNDiagram")]) old.remove();
  for (const picture of drawn.getElementsByTagNameNS(DI, "BPMNDiagram")) file.documentElement.append(file.importNode(picture, true));
  return new XMLSerializer().serializeToString(file);
}
