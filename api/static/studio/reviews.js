// The inbox of misunderstood messages by keyboard. Without it everything works by links and forms.
import { startPicker } from "./picker.js";

const OFF = "desk-keys-off";
const typing = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select");
const rows = () => [...document.querySelectorAll("#groups .row")];
const review = () => document.getElementById("review");
const here = () => rows().findIndex((row) => row.dataset.group === review()?.dataset.id);

function markRow() {
  const id = review()?.dataset.id;
  for (const row of rows()) {
    if (row.dataset.group === id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** The group to open when this one is done: the next below, else the one above. */
function following() {
  const all = rows(), place = here();
  return (all[place + 1] ?? all[place - 1])?.dataset.group ?? "";
}

function step(by) {
  const all = rows(), place = here();
  const row = all[Math.max(0, Math.min(all.length - 1, place < 0 ? 0 : place + by))];
  row?.scrollIntoView({ block: "nearest" });
  row?.click();
}

const boxes = () => [...document.querySelectorAll(".wordings input[name=review]")];

function nextBox() {
  const all = boxes();
  const box = all[(all.indexOf(document.activeElement) + 1) % all.length];
  box?.focus();
  box?.scrollIntoView({ block: "nearest" });
}

function toggleContext() {
  const place = document.activeElement?.closest?.(".wordings li") ?? document.querySelector(".wordings li");
  place?.querySelector("details.context > summary")?.click();
}

function act(key) {
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1), true;
  if (key === "m") return nextBox(), true;
  if (key === "c") return toggleContext(), true;
  if (key === "i") return document.querySelector("[data-picker] input")?.focus(), true;
  const place = document.querySelector(`[data-press="${CSS.escape(key)}"]`);
  place?.click();
  return Boolean(place);
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (localStorage.getItem(OFF) !== null || typing(event.target)) return;
  const key = event.key === "Enter" && event.target.matches("body, h1, #main") ? "a" : event.key;
  if (key.length === 1 && act(key)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function tickAll(event) {
  const { target } = event;
  if (target.matches("[data-all]")) boxes().forEach((box) => { box.checked = target.checked; });
  else if (target.matches(".wordings input[name=review]")) {
    const all = document.querySelector("[data-all]");
    if (!all) return;
    const many = boxes().filter((box) => box.checked).length;
    all.checked = many === boxes().length;
    all.indeterminate = many > 0 && !all.checked;
  }
}

function fresh(event) {
  startPicker(document.getElementById("detail"));
  markRow();
  const { target, requestConfig } = event.detail;
  if (target.id !== "detail" && target.id !== "panes") return;
  document.getElementById("panes").dataset.pane = review() ? "detail" : "list";
  if (requestConfig.verb === "post" && requestConfig.path.includes("/hold")) return;
  document.getElementById("review-name")?.focus({ preventScroll: true });
  rows()[here()]?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", keys, true);
document.addEventListener("change", tickAll);
document.addEventListener("htmx:afterSettle", fresh);
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.matches?.("form.label")) event.detail.parameters.next = following();
});
startPicker(document.getElementById("detail"));
