// A field for an expression, with what is known at that point of the förlopp offered as one types.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Field, useText } from "./fields.jsx";

// A name or a path, or the words of a function's name: "string le" is the beginning of "string length".
const NAME = /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]*)*$/u;
const WORDS = /[\p{L}_][\p{L}\p{N}_]*(?: [\p{L}\p{N}_]+)*$/u;
const MOST = 12;

function matching(known, typed) {
  const wanted = typed.toLowerCase();
  const starts = known.filter((each) => each.name.toLowerCase().startsWith(wanted));
  const within = known.filter((each) => !starts.includes(each) && each.name.toLowerCase().includes(wanted));
  return [...starts, ...within].filter((each) => each.name !== typed).slice(0, MOST);
}

export function Feel({ label, hint, value = "", set, names, rows = 2, placeholder }) {
  const id = useId();
  const { text, type, commit } = useText(value, set);
  const area = useRef(null);
  const [offer, setOffer] = useState({ list: [], at: 0, word: "" });
  const close = () => setOffer({ list: [], at: 0, word: "" });
  const isOpen = offer.list.length > 0;

  async function ask(force) {
    const node = area.current;
    const before = node.value.slice(0, node.selectionStart);
    const word = NAME.exec(before)?.[0] ?? "";
    if (!word && !force) return close();
    const known = await names();
    if (area.current !== node || document.activeElement !== node) return undefined;
    const words = WORDS.exec(before)?.[0] ?? "";
    const several = words.includes(" ") ? known.filter((each) => each.isFunction && each.name !== words && each.name.startsWith(words)) : [];
    return setOffer(several.length ? { list: several.slice(0, MOST), at: 0, word: words } : { list: matching(known, word), at: 0, word });
  }
  function take(chosen) {
    const node = area.current;
    const end = node.selectionStart;
    const start = end - offer.word.length;
    const changed = node.value.slice(0, start) + chosen.name + (chosen.isFunction ? "(" : "") + node.value.slice(end);
    type(changed);
    close();
    const caret = start + chosen.name.length + (chosen.isFunction ? 1 : 0);
    requestAnimationFrame(() => { node.focus(); node.setSelectionRange(caret, caret); });
  }
  function keys(event) {
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); ask(true); return; }
    if (!isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setOffer({ ...offer, at: (offer.at + step + offer.list.length) % offer.list.length });
    else if (event.key === "Enter" || event.key === "Tab") take(offer.list[offer.at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  useEffect(() => { const node = area.current; node.style.height = "auto"; node.style.height = `${Math.min(node.scrollHeight + 2, 320)}px`; }, [text]);
  return (
    <Field id={id} label={label} hint={hint}>
      <div class="feel">
        <textarea
          id={id} ref={area} rows={rows} value={text} spellcheck={false} autocomplete="off" placeholder={placeholder}
          aria-autocomplete="list" aria-controls={isOpen ? `${id}-list` : undefined} aria-describedby={hint ? `${id}-hint` : undefined}
          aria-activedescendant={isOpen ? `${id}-${offer.at}` : undefined}
          onInput={(event) => { type(event.target.value); ask(false); }} onKeyDown={keys}
          onBlur={() => { commit(); close(); }}
        />
        {isOpen && (
          <ul class="feel__list" role="listbox" id={`${id}-list`} aria-label="Det som är känt här">
            {offer.list.map((each, at) => (
              <li key={each.name} id={`${id}-${at}`} role="option" aria-selected={at === offer.at ? "true" : "false"} onMouseDown={(event) => { event.preventDefault(); take(each); }}>
                {each.isFunction ? <><code>{each.signature}</code> <span>{each.help}</span></> : <><code>{each.name}</code> <span>{each.type}{each.origin && `, ${each.origin}`}</span></>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Field>
  );
}
