// Keeps relative times true while the page stands open.
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export function relative(moment, now = Date.now()) {
  const seconds = Math.round((moment - now) / 1000);
  if (Math.abs(seconds) < 45) return document.body.dataset.now;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length * 0.95) ?? STEPS.at(-1);
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always", style: "short" });
  return words.format(Math.round(seconds / size), unit);
}

export function startTimes() {
  setInterval(() => {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const at = Date.parse(time.dateTime);
      time.firstElementChild.textContent = relative(at);
      if (time.classList.contains("due")) {
        const left = at - Date.now();
        time.classList.toggle("late", left < 0);
        time.classList.toggle("bad", left < 0);
        time.classList.toggle("soon", left >= 0 && left < 900000);
        time.classList.toggle("warn", left >= 0 && left < 900000);
      }
    }
  }, 20000);
}
