/** Small JSON values in localStorage; where a browser refuses it, memory serves until the page is left. */
const memory = new Map();

export class Store {
  constructor(prefix) {
    this.prefix = prefix;
  }

  get(key) {
    try {
      return JSON.parse(memory.get(this.prefix + key) ?? localStorage.getItem(this.prefix + key));
    } catch {
      return null;
    }
  }

  set(key, value) {
    const text = JSON.stringify(value);
    try {
      localStorage.setItem(this.prefix + key, text);
    } catch {
      memory.set(this.prefix + key, text);
    }
  }

  remove(key) {
    memory.delete(this.prefix + key);
    try {
      localStorage.removeItem(this.prefix + key);
    } catch { /* never was there */ }
  }

  /** Keys that begin with `start`, in order. */
  keys(start) {
    let all = [...memory.keys()];
    try {
      all = all.concat(Object.keys(localStorage));
    } catch { /* memory only */ }
    const from = this.prefix.length;
    return [...new Set(all)].filter((key) => key.startsWith(this.prefix + start)).map((key) => key.slice(from)).sort();
  }
}
