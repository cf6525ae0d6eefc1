// The buttons above the drawing.
import { download } from "../pictures.js";
import { showAll } from "./modeler.js";

const KEYS = [
  ["Tabb", "till diagrammet, där knapparna nedan gäller"], ["Ctrl+F", "sök ett steg"], ["A", "lägg till nästa steg"], ["N", "rita något nytt"],
  ["R", "byt slag"], ["E", "skriv namnet"], ["C", "dra ett flöde"], ["Delete", "ta bort"], ["Pilarna", "flytta bilden"],
  ["Skift+pilarna", "flytta det markerade"], ["Ctrl+Z, Ctrl+Y", "ångra, gör om"], ["Ctrl+C, Ctrl+V", "kopiera, klistra in"], ["Ctrl+A", "markera allt"],
  ["Ctrl + och Ctrl −", "zooma"], ["Ctrl+0", "verklig storlek"], ["F8, Skift+F8", "nästa och förra att rätta"], ["Ctrl+S", "spara nu"],
];

export function Toolbar({ modeler, draft, can, play, tell }) {
  const act = (action, options) => () => modeler.get("editorActions").trigger(action, options);
  const button = (label, action, isOff, title) => <button type="button" class="button button--quiet" onClick={action} disabled={isOff} title={title}>{label}</button>;
  const give = (kind) => () => download(modeler, { file: draft.file, paper: `${draft.base}bild/${draft.path(draft.file)}`, token: draft.token }, kind).then(() => tell(""), (problem) => tell(problem.message || "Det gick inte att spara bilden. Försök igen."));
  return (
    <div class="editor-tools" role="toolbar" aria-label="Ritverktyg">
      {button("Ångra", act("undo"), !can.undo)}
      {button("Gör om", act("redo"), !can.redo)}
      <button type="button" class="button button--quiet" aria-label="Zooma in" onClick={act("stepZoom", { value: 1 })}>+</button>
      <button type="button" class="button button--quiet" aria-label="Zooma ut" onClick={act("stepZoom", { value: -1 })}>−</button>
      {button("Visa allt", () => showAll(modeler))}
      {button("Sök", act("find"), play.isOn)}
      <button type="button" class="button button--quiet" aria-pressed={play.isOn} onClick={play.toggle}>Spela upp</button>
      <details class="editor-menu">
        <summary class="button button--quiet">Spara bild</summary>
        <div>
          {button("PDF på A4", give("a4"))}
          {button("PDF på A3", give("a3"))}
          {button("Skalbar bild (SVG)", give("svg"))}
          {button("Bild (PNG)", give("png"))}
          {button("Skriv ut", () => window.print())}
        </div>
      </details>
      <details class="editor-menu">
        <summary class="button button--quiet">Kortkommandon</summary>
        <div><dl class="keys">{KEYS.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl></div>
      </details>
    </div>
  );
}
