// Shows what the server tells this device, also when no page is open. Keeps nothing, and never stands between a page and the
// server: it listens to no fetches and has no cache.
"use strict";
const INBOX = "/uppgifter/";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification("Förlopp", {
    body: told.text || "Det finns något nytt.",
    tag: "forlopp", // one notice at a time, which says how it is now
    renotify: true,
    requireInteraction: Boolean(told.urgent),
    icon: "/static/web/icon-192.png",
    badge: "/static/web/badge.png",
    lang: "sv",
    data: told.url,
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data || INBOX));
});

// A tab that is there already comes forward as it is: somebody may be writing in it.
async function show(address) {
  let url = new URL(address, self.location.origin);
  if (url.origin !== self.location.origin) url = new URL(INBOX, self.location.origin);
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = tabs.find((tab) => new URL(tab.url).pathname === url.pathname);
  return there ? there.focus() : self.clients.openWindow(url.href);
}

// The browser has changed its subscription by itself: the server knows the device by its cookie.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const options = (event.oldSubscription || event.newSubscription)?.options;
    const fresh = event.newSubscription || (options && await self.registration.pushManager.subscribe(options));
    if (!fresh) return;
    await fetch("/notiser/webblasare/byt/", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fresh),
    });
  })());
});
