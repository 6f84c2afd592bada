// One pane at a time on a phone, and menus that close.

export function showPane(name) {
  const panes = document.getElementById("panes");
  if (panes) panes.dataset.pane = name;
}

export function closeMenus(but) {
  let closed = false;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (but && menu.contains(but)) continue;
    menu.open = false;
    closed = true;
  }
  return closed;
}

/** Into the menu: to what one fills in or presses first. */
export function enterMenu(menu) {
  menu.querySelector(".panel :is(textarea, select, input:not([type=hidden]), button)")?.focus();
}

/** What stands in a menu only once it is opened; what failed is asked for at the next time. */
function fill(menu) {
  const panel = menu.querySelector("[data-fill]");
  if (!panel?.querySelector("[aria-busy]") || panel.classList.contains("htmx-request")) return;
  htmx.ajax("GET", panel.dataset.fill, { source: panel, target: panel, swap: "innerHTML" }).catch(() => null);
}

export function startPanes() {
  document.addEventListener("click", (event) => {
    const to = event.target.closest("[data-pane-to]");
    if (to) {
      showPane(to.dataset.paneTo);
      const pane = document.getElementById(to.dataset.paneTo);
      pane?.querySelector("[data-pane-to], h1, h2")?.focus();
    }
    closeMenus(event.target);
  });
  // Heard on its way down, since it does not bubble: also from a menu that has come just now, before htmx has looked at it.
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.menu") || !menu.open) return;
    closeMenus(menu);
    fill(menu);
    if (!menu.contains(document.activeElement) || document.activeElement.matches("summary")) enterMenu(menu);
  }, true);
  // What was asked for in a menu is done: it closes, and the fresh one may take its place.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const menu = event.detail.elt.closest?.("details.menu");
    if (menu && event.detail.requestConfig.verb !== "get" && event.detail.xhr.status < 400) menu.open = false;
  });
  // The list stays where it was; the way back from a conversation needs no new page.
  document.addEventListener("click", (event) => {
    const back = event.target.closest("a.back");
    if (!back || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    backToList();
  });
}

export function backToList() {
  showPane("list");
  const id = document.getElementById("talk")?.dataset.id;
  const back = document.querySelector("a.back");
  if (back) history.pushState({ htmx: true }, "", back.getAttribute("href"));
  (document.getElementById(`row-${id}`) ?? document.getElementById("q"))?.focus();
}
