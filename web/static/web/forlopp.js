// Small courtesies on top of pages that work without any script: no double submits, a quiet sign when the list changed.
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
  if (summary) { summary.tabIndex = -1; summary.focus(); }

  live(document.querySelector("[data-live-sign]"));

  function live(sign) {
    if (!sign) return;
    const rows = () => new Map([...document.querySelectorAll("[data-task]")].map((row) => [row.id, row.dataset.task]));
    let known = rows();
    let announced = [];
    let hadFocus = false;
    // A page nobody looks at asks for nothing; it asks at once when it is looked at again.
    document.addEventListener("htmx:before:request", (event) => {
      if (document.hidden) event.preventDefault();
    });
    document.addEventListener("htmx:before:swap", () => {
      hadFocus = Boolean(document.activeElement && document.activeElement.closest("[data-live]"));
    });
    document.addEventListener("htmx:after:swap", () => {
      const now = rows();
      const fresh = [...now.keys()].filter((id) => !known.has(id));
      for (const id of fresh) document.getElementById(id).classList.add("row--new");
      if (fresh.length === 1) sign.textContent = `Ny uppgift: ${now.get(fresh[0])}`;
      if (fresh.length > 1) sign.textContent = `${fresh.length} nya uppgifter`;
      if (fresh.length) announced = fresh;
      else if (!announced.some((id) => now.has(id))) sign.textContent = ""; // what it told of is gone again
      known = now;
      // The row one stood on is gone: stay in the list instead of being thrown to the top of the page.
      if (hadFocus && document.activeElement === document.body) document.querySelector("[data-live]").focus();
    });
    const lost = (text) => { if (sign.dataset.lost !== text) { sign.dataset.lost = text; sign.textContent = text; } };
    const stale = () => lost("Ingen kontakt med servern just nu. Listan kan vara gammal.");
    document.addEventListener("htmx:error", stale);
    document.addEventListener("htmx:response:error", stale);
    document.addEventListener("htmx:after:request", (event) => {
      if (sign.dataset.lost && event.detail.ctx.response.status < 400) lost("");
    });
  }
})();
