// A list to choose from by typing a part of a name: made of a select, which stays what is sent.

let made = 0;

function option(from, list) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.id = `${list.id}-${from.index}`;
  item.dataset.value = from.value;
  const name = document.createElement("span"), about = document.createElement("small");
  name.textContent = from.textContent;
  about.textContent = from.dataset.about ?? "";
  item.append(name, about);
  item.dataset.words = `${from.textContent} ${from.dataset.about ?? ""} ${from.value.replaceAll("_", " ")}`.toLocaleLowerCase();
  list.append(item);
}

/** Those that hold every word come first where the name itself begins with it. */
function fit(list, typed) {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const shown = [];
  for (const item of list.children) {
    item.hidden = !words.every((word) => item.dataset.words.includes(word));
    if (!item.hidden) shown.push(item);
  }
  const rank = (item) => (words.length && item.firstChild.textContent.toLocaleLowerCase().startsWith(words[0]) ? 0 : 1);
  return shown.sort((a, b) => rank(a) - rank(b));
}

class Picker {
  constructor(place) {
    this.select = place.querySelector("select");
    this.button = place.querySelector("button");
    this.input = document.createElement("input");
    this.list = document.createElement("ul");
    this.list.id = `picker-${(made += 1)}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    const label = place.querySelector("label");
    this.list.setAttribute("aria-label", label.textContent);
    const { input } = this;
    input.type = "text";
    input.id = `${this.list.id}-input`;
    input.autocomplete = "off";
    input.placeholder = this.select.dataset.placeholder ?? "";
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": this.list.id, "aria-expanded": "false", "aria-autocomplete": "list" })) input.setAttribute(name, value);
    label.htmlFor = input.id;
    for (const from of this.select.options) if (from.value) option(from, this.list);
    this.select.hidden = this.button.hidden = true;
    this.select.after(input, this.list);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => this.open());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("li")));
  }

  open() {
    this.shown = fit(this.list, this.input.value);
    this.list.append(...this.shown);
    this.list.hidden = !this.shown.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark(this.input.value ? 0 : -1);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  mark(place) {
    this.at = place;
    for (const item of this.list.children) item.setAttribute("aria-selected", "false");
    const item = this.shown[place];
    if (!item) return void this.input.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", item.id);
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) return this.open();
      const many = this.shown.length;
      this.mark((this.at + (event.key === "ArrowDown" ? 1 : -1) + many) % many);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!this.list.hidden) this.choose(this.shown[this.at]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.input.value = "";
      this.close();
    }
  }

  /** What is chosen is sent at once. */
  choose(item) {
    if (!item) return;
    this.select.value = item.dataset.value;
    this.close();
    this.button.click();
  }
}

export function startPicker(within) {
  for (const place of within?.querySelectorAll("[data-picker]:not(.made)") ?? []) {
    place.classList.add("made");
    new Picker(place);
  }
}
