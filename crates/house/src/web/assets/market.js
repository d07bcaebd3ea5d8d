// What pages do beyond HTML. Everything here is a convenience: each page works without it.

const all = (what, within = document) => within.querySelectorAll(what);

// Copies the text of a code block, and says so.
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const word = copy.querySelector("[data-copied]");
  const said = word.textContent;
  await navigator.clipboard.writeText(copy.parentElement.querySelector("code").textContent);
  word.textContent = word.dataset.copied;
  setTimeout(() => (word.textContent = said), 2000);
});

// Closes an opened confirmation or menu: by its own button, by Escape, by a click elsewhere.
document.addEventListener("click", (event) => {
  event.target.closest("[data-close]")?.closest("details").removeAttribute("open");
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details.menu[open], details.confirm[open]");
  if (!open) return;
  open.removeAttribute("open");
  open.querySelector("summary").focus();
});

// A form that is on its way is not sent twice. The button keeps its name and value, so it is marked, not disabled.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
  }
});

// What was typed and not saved is not lost by accident.
let unsaved = false;
document.addEventListener("input", (event) => { if (event.target.closest("form[data-keep]")) unsaved = true; });
document.addEventListener("submit", () => (unsaved = false));
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

// Live parts: an event tells that something changed, then the part is fetched anew.
const drawn = (part, html) => {
  const open = [...all("details", part)].map((details) => details.open);
  part.innerHTML = html;
  all("details", part).forEach((details, place) => { if (open[place]) details.open = true; });
  shown(part);
};
for (const part of all("[data-live]")) {
  const events = new EventSource(part.dataset.live);
  let asked = false;
  let again = false;
  let last = "";
  const renew = async () => {
    // What changes while an answer is on its way may not be in it, so it is asked for once more.
    again = true;
    if (asked) return;
    asked = true;
    try {
      while (again) {
        again = false;
        const answer = await fetch(part.dataset.from, { headers: { accept: "text/html" } });
        const html = await answer.text();
        if (answer.ok && html !== last) drawn(part, html);
        if (answer.ok) last = html;
        if (answer.headers.get("x-live") === "over") events.close();
      }
    } finally {
      asked = false;
    }
  };
  events.addEventListener("changed", renew);
  // Something may have changed between the page and its events, or while the market was away.
  events.addEventListener("open", renew);
}

// Searches that follow their form: results change in place, the address with them.
const follow = async (address, remember) => {
  const results = document.querySelector("[data-results]");
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-results]");
  if (!answer.ok || !fresh) return void (location.href = address);
  results.replaceChildren(...fresh.childNodes);
  document.title = page.title;
  shown(results);
  if (remember) history.pushState(null, "", address);
};
for (const form of all("form[data-follow]")) {
  form.addEventListener("change", () => {
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    follow(`${form.getAttribute("action") ?? location.pathname}?${new URLSearchParams(filled)}`, true);
  });
  addEventListener("popstate", () => location.reload());
}

// Lists that are decided with the keyboard: j and k go on, Enter opens.
document.addEventListener("keydown", (event) => {
  const list = document.querySelector("[data-keys]");
  const step = { j: 1, k: -1 }[event.key];
  if (!list || !step || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const ways = [...all("a", list)];
  const here = ways.indexOf(document.activeElement);
  ways[Math.min(Math.max(here + step, 0), ways.length - 1)]?.focus();
});

// Buttons that only the script can serve are shown once it runs.
const shown = (part) => { for (const button of all("[data-copy], [data-close]", part)) button.hidden = false; };
shown(document);
