/** Small JSON values in the browser's storage; where it is refused or full, memory serves until the page is left. */
export class Store {
  /** `area` is localStorage (shared by all tabs) or sessionStorage (this tab's). */
  constructor(prefix, area = 'localStorage') {
    this.prefix = prefix;
    try {
      this.area = window[area];
    } catch { /* blocked by the browser's settings */ }
    this.area ??= {};
  }

  get(key) {
    return JSON.parse(this.area[this.prefix + key] ?? null);
  }

  set(key, value) {
    const text = JSON.stringify(value);
    try {
      this.area[this.prefix + key] = text;
    } catch {
      this.area = { ...this.area, [this.prefix + key]: text };
    }
  }

  remove(key) {
    delete this.area[this.prefix + key];
  }

  /** Keys that begin with `start`, in order. */
  keys(start = '') {
    const all = Object.keys(this.area).filter((key) => key.startsWith(this.prefix + start));
    return all.map((key) => key.slice(this.prefix.length)).sort();
  }
}

/** Run `job` while no other tab runs one of this name. A tab that the system has put to sleep is not waited for. */
export async function locked(name, job) {
  let done;
  const run = () => (done = job());
  await navigator.locks?.request(name, { signal: AbortSignal.timeout(35000) }, run).catch(() => {});
  return done || job();
}
