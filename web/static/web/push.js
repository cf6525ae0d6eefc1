// Turns notices on in this browser; the form it fills is sent as any other. What the page says follows what the browser can.
(() => {
  "use strict";
  const box = document.querySelector("[data-push]");
  if (!box) return;
  const form = box.querySelector("form");
  const button = form.querySelector("button");
  const say = (state) => {
    for (const part of box.querySelectorAll("[data-push-state]")) part.hidden = part.dataset.pushState !== state;
  };
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) { say("unable"); return; }

  const key = box.dataset.push;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const isOurs = (subscription) => text(subscription.options.applicationServerKey || new ArrayBuffer(0)) === key;

  // On when both the server and the browser say so.
  async function look() {
    if (Notification.permission === "denied") { say("denied"); return; }
    const registration = await navigator.serviceWorker.getRegistration(box.dataset.pushScope);
    const subscription = registration && await registration.pushManager.getSubscription();
    say("pushHere" in box.dataset && subscription && isOurs(subscription) ? "on" : "off");
  }

  async function subscribe() {
    if (await Notification.requestPermission() === "denied") { say("denied"); return; }
    if (Notification.permission !== "granted") return;
    const registration = await navigator.serviceWorker.register(box.dataset.pushWorker, { scope: box.dataset.pushScope });
    await navigator.serviceWorker.ready;
    const earlier = await registration.pushManager.getSubscription();
    if (earlier && !isOurs(earlier)) await earlier.unsubscribe();
    const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
    const { endpoint, keys } = (await registration.pushManager.subscribe(options)).toJSON();
    for (const [name, value] of Object.entries({ endpoint, ...keys })) if (form.elements[name]) form.elements[name].value = value;
    form.submit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try { await subscribe(); } catch { say("failed"); }
    button.removeAttribute("aria-busy");
  });
  look().catch(() => say("failed"));
})();
