// Files of a task: how far they have come, and at once what is too large. Without it the same form is sent as any other.
(() => {
  "use strict";
  const form = document.querySelector("[data-files]");
  if (!form) return;
  const progress = form.querySelector("[data-files-progress]");
  const bar = progress.querySelector("progress");
  const status = progress.querySelector("[role=status]");
  const problems = form.querySelector("[data-files-problems]");
  const button = form.querySelector("button[type=submit]");

  // The browser's own button speaks the browser's language; ours says the same in Swedish, and what was chosen.
  for (const input of form.querySelectorAll("input[type=file]")) {
    const label = input.labels[0];
    const face = Object.assign(document.createElement("button"), { type: "button", className: "button button--secondary", textContent: input.multiple ? "Välj filer" : "Öppna kameran" });
    const chosen = Object.assign(document.createElement("span"), { className: "files-chosen", textContent: "Inget valt" });
    label.id ||= `${input.id}_label`;
    chosen.id = `${input.id}_valt`;
    face.setAttribute("aria-describedby", [label.id, input.getAttribute("aria-describedby"), chosen.id].filter(Boolean).join(" "));
    face.addEventListener("click", () => input.click());
    label.addEventListener("click", (event) => { event.preventDefault(); face.click(); });
    input.addEventListener("change", () => { chosen.textContent = [...input.files].map((file) => file.name).join(", ") || "Inget valt"; });
    Object.assign(input, { tabIndex: -1, className: "visually-hidden" }).setAttribute("aria-hidden", "true");
    input.after(face, chosen);
    if (!input.multiple) continue;
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.dataset.sending) return;
    const chosen = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    if (!chosen.length) { tell([{ namn: "", text: "Välj en fil eller ta ett foto först." }]); return; }
    const most = Number(form.dataset.mostBytes);
    const large = chosen.filter((file) => file.size > most);
    if (large.length) {
      tell(large.map((file) => ({ namn: file.name, text: `Filen är för stor. Den får vara högst ${Math.floor(most / 1e6)} MB.` })));
      return;
    }
    send(new FormData(form));
  });

  function send(data) {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => show(event.lengthComputable ? event.loaded / event.total : 0));
    request.addEventListener("load", () => {
      const answer = request.response;
      // Logged out, or an answer that is no JSON: the form as any other, so that the page tells.
      if (!answer) { form.submit(); return; }
      if (answer.till) { leave(answer.till); return; }
      rest();
      tell(answer.fel, answer.sparat);
      // What was sent has been answered: another press is another action.
      form.elements.action_id.value = crypto.randomUUID ? crypto.randomUUID() : "";
    });
    for (const name of ["error", "abort", "timeout"]) {
      request.addEventListener(name, () => { rest(); tell([{ namn: "", text: "Ingen kontakt med servern. Filerna är kvar här: försök igen." }]); });
    }
    form.dataset.sending = "1";
    button.setAttribute("aria-disabled", "true");
    problems.hidden = true;
    progress.hidden = false;
    show(0);
    request.send(data);
  }

  function leave(target) {
    const url = new URL(target, location.href);
    // The same page with a mark would not be fetched anew.
    if (url.pathname === location.pathname) { history.replaceState(null, "", url); location.reload(); } else location.assign(url);
  }

  function show(part) {
    bar.value = Math.round(part * 100);
    // Each tenth is enough for one who listens.
    const said = part < 1 ? `${Math.floor(part * 10) * 10} %` : "Kontrollerar …";
    if (status.textContent !== said) status.textContent = said;
  }

  function rest() {
    delete form.dataset.sending;
    button.removeAttribute("aria-disabled");
    progress.hidden = true;
  }

  function tell(list, saved) {
    problems.replaceChildren();
    for (const { namn, text } of list) problems.append(line("error-message", namn ? `${namn}: ${text}` : text));
    if (saved) {
      const told = line("", `${saved} `);
      const link = document.createElement("a");
      link.href = location.href;
      link.textContent = "Visa filerna";
      told.append(link);
      problems.append(told);
    }
    problems.hidden = false;
  }

  function line(name, text) {
    const made = document.createElement("p");
    if (name) made.className = name;
    made.textContent = text;
    return made;
  }
})();
