// Ways: the condition of a flow, and all flows out of a gateway in one place.
import { bo, is } from "./model.js";
import { called } from "./kinds.js";
import { Choice, Group, Note } from "./fields.jsx";
import { Feel } from "./feel.jsx";

const CHOOSES = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway", "bpmn:ComplexGateway"];
const canChoose = (object) => CHOOSES.includes(object?.$type) || object?.$instanceOf?.("bpmn:Activity");

function Condition({ flow, model, context, label }) {
  const object = bo(flow);
  return <Feel label={label} names={() => context.names(flow)} value={object.conditionExpression?.body ?? ""} set={(text) => model.setExpression(flow, object, "conditionExpression", text.trim())} />;
}

export function Flow({ element, object, model, context }) {
  const source = object.sourceRef;
  if (!canChoose(source)) return null;
  const shape = model.registry.get(source.id);
  const isDefault = source.default === object;
  const choose = (value) => model.setOwn(shape, { default: value ? object : undefined });
  return (
    <Group title="När går man den här vägen?">
      {shape && <Choice label="Väg" value={isDefault ? "default" : ""} set={choose} empty="När villkoret stämmer" options={[{ value: "default", label: "När inget annat stämmer (standardflöde)" }]} />}
      {!isDefault && <Condition flow={element} model={model} context={context} label="Villkor (FEEL)" />}
    </Group>
  );
}

export function Gateway({ element, object, model, context }) {
  const flows = (element.outgoing ?? []).filter((each) => is(each, "bpmn:SequenceFlow"));
  if (!canChoose(object) || flows.length < 2) {
    return object.$type === "bpmn:ComplexGateway" ? <Activation element={element} object={object} model={model} context={context} /> : null;
  }
  const way = (flow) => `${bo(flow).name || "Utan namn"} → ${called(bo(flow.target))}`;
  return (
    <>
      <Group title="Vägarna härifrån">
        {flows.filter((flow) => object.default !== bo(flow)).map((flow) => <Condition key={flow.id} flow={flow} model={model} context={context} label={way(flow)} />)}
        <Choice label="När inget stämmer" value={object.default?.id ?? ""} set={(id) => model.setOwn(element, { default: flows.find((flow) => flow.id === id)?.businessObject })} empty="Ingen väg vald: ärendet stannar" options={flows.map((flow) => ({ value: flow.id, label: way(flow) }))} />
        <Note>Personalen läser frågan och svaren, så skriv dem med vanliga ord.</Note>
      </Group>
      {object.$type === "bpmn:ComplexGateway" && <Activation element={element} object={object} model={model} context={context} />}
    </>
  );
}

function Activation({ element, object, model, context }) {
  return (
    <Group title="När går den vidare?">
      <Feel label="Villkor (FEEL)" hint="Till exempel activationCount >= 2." names={() => context.names(element)} value={object.activationCondition?.body ?? ""} set={(text) => model.setExpression(element, object, "activationCondition", text.trim())} />
    </Group>
  );
}
