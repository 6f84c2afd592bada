// The open conversation: what comes is shown, what is seen is told, nothing is shown twice.
import { readyComposer } from "./compose.js";
import { markRow, refreshList, retitle } from "./inbox.js";
import { showPane } from "./panes.js";
import { tell, whenAnswered } from "./requests.js";
import { follow } from "./stream.js";

let end, id, frame, told = 0;
const talk = () => document.getElementById("talk");
const scroller = () => document.getElementById("scroll");

const atEnd = () => { const s = scroller(); return !s || s.scrollHeight - s.scrollTop - s.clientHeight < 120; };
function toEnd() {
  const s = scroller();
  if (s) s.scrollTop = s.scrollHeight;
  hideNewer();
}
function hideNewer() {
  const newer = document.getElementById("newer");
  if (newer) newer.hidden = true;
}

function ask(whole) {
  const place = talk();
  if (!place?.dataset.live) return;
  // What fails is asked for again when the stream comes back.
  htmx.ajax("GET", place.dataset.live, { source: place, target: place, swap: "none", values: whole ? { whole: "yes" } : {} }).catch(() => null);
}

function changed(found) {
  const whole = frame !== undefined && found.frame !== frame;
  frame = found.frame;
  ask(whole);
}

/** Tell that what stands here has been read. */
function seen() {
  const lines = document.querySelectorAll("#log > [data-seq]");
  const newest = lines.length ? Number(lines[lines.length - 1].dataset.seq) : 0;
  if (!talk()?.dataset.seen || document.hidden || newest <= told) return;
  told = newest;
  void tell(talk().dataset.seen, { seq: newest }).then(refreshList);
}

function markRead() {
  const read = Number(document.getElementById("presence")?.dataset.candidateSeen ?? 0);
  for (const line of document.querySelectorAll("#log > .recruiter[data-seq]")) {
    if (Number(line.dataset.seq) <= read) line.querySelector(".mark")?.classList.add("seen");
  }
}

function listen() {
  const place = talk();
  if (place?.dataset.events && !document.hidden) end ??= follow(place.dataset.events, { changed, gone: () => location.assign("/desk/") }, (again) => ask(again));
}
function rest() {
  end?.();
  end = undefined;
}

function opened() {
  const place = talk();
  if (place?.dataset.id === id) return;
  rest();
  id = place?.dataset.id;
  frame = undefined;
  told = 0;
  if (!id) return;
  foldOnPhone();
  listen();
  toEnd();
  seen();
  markRow();
}

function arrived(event) {
  if (event.target.id !== "detail") return;
  showPane("talk"); // first, on a phone: what is not shown cannot be scrolled
  opened();
  readyComposer();
  retitle(document.title.replace(/^\(\d+\) /, "").replace(/^.* – /, `${talk()?.dataset.name} – `));
  document.getElementById("talk-name")?.focus({ preventScroll: true });
}

// Lines that stand here already are left out; what somebody is busy with is not taken from under their hands.
function beforePart(event) {
  const { target, fragment } = event.detail;
  if (target.id === "log") {
    for (const line of [...fragment.querySelectorAll(":scope > li")]) if (document.getElementById(line.id)) line.remove();
    follows = atEnd();
    came = fragment.querySelectorAll(":scope > li").length;
    return;
  }
  const busy = target.contains(document.activeElement) && document.activeElement.matches("input:not([type=hidden]), textarea, select");
  const typed = busy && document.activeElement.value;
  const next = fragment.querySelector?.("[data-version]") ?? fragment;
  if (target.id === "card" && typed) event.detail.shouldSwap = false;
  if (target.id === "state" && target.querySelector("details[open]") && next.dataset?.version === target.dataset.version) event.detail.shouldSwap = false;
  if (target.id === "so-far") keepFolds(target, fragment);
  if (target.id === "composer") refocus = target.contains(document.activeElement) ? document.activeElement.id : "";
  if (target.id === "state" || target.id === "card") lost = target.contains(document.activeElement) ? target.id : lost;
}

/** On a phone the messages come first: the summary is a tap away. */
function foldOnPhone() {
  const summary = document.getElementById("summary");
  if (summary && matchMedia("(max-width: 47.99rem)").matches) summary.open = false;
}

/** The summary stays open or folded, as it was left. */
function keepFolds(target, fragment) {
  const before = target.querySelector("details"), next = fragment.querySelector("details");
  if (before && next) next.open = before.open;
}

let follows = true, came = 0, refocus = "", lost = "";

function afterParts() {
  markRead();
  if (came && follows) toEnd();
  else if (came) document.getElementById("newer")?.removeAttribute("hidden");
  came = 0;
  readyComposer();
  if (refocus) refocused()?.focus({ preventScroll: true });
  else if (lost && document.activeElement === document.body) focusAfter();
  refocus = lost = "";
  seen();
}

/** What one was in when the composer came anew. If the reply box went with the conversation, the next keystrokes make no note. */
function refocused() {
  const there = document.getElementById(refocus);
  if (there?.checkVisibility()) return there;
  const kept = document.getElementById("kept-text");
  if (kept?.checkVisibility()) return kept;
  return document.getElementById(talk().querySelector("[data-mine=yes]") ? "reply" : "talk-name");
}

/** The button that was pressed is gone: go on at its place, where single keys work. */
function focusAfter() {
  const where = lost === "card" ? document.getElementById("new-label") : document.getElementById("talk-name");
  where?.focus({ preventScroll: true });
}

export function startTalk() {
  document.addEventListener("htmx:oobBeforeSwap", beforePart);
  document.addEventListener("htmx:afterSwap", arrived);
  whenAnswered((element) => talk()?.contains(element) || document.getElementById("card")?.contains(element), (xhr, { path }) => {
    if (!xhr.status) return;
    afterParts();
    if (path.endsWith("/claim") && xhr.status < 400) document.getElementById("reply")?.focus();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return rest();
    listen();
    seen();
  });
  document.addEventListener("scroll", (event) => { if (event.target.id === "scroll" && atEnd()) hideNewer(); }, { capture: true, passive: true });
  document.addEventListener("click", (event) => { if (event.target.closest("#newer")) toEnd(); });
  opened();
  markRead();
}
