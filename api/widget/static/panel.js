/** The open chat: header with who answers, the log, what is wrong if anything, the way to a person, the input. */
import { Composer } from './composer.js';
import { fill, h, icon } from './dom.js';
import { choicesOf, Log } from './log.js';
import { sourceText, speaker } from './message.js';

const NAMES = { sv: 'Svenska', fi: 'Suomi', en: 'English' };

export class Panel {
  /** `context` = {t, language, brand, conversation, draft, page, announce, onClose, onLanguage}. */
  constructor(context) {
    const { t, brand, page, conversation, onClose } = context;
    this.context = context;
    this.composer = new Composer({ ...context, send: (text) => conversation.send({ text }) });
    this.log = new Log({
      ...context,
      chosen: () => this.focus(),
      rate: (message, value) => {
        conversation.send({ kind: 'rating', message: message.id, value });
        context.announce(t.thanks);
      },
      edit: (entry) => {
        conversation.discard(entry);
        this.composer.edit(entry.text);
      },
    });
    this.title = h(page ? 'h1' : 'h2', { tabindex: -1 }, brand.assistant_name);
    this.who = h('p');
    this.notice = h('div', { class: 'notice', hidden: true });
    this.bar = h('div', { class: 'bar' });
    this.#menu();
    this.node = h(page ? 'main' : 'dialog', { class: 'panel', 'aria-label': fill(t.title, { name: brand.name }) },
      h('header', {}, this.#logo(), h('div', { class: 'names' }, this.title, this.who), this.#languages(), this.more,
        !page && h('button', { type: 'button', class: 'icon', 'aria-label': t.close, title: t.close, onclick: onClose }, icon('close'))),
      this.menu, this.log.node, this.notice, this.bar, this.composer.node);
    this.node.addEventListener('keydown', (event) => this.#escape(event));
    this.render([]);
  }

  /** Focus where one goes on: the input, or on a touch screen (whose keyboard would cover the rest) the title. */
  focus() {
    (matchMedia('(pointer: coarse)').matches ? this.title : this.composer.input).focus({ preventScroll: true });
  }

  render(fresh) {
    this.log.render(fresh);
    this.#header();
    this.#bar();
    this.#notice();
    this.composer.expect(this.context.conversation.messages.at(-1)?.expects);
  }

  /** What a screen reader is told of new messages, as nodes with their language. */
  spoken(fresh) {
    const { t, language, brand, conversation } = this.context;
    const parts = fresh.flatMap((m) => [
      `${speaker(m, t, brand)}: `, h('span', { lang: m.language }, m.text), `. ${sourceText(m.sources || [], language, t)} `,
    ]);
    const n = choicesOf(conversation).length;
    return n ? [...parts, fill(t.choicesBelow, { n })] : parts;
  }

  #logo() {
    const { logo_url } = this.context.brand;
    const logo = h('span', { class: 'logo' }, icon('bot'));
    if (logo_url) {
      const picture = h('img', { alt: '', src: new URL(logo_url, this.context.conversation.base) });
      picture.addEventListener('load', () => logo.replaceChildren(picture)); // a host's CSP may refuse it
    }
    return logo;
  }

