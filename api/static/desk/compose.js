// Where one writes: Enter sends, drafts are kept, ready texts and files go in, and the candidate sees that one types.
import { forgive, refuse, tell, token, whenAnswered } from "./requests.js";

const talk = () => document.getElementById("talk");
const path = (form) => form.getAttribute("hx-post");
const draftKey = (area) => `desk-draft ${path(area.form)}`;

// Where the browser does not let a field grow by itself. A style would be refused by the page's policy when htmx copies it.
function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.rows = Math.min(9, Math.max(2, area.value.split("\n").reduce((rows, line) => rows + 1 + Math.floor(line.length / 70), 0)));
}

/** How many characters are too many, as the desk counts them. What was pasted is never cut: one shortens it oneself. */
const excess = (area) => Math.max(0, [...area.value.trim()].length - Number(area.dataset.most));

function sayExcess(area) {
  const over = area.form.querySelector(".over");
  const many = excess(area);
  over.hidden = !many;
  over.textContent = many ? over.dataset.words.replace("{count}", many.toLocaleString(document.documentElement.lang)) : "";
  if (many) area.setAttribute("aria-invalid", "true");
  else area.removeAttribute("aria-invalid");
}

function keep(area) {
  if (area.value) sessionStorage.setItem(draftKey(area), area.value);
  else sessionStorage.removeItem(draftKey(area));
}

// Files that were sent up for a reply which is not sent yet: names and ids, so that a fresh page still has them.
const filesKey = (to) => `desk-files ${to}`;

function keepFiles(form = document.getElementById("reply-form")) {
  if (!form) return;
  const files = [...form.querySelectorAll("[name=attachment]")].map(({ value, dataset }) => ({ id: value, name: dataset.name }));
  if (files.length) sessionStorage.setItem(filesKey(path(form)), JSON.stringify(files));
  else sessionStorage.removeItem(filesKey(path(form)));
}

function putBackFiles() {
  const list = document.getElementById("attached");
  if (!list || list.children.length) return;
  for (const file of JSON.parse(sessionStorage.getItem(filesKey(path(list.closest("form")))) ?? "[]")) {
    const item = chip(file.name);
    item.append(kept(file.id, file.name), remover(document.getElementById("attach"), item, file.name));
    list.append(item);
  }
}

function chip(name) {
  const item = document.createElement("li");
  item.className = "chip";
  const label = document.createElement("span");
  label.textContent = name;
  item.append(label);
  return item;
}

/** A reply that one can no longer send, since somebody else has the conversation: it stands there to be read and copied. */
function showKept() {
  const kept = document.getElementById("kept");
  const text = kept && sessionStorage.getItem(`desk-draft ${kept.dataset.of}`);
  if (!text) return;
  kept.querySelector("textarea").value = text;
  kept.hidden = false;
}

function throwAway() {
  const kept = document.getElementById("kept");
  for (const key of [`desk-draft ${kept.dataset.of}`, filesKey(kept.dataset.of)]) sessionStorage.removeItem(key);
  kept.hidden = true;
  document.getElementById("talk-name")?.focus({ preventScroll: true });
}

/** A composer has come, with the page or anew: put back what was typed. */
export function readyComposer() {
  showKept();
  putBackFiles();
  for (const area of document.querySelectorAll("#reply, #note")) {
    if (!area.value) area.value = sessionStorage.getItem(draftKey(area)) ?? "";
    grow(area);
    sayExcess(area);
  }
}

