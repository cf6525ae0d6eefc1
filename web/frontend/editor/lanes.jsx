// Who does what: a lane is a profession, a pool is somebody who takes part.
import { is } from "./model.js";
import { Check, Choice, Group, Note } from "./fields.jsx";

const PREFIX = "lane_";
export const professionOf = (id) => (id.startsWith(PREFIX) ? id.slice(PREFIX.length).split(".")[0] : "");

export function Lane({ element, object, model, context }) {
  const { professions } = context.knowledge;
  const choose = (key) => {
    if (!key || key === professionOf(object.id)) return;
    const old = professions.find((each) => each.key === professionOf(object.id));
    const ids = context.modeler.get("moddle").ids;
    let id = PREFIX + key;
    for (let number = 2; ids.assigned(id); number += 1) id = `${PREFIX}${key}.${number}`;
    const title = professions.find((each) => each.key === key)?.title ?? key;
    const name = !object.name || object.name === old?.title ? title : object.name;
    model.setOwn(element, { id, name });
  };
  return (
    <Group title="Profession">
      <Choice label="Vem gör det som ligger i banan?" value={professionOf(object.id)} set={choose} empty="Välj profession" options={professionOptions(context)} />
      {!professionOf(object.id) && <Note kind="warning">Banan har ingen profession än, så ingen får uppgifterna i den.</Note>}
    </Group>
  );
}

export const professionOptions = (context) => context.knowledge.professions.map(({ key, title }) => ({ value: key, label: title }));

// The profession of a step: its own, or that of the innermost lane around it.
export function laneOf(element, model) {
  const lanes = model.registry.filter((each) => is(each, "bpmn:Lane"));
  for (let now = element; now; now = now.parent) {
    const around = lanes.filter((each) => each.businessObject.flowNodeRef?.includes(now.businessObject));
    const innermost = around.find((each) => !each.businessObject.childLaneSet?.lanes?.length) ?? around[0];
    if (innermost) return innermost.businessObject;
  }
  return null;
}

export function Pool({ element, object, model }) {
  const process = is(element, "bpmn:Process") ? object : object.processRef;
  if (!process) {
    return <Group title="Pool"><Note>En stängd pool: någon utanför som man talar med. Inget i den körs.</Note></Group>;
  }
  return (
    <Group title="Körning">
      <Check label="Den här poolen körs" hint="En pool i diagrammet körs. De andra är de som man talar med." value={Boolean(process.isExecutable)} set={(isExecutable) => model.set(element, process, { isExecutable })} />
      <Note>Förloppets id är <code>{process.id}</code>.</Note>
    </Group>
  );
}
