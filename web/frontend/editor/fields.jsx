// The fields of the panel: each shows what the model says, and changes it a moment after one stops typing.
import { useEffect, useId, useRef, useState } from "preact/hooks";

const PAUSE = 400;

// Local text while one types; the model's as soon as it says something else. What is `late` waits until one is done.
export function useText(value, set, { late } = {}) {
  const [text, show] = useState(value);
  const state = useRef({});
  state.current.set = set;
  useEffect(() => { if (!state.current.timer) show(value); }, [value]);
  const commit = () => {
    const now = state.current;
    if (!now.timer) return;
    clearTimeout(now.timer);
    now.timer = 0;
    now.set(now.text);
  };
  useEffect(() => commit, []); // what was typed is kept when another element is chosen
  const type = (typed) => {
    show(typed);
    state.current.text = typed;
    clearTimeout(state.current.timer);
    state.current.timer = setTimeout(late ? () => {} : commit, PAUSE);
  };
  return { text, type, commit };
}

export function Field({ id, label, hint, problem, children }) {
  return (
    <div class={`prop${problem ? " prop--wrong" : ""}`}>
      <label for={id}>{label}</label>
      {hint && <p class="prop__hint" id={`${id}-hint`}>{hint}</p>}
      {problem && <p class="prop__problem" id={`${id}-problem`}>{problem}</p>}
      {children}
    </div>
  );
}

const described = (id, hint, problem) => [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined;

export function Text({ label, hint, value = "", set, check, rows, placeholder, late, ...rest }) {
  const id = useId();
  const { text, type, commit } = useText(value, (typed) => { if (!check?.(typed)) set(typed); }, { late });
  const problem = check?.(text) ?? "";
  const same = { id, value: text, placeholder, onInput: (event) => type(event.target.value), onBlur: commit, onKeyDown: (event) => { if (event.key === "Enter" && !rows) commit(); }, "aria-describedby": described(id, hint, problem), "aria-invalid": problem ? "true" : undefined, ...rest };
  return (
    <Field id={id} label={label} hint={hint} problem={problem}>
      {rows ? <textarea rows={rows} {...same} /> : <input type="text" autocomplete="off" spellcheck={false} {...same} />}
    </Field>
  );
}

export function Choice({ label, hint, value = "", set, options, empty, problem }) {
  const id = useId();
  const groups = Map.groupBy ? Map.groupBy(options, (each) => each.group ?? "") : grouped(options);
  const isKnown = !value || options.some((each) => each.value === value);
  return (
    <Field id={id} label={label} hint={hint} problem={problem}>
      <select id={id} value={value} onChange={(event) => set(event.target.value)} aria-describedby={described(id, hint, problem)}>
        {empty !== undefined && <option value="">{empty}</option>}
        {!isKnown && <option value={value}>{value} (finns inte)</option>}
        {[...groups].map(([group, list]) => {
          const all = list.map((each) => <option key={each.value} value={each.value}>{each.label}</option>);
          return group ? <optgroup key={group} label={group}>{all}</optgroup> : all;
        })}
      </select>
    </Field>
  );
}

function grouped(options) {
  const found = new Map();
  for (const each of options) found.set(each.group ?? "", [...(found.get(each.group ?? "") ?? []), each]);
  return found;
}

export function Check({ label, hint, value, set }) {
  const id = useId();
  return (
    <div class="prop prop--check">
      <input type="checkbox" id={id} checked={value} onChange={(event) => set(event.target.checked)} aria-describedby={hint ? `${id}-hint` : undefined} />
      <label for={id}>{label}</label>
      {hint && <p class="prop__hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

export function Several({ label, hint, values, set, options }) {
  const id = useId();
  const toggle = (value, isOn) => set(isOn ? [...values, value] : values.filter((each) => each !== value));
  return (
    <fieldset class="prop" aria-describedby={hint ? `${id}-hint` : undefined}>
      <legend>{label}</legend>
      {hint && <p class="prop__hint" id={`${id}-hint`}>{hint}</p>}
      {options.map((each) => <Check key={each.value} label={each.label} value={values.includes(each.value)} set={(isOn) => toggle(each.value, isOn)} />)}
    </fieldset>
  );
}

export function Group({ title, children, open = true }) {
  return (
    <details class="prop-group" open={open}>
      <summary>{title}</summary>
      <div class="prop-group__body">{children}</div>
    </details>
  );
}

export const Note = ({ children, kind = "" }) => <p class={`prop-note ${kind && `prop-note--${kind}`}`}>{children}</p>;
