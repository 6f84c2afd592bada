/** The open chat: header with who answers, the log, what is wrong if anything, the way to a person, the input. */
import { makeComposer } from './composer.js';
import { fill, h, icon, save } from './dom.js';
import { makeExtra } from './extra.js';
import { choicesOf, makeLog } from './log.js';
import { sourceText, speaker } from './message.js';

const NAMES = { sv: 'Svenska', fi: 'Suomi', en: 'English' };

/**
 * `context` = {t, language, brand, conversation, tab, page, announce(…parts), close(), setLanguage(code)}.
 * Returns {node, select, focus(), shown(), render(fresh), spoken(fresh)}.
 */
export function makePanel(context) {
  const { t, language, brand, conversation, page, announce, close } = context;
  const composer = makeComposer(context);
  const log = makeLog({
    ...context,
    chosen: focus,
    rate: (message, value) => conversation.send({ kind: 'rating', message: message.id, value }),
    fetchFile: (file) => fetched(conversation.file(file.id), file.name),
    edit(entry) {
      conversation.discard(entry);
      composer.edit(entry.text);
      composer.input.focus();
    },
  });
  const iconButton = (name, label, attributes) =>
    h('button', { class: 'icon', 'aria-label': label, title: label, ...attributes }, icon(name));
  const title = h(page ? 'h1' : 'h2', { tabindex: -1 });
  const who = h('p');
  const menu = h('div', { class: 'menu', id: 'menu' },
    h('button', { onclick: download }, t.download), h('button', { onclick: mailCopy }, t.copy), h('button', { onclick: forget }, t.forget));
  const more = iconButton('more', t.more, { 'aria-controls': 'menu', onclick: () => toggle(menu.hidden) });
  const select = h('select', { 'aria-label': t.language, onchange: () => context.setLanguage(select.value) },
    Object.keys(NAMES).map((code) => h('option', { value: code, lang: code }, NAMES[code])));
  const extra = makeExtra({ ...context, focus });
  const notice = h('div', { class: 'notice' });
  const expected = h('small');
  const ask = h('button', { class: 'link', onclick: handoff }, icon('person'), t.toPerson);
  const asked = h('span', {});
  const mailMe = h('button', { class: 'link', onclick: () => extra.askMail((email) => conversation.leaveMail(email), true) }, t.mailMe);
  const node = h(page ? 'main' : 'dialog', { class: 'panel', 'aria-label': fill(t.title, { name: brand.name }), onkeydown: escape },
    h('div', { class: 'head' }, logo(), h('div', { class: 'names' }, title, who), select, more,
      !page && iconButton('close', t.close, { onclick: close })),
    menu, log.node, extra.node, notice, h('div', { class: 'bar' }, ask, asked, mailMe, expected), composer.node);
  let noticed;
  select.value = language;
  toggle(false);

  /** Focus where one goes on: the input, or on a touch screen (whose keyboard would cover the rest) the title. */
  function focus() {
    (matchMedia('(pointer: coarse)').matches ? title : composer.input).focus();
  }

  /** The panel has come to sight and can be measured. */
  function shown() {
    composer.resize();
    log.toEnd();
  }

  function logo() {
    const place = h('span', { class: 'logo' }, icon('bot'));
    if (brand.logo_url) {
      const src = new URL(brand.logo_url, conversation.base);
      const picture = h('img', { alt: '', src, onload: () => place.replaceChildren(picture) }); // a host's CSP may refuse it
    }
    return place;
  }

  function toggle(open) {
    menu.hidden = !open;
    more.setAttribute('aria-expanded', open);
    if (open) menu.firstChild.focus();
  }

  function escape(event) {
    if (event.key !== 'Escape' || (page && menu.hidden)) return;
    event.preventDefault();
    if (menu.hidden) return close();
    toggle(false);
    more.focus();
  }

  async function fetched(blob, name) {
    try {
      save(await blob, name);
    } catch {
      conversation.tell('failed');
    }
  }

  function download() {
    toggle(false);
    more.focus();
    fetched(conversation.transcript(), 'chat.txt');
  }

  /** To the address that we know, or to one that is asked for. */
  function mailCopy() {
    toggle(false);
    const send = (email) => conversation.mailCopy(email).then(() => conversation.tell('copied'));
    if (!conversation.mailed) return extra.askMail(send);
    more.focus();
    send().catch(() => conversation.tell('failed'));
  }

  function forget() {
    toggle(false);
    more.focus();
    if (!confirm(t.forgetAsk)) return;
    composer.edit('');
    conversation.forget();
    if (!page) close();
  }

  function handoff() {
    conversation.send({ kind: 'handoff' });
    focus();
  }

  function head() {
    const { person, theirs, ended, mailed } = conversation;
    const going = theirs || conversation.outbox.all().some((entry) => entry.kind === 'handoff');
    title.textContent = person || brand.assistant_name;
    who.textContent = person ? t.nowPerson : theirs ? t.nowAsked : ended ? t.nowEnded : t.nowAi;
    ask.hidden = going;
    asked.textContent = theirs && mailed ? t.mailed : going && !person ? t.asked : '';
    mailMe.hidden = !theirs || mailed;
    expected.textContent = conversation.expected || brand.handoff?.expected;
  }

  function notify() {
    const key = conversation.trouble || conversation.because || conversation.notice;
    if (key === noticed) return;
    noticed = key;
    notice.hidden = !key;
    if (!key) return;
    const text = fill(t[key], { name: brand.assistant_name });
    notice.replaceChildren(icon(key === 'copied' || key === 'thanks' ? 'up' : 'warn'), h('p', {}, text));
    if (conversation.trouble) notice.append(h('button', { class: 'link', onclick: retry }, t.retry));
    announce(text);
  }

  function retry() {
    focus();
    conversation.nudge();
  }

  function render(fresh) {
    log.render(fresh);
    extra.render();
    head();
    notify();
  }

  /** What a screen reader is told of new messages, as nodes with their language. */
  function spoken(fresh) {
    const n = choicesOf(conversation).length;
    return fresh.flatMap((m) => [
      `${speaker(m, t, brand)}: `, h('span', { lang: m.language }, m.text, ...m.attachments.map((file) => ` ${file.name}`)), ` ${sourceText(m.sources, language, t)} `,
    ]).concat(n ? fill(t.choicesBelow, { n }) : []);
  }

  return { node, select, shown, focus, render, spoken };
}
