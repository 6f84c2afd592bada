/**
 * What the candidate has done and the gateway has not yet acknowledged. Each entry is a key of its own in
 * the store, so that two tabs never overwrite each other's; the keys sort by time.
 */
let last = 0;

function uuid() {
  // randomUUID is missing on pages without https
  return crypto.randomUUID?.() ?? '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
}

export class Outbox {
  constructor(store) {
    this.store = store;
  }

  add(entry) {
    const client_id = uuid();
    last = Math.max(Date.now(), last + 1);
    const key = `out:${last}:${client_id}`;
    this.store.set(key, { ...entry, key, client_id, at: new Date(last).toISOString() });
  }

  all() {
    return this.store.keys('out:').map((key) => this.store.get(key)).filter(Boolean);
  }

  /** The entry to send next: the oldest that was not refused. */
  next() {
    return this.all().find((entry) => !entry.refused);
  }

  refuse(entry, why) {
    this.store.set(entry.key, { ...entry, refused: why || true });
  }

  remove(entry) {
    this.store.remove(entry.key);
  }
}
