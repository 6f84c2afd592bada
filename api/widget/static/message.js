/** One message as the reader sees it: who speaks, when, what is said, and where it comes from. */
import { fill, h, icon } from './dom.js';

const LINKS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,:;!?)\]}])|([\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})|\+\d[\d \u00a0()-]{6,18}\d/gi;

/** Text as nodes; addresses of pages, mailboxes and telephones become links, all else stays text. */
function linked(text, t) {
  const nodes = [];
  let from = 0;
  for (const { 0: shown, 1: page, 2: mail, index } of text.matchAll(LINKS)) {
    const away = page && !page.startsWith(`${location.origin}/`);
    const href = page || (mail ? `mailto:${mail}` : `tel:${shown.replace(/[^+\d]/g, '')}`);
    nodes.push(text.slice(from, index), h('a', { href, ...(away && { target: '_blank', rel: 'noopener noreferrer' }) },
      shown, away && h('span', { class: 'sr' }, ` (${t.newTab})`)));
    from = index + shown.length;
  }
  return [...nodes, text.slice(from)];
}

/** Date and time as people of the language write them, on the 24-hour clock. */
function show(date, language, options) {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { hourCycle: 'h23', ...options }).format(date);
}

/** "14:05" today, "20 nov. 14:05" on other days. */
function clock(iso, language) {
  const date = new Date(iso);
  const day = date.toDateString() !== new Date().toDateString() && { day: 'numeric', month: 'short' };
  return show(date, language, { hour: '2-digit', minute: '2-digit', ...day });
}

function relative(iso, language, t) {
  const minutes = Math.floor((Date.now() - new Date(iso)) / 60000);
  if (minutes < 1) return t.now;
  return minutes < 60 ? new Intl.RelativeTimeFormat(language, { style: 'short' }).format(-minutes, 'minute') : clock(iso, language);
}

/** Set the relative times anew. */
export function refreshTimes(root, language, t) {
  for (const node of root.querySelectorAll('time')) node.firstChild.textContent = relative(node.dateTime, language, t);
}

/** Who speaks, in words. */
export function speaker({ sender, author }, t, brand) {
  return {
    candidate: t.you,
    recruiter: author ? `${author}, ${t.person}` : t.person,
    assistant: `${author || brand.assistant_name}, ${t.ai}`,
    system: t.info,
  }[sender];
}

/** "Källa: annonsen LV-101, 14:05", each source once. */
export function sourceText(sources, language, t) {
  const said = sources.map(({ kind, ref, as_of }) =>
    fill(t.sources[kind] || t.sources.company, { ref: ref || '' }).trim() + (as_of ? `, ${clock(as_of, language)}` : ''));
  return said.length ? `${t.source}: ${[...new Set(said)].join('; ')}` : '';
}

/** List item of a message; `rate(message, value)` is called by the thumbs, `fetchFile(file)` by files. */
export function messageItem(message, { t, language, brand, rate, fetchFile }) {
  const { sender, text, sent_at } = message;
  const source = sourceText(message.sources, language, t);
  const exact = show(new Date(sent_at), language, { dateStyle: 'full', timeStyle: 'short' });
  const thumb = (value, label) => h('button', {
    class: `thumb ${value}`, 'aria-label': label, title: label, 'aria-pressed': message.rating === value,
    onclick({ currentTarget }) {
      for (const other of currentTarget.parentNode.children) other.setAttribute('aria-pressed', other === currentTarget);
      rate(message, value);
    },
  }, icon('up'));
  const thumbs = sender === 'assistant' && message.in_reply_to
    && h('span', { role: 'group', 'aria-label': t.helped }, thumb('up', t.good), thumb('down', t.bad));
  return h('li', { class: sender },
    h('p', { class: 'meta' },
      { assistant: icon('bot'), recruiter: icon('person') }[sender],
      h('b', {}, speaker(message, t, brand)), ' ',
      h('time', { datetime: sent_at, title: exact },
        h('span', { 'aria-hidden': true }, relative(sent_at, language, t)), h('span', { class: 'sr' }, exact))),
    text && h('p', { class: 'text', lang: message.language, dir: 'auto' }, linked(text, t)),
    message.attachments.map((file) => h('button', { class: 'file', onclick: () => fetchFile(file) }, icon('file'), h('span', {}, file.name), ' ',
      h('small', {}, new Intl.NumberFormat(language, { style: 'unit', unit: 'kilobyte' }).format(Math.ceil(file.size / 1000))))),
    (source || thumbs) && h('div', { class: 'foot' }, h('span', {}, source), thumbs));
}

/** List item of something the gateway has not acknowledged yet; a refused one can be put back for `edit(entry)`. */
export function pendingItem(entry, { t, edit }, trouble) {
  const { refused } = entry;
  return h('li', { class: 'candidate pending' },
    h('p', { class: 'meta' }, h('b', {}, t.you)),
    h('p', { class: 'text', dir: 'auto' }, entry.text),
    h('div', { class: 'foot' }, refused
      ? [icon('warn'), h('span', {}, fill(t.refused, { why: refused })), h('button', { class: 'link', onclick: () => edit(entry) }, t.edit)]
      : trouble ? t.queued : t.sending));
}
