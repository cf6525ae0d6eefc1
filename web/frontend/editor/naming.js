// Ids are the names by which expressions know a step, so a step gets one from what people call it.
import { bo, is } from "./model.js";

const MADE_UP = /^(Activity|Event|Gateway|Participant|StartEvent|EndEvent|Task)_[0-9a-z]{7}$/;
const GENERAL = 1000;

export function slug(name) {
  const plain = name.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const words = plain.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40).replace(/_+$/, "");
  return /^[a-z]/.test(words) || !words ? words : `s_${words}`;
}

export function idProblem(id) {
  if (!/^[A-Za-z][A-Za-z0-9_.-]*$/.test(id)) return "Ett id börjar med en bokstav och har bara a–z, siffror och understreck.";
  if (id.includes("__") || ["Start", "End", "Root"].includes(id)) return "Det id:t är upptaget av motorn. Välj ett annat.";
  return "";
}

const PREFIXES = [["bpmn:EndEvent", "end_"], ["bpmn:StartEvent", "start_"], ["bpmn:Gateway", "gw_"], ["bpmn:Participant", "pool_"]];

function Naming(eventBus, modeling, elementRegistry, moddle) {
  // The id follows the name until something else is chosen: what is typed slowly is named whole.
  let named = "";
  eventBus.on("selection.changed", () => { named = ""; });
  const rename = ({ context: { element } }) => {
    const object = bo(element.labelTarget ?? element);
    const shape = elementRegistry.get(object.id);
    if (!shape || !object.name || !(MADE_UP.test(object.id) || object.id === named)) return;
    const base = slug(object.name);
    if (!base) return;
    const prefix = PREFIXES.find(([type, start]) => is(shape, type) && !base.startsWith(start))?.[1] ?? "";
    let id = prefix + base;
    for (let number = 2; id !== object.id && (moddle.ids.assigned(id) || idProblem(id)); number += 1) id = `${prefix}${base}_${number}`;
    named = id;
    if (id === object.id) return;
    modeling.updateProperties(shape, { id });
  };
  eventBus.on("commandStack.element.updateLabel.postExecuted", GENERAL - 500, rename);
}
Naming.$inject = ["eventBus", "modeling", "elementRegistry", "moddle"];

export default { __init__: ["naming"], naming: ["type", Naming] };
