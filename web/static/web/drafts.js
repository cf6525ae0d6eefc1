// Keeps what one writes on the server as it is written. Without it, the button "Spara utkast" does the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const state = document.querySelector("[data-draft-state]"), live = document.querySelector("[data-draft-live]");
  const WAIT = 1000, LONGEST_WAIT = 30000, MOST_KEPT_ALIVE = 60000; // a browser sends 64 kB from a page that closes
  const HIDDEN = ["csrfmiddlewaretoken", "utkast_nummer"];
  const field = (name) => form.elements.namedItem(name);

  let timer = 0, isSending = false, hasLeft = false, isFirst = true, hasRenewed = false, failures = 0;
  const written = () => {
    const data = new URLSearchParams(new FormData(form));
    for (const name of HIDDEN) data.delete(name);
    return data.toString();
  };
  let saved = "draftUnsaved" in form.dataset ? null : written();

  // Seen by all; said aloud only when it is news, not each second.
  const tell = (text, news, link) => {
    state.textContent = text;
    if (link) state.append(" ", Object.assign(document.createElement("a"), link));
    if (live.dataset.said !== news) { live.dataset.said = news; live.textContent = text; }
  };
  const again = (pause) => { clearTimeout(timer); timer = setTimeout(save, pause); };

  // A later save has a higher number: one that is overtaken on the way changes nothing.
  const send = (isClosing) => {
    field("utkast_nummer").value = Math.max(Date.now(), Number(field("utkast_nummer").value) + 1);
    const body = new URLSearchParams(new FormData(form));
    body.set("action", "utkast");
    if (isFirst) body.set("utkast_forsta", "1");
    const keepalive = isClosing && body.toString().length < MOST_KEPT_ALIVE;
    return fetch(location.pathname, { method: "POST", body, keepalive, redirect: "manual", headers: { Accept: "application/json" } });
  };

  async function save() {
    clearTimeout(timer);
    const sent = written();
    if (hasLeft || isSending || sent === saved) return;
    isSending = true;
    try {
      await answer(await send(false), sent);
    } catch {
      failed();
    }
    isSending = false;
    if (!failures && saved !== written()) again(WAIT);
  }

  async function answer(response, sent) {
    if (response.type === "opaqueredirect") return loggedOut();
    if (response.status === 403 && !hasRenewed) return (await renewed()) ? again(0) : loggedOut();
    const isOurs = (response.headers.get("Content-Type") || "").startsWith("application/json");
    if (!isOurs) return failed();
    failures = 0;
    isFirst = hasRenewed = false;
    saved = sent; // also when it was refused: the same would be again
    const told = await response.json();
    const link = response.status === 409 ? { href: location.pathname, textContent: "Ladda om sidan" } : null;
    if (told.meddelande) tell(told.meddelande, told.meddelande, link);
    else tell(`Utkastet sparades ${told.sparat}`, "saved");
  }

  function failed() {
    saved = null;
    failures += 1;
    tell("Kunde inte spara utkastet: försöker igen", "failed");
    again(Math.min(WAIT * 2 ** failures, LONGEST_WAIT));
  }

  function loggedOut() {
    saved = null;
    failures += 1;
    tell("Du har loggats ut. Det du skrev står kvar här på sidan.", "out",
      { href: location.pathname, target: "_blank", textContent: "Logga in igen i en ny flik" });
  }

  // Whoever logs in again gets a new token; the old page goes on with it, if it is the same person.
  async function renewed() {
    const response = await fetch(location.pathname, { redirect: "manual" });
    if (!response.ok) return false;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("form[data-draft]");
    if (!fresh || fresh.dataset.draftBy !== form.dataset.draftBy) return false;
    const token = fresh.elements.namedItem("csrfmiddlewaretoken").value;
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
    hasRenewed = true;
    return true;
  }

  const changed = () => { if (!isSending && !failures) again(WAIT); };
  const closing = () => {
    const sent = written();
    if (hasLeft || sent === saved) return;
    clearTimeout(timer);
    send(true).then((response) => answer(response, sent)).catch(failed);
    saved = sent;
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", save);
  form.addEventListener("focusout", save);
  window.addEventListener("online", save);
  window.addEventListener("beforeunload", closing);
  window.addEventListener("pagehide", closing);
  document.addEventListener("visibilitychange", () => (document.hidden ? closing() : save()));
  // What is sent or thrown away is no draft any more.
  document.addEventListener("submit", (event) => {
    if (event.target !== form && !("draftEnd" in event.target.dataset)) return;
    hasLeft = true;
    clearTimeout(timer);
    field("utkast_nummer").value = Math.max(Date.now(), Number(field("utkast_nummer").value) + 1);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) hasLeft = false; });
  if (saved === null) save();
})();
