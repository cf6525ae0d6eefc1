// The panel beside the drawing: what the chosen element says, in groups by what it is.
import { bo, eventDefinition, is } from "./model.js";
import { isPersons, kindOf } from "./kinds.js";
import { Note } from "./fields.jsx";
import { Foreign, General, Known } from "./general.jsx";
import { Flow, Gateway } from "./flows.jsx";
import { Lane, Pool } from "./lanes.jsx";
import { Loop } from "./loops.jsx";
import { Event } from "./events.jsx";
import { Called, Decision, More, Script, Service } from "./steps.jsx";
import { Person } from "./person.jsx";

const numbers = new WeakMap();
let next = 0;
// The panel is made anew for another element, but not when the element gets another id.
function numberOf(element) {
  const object = bo(element);
  if (!numbers.has(object)) numbers.set(object, (next += 1));
  return numbers.get(object);
}

export function Panel({ context, element, findings }) {
  if (!element) return <Note>Flera element är markerade. Markera ett för att se vad det säger.</Note>;
  const shown = element.labelTarget ?? element;
  return (
    <div key={numberOf(shown)}>
      <h2 class="panel__kind">{kindOf(shown)}</h2>
      {findings.map((each) => <Note key={each.code + each.message} kind={each.severity}><strong>{each.severity === "error" ? "Fel: " : "Varning: "}</strong>{each.message}</Note>)}
      {!shown.parent && <Note>Markera något i diagrammet för att se och ändra vad det säger.</Note>}
      <Groups context={context} element={shown} />
    </div>
  );
}

const GROUPS = [
  [General, () => true],
  [Pool, (element) => is(element, "bpmn:Participant") || is(element, "bpmn:Process")],
  [Lane, (element) => is(element, "bpmn:Lane")],
  [Person, isPersons],
  [Service, (element) => is(element, "bpmn:ServiceTask")],
  [Decision, (element) => is(element, "bpmn:BusinessRuleTask")],
  [Script, (element) => is(element, "bpmn:ScriptTask")],
  [Called, (element) => is(element, "bpmn:CallActivity")],
  [Event, (element) => is(element, "bpmn:SendTask") || is(element, "bpmn:ReceiveTask") || eventDefinition(bo(element)) || is(element, "bpmn:BoundaryEvent")],
  [Gateway, (element) => is(element, "bpmn:Gateway")],
  [Flow, (element) => is(element, "bpmn:SequenceFlow")],
  [Loop, (element) => bo(element).loopCharacteristics || is(element, "bpmn:AdHocSubProcess")],
  [More, (element) => is(element, "bpmn:Activity")],
  [Known, (element) => is(element, "bpmn:FlowNode") || is(element, "bpmn:SequenceFlow")],
  [Foreign, () => true],
];

function Groups({ context, element }) {
  const shown = GROUPS.filter(([, fits]) => fits(element));
  return <>{shown.map(([Part], at) => <Part key={at} context={context} element={element} object={bo(element)} model={context.model} />)}</>;
}
