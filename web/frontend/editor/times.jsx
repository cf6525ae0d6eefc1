// Times: how long, when, how often, chosen in words; the server says which the next three would be.
import { useEffect, useState } from "preact/hooks";
import { Choice, Group, Note, Text } from "./fields.jsx";
import { Feel } from "./feel.jsx";
import { UNITS, cycle, repeated, span, working, workingDays, written } from "./span.js";

const KINDS = [
  { value: "", label: "" },
  { value: "span", label: "Efter en tid" },
  { value: "working", label: "Efter arbetsdagar" },
  { value: "feel", label: "Enligt ett uttryck (FEEL)" },
];
const unitOptions = UNITS.map(({ value, label }) => ({ value, label }));
const whole = (text) => (/^[1-9]\d{0,4}$/.test(text.trim()) ? "" : "Skriv ett heltal, till exempel 3.");

const kindOf = (text) => (!text ? "" : span(text) ? "span" : working(text) ? "working" : "feel");

// A due time, or how long after it; `onlySpan` where nothing else than a length of time can be used.
export function Span({ label, hint, value, set, context, element, empty, onlySpan }) {
  const [asked, ask] = useState(null);
  const kind = asked ?? kindOf(value);
  const choose = (chosen) => {
    ask(chosen);
    if (chosen === "") set("");
    if (chosen === "span") set("P1D");
    if (chosen === "working") set(workingDays(1));
  };
  const options = KINDS.filter((each) => each.value && !(onlySpan && each.value === "working")).map((each) => (onlySpan && each.value === "feel" ? { ...each, label: "Skriv själv (ISO 8601)" } : each));
  return (
    <div class="prop-set">
      <Choice label={label} hint={hint} value={kind} set={choose} empty={empty} options={options} />
      {kind === "span" && <Amount value={span(value) ?? { amount: "1", unit: "D" }} set={({ amount, unit }) => set(written(amount, unit))} />}
      {kind === "working" && <Text label="Antal arbetsdagar" inputmode="numeric" value={working(value) ?? "1"} check={whole} set={(amount) => set(workingDays(amount.trim()))} />}
      {kind === "feel" && (onlySpan
        ? <Text label="Tid" hint="Till exempel P1DT12H: ett dygn och tolv timmar." value={value} set={(text) => set(text.trim())} />
        : <Feel label="Uttryck" hint="Ger ett datum, en tidpunkt eller en tidslängd." value={value} names={() => context.names(element)} set={(text) => set(text.trim())} />)}
      {value && <Next context={context} element={element} text={value} kind={kind === "span" ? "timeDuration" : "timeDate"} />}
    </div>
  );
}

function Amount({ value, set, label = "Antal" }) {
  return (
    <div class="prop-row">
      <Text label={label} inputmode="numeric" value={value.amount} check={whole} set={(amount) => set({ ...value, amount: amount.trim() })} />
      <Choice label="Enhet" value={value.unit} set={(unit) => set({ ...value, unit })} options={unitOptions} />
    </div>
  );
}

// -- timer events ------------------------------------------------------------------------------------------------------
const TIMERS = [
  { value: "span", label: "Efter en tid" },
  { value: "working", label: "Efter arbetsdagar" },
  { value: "clock", label: "Nästa gång klockan är" },
  { value: "moment", label: "Vid en bestämd tidpunkt" },
  { value: "cycle", label: "Om och om igen" },
  { value: "feel", label: "Enligt ett uttryck (FEEL)" },
];
const CLOCK = /^nasta_klockan\(now\(\), "(\d\d:\d\d)"\)$/;
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?/;
const TAGS = ["timeDuration", "timeDate", "timeCycle"];
const DEFAULTS = { span: ["timeDuration", "P1D"], working: ["timeDate", workingDays(1)], clock: ["timeDate", 'nasta_klockan(now(), "08:00")'], moment: ["timeDate", ""], cycle: ["timeCycle", "R/P1D"], feel: ["timeDate", ""] };

function timerKind(tag, text) {
  if (tag === "timeCycle") return cycle(text) ? "cycle" : "feel";
  if (span(text)) return "span";
  if (working(text)) return "working";
  if (CLOCK.test(text)) return "clock";
  return MOMENT.test(text) ? "moment" : text ? "feel" : "";
}

export function Timer({ element, model, context, definition }) {
  const [asked, ask] = useState(null);
  const tag = TAGS.find((each) => definition[each]) ?? "timeDuration";
  const text = definition[tag]?.body ?? "";
  const kind = asked ?? timerKind(tag, text);
  const write = (into, body) => {
    const made = body ? model.create("bpmn:FormalExpression", { body }, definition) : undefined;
    model.set(element, definition, { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [into]: made });
  };
  const choose = (chosen) => { ask(chosen); if (chosen && DEFAULTS[chosen][1]) write(...DEFAULTS[chosen]); };
  return (
    <Group title="Tid">
      <Choice label="När?" value={kind} set={choose} empty="Välj" options={TIMERS} />
      {kind === "span" && <Amount value={span(text) ?? { amount: "1", unit: "D" }} set={({ amount, unit }) => write("timeDuration", written(amount, unit))} />}
      {kind === "working" && <Text label="Antal arbetsdagar" inputmode="numeric" value={working(text) ?? "1"} check={whole} set={(amount) => write("timeDate", workingDays(amount.trim()))} />}
      {kind === "clock" && <Text label="Klockslag" type="time" value={CLOCK.exec(text)?.[1] ?? "08:00"} set={(at) => at && write("timeDate", `nasta_klockan(now(), "${at}")`)} />}
      {kind === "moment" && <Text label="Tidpunkt" type="datetime-local" value={text.slice(0, 16)} set={(at) => write("timeDate", at)} />}
      {kind === "cycle" && <Cycle value={cycle(text) ?? { times: "", first: "", amount: "1", unit: "D" }} set={(chosen) => write("timeCycle", repeated(chosen))} />}
      {kind === "feel" && <Feel label="Uttryck" hint="Ger ett datum, en tidpunkt eller en tidslängd." value={text} names={() => context.names(element)} set={(typed) => write(tag === "timeCycle" ? tag : "timeDate", typed.trim())} />}
      {text && <Next context={context} element={element} text={text} kind={tag} />}
    </Group>
  );
}

function Cycle({ value, set }) {
  const times = (text) => (text.trim() === "" ? "" : whole(text));
  return (
    <>
      <Amount label="Var" value={value} set={(chosen) => set({ ...value, ...chosen })} />
      <Text label="Hur många gånger?" hint="Tomt betyder tills det avbryts." inputmode="numeric" value={value.times} check={times} set={(count) => set({ ...value, times: count.trim() })} />
      <Text label="Första gången" hint="Tomt betyder en period från att ärendet kommer hit." type="datetime-local" value={value.first.slice(0, 16)} set={(first) => set({ ...value, first })} />
    </>
  );
}

// What the engine would make of it, beginning now.
function Next({ context, text, kind }) {
  const [answer, show] = useState(null);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(async () => {
      try {
        const found = await context.draft.post("tider", { text, kind });
        if (isCurrent) show(found);
      } catch { if (isCurrent) show(null); }
    }, 300);
    return () => { isCurrent = false; clearTimeout(timer); };
  }, [text, kind]);
  if (!answer) return null;
  if (answer.problem) return <Note kind="warning">{answer.problem}</Note>;
  if (!answer.times.length) return <Note>{answer.why}</Note>;
  return <div class="prop-note"><p>Om ärendet kom hit nu:</p><ol class="next-times">{answer.times.map((each) => <li key={each}>{each}</li>)}</ol></div>;
}
