/** The way to the gateway: one request, or a stream of events. No token ever stands in a URL. */

/** A request that failed. `status` is 0 when there was no answer at all; `after` the seconds the server asks for. */
export class Failed extends Error {
  constructor(status, { detail, title } = {}, after = 0) {
    super(detail || title || '');
    this.status = status;
    this.after = Number(after) || 0;
  }
}

async function ask(url, { method = 'GET', token, body, headers, signal }) {
  let response;
  try {
    response = await fetch(url, {
      method,
      signal,
      body: body && JSON.stringify(body),
      cache: token ? 'no-store' : 'default',
      credentials: 'omit',
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
    });
  } catch {
    throw new Failed(0);
  }
  if (response.ok) return response;
  throw new Failed(response.status, await response.json().catch(() => ({})), response.headers.get('Retry-After'));
}

/** Answer of a request, read as JSON (or as `read` says); null for an empty one. Throws `Failed`. */
export async function call(url, { read = 'json', seconds = 30, ...options } = {}) {
  const response = await ask(url, { ...options, signal: AbortSignal.timeout(seconds * 1000) });
  try {
    return response.status === 204 ? null : await response[read]();
  } catch {
    throw new Failed(0);
  }
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
    const headers = { Accept: 'text/event-stream', 'Last-Event-ID': after };
    const response = await ask(url, { token, signal: stop.signal, headers });
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
    if (!stop.signal.aborted) throw error instanceof Failed ? error : new Failed(0);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cut);
  }
  return heard;
}

function emit(block, onEvent) {
  let name = 'message';
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) || [];
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
  }
  if (data.length) onEvent(name, JSON.parse(data.join('\n')));
}
