/** What is asked around a person's help, one thing at a time: where to write to, what the help was worth. */
import { h, icon } from './dom.js';

/** Returns {node, askMail(send, waits), render()}; `focus()` goes back to where one writes, `announce(text)` speaks. */
export function makeExtra({ t, conversation, focus, announce }) {
  const node = h('form', { class: 'notice', onsubmit });
  let asking; // 'rate', or what to do with what was typed
  let answer; // whether that is about a person's answer
  show();

  function show(now, ...parts) {
    asking = now;
    answer = false;
    node.hidden = !now;
    node.replaceChildren(...parts);
  }

  function done() {
    show();
    focus();
  }

  /** A label, a field, and the ways on. */
  function field(label, attributes, send) {
    const input = h('input', { id: 'extra', 'aria-describedby': 'wrong', ...attributes });
    show(send, h('label', { for: 'extra' }, label), input, h('button', { type: 'submit', class: 'main' }, t.send),
      h('button', { class: 'icon', 'aria-label': t.notNow, title: t.notNow, onclick: done }, icon('close')), h('p', { id: 'wrong', role: 'alert' }));
    input.focus();
  }

  async function onsubmit(event) {
    event.preventDefault();
    const [, input] = node.children;
    try {
      await asking(input.value);
      done();
    } catch (error) {
      node.lastChild.textContent = error.message || t.failed;
      input.focus();
    }
  }

  /** Ask for an address; `send(email)` may refuse it. `waits`: of no use once nobody is waited for. */
  function askMail(send, waits) {
    field(t.address, { type: 'email', autocomplete: 'email', required: '', maxlength: 254 }, send);
    answer = waits;
  }

  /** One tap is enough; words may follow. */
  function rated(score) {
    const tell = (comment) => conversation.send({ kind: 'rating', score, comment });
    tell();
    conversation.rate = false;
    field(t.rateMore, { maxlength: 2000 }, (words) => {
      if (words.trim()) tell(words);
      conversation.tell('thanks');
    });
  }

  function render() {
    if (asking === 'rate' ? !conversation.rate : answer && !conversation.theirs) node.matches(':focus-within') ? done() : show();
    if (asking || !conversation.rate) return;
    const scores = [1, 2, 3, 4, 5].map((n) => h('button', { onclick: () => rated(n) }, `${n}`));
    show('rate', h('p', { id: 'rate' }, t.rate), h('div', { class: 'scores', role: 'group', 'aria-labelledby': 'rate' }, scores));
    announce(t.rate);
  }

  return { node, askMail, render };
}
