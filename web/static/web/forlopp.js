// Small courtesies on top of pages that work without any script: no double submits, a quiet sign when the list changed.
(() => {
  "use strict";

  // A second press on a submit button while the first is under way does nothing; the server would answer the same anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  });

  // Errors come first: the summary takes focus so that a screen reader starts there.
  const summary = document.querySelector(".error-summary");
  if (summary) { summary.tabIndex = -1; summary.focus(); }
})();
