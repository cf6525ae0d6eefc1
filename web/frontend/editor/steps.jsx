// Steps that no person does: systems, decisions, calculations and other förlopp.
import { Choice, Group, Note, Text } from "./fields.jsx";
import { professionOptions } from "./lanes.jsx";
import { Feel } from "./feel.jsx";

const TYPES = { str: "text", int: "heltal", number: "tal", dec: "tal", bool: "ja eller nej", date: "datum", dt: "datum och tid", time: "klockslag", list: "lista", object: "flera uppgifter", pnr: "personnummer", ref: "hänvisning", any: "vad som helst" };
export const typeName = (type) => TYPES[(type ?? "").replace(/[!?]$/, "")] ?? type ?? "";

// -- systems -----------------------------------------------------------------------------------------------------------
export function serviceOperator(model, operation, { params = {}, result = "", retry } = {}) {
  const names = [...(operation.params ?? []).map((each) => each.name), ...Object.keys(params).filter((name) => !operation.params?.some((each) => each.name === name))];
  const filled = names.filter((name) => params[name]);
  const parameters = filled.map((name) => model.create("spiffworkflow:Parameter", { id: name, type: operation.params?.find((each) => each.name === name)?.type ?? "str", value: params[name] }));
  const list = model.create("spiffworkflow:Parameters", { parameters });
  const made = { id: operation.key, parameterList: list, ...(result && { resultVariable: result }), ...(retry && { retry }) };
  return model.create("spiffworkflow:ServiceTaskOperator", made);
}

export function Service({ element, object, model, context }) {
  const { operations } = context.knowledge;
  const operator = model.extension(object, "ServiceTaskOperator");
  const key = operator?.id ?? "";
  const known = operations.find((each) => each.key === key);
  const params = Object.fromEntries((operator?.parameterList?.parameters ?? []).map((each) => [each.id, each.value ?? ""]));
  const result = operator?.resultVariable ?? "";
  const write = (changed) => {
    const operation = operations.find((each) => each.key === (changed.key ?? key)) ?? { key: changed.key ?? key, params: [] };
    const next = { params, result, retry: operator?.retry, ...changed };
    model.setExtension(element, object, "ServiceTaskOperator", operation.key ? serviceOperator(model, operation, next) : undefined);
  };
  const options = operations.map((each) => ({ value: each.key, label: each.title, group: each.system }));
  const strange = Object.keys(params).filter((name) => known && !known.params.some((each) => each.name === name));
  const remove = (name) => { const { [name]: _, ...left } = params; write({ params: left }); };
  return (
    <Group title="Vad systemet ska göra">
      <Choice label="Koppling" value={key} set={(chosen) => write({ key: chosen, params: {} })} empty="Välj koppling" options={options} />
      {known?.params.map((each) => (
        <Feel key={each.name} label={`${each.title && each.title !== each.name ? each.title : each.name} (${typeName(each.type)})`} names={() => context.names(element)} value={params[each.name] ?? ""} set={(text) => write({ params: { ...params, [each.name]: text.trim() } })} rows={1} />
      ))}
      {strange.map((name) => (
        <p key={name} class="prop-note prop-note--warning">Kopplingen har ingen uppgift som heter <code>{name}</code> ({params[name]}). <button type="button" class="button button--quiet" onClick={() => remove(name)}>Ta bort</button></p>
      ))}
      {key && <Text label="Svaret heter" hint="Namnet på svaret i uttryck längre fram." value={result} set={(name) => write({ result: name.trim() })} />}
      {known && <Answer operation={known} result={result} />}
      <Choice label="Vem gör det för hand om systemet inte svarar?" value={model.property(object, "reserv_roll")} set={(role) => model.setProperty(element, object, "reserv_roll", role)} empty="Den som banan säger" options={professionOptions(context)} />
    </Group>
  );
}

function Answer({ operation, result }) {
  const parts = Object.keys(operation.returns ?? {});
  const errors = Object.entries(operation.errors ?? {});
  return (
    <>
      {parts.length > 0 && <Note>Svaret innehåller {parts.map((part, at) => <span key={part}>{at > 0 && ", "}<code>{result ? `${result}.${part}` : part}</code></span>)}.</Note>}
      {errors.length > 0 && <Note>Systemet kan säga nej. Fånga det med en kanthändelse (fel) med koden {errors.map(([code, text], at) => <span key={code}>{at > 0 && ", "}<code>{code}</code> ({text})</span>)}.</Note>}
    </>
  );
}


// -- decisions, calculations, other förlopp ------------------------------------------------------------------------------
export function Decision({ element, object, model, context }) {
  const id = model.text(object, "CalledDecisionId");
  const known = context.knowledge.decisions.find((each) => each.id === id);
  const options = context.knowledge.decisions.map((each) => ({ value: each.id, label: each.title || each.id }));
  return (
    <Group title="Beslut">
      <Choice label="Beslutstabell" value={id} set={(chosen) => model.setText(element, object, "CalledDecisionId", chosen)} empty="Välj tabell" options={options} />
      {known && <p class="prop-note"><a href={context.page("tabell", known.file)}>Öppna tabellen</a></p>}
      <Text label="Svaret heter" hint={`Tomt betyder ${id || "som tabellen"}.`} value={model.property(object, "resultat")} set={(name) => model.setProperty(element, object, "resultat", name.trim())} />
    </Group>
  );
}

export function Script({ element, object, model, context }) {
  return (
    <Group title="Beräkning">
      <Feel label="Uttryck (FEEL)" hint="En eller flera uppgifter, till exempel { slut: start + duration(&quot;P14D&quot;) }." names={() => context.names(element)} rows={4} value={object.script ?? ""} set={(script) => model.setOwn(element, { script, scriptFormat: "feel" })} />
      <Text label="Värdet heter" hint="Behövs bara när uttrycket är ett enda värde." value={model.property(object, "resultat")} set={(name) => model.setProperty(element, object, "resultat", name.trim())} />
    </Group>
  );
}

export function Called({ element, object, model, context }) {
  const options = context.knowledge.processes.map((each) => ({ value: each.id, label: each.title || each.id, group: each.file.startsWith("_shared/") ? "Gemensamma" : "Det här förloppets" }));
  return (
    <Group title="Förlopp som anropas">
      <Choice label="Förlopp" value={object.calledElement ?? ""} set={(calledElement) => model.setOwn(element, { calledElement: calledElement || undefined })} empty="Välj förlopp" options={options} />
      <Note>Det delar ärendets uppgifter: det kan läsa och ändra dem.</Note>
    </Group>
  );
}

export function More({ element, object, model, context }) {
  const script = (name) => ({ value: model.text(object, name), set: (text) => model.setText(element, object, name, text), names: () => context.names(element) });
  const used = model.text(object, "PreScript") || model.text(object, "PostScript");
  return (
    <Group title="Före och efter" open={Boolean(used)}>
      <Feel label="Räkna ut före steget" {...script("PreScript")} />
      <Feel label="Räkna ut efter steget" {...script("PostScript")} />
    </Group>
  );
}
