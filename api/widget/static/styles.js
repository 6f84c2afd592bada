/** Tokens first, light and dark; the accents and what is legible on them are set from the brand. */
export const css = `
:host {
  --paper: #fff;
  --soft: #f3f5f6;
  --ink: #1b2126;
  --muted: #57616a;
  --line: #868f98;
  --fill: var(--accent, #1f5f8b);
  --on-fill: var(--accent_text, #fff);
  --gap: max(1rem, 16px);
  display: block;
  height: 5rem;
  font: max(1rem, 16px)/1.5 system-ui, sans-serif;
  color: var(--ink);
}
:host(.dark) {
  --paper: #15191c;
  --soft: #21272c;
  --ink: #e8ecef;
  --muted: #a8b1b9;
  --line: #75808a;
  --fill: var(--accent_dark, #8cc4ea);
  --on-fill: var(--accent_dark_text, #000);
  color-scheme: dark;
}
* { box-sizing: border-box; margin: 0; font: inherit; color: inherit; letter-spacing: inherit; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; box-shadow: 0 0 0 2px var(--paper); }
textarea:focus-visible { outline-offset: -1px; }
h1:focus, h2:focus { outline: 0; box-shadow: none; }
svg { width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button, select { min-height: 2.25em; cursor: pointer; background: none; border: 1px solid transparent; border-radius: 8px; }
.link { padding: 0 .5em; text-decoration: underline; text-underline-offset: 3px; }
.icon { width: 2.25em; padding: 0; display: grid; place-items: center; }
button:hover, select:hover { background: var(--soft); }
.launcher, .launcher:hover, .send, .send:hover { background: var(--fill); color: var(--on-fill); border-color: var(--paper); }

.launcher {
  position: fixed; z-index: 2147483000; bottom: calc(var(--gap) + env(safe-area-inset-bottom)); right: calc(var(--gap) + env(safe-area-inset-right));
  display: flex; align-items: center; gap: .5em; padding: .6em 1.1em; border-radius: 24px; font-weight: 600;
}
.badge { min-width: 1.5em; padding: 0 .4em; border-radius: 1em; background: var(--on-fill); color: var(--fill); font-size: .875em; }

.panel {
  position: fixed; z-index: 2147483000; inset: auto var(--gap) var(--gap) auto; width: 380px; height: min(640px, 100dvh - 2 * var(--gap));
  max-width: none; max-height: none; padding: 0; overflow: hidden auto; flex-direction: column;
  background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
}
.panel[open], .page .panel { display: flex; }
.page .panel { inset: 0; width: 100%; max-width: 46rem; height: 100dvh; margin: auto; border-width: 0 1px; border-radius: 0; }
.head, .bar, .composer, .notice, .menu { flex: none; padding: .5em .75em; border: 0 solid var(--line); }
.head { display: flex; align-items: center; gap: .25em; border-bottom-width: 1px; }
.logo { width: 2.25em; height: 2.25em; margin-right: .4em; display: grid; place-items: center; flex: none; }
.logo img { width: 100%; height: 100%; object-fit: contain; }
.names { flex: 1; min-width: 0; line-height: 1.3; overflow-wrap: anywhere; }
h1, h2 { font-weight: 700; }
.meta b { font-weight: 600; color: var(--ink); }
.names p, small, .meta, .foot, .count, .seen { font-size: .8125em; color: var(--muted); }
[aria-expanded] svg { stroke-width: 4; }
select { font-size: .875em; background: var(--paper); border-color: var(--line); }
.menu { display: grid; border-bottom-width: 1px; }
.menu button { text-align: start; }

.scroll { flex: 1 0 8em; overflow: hidden auto; overscroll-behavior: contain; padding: .75em; position: relative; }
ol { list-style: none; padding: 0; display: grid; gap: .9em; }
li { width: fit-content; max-width: 88%; min-width: 0; }
.candidate { justify-self: end; }
.meta { display: flex; gap: .4em; align-items: center; margin-bottom: .2em; }
.meta svg { width: 1em; height: 1em; }
.candidate .meta, .candidate .foot { justify-content: end; }
.text { width: fit-content; padding: .55em .8em; border: 1px solid transparent; border-radius: 14px 14px 14px 2px; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.text a { text-underline-offset: 2px; }

.candidate .text { margin-left: auto; border-radius: 14px 14px 2px; background: var(--fill); color: var(--on-fill); }
.pending .text { background: none; color: inherit; border: 1px dashed var(--line); }
.file { display: flex; align-items: center; gap: .5em; margin-top: .3em; padding: .3em .8em; border-color: var(--line); text-align: start; overflow-wrap: anywhere; }
.seen { justify-self: end; margin-top: -.6em; }
.recruiter .text { background: none; border: 1px solid var(--line); border-left: 4px solid var(--fill); }
.system { justify-self: center; }
.system .meta { justify-content: center; }
.system .text { text-align: center; padding: .1em .8em; border-radius: 0; border-inline: 0; background: none; border-block: 1px solid var(--line); font-size: .9375em; }
.foot { display: flex; align-items: center; gap: .5em; justify-content: space-between; margin-top: .2em; }
.foot > [role] { display: flex; }
.thumb { min-height: 2.25em; width: 2.25em; padding: 0; display: grid; place-items: center; }
.down svg { transform: rotate(180deg); }
[aria-pressed=true] { color: var(--ink); border-color: currentColor; }
[aria-pressed=true] svg { fill: var(--line); }

.choices { display: flex; flex-wrap: wrap; gap: .5em; margin-top: .9em; }
.choices button { padding: .3em .9em; border-color: var(--line); border-radius: 20px; text-align: start; overflow-wrap: anywhere; }
.jump { position: sticky; bottom: 0; display: block; margin: auto; padding: 0 1em; border-radius: 20px; background: var(--ink) !important; color: var(--paper); }
.typing { display: flex; gap: .3em; width: fit-content; margin-top: .9em; padding: .9em; border-radius: 14px 14px 14px 2px; background: var(--soft); animation: none .4s; }
i { width: .5em; height: .5em; border-radius: 50%; background: var(--line); }
.skeleton { height: 6em; width: 80%; border-radius: 14px 14px 14px 2px; background: var(--soft); }
@media (prefers-reduced-motion: no-preference) {
  i, .skeleton { animation: pulse 1.2s infinite alternate; }
  i:nth-of-type(2) { animation-delay: .3s; }
  i:nth-of-type(3) { animation-delay: .6s; }
  @keyframes pulse { to { opacity: .35; } }
}

.notice { display: flex; flex-wrap: wrap; gap: .5em; font-size: .9375em; border-top-width: 1px; background: var(--soft); }
.notice p { flex: 1; }
.notice label, .notice [role] { width: 100%; }
.scores { display: flex; gap: .5em; }
.scores button { flex: 1; border-color: var(--line); background: var(--paper); }
.main { padding: 0 1em; border-color: var(--line); background: var(--paper); }
.bar { display: flex; flex-wrap: wrap; align-items: center; column-gap: .5em; padding-block: .2em; border-top-width: 1px; font-size: .9375em; }
.bar > * { display: flex; align-items: center; gap: .4em; }
.bar .link { padding: 0; }
:empty:not(textarea, input, path, i, img) { display: none; }
.composer { display: flex; flex-wrap: wrap; gap: .5em; align-items: end; padding-bottom: calc(.6em + env(safe-area-inset-bottom)); }
textarea, input { flex: 1; min-width: 0; padding: .5em .75em; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); }
textarea { max-height: calc(7.5em + 1em + 2px); resize: none; }
::placeholder { color: var(--muted); opacity: 1; }
[aria-invalid=true] { border-width: 3px; }
.send { width: 2.6em; height: 2.6em; padding: 0; display: grid; place-items: center; }
.count { width: 100%; }

@media (max-width: 480px), (max-height: 480px) {
  .root:not(.page) .panel { inset: 0; width: 100%; height: min(100dvh, var(--screen, 100dvh)); border: 0; border-radius: 0; }
  .head { padding-top: calc(.5em + env(safe-area-inset-top)); }
}
@media (forced-colors: active) {
  .text, .launcher, .badge, .send, .typing { border: 1px solid; }
  i { background: CanvasText; }
}`;
