/** One conversation as this browser knows it: what was said, what waits to be sent, and how the line is. */
import { Outbox } from './outbox.js';
import { locked, Store } from './store.js';
import { backoff, call, listen } from './wire.js';

const PAGE = 500; // messages that the gateway gives at once
const LATER = [403, 408, 425, 429];
const refused = ({ status }) => status >= 400 && status < 500 && !LATER.includes(status);
const gone = ({ status }) => status === 401 || status === 404;

/** `sub` of an identity token, or the end of a link's: another person on the same page must not see this one's talk. */
function subject(identity) {
  try {
    return JSON.parse(atob(identity.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub;
  } catch {
    return identity?.slice(-16) ?? '';
  }
}

/** Fires `change`; its detail holds what is new and not the candidate's own (nothing for history). */
export class Conversation extends EventTarget {
  messages = [];
  status = 'answered'; // or waiting, with_recruiter
  because = null; // waking_up, delayed
  read = 0; // how far the recruiters have seen
  trouble = null; // offline, unreachable, busy, closed
  notice = null; // restarted, failed
  loaded = false;
  #live = false;
  #cursor = 0;
  #silent = 0;
  #cut = new AbortController();
  #wake = () => {};
  #sending = false;
  #told = 0;
  #wrote = 0;
  #starting = null;

  /** `reply`: what a link in a mail about an answer carries; it opens that conversation. */
  constructor({ base, language, role, identity, reply }) {
    super();
    Object.assign(this, { base, language, role, identity, reply, subject: subject(identity) });
    this.store = new Store(`applicant-desk:${base}:`);
    this.outbox = new Outbox(this.store, (entry) => this.#deliver(entry), (error) => this.#troubled(error));
    this.#adopt();
    const nudge = () => this.nudge();
    addEventListener('storage', (event) => this.#elsewhere(event));
    addEventListener('online', nudge);
    addEventListener('offline', () => this.#set({ trouble: 'offline' }));
    document.addEventListener('visibilitychange', nudge);
    this.#follow();
    this.outbox.flush();
  }

  /** Texts that wait to be acknowledged, oldest first. */
  get pending() {
    const known = this.messages.map((m) => m.client_id);
    return this.outbox.all().filter((entry) => entry.text && !known.includes(entry.client_id));
  }

  /** Name of the recruiter who has taken over. */
  get person() {
    return this.status === 'with_recruiter' && this.speaker;
  }

  /** A person has been asked for or is there, and has not ended it. */
  get theirs() {
    return this.status === 'with_recruiter' && !this.ended;
  }

  get typing() {
    return this.writes || (this.status !== 'with_recruiter' && !this.because && (this.#sending || this.status === 'waiting'));
  }

  get unread() {
    const seen = this.store.get('seen');
    return this.messages.filter((m) => m.seq > seen && m.sender !== 'candidate').length;
  }

  /** While live (the chat is open) new messages come at once, otherwise every half minute. */
  set live(value) {
    this.#live = value;
    this.nudge();
  }

  /** What is here has been looked at; recruiters hear of it where they have written. */
  seen() {
    const last = this.messages.at(-1)?.seq;
    if (last > this.store.get('seen')) this.store.set('seen', last);
    if (!this.messages.some((m) => m.sender === 'recruiter' && m.seq > this.#told)) return;
    this.#told = last;
    this.#put('seen', { seq: last }).catch(() => {
      this.#told = 0;
    });
  }

  /** The candidate types: said every few seconds at most, and only to a person. */
  writing() {
    if (!this.theirs || Date.now() < this.#wrote + 4000) return;
    this.#wrote = Date.now();
    this.#put('typing', {}).catch(() => {});
  }

  /** Have answers told by mail. */
  async leaveMail(email) {
    this.#add([], await this.#put('reply-mail', { email }));
  }

  mailCopy(email) {
    return this.#call('transcript-mail', { method: 'POST', body: { email } });
  }

  file(id) {
    return this.#call(`attachments/${id}`, {}, 'blob');
  }

  /** Put a text ({text}), a button ({text, button}), a hand-off, ratings or a language ({kind, …}) on its way. */
  send(entry) {
    this.outbox.add({ ...entry, conversation: this.id, role: this.role });
    this.#wrote = 0;
    this.#set({ notice: null });
    this.outbox.flush();
  }

  /** Take back what was refused. */
  discard(entry) {
    this.outbox.remove(entry);
    this.#set();
  }

  setLanguage(language) {
    this.language = language;
    if (this.id) this.send({ kind: 'language', language });
  }

  transcript() {
    return this.#call('transcript', {}, 'blob');
  }

  tell(notice) {
    this.#set({ notice });
  }

  /** Leave nothing of the conversation in this browser. */
  forget() {
    for (const key of this.store.keys()) this.store.remove(key);
    this.#reset();
  }

  /** Look again at once: the line, the outbox, or whether anybody watches has changed. */
  nudge() {
    this.#cut.abort();
    this.#cut = new AbortController();
    this.#wake();
    this.outbox.flush();
  }

  // -- its place in this browser

  #reset(notice = null) {
    Object.assign(this, { id: null, token: null, messages: [], loaded: false, because: null, speaker: null });
    Object.assign(this, { writes: null, ended: false, expected: null, mailed: false, rate: false });
    this.#cursor = this.#told = this.read = 0;
    this.#set({ status: 'answered', notice });
  }

  #adopt() {
    const kept = this.store.get('conversation');
    if (kept && (this.reply ? kept.reply !== this.reply : kept.subject !== this.subject)) this.forget();
    else Object.assign(this, kept);
  }

  /** The conversation has ended at the gateway; what waits in the outbox goes to the next one. */
  #restart(id) {
    if (id !== this.id) return;
    this.store.remove('conversation');
    this.#reset('restarted');
  }

  #ensure() {
    this.#starting ??= locked(`${this.store.prefix}start`, () => this.#start()).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #start() {
    this.#adopt(); // another tab may have been first
    if (this.id) return;
    const { language, role, identity, reply, subject } = this;
    const open = (body) => call(`${this.base}conversations`, { method: 'POST', body });
    const { id, token, messages } = await open({ language, role, identity, reply }).catch((error) => {
      if (!refused(error)) throw error;
      if (reply) this.tell('restarted');
      return open({ language }); // a role that is gone or a token that ran out is no reason not to talk
    });
    this.store.set('seen', 0);
    this.store.set('conversation', { id, token, subject, reply });
    this.#adopt();
    this.#add(messages);
  }

  /** Another tab has written `key`. */
  #elsewhere({ key, newValue }) {
    if (!key?.startsWith(this.store.prefix)) return;
    if (key.endsWith(':conversation') && this.store.get('conversation')?.id !== this.id) {
      this.#reset();
      this.#adopt();
      this.nudge();
    }
    // what left the other tab's outbox is a message now: fetch it before the waiting one goes
    (newValue ? Promise.resolve() : this.#catchUp()).catch(() => {}).then(() => this.#set());
  }

  // -- receiving

  async #follow() {
    for (let failures = 0; ;) {
      const { id } = this;
      try {
        if (document.hidden || !(id || this.#live)) {
          await this.#pause(1e9);
          continue;
        }
        if (!id) await this.#ensure();
        await this.#catchUp();
        failures = 0;
        if (!this.outbox.tries) this.#set({ trouble: null });
        if (this.#live && this.#silent < 2) await this.#listen();
        else await this.#pause(this.#live ? 4000 : 30000);
      } catch (error) {
        if (id && gone(error)) {
          this.#restart(id);
          continue;
        }
        failures += 1;
        if (failures > 1 || !this.loaded) this.#troubled(error);
        await this.#pause(backoff(failures, error));
      }
    }
  }

  async #catchUp(fresh = this.loaded) {
    const { id } = this;
    const found = await this.#call(`messages?after=${this.#cursor}`);
    if (id !== this.id) return;
    this.loaded = true;
    this.#heard(found.messages);
    this.#add(found.messages, found, fresh);
    if (found.messages.length >= PAGE) await this.#catchUp(fresh);
  }

  async #listen() {
    const { id, token } = this;
    const { signal } = this.#cut;
    this.writes = null;
    const onEvent = (name, data) => id === this.id && this.#event(name, data);
    const soon = Date.now() + 2000;
    const heard = await listen(`${this.base}conversations/${id}/events`, { token, after: this.#cursor, signal, onEvent });
    if (signal.aborted) return;
    this.#silent = heard ? 0 : this.#silent + 1; // a proxy that swallows streams: ask instead
    await this.#pause(soon - Date.now());
  }

  #event(name, data) {
    if (name === 'message') {
      this.#heard([data]);
      this.#add([data], {}, true);
    } else if (name === 'status') {
      this.#add([], data);
    } else if (name === 'presence') {
      this.#set({ writes: data?.typing, read: data?.seen });
    }
  }

  /** Only what came by stream or catching up moves the cursor: an answer to a POST may have others before it. */
  #heard(messages) {
    this.#cursor = Math.max(this.#cursor, ...messages.map((m) => m.seq));
  }

  /** Take in messages (known ones are passed over) and the state of the conversation. */
  #add(messages, state = {}, fresh = false) {
    const known = this.messages.map((m) => m.seq);
    const added = messages.filter((m) => !known.includes(m.seq));
    const others = added.filter((m) => m.sender !== 'candidate');
    if (others.length) this.writes = null;
    const { status = this.status, waiting_because: because = null, speaker = this.speaker } = state;
    const { ended = this.ended, expected = this.expected, reply_mail: mailed = this.mailed, rate = this.rate } = state;
    const all = [...this.messages, ...added].sort((a, b) => a.seq - b.seq);
    this.#set({ messages: all, status, because, speaker, ended, expected, mailed, rate }, fresh ? others : []);
  }

  // -- sending

  async #deliver(entry) {
    if (!this.id) await this.#ensure();
    const { id } = this;
    const said = entry.text || entry.kind === 'handoff';
    try {
      this.#sending = entry.text;
      this.#set();
      await this.#post(entry);
      this.outbox.remove(entry);
      this.outbox.tries = 0;
      this.#set({ trouble: null });
    } catch (error) {
      if (said && gone(error)) {
        this.#restart(id);
        if (this.outbox.tries) throw error; // the new one is gone, too: wait a little
        this.outbox.tries = 1;
      } else if (refused(error)) {
        this.outbox[entry.text ? 'refuse' : 'remove'](entry, error.message);
      } else {
        throw error;
      }
    } finally {
      this.#sending = false;
      this.#set();
    }
  }

  async #post({ kind, client_id, text, button, role, conversation, message, value, language, score, comment }) {
    const post = (path, body) => this.#call(path, { method: 'POST', body });
    if (kind === 'language') return this.#put(kind, { language });
    if (kind === 'rating') return score ? post(kind, { score, comment }) : post('ratings', { message, value });
    const { id } = this;
    if (kind === 'handoff') {
      await post(kind, {});
      return this.#catchUp();
    }
    // a button belongs to the conversation that offered it; elsewhere its words still make sense
    const said = button && conversation === id ? { button } : { text };
    const answer = await post('messages', { client_id, ...said, role });
    if (id === this.id) this.#add([{ ...answer.message, client_id }, ...answer.replies], answer, true);
  }

  // -- small things

  #call(path, options, read) {
    return call(`${this.base}conversations/${this.id}/${path}`, { ...options, token: this.token }, read);
  }

  #put(path, body) {
    return this.#call(path, { method: 'PUT', body });
  }

  #pause(ms) {
    return new Promise((done) => {
      this.#wake = done;
      setTimeout(done, ms);
    });
  }

  #troubled({ status }) {
    this.#set({ trouble: navigator.onLine ? { 403: 'closed', 429: 'busy' }[status] || 'unreachable' : 'offline' });
  }

  #set(values, fresh = []) {
    Object.assign(this, values);
    this.dispatchEvent(new CustomEvent('change', { detail: fresh }));
  }
}