  #languages() {
    const { t, language, brand, onLanguage } = this.context;
    const options = (brand.languages || Object.keys(NAMES)).map((code) =>
      h('option', { value: code, lang: code, selected: code === language }, NAMES[code] || code));
    this.language = h('select', { 'aria-label': t.language, onchange: (event) => onLanguage(event.target.value) }, options);
    return this.language;
  }

  #menu() {
    const { t } = this.context;
    const item = (label, action) => h('button', { type: 'button', onclick: action }, label);
    this.menu = h('div', { class: 'menu', id: 'menu', hidden: true },
      item(t.download, () => this.#download()), item(t.forget, () => this.#askForget()));
    this.more = h('button', {
      type: 'button', class: 'icon', 'aria-label': t.more, title: t.more, 'aria-expanded': 'false', 'aria-controls': 'menu',
      onclick: () => this.#toggle(this.menu.hidden),
    }, icon('more'));
  }

  #toggle(open) {
    this.menu.hidden = !open;
    this.more.setAttribute('aria-expanded', open);
    if (open) this.menu.firstChild.focus();
    else this.more.focus();
  }

  #escape(event) {
    if (event.key !== 'Escape') return;
    if (!this.menu.hidden) this.#toggle(false);
    else if (this.context.page) return;
    else this.context.onClose();
    event.preventDefault();
    event.stopPropagation();
  }

  #header() {
    const { conversation, t, brand } = this.context;
    const { status, speaker: name, messages } = conversation;
    const person = name || (status === 'with_recruiter' && messages.findLast((m) => m.sender === 'recruiter')?.author);
    this.person = status === 'with_recruiter' && person;
    const text = this.person ? fill(t.nowPerson, { name: person }) : status === 'with_recruiter' ? t.nowAsked : t.nowAi;
    this.#text(this.who, text);
    this.#text(this.title, this.person || brand.assistant_name);
  }

  #bar() {
    const { conversation, t, brand } = this.context;
    const asked = conversation.status === 'with_recruiter';
    const going = asked || conversation.outbox.all().some((entry) => entry.kind === 'handoff');
    const state = `${going}${this.person}`;
    if (state === this.barState) return;
    this.barState = state;
    const first = !going
      ? h('button', { type: 'button', class: 'link', onclick: () => this.#handoff() }, icon('person'), t.toPerson)
      : h('span', {}, icon('person'), this.person ? fill(t.withPerson, { name: this.person }) : t.asked);
    const held = this.bar.matches(':focus-within');
    this.bar.replaceChildren(first, h('small', {}, brand.handoff?.expected || ''));
    if (held) this.focus();
  }

  #handoff() {
    this.context.conversation.send({ kind: 'handoff' });
    this.log.toEnd();
  }

  #notice() {
    const { conversation, t, brand, announce } = this.context;
    if (this.asking) return;
    const key = conversation.trouble || conversation.because || conversation.notice;
    if (key === this.noticeKey) return;
    this.noticeKey = key;
    const text = key && fill(t[key] || t.delayed, { name: brand.assistant_name });
    const retry = conversation.trouble && key !== 'closed';
    this.#say(text && [icon(conversation.trouble ? 'warn' : 'chat'), h('p', {}, text),
      retry && h('button', { type: 'button', class: 'link', onclick: () => conversation.nudge() }, t.retry)]);
    if (text) announce(text);
  }

  #say(children) {
    const held = this.notice.matches(':focus-within');
    this.notice.hidden = !children;
    this.notice.replaceChildren(...(children || []).filter(Boolean));
    if (held) this.focus();
  }

  #askForget() {
    const { conversation, t, page, onClose } = this.context;
    const end = (forget) => () => {
      this.asking = false;
      this.noticeKey = undefined;
      this.#say(null);
      this.focus();
      if (forget) {
        conversation.forget();
        if (!page) onClose();
      }
      this.render([]);
    };
    this.#toggle(false);
    this.asking = true;
    const cancel = h('button', { type: 'button', class: 'link', onclick: end(false) }, t.cancel);
    this.#say([icon('warn'), h('p', {}, t.forgetAsk), h('button', { type: 'button', class: 'link', onclick: end(true) }, t.remove), cancel]);
    this.context.announce(t.forgetAsk);
    cancel.focus();
  }

  async #download() {
    const { conversation, t, announce } = this.context;
    this.#toggle(false);
    try {
      const href = URL.createObjectURL(await conversation.transcript());
      h('a', { href, download: `chat-${new Date().toISOString().slice(0, 10)}.txt` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60000);
    } catch {
      this.noticeKey = 'failed';
      this.#say([icon('warn'), h('p', {}, t.failed)]);
      announce(t.failed);
    }
  }

  #text(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }
}
