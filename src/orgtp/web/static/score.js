// The scorecard: cells that open, keys, filters and the order of the rows.

/**
 * What is behind a cell: its days, value, sign, state in words, target, notes, records, and what else is to be said. A record
 * has its period, value, sign, when and by whom it was recorded, the number of its commit, and what became of it.
 * @typedef {[string, string, number | string, string, string, string[], CellRecord[], string]} CellFacts
 * @typedef {[string, string, string, string, string, number, string]} CellRecord
 * @typedef {{commits?: string[], addresses?: string[], rows?: Record<string, Record<string, CellFacts>>}} CellData
 */

const SVG = "http://www.w3.org/2000/svg";
const SHORT_COMMIT = 10;
// The columns before those of the weeks: seat, metric, target, line, and hits.
const FIXED = 5;

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} content
 */
function makeElement(tag, attributes, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/**
 * The seat and the metric of a row: its id, after the page in a file that has all pages.
 * @param {Element} row
 */
function rowKey(row) {
  return row.id.slice(row.id.lastIndexOf(":") + 1);
}

/** @param {string} kind */
function makeSign(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `sg is-${kind}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#s-${kind}`);
  svg.append(use);
  return svg;
}

/**
 * A commit: a link to where it is shown, if it is.
 * @param {string} id
 * @param {string | undefined} address
 */
function makeCommit(id, address) {
  const short = id.slice(0, SHORT_COMMIT);
  if (!address) return makeElement("span", { class: "commit" }, short);
  return makeElement("a", { class: "commit", href: address, "aria-label": `commit ${short}` }, short);
}

/**
 * @param {CellRecord[]} records
 * @param {(number: number) => Node | string} commit
 */
function makeRecordTable(records, commit) {
  const heads = ["For", "Value", "Recorded", "By", "Commit"].map((text) => makeElement("th", { scope: "col" }, text));
  const rows = records.map(([period, value, sign, at, by, number, fate]) => {
    const shown = fate && value ? [makeElement("s", {}, value), ` ${fate}`] : [value || fate, " ", ...(sign ? [makeSign(sign)] : [])];
    const cells = [period, shown, at, by, commit(number)].map((one) => makeElement("td", {}, ...(Array.isArray(one) ? one : [one])));
    return makeElement("tr", {}, ...cells);
  });
  return makeElement("table", {}, makeElement("thead", {}, makeElement("tr", {}, ...heads)), makeElement("tbody", {}, ...rows));
}

const WORDS = { on: "on target", off: "off target", un: "unknown", mi: "missing" };

/**
 * A cell in words.
 * @param {HTMLTableElement} table
 * @param {HTMLElement} link
 * @param {HTMLTableCellElement} cell
 */
function describeCell(table, link, cell) {
  const label = link.getAttribute("aria-label");
  if (label) return label;
  const week = table.tHead?.rows[0]?.cells[cell.cellIndex]?.firstChild?.textContent ?? "";
  const value = cell.lastChild?.textContent;
  const other = !cell.classList.contains("pe") ? "not judged" : value ? "so far" : "not due yet";
  const word = Object.entries(WORDS).find(([kind]) => cell.classList.contains(kind))?.[1] ?? other;
  return `${week} ${value || "no value"}, ${word}`;
}

/**
 * The cells: one of them takes the focus by Tab, and arrows move it. Each opens what is behind it.
 * @param {HTMLElement} root
 * @param {HTMLTableElement} table
 */
