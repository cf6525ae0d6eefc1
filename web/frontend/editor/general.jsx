// What every element has: a name, an id, a description; and what other tools have written on it.
import { useState } from "preact/hooks";
import { is } from "./model.js";
import { idProblem } from "./naming.js";
import { Group, Note, Text } from "./fields.jsx";

const NAMELESS = ["bpmn:TextAnnotation", "bpmn:Association", "bpmn:Group", "bpmn:Collaboration", "bpmn:DataAssociation"];
const STEPS = ["bpmn:FlowNode", "bpmn:Participant", "bpmn:Process", "bpmn:DataObjectReference", "bpmn:SequenceFlow", "bpmn:Lane"];

function nameLabel(element) {
  if (is(element, "bpmn:Gateway")) return "Frågan";
  if (is(element, "bpmn:SequenceFlow")) return "Svaret";
  return "Namn";
}

export function General({ element, object, model, context }) {
  const taken = (id) => id !== object.id && context.modeler.get("moddle").ids.assigned(id);
  const check = (id) => idProblem(id) || (taken(id) ? "Det id:t finns redan i diagrammet." : "");
  const describe = (text) => model.setOwn(element, { documentation: text ? [model.create("bpmn:Documentation", { text }, object)] : [] });
  return (
    <Group title="Allmänt">
      {is(element, "bpmn:TextAnnotation") && <Text label="Text" rows={3} value={object.text ?? ""} set={(text) => model.setOwn(element, { text })} />}
      {!NAMELESS.some((type) => is(element, type)) && <Text label={nameLabel(element)} rows={2} value={object.name ?? ""} set={(name) => model.setOwn(element, { name: name || undefined })} />}
      {STEPS.some((type) => is(element, type)) && (
        <Text late label="Id" hint={idHint(element)} value={object.id} check={check} set={(id) => model.setOwn(element, { id })} />
      )}
      <Text label="Beskrivning" rows={2} value={object.documentation?.[0]?.text ?? ""} set={describe} />
    </Group>
  );
}

function idHint(element) {
  if (is(element, "bpmn:UserTask")) return "Så heter svaren i uttryck, till exempel planera_hembesok.plats.";
  if (is(element, "bpmn:EndEvent")) return "Ytterst i diagrammet ger end_… ärendets utfall.";
  return undefined;
}

// -- what is known here ------------------------------------------------------------------------------------------------
export function Known({ element, context }) {
  const [names, show] = useState(null);
  const open = async (event) => { if (event.currentTarget.open) show(await context.names(element, { afresh: true })); };
  return (
    <details class="prop-group" onToggle={open}>
      <summary>Det som är känt här</summary>
      <div class="prop-group__body">
        {names === null && <Note>Hämtar …</Note>}
        {names && <dl class="known">{names.filter((each) => !each.isFunction).map((each) => <div key={each.name}><dt><code>{each.name}</code></dt><dd>{each.type}{each.origin && `, ${each.origin}`}</dd></div>)}</dl>}
      </div>
    </details>
  );
}

// -- what is not ours --------------------------------------------------------------------------------------------------
const LIMIT = 200;

export function Foreign({ object }) {
  const attributes = Object.entries(object.$attrs ?? {}).filter(([name]) => name.includes(":") && !name.startsWith("xmlns"));
  const elements = (object.extensionElements?.values ?? []).filter((each) => !each.$type.startsWith("spiffworkflow:"));
  if (!attributes.length && !elements.length) return null;
  const line = ([name, text]) => <div key={name + text}><dt><code>{name}</code></dt><dd>{text}</dd></div>;
  return (
    <Group title="Från ett annat verktyg" open={false}>
      <Note>Det här används inte när förloppet körs. Det finns kvar i filen.</Note>
      <dl class="known">{attributes.map(line)}{elements.map((each) => line([each.$type, said(each)]))}</dl>
    </Group>
  );
}

function said(item) {
  const own = Object.entries(item).filter(([name, value]) => !name.startsWith("$") && typeof value === "string").map(([name, value]) => `${name}: ${value}`);
  const inside = (item.$children ?? []).map((child) => `${child.$type} (${said(child)})`);
  const told = [...own, item.$body, ...inside].filter(Boolean).join(", ");
  return told.length > LIMIT ? `${told.slice(0, LIMIT)} …` : told;
}
