// What the desk's pages do in the browser. Without it everything still works by loading pages.
import { startCompose } from "./compose.js";
import { startInbox } from "./inbox.js";
import { startKeys } from "./keys.js";
import { startPanes } from "./panes.js";
import { startRequests } from "./requests.js";
import { startTalk } from "./talk.js";
import { startTell } from "./tell.js";
import { startTimes } from "./times.js";

document.documentElement.classList.add("js");
startRequests();
startTimes();
startTell();
startPanes();
startKeys();
startInbox();
startCompose();
startTalk();
