/**
 * What the candidate has done and the gateway has not yet acknowledged. Each entry is a key of its own in
 * the store, so that two tabs never overwrite each other's; the keys sort by time.
 */
let last = 0;

export class Outbox {
  constructor(store) {
    this.store = store;
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

  /** The entry to send next: the oldest that was not refused. */
  next() {
    return this.all().find((entry) => !entry.refused);
  }

  refuse(entry, why) {
    this.store.set(entry.key, { ...entry, refused: why || ' ' });
  }

  remove(entry) {
    this.store.remove(entry.key);
  }
}
