/** The part that scrolls: the messages, the typing sign, and the answers on offer. */
import { fill, h } from './dom.js';
import { messageItem, pendingItem, refreshTimes } from './message.js';

/** Buttons that may still be pressed: all that were offered since the candidate last spoke, each once. */
export function choicesOf({ messages, pending, status }) {
  if (status === 'with_recruiter' || pending.some((entry) => !entry.refused)) return [];
  const from = messages.findLastIndex((m) => m.sender === 'candidate');
  const offered = messages.slice(from + 1).flatMap((m) => m.buttons || []);
  return [...new Map(offered.map((choice) => [choice.button, choice])).values()];
}

export class Log {
  #items = new Map();

  /** `context` = {t, language, brand, conversation, edit(entry), chosen()}. */
  constructor(context) {
    const { t, language } = context;
    this.context = context;
    this.list = h('ol');
    // role=log for those who go looking; what is new is spoken by the announcer, so history never is
    this.log = h('div', { role: 'log', 'aria-live': 'off', 'aria-label': t.log }, this.list);
    this.skeleton = h('p', { class: 'skeleton' }, h('span', { class: 'sr' }, t.loading));
    this.typing = h('p', { class: 'typing', hidden: true });
    this.choices = h('div', { class: 'choices', role: 'group', 'aria-label': t.choices, hidden: true });
    this.jump = h('button', { type: 'button', class: 'jump', hidden: true, onclick: () => this.toEnd() }, t.newBelow, ' ↓');
    this.node = h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': t.log },
      this.log, this.skeleton, this.typing, this.choices, this.jump);
    this.node.addEventListener('scroll', () => this.#atEnd() && (this.jump.hidden = true));
    setInterval(() => this.node.isConnected && refreshTimes(this.list, language, t), 30000);
  }

  render(fresh) {
    const { conversation, t, brand } = this.context;
    const { messages, pending } = conversation;
    const wasAtEnd = this.#atEnd();
    const added = this.#place(messages, pending);
    this.skeleton.hidden = messages.length > 0 || pending.length > 0 || Boolean(conversation.trouble);
    const typing = conversation.typing && fill(t.typing, { name: conversation.speaker || brand.assistant_name });
    this.typing.hidden = !typing;
    if (typing) this.typing.replaceChildren(h('span', { class: 'sr' }, typing), h('i'), h('i'), h('i'));
    this.#offer();
    const own = added.some((node) => node.classList.contains('candidate'));
    if (wasAtEnd || own || !fresh.length) this.#show(added[0], own);
    else this.jump.hidden = false;
  }

  /** Make the list hold exactly these; nodes that stay are not touched, so nothing is read out or loses focus. */
  #place(messages, pending) {
    const online = this.context.conversation.trouble !== 'offline';
    const wanted = [
      ...messages.map((m) => [m.seq, () => messageItem(m, this.context)]),
      ...pending.map((entry) => [`${entry.key}${entry.refused || online}`, () => pendingItem(entry, { ...this.context, online })]),
    ];
    const added = [];
    const items = new Map();
    let at = this.list.firstChild;
    for (const [key, make] of wanted) {
      let node = this.#items.get(key);
      if (!node) added.push((node = make()));
      items.set(key, node);
      if (node === at) at = at.nextSibling;
      else this.list.insertBefore(node, at);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
    this.#items = items;
    return added;
  }

  #offer() {
    const { conversation, chosen } = this.context;
    const offered = choicesOf(conversation);
    const now = JSON.stringify(offered);
    if (now === this.offered) return;
    this.offered = now;
    const lang = conversation.messages.at(-1)?.language;
    this.choices.hidden = !offered.length;
    this.choices.replaceChildren(...offered.map(({ title, button }) =>
      h('button', {
        type: 'button', lang, onclick: () => {
          conversation.send({ text: title, button });
          chosen();
        },
      }, title)));
  }

  #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    return scrollHeight - scrollTop - clientHeight < 60;
  }

  /** Bring `first` of what is new to the top at most, so that a long answer is read from its beginning. */
  #show(first, own) {
    if (first && !own && this.#items.size > 1) this.node.scrollTop = first.offsetTop - 12;
    else this.toEnd();
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.jump.hidden = true;
  }
}