function setMode(mode) {
  const composer = document.getElementById("composer");
  composer.dataset.mode = mode;
  for (const button of composer.querySelectorAll("[data-mode-to]")) button.setAttribute("aria-pressed", String(button.dataset.modeTo === mode));
  document.getElementById(mode)?.focus();
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What was typed on after Enter stays. */
function sent(form, text) {
  const area = form.querySelector("textarea");
  area.value = area.value.startsWith(text) ? area.value.slice(text.length).trimStart() : area.value;
  keep(area);
  grow(area);
  sayExcess(area);
  const files = form.querySelector(".attached");
  if (files) { files.replaceChildren(); keepFiles(form); }
  renew(form);
  stopTyping();
  area.focus();
}

function renew(form) {
  if (form.elements.client_id) form.elements.client_id.value = newId();
}

/** Put a text where the cursor stands; it may be changed before it is sent. */
function insert(id, text) {
  const area = document.getElementById(id);
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  const gap = id === "reply" && before && !/\s$/.test(before) ? " " : "";
  area.setRangeText(gap + text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function pick(search) {
  const wanted = search.value.trim().toLocaleLowerCase();
  for (const item of document.querySelectorAll(`#${search.dataset.picks} li`)) item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
}

let typed = 0, quiet;
function typing() {
  clearTimeout(quiet);
  quiet = setTimeout(stopTyping, 6000);
  if (Date.now() - typed < 3000) return;
  typed = Date.now();
  void tell(talk().dataset.typing, {});
}
function stopTyping() {
  clearTimeout(quiet);
  if (typed) void tell(talk()?.dataset.typing, { stopped: "yes" });
  typed = 0;
}

function uploadAll(field, files) {
  forgive();
  for (const file of files) upload(field, file);
}

function upload(field, file) {
  const item = chip(file.name);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `${field.dataset.busy} ${file.name}`);
  item.append(bar);
  document.getElementById("attached").append(item);
  const request = new XMLHttpRequest();
  request.open("POST", field.dataset.to);
  request.setRequestHeader("X-CSRFToken", token());
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
  request.onerror = () => { item.remove(); refuse(document.body.dataset.failed); };
  request.onload = () => {
    if (request.status !== 200) { item.remove(); return refuse(request.response?.title ?? document.body.dataset.failed); }
    bar.replaceWith(kept(request.response.id, file.name), remover(field, item, file.name));
    if (!item.isConnected) document.getElementById("attached")?.append(item); // the composer has come anew meanwhile
    keepFiles();
  };
  const body = new FormData();
  body.append("file", file);
  request.send(body);
}
function kept(id, name) {
  const hidden = document.createElement("input");
  Object.assign(hidden, { type: "hidden", name: "attachment", value: id });
  hidden.dataset.name = name;
  return hidden;
}
function remover(field, item, name) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "x", textContent: "×" });
  button.setAttribute("aria-label", `${field.dataset.remove} ${name}`);
  button.onclick = () => { item.remove(); keepFiles(); document.getElementById("reply").focus(); };
  return button;
}

function clicked(event) {
  const mode = event.target.closest("[data-mode-to]");
  if (mode) setMode(mode.dataset.modeTo);
  if (event.target.closest("[data-throw-away]")) return throwAway();
  const ready = event.target.closest("[data-into]");
  if (!ready) return;
  ready.closest("details").open = false;
  insert(ready.dataset.into, ready.dataset.text);
}

function pressed(event) {
  const form = event.target.closest?.("form[data-sends]");
  if (!form || event.target.tagName !== "TEXTAREA" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!form.classList.contains("htmx-request")) form.requestSubmit();
}

function written(event) {
  const area = event.target;
  if (area.matches("#insert-search")) return pick(area);
  if (area.id !== "reply" && area.id !== "note") return;
  grow(area);
  keep(area);
  sayExcess(area);
  if (area.id === "reply") area.value ? typing() : stopTyping();
}

export function startCompose() {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("input", written);
  document.addEventListener("change", (event) => {
    if (event.target.id !== "attach") return;
    uploadAll(event.target, event.target.files);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const field = document.getElementById("attach");
    if (event.target.id !== "reply" || !event.clipboardData.files.length || !field) return;
    event.preventDefault();
    uploadAll(field, event.clipboardData.files);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("form[data-sends]")) return;
    const area = form.querySelector("textarea");
    const empty = !area.value.trim() && !form.querySelector("[name=attachment]");
    if (empty || excess(area) || form.querySelector("progress")) event.preventDefault();
  });
  whenAnswered((element) => element.matches?.("form[data-sends]"), ({ status }, { elt, formData }) => {
    const form = [...document.forms].find((one) => path(one) === path(elt)) ?? elt;
    if (status >= 200 && status < 300) sent(form, formData.get("text").replaceAll("\r\n", "\n"));
    else if (status === 409) renew(form);
  });
  readyComposer();
}
