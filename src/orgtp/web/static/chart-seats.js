// The seats of the chart as the scripts know them: as of now from the list, and as of a day before from the deltas.

/**
 * A seat. `own` is what its box says where that does not follow from the rest. `marks` has a letter for each metric, `flags` l (late) and d (drifting), `values` name, target and latest.
 * @typedef {{id: string, name: string, role: string, kind: string, status: string, owner: string, above: string,
 *   dotted: string[], words: string, own: Record<string, any>, marks: string, flags: string, rank: number, values: string[][]}} ChartSeat
 */

/**
 * What differs of a seat, by short names.
 * @typedef {{n?: string, r?: string, k?: string, t?: string, o?: string, a?: string, d?: string, c?: string,
 *   m?: string, f?: string, g?: number, v?: string[][], w?: Record<string, any>}} SeatDelta
 */

/**
 * @typedef {{days: string[], counts: number[][], back: Record<string, SeatDelta | null>[],
 *   now: Record<string, SeatDelta>}} ChartDays
 */

/**
 * @typedef {{rest: (SeatDelta & {id: string})[], words: Record<string, Record<string, any>>, folded: string[], days: ChartDays | null, day: string, isPast: boolean,
 *   isServed: boolean, signs: Record<string, string[]>}} ChartData
 */

/** @param {string} id @param {SeatDelta} facts @param {ChartSeat} [known] @returns {ChartSeat} */
export function changeSeat(id, facts, known) {
  return {
    id,
    name: facts.n ?? known?.name ?? id,
    role: facts.r ?? known?.role ?? "",
    kind: facts.k ?? known?.kind ?? "",
    status: facts.t ?? known?.status ?? "active",
    owner: facts.o ?? known?.owner ?? "",
    above: facts.a ?? known?.above ?? "",
    dotted: facts.d === undefined ? known?.dotted ?? [] : facts.d.split(" ").filter(Boolean),
    words: facts.c === undefined ? known?.words ?? "" : facts.c.replaceAll("-", " "),
    own: facts.w ?? known?.own ?? {},
    marks: facts.m ?? known?.marks ?? "",
    flags: facts.f ?? known?.flags ?? "",
    rank: facts.g ?? known?.rank ?? 0,
    values: facts.v ?? known?.values ?? [],
  };
}

/** The text of a part of a row. @param {Element} row @param {string} selector */
function readRowText(row, selector) {
  return row.querySelector(selector)?.textContent?.trim() ?? "";
}

/** The seats of the list, and those that it does not have, in the order of the chart.
 * @param {HTMLElement} tree @param {ChartData} data @returns {Map<string, ChartSeat>} */
export function readSeats(tree, data) {
  /** @type {Map<string, ChartSeat>} */
  const seats = new Map();
  const now = data.days?.now ?? {};
  for (const item of tree.querySelectorAll("li")) {
    const { s: id = "", f = "", t = "active", m = "", c = "", d = "" } = item.dataset;
    const row = item.firstElementChild;
    const above = item.parentElement?.closest("li")?.dataset.s ?? "";
    if (!row) continue;
    const facts = { n: readRowText(row, "a"), r: readRowText(row, ".rl"), k: readRowText(row, ".kd"), a: above, f, t, m, c, d };
    const owner = readRowText(row, ".ow").replace(/^owner /, "");
    seats.set(id, changeSeat(id, { ...facts, o: owner, g: seats.size, w: data.words[id], ...now[id] }));
  }
  for (const row of data.rest) seats.set(row.id, changeSeat(row.id, { g: seats.size, ...row, ...now[row.id] }));
  return seats;
}

/** The seats as of a day before: `day` is its number.
 * @param {Map<string, ChartSeat>} now @param {ChartDays} days @param {number} day @returns {Map<string, ChartSeat>} */
export function findSeatsOn(now, days, day) {
  const seats = new Map(now);
  for (let number = days.back.length - 1; number >= day; number--) {
    for (const [id, facts] of Object.entries(days.back[number] ?? {})) {
      if (facts) seats.set(id, changeSeat(id, facts, seats.get(id)));
      else seats.delete(id);
    }
  }
  return seats;
}

/** The seats, each before those below it, and those below the same one by their rank.
 * @param {Map<string, ChartSeat>} seats @returns {ChartSeat[]} */
export function orderSeats(seats) {
  /** @type {Map<string, ChartSeat[]>} */
  const below = new Map();
  for (const seat of seats.values()) {
    const above = seats.has(seat.above) ? seat.above : "";
    const list = below.get(above);
    if (list) list.push(seat);
    else below.set(above, [seat]);
  }
  for (const list of below.values()) list.sort((one, other) => other.rank - one.rank);
  /** @type {ChartSeat[]} */
  const ordered = [];
  const stack = [...(below.get("") ?? [])];
  for (let seat = stack.pop(); seat; seat = stack.pop()) {
    ordered.push(seat);
    stack.push(...(below.get(seat.id) ?? []));
  }
  return ordered;
}

/** Whether a metric of a seat is off target, late or drifting. @param {ChartSeat} seat */
export function needsPerson(seat) {
  return seat.marks.includes("x") || seat.flags !== "";
}

/** The seats above a seat, the nearest first. @param {Map<string, ChartSeat>} seats @param {string} id */
export function listSeatsAbove(seats, id) {
  /** @type {string[]} */
  const found = [];
  for (let at = seats.get(id)?.above ?? ""; at && !found.includes(at); at = seats.get(at)?.above ?? "") found.push(at);
  return found;
}

// The signs of the marks in the order in which a box counts them.
export const SIGN_ORDER = "xlumpo";

/** @param {string[]} parts */
const joinWords = (parts) => (parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts.join());

/** What the box of a seat says, as render/drawings/chart_data.py has it. @param {ChartSeat} seat @param {string} href
 * @param {Record<string, string[]>} signs @returns {import("./chart-draw.js").DrawnSeat} */
export function drawSeat(seat, href, signs) {
  const drawn = [...seat.marks].flatMap((mark) => signs[mark]?.[0] ?? []);
  const [late, drifting, off] = [seat.flags.includes("l"), seat.flags.includes("d"), seat.marks.includes("x")];
  const role = seat.status === "active" ? seat.role : `${seat.status} · ${seat.role}`;
  const counts = [...SIGN_ORDER].flatMap((mark) => {
    const count = seat.marks.split(mark).length - 1;
    return count ? [`${count} ${signs[mark]?.[1]}`] : [];
  });
  const group = seat.kind === "group";
  const about = [seat.name, role, `${group ? "led by" : "owner"} ${seat.owner}`, drifting ? "drifting" : "", joinWords(counts)];
  return {
    id: seat.id,
    above: seat.above,
    href,
    about: about.filter(Boolean).join(", "),
    name: seat.name,
    role,
    owner: `owner ${seat.owner}`,
    kind: seat.kind,
    status: seat.status === "active" ? "" : seat.status,
    signs: drawn.join(" "),
    late,
    drifting,
    off,
    needs: late || drifting || off,
    dotted: seat.dotted,
    ...seat.own,
  };
}
