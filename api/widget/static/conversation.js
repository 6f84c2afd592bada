/** One conversation as this browser knows it: what was said, what waits to be sent, and how the line is. */
import { Outbox } from './outbox.js';
import { Store } from './store.js';
import { call, listen } from './wire.js';

const gone = (error) => error.status === 401 || error.status === 404;
const backoff = (tries) => Math.min(30, 2 ** (tries - 1)) * (700 + Math.random() * 600);
const spoken = (entry) => entry.text != null;

/** `sub` of an identity token: another person signed in on the same page must not see this one's talk. */
function subject(identity) {
  try {
    return JSON.parse(atob(identity.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub || '';
  } catch {
    return '';
  }
}

/** Fires `change`; its detail says which messages are new (empty for history). */
export class Conversation extends EventTarget {
  messages = [];
  status = 'answered'; // or waiting, with_recruiter
  because = null; // waking_up, delayed
  speaker = null; // name of the person who has taken over
  trouble = null; // offline, unreachable, busy, closed
  notice = null; // restarted
  loaded = false;
  sending = false;
  id = null;
  #live = false;
  #cursor = 0;
  #silent = 0;
  #tries = 0;
  #cut = new AbortController();
  #wake = () => {};

  constructor({ base, language, role, identity }) {
    super();
    Object.assign(this, { base, language, role, identity, subject: subject(identity) });
    this.store = new Store(`applicant-desk:${base}:`);
    this.outbox = new Outbox(this.store);
    this.#adopt();
    addEventListener('storage', (event) => this.#elsewhere(event));
    addEventListener('online', () => this.nudge());
    addEventListener('offline', () => this.#set({ trouble: 'offline' }));
    document.addEventListener('visibilitychange', () => this.nudge());
    this.#follow();
    this.flush();
  }

  /** Texts that wait to be acknowledged, oldest first. */
  get pending() {
    const known = new Set(this.messages.map((m) => m.client_id));
    return this.outbox.all().filter((entry) => spoken(entry) && !known.has(entry.client_id));
  }

  get typing() {
    return Boolean(this.#typing) || (this.status !== 'with_recruiter' && !this.because && (this.sending || this.status === 'waiting'));
  }

  get unread() {
    const seen = this.store.get('seen') || 0;
    return this.messages.filter((m) => m.seq > seen && m.sender !== 'candidate').length;
  }

  /** While live (the chat is open) new messages come at once, otherwise every half minute. */
  set live(value) {
    this.#live = value;
    this.nudge();
  }

  seen() {
    const last = this.messages.at(-1)?.seq || 0;
    if (last > (this.store.get('seen') || 0)) this.store.set('seen', last);
  }

  /** Put a text, a button ({text, button}), a hand-off, a rating or a language on its way. */
  send(entry) {
    this.outbox.add({ ...entry, conversation: this.id, ...(spoken(entry) && this.role && { role: this.role }) });
    if (spoken(entry)) this.notice = null;
    this.#set({});
    this.flush();
  }

  discard(entry) {
    this.outbox.remove(entry);
    this.#set({});
  }

  setLanguage(language) {
    this.language = language;
    if (this.id) this.send({ kind: 'language', language });
  }

  transcript() {
    return this.#call('GET', 'transcript', null, 'blob');
  }

  /** Leave nothing of the conversation in this browser. */
  forget() {
    for (const key of this.store.keys('')) this.store.remove(key);
    this.#reset();
    this.#set({});
  }

  /** Look again at once: the line, the outbox, or whether anybody watches has changed. */
  nudge() {
    this.#cut.abort();
    this.#cut = new AbortController();
    this.#wake();
    this.flush();
  }

  // -- the conversation's place in this browser

  #adopt() {
    const kept = this.store.get('conversation');
    if (kept && kept.subject !== this.subject) this.forget();
    else if (kept) Object.assign(this, { id: kept.id, token: kept.token });
  }

  #reset() {
    Object.assign(this, { id: null, token: null, messages: [], loaded: false, status: 'answered', because: null, speaker: null });
    this.#cursor = 0;
  }

  /** The conversation ended at the gateway; what waits in the outbox goes to the next one. */
  #restart(dead) {
    if (this.store.get('conversation')?.id === dead) {
      this.store.remove('conversation');
      this.store.remove('seen');
    }
    this.#reset();
    this.#adopt();
    this.#set({ notice: 'restarted' });
  }

  #ensure() {
    this.#starting ??= this.#locked('start', () => this.#start()).finally(() => (this.#starting = null));
    return this.#starting;
  }

  async #start() {
    this.#adopt(); // another tab may have been first
    if (this.id) return;
    const { language, role, identity } = this;
    const open = (body) => call(this.base + 'conversations', { method: 'POST', body });
    const made = await open({ language, ...(role && { role }), ...(identity && { identity }) }).catch((error) => {
      // a role that is gone or a token that ran out is no reason not to talk
      if (error.status >= 400 && error.status < 500 && ![403, 429].includes(error.status) && (role || identity)) return open({ language });
      throw error;
    });
    Object.assign(this, { id: made.id, token: made.token });
    this.store.set('conversation', { id: made.id, token: made.token, subject: this.subject });
    this.store.remove('seen');
    this.#add(made.messages);
  }

  #elsewhere({ key, newValue }) {
    const name = key?.startsWith(this.store.prefix) ? key.slice(this.store.prefix.length) : key === null && 'conversation';
    if (!name) return;
    if (name === 'conversation' && this.store.get(name)?.id !== this.id) {
      this.#reset();
      this.#adopt();
      this.nudge();
    }
    // an entry that left the outbox in another tab is now a message: fetch it before the waiting one goes
    if (name.startsWith('out:') && !newValue) this.#catchUp().catch(() => {}).then(() => this.#set({}));
    else this.#set({});
  }

  // -- receiving

  async #follow() {
    for (let failures = 0; ;) {
      const wanted = this.id || this.#live;
      if (document.hidden || !wanted) {
        await this.#pause(1e9);
        continue;
      }
      const { id } = this;
      try {
        if (!id) await this.#ensure();
        await this.#catchUp();
        failures = 0;
        if (!this.#tries) this.#set({ trouble: null });
        if (this.#live && this.#silent < 2) await this.#listen();
        else await this.#pause(this.#live ? 4000 : 30000);
      } catch (error) {
        if (id && gone(error)) {
          this.#restart(id);
          continue;
        }
        failures += 1;
        if (failures > 1 || !this.loaded) this.#troubled(error);
        await this.#pause(error.after * 1000 || backoff(failures));
      }
    }
  }

  async #catchUp() {
    const { id } = this;
    if (!id) return;
    const found = await this.#call('GET', `messages?after=${this.#cursor}`);
    if (id !== this.id) return;
    this.#cursor = found.messages.at(-1)?.seq ?? this.#cursor;
    const known = this.loaded;
    this.loaded = true;
    this.#add(found.messages, found, known);
  }

  async #listen() {
    const began = Date.now();
    const { signal } = this.#cut;
    const { id } = this;
    const heard = await listen(`${this.base}conversations/${id}/events`, {
      token: this.token,
      after: String(this.#cursor),
      signal,
      onEvent: (name, data) => id === this.id && this.#event(name, data),
    });
    if (signal.aborted) return;
    this.#silent = heard ? 0 : this.#silent + 1; // a proxy that swallows streams: ask instead
    if (Date.now() - began < 2000) await this.#pause(2000);
  }

  #event(name, data) {
    if (name === 'message') {
      this.#cursor = Math.max(this.#cursor, data.seq);
      this.#add([data], null, true);
    } else if (name === 'status') {
      this.#add([], data);
    } else if (name === 'typing' && data.sender !== 'candidate') {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => {
        this.#typing = null;
        this.#set({});
      }, 8000);
      this.#set({});
    }
  }

  /** Take in messages (known ones are passed over) and, if given, the state of the conversation. */
  #add(messages, state, fresh = false) {
    const seqs = new Set(this.messages.map((m) => m.seq));
    const added = messages.filter((m) => !seqs.has(m.seq));
    this.messages = [...this.messages, ...added].sort((a, b) => a.seq - b.seq);
    const others = added.filter((m) => m.sender !== 'candidate');
    if (others.length) {
      clearTimeout(this.#typing);
      this.#typing = null;
      if (fresh && this.status === 'waiting') Object.assign(this, { status: 'answered', because: null });
    }
    if (state) this.#state(state);
    this.#set({}, fresh ? others : []);
  }

  #state({ status, waiting_because, speaker }) {
    this.status = status ?? this.status;
    this.because = waiting_because ?? null;
    if (speaker !== undefined) this.speaker = speaker;
  }

  // -- sending

  /** Send what waits, oldest first, one tab at a time; failures are tried again later and whenever nudged. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#flushing || !this.outbox.next()) return;
    this.#flushing = true;
    try {
      await this.#locked('outbox', async () => {
        for (let entry; (entry = this.outbox.next());) await this.#deliver(entry);
      });
      this.#flushing = false;
      this.flush(); // what came in while the lock was given back
    } catch (error) {
      this.#flushing = false;
      this.#tries += 1;
      this.#troubled(error);
      this.#timer = setTimeout(() => this.flush(), error.after * 1000 || backoff(this.#tries));
    }
  }

  async #deliver(entry) {
    if (!this.id) await this.#ensure();
    const { id } = this;
    try {
      this.#set({ sending: spoken(entry) });
      await this.#post(entry);
      this.outbox.remove(entry);
      this.#tries = 0;
      this.#set({ trouble: null });
    } catch (error) {
      const talk = spoken(entry) || entry.kind === 'handoff';
      if (talk && gone(error)) {
        this.#restart(id);
        if (this.#tries++) throw error; // even the new one is gone: wait a little
      } else if (error.status >= 400 && error.status < 500 && ![403, 408, 409, 425, 429].includes(error.status)) {
        if (spoken(entry)) this.outbox.refuse(entry, error.message);
        else this.outbox.remove(entry);
      } else {
        throw error;
      }
    } finally {
      this.#set({ sending: false });
    }
  }

  async #post({ kind, client_id, text, button, role, conversation, message, value, language }) {
    if (kind === 'handoff') {
      await this.#call('POST', 'handoff', { reason: 'asked_for_person' });
      return this.#catchUp();
    }
    if (kind === 'rating') return this.#call('POST', 'ratings', { message, value });
    if (kind === 'language') return this.#call('PUT', 'language', { language });
    // a button belongs to the conversation that offered it; elsewhere its words still make sense
    const said = button && conversation === this.id ? { button } : { text };
    const { id } = this;
    const answer = await this.#call('POST', 'messages', { client_id, ...said, ...(role && { role }) });
    if (id === this.id) this.#add([{ client_id, ...answer.message }, ...answer.replies], answer, true);
  }

  // -- small things

  #call(method, path, body, read) {
    return call(`${this.base}conversations/${this.id}/${path}`, { method, body, read, token: this.token });
  }

  /** Run `job` while no other tab runs one of this name. A tab that was put to sleep is not waited for. */
  async #locked(name, job) {
    if (!navigator.locks) return job();
    let begun = false;
    const run = () => {
      begun = true;
      return job();
    };
    try {
      return await navigator.locks.request(this.store.prefix + name, { signal: AbortSignal.timeout(35000) }, run);
    } catch (error) {
      if (begun) throw error;
      return job();
    }
  }

  #pause(ms) {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  #troubled({ status }) {
    const why = { 403: 'closed', 429: 'busy' }[status];
    this.#set({ trouble: navigator.onLine ? why || 'unreachable' : 'offline' });
  }

  #set(values, fresh = []) {
    Object.assign(this, values);
    this.dispatchEvent(new CustomEvent('change', { detail: fresh }));
  }

  #starting = null;
  #typing = null;
  #timer = null;
  #flushing = false;
}
