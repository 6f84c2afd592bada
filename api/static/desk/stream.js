// Streams of server-sent events that come back by themselves.

const away = new Set();
const SILENCE = 45000;

function show() {
  const notice = document.getElementById("away");
  if (notice) notice.hidden = away.size === 0;
}

/**
 * Follow a stream. `on`: functions by event name; `opened(again)` whenever it stands. Gives a function that ends it.
 * The browser reconnects after a broken line; after an answer that is no stream it gives up, and this tries again.
 */
export function follow(url, on, opened = () => {}) {
  let source, timer, notice, watch, before = false, ended = false, pause = 2000;
  const here = () => { clearTimeout(notice); notice = undefined; away.delete(url); show(); };
  const end = () => { ended = true; clearTimeout(timer); clearTimeout(watch); source?.close(); here(); };
  // A line that died while the computer slept looks open for minutes.
  const alive = () => { clearTimeout(watch); watch = setTimeout(() => { source.close(); begin(); }, SILENCE); };
  const begin = () => {
    source = new EventSource(url);
    source.onopen = () => { pause = 2000; here(); alive(); opened(before); before = true; };
    source.addEventListener("beat", alive);
    source.onerror = () => {
      notice ??= setTimeout(() => { away.add(url); show(); }, 3000);
      if (source.readyState !== EventSource.CLOSED || ended) return;
      timer = setTimeout(begin, pause);
      pause = Math.min(pause * 2, 30000);
    };
    for (const [name, act] of Object.entries(on)) source.addEventListener(name, (event) => { alive(); act(JSON.parse(event.data)); });
    source.addEventListener("signed-out", () => { end(); location.reload(); });
  };
  begin();
  return end;
}

addEventListener("offline", () => { away.add("all"); show(); });
addEventListener("online", () => { away.delete("all"); show(); });

/**
 * Follow a stream once for all tabs of this browser, which may keep only a few connections open: the tab that has the
 * lock reads it and passes on what comes. `on` gets `leads`: whether this tab is the one.
 */
export function followTogether(url, on, opened) {
  const name = `${url} ${document.body.dataset.me}`;
  const read = (leads, pass) => follow(url, Object.fromEntries(Object.keys(on).map((key) => [key, (data) => { on[key](data, leads); pass?.(key, data); }])), opened);
  if (!navigator.locks || !window.BroadcastChannel) return void read(true);
  const channel = new BroadcastChannel(name);
  const last = {};
  let leads = false;
  channel.onmessage = ({ data: [key, data] }) => {
    if (key !== "new tab") on[key]?.(data, false);
    else if (leads && last.counts) channel.postMessage(["counts", last.counts]);
  };
  channel.postMessage(["new tab", null]);
  void navigator.locks.request(name, () => new Promise(() => {
    leads = true;
    read(true, (key, data) => { last[key] = data; channel.postMessage([key, data]); });
  }));
}
