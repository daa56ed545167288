/**
 * Draws the chart: the same elements as src/orgtp/render/drawings/chart.py writes, kept by seat, so that boxes move from where
 * they were. A test compares the two.
 *
 * A seat is a ChartSeat of chart-layout.js with what its box says; what is empty, zero or false may be missing:
 * @typedef {import("./chart-layout.js").ChartSeat & {
 *   href: string, about: string, name: string, role: string, kindRole?: string, owner: string, kind: string,
 *   status?: string, signs?: string, more?: number, farName?: string, smallName?: string, smallFarName?: string, smallRole?: string, smallSigns?: string,
 *   smallMore?: number, late?: boolean, drifting?: boolean, off?: boolean, needs?: boolean, indirect?: boolean,
 *   frameName?: string, frameLed?: string, frameNameWidth?: number,
 * }} DrawnSeat
 * `href` is the address of the seat's page, `about` everything that its box says, in words. `signs` are the signs of the
 * metrics, such as "on on late", and `more` counts those without a sign. The small ones are for a leaf in a stack, where
 * they differ. A far name is what fits of a
 * name where the chart is so small that names are drawn larger. `needs` is whether a person should look at it.
 *
 * @typedef {import("./chart-layout.js").Drawing} Drawing
 * @typedef {import("./chart-layout.js").PlacedBox} PlacedBox
 * @typedef {import("./chart-layout.js").PlacedFrame} PlacedFrame
 * @typedef {{seats: number, off: number, late: number, drifting: number}} SeatsBelow
 */
import { BOX_WIDTH, COMPACT_HEIGHT } from "./chart-layout.js";

const SVG_SPACE = "http://www.w3.org/2000/svg";
const INSET = 11, COMPACT_INSET = 9, SIGN_PITCH = 15, COMPACT_PITCH = 14, FOLD_LEFT = 16, FOLD_ROOM = 20, MOVE = 430;

