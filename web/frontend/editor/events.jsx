// What an event waits for or lets happen: messages, times, signals, errors, escalations, conditions.
import { eventDefinition, is } from "./model.js";
import { isThrown, called } from "./kinds.js";
import { slug } from "./naming.js";
import { Check, Choice, Group, Note, Text } from "./fields.jsx";
import { Feel } from "./feel.jsx";
import { Timer } from "./times.jsx";

export function Event(props) {
  const { element, object } = props;
  const definition = eventDefinition(object);
  const isMessage = is(element, "bpmn:SendTask") || is(element, "bpmn:ReceiveTask") || definition?.$type === "bpmn:MessageEventDefinition";
  const Part = isMessage ? Message : PARTS[definition?.$type];
  const more = (object.eventDefinitions ?? []).length > 1;
  return (
    <>
      {more && <Note>Händelsen väntar på flera saker. Här visas den första; de andra finns kvar.</Note>}
      {Part && <Part {...props} definition={definition ?? object} holder={isMessage && !definition ? object : definition} />}
      <Interrupting {...props} definition={definition} />
    </>
  );
}

function Interrupting({ element, object, model, definition }) {
  if (is(element, "bpmn:BoundaryEvent") && !["bpmn:ErrorEventDefinition", "bpmn:CompensateEventDefinition", "bpmn:CancelEventDefinition"].includes(definition?.$type)) {
    return <Group title="När det händer"><Check label="Avbryt steget" hint="Heldragen kant avbryter. Streckad låter steget fortsätta." value={object.cancelActivity !== false} set={(cancelActivity) => model.setOwn(element, { cancelActivity })} /></Group>;
  }
  if (is(element, "bpmn:StartEvent") && object.$parent?.triggeredByEvent && definition?.$type !== "bpmn:ErrorEventDefinition") {
    return <Group title="När det händer"><Check label="Avbryt det som pågår" value={object.isInterrupting !== false} set={(isInterrupting) => model.setOwn(element, { isInterrupting })} /></Group>;
  }
  return null;
}

// -- choosing something shared by the diagram, or naming a new one --------------------------------------------------------
function Shared({ element, model, holder, reference, type, naming, label, hint, extra = [], idBase }) {
  const current = holder[reference];
  const said = current?.[naming] ?? current?.id ?? "";
  const own = model.shared(type).map((each) => each[naming]).filter(Boolean);
  const names = [...new Set([...own, ...extra])].sort((one, other) => one.localeCompare(other, "sv"));
  const choose = (name) => {
    if (!name) return model.set(element, holder, { [reference]: undefined });
    const properties = { [naming]: name, ...(naming !== "name" && !own.includes(name) && { name }) };
    const known = model.shared(type).find((each) => each[naming] === name);
    return model.set(element, holder, { [reference]: known ?? model.sharedWith(element, type, properties, `${idBase}_${slug(name) || "ny"}`) });
  };
  return (
    <>
      <Choice label={label} hint={hint} value={said} set={choose} empty="Välj" options={names.map((name) => ({ value: name, label: name }))} />
      <Text late label="Eller skriv ett nytt" value="" set={(name) => name.trim() && choose(name.trim())} key={said} />
    </>
  );
}

function Message({ element, object, model, context, holder }) {
  const message = holder.messageRef;
  const { messages } = context.knowledge;
  const rule = messages.find((each) => each.name === message?.name);
  const text = (name) => ({ value: model.text(holder, name), set: (typed) => model.setText(element, holder, name, typed) });
  return (
    <Group title="Meddelande">
      <Shared element={element} model={model} holder={holder} reference="messageRef" type="bpmn:Message" naming="name" label="Meddelande" extra={messages.map((each) => each.name)} idBase="msg" />
      {isThrown(element) && <Feel label="Innehåll (FEEL)" hint="Uppgifterna som skickas med, till exempel { mal: e2_hemgangsmal.mal }." names={() => context.names(element)} {...text("MessagePayload")} />}
      {!isThrown(element) && <Text label="Det som kommer heter" hint={`Tomt betyder ${message?.name ?? "som meddelandet"}.`} {...text("MessageVariable")} />}
      {message?.name && !isThrown(element) && (rule
        ? <Note>Hittar ärendet på <code>{rule.key_name ?? rule.key}</code>{rule.value && <> = <code>{rule.value}</code></>}. Det står i <code>process.toml</code>.</Note>
        : <Note kind="warning">Meddelandet har ingen regel. Skriv [messages.{message.name}] i <code>process.toml</code>, så hittar det rätt ärende.</Note>)}
      {object.$type === "bpmn:ReceiveTask" && <Check label="Meddelandet börjar ärendet" value={Boolean(object.instantiate)} set={(instantiate) => model.setOwn(element, { instantiate })} />}
    </Group>
  );
}

