// The drawing tool with our parts in it, and the file read into it.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import Modeler from "bpmn-js/lib/Modeler";
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import minimap from "diagram-js-minimap";
import catalogue from "./catalogue.js";
import faithful, { descriptor } from "./moddle.js";
import naming from "./naming.js";
import translate from "./translate.js";
import { Model } from "./model.js";

const holder = (modeler) => ({ editorModel: ["factory", () => new Model(modeler.current)] });

export function modelerFor(container, xml, knowledge) {
  const own = {};
  const modeler = new Modeler({
    container,
    additionalModules: [translate, faithful, naming, CreateAppendAnythingModule, minimap, catalogue, holder(own)],
    moddleExtensions: { spiffworkflow: descriptor(xml) },
    catalogue: { operations: knowledge.operations },
  });
  own.current = modeler;
  return modeler;
}

export function viewerFor(container, xml) {
  return new NavigatedViewer({ container, additionalModules: [translate, faithful], moddleExtensions: { spiffworkflow: descriptor(xml) } });
}

export const hasPicture = (xml) => /<(?:[\w-]+:)?BPMN(?:Shape|Edge)\b/.test(xml);
export const hasLanes = (xml) => /<(?:[\w-]+:)?(?:lane|participant)\b/.test(xml);

export async function laidOut(xml) {
  const { layoutProcess } = await import("bpmn-auto-layout");
  return layoutProcess(xml);
}
