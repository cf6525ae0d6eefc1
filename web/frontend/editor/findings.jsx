// What the server found, on the elements of the drawing and in a list beside it that one can step through.
import { useEffect, useRef } from "preact/hooks";
import { called, kindOf } from "./kinds.js";
import { bo, shapeOf } from "./model.js";

const WORD = { error: "Fel", warning: "Varning" };
const NUMBERS = { error: ["fel", "fel"], warning: ["varning", "varningar"] };

export const ordered = (findings, file) => [...findings].sort((one, other) => rank(one, file) - rank(other, file));
const rank = (finding, file) => (finding.file === file ? 0 : 2) + (finding.severity === "error" ? 0 : 1);

export function summary(findings) {
  const told = Object.entries(NUMBERS).map(([severity, [one, several]]) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count && `${count} ${count === 1 ? one : several}`;
  });
  return told.filter(Boolean).join(" och ") || "Inga fel eller varningar";
}

export function mark(modeler, findings, file, choose) {
  const overlays = modeler.get("overlays");
  const registry = modeler.get("elementRegistry");
  overlays.remove({ type: "finding" });
  const byElement = new Map();
  for (const finding of findings) {
    const shape = finding.file === file && finding.element && shapeOf(registry, finding.element);
    if (shape?.parent) byElement.set(shape, [...(byElement.get(shape) ?? []), finding]);
  }
  for (const [shape, found] of byElement) overlays.add(shape.id, "finding", { position: place(shape), html: badge(found, () => choose(found[0])), show: { minZoom: 0 } });
}

function place(shape) {
  if (!shape.waypoints) return { top: -11, right: 11 };
  const middle = shape.waypoints[Math.floor((shape.waypoints.length - 1) / 2)];
  const next = shape.waypoints[Math.floor((shape.waypoints.length - 1) / 2) + 1];
  const left = Math.min(...shape.waypoints.map((each) => each.x));
  const top = Math.min(...shape.waypoints.map((each) => each.y));
  return { left: (middle.x + next.x) / 2 - left - 11, top: (middle.y + next.y) / 2 - top - 11 };
}

function badge(found, act) {
  const isError = found.some((each) => each.severity === "error");
  const node = document.createElement("button");
  node.type = "button";
  node.tabIndex = -1; // the list beside is the way by keyboard
  node.className = `finding-badge finding-badge--${isError ? "error" : "warning"}`;
  node.textContent = isError ? "!" : "?";
  node.title = found.map((each) => `${WORD[each.severity]}: ${each.message}`).join("\n");
  node.setAttribute("aria-label", node.title);
  node.addEventListener("click", act);
  return node;
}

export function Findings({ context, findings, current, choose }) {
  const list = useRef(null);
  useEffect(() => { list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" }); }, [current]);
  return (
    <details class="to-mend" open={findings.length > 0}>
      <summary><strong>Att rätta:</strong> {summary(findings)}{findings.length > 0 && <span class="soft"> · F8 går till nästa</span>}</summary>
      <ol ref={list}>
        {findings.map((each) => (
          <li key={each.file + each.element + each.code + each.message}>
            <button type="button" class="to-mend__one" aria-current={each === current ? "true" : undefined} onClick={() => choose(each)}>
              <span class={`to-mend__kind to-mend__kind--${each.severity}`}>{WORD[each.severity]}</span>
              <span><strong>{where(context, each)}</strong> {each.message}</span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}

function where(context, finding) {
  if (finding.file !== context.draft.file) return `${finding.file}:`;
  const shape = finding.element && shapeOf(context.model.registry, finding.element);
  return shape ? `${bo(shape).name ? called(bo(shape)) : kindOf(shape)}:` : "Hela diagrammet:";
}
