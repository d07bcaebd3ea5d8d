// What pages do beyond HTML. Everything here is a convenience: each page works without it.

// Copy buttons.
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
