// Single keys for those who want them: what carries data-key is pressed or given focus, j and k walk in a list, ? tells all.
(() => {
  "use strict";
  const help = document.body.dataset.shortcuts;
  if (!help) return; // turned off, or nobody has logged in
  const PAUSE = 1_500;
  let before = "";
  let at = 0;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
    const keys = event.timeStamp - at < PAUSE && before ? `${before} ${event.key}` : event.key;
    before = event.key === "g" ? "g" : "";
    at = event.timeStamp;
    if (act(keys)) event.preventDefault();
  });

  function act(keys) {
    if (keys === "?") return tell();
    if (keys === "j" || keys === "k") return walk(keys === "j" ? 1 : -1);
    if (keys === "t" && take()) return true;
    const found = document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
    if (!found) return false;
    if (found.matches("input")) { found.focus(); found.select(); } else { found.focus(); found.click(); }
    return true;
  }

  function walk(step) {
    const links = [...document.querySelectorAll("main .row__title a")];
    if (!links.length) return false;
    const here = links.findIndex((link) => link.closest(".row").contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  // A row that says that it can be taken is; the answer is the task's page.
  function take() {
    const row = document.activeElement.closest("[data-take]");
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (!row || !token) return false;
    const form = document.createElement("form");
    form.method = "post";
    form.action = new URL("ta/", row.querySelector("a").href);
    form.append(token.cloneNode());
    document.body.append(form);
    form.requestSubmit();
    return true;
  }

  function tell() {
    const known = document.querySelector("dialog[data-keys]");
    if (known) known.showModal();
    else fetch(help).then((answer) => answer.text()).then(show).catch(() => { location.href = help; });
    return true;
  }
  function show(text) {
    const keys = new DOMParser().parseFromString(text, "text/html").getElementById("kortkommandon");
    if (!keys) { location.href = help; return; }
    const dialog = document.createElement("dialog");
    dialog.dataset.keys = "";
    dialog.className = "dialog";
    dialog.setAttribute("aria-label", "Kortkommandon");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button";
    close.textContent = "Stäng";
    close.addEventListener("click", () => dialog.close());
    const off = document.createElement("a");
    off.href = help;
    off.textContent = "Stäng av kortkommandona";
    const actions = document.createElement("p");
    actions.className = "actions";
    actions.append(close, off);
    dialog.append(keys, actions);
    document.body.append(dialog);
    dialog.showModal();
  }
})();
