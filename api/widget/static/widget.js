/**
 * Puts the chat on a page:
 * <script type="module" src="https://desk.example/widget.js" data-language="sv" data-role="LV-101"></script>
 * data-identity takes a signed identity token; data-theme on <html> ("light", "dark") overrules the system's.
 */
import { ApplicantDesk } from './element.js';

if (!customElements.get('applicant-desk')) {
  // a module has no document.currentScript
  const { origin } = new URL(import.meta.url);
  const tag = [...document.querySelectorAll('script[type=module]')].find(
    ({ src }) => src.startsWith(origin) && /\/widget\.js(\?|$)/.test(src));
  customElements.define('applicant-desk', ApplicantDesk);
  if (!document.querySelector('applicant-desk')) {
    const chat = document.createElement('applicant-desk');
    Object.assign(chat.dataset, tag?.dataset);
    document.body.append(chat);
  }
}
