// What surrounds the drawing: it keeps the chosen element, the findings and the state of saving together.
import { createPortal } from "preact/compat";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { commentsIn, withComments } from "./comments.js";
import { Findings, mark, ordered, summary } from "./findings.jsx";
import { Model, bo, shapeOf } from "./model.js";
import { showAll } from "./modeler.js";
import { Overtaken, Kept, Warnings } from "./notices.jsx";
import { Panel } from "./panel.jsx";
import { Player } from "./player.js";
import { Playing } from "./playing.jsx";
import { Saving } from "./saving.js";
import { Toolbar } from "./toolbar.jsx";

const PANEL_WIDE = 120;

function contextFor({ modeler, draft, knowledge, pages, comments }, learn) {
  const model = modeler.get("editorModel");
  const functions = knowledge.functions.map((each) => ({ ...each, isFunction: true }));
  const kept = new Map();
  const read = async () => withComments((await modeler.saveXML({ format: true })).xml, comments.current);
  // The names known at an element; asked again when the drawing has changed.
  const names = async (element, { afresh } = {}) => {
    const key = bo(element).id;
    if (afresh || kept.get(key)?.at !== modeler.get("commandStack")._stackIdx) {
      const asked = draft.post("kant", { file: draft.file, element: key, text: await read() }).then((answer) => answer.names, () => []).then((found) => [...found, ...functions]);
      kept.set(key, { at: modeler.get("commandStack")._stackIdx, asked });
    }
    return kept.get(key).asked;
  };
  const makeForm = async (file, title) => {
    const text = `${JSON.stringify({ title, fields: [] }, null, 2)}\n`;
    await draft.post(draft.fileUrl(file), { text, revision: 0 });
    await learn();
  };
  const page = (kind, file) => pages[kind].replace("FIL", draft.path(file));
  return { modeler, model, draft, knowledge, names, read, makeForm, page };
}

export function Editor(about) {
  const { modeler, draft, found } = about;
  const [knowledge, know] = useState(about.knowledge);
  const [, redraw] = useState(0);
  const [selected, select] = useState(() => modeler.get("canvas").getRootElement());
  const [state, setState] = useState({ kind: "saved", words: `Sparat ${found.changed_at} av ${found.changed_by}` });
  const [findings, setFindings] = useState([]);
  const [current, setCurrent] = useState(null);
  const [overtaken, setOvertaken] = useState(null);
  const [left, setLeft] = useState(about.left);
  const comments = useRef(commentsIn(about.text));
  const context = useMemo(() => contextFor({ ...about, knowledge, comments }, async () => know(await draft.get("kunskap"))), [knowledge]);
  const saving = useMemo(() => new Saving({
    draft, revision: found.revision, read: context.read, overtaken: setOvertaken,
    told: (kind, words) => setState({ kind, words }), checked: (list) => setFindings(ordered(list, draft.file)),
  }), []);

  const player = useMemo(() => new Player(modeler, () => redraw((count) => count + 1)), []);

  const choose = (finding) => {
    setCurrent(finding);
    const shape = finding.file === draft.file && finding.element && shapeOf(modeler.get("elementRegistry"), finding.element);
    if (shape?.parent) show(modeler, shape);
    else if (shape) select(shape);
  };
  const tell = (words) => { const box = document.querySelector("[data-problem]"); box.textContent = words; box.hidden = !words; };
  const play = { isOn: player.isActive, toggle: () => (player.isActive ? player.end() : player.begin()) };

  useListening(modeler, { saving, select, redraw });
  useEffect(() => { draft.get("kontroll").then((answer) => setFindings(ordered(answer.findings, draft.file)), () => {}); }, []);
  useEffect(() => { mark(modeler, findings, draft.file, choose); }, [findings]);
  useKeys({ saving, findings, current, choose });

  useEffect(() => { document.querySelector("[data-panel]").scrollTop = 0; }, [selected]);

  useEffect(() => { document.querySelector("[data-editor]").classList.toggle("is-playing", player.isActive); }, [player.isActive]);

  const stack = modeler.get("commandStack");
  const take = (text) => { comments.current = commentsIn(text); return replaced(modeler, saving, text, redraw); };
  const ofSelected = findings.filter((each) => each.file === draft.file && selected && each.element && shapeOf(modeler.get("elementRegistry"), each.element) === (selected.labelTarget ?? selected));
  return (
    <>
      <Place at="[data-tools]"><Toolbar modeler={modeler} draft={draft} tell={tell} can={{ undo: !player.isActive && stack.canUndo(), redo: !player.isActive && stack.canRedo() }} play={play} /></Place>
      <Place at="[data-save]"><Saved state={state} /></Place>
      <Place at="[data-notices]">
        {overtaken && <Overtaken by={overtaken} mine={() => { setOvertaken(null); saving.keepMine(overtaken.revision); }} theirs={() => { saving.saved = saving.change; saving.forgetCopy(); location.reload(); }} />}
        {left && <Kept when={left.when} take={() => { setLeft(null); take(left.text); }} drop={() => { setLeft(null); saving.forgetCopy(); }} />}
        <Warnings {...about} />
      </Place>
      <Place at="[data-findings]"><Findings context={context} findings={findings} current={current} choose={choose} /></Place>
      {player.isActive ? <Playing player={player} show={(element) => show(modeler, element)} end={play.toggle} /> : <Panel context={context} element={selected} findings={ofSelected} />}
      <p class="visually-hidden" role="status">{state.kind === "failed" ? state.words : ""} {current ? current.message : summary(findings)}</p>
    </>
  );
}

const Place = ({ at, children }) => createPortal(children, document.querySelector(at));
const Saved = ({ state }) => <span class={`save-state save-state--${state.kind}`}>{state.words}</span>;

function show(modeler, shape) {
  const canvas = modeler.get("canvas");
  canvas.setRootElement(canvas.findRoot(shape));
  canvas.scrollToElement(shape, { top: PANEL_WIDE, bottom: PANEL_WIDE, left: PANEL_WIDE, right: PANEL_WIDE });
  modeler.get("selection").select(shape);
}

// Another text in the place of the drawing, to be saved as a change of ours.
async function replaced(modeler, saving, text, redraw) {
  await modeler.importXML(text);
  showAll(modeler);
  saving.changed();
  redraw((count) => count + 1);
}

function useListening(modeler, { saving, select, redraw }) {
  useEffect(() => {
    const chosen = () => {
      const all = modeler.get("selection").get();
      const unlabelled = [...new Set(all.map((each) => each.labelTarget ?? each))];
      select(unlabelled.length > 1 ? null : unlabelled[0] ?? modeler.get("canvas").getRootElement());
    };
    modeler.on("selection.changed", chosen);
    modeler.on("root.set", chosen);
    modeler.on("commandStack.changed", ({ trigger }) => {
      redraw((count) => count + 1);
      if (trigger !== "clear") saving.changed();
    });
  }, []);
}

function useKeys(now) {
  const latest = useRef(now);
  latest.current = now;
  useEffect(() => {
    document.addEventListener("keydown", (event) => {
      const { saving, findings, current, choose } = latest.current;
      if (event.key === "F8" && findings.length) {
        const at = findings.indexOf(current) + (event.shiftKey ? -1 : 1);
        choose(findings[(at + findings.length) % findings.length]);
      } else if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
        document.activeElement?.blur?.();
        saving.now();
      } else return;
      event.preventDefault();
    }, { capture: true });
  }, []);
}