/** @param {string} name @param {Record<string, string | number>} attributes @param {...(Node | string)} children @returns {SVGElement} */
function make(name, attributes, ...children) {
  const made = document.createElementNS(SVG_SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** @param {string} classes @param {number} x @param {number} y @param {string} words @param {string} [anchor] @returns {SVGElement[]} */
function makeText(classes, x, y, words, anchor) {
  if (!words) return [];
  return [make("text", { class: classes, x, y, ...(anchor ? { "text-anchor": anchor } : {}) }, words)];
}

/** The name, and what fits of it where names are larger. @param {number} x @param {number} y @param {string} name @param {string} [farName] @returns {SVGElement[]} */
function makeName(x, y, name, farName) {
  return farName ? [...makeText("nm long", x, y, name), ...makeText("nm fn", x, y, farName)] : makeText("nm", x, y, name);
}

/** @param {string} name @param {number} x @param {number} y @param {number} [size] @returns {SVGElement} */
function makeChartSign(name, x, y, size = 11) {
  const use = make("use", { href: `#s-${name}` });
  return make("svg", { class: `sg-s is-${name} c-${name}`, x, y, width: size, height: size }, use);
}

/** @param {string[]} signs @param {number} more @returns {number} */
const countPlaces = (signs, more) => signs.length + (more ? 1 : 0) + (more >= 10 ? 1 : 0);

/** @param {string[]} signs @param {number} more @param {number} right @param {number} y @param {number} pitch @returns {SVGElement[]} */
function makeSigns(signs, more, right, y, pitch) {
  const places = countPlaces(signs, more);
  const made = signs.map((sign, number) => makeChartSign(sign, right - 11 - pitch * (places - 1 - number), y));
  return more ? [...made, ...makeText("mo", right, y + 9, `+${more}`, "end")] : made;
}

/** @param {string} [signs] @returns {string[]} */
const splitSigns = (signs) => (signs ? signs.split(" ") : []);

/** What is below each seat. @param {DrawnSeat[]} seats @returns {Map<string, SeatsBelow>} */
export function countBelow(seats) {
  /** @type {Map<string, SeatsBelow>} */
  const totals = new Map(seats.map((one) => [one.id, { seats: 0, off: 0, late: 0, drifting: 0 }]));
  for (const one of seats.toReversed()) {
    const own = /** @type {SeatsBelow} */ (totals.get(one.id)), above = totals.get(one.above);
    if (!above) continue;
    above.seats += own.seats + 1;
    above.off += own.off + (one.off ? 1 : 0);
    above.late += own.late + (one.late ? 1 : 0);
    above.drifting += own.drifting + (one.drifting ? 1 : 0);
  }
  return totals;
}

/** The width of digits in the font of a fold mark, as render/drawings/text_width.py measures it. @param {string} text @returns {number} */
function measureCount(text) {
  const units = [...text].reduce((sum, mark) => sum + (mark === "+" ? 584 : 556), 0);
  return Math.ceil((units * 110 * 110 * 106) / 100_000_000);
}

/** @param {SeatsBelow} below @returns {SVGElement} */
function makeFolded(below) {
  const count = `+${below.seats}`;
  let x = 7 + measureCount(count);
  /** @type {[number, string, string][]} */
  const parts = [[7, count, ""]];
  /** @type {[string, number][]} */
  const problems = [["off", below.off], ["late", below.late], ["drift", below.drifting]];
  for (const [name, number] of problems) {
    const more = 6 + 13 + measureCount(String(number));
    if (!number || x + more + 7 > BOX_WIDTH - FOLD_LEFT) continue;
    parts.push([x + 6, String(number), name]);
    x += more;
  }
  const width = x + 7, left = Math.max(FOLD_LEFT, Math.floor((BOX_WIDTH - width) / 2));
  const drawn = parts.flatMap(([at, words, name]) => [
    ...(name ? [makeChartSign(name, left + at, 71)] : []), make("text", { x: left + at + (name ? 13 : 0), y: 80 }, words),
  ]);
  const rect = make("rect", { x: left, y: 67, width, height: 18, rx: 2 });
  return make("g", { class: "fold", "data-fold": 0 }, rect, ...drawn);
}

/** @param {number} x @param {number} y @returns {SVGElement} */
function makeUnfolded(x, y) {
  const rect = make("rect", { x, y, width: 14, height: 14, rx: 2 });
  return make("g", { class: "fold", "data-fold": 1 }, rect, make("path", { d: `M${x + 3.5} ${y + 7}H${x + 10.5}` }));
}

/** @param {DrawnSeat} seat @param {PlacedBox} place @returns {SVGElement[]} */
function makeWords(seat, place) {
  const right = BOX_WIDTH - INSET, more = seat.more ?? 0;
  if (place.height === COMPACT_HEIGHT) {
    const signs = splitSigns(seat.smallSigns ?? seat.signs), smallMore = seat.smallMore ?? 0;
    const at = right - 11 - COMPACT_PITCH * countPlaces(signs, smallMore);
    return [
      ...makeName(COMPACT_INSET, 14.5, seat.smallName ?? seat.name, seat.smallFarName),
      ...makeText("rl", COMPACT_INSET, 27.5, seat.smallRole ?? seat.role),
      ...makeSigns(signs, smallMore, right, 11.5, COMPACT_PITCH),
      ...(seat.drifting ? [makeChartSign("drift", at, 11.5)] : []),
    ];
  }
  const flags = [...(seat.drifting ? ["drift"] : []), ...(seat.late ? ["late"] : [])], flag = flags.at(-1);
  const word = flag === "drift" ? "drifting" : flag ?? "";
  return [
    ...makeName(INSET, 20, seat.name, seat.farName),
    ...flags.map((name, number) => makeChartSign(name, right - 9 - 15 * number, 10)),
    ...makeText(`st c-${flag}`, right + 2 - 15 * flags.length, 19.5, word, "end"),
    ...makeText("kd", right, 36, seat.kind, "end"),
    ...makeText("rl rk", INSET, 36, seat.kindRole ?? ""),
    ...makeText(seat.kindRole ? "rl long" : "rl", INSET, 36, seat.role ?? ""),
    ...makeText("ow", INSET, 56, seat.owner ?? ""),
    ...makeSigns(splitSigns(seat.signs), more, right, 47, SIGN_PITCH),
  ];
}

/** @param {DrawnSeat} seat @param {PlacedBox} place @param {Map<string, SeatsBelow>} below @returns {SVGElement} */
function makeBox(seat, place, below) {
  const isSmall = place.height === COMPACT_HEIGHT;
  const classes = ["b", isSmall && "small", seat.needs && "need", seat.status === "retired" && "gone"].filter(Boolean);
  const rect = make("rect", { class: "body", width: BOX_WIDTH, height: place.height, rx: 3 });
  const link = make("a", { href: seat.href, tabindex: -1 }, make("title", {}, seat.about), rect, ...makeWords(seat, place));
  const box = make("g", { class: classes.join(" "), "data-s": seat.id, transform: `translate(${place.x} ${place.y})` }, link);
  if (place.hidden) box.append(makeFolded(/** @type {SeatsBelow} */ (below.get(seat.id))));
  else if (place.opens) box.append(makeUnfolded(67, 67.5));
  return box;
}

/** @param {DrawnSeat} seat @param {number} room @returns {[string, string]} */
function fitFrame(seat, room) {
  const name = seat.frameName ?? "", width = seat.frameNameWidth ?? 0, letters = [...name];
  if ((seat.label ?? 0) <= room) return [name, seat.frameLed ?? ""];
  if (width <= room) return [name, ""];
  const kept = letters.slice(0, Math.max(0, Math.floor((letters.length * room) / width) - 2)).join("").trimEnd();
  return [kept ? `${kept}…` : "", ""];
}

/** @param {DrawnSeat} seat @param {PlacedFrame} place @returns {SVGElement} */
function makeFrame(seat, place) {
  const [name, led] = fitFrame(seat, place.labelWidth), y = place.y + 19;
  const at = place.labelX + (seat.frameNameWidth ?? 0) + 6, signs = splitSigns(seat.smallSigns ?? seat.signs), more = seat.smallMore ?? 0;
  const right = place.x + place.width - 14 - FOLD_ROOM;
  const link = make("a", { href: seat.href, tabindex: -1 }, ...makeText("t", place.labelX, y, name), ...makeText("lb", at, y, led));
  const flags = [...(seat.drifting ? ["drift"] : []), ...(seat.late ? ["late"] : [])];
  const first = right - 11 - SIGN_PITCH * countPlaces(signs, more);
  const rect = make("rect", { x: place.x, y: place.y, width: place.width, height: place.height, rx: 4 });
  return make(
    "g", { class: seat.needs ? "frame need" : "frame", "data-s": seat.id }, make("title", {}, seat.about), rect, link,
    ...makeSigns(signs, more, right, place.y + 9, SIGN_PITCH), ...flags.map((flag, number) => makeChartSign(flag, first - 15 * number, place.y + 9)),
    makeUnfolded(place.x + place.width - 28, place.y + 8),
  );
}

/** @param {import("./chart-layout.js").Point[]} points @returns {string} */
function writePath(points) {
  const corners = points.slice(1).map(([x, y], number) => (points[number][0] === x ? `V${y}` : `H${x}`));
  return `M${points[0][0]} ${points[0][1]}${corners.join("")}`;
}

/** @param {DrawnSeat[]} seats @param {Drawing} drawing @returns {SVGElement[]} */
function makeLines(seats, drawing) {
  const indirect = new Set(seats.filter((one) => one.indirect).map((one) => one.id));
  return [
    ...drawing.lines.map((line) =>
      make("path", { ...(indirect.has(line.id) ? { class: "via" } : {}), "data-s": line.id, d: writePath(line.points) })),
    ...drawing.dotted.map((line) =>
      make("path", { class: "dot", "data-s": line.id, "data-b": line.boss, d: writePath(line.points) })),
  ];
}

/** @param {SVGSVGElement} svg @param {string} name @returns {SVGElement} */
function findLayer(svg, name) {
  const known = svg.querySelector(`:scope > .${name}`);
  if (known instanceof SVGElement) return known;
  const made = make("g", name === "lines" ? { class: name, transform: "translate(.5 .5)" } : { class: name });
  svg.append(made);
  return made;
}

/** @param {Element} element @returns {[number, number]} */
function readPlace(element) {
  const found = /translate\((-?[\d.]+)(?:px)?[ ,]+(-?[\d.]+)/.exec(element.getAttribute("transform") ?? "");
  return found ? [Number(found[1]), Number(found[2])] : [0, 0];
}

/**
 * Draw the chart into an svg element, also over one that is drawn already. Boxes that stay slide to their new place with
 * their lines; new ones appear where they are, and the rest goes. With `isStill`, or for readers who want less motion,
 * nothing moves.
 * @param {SVGSVGElement} svg @param {DrawnSeat[]} seats @param {Drawing} drawing @param {{isStill?: boolean}} [options]
 */
export function drawChart(svg, seats, drawing, { isStill = false } = {}) {
  const byId = new Map(seats.map((one) => [one.id, one])), below = countBelow(seats);
  const frames = findLayer(svg, "frames"), lines = findLayer(svg, "lines"), boxes = findLayer(svg, "boxes");
  /** @type {Map<string, [number, number]>} */
  const before = new Map();
  /** @type {Map<string, Element>} */
  const kept = new Map();
  for (const old of boxes.children) {
    const id = old.getAttribute("data-s") ?? "";
    before.set(id, findShownPlace(old));
    kept.set(id, old);
  }
  svg.setAttribute("viewBox", `0 0 ${drawing.width} ${drawing.height}`);
  svg.setAttribute("width", String(drawing.width));
  svg.setAttribute("height", String(drawing.height));
  frames.replaceChildren(...drawing.frames.map((place) => makeFrame(/** @type {DrawnSeat} */ (byId.get(place.id)), place)));
  boxes.replaceChildren(...drawing.boxes.map((place) => {
    const made = makeBox(/** @type {DrawnSeat} */ (byId.get(place.id)), place, below), old = kept.get(place.id);
    if (!old) return made;
    // The element stays, so that it keeps its focus and what the page noted on it.
    for (const name of ["hit", "dim", "cur"]) if (old.classList.contains(name)) made.classList.add(name);
    for (const name of ["opacity", "data-at"]) old.removeAttribute(name);
    for (const { name, value } of made.attributes) old.setAttribute(name, value);
    old.replaceChildren(...made.childNodes);
    return old;
  }));
  const old = [...lines.children].map((line) => /** @type {[string, string]} */ ([nameLine(line), line.getAttribute("d") ?? ""]));
  lines.replaceChildren(...makeLines(seats, drawing));
  if (sliding.has(svg)) cancelAnimationFrame(/** @type {number} */ (sliding.get(svg)));
  if (!isStill && before.size && !document.hidden && !matchMedia("(prefers-reduced-motion: reduce)").matches)
    slide(svg, boxes, lines, frames, before, new Map(old));
}

/** A line by its ends. @param {Element} line @returns {string} */
function nameLine(line) {
  return `${line.getAttribute("data-b") ?? ""} ${line.getAttribute("data-s") ?? ""}`;
}

/** Where a box is shown now, also while it slides. @param {Element} box @returns {[number, number]} */
function findShownPlace(box) {
  const at = box.getAttribute("data-at");
  return at ? /** @type {[number, number]} */ (at.split(" ").map(Number)) : readPlace(box);
}

/** @type {WeakMap<SVGSVGElement, number>} */
const sliding = new WeakMap();

/**
 * Move boxes and the corners of their lines together, frame by frame, from where they were; what is new fades in.
 * @param {SVGSVGElement} svg @param {SVGElement} boxes @param {SVGElement} lines @param {SVGElement} frames
 * @param {Map<string, [number, number]>} before @param {Map<string, string>} oldLines
 */
function slide(svg, boxes, lines, frames, before, oldLines) {
  const moves = [...boxes.children].flatMap((box) => {
    const from = before.get(box.getAttribute("data-s") ?? ""), to = readPlace(box);
    return from && (from[0] !== to[0] || from[1] !== to[1]) ? [{ box, from, to }] : [];
  });
  const bends = [...lines.children].flatMap((line) => {
    const from = splitPath(oldLines.get(nameLine(line)) ?? ""), to = splitPath(line.getAttribute("d") ?? "");
    return from.names === to.names && from.names ? [{ line, from, to }] : [];
  });
  const bent = new Set(bends.map((bend) => bend.line));
  const fresh = [
    ...[...boxes.children].filter((box) => !before.has(box.getAttribute("data-s") ?? "")),
    ...[...lines.children].filter((line) => !bent.has(line)), ...frames.children,
  ];
  const begin = performance.now();
  /** @param {number} now */
  const step = (now) => {
    const share = Math.min(1, Math.max(0, (now - begin) / MOVE)), eased = 1 - (1 - share) ** 3;
    for (const { box, from, to } of moves) {
      const [x, y] = [0, 1].map((axis) => from[axis] + (to[axis] - from[axis]) * eased);
      box.setAttribute("transform", `translate(${x} ${y})`);
      if (share < 1) box.setAttribute("data-at", `${x} ${y}`);
      else box.removeAttribute("data-at");
    }
    for (const { line, from, to } of bends) line.setAttribute("d", joinPath(from, to, eased));
    for (const one of fresh) {
      if (share < 1) one.setAttribute("opacity", String(share));
      else one.removeAttribute("opacity");
    }
    if (share < 1) sliding.set(svg, requestAnimationFrame(step));
  };
  step(begin);
}

/** @param {string} path @returns {{names: string, numbers: number[]}} */
function splitPath(path) {
  return { names: path.replace(/[-\d.]+/g, ""), numbers: (path.match(/-?[\d.]+/g) ?? []).map(Number) };
}

/** @param {{names: string, numbers: number[]}} from @param {{numbers: number[]}} to @param {number} share @returns {string} */
function joinPath(from, to, share) {
  const numbers = from.numbers.map((number, at) => number + (to.numbers[at] - number) * share);
  return [...from.names].reduce((path, name) => path + (name === " " ? " " : name) + (numbers.shift() ?? ""), "");
}
