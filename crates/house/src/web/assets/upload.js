// Sends a file in pieces that can be resumed, by tus. Without this script the form sends the file whole.

const form = document.querySelector("form[data-upload]");
const say = form.dataset;
const language = document.documentElement.lang;
const part = (name) => form.querySelector(`[data-part="${name}"]`);
const input = form.querySelector("input[type=file]");
let upload = null;
let pace = null;

const figure = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const bytes = (count) => {
  const units = say.units.split(" ");
  let step = 0;
  while (count >= 1024 && step < units.length - 1) { count /= 1024; step += 1; }
  return `${figure.format(count)}\u00a0${units[step]}`;
};
const span = (seconds) => {
  const whole = Math.max(1, Math.round(seconds));
  const [big, unit] = whole < 60 ? [whole, "s"] : whole < 3600 ? [Math.round(whole / 60), "min"] : [whole / 3600, "h"];
  return `${figure.format(big)}\u00a0${unit}`;
};
const fill = (text, blanks) => text.replace(/\[(\w+)\]/g, (_, name) => blanks[name] ?? "");
const show = (name, shown) => { part(name).hidden = !shown; };
const tell = (text) => { part("status").textContent = text; };

// The last half minute says more about what is to come than the whole journey.
const told = (sent, size) => {
  const now = performance.now();
  pace.push([now, sent]);
  while (pace.length > 2 && now - pace[0][0] > 30000) pace.shift();
  const [then, before] = pace[0];
  const speed = now > then ? ((sent - before) * 1000) / (now - then) : 0;
  const percent = Math.floor((sent * 100) / size);
  part("bar").value = percent;
  part("percent").textContent = new Intl.NumberFormat(language, { style: "percent" }).format(percent / 100);
  part("line").textContent = fill(say.sayLine, { done: bytes(sent), size: bytes(size), speed: bytes(speed) });
  part("left").textContent = speed > 0 && sent < size ? fill(say.sayLeft, { span: span((size - sent) / speed) }) : "";
};

const fingerprint = (file) => [file.name, file.size, file.lastModified].join("-");
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const json = async (address, more) => {
  const answer = await fetch(address, { ...more, headers: { accept: "application/json", ...more?.headers } });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? say.sayBroken);
  return answer;
};

// The upload that was begun for this very file, here or in another browser; else a new one.
const addressFor = async (file) => {
  const query = new URLSearchParams({ organisation: say.organisation, fingerprint: fingerprint(file) });
  const { uploads } = await (await json(`${say.uploads}?${query}`)).json();
  if (uploads.length > 0) return uploads[0].address;
  const said = { filename: file.name, organisation: say.organisation, fingerprint: fingerprint(file) };
  const metadata = Object.entries(said).map(([key, value]) => `${key} ${base64(value)}`).join(",");
  const headers = { "Tus-Resumable": "1.0.0", "Upload-Length": String(file.size), "Upload-Metadata": metadata };
  return (await json(say.uploads, { method: "POST", headers })).headers.get("location");
};

const begin = async (file) => {
  if (!file || upload) return;
  pace = [];
  show("choose", false);
  show("progress", true);
  part("name").textContent = file.name;
  tell("");
  try {
    const address = await addressFor(file);
    start(file, address);
  } catch (error) {
    stop(error.message);
  }
};

const start = (file, address) => {
  upload = new tus.Upload(file, {
    uploadUrl: address,
    storeFingerprintForResuming: false,
    retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000, 60000, 60000],
    onProgress: told,
    onShouldRetry: (error) => ![410, 404, 401, 403, 413, 422].includes(error.originalResponse?.getStatus() ?? 0),
    onSuccess: async () => {
      tell(say.sayDone);
      const state = await (await json(address)).json();
      location.assign(state.page);
    },
    // The connection often goes before the reason arrives; the upload itself knows it.
    onError: async () => {
      const state = await json(address).then((answer) => answer.json()).catch(() => ({}));
      stop(state.reason ?? say.sayBroken);
    },
  });
  show("pause", true);
  upload.start();
};

const stop = (reason) => {
  upload = null;
  show("progress", false);
  show("choose", true);
  tell(reason);
  part("status").focus();
};

part("pause").addEventListener("click", async () => {
  await upload?.abort();
  pace = [];
  show("pause", false);
  show("resume", true);
  tell(say.sayPaused);
});
part("resume").addEventListener("click", () => {
  show("resume", false);
  show("pause", true);
  tell("");
  upload?.start();
});
input.addEventListener("change", () => begin(input.files[0]));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  begin(input.files[0]);
}, true);

// A file may be dropped anywhere on the page.
let over = 0;
const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
addEventListener("dragenter", (event) => { if (carries(event)) form.classList.toggle("over", ++over > 0); });
addEventListener("dragleave", (event) => { if (carries(event)) form.classList.toggle("over", --over > 0); });
addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  over = 0;
  form.classList.remove("over");
  begin(event.dataTransfer.files[0]);
});
addEventListener("beforeunload", (event) => { if (upload && !part("pause").hidden) event.preventDefault(); });
