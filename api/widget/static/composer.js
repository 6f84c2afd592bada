/** The input: grows to five lines, Enter sends, Shift+Enter breaks, and it counts when the end is near. */
import { fill, h, icon } from './dom.js';

const LIMIT = 2000;
const NEAR = 200;

/** Returns {node, input, edit(text), resize()}; `tab` keeps a draft, `announce(text)` speaks. */
export function makeComposer({ t, tab, conversation, announce }) {
  const input = h('textarea', {
    rows: 1, placeholder: t.input, 'aria-label': t.input, 'aria-describedby': 'count', enterkeyhint: 'send',
    oninput() {
      changed();
      conversation.writing();
    },
    onkeydown(event) {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
    },
  });
  const count = h('p', { class: 'count', id: 'count' });
  const send = h('button', { class: 'send', 'aria-label': t.send, title: t.send, onclick: submit }, icon('send'));
  const node = h('div', { class: 'composer' }, input, send, count);
  let near = false;
  edit(tab.get('draft') || '');

  /** Characters as the gateway counts them, not UTF-16 units. */
  function left() {
    return LIMIT - [...input.value.trim()].length;
  }

  function submit(event) {
    event.preventDefault();
    input.focus();
    if (!input.value.trim() || left() < 0) return;
    conversation.send({ text: input.value.trim() });
    edit('');
  }

  function changed() {
    tab.set('draft', input.value);
    resize();
    const n = left();
    count.hidden = n > NEAR;
    count.textContent = fill(n < 0 ? t.over : t.left, { n: Math.abs(n) });
    input.setAttribute('aria-invalid', n < 0);
    if (!count.hidden && near !== n < 0) announce(count.textContent);
    near = count.hidden ? null : n < 0;
  }

  function edit(text) {
    input.value = text;
    changed();
  }

  function resize() {
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight + 2}px`; // the style sheet stops it at five lines
  }

  return { node, input, edit, resize };
}
