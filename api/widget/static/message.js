/** One message as the reader sees it: who speaks, when, what is said, and where it comes from. */
import { fill, h, icon } from './dom.js';

const LINKS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,:;!?)\]}])|([\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})|(\+\d{1,3}[\d \u00a0()-]{5,16}\d)/gi;

/** Text as nodes; addresses of pages, mailboxes and telephones become links, all else stays text. */
export function linked(text, t) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(LINKS)) {
    const [shown, page, mail] = found;
    const away = page && new URL(page, location).origin !== location.origin;
    const href = page || (mail ? `mailto:${mail}` : `tel:${shown.replace(/[^+\d]/g, '')}`);
    const link = h('a', { href, ...(away && { target: '_blank', rel: 'noopener noreferrer' }) }, shown);
    if (away) link.append(h('span', { class: 'sr' }, ` (${t.newTab})`));
    nodes.push(text.slice(from, found.index), link);
    from = found.index + shown.length;
  }
  return [...nodes, text.slice(from)];
}

const locale = (language) => (language === 'en' ? 'en-GB' : language);
const show = (date, language, options) => new Intl.DateTimeFormat(locale(language), { hourCycle: 'h23', ...options }).format(date);
const CLOCK = { hour: '2-digit', minute: '2-digit' };
const dayOf = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** "14:05" today, "20 nov. 14:05" on other days. */
export function clock(iso, language) {
  const date = new Date(iso);
  const today = +dayOf(date) === +dayOf(new Date());
  return show(date, language, today ? CLOCK : { day: 'numeric', month: 'short', ...CLOCK });
}

function relative(iso, language, t) {
  const date = new Date(iso);
  const ago = new Intl.RelativeTimeFormat(locale(language), { numeric: 'auto', style: 'short' });
  const minutes = Math.floor((Date.now() - date) / 60000);
  if (minutes < 1) return t.now;
  if (minutes < 60) return ago.format(-minutes, 'minute');
  const yesterday = Math.round((dayOf(new Date()) - dayOf(date)) / 864e5) === 1;
  return (yesterday ? `${ago.format(-1, 'day')} ` : '') + (yesterday ? show(date, language, CLOCK) : clock(iso, language));
}

/** `<time>` that says how long ago, and exactly when to a pointer or a screen reader. */
function time(iso, language, t) {
  const exact = show(new Date(iso), language, { dateStyle: 'full', timeStyle: 'short' });
  return h('time', { datetime: iso, title: exact },
    h('span', { 'aria-hidden': 'true' }, relative(iso, language, t)), h('span', { class: 'sr' }, exact));
}

/** Set the relative times anew. */
export function refreshTimes(root, language, t) {
  for (const node of root.querySelectorAll('time')) node.firstChild.textContent = relative(node.dateTime, language, t);
}

/** Who speaks, in words. */
export function speaker(message, t, brand) {
  return {
    candidate: t.you,
    recruiter: `${message.author || t.person}, ${t.person}`,
    assistant: `${message.author || brand.assistant_name}, ${t.ai}`,
    system: t.info,
  }[message.sender];
}

/** "Källa: annonsen LV-101, 14:05", the same source once. */
export function sourceText(sources, language, t) {
  const said = sources.map(({ kind, ref, as_of }) =>
    fill(t.sources[kind] || t.sources.company, { ref: ref || '' }).trim() + (as_of ? `, ${clock(as_of, language)}` : ''));
  return said.length ? `${t.source}: ${[...new Set(said)].join('; ')}` : '';
}

/** List item of a message. `context` = {t, language, brand, rate(message, value)}. */
export function messageItem(message, { t, language, brand, rate }) {
  const { sender, text, sources = [], in_reply_to } = message;
  const said = sourceText(sources, language, t);
  return h('li', { class: `message ${sender}`, 'data-seq': message.seq },
    h('p', { class: 'meta' },
      sender === 'assistant' && icon('bot'), sender === 'recruiter' && icon('person'),
      h('b', {}, speaker(message, t, brand)), ' ', time(message.sent_at, language, t)),
    h('p', { class: 'text', lang: message.language, dir: 'auto' }, linked(text, t)),
    (said || (sender === 'assistant' && in_reply_to)) && h('div', { class: 'foot' },
      h('span', {}, said), sender === 'assistant' && in_reply_to && thumbs(message, t, rate)));
}

function thumbs(message, t, rate) {
  const press = (value) => (event) => {
    for (const button of event.currentTarget.parentNode.children) button.setAttribute('aria-pressed', button === event.currentTarget);
    rate(message, value);
  };
  const one = (value, label) => h('button', {
    type: 'button', class: `thumb ${value}`, 'aria-label': label, title: label,
    'aria-pressed': String(message.rating === value), onclick: press(value),
  }, icon('up'));
  return h('span', { class: 'thumbs', role: 'group', 'aria-label': t.helped }, one('up', t.good), one('down', t.bad));
}

/** List item of something the gateway has not acknowledged yet. `act` = {edit(entry)}. */
export function pendingItem(entry, { t, online, edit }) {
  const state = entry.refused
    ? [icon('warn'), ` ${fill(t.refused, { why: entry.refused === true ? '' : entry.refused })} `,
      h('button', { type: 'button', class: 'link', onclick: () => edit(entry) }, t.edit)]
    : online ? t.sending : t.queued;
  return h('li', { class: `message candidate ${entry.refused ? 'refused' : 'pending'}` },
    h('p', { class: 'meta' }, h('b', {}, t.you)),
    h('p', { class: 'text', dir: 'auto' }, entry.text),
    h('div', { class: 'foot' }, h('span', {}, state)));
}
