// The list of the chart page: one tab stop, moved by keys. It follows the seats, and what is folded.

import { needsPerson, SIGN_ORDER } from "./chart-seats.js";

// Of a seat with more metrics, a row has the number of each sign, as the page is written.
const MOST_ROW_SIGNS = 9;
const LIST_SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {string} name @param {string} [text] */
function makeListPart(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

/** A sign of the sprite. @param {string} kind */
export function makeListSign(kind) {
  const sign = document.createElementNS(LIST_SVG, "svg");
  sign.setAttribute("class", `sg is-${kind}`);
  sign.setAttribute("aria-hidden", "true");
  sign.appendChild(document.createElementNS(LIST_SVG, "use")).setAttribute("href", `#s-${kind}`);
  return sign;
}

/** @param {string} kind @param {string} words */
export function makeTag(kind, words) {
  const tag = makeListPart("span", kind ? `tag c-${kind}` : "tag");
  if (kind) tag.append(makeListSign(kind));
  tag.append(words);
  return tag;
}

/** How many of each mark, in words. @param {string} marks @param {Record<string, string[]>} signs */
function countMarks(marks, signs) {
  const counts = Object.keys(signs).map((mark) => [marks.split(mark).length - 1, signs[mark]?.[1] ?? ""]);
  return counts.filter(([count]) => count).map((pair) => pair.join(" ")).join(", ");
}

/** A sign for each mark; of many, each sign once with its number. @param {string} marks @param {Record<string, string[]>} signs */
function makeMarks(marks, signs) {
  const known = [...marks].filter((mark) => signs[mark]?.[0]);
  if (known.length <= MOST_ROW_SIGNS) return known.map((mark) => makeListSign(signs[mark]?.[0] ?? ""));
  return [...SIGN_ORDER].filter((mark) => known.includes(mark)).flatMap((mark) => {
    const number = makeListPart("b", "", String(known.filter((one) => one === mark).length));
    number.removeAttribute("class");
    number.setAttribute("aria-hidden", "true");
    return [makeListSign(signs[mark]?.[0] ?? ""), number];
  });
}

/**
 * @typedef {object} ListHooks
 * @property {(id: string, folds: boolean) => void} fold  a person folds or unfolds a seat
 * @property {(id: string) => void} point  the focus is at a seat; "" when it leaves
 */

/** The list, once it is set up.
 * @param {HTMLElement} tree @param {import("./chart-seats.js").ChartData} data
 * @param {Map<string, import("./chart-seats.js").ChartSeat>} known @param {ListHooks} hooks */
export function setUpList(tree, data, known, hooks) {
  /** @type {Map<string, HTMLLIElement>} */
  const items = new Map();
  const told = new Map(known);
  for (const item of tree.querySelectorAll("li")) items.set(item.dataset.s ?? "", item);
  const sample = tree.querySelector("a")?.getAttribute("href") ?? "";
  const first = tree.querySelector("li")?.dataset.s ?? "";
  const firstId = tree.querySelector("li")?.id ?? "";

  /** The address of a seat's page, made as that of the first one is. @param {string} id */
  const findHref = (id) => sample.replace(new RegExp(`(^|[/#])${first}(?=\\.html|$)`), `$1${id}`);

  /** @param {import("./chart-seats.js").ChartSeat} seat */
  function fillItem(seat) {
    const item = items.get(seat.id);
    const row = item?.firstElementChild;
    if (!item || !row || told.get(seat.id) === seat) return;
    const before = told.get(seat.id);
    told.set(seat.id, seat);
    const [who, role, owner, marks, say] = row.children;
    if (!who || !role || !owner || !marks || !say) return;
    const [, link, kind] = who.children;
    if (link) link.textContent = seat.name;
    if (kind) kind.textContent = seat.kind;
    role.textContent = seat.role;
    owner.textContent = seat.owner ? `owner ${seat.owner}` : "";
    if (before?.marks !== seat.marks || !marks.hasChildNodes()) {
      marks.replaceChildren(...makeMarks(seat.marks, data.signs), ...(seat.marks ? [makeListPart("span", "sr", countMarks(seat.marks, data.signs))] : []));
    }
    const tags = [];
    if (seat.flags.includes("l")) tags.push(makeTag("late", "late"));
    if (seat.flags.includes("d")) tags.push(makeTag("drift", "drifting"));
    if (seat.marks.includes("x")) tags.push(makeTag("off", "off target"));
    if (seat.status !== "active") tags.push(makeTag("", seat.status));
    say.replaceChildren(...tags);
  }

  /** @param {import("./chart-seats.js").ChartSeat} seat */
  function makeItem(seat) {
    const item = document.createElement("li");
    item.setAttribute("role", "treeitem");
    item.id = firstId.replace(new RegExp(`${first}$`), seat.id);
    item.tabIndex = -1;
    item.dataset.s = seat.id;
    const row = makeListPart("div", "row");
    const who = makeListPart("span", "who");
    const link = document.createElement("a");
    link.href = findHref(seat.id);
    link.tabIndex = -1;
    who.append(makeListPart("span", "tw"), link, makeListPart("span", "kd"));
    const parts = ["rl second", "ow quiet", "marks", "say"].map((name) => makeListPart("span", name));
    row.append(who, ...parts);
    item.append(row);
    items.set(seat.id, item);
    told.delete(seat.id);
    return item;
  }

  /** @param {HTMLLIElement} item @param {boolean} opens */
  function setOpener(item, opens) {
    const twist = item.querySelector(".tw");
    if (!twist || twist.hasChildNodes() === opens) return;
    if (!opens) return twist.replaceChildren();
    const arrow = document.createElementNS(LIST_SVG, "svg");
    arrow.setAttribute("viewBox", "0 0 14 14");
    arrow.setAttribute("aria-hidden", "true");
    arrow.appendChild(document.createElementNS(LIST_SVG, "path")).setAttribute("d", "M5 3l4 4-4 4");
    twist.append(arrow);
  }

  let shape = "";

  /** Put the items where the seats are. @param {import("./chart-seats.js").ChartSeat[]} seats */
  function placeItems(seats) {
    const inOrder = seats.map((seat) => `${seat.id}<${seat.above}`).join();
    if (inOrder === shape) return;
    shape = inOrder;
    /** @type {Map<string, import("./chart-seats.js").ChartSeat[]>} */
    const below = new Map();
    const shown = new Set(seats.map((seat) => seat.id));
    for (const seat of seats) {
      const above = shown.has(seat.above) ? seat.above : "";
      const list = below.get(above);
      if (list) list.push(seat);
      else below.set(above, [seat]);
    }
    for (const [id, item] of items) if (!shown.has(id)) item.remove();
    /** @type {Map<string, number>} */
    const levels = new Map();
    /** @type {Map<string, number>} */
    const placed = new Map();
    for (const seat of seats) {
      const above = shown.has(seat.above) ? seat.above : "";
      const siblings = below.get(above) ?? [];
      const level = (levels.get(seat.above) ?? 0) + 1;
      levels.set(seat.id, level);
      const item = items.get(seat.id) ?? makeItem(seat);
      const place = placed.get(above) ?? 0;
      placed.set(above, place + 1);
      item.setAttribute("aria-level", String(level));
      item.setAttribute("aria-posinset", String(place + 1));
      item.setAttribute("aria-setsize", String(siblings.length));
      const home = level === 1 ? tree : findGroup(seat.above);
      if (home.children[place] !== item) home.insertBefore(item, home.children[place] ?? null);
    }
    for (const [id, item] of items) if (!below.has(id)) item.querySelector(":scope > [role=group]")?.remove();
    keepTabStop();
  }

  /** @param {string} id */
  function findGroup(id) {
    const item = items.get(id);
    const found = item?.querySelector(":scope > [role=group]");
    if (found || !item) return found ?? tree;
    const made = document.createElement("ul");
    made.setAttribute("role", "group");
    item.append(made);
    return made;
  }

  /** Exactly one item that is seen can be reached by Tab. */
  function keepTabStop() {
    const stops = [...tree.querySelectorAll("li[tabindex='0']")];
    const seen = stops.filter((item) => isSeen(/** @type {HTMLElement} */ (item)));
    const [kept = listSeen()[0]] = seen;
    for (const item of stops) if (item !== kept) item.setAttribute("tabindex", "-1");
    kept?.setAttribute("tabindex", "0");
  }

  /** @param {HTMLElement} item @returns {boolean} */
  function isSeen(item) {
    if (item.hidden || !item.isConnected) return false;
    const above = item.parentElement?.closest("li");
    return !above || (above.getAttribute("aria-expanded") === "true" && isSeen(above));
  }

  /** The items that are not folded away, in order. @returns {HTMLLIElement[]} */
  function listSeen() {
    /** @type {HTMLLIElement[]} */
    const found = [];
    /** @param {Element} list */
    const walk = (list) => {
      for (const item of list.children) {
        if (!(item instanceof HTMLLIElement) || item.hidden) continue;
        found.push(item);
        const group = item.lastElementChild;
        if (item.getAttribute("aria-expanded") === "true" && group?.getAttribute("role") === "group") walk(group);
      }
    };
    walk(tree);
    return found;
  }

  /** @param {HTMLElement | null | undefined} item */
  function moveTo(item) {
    if (!item) return;
    for (const other of tree.querySelectorAll("li[tabindex='0']")) other.setAttribute("tabindex", "-1");
    item.tabIndex = 0;
    item.focus();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key means something here */
  function pressKey(event) {
    const item = document.activeElement instanceof HTMLElement ? document.activeElement.closest("li") : null;
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return false;
    const seen = listSeen();
    const place = seen.indexOf(item);
    const id = item.dataset.s ?? "";
    const expanded = item.getAttribute("aria-expanded");
    switch (event.key) {
      case "ArrowDown": moveTo(seen[place + 1]); return true;
      case "ArrowUp": moveTo(seen[place - 1]); return true;
      case "Home": moveTo(seen[0]); return true;
      case "End": moveTo(seen.at(-1)); return true;
      case "ArrowRight":
        if (expanded === "false") hooks.fold(id, false);
        else if (expanded === "true") moveTo(seen[place + 1]);
        return true;
      case "ArrowLeft":
        if (expanded === "true") hooks.fold(id, true);
        else moveTo(item.parentElement?.closest("li"));
        return true;
      case "Enter": item.querySelector("a")?.click(); return true;
      default: return typeLetter(event.key, seen, place);
    }
  }

  let typed = "";
  let typedAt = 0;

  /** Go to the next name that begins with what was typed. @param {string} key @param {HTMLLIElement[]} seen @param {number} place */
  function typeLetter(key, seen, place) {
    if (key.length !== 1 || !/[\p{L}\p{N}]/u.test(key)) return false;
    const now = performance.now();
    typed = now - typedAt < 700 ? typed + key : key;
    typedAt = now;
    const from = typed.length > 1 ? place : place + 1;
    const begin = typed.toLocaleLowerCase();
    const ring = [...seen.slice(from), ...seen.slice(0, from)];
    moveTo(ring.find((item) => item.querySelector("a")?.textContent?.toLocaleLowerCase().startsWith(begin)));
    return true;
  }

  tree.addEventListener("keydown", (event) => {
    if (pressKey(event)) event.preventDefault();
  });
  tree.addEventListener("focusin", (event) => {
    const item = event.target instanceof HTMLElement ? event.target.closest("li") : null;
    hooks.point(item?.dataset.s ?? "");
  });
  tree.addEventListener("focusout", () => hooks.point(""));
  tree.addEventListener("click", (event) => {
    const item = event.target instanceof Element && event.target.closest(".tw") ? event.target.closest("li") : null;
    if (item?.hasAttribute("aria-expanded")) hooks.fold(item.dataset.s ?? "", item.getAttribute("aria-expanded") === "true");
  });

  /** Show seats, in order. Those in `listed` have an item; `folded` are closed, `hidden` filtered away, `hits` found.
   * @param {{seats: import("./chart-seats.js").ChartSeat[], folded: Set<string>, parents: Set<string>,
   *   shown: Set<string>, hits: Set<string>}} state */
  function show({ seats, folded, parents, shown, hits }) {
    placeItems(seats);
    for (const seat of seats) {
      const item = items.get(seat.id);
      if (!item) continue;
      fillItem(seat);
      item.hidden = !shown.has(seat.id);
      const opens = parents.has(seat.id);
      if (opens) item.setAttribute("aria-expanded", String(!folded.has(seat.id)));
      else item.removeAttribute("aria-expanded");
      setOpener(item, opens);
      item.classList.toggle("hit", hits.has(seat.id));
      item.classList.toggle("needs", needsPerson(seat));
    }
    keepTabStop();
  }

  return { show, findHref, moveTo: (/** @type {string} */ id) => moveTo(items.get(id)), find: (/** @type {string} */ id) => items.get(id) };
}
