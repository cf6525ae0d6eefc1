// Shows the way in by a passkey where the browser has one, and says so on the page when it did not work.
"use strict";
if (window.PublicKeyCredential) {
    for (const part of document.querySelectorAll("[data-key-way]")) part.hidden = false;
}
document.addEventListener("allauth.error", event => {
    event.preventDefault();
    const trouble = document.querySelector("[data-key-trouble]");
    if (trouble) trouble.hidden = false;
});
