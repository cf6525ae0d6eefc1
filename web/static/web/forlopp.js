// Small courtesies on top of pages that work without any script: no double submits, errors first, a calendar beside dates.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  // A second press while the first is under way does nothing; the server would answer the same anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  });

  // What a phone folds has room beside the work on a wide screen.
  if (window.matchMedia("(min-width: 62rem)").matches) {
    for (const folded of document.querySelectorAll("[data-wide]")) folded.open = true;
  }

  // Paper has nothing to unfold; of what was known before it has what one has opened.
  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details:not([open]):not(.known details)")) { folded.open = true; folded.dataset.unfolded = ""; }
  });
  window.addEventListener("afterprint", () => {
    for (const unfolded of document.querySelectorAll("[data-unfolded]")) { unfolded.open = false; delete unfolded.dataset.unfolded; }
  });
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // The browser's own calendar and clock, for those who would rather choose than write.
  const drawn = (lines) => `<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">${lines}</svg>`;
  const ICONS = {
    date: drawn('<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 2v5M16 2v5"/>'),
    time: drawn('<circle cx="12" cy="12" r="9"/><path d="M12 7v5l4 2"/>'),
  };
  const MONTHS = Array.from({ length: 12 }, (_, month) => new Date(2000, month).toLocaleDateString("sv-SE", { month: "long" }));
  const worded = (iso) =>
    iso.replace(/^(\d{4})-(\d\d)(?:-(\d\d))?/, (_, year, month, day) => `${day ? `${+day} ` : ""}${MONTHS[month - 1]} ${year}`).replace("T", " ");
  const coded = (text) =>
    text.trim().toLowerCase()
      .replace(/^(?:(\d{1,2}) )?([a-z]{3,}) (\d{4})/, (_, day, month, year) => [year, MONTHS.findIndex((name) => name.startsWith(month)) + 1, ...(day ? [day] : [])].map((part) => `${part}`.padStart(2, "0")).join("-"))
      .replace(" ", "T");
  const pickers = (within) => {
    if (!("showPicker" in HTMLInputElement.prototype)) return;
    for (const input of within.querySelectorAll("input[data-picker]")) {
      const chooser = Object.assign(document.createElement("input"), { type: input.dataset.picker, tabIndex: -1, className: "visually-hidden" });
      const label = input.labels[0];
      if (chooser.type !== input.dataset.picker || !label || input.closest(".with-picker")) continue; // not every browser has all of them
      chooser.setAttribute("aria-hidden", "true");
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet" });
      const what = input.dataset.picker === "time" ? "Välj klockslag" : "Välj i kalender";
      button.innerHTML = `${ICONS[input.dataset.picker === "time" ? "time" : "date"]}<span class="visually-hidden">${what}</span>`;
      label.id ||= `${input.id}_label`;
      button.setAttribute("aria-describedby", label.id);
      button.addEventListener("click", () => {
        chooser.value = coded(input.value); // what it does not understand it leaves empty
        chooser.showPicker();
      });
      chooser.addEventListener("change", () => {
        input.value = worded(chooser.value);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.dispatchEvent(new Event("change", { bubbles: true }));
        input.focus();
      });
      const frame = Object.assign(document.createElement("div"), { className: "with-picker" });
      input.replaceWith(frame);
      frame.append(input, button, chooser);
    }
  };
  pickers(document);
  document.addEventListener("forlopp:drawn", (event) => pickers(event.target));

  // Errors come first: the summary takes focus so that a screen reader starts there.
  const summary = document.querySelector(".error-summary");
  if (summary) {
    summary.tabIndex = -1;
    summary.focus();
    // Whoever came by the skip link still has #innehall in the address, and the browser goes there when it has loaded.
    if (location.hash) window.addEventListener("load", () => requestAnimationFrame(() => summary.focus()));
  }
})();
