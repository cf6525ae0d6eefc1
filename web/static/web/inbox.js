// Keeps the open list fresh: told by the server that something has changed, else asking now and then. Says quietly what is
// new, and never moves what one reads.
(() => {
  "use strict";
  const sign = document.querySelector("[data-live-sign]");
  const list = () => document.querySelector("[data-live]");
  if (!sign || !list() || !window.htmx) return;

  // When to fetch ---------------------------------------------------------------------------------------------------
  const POLL = Number(sign.dataset.poll) * 1000;
  const TOLD = 60_000; // due times are told in words, which change by themselves
  let isTold = false;
  let asked = Date.now();
  let timer = 0;

  // Soon, but not all pages in the same moment, and seldom where nobody looks.
  function refresh() {
    if (timer) return;
    const gap = document.hidden ? 15_000 : 1_000;
    timer = setTimeout(fetchNow, Math.max(0, asked + gap - Date.now()) + Math.random() * (document.hidden ? 3_000 : 250));
  }
  function fetchNow() {
    clearTimeout(timer);
    timer = 0;
    asked = Date.now();
    htmx.trigger(list(), "nyheter");
  }
  setInterval(() => {
    if (!document.hidden && Date.now() - asked >= (isTold ? TOLD : POLL)) refresh();
  }, Math.min(POLL, 1_000));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { fetchNow(); seen(); } });

  // Being told ------------------------------------------------------------------------------------------------------
  // One page of the browser listens for all of its pages: a browser has few connections to spare.
  const others = "BroadcastChannel" in window ? new BroadcastChannel("forlopp-inkorg") : null;
  const path = sign.dataset.liveUrl;
  let isLeading = false;
  function heard(what) {
    if (what === "fråga") { if (isLeading) say(isTold ? "hör" : "tyst"); return; }
    if (what === "hör" || what === "tyst") isTold = what === "hör";
    if (what === "tyst") return;
    const view = new URLSearchParams(list().getAttribute("hx-get").split("?")[1]).get("visa");
    if (what !== "andra" || ["vantar", "bevakade"].includes(view)) refresh();
  }
  function say(what) { if (others) others.postMessage(what); }
  function pass(what) { say(what); heard(what); }
  function listen() {
    isLeading = true;
    const url = path.startsWith(":") ? `${location.protocol}//${location.hostname}${path}` : path;
    const source = new EventSource(url, { withCredentials: true });
    source.onopen = () => pass("hör");
    source.onmessage = (event) => { if (event.data === "slut") source.close(); pass(event.data); };
    source.onerror = () => {
      pass("tyst");
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 60_000);
    };
  }
  if (others) { others.onmessage = (event) => heard(event.data); say("fråga"); }
  if (!path || !("EventSource" in window)) { /* nobody to listen to */ }
  else if (others && navigator.locks) navigator.locks.request("forlopp-inkorg", () => { listen(); return new Promise(() => {}); });
  else listen();

  // What is new -----------------------------------------------------------------------------------------------------
  const title = document.title;
  const rows = () => new Map([...document.querySelectorAll("[data-task]")].map((row) => [row.id, row]));
  let known = rows();
  let announced = [];
  let urgent = new Set(); // that nobody has looked at
  let anchor = null;

  function seen() { urgent = new Set(); document.title = title; sign.classList.remove("live-sign--urgent"); }
  document.addEventListener("pointerdown", () => { if (!document.hidden) seen(); });
  document.addEventListener("keydown", () => { if (!document.hidden) seen(); });

  function tell(fresh, now) {
    for (const id of fresh) {
      now.get(id).classList.add("row--new");
      if ("urgent" in now.get(id).dataset) urgent.add(id);
    }
    urgent = new Set([...urgent].filter((id) => now.has(id)));
    document.title = urgent.size ? `(${urgent.size}) ${title}` : title;
    const called = fresh.filter((id) => "call" in now.get(id).dataset);
    const hurried = fresh.filter((id) => urgent.has(id));
    if (hurried.length) announce(hurried, now, hurried.length === 1 ? "1 ny brådskande uppgift" : `${hurried.length} nya brådskande uppgifter`, true);
    else if (called.length) announce(called, now, called.length === 1 ? now.get(called[0]).dataset.call : `${called.length} nya från kollegor`, urgent.size > 0);
    else if (fresh.length) announce(fresh, now, fresh.length === 1 ? "Ny uppgift" : `${fresh.length} nya uppgifter`, urgent.size > 0);
    else if (announced.length && !announced.some((id) => now.has(id))) clear(); // what it told of is gone again
  }
  function announce(ids, now, words, isUrgent) {
    announced = ids;
    const link = document.createElement("a");
    link.href = `#l-${ids[0].slice(2)}`;
    link.textContent = "Visa";
    sign.replaceChildren(ids.length === 1 ? `${words}: ${now.get(ids[0]).dataset.task}. ` : `${words}. `, link);
    sign.classList.toggle("live-sign--urgent", isUrgent);
  }
  function clear() { announced = []; sign.replaceChildren(); sign.classList.remove("live-sign--urgent"); }
  sign.addEventListener("click", (event) => {
    const row = event.target.closest("a") && document.querySelector(event.target.closest("a").hash);
    if (row) { event.preventDefault(); row.focus(); row.scrollIntoView({ block: "center" }); }
  });

  // The row one stands on or points at, else the first that is seen, is where it was when the list has changed.
  function standing() {
    const held = document.activeElement.closest("[data-task]") || document.querySelector("[data-task]:hover");
    const visible = [...rows().values()].filter((row) => row.getBoundingClientRect().bottom > 0);
    const row = held || visible[0];
    return row && { id: row.id, top: row.getBoundingClientRect().top, hadFocus: row.contains(document.activeElement) };
  }
  let hadFocus = false;
  document.addEventListener("htmx:before:swap", () => {
    hadFocus = Boolean(document.activeElement && document.activeElement.closest("[data-live]"));
    anchor = window.scrollY > 0 || hadFocus ? standing() : null;
  });
  document.addEventListener("htmx:after:swap", () => {
    const now = rows();
    const row = anchor && document.getElementById(anchor.id);
    if (row) window.scrollBy({ top: row.getBoundingClientRect().top - anchor.top, behavior: "instant" });
    // The row one stood on is gone: stay in the list instead of being thrown to the top of the page.
    if (hadFocus && document.activeElement === document.body) list().focus({ preventScroll: true });
    tell([...now.keys()].filter((id) => !known.has(id)), now);
    known = now;
  });

  // The sheet of filters closes as sheets do.
  document.addEventListener("keydown", (event) => {
    const sheet = document.querySelector(".filters[open]");
    if (event.key === "Escape" && sheet) { sheet.open = false; sheet.querySelector("summary").focus(); }
  });

  // Whether anybody answers -----------------------------------------------------------------------------------------
  let isLost = false;
  const lost = () => { if (!isLost) { isLost = true; sign.textContent = "Ingen kontakt med servern just nu. Listan kan vara gammal."; } };
  document.addEventListener("htmx:error", lost);
  document.addEventListener("htmx:response:error", lost);
  document.addEventListener("htmx:after:request", (event) => {
    if (isLost && event.detail.ctx.response.status < 400) { isLost = false; clear(); }
  });
})();