function setUpCells(root, table) {
  const source = /** @type {HTMLElement | null} */ (root.querySelector("script[data-cells]"));
  /** @type {CellData} */
  const data = JSON.parse(source?.textContent || "{}");
  /** @type {Map<string, Promise<CellData>>} */
  const asked = new Map();
  const titleId = "cell-title";
  const pop = makeElement("div", { class: "pop", role: "dialog", "aria-labelledby": titleId, tabindex: "-1", hidden: "" });
  root.append(pop);
  /** @type {HTMLElement | null} */
  let from = null;
  /** @type {HTMLElement | null} */
  let stop = null;

  // A cell is its link; in a table of very many rows, it is the cell of the table itself.
  const isShort = table.classList.contains("short");
  const selector = isShort ? "td.v:is(.on, .off, .un, .mi, .pe)" : "td.v > a";
  const cells = () => /** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll(selector));
  /** @param {Element | undefined} cell */
  const findStop = (cell) => (isShort ? (cell?.matches(selector) ? cell : null) : cell?.firstElementChild);
  /** @param {HTMLElement} one */
  const findCell = (one) => /** @type {HTMLTableCellElement} */ (one.closest("td"));
  /** @param {Element | null | undefined} link */
  const isShown = (link) => link instanceof HTMLElement && link.offsetParent !== null;

  /** @param {HTMLElement | null} link */
  function setTabStop(link) {
    stop?.setAttribute("tabindex", "-1");
    stop = link;
    stop?.setAttribute("tabindex", "0");
  }

  /** Keep a cell that is shown reachable by Tab. */
  function keepTabStop() {
    if (!isShown(stop)) setTabStop([...cells()].find(isShown) ?? null);
  }

  function close(focus = true) {
    if (pop.hidden) return;
    pop.hidden = true;
    from?.classList.remove("sel");
    if (focus) from?.focus();
    from = null;
  }

  /**
   * What is behind the cells of a row: in the page, or on a page of its seat that a server sends.
   * @param {string} key
   * @returns {CellData | Promise<CellData>}
   */
  function findData(key) {
    if (data.rows?.[key] || !source?.dataset.from) return data;
    const address = new URL(source.dataset.from, location.href);
    const seat = key.split("/", 1)[0] ?? "";
    address.searchParams.set("seat", seat);
    const weeks = new URLSearchParams(location.search).get("weeks");
    if (weeks) address.searchParams.set("weeks", weeks);
    const known = asked.get(seat);
    if (known) return known;
    const coming = fetch(address)
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        return JSON.parse(page.querySelector("script[data-cells]")?.textContent || "{}");
      })
      .catch(() => ({}));
    asked.set(seat, coming);
    return coming;
  }

  /**
   * @param {HTMLElement} link
   * @param {CellData} found
   */
  function fill(link, found) {
    const cell = findCell(link);
    const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
    const facts = found.rows?.[rowKey(row)]?.[cell.cellIndex - FIXED];
    const names = [row.cells[0], row.cells[1]?.querySelector("a")].map((one) => one?.textContent?.trim() ?? "");
    const shut = makeElement("button", { class: "x", type: "button", "aria-label": "Close" }, "\u2715");
    shut.addEventListener("click", () => close());
    pop.replaceChildren(shut, makeElement("h2", { id: titleId }, names.join(": ")));
    const chart = makeElement("p", { class: "more" }, makeElement("a", { href: row.cells[1]?.querySelector("a")?.getAttribute("href") ?? "" }, "The chart of this metric"));
    const why = row.querySelector(".why")?.textContent;
    if (!facts) {
      const target = row.querySelector(".tg")?.textContent;
      const lines = [describeCell(table, link, cell), target ? `target now ${target}` : "", why ?? ""].filter(Boolean);
      pop.append(...lines.map((line) => makeElement("p", { class: "second" }, line)), chart);
      return;
    }
    const [days, value, sign, word, target, notes, records, remark] = facts;
    const kind = String(sign);
    const state = makeElement("span", { class: `tag c-${kind || "pe"}` }, ...(kind ? [makeSign(kind)] : []), word);
    const big = makeElement("p", { class: "big" }, value || (kind === "pe" ? "no value" : "unknown"), " ", state);
    if (target) big.append(makeElement("span", { class: "tag second" }, `target ${target}`));
    pop.append(makeElement("p", { class: "quiet" }, days), big);
    pop.append(...[...notes, remark].filter(Boolean).map((line) => makeElement("p", { class: "second" }, line)));
    /** @param {number} number */
    const commit = (number) => {
      const id = found.commits?.[number];
      return id ? makeCommit(id, found.addresses?.[number]) : "not committed";
    };
    if (records.length) pop.append(makeRecordTable(records, commit));
    pop.append(chart);
  }

  function place() {
    if (!from) return;
    const box = from.getBoundingClientRect();
    const [width, height, whole] = [pop.offsetWidth, pop.offsetHeight, document.documentElement.clientWidth];
    const below = box.bottom + height + 8 < innerHeight || box.top < height + 8;
    pop.style.left = `${Math.max(16, Math.min(box.right - width + scrollX, whole - width - 16))}px`;
    pop.style.top = `${(below ? box.bottom + 4 : box.top - height - 4) + scrollY}px`;
  }

  /** @param {HTMLElement} link */
  async function open(link) {
    close(false);
    from = link;
    setTabStop(link);
    const row = /** @type {HTMLElement} */ (link.closest("tr"));
    const found = findData(rowKey(row));
    const ready = found instanceof Promise ? await found : found;
    if (from !== link) return;
    link.classList.add("sel");
    fill(link, ready);
    pop.hidden = false;
    place();
    pop.focus({ preventScroll: true });
  }

  /**
   * The next cell that is shown, in a direction.
   * @param {HTMLElement} link
   * @param {string} key
   */
  function findNext(link, key) {
    const cell = findCell(link);
    const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
    const inRow = [...row.cells].slice(FIXED).map(findStop);
    const at = cell.cellIndex - FIXED;
    if (key === "ArrowRight") return inRow.slice(at + 1).find(isShown);
    if (key === "ArrowLeft") return inRow.slice(0, at).reverse().find(isShown);
    if (key === "Home") return inRow.find(isShown);
    if (key === "End") return inRow.reverse().find(isShown);
    const rows = /** @type {HTMLTableRowElement[]} */ ([...table.querySelectorAll("tr[data-n]")]);
    const here = rows.indexOf(row);
    const others = key === "ArrowDown" ? rows.slice(here + 1) : key === "ArrowUp" ? rows.slice(0, here).reverse() : [];
    return others.map((one) => findStop(one.cells[cell.cellIndex])).find(isShown);
  }

  table.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest(selector);
    if (!(link instanceof HTMLElement) || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    void open(link);
  });
  table.addEventListener("keydown", (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest(selector);
    if (!(link instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = findNext(link, event.key);
    if (event.key.startsWith("Arrow") || next) event.preventDefault();
    if (isShort && event.key === "Enter") void open(link);
    if (next instanceof HTMLElement) {
      setTabStop(next);
      next.focus();
    }
  });
  pop.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  pop.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !pop.contains(event.relatedTarget)) close(false);
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Node && pop.contains(event.target))) close(false);
  });
  // In a file of all pages, the page is shown once the browser has read all of it.
  addEventListener("load", keepTabStop);
  addEventListener("resize", () => {
    keepTabStop();
    place();
  });
  // With keys of its own, the table is a grid, which Tab enters and leaves as one.
  table.setAttribute("role", "grid");
  for (const link of cells()) link.setAttribute("tabindex", "-1");
  keepTabStop();
  return keepTabStop;
}

