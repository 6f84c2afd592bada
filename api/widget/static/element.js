/** `<applicant-desk>`: the button at the corner and the chat it opens, or (data-mode="page") the chat as the page. */
import { Conversation } from './conversation.js';
import { fill, h, icon } from './dom.js';
import { makePanel } from './panel.js';
import { Store } from './store.js';
import { css } from './styles.js';
import { en } from './texts/en.js';
import { fi } from './texts/fi.js';
import { sv } from './texts/sv.js';
import { call } from './wire.js';

const TEXTS = { sv, fi, en };
const small = matchMedia('(max-width: 480px), (max-height: 480px)');
const dark = matchMedia('(prefers-color-scheme: dark)');

export class ApplicantDesk extends HTMLElement {
  isOpen = false;
  brand = { name: 'Chat', assistant_name: 'Chat' };

  async connectedCallback() {
    if (this.tab) return;
    const { role, mode } = this.dataset;
    // A link in a mail carries who one is, or what one comes back to, behind the #, which no server sees.
    const [, kind, carried] = (mode === 'page' && location.hash.match(/^#(identity|reply)=(.+)/)) || [];
    const identity = this.dataset.identity ?? (kind === 'identity' ? carried : undefined);
    const base = new URL('../api/v1/', import.meta.url).href;
    this.page = mode === 'page';
    this.tab = new Store(`applicant-desk:${base}:`, 'sessionStorage');
    this.kept = new Store(this.tab.prefix);
    this.language = this.#preferred();
    this.conversation = new Conversation({ base, language: this.language, role, identity, reply: kind === 'reply' ? carried : undefined });
    this.said = h('div', { class: 'sr', 'aria-live': 'polite' });
    await this.#fetchBrand();
    const sheet = new CSSStyleSheet(); // allowed by a strict style-src, unlike a style element
    sheet.replaceSync(css);
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
    this.#theme();
    this.#build();
    this.#listen();
    if (this.page || (this.tab.get('open') && !small.matches)) this.#show();
  }

  /** What the candidate chose, while the page is in the language it was chosen on; else the page's. */
  #preferred() {
    const chosen = this.kept.get('language');
    const wishes = [this.dataset.language, document.documentElement.lang, ...navigator.languages, 'en'];
    if (chosen && chosen.on === this.dataset.language) wishes.unshift(chosen.language);
    return wishes.map((wish) => wish?.slice(0, 2).toLowerCase()).find((wish) => TEXTS[wish]);
  }

  /** The employer's name, colours and reply times; without an answer the chat still works. */
  async #fetchBrand() {
    const { base, role } = this.conversation;
    const asked = new URLSearchParams({ language: this.language, ...(role && { role }) });
    const answer = call(`${base}brand?${asked}`).catch(() => {});
    Object.assign(this.brand, await Promise.race([answer, new Promise((done) => setTimeout(done, 5000))]));
    for (const [name, color] of Object.entries(this.brand.colors || {})) {
      this.style.setProperty(`--${name}`, color);
    }
  }

  #theme() {
    const apply = () => {
      const wanted = document.documentElement.dataset.theme;
      this.classList.toggle('dark', wanted === 'dark' || (wanted !== 'light' && dark.matches));
    };
    dark.addEventListener('change', apply);
    new MutationObserver(apply).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    apply();
  }

  #build() {
    const { language, brand, conversation, page, tab } = this;
    const t = (this.t = TEXTS[language]);
    this.badge = h('span', { class: 'badge', 'aria-hidden': true });
    this.launcher = h('button', { class: 'launcher', 'aria-haspopup': 'dialog', onclick: () => this.open() },
      icon('chat'), h('span', {}, t.open), this.badge);
    this.panel = makePanel({
      t, language, brand, conversation, page, tab,
      announce: (...parts) => this.#announce(parts),
      close: () => this.close(),
      setLanguage: (code) => this.#switch(code),
    });
    const { node } = this.panel;
    // a modal dialog is also closed by the system: the back gesture of a phone
    node.addEventListener('close', () => this.isOpen && !node.open && this.close());
    this.root = h('div', { class: page ? 'root page' : 'root', lang: language }, !page && this.launcher, node, this.said);
    this.shadowRoot.replaceChildren(this.root);
    this.#update([]);
  }

  #listen() {
    this.conversation.addEventListener('change', ({ detail }) => this.#update(detail));
    document.addEventListener('visibilitychange', () => this.#refresh());
    small.addEventListener('change', () => this.isOpen && this.#show(this.shadowRoot.activeElement));
    // the phone's keyboard leaves less than the screen; a pinch does too, but must not squeeze the chat
    visualViewport.addEventListener('resize', () => {
      if (visualViewport.scale < 1.05) this.style.setProperty('--screen', `${visualViewport.height}px`);
    });
    if (!this.page) document.documentElement.style.scrollPaddingBottom ||= '5rem'; // focus never hides under the button
  }

  open() {
    this.#show();
    this.panel.focus();
    this.#refresh();
  }

  /** Reply times change with the hour, and what came unseen may be seen now. */
  async #refresh() {
    if (this.isOpen) await this.#fetchBrand();
    this.#update([]);
  }

  close() {
    this.isOpen = false;
    this.panel.node.close();
    this.#opened();
    this.launcher.focus();
  }

  /** A small screen is all ours: a modal dialog. Otherwise nothing takes the focus; `focused` gets it back. */
  #show(focused) {
    const { node } = this.panel;
    this.isOpen = true;
    if (!this.page) {
      node.close();
      if (small.matches) node.showModal();
      else node.open = true;
      focused?.focus();
    }
    this.#opened();
    this.panel.shown();
  }

  #opened() {
    this.launcher.hidden = this.isOpen;
    (this.isOpen ? this.panel.node : this.root).append(this.said); // outside a modal dialog nothing is spoken
    this.tab.set('open', this.isOpen);
    this.conversation.live = this.isOpen;
    this.#update([]);
  }

  #update(fresh) {
    const { conversation, panel, t } = this;
    panel.render(fresh);
    if (this.isOpen && !document.hidden) conversation.seen();
    const n = conversation.unread;
    const unread = fill(t.unread, { n });
    this.badge.hidden = !n;
    this.badge.textContent = n;
    this.launcher.setAttribute('aria-label', n ? `${t.open}. ${unread}` : t.open);
    if (fresh.length) this.#announce(this.isOpen ? panel.spoken(fresh) : [unread]);
  }

  /** Say it once; it is taken away again so that nobody meets it twice on the way through the page. */
  #announce(parts) {
    const said = h('p', {}, parts);
    this.said.append(said);
    setTimeout(() => said.remove(), 8000);
  }

  async #switch(language) {
    this.kept.set('language', { language, on: this.dataset.language });
    this.language = language;
    await this.#fetchBrand();
    this.conversation.setLanguage(language);
    if (this.page) document.documentElement.lang = language;
    this.#build();
    this.#show();
    this.panel.select.focus();
  }
}
