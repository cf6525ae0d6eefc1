// The buttons above the drawing, and what can be taken out of it as a picture.
import { showAll } from "./modeler.js";

const SCALE = 2;

export async function download(modeler, name, kind) {
  const { svg } = await modeler.saveSVG();
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  give(kind === "png" ? await painted(source, svg) : source, `${name}.${kind}`);
}

async function painted(source, svg) {
  const image = new Image();
  await new Promise((done, failed) => { image.onload = done; image.onerror = failed; image.src = source; });
  const canvas = document.createElement("canvas");
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg);
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

function give(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

const KEYS = [
  ["Tabb", "till diagrammet, där knapparna nedan gäller"], ["Ctrl+F", "sök ett steg"], ["A", "lägg till nästa steg"], ["N", "rita något nytt"],
  ["R", "byt slag"], ["E", "skriv namnet"], ["C", "dra ett flöde"], ["Delete", "ta bort"], ["Pilarna", "flytta bilden"],
  ["Skift+pilarna", "flytta det markerade"], ["Ctrl+Z, Ctrl+Y", "ångra, gör om"], ["Ctrl+C, Ctrl+V", "kopiera, klistra in"], ["Ctrl+A", "markera allt"],
  ["Ctrl + och Ctrl −", "zooma"], ["Ctrl+0", "verklig storlek"], ["F8, Skift+F8", "nästa och förra att rätta"], ["Ctrl+S", "spara nu"],
];

export function Toolbar({ modeler, can, name, play }) {
  const act = (action, options) => () => modeler.get("editorActions").trigger(action, options);
  const button = (label, action, isOff, title) => <button type="button" class="button button--quiet" onClick={action} disabled={isOff} title={title}>{label}</button>;
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
          {button("Bild (PNG)", () => download(modeler, name, "png"))}
          {button("Skalbar bild (SVG)", () => download(modeler, name, "svg"))}
          {button("Skriv ut eller spara som PDF", () => window.print())}
        </div>
      </details>
      <details class="editor-menu">
        <summary class="button button--quiet">Kortkommandon</summary>
        <div><dl class="keys">{KEYS.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl></div>
      </details>
    </div>
  );
}
