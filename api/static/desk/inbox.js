// The list: counts, rows that follow what happens, which conversation is open.
import { announce } from "./tell.js";
import { followTogether } from "./stream.js";

const REST = 2500;
let due, last = 0;

/** Ask for the rows anew: soon, but not more often than every few seconds, and not while nobody sees them. */
export function refreshList() {
  if (due !== undefined || !document.getElementById("rows")) return;
  due = setTimeout(() => {
    due = undefined;
    if (document.hidden) return void document.addEventListener("visibilitychange", refreshList, { once: true });
    last = Date.now();
    htmx.trigger(document.body, "desk:inbox");
  }, Math.max(150, last + REST - Date.now()));
}

function count(counts) {
  for (const place of document.querySelectorAll("[data-count]")) {
    const many = counts[place.dataset.count];
    if (many === undefined) continue;
    place.textContent = many;
    place.hidden = !many;
  }
  badge((counts.waiting ?? 0) + (counts.unread ?? 0));
}

let bare = document.title;
let shown = 0;
function badge(many) {
  shown = many;
  document.title = many ? `(${many}) ${bare}` : bare;
}

/** The page's title without its count. */
export function retitle(title) {
  bare = title;
  badge(shown);
}

function view() {
  return new URLSearchParams(document.getElementById("rows")?.getAttribute("hx-get")?.split("?")[1] ?? "");
}

function moved(parts) {
  const list = view();
  const all = list.has("q");
  if (all || parts.includes(list.get("view") === "assistant" ? "assistant" : "people")) refreshList();
  if (parts.includes("requests")) htmx.trigger(document.body, "desk:requests");
}

/** Which row is open; the list may have come anew. */
export function markRow() {
  const id = document.getElementById("talk")?.dataset.id;
  for (const row of document.querySelectorAll("#rows .row")) {
    if (id && row.id === `row-${id}`) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

export function startInbox() {
  const { events, here } = document.body.dataset;
  followTogether(events, {
    counts: (counts) => { count(counts); refreshList(); },
    moved,
    work: announce,
  }, (again) => { if (again) refreshList(); });
  document.addEventListener("htmx:beforeSwap", keepPlace);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.target.closest?.("#inbox") && event.target.id !== "rows") return;
    markRow();
    restorePlace();
  });
  stayHere(here);
  for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) addEventListener(kind, press, { passive: true, capture: true });
}

// While a row is being pressed the list stays: a row that is replaced between press and release is never clicked.
let pressed = false;
function press(event) {
  if (event.type === "pointerdown") pressed = Boolean(event.target.closest?.("#rows"));
  else if (pressed && !event.buttons) setTimeout(() => { pressed = false; });
}

// A fresh list keeps where one was in it: the scroll and the focus.
let place;
function keepPlace(event) {
  if (event.detail.target?.id !== "rows") return;
  if (pressed) {
    event.detail.shouldSwap = false;
    return refreshList();
  }
  const rows = event.detail.target;
  place = { top: rows.scrollTop, focus: rows.contains(document.activeElement) ? document.activeElement.id : "" };
}
function restorePlace() {
  if (!place) return;
  const rows = document.getElementById("rows");
  rows.scrollTop = place.top;
  if (place.focus) document.getElementById(place.focus)?.focus({ preventScroll: true });
  place = undefined;
}

// Who sits at the page gets no mail about new work: say so while somebody does.
function stayHere(url) {
  let used = Date.now();
  for (const kind of ["pointermove", "keydown", "scroll"]) addEventListener(kind, () => { used = Date.now(); }, { passive: true, capture: true });
  setInterval(() => { if (Date.now() - used < 300000) fetch(url).catch(() => null); }, 60000);
}
