// New work: a sound and a notification of the system, for those who want them; a line for those who hear or see neither.
import { tell } from "./requests.js";

const wants = (what) => document.body.dataset[what] === "yes";
let audio;

function chime() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") return void audio.resume().then(play, () => {});
  play();
}
function play() {
  const now = audio.currentTime;
  [[660, 0], [880, 0.14]].forEach(([pitch, after]) => {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, now + after);
    volume.gain.linearRampToValueAtTime(0.12, now + after + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, now + after + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(now + after);
    tone.stop(now + after + 0.32);
  });
}

const address = (work) => `/desk/conversations/${encodeURIComponent(work.conversation)}`;
const isOpenHere = (work) => document.getElementById("talk")?.dataset.id === work.conversation && document.hasFocus();

/** Beside an open conversation the line has room of its own: it lies over nothing that one is about to press. */
function newsPlace() {
  const inTalk = document.getElementById("talk-news");
  return inTalk?.checkVisibility() ? inTalk : document.getElementById("news");
}

function line(work) {
  const place = newsPlace();
  if (!place) return;
  const news = document.createElement("p");
  const link = document.createElement("a");
  link.href = address(work);
  link.textContent = work.title;
  news.append(link);
  const scroll = document.getElementById("scroll");
  const atEnd = scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 2;
  place.replaceChildren(news);
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  setTimeout(() => news.remove(), 12000);
}

function popUp(work) {
  if (!wants("desktop") || !("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  const shown = new Notification(work.title, { tag: work.key, icon: document.querySelector("link[rel=icon]")?.href });
  shown.onclick = () => { window.focus(); location.assign(address(work)); shown.close(); };
}

/** Tell of one thing that is new. `leads`: only one of a browser's tabs makes a noise. */
export function announce(work, leads) {
  if (isOpenHere(work) && work.kind !== "late") return; // an open page whose candidate waits is one that nobody looks at
  line(work);
  if (!leads) return;
  if (wants("sound")) chime();
  popUp(work);
}

export function startTell() {
  const ask = document.getElementById("ask");
  if (!ask) return;
  ask.hidden = false;
  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    let yes = event.submitter.value === "yes";
    ask.hidden = true;
    const desktop = yes && "Notification" in window && (await Notification.requestPermission()) === "granted";
    document.body.dataset.sound = yes ? "yes" : "";
    document.body.dataset.desktop = desktop ? "yes" : "";
    await tell(ask.action, { sound: yes ? "yes" : "", desktop: desktop ? "yes" : "" });
  });
}
