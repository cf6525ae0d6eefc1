// Shows and hides the questions that depend on one other answer, asks the server anew for what else depends on the
// answers, and searches for colleagues where one is. Without it every question is on the page or a button away; either way
// the server decides which answers belong to the form.
(() => {
  "use strict";

  const chosen = (form, name) => [...form.elements]
    .filter((control) => control.name === name && !control.closest("[data-show-field][hidden]"))
    .filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked)
    .map((control) => (control.type === "checkbox" && control.value === "on" ? "true" : control.value.trim()));

  // A lone checkbox that is not ticked posts nothing, and means no.
  const isUnticked = (form, name) => [...form.elements]
    .some((control) => control.name === name && control.type === "checkbox" && control.value === "on" && !control.checked
      && !control.closest("[data-show-field][hidden]"));

  // Questions stand below the ones they depend on, so one pass in page order settles chains too.
  const settle = (form) => {
    for (const part of form.querySelectorAll("[data-show-field]")) {
      const wanted = JSON.parse(part.dataset.showValues);
      const values = chosen(form, part.dataset.showField);
      if (isUnticked(form, part.dataset.showField)) values.push("false");
      if (!values.length) values.push(""); // no answer
      const has = values.some((value) => wanted.includes(value));
      part.hidden = has === "showExcept" in part.dataset;
    }
    // A heading with nothing under it says nothing.
    for (const section of form.querySelectorAll("fieldset.section")) {
      section.hidden = [...section.querySelectorAll(":scope > .field")].every((part) => part.hidden);
    }
  };

  // What the server counts out, and the questions that it brings up, from what is written now.
  const asking = new WeakMap();
  const refresh = async (form) => {
    asking.get(form)?.abort();
    const stop = new AbortController();
    asking.set(form, stop);
    const body = new URLSearchParams(new FormData(form));
    body.append("_update", "1");
    try {
      const answer = await fetch(location.href, { method: "POST", body, signal: stop.signal, redirect: "manual" });
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      const fresh = page.querySelector("[data-update]")?.closest("form");
      if (stop.signal.aborted) return;
      if (fresh) merge(form, fresh);
      offer(form, !fresh);
    } catch { if (!stop.signal.aborted) offer(form, true); }
  };

  // The button that does the same is for when we cannot.
  const offer = (form, isNeeded) => { for (const part of form.querySelectorAll("[data-update]")) part.hidden = !isNeeded; };

  // Only what is the server's to say is changed: nothing that one has written, and not where one is.
  const merge = (form, fresh) => {
    const mine = (part) => form.querySelector(`[data-field="${CSS.escape(part.dataset.field)}"]`);
    const there = new Set();
    let last = null;
    for (const part of fresh.querySelectorAll("[data-field]")) {
      there.add(part.dataset.field);
      const old = mine(part);
      if (!old) {
        place(form, part, last, mine);
        form.dispatchEvent(new Event("forlopp:drawn", { bubbles: true })); // its dates get their calendar
      }
      else if (old !== part) say(old, part);
      last = mine(part);
    }
    for (const part of form.querySelectorAll("[data-field]")) {
      if (!there.has(part.dataset.field) && !part.contains(document.activeElement)) part.remove();
    }
    form.querySelectorAll("input[name=_shown]").forEach((input) => input.remove());
    form.append(...fresh.querySelectorAll("input[name=_shown]"));
    settle(form);
  };

  const say = (old, part) => {
    const [said, says] = [old, part].map((one) => one.querySelector(":scope > .computed"));
    if (said && says && said.textContent !== says.textContent) said.innerHTML = says.innerHTML;
  };

  // A new question comes after the one before it; a section that was empty comes with its heading.
  const place = (form, part, last, mine) => {
    const section = part.closest("fieldset.section");
    if (section && ![...section.querySelectorAll("[data-field]")].some(mine)) {
      while (last && last.parentElement !== form) last = last.parentElement;
      if (last) last.after(section);
      else form.querySelector("[data-field]")?.before(section);
      return;
    }
    const [before, after] = [part.previousElementSibling, part.nextElementSibling].map((one) => one?.dataset.field && mine(one));
    if (before) before.after(part);
    else if (after) after.before(part);
  };

  // Only the question about a colleague is drawn anew; where that fails, the whole page is.
  const search = async (button) => {
    const { form } = button;
    const part = button.closest("[data-field]");
    const body = new URLSearchParams(new FormData(form));
    body.append(button.name, button.value);
    try {
      const answer = await fetch(location.href, { method: "POST", body, redirect: "manual" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(`[data-field="${CSS.escape(part.dataset.field)}"]`);
      const [old, says] = [part, fresh].map((one) => one.querySelector(".search"));
      old.replaceWith(says);
      (says.querySelector("[autofocus]") ?? says.querySelector("input:not([type=hidden])")).focus();
      part.dispatchEvent(new Event("input", { bubbles: true }));
      part.dispatchEvent(new Event("change", { bubbles: true }));
    } catch {
      form.requestSubmit(button);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('.search button[name^="_"]');
    if (!button?.form) return;
    event.preventDefault();
    search(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.type !== "text") return;
    const button = event.target.closest(".search")?.querySelector('button[name^="_find:"]');
    if (!button) return;
    event.preventDefault();
    search(button);
  });

  for (const update of document.querySelectorAll("[data-update]")) {
    const form = update.closest("form");
    if (!form) continue;
    offer(form, false);
    const deciding = new Set(update.dataset.update.split(" "));
    let waiting = 0;
    form.addEventListener("change", (event) => {
      for (let part = event.target.closest("[data-field]"); part; part = part.parentElement.closest("[data-field]")) {
        if (!deciding.has(part.dataset.field)) continue;
        clearTimeout(waiting);
        waiting = setTimeout(() => refresh(form), 200);
      }
    });
  }

  const forms = new Set([...document.querySelectorAll("[data-show-field]")].map((part) => part.closest("form")));
  for (const form of forms) {
    if (!form) continue;
    form.addEventListener("input", () => settle(form));
    form.addEventListener("reset", () => setTimeout(() => settle(form)));
    settle(form);
  }
  window.addEventListener("pageshow", () => forms.forEach((form) => form && settle(form)));
})();
