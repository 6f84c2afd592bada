// Questions: ticking many examples, the preview and the list of what is missing while one writes, suggestions in place.
// Without this file the pages do the same when they are sent.

for (const form of document.querySelectorAll("form[data-sure]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.sure)) event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-pick]")) pick(form);
for (const form of document.querySelectorAll("form[data-question]")) write(form);

function pick(form) {
  const boxes = [...form.querySelectorAll("input[name=row]")];
  const all = form.querySelector("[data-all]");
  const told = form.querySelector("[data-picked]");
  let last = null;
  all.hidden = false;
  const count = () => {
    const n = boxes.filter((box) => box.checked).length;
    told.textContent = n ? told.dataset.picked.replace("{n}", n) : "";
    all.querySelector("input").checked = n > 0 && n === boxes.length;
  };
  all.addEventListener("change", (event) => {
    for (const box of boxes) box.checked = event.target.checked;
    count();
  });
  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
    count();
  });
  count();
}

function write(form) {
  const lines = (area) => area.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const field = (name, code) => form.querySelector(`[name="${name}-${code}"]`);
  const show = (part) => {
    const code = part.dataset.tongue;
    const title = field("title", code).value.trim();
    const answer = field("answer", code).value.trim();
    const wordings = lines(field("wordings", code));
    const more = Number(form.dataset.enough) - Number(part.dataset.held) - new Set(wordings.map((line) => line.toLowerCase())).size;
    const lacks = [title ? "" : form.dataset.title, answer ? "" : form.dataset.answer, more > 0 ? form.dataset.wordings.replace("{n}", more) : ""].filter(Boolean);
    const state = part.querySelector("[data-state]");
    state.textContent = lacks.length ? form.dataset.lacks + lacks.join(", ") : form.dataset.complete;
    state.classList.toggle("done", !lacks.length);
    part.querySelector("[data-asks]").textContent = wordings[0] || title || "…";
    part.querySelector("[data-says]").textContent = answer || "…";
  };
  const parts = [...form.querySelectorAll("[data-tongue]")];
  for (const part of parts) {
    part.addEventListener("input", () => show(part));
    show(part);
  }
  form.querySelector("[data-suggest]").addEventListener("click", (event) => {
    event.preventDefault();
    suggest(form, event.currentTarget);
  });
  form.addEventListener("click", (event) => {
    const idea = event.target.closest("button[data-add]");
    if (!idea) return;
    const area = field("wordings", idea.dataset.add);
    area.value = [...lines(area), idea.textContent.trim()].join("\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    idea.closest("li").remove();
    area.focus();
  });
}

async function suggest(form, button) {
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of page.querySelectorAll("[data-ideas-for]")) {
      const code = part.dataset.ideasFor;
      for (const idea of part.querySelectorAll("[data-idea]")) {
        const add = document.createElement("button");
        add.type = "button";
        add.className = "chip secondary outline";
        add.dataset.add = code;
        add.textContent = idea.textContent;
        idea.replaceWith(add);
        add.parentElement.classList.remove("chip");
      }
      form.querySelector(`[data-ideas="${code}"]`).replaceChildren(...part.childNodes);
    }
  } finally {
    button.removeAttribute("aria-busy");
  }
}
