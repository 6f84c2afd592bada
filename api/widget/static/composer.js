/** The input: grows to five lines, Enter sends, Shift+Enter breaks, and it counts when the end is near. */
import { fill, h, icon } from './dom.js';

const LIMIT = 2000;
const NEAR = 200;
const length = (text) => [...text].length; // characters as the gateway counts them, not UTF-16 units

export class Composer {
  #spoken = '';

  /** `context` = {t, draft (Store), send(text), announce(text)}. */
  constructor(context) {
    const { t, draft } = context;
    this.context = context;
    this.input = h('textarea', {
      rows: 1, id: 'input', placeholder: t.input, 'aria-label': t.input, 'aria-describedby': 'count', enterkeyhint: 'send',
      oninput: () => this.#changed(), onkeydown: (event) => this.#key(event),
    });
    this.count = h('p', { class: 'count', id: 'count', hidden: true });
    this.node = h('form', { onsubmit: (event) => this.#submit(event) },
      this.input, h('button', { class: 'send', 'aria-label': t.send, title: t.send }, icon('send')), this.count);
    this.input.value = draft.get('draft') || '';
    requestAnimationFrame(() => this.#changed());
  }

  /** Put a text back to be changed. */
  edit(text) {
    this.input.value = text;
    this.#changed();
    this.input.focus();
  }

  /** Help the keyboard with what the last message asks for: an address, a code, or anything. */
  expect(what) {
    const hints = { email: ['email', 'email'], code: ['numeric', 'one-time-code'] }[what] || ['text', 'off'];
    this.input.inputMode = hints[0];
    this.input.autocomplete = hints[1];
  }

  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    this.input.focus();
    if (!text || length(text) > LIMIT) return this.#changed();
    this.input.value = '';
    this.#changed();
    return this.context.send(text);
  }

  #changed() {
    const { input, count, context: { t, draft, announce } } = this;
    draft.set('draft', input.value);
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight + 2}px`; // max-height in the style sheet stops at five lines
    const left = LIMIT - length(input.value.trim());
    const text = left < 0 ? fill(t.over, { n: -left }) : fill(t.left, { n: left });
    count.hidden = left > NEAR;
    count.textContent = count.hidden ? '' : text;
    input.setAttribute('aria-invalid', left < 0);
    const stage = left < 0 ? 'over' : left <= NEAR ? 'near' : '';
    if (stage && stage !== this.#spoken) announce(text);
    this.#spoken = stage;
  }
}
