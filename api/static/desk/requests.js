// How pages ask the desk: the token of the page, what it shows already, and refusals where one sees them.

export const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

/** Send a form's worth of fields without waiting for what it answers. */
export function tell(url, fields) {
  return fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": token() }, keepalive: true }).catch(() => null);
}

const refusals = () => document.getElementById("refusal") ?? document.getElementById("said");

/** Say in the page that something did not work. */
export function refuse(sentence) {
  const place = refusals();
  const line = document.createElement("p");
  line.className = "refusal";
  line.setAttribute("role", "alert");
  line.textContent = sentence;
  place?.replaceChildren(line);
}

/** What was refused before is no longer of interest. */
export const forgive = () => refusals()?.replaceChildren();

export function startRequests() {
  document.addEventListener("htmx:configRequest", (event) => {
    const { parameters, headers, path } = event.detail;
    headers["X-CSRFToken"] = token();
    const talk = document.getElementById("talk");
    if (!talk?.dataset.id || !path.includes(`/conversations/${talk.dataset.id}/`)) return;
    const lines = document.querySelectorAll("#log > [data-seq]");
    parameters.after = lines.length ? lines[lines.length - 1].dataset.seq : 0;
    parameters.version = document.getElementById("state")?.dataset.version ?? "";
  });
  // What is refused is said in its place, and changes nothing else.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400) return;
    const place = refusals();
    event.detail.shouldSwap = Boolean(place);
    if (!place) return;
    event.detail.target = place;
    event.detail.swapOverride = "innerHTML";
    event.detail.isError = false;
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.verb !== "get") refuse(document.body.dataset.failed);
  });
  // htmx leaves its own promises of failed requests to nobody.
  addEventListener("unhandledrejection", (event) => { if (event.reason === undefined) event.preventDefault(); });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") forgive();
  });
}

/** Calls `act(xhr, config)` when a request of htmx has its answer. Asked of the request itself: when the stream brings new parts
 * before the answer comes, the pressed button or form is no longer in the page, and its events reach nobody. */
export function whenAnswered(wanted, act) {
  document.addEventListener("htmx:beforeSend", ({ target, detail: { xhr, requestConfig } }) => {
    if (wanted(target)) xhr.addEventListener("loadend", () => act(xhr, requestConfig));
  });
}