const REACH = [{ value: "arende", label: "Bara det egna ärendet" }, { value: "person", label: "Personens alla ärenden" }, { value: "alla", label: "Allas ärenden" }];

function Signal({ element, model, context, holder }) {
  const signal = holder.signalRef;
  const isOurs = signal?.$type;
  return (
    <Group title="Signal">
      <Shared element={element} model={model} holder={holder} reference="signalRef" type="bpmn:Signal" naming="name" label="Signal" idBase="signal" />
      {isOurs && <Choice label="Vilka når den?" value={model.property(signal, "galler")} set={(reach) => model.setProperty(element, signal, "galler", reach)} empty="Inte sagt: bara det egna ärendet" options={REACH} />}
      {isOurs && <Payload element={element} model={model} context={context} target={signal} />}
    </Group>
  );
}

function Payload({ element, model, context, target }) {
  return isThrown(element)
    ? <Feel label="Innehåll (FEEL)" names={() => context.names(element)} value={model.text(target, "PayloadExpression")} set={(typed) => model.setText(element, target, "PayloadExpression", typed)} />
    : <Text label="Det som kommer heter" value={model.text(target, "VariableName")} set={(typed) => model.setText(element, target, "VariableName", typed)} />;
}

// -- errors and escalations ------------------------------------------------------------------------------------------------
const SAID = ["kunde_ej_utforas", "ej_aktuellt"];

function possibleCodes(element, model, context) {
  const host = element.host;
  if (!host) return [];
  if (is(host, "bpmn:UserTask") || is(host, "bpmn:ManualTask")) return SAID;
  const operator = model.extension(host.businessObject, "ServiceTaskOperator");
  return Object.keys(context.knowledge.operations.find((each) => each.key === operator?.id)?.errors ?? {});
}

const coded = (title, reference, type, naming, idBase) => function Coded({ element, model, context, holder }) {
  const target = holder[reference];
  return (
    <Group title={title}>
      <Shared element={element} model={model} holder={holder} reference={reference} type={type} naming={naming} label="Kod" extra={possibleCodes(element, model, context)} idBase={idBase} />
      {target?.$type && <Payload element={element} model={model} context={context} target={target} />}
    </Group>
  );
};

function Condition({ element, model, context, holder }) {
  return (
    <Group title="Villkor">
      <Feel label="Händer när (FEEL)" names={() => context.names(element)} value={holder.condition?.body ?? ""} set={(text) => model.setExpression(element, holder, "condition", text.trim())} />
    </Group>
  );
}

function Link({ element, model, holder }) {
  return <Group title="Länk"><Text label="Länkens namn" hint="Samma namn där den går in och där den kommer ut." value={holder.name ?? ""} set={(name) => model.set(element, holder, { name })} /></Group>;
}

function Compensate({ element, model, holder }) {
  if (!isThrown(element)) return <Group title="Gör ogjort"><Note>Dra en streckad linje till steget som tar tillbaka det.</Note></Group>;
  const steps = model.registry.filter((each) => is(each, "bpmn:Activity") && !each.labelTarget && each.attachers?.some((edge) => eventDefinition(edge.businessObject)?.$type === "bpmn:CompensateEventDefinition"));
  const choose = (id) => model.set(element, holder, { activityRef: steps.find((each) => each.id === id)?.businessObject });
  return <Group title="Gör ogjort"><Choice label="Vad ska tas tillbaka?" value={holder.activityRef?.id ?? ""} set={choose} empty="Allt som har gjorts, det senaste först" options={steps.map((each) => ({ value: each.id, label: called(each.businessObject) }))} /></Group>;
}

const PARTS = {
  "bpmn:TimerEventDefinition": Timer,
  "bpmn:SignalEventDefinition": Signal,
  "bpmn:ErrorEventDefinition": coded("Fel", "errorRef", "bpmn:Error", "errorCode", "fel"),
  "bpmn:EscalationEventDefinition": coded("Eskalering", "escalationRef", "bpmn:Escalation", "escalationCode", "eskalering"),
  "bpmn:ConditionalEventDefinition": Condition,
  "bpmn:LinkEventDefinition": Link,
  "bpmn:CompensateEventDefinition": Compensate,
};
