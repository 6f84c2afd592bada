/** The part that scrolls: the messages, the typing sign, and the answers on offer. */
import { fill, h } from './dom.js';
import { messageItem, pendingItem, refreshTimes } from './message.js';

/**
 * Buttons that may still be pressed: all that were offered since the candidate last spoke, each once; while a
 * person has been asked for, the desk's own (back to the assistant); none when one has come.
 */
export function choicesOf({ messages, pending, status, person }) {
  if (person || pending.some((entry) => !entry.refused)) return [];
  const waits = status === 'with_recruiter';
  const from = messages.findLastIndex((m) => (waits ? m.sender === 'system' : m.sender === 'candidate'));
  const offered = messages.slice(waits ? from : from + 1).flatMap((m) => m.buttons);
  return [...new Map(offered.map((choice) => [choice.button, choice])).values()];
}

/** Returns {node, render(fresh), toEnd()}; `chosen` is called after a button was pressed. */
export function makeLog(context) {
  const { t, language, brand, conversation, chosen } = context;
  const list = h('ol');
  const skeleton = h('p', { class: 'skeleton' }, h('span', { class: 'sr' }, t.loading));
  const typing = h('p', { class: 'typing' }, h('span', { class: 'sr' }), h('i'), h('i'), h('i'));
  const choices = h('div', { class: 'choices', role: 'group', 'aria-label': t.choices });
  const jump = h('button', { class: 'jump', onclick: toEnd }, `${t.newBelow} ↓`);
  const node = h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': t.log, onscroll },
    // a log for those who go looking; what is new is spoken elsewhere, so that history never is
    h('div', { role: 'log', 'aria-live': 'off', 'aria-label': t.log }, list), skeleton, typing, choices, jump);
  let items = new Map();
  let offered;
  let atEnd = true;
  const timer = setInterval(() => (node.isConnected ? refreshTimes(list, language, t) : clearInterval(timer)), 30000);
  // a notice or a long draft leaves less room: what was in sight stays so
  let height;
  new ResizeObserver(() => {
    height = node.clientHeight;
    if (atEnd) toEnd();
  }).observe(node);

  function onscroll() {
    if (node.clientHeight !== height) return; // nobody has scrolled: there is less room
    atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 60;
    jump.hidden ||= atEnd;
  }

  function toEnd() {
    atEnd = true;
    jump.hidden = true;
    node.scrollTop = node.scrollHeight;
  }

  /** Make the list hold exactly these; what stays is not touched, so that nothing loses focus. Returns the new ones. */
  function place(wanted) {
    const added = [];
    const kept = new Map();
    let at = list.firstChild;
    for (const [key, make] of wanted) {
      const item = items.get(key) || make();
      if (!items.has(key)) added.push(item);
      kept.set(key, item);
      if (item === at) at = at.nextSibling;
      else list.insertBefore(item, at);
    }
    for (const [key, item] of items) if (!kept.has(key)) item.remove();
    items = kept;
    return added;
  }

  function offer() {
    const now = choicesOf(conversation);
    if (JSON.stringify(now) === offered) return;
    offered = JSON.stringify(now);
    choices.hidden = !now.length;
    choices.replaceChildren(...now.map(({ title, button }) => h('button', {
      lang: conversation.messages.at(-1).language,
      onclick() {
        conversation.send({ text: title, button });
        chosen();
      },
    }, title)));
  }

  function render(fresh) {
    const { messages, pending, trouble, read, status } = conversation;
    // the last word is the candidate's, and a person has read it
    const last = messages.findLast((m) => m.sender === 'candidate' || m.sender === 'recruiter');
    const seen = status === 'with_recruiter' && last?.sender === 'candidate' && last.seq <= read && last;
    const follows = atEnd || !fresh.length;
    const added = place([
      ...messages.flatMap((m) => [[m.seq, () => messageItem(m, context)],
        ...(m === seen ? [['seen', () => h('li', { class: 'seen' }, t.seen)]] : [])]),
      ...pending.map((entry) => [entry.key + entry.refused + trouble, () => pendingItem(entry, context, trouble)]),
    ]);
    const still = typing.hidden;
    skeleton.hidden = items.size || trouble;
    typing.hidden = !conversation.typing;
    typing.firstChild.textContent = fill(t.typing, { name: conversation.writes || brand.assistant_name });
    offer();
    if (!added.length) return still && !typing.hidden && atEnd && toEnd();
    // a long answer is read from its beginning: bring that to the top at most
    if (fresh.length && follows) node.scrollTop = added[0].offsetTop - 12;
    else if (follows) toEnd();
    else jump.hidden = false;
  }

  return { node, render, toEnd };
}
