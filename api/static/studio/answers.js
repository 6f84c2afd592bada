// The form of a text: the preview follows what is typed, and what does not fit is told before saving.

const FIELD = /\{([a-z_]+)\}/g;

const filled = (text, samples) => text.replace(FIELD, (whole, name) => samples[name] ?? whole).trim();

const named = (names) => names.map((name) => `{${name}}`).join(", ");

/** What is to be told of a text, worst first; nothing for one that is fine. */
function faults(text, fields, form) {
  const used = [...text.matchAll(FIELD)].map((match) => match[1]);
  const unknown = used.filter((name) => !fields.includes(name));
  const missing = fields.filter((name) => !used.includes(name));
  const { longest, over, left, unknown: noSuch, missing: leftOut } = form.dataset;
  const room = longest - text.length;
  if (unknown.length) return [noSuch.replace("{name}", named(unknown)), "bad"];
  if (room < 0) return [over.replace("{n}", -room), "bad"];
  if (text && missing.length) return [leftOut.replace("{name}", named(missing)), "warn"];
  return room < longest * 0.1 ? [left.replace("{n}", room), ""] : ["", ""];
}

function watch(part, form, fields) {
  const field = part.querySelector("textarea, input:not([type=hidden])");
  const samples = JSON.parse(part.dataset.samples);
  const preview = part.querySelector("[data-preview]");
  const told = part.querySelector(".told");
  const show = () => {
    const [said, how] = faults(field.value.trim(), fields, form);
    preview.textContent = filled(field.value, samples) || "…";
    told.textContent = said;
    told.className = `told small ${how}`;
  };
  field.addEventListener("input", show);
  part.addEventListener("click", (event) => {
    const name = event.target.closest("[data-insert]")?.dataset.insert;
    if (!name) return;
    field.setRangeText(name, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  show();
}

for (const form of document.querySelectorAll("form.wording")) {
  const fields = JSON.parse(form.dataset.fields);
  for (const part of form.querySelectorAll(".tongue")) watch(part, form, fields);
  let changed = Boolean(document.getElementById("refusal"));
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
document.getElementById("refusal")?.focus();
