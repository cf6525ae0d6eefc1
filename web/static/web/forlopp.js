// Small courtesies on top of pages that work without any script: no double submits, errors first.
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

  // Paper has nothing to unfold.
  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details:not([open])")) { folded.open = true; folded.dataset.unfolded = ""; }
  });
  window.addEventListener("afterprint", () => {
    for (const unfolded of document.querySelectorAll("[data-unfolded]")) { unfolded.open = false; delete unfolded.dataset.unfolded; }
  });
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // Errors come first: the summary takes focus so that a screen reader starts there.
  const summary = document.querySelector(".error-summary");
  if (summary) {
    summary.tabIndex = -1;
    summary.focus();
    // Whoever came by the skip link still has #innehall in the address, and the browser goes there when it has loaded.
    if (location.hash) window.addEventListener("load", () => requestAnimationFrame(() => summary.focus()));
  }
})();
