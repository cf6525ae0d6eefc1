// Shows and hides the questions that depend on one other answer. Without it every such question is on the page;
// either way the server decides which answers belong to the form.
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

  const forms = new Set([...document.querySelectorAll("[data-show-field]")].map((part) => part.closest("form")));
  for (const form of forms) {
    if (!form) continue;
    form.addEventListener("input", () => settle(form));
    form.addEventListener("reset", () => setTimeout(() => settle(form)));
    settle(form);
  }
  window.addEventListener("pageshow", () => forms.forEach((form) => form && settle(form)));
})();
