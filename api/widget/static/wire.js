/** The way to the gateway: one request, or a stream of events. No token ever stands in a URL. */

/** A request that failed. `status` is 0 when there was no answer at all; `after` the seconds the server asks for. */
class Failed extends Error {
  constructor(status, problem = {}, after = 0) {
    super(problem.detail || problem.title);
    this.status = status;
    this.after = +after;
  }
}

/** Milliseconds until the next try: what the server asks for, or twice as long each time up to half a minute. */
export const backoff = (tries, { after }) => after * 1000 || Math.min(30, 2 ** (tries - 1)) * (700 + Math.random() * 600);

async function ask(url, { token, body, headers, ...options }) {
  const response = await fetch(url, {
    ...options,
    body: body && JSON.stringify(body),
    credentials: 'omit',
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
  }).catch(() => {
    throw new Failed(0);
  });
  if (response.ok) return response;
  throw new Failed(response.status, await response.json().catch(() => {}), response.headers.get('Retry-After'));
}

/** Answer of a request, read as `read` says; null for an empty one. Throws `Failed`. */
export async function call(url, options, read = 'json') {
  const response = await ask(url, { ...options, signal: AbortSignal.timeout(30000) });
  if (response.status === 204) return null;
  return response[read]().catch(() => {
    throw new Failed(0);
  });
}

/**
 * Read server-sent events until the server ends them, `signal` aborts, or nothing (not even a keep-alive)
 * came for 40 s. `onEvent(name, data)` gets each. Returns whether anything came at all.
 */
export async function listen(url, { token, after, signal, onEvent }) {
  const stop = new AbortController();
  const cut = () => stop.abort();
  signal.addEventListener('abort', cut);
  let timer;
  let heard = false;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(cut, 40000);
  };
  alive();
  try {
    const response = await ask(url, { token, signal: stop.signal, headers: { 'Last-Event-ID': after } });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ''; ;) {
      const { done, value } = await reader.read();
      if (done) break;
      heard = true;
      alive();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) emit(block, onEvent);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error.status ? error : new Failed(0);
  } finally {
    clearTimeout(timer);
  }
  return heard;
}

function emit(block, onEvent) {
  const field = (name) => [...block.matchAll(new RegExp(`^${name}: ?(.*)`, 'gm'))].map((found) => found[1]).join('\n');
  const data = field('data');
  if (data) onEvent(field('event'), JSON.parse(data));
}
