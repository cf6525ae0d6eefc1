// A task for a person: who has it, its form, when it is due and who helps when it is late.
import { useState } from "preact/hooks";
import { is } from "./model.js";
import { slug } from "./naming.js";
import { Choice, Group, Note, Several, Text } from "./fields.jsx";
import { laneOf, professionOf, professionOptions } from "./lanes.jsx";
import { Span } from "./times.jsx";
import { Feel } from "./feel.jsx";

const PRIORITIES = [{ value: "1", label: "1 – viktigast" }, { value: "2", label: "2" }, { value: "3", label: "3 – kan vänta" }];

export function Person({ element, object, model, context }) {
  const own = (name) => ({ value: model.property(object, name), set: (value) => model.setProperty(element, object, name, value) });
  const lane = laneOf(element, model);
  const key = lane && professionOf(lane.id);
  const title = context.knowledge.professions.find((each) => each.key === key)?.title ?? lane?.name;
  const professions = professionOptions(context);
  return (
    <>
      <Group title="Vem och vad">
        <Choice label="Vem gör uppgiften?" {...own("tilldelad_roll")} empty={title ? `${title} (banan)` : "Ingen bana: välj profession"} options={professions} />
        {is(element, "bpmn:UserTask") && <Form element={element} object={object} context={context} {...own("formKey")} />}
        <Text label="Varför har man uppgiften?" hint="En mening till den som får den. Inom { } kan en uppgift ur ärendet stå." rows={3} {...own("varfor")} />
        <Choice label="Prioritet" {...own("prioritet")} empty="Ingen vald" options={PRIORITIES} />
      </Group>
      <Group title="När ska det vara klart?">
        <Span label="Förfaller" {...own("forfaller")} context={context} element={element} empty="Ingen tid" />
        <Span label="Hjälp om den är försenad" hint="Så lång tid efter förfallotiden får en till profession uppgiften i sin inkorg." {...own("eskalera_efter")} context={context} element={element} empty="Ingen" onlySpan />
        {model.property(object, "eskalera_efter") && <Choice label="Vem får den då?" {...own("eskaleras_till")} empty="Välj profession" options={professions} />}
      </Group>
      {is(element, "bpmn:UserTask") && <Signing own={own} professions={professions} />}
    </>
  );
}

// -- the form ----------------------------------------------------------------------------------------------------------
function Form({ object, context, value, set }) {
  const [problem, tell] = useState("");
  const key = value || object.id;
  const form = context.knowledge.forms.find((each) => each.key === key);
  const options = context.knowledge.forms.map((each) => ({ value: each.key, label: each.title || each.key, group: each.key.startsWith("_shared/") ? "Gemensamma" : "Det här förloppets" }));
  const make = async () => {
    const name = `forms/${slug(key)}.json`;
    try {
      await context.makeForm(name, object.name || key);
      if (slug(key) !== key) set(slug(key));
      tell("");
    } catch (error) { tell(error.message || "Det gick inte att skapa formuläret."); }
  };
  return (
    <>
      <Choice label="Formulär" value={value} set={set} empty={`Samma namn som uppgiften (${object.id})`} options={options} problem={problem} />
      {form
        ? <p class="prop-note"><a href={context.page("formular", form.file)}>Öppna formuläret</a></p>
        : <p class="prop-note prop-note--warning">Formuläret finns inte än. <button type="button" class="button button--quiet" onClick={make}>Skapa formuläret</button></p>}
    </>
  );
}

// -- signing together --------------------------------------------------------------------------------------------------
function Signing({ own, professions }) {
  const by = own("signeras_av");
  const least = own("signeras_minst");
  const values = by.value.replaceAll(",", " ").split(/\s+/).filter(Boolean);
  const options = [{ value: "individ", label: "Personens eget godkännande antecknas" }, ...professions];
  return (
    <Group title={values.length ? "Skrivs under gemensamt" : "Skriva under gemensamt"} open={values.length > 0}>
      <Several label="Vilka skriver under?" hint="Låt alla vara tomma när en ensam gör uppgiften." values={values} set={(chosen) => by.set(chosen.join(", "))} options={options} />
      {values.length > 1 && <Text label="Minst så många" hint="Tomt betyder alla." inputmode="numeric" {...least} />}
    </Group>
  );
}

export function FeelProperty({ element, object, model, context, name, ...rest }) {
  return <Feel names={() => context.names(element)} value={model.property(object, name)} set={(text) => model.setProperty(element, object, name, text.trim())} {...rest} />;
}

export { Note };
