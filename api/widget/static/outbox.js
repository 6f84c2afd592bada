/**
 * What the candidate has done and the gateway has not yet acknowledged. Each entry is a key of its own in
 * the store, so that two tabs never overwrite each other's; the keys sort by time.
 */
import { locked } from './store.js';
import { backoff } from './wire.js';

let last = 0;

export class Outbox {
  tries = 0;
  #timer;
  #busy = false;

  /** `deliver(entry)` sends one and removes or refuses it; `failed(error)` hears of what will be tried again. */
  constructor(store, deliver, failed) {
    Object.assign(this, { store, deliver, failed });
  }

  add(entry) {
    // without https there is no randomUUID, but the address of a blob ends in one
    const client_id = crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);
    last = Math.max(Date.now(), last + 1);
    const key = `out:${last}:${client_id}`;
    this.store.set(key, { ...entry, key, client_id });
  }

  all() {
    return this.store.keys('out:').map((key) => this.store.get(key)).filter(Boolean);
  }

  /** The oldest that was not refused. */
  next() {
    return this.all().find((entry) => !entry.refused);
  }

  refuse(entry, why) {
    this.store.set(entry.key, { ...entry, refused: why || ' ' });
  }

  remove(entry) {
    this.store.remove(entry.key);
  }

  /** Send what waits, oldest first, one tab at a time; what fails is tried again later, and whenever this is called. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#busy || !this.next()) return;
    this.#busy = true;
    try {
      await locked(`${this.store.prefix}outbox`, async () => {
        for (let entry; (entry = this.next());) await this.deliver(entry);
      });
      setTimeout(() => this.flush()); // what came in while the lock was given back
    } catch (error) {
      this.tries += 1;
      this.failed(error);
      this.#timer = setTimeout(() => this.flush(), backoff(this.tries, error));
    }
    this.#busy = false;
  }
}