/**
 * The filters and the order of the rows.
 * @param {HTMLFormElement} form
 * @param {HTMLTableElement} table
 * @param {() => void} whenChanged
 */
function setUpRows(form, table, whenChanged) {
  /** @template {Element} T @param {string} name @returns {T} */
  const field = (name) => /** @type {T} */ (/** @type {unknown} */ (form.querySelector(`[name=${name}]`)));
  const text = /** @type {HTMLInputElement} */ (field("q"));
  const owner = /** @type {HTMLSelectElement} */ (field("owner"));
  const order = /** @type {HTMLSelectElement} */ (field("order"));
  const states = /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll("[name=state]"));
  const told = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  const groups = [...table.tBodies].filter((group) => !group.classList.contains("unread"));
  const hasGroups = groups.every((group) => group.querySelector("[scope=rowgroup]"));
  const needy = new Set(["late", "unknown", "drifting", "off"]);
  const rows = groups.flatMap((group) =>
    [.../** @type {NodeListOf<HTMLTableRowElement>} */ (group.querySelectorAll("tr[data-n]"))].map((row) => ({
      row,
      group,
      words: `${row.cells[0]?.textContent} ${row.cells[1]?.querySelector("a")?.textContent}`.toLowerCase(),
    })),
  );
  const chart = document.createElement("tbody");

  function filter() {
    const wanted = text.value.trim().toLowerCase();
    const isForPerson = [...states].some((one) => one.value && one.getAttribute("aria-pressed") === "true");
    let shown = 0;
    for (const one of rows) {
      const fits = one.words.includes(wanted) && (!owner.value || one.row.dataset.o === owner.value);
      one.row.hidden = !fits || (isForPerson && !needy.has(one.row.dataset.g ?? ""));
      shown += one.row.hidden ? 0 : 1;
    }
    for (const group of groups) group.hidden = !rows.some((one) => one.group === group && !one.row.hidden);
    told.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
    whenChanged();
  }

  function sort() {
    if (order.value === "chart") {
      chart.replaceChildren(...[...rows].sort((a, b) => Number(a.row.dataset.n) - Number(b.row.dataset.n)).map((one) => one.row));
      for (const group of groups) group.remove();
      table.append(chart);
    } else {
      for (const one of rows) one.group.append(one.row);
      chart.remove();
      table.append(...groups);
    }
    whenChanged();
  }

  form.hidden = false;
  form.querySelector("[value=all]")?.addEventListener("change", (event) => {
    table.classList.toggle("all", /** @type {HTMLInputElement} */ (event.target).checked);
    whenChanged();
  });
  if ("part" in form.dataset) {
    // The page has only some of the rows, so the server finds those that fit.
    const pressed = () => [...states].find((one) => one.getAttribute("aria-pressed") === "true");
    for (const one of form.querySelectorAll("select, [type=date]")) one.addEventListener("change", () => form.requestSubmit(pressed()));
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      form.requestSubmit(pressed());
    });
    return;
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  text.addEventListener("input", filter);
  owner.addEventListener("change", filter);
  for (const state of states) {
    state.addEventListener("click", () => {
      for (const one of states) one.setAttribute("aria-pressed", String(one === state));
      filter();
    });
  }
  // A server has sent the rows in the order of the chart, without their groups: it sends the others.
  order.addEventListener("change", hasGroups ? sort : () => form.submit());
  form.querySelector("[type=date]")?.addEventListener("change", () => form.submit());
  if (hasGroups && order.value === "chart") sort();
}

/** @param {HTMLElement} root */
export function setUpScorecard(root) {
  const table = root.querySelector("table.sc");
  const form = root.querySelector("form.bar");
  if (!(table instanceof HTMLTableElement && form instanceof HTMLFormElement)) return;
  const whenChanged = setUpCells(root, table);
  const box = /** @type {HTMLElement} */ (table.parentElement);
  const isLong = box.classList.contains("long");
  // A page that is wider than its window would leave the names behind: then the table scrolls in a box of its own.
  const fit = () => {
    box.classList.toggle("long", isLong);
    box.classList.toggle("long", isLong || table.scrollWidth > box.clientWidth + 1);
  };
  setUpRows(form, table, () => {
    fit();
    whenChanged();
  });
  addEventListener("resize", fit);
  fit();
  // The newest week is the last one.
  box.scrollLeft = box.scrollWidth;
}
