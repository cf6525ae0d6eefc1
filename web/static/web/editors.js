// Makes the editors of forms and tables quicker; without it every button sends the page and gets it back.
(() => {
  "use strict";

  // A table is tried as one types: the server says what it thinks of it, and only that is put on the page.
  const asking = new WeakMap();
  const attempt = async (form) => {
    asking.get(form)?.abort();
    const stop = new AbortController();
    asking.set(form, stop);
    const body = new URLSearchParams(new FormData(form));
    body.set("gor", "prova");
    try {
      const answer = await fetch(location.href, { method: "POST", body, signal: stop.signal, redirect: "manual" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (stop.signal.aborted) return;
      for (const part of form.querySelectorAll("[data-result]")) {
        const fresh = page.getElementById(part.id);
        if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
      }
    } catch { /* the button is still there */ }
  };
  let waiting = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-try]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => attempt(form), 500);
  });

  // What is written and not saved is not left by mistake.
  let unsaved = false;
  document.addEventListener("input", (event) => { unsaved ||= Boolean(event.target.closest?.("#redigera form")); });
  document.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  // Alt and an arrow moves the question that one is at.
  document.addEventListener("keydown", (event) => {
    const way = { ArrowUp: "upp-", ArrowDown: "ned-" }[event.key];
    const question = event.altKey && way ? event.target.closest?.(".ask") : null;
    const button = question && document.getElementById(way + question.id);
    if (!button) return;
    event.preventDefault();
    button.focus();
    button.click();
  });

  // Arrows go from cell to cell: up and down always, sideways from the end of what is written. Enter goes down.
  const beside = (input, key) => {
    const cell = input.closest("td");
    const rows = [...input.closest("tbody").querySelectorAll("tr:not(.grid__findings)")];
    const row = cell.parentElement;
    const column = [...row.children].indexOf(cell);
    if (key === "ArrowLeft") return input.selectionStart === 0 && input.selectionEnd === 0 ? row.children[column - 1] : null;
    if (key === "ArrowRight") {
      const end = input.value.length;
      return input.selectionStart === end && input.selectionEnd === end ? row.children[column + 1] : null;
    }
    const way = key === "ArrowUp" ? -1 : 1;
    return rows[rows.indexOf(row) + way]?.children[column];
  };
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.closest(".grid td")) return;
    if (!["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter"].includes(event.key)) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = beside(input, event.key)?.querySelector("input");
    if (event.key === "Enter") event.preventDefault(); // never a half-written table by mistake: there is a button
    if (!to) return;
    event.preventDefault();
    to.focus();
    to.select();
  });
})();
