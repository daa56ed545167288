// Starts the script of each page. In a single file, a page's script starts when the page is first shown.

import { setUpLive } from "./live.js";
import { setUpRecord } from "./record.js";
import { setUpScorecard } from "./score.js";

/** @type {Record<string, (root: HTMLElement) => void>} */
const setUps = {
  record: setUpRecord,
  record_month: setUpRecord,
  scorecard: setUpScorecard,
};

/** @param {HTMLElement} root */
function setUpPage(root) {
  if (root.dataset.started) return;
  root.dataset.started = "yes";
  setUps[root.dataset.page ?? ""]?.(root);
}

function setUpShownPages() {
  for (const root of document.querySelectorAll("[data-page]")) {
    if (root instanceof HTMLElement && root.offsetParent) setUpPage(root);
  }
}

const main = document.getElementById("main");
if (main) setUpLive(main);
addEventListener("hashchange", setUpShownPages);
setUpShownPages();
