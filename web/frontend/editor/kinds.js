// What an element is called by people, by its type and by what happens in it.
import { bo, eventDefinition, is } from "./model.js";

const NAMES = {
  UserTask: "Uppgift för en människa", ManualTask: "Manuell uppgift", ServiceTask: "Systemsteg", ScriptTask: "Beräkning",
  BusinessRuleTask: "Beslut enligt tabell", SendTask: "Skicka ett meddelande", ReceiveTask: "Ta emot ett meddelande",
  CallActivity: "Annat förlopp som anropas", Task: "Uppgift utan slag", SubProcess: "Delprocess", Transaction: "Transaktion",
  AdHocSubProcess: "Delprocess i valfri ordning", ExclusiveGateway: "Grind: välj en väg",
  ParallelGateway: "Grind: alla vägar på en gång", InclusiveGateway: "Grind: välj en eller flera vägar",
  EventBasedGateway: "Händelsegrind: det som händer först", ComplexGateway: "Komplex grind", StartEvent: "Start", EndEvent: "Slut",
  IntermediateCatchEvent: "Vänta på en händelse", IntermediateThrowEvent: "Händelse som sker", BoundaryEvent: "Kanthändelse",
  SequenceFlow: "Flöde", MessageFlow: "Meddelande mellan pooler", Lane: "Bana", Participant: "Pool", Process: "Förloppet",
  Collaboration: "Diagrammet", DataObjectReference: "Dataobjekt", DataStoreReference: "Datalager", TextAnnotation: "Kommentar",
  Association: "Streckad linje", Group: "Grupp", DataInputAssociation: "Uppgifter in", DataOutputAssociation: "Uppgifter ut",
};
const EVENTS = {
  MessageEventDefinition: "meddelande", TimerEventDefinition: "tid", SignalEventDefinition: "signal", ErrorEventDefinition: "fel",
  EscalationEventDefinition: "eskalering", ConditionalEventDefinition: "villkor", CompensateEventDefinition: "gör ogjort",
  LinkEventDefinition: "länk", CancelEventDefinition: "avbryt transaktionen", TerminateEventDefinition: "avsluta allt",
};
const short = (object) => object.$type.split(":")[1];

export function kindOf(element) {
  const object = bo(element);
  if (object.triggeredByEvent) return "Händelsestyrd delprocess";
  const name = NAMES[short(object)] ?? "Element";
  const event = object.eventDefinitions && eventDefinition(object);
  return event ? `${name}: ${EVENTS[short(event)] ?? "händelse"}` : name;
}

export const called = (object) => (object.name ?? "").replace(/\s+/g, " ").trim() || object.id;
export const isPersons = (element) => is(element, "bpmn:UserTask") || is(element, "bpmn:ManualTask");
export const isThrown = (element) => ["bpmn:EndEvent", "bpmn:IntermediateThrowEvent", "bpmn:SendTask"].some((type) => is(element, type));
