// Single keys, for those who want them; `?` lists them.
import { backToList, closeMenus, enterMenu } from "./panes.js";

const OFF = "desk-keys-off";
const GO = { i: "/desk/", p: "/desk/promises", r: "/desk/requests" };
let went = 0;

const typing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const isOn = () => localStorage.getItem(OFF) === null;

function list() {
  const dialog = document.getElementById("keys");
  document.getElementById("keys-on").checked = isOn();
  if (!dialog.open) dialog.showModal();
}

function step(by) {
  const rows = [...document.querySelectorAll("#rows .row")];
  const here = rows.findIndex((row) => row === document.activeElement || (row.ariaCurrent === "true" && !rows.includes(document.activeElement)));
  const row = rows[Math.max(0, Math.min(rows.length - 1, here < 0 ? 0 : here + by))];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function escape(event) {
  const menu = document.activeElement?.closest?.("details.menu[open]");
  if (closeMenus()) return void menu?.querySelector("summary").focus();
  if (typing(event.target)) return void event.target.blur();
  if (document.getElementById("talk")?.dataset.id) backToList();
}

function press(place) {
  if (place.matches("summary")) {
    place.parentElement.open = !place.parentElement.open;
    if (place.parentElement.open) enterMenu(place.parentElement);
  }
  else if (place.matches("input, textarea")) place.focus();
  else place.click();
}

function act(key) {
  if (key === "?") return list(), true;
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1), true;
  if (key === "/") return document.getElementById("q")?.focus(), true;
  if (key === "g") return (went = Date.now()), true;
  if (/^[1-5]$/.test(key)) return document.querySelectorAll(".views a")[key - 1]?.click(), true;
  const place = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (place) press(place);
  return Boolean(place);
}

export function startKeys() {
  const button = document.querySelector("[data-keys]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", list);
  }
  document.getElementById("keys-on")?.addEventListener("change", (event) => {
    if (event.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return escape(event);
    if (!isOn() || typing(event.target)) return;
    if (Date.now() - went < 1500 && GO[event.key]) return location.assign(GO[event.key]);
    if (act(event.key)) event.preventDefault();
  });
}
