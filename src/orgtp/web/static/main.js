// Starts the script of each page. In a single file, a page's script starts when the page is first shown.

import { setUpChart } from "./chart.js";
import { setUpLive } from "./live.js";
import { setUpMeeting } from "./meeting.js";
import { setUpNumbers } from "./numbers.js";
import { setUpRecord } from "./record.js";
import { setUpScorecard } from "./score.js";
import { findShownPage, setUpSingleFile } from "./single.js";

/** @type {Record<string, (root: HTMLElement) => void>} */
const setUps = {
  chart: setUpChart,
  record: setUpRecord,
  record_month: setUpRecord,
  scorecard: setUpScorecard,
  meeting: setUpMeeting,
  numbers: setUpNumbers,
};

/** @param {HTMLElement} root */
function setUpPage(root) {
  if (root.dataset.started) return;
  root.dataset.started = "yes";
  setUps[root.dataset.page ?? ""]?.(root);
}

function setUpShownPages() {
  const root = findShownPage() ?? document.querySelector("main[data-page]");
  if (root instanceof HTMLElement) setUpPage(root);
}

const main = document.getElementById("main");
if (main) setUpLive(main);
setUpSingleFile();
addEventListener("hashchange", setUpShownPages);
setUpShownPages();
