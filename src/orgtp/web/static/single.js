// One file that has all pages: what a browser does by itself when it opens another page, for a page that is only shown.

import { readFragment } from "./fragment.js";

/** The element that the address names. */
function findNamed() {
  return document.getElementById(readFragment());
}

/**
 * The page that is shown, of those in the file: the one that the address names, or a part of it, else the first. A browser
 * shows it only once it has read all of the file.
 * @returns {HTMLElement | null}
 */
export function findShownPage() {
  return findNamed()?.closest("section.page") ?? document.querySelector("section.page");
}

/**
 * What the focus goes to: the part of the page that the address names, else its heading.
 * @param {HTMLElement} page
 */
function findFocus(page) {
  const named = findNamed();
  return named && named !== page && page.contains(named) ? named : page.querySelector("h1");
}

/** @param {boolean} isFirst */
function showPage(isFirst) {
  const page = findShownPage();
  if (!page) return;
  const shown = document.body.classList;
  const wasElsewhere = shown.contains("elsewhere");
  // The first page no longer stands above what the browser has scrolled to.
  if (shown.toggle("elsewhere", page.previousElementSibling !== null) && !wasElsewhere) findNamed()?.scrollIntoView();
  const org = document.querySelector("header .org")?.textContent ?? "";
  document.title = `${page.dataset.title} \u00b7 ${org}`;
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.getAttribute("href") === `#${page.id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const focus = findFocus(page);
  if (isFirst || !(focus instanceof HTMLElement)) return;
  if (!focus.matches("a, button, input, select, textarea, [tabindex]")) focus.tabIndex = -1;
  focus.focus({ preventScroll: location.hash !== "" && focus.id !== "" });
  if (!focus.id) scrollTo(0, 0);
}

export function setUpSingleFile() {
  if (!document.body.classList.contains("single")) return;
  addEventListener("hashchange", () => showPage(false));
  const skip = document.querySelector("a.skip");
  if (skip instanceof HTMLElement) {
    skip.hidden = false;
    skip.addEventListener("click", (event) => {
      event.preventDefault();
      const heading = findShownPage()?.querySelector("h1");
      if (!heading) return;
      heading.tabIndex = -1;
      heading.focus();
    });
  }
  showPage(true);
}
