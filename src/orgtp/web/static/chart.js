// The chart page: folding, filters, search, the slider and the address change the seats; list and drawing follow.

import { setUpList, makeTag } from "./chart-list.js";
import { setUpPicture } from "./chart-picture.js";
import { findSeatsOn, listSeatsAbove, needsPerson, orderSeats, readSeats } from "./chart-seats.js";
import { readFragment } from "./fragment.js";
import { formatDay, setUpTime } from "./time.js";

// In a larger chart, opening a branch folds the others; in a very large one, the list has what was opened.
const LARGE = 120;
const VERY_LARGE = 2000;
// Of more hits than this, only the first are unfolded.
const MOST_OPENED = 30;

/** @param {HTMLElement} root */
export function setUpChart(root) {
  const tree = root.querySelector("[data-tree]");
  const text = root.querySelector("[data-chart]")?.textContent;
  if (!(tree instanceof HTMLElement) || !text) return;
  const data = /** @type {import("./chart-seats.js").ChartData} */ (JSON.parse(text));
  const now = readSeats(tree, data);
  let seats = now;
  let ordered = orderSeats(seats);
  let day = -1;
  let folded = new Set(data.folded);
  const isLarge = now.size > LARGE;
  if (isLarge) foldDeeper(folded);
  /** @type {Set<string> | null} */
  let foldedBefore = null;
  let onlyNeed = false;
  let query = "";
  let marked = "";
  /** @type {string[]} */
  let hits = [];
  let hitAt = -1;

  const list = setUpList(tree, data, now, { fold, point: (id) => picture?.point(id || marked) });
  const picture = setUpPicture(root, {
    fold: (id) => fold(id, !folded.has(id)), findHref: list.findHref, signs: data.signs,
  });

  /** A large chart opens level by level: what is below a folded seat is folded, too. @param {Set<string>} some */
  function foldDeeper(some) {
    const parents = findParents();
    for (const seat of ordered) if (some.has(seat.above) && parents.has(seat.id)) some.add(seat.id);
  }

  function findParents() {
    return new Set(ordered.map((seat) => seat.above).filter((id) => seats.has(id)));
  }

  /** The seats that the filter shows: those that need a person, and the way to them. */
  function findShown() {
    if (!onlyNeed) return new Set(ordered.map((seat) => seat.id));
    const needed = ordered.filter(needsPerson).map((seat) => seat.id);
    return new Set(needed.flatMap((id) => [id, ...listSeatsAbove(seats, id)]));
  }

  function update() {
    const shown = findShown();
    const parents = findParents();
    const drawn = ordered.filter((seat) => shown.has(seat.id));
    const found = new Set(hits);
    let listed = ordered;
    if (now.size > VERY_LARGE) listed = ordered.filter((seat) => listSeatsAbove(seats, seat.id).every((id) => !folded.has(id)));
    list.show({ seats: listed, folded, parents, shown, hits: found });
    picture?.show({ seats: drawn, folded, hits: found, isSearch: query !== "", isFiltered: onlyNeed });
    showPressed();
  }

  /** Fold or unfold a seat. In a large chart, opening one closes those beside it. @param {string} id @param {boolean} folds */
  function fold(id, folds) {
    const above = seats.get(id)?.above;
    if (folds) folded.add(id);
    else {
      folded.delete(id);
      const parents = isLarge ? findParents() : new Set();
      for (const seat of ordered) if (seat.above === above && seat.id !== id && parents.has(seat.id)) folded.add(seat.id);
    }
    update();
    picture?.reveal(id);
  }

  /** How many seats are above each seat. */
  function findDepths() {
    /** @type {Map<string, number>} */
    const depths = new Map();
    for (const seat of ordered) depths.set(seat.id, (depths.get(seat.above) ?? -1) + 1);
    return depths;
  }

  /** The seats to fold so that this many levels below the first are seen. @param {string} levels */
  function foldAt(levels) {
    if (levels === "all") return new Set();
    const parents = findParents();
    const depths = findDepths();
    const found = ordered.filter((seat) => depths.get(seat.id) === +levels && parents.has(seat.id)).map((seat) => seat.id);
    const folds = new Set(found);
    if (isLarge) foldDeeper(folds);
    return folds;
  }

  const levelButtons = [...root.querySelectorAll("[data-levels]")].filter((one) => one instanceof HTMLElement);

  function showPressed() {
    for (const button of levelButtons) {
      const would = foldAt(button.dataset.levels ?? "");
      const same = would.size === folded.size && [...would].every((id) => folded.has(id));
      button.setAttribute("aria-pressed", String(same));
    }
  }

  const deepest = Math.max(...findDepths().values());
  for (const button of levelButtons) {
    const level = button.dataset.levels ?? "";
    // No two of them show the same.
    button.hidden = level === "all" ? now.size > VERY_LARGE || deepest < 2 : +level >= deepest;
    button.addEventListener("click", () => {
      folded = foldAt(button.dataset.levels ?? "");
      update();
      picture?.centre();
    });
  }

  /** Unfold the way to a seat. @param {string} id */
  function openWayTo(id) {
    for (const above of listSeatsAbove(seats, id)) folded.delete(above);
  }

  const field = root.querySelector("[data-search]");
  const foundText = root.querySelector("[data-found]");

  /** @param {string} words */
  function search(words) {
    if (words && !query) foldedBefore = new Set(folded);
    query = words;
    const wanted = words.toLocaleLowerCase();
    const matches = (/** @type {import("./chart-seats.js").ChartSeat} */ seat) =>
      [seat.name, seat.role, seat.words, seat.id].some((one) => one.toLocaleLowerCase().includes(wanted));
    hits = words ? ordered.filter(matches).map((seat) => seat.id) : [];
    hitAt = -1;
    if (foldedBefore) folded = new Set(foldedBefore);
    if (!words) foldedBefore = null;
    const opened = hits.slice(0, MOST_OPENED);
    opened.forEach(openWayTo);
    if (foundText) foundText.textContent = words ? tellHits(opened.length) : "";
    update();
    if (hits[0]) picture?.reveal(hits[0]);
  }

  /** @param {number} opened */
  function tellHits(opened) {
    const count = hits.length === 1 ? "1 seat" : `${hits.length || "no"} seats`;
    return opened < hits.length ? `${count}; unfolded to the first ${opened}` : count;
  }

  if (field instanceof HTMLInputElement) {
    field.addEventListener("input", () => search(field.value.trim()));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && hits.length) {
        event.preventDefault();
        hitAt = (hitAt + 1) % hits.length;
        picture?.point(hits[hitAt] ?? "");
        picture?.reveal(hits[hitAt] ?? "");
        list.find(hits[hitAt] ?? "")?.scrollIntoView({ block: "nearest" });
      } else if (event.key === "Escape") {
        field.value = "";
        search("");
      }
    });
    field.form?.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("keydown", (event) => {
      const at = document.activeElement;
      const types = at instanceof HTMLInputElement && at.type !== "checkbox" && at.type !== "range";
      if (event.key !== "/" || event.ctrlKey || event.metaKey || types || at instanceof HTMLTextAreaElement) return;
      if (!root.offsetParent) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  }

  root.querySelector("[data-need]")?.addEventListener("change", (event) => {
    onlyNeed = event.target instanceof HTMLInputElement && event.target.checked;
    update();
    picture?.centre();
  });
  root.querySelector("[data-kinds]")?.addEventListener("change", (event) => {
    root.classList.toggle("kinds", event.target instanceof HTMLInputElement && event.target.checked);
  });

  // The address names a seat: #seat/dash, or #chart:seat/dash in a file with all pages.
  const prefix = (tree.querySelector("li")?.id ?? "").replace(/[^/]*$/, "");

  function followAddress() {
    const hash = readFragment();
    const id = hash.startsWith(prefix) ? hash.slice(prefix.length) : "";
    if (!seats.has(id)) return;
    marked = id;
    openWayTo(id);
    update();
    picture?.point(id);
    picture?.reveal(id);
    list.find(id)?.scrollIntoView({ block: "nearest" });
  }

  const counts = root.querySelector("[data-counts]");
  const total = root.querySelector("[data-total]");
  const nowCounts = counts ? [...counts.childNodes].map((one) => one.cloneNode(true)) : [];
  const nowTotal = total?.textContent ?? "";
  const COUNTS = [["on", "on target"], ["off", "off"], ["un", "unknown"], ["late", "late"], ["drift", "drifting"]];

  /** @param {import("./chart-seats.js").ChartDays} days @param {number} to */
  function showDay(days, to) {
    if (to === day) return;
    day = to;
    const last = days.days.length - 1;
    seats = to === last ? now : findSeatsOn(now, days, to);
    ordered = orderSeats(seats);
    const [number = 0, ...states] = days.counts[to] ?? [];
    const tags = COUNTS.flatMap(([sign = "", word], at) => (states[at] ? [makeTag(sign, `${states[at]} ${word}`)] : []));
    if (to === last) counts?.replaceChildren(...nowCounts.map((one) => one.cloneNode(true)));
    else counts?.replaceChildren(...tags);
    if (total) total.textContent = to === last ? nowTotal : `${number} ${number === 1 ? "seat" : "seats"} then`;
    showNumbers(days, to);
    update();
  }

  /** The numbers of a day before, and who answered for them. @param {import("./chart-seats.js").ChartDays} days @param {number} to */
  function showNumbers(days, to) {
    const part = root.querySelector("[data-then]");
    const home = root.querySelector("[data-then-table]");
    if (!(part instanceof HTMLElement) || !home) return;
    const rows = ordered.flatMap((seat) => seat.values.map((value, at) => ({ seat, value, mark: seat.marks[at] ?? "p" })));
    const text = days.days[to] ?? "";
    part.hidden = to === days.days.length - 1 || (!rows.length && !data.isServed);
    for (const link of root.querySelectorAll("[data-then-go]")) if (link instanceof HTMLElement) link.hidden = part.hidden;
    for (const link of root.querySelectorAll("[data-then-link]")) {
      const address = new URL(link.getAttribute("href") ?? "", location.href);
      address.searchParams.set("at", text);
      link.setAttribute("href", address.href);
    }
    if (part.hidden || !rows.length) return home.replaceChildren();
    // As on the scorecard: what nobody knows first, then what is off target.
    rows.sort((one, other) => "lumxop-".indexOf(one.mark) - "lumxop-".indexOf(other.mark));
    const table = document.createElement("table");
    table.className = "tab";
    table.createCaption().textContent = `At the end of ${formatDay(text)}`;
    const head = table.createTHead().insertRow();
    for (const word of ["Seat", "Who answered", "Metric", "Target", "Latest", "State"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = word;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const { seat, value, mark } of rows) {
      const row = body.insertRow();
      const [sign = "", word = "nothing owed"] = data.signs[mark] ?? [];
      const [metric = "", target = "", latest = ""] = value;
      for (const one of [seat.name, seat.owner, metric, target, sign ? latest : ""]) row.insertCell().textContent = one;
      row.insertCell().append(makeTag(sign, word));
    }
    home.replaceChildren(table);
  }

  /** @param {import("./chart-seats.js").ChartDays} days */
  function startTime(days) {
    for (const [id, facts] of Object.entries(days.now)) {
      const seat = now.get(id);
      if (seat) Object.assign(seat, { rank: facts.g ?? seat.rank, values: facts.v ?? [] });
    }
    day = days.days.length - 1;
    return setUpTime(root, days.days, { isPast: data.isPast, show: (to) => showDay(days, to) });
  }

  /** A served page gets the days when it is shown, since to judge them takes a moment. */
  async function fetchDays() {
    const address = new URL(location.href);
    address.searchParams.set("days", "1");
    const answer = await fetch(address);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const more = JSON.parse(page.querySelector("[data-chart]")?.textContent ?? "{}");
    if (more.days) startTime(more.days);
  }

  for (const part of root.querySelectorAll("[data-controls], [data-keys]")) if (part instanceof HTMLElement) part.hidden = false;
  const note = root.querySelector("[data-rest-note]");
  if (note instanceof HTMLElement) note.hidden = true;
  if (data.days) startTime(data.days);
  else if (data.isServed) fetchDays().catch(() => {});
  update();
  picture?.centre();
  followAddress();
  addEventListener("hashchange", followAddress);
}
