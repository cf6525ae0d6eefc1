// Steps done several times, and sub-processes whose order the team chooses.
import { Check, Choice, Group, Text } from "./fields.jsx";
import { Feel } from "./feel.jsx";

const ORDERS = [{ value: "Sequential", label: "Ett steg i taget" }];

export function Loop(props) {
  const { object } = props;
  const loop = object.loopCharacteristics;
  return (
    <>
      {object.$type === "bpmn:AdHocSubProcess" && <AdHoc {...props} />}
      {loop?.$type === "bpmn:StandardLoopCharacteristics" && <Standard {...props} loop={loop} />}
      {loop?.$type === "bpmn:MultiInstanceLoopCharacteristics" && <Several {...props} loop={loop} />}
    </>
  );
}

function expression({ element, model, context }, target, name) {
  return { value: target[name]?.body ?? "", set: (text) => model.setExpression(element, target, name, text.trim()), names: () => context.names(element), rows: 1 };
}

function AdHoc(props) {
  const { element, object, model } = props;
  return (
    <Group title="I valfri ordning">
      <Feel label="Klar när (FEEL)" hint="Tomt betyder när allt är gjort." {...expression(props, object, "completionCondition")} />
      <Choice label="Ordning" value={object.ordering === "Sequential" ? "Sequential" : ""} set={(ordering) => model.setOwn(element, { ordering: ordering || undefined })} empty="Allt erbjuds på en gång" options={ORDERS} />
    </Group>
  );
}

function Standard(props) {
  const { element, model, loop } = props;
  const most = (text) => (text.trim() === "" || /^[1-9]\d{0,5}$/.test(text.trim()) ? "" : "Skriv ett heltal, till exempel 5.");
  return (
    <Group title="Gör om så länge">
      <Feel label="Så länge det här stämmer (FEEL)" {...expression(props, loop, "loopCondition")} />
      <Text label="Högst så många gånger" inputmode="numeric" value={String(loop.loopMaximum ?? "")} check={most} set={(text) => model.set(element, loop, { loopMaximum: text.trim() ? Number(text) : undefined })} />
      <Check label="Pröva villkoret redan före första gången" value={Boolean(loop.testBefore)} set={(testBefore) => model.set(element, loop, { testBefore })} />
    </Group>
  );
}

function Several(props) {
  const { element, model, context, loop } = props;
  const item = loop.inputDataItem;
  const ids = context.modeler.get("moddle").ids;
  const name = (typed) => {
    const wanted = typed.trim();
    const made = wanted ? model.create("bpmn:DataInput", ids.assigned(wanted) && item?.id !== wanted ? { id: model.freeId(`${wanted}_rad`), name: wanted } : { id: wanted }, loop) : undefined;
    model.set(element, loop, { inputDataItem: made });
  };
  const plain = (text) => (text.trim() === "" || /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text.trim()) ? "" : "Ett namn har bara bokstäver, siffror och understreck.");
  const list = (key) => ({ value: loop[key] ?? "", set: (text) => model.set(element, loop, { [key]: text.trim() || undefined }) });
  return (
    <Group title={loop.isSequential ? "En gång för var och en, i tur och ordning" : "En gång för var och en, alla samtidigt"}>
      <Feel label="Lista (FEEL)" hint="Steget görs en gång för varje rad i den." rows={1} names={() => context.names(element)} {...list("loopDataInputRef")} />
      <Text label="Raden heter" hint="Namnet på raden i steget." value={item?.name || item?.id || ""} check={plain} set={name} />
      <Feel label="Eller ett antal (FEEL)" hint="I stället för en lista, högst 1 000." {...expression(props, loop, "loopCardinality")} />
      <Feel label="Klar i förtid när (FEEL)" hint="Tomt betyder när alla är klara." {...expression(props, loop, "completionCondition")} />
      <Text label="Svaren heter" hint="Tomt betyder som steget." value={loop.loopDataOutputRef ?? ""} check={plain} set={list("loopDataOutputRef").set} />
    </Group>
  );
}
