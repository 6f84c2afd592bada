// After a message is judged, the next one that waits takes the focus: one key a message. Without this file the page is loaded anew.
let next = null;
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest(".difference");
  if (!row) return;
  next = row.nextElementSibling;
  while (next && next.querySelector(".judged")) next = next.nextElementSibling;
});
document.body.addEventListener("htmx:afterSettle", () => {
  next?.querySelector("button, summary")?.focus();
  next = null;
});
