/**
 * Where the boxes, frames and lines of the chart go. This is src/orgtp/views/chart_drawing in JavaScript: a test gives both
 * the same charts and compares every number, so change them together. All positions are whole pixels.
 *
 * @typedef {object} ChartSeat A seat as render/drawings/chart_data.py writes it, depth first, each after the one above it.
 * @property {string} id
 * @property {string} above the seat above it on this chart, or ""
 * @property {boolean} [group] whether it is a group of seats, drawn as a frame
 * @property {string[]} [dotted] the seats to which it has a dotted line
 * @property {number} [label] how wide the name of a group is in the head of its frame
 * @property {number} [head] how much room the signs of a group need in the head of its frame
 *
 * @typedef {[number, number]} Point
 * @typedef {{id: string, x: number, y: number, height: number, hidden: number, opens: boolean}} PlacedBox
 * @typedef {{id: string, x: number, y: number, width: number, height: number, labelX: number, labelWidth: number}} PlacedFrame
 * @typedef {{boss: string, id: string, points: Point[]}} PlacedLine
 * @typedef {object} Drawing
 * @property {number} width
 * @property {number} height
 * @property {PlacedBox[]} boxes
 * @property {PlacedFrame[]} frames
 * @property {PlacedLine[]} lines
 * @property {PlacedLine[]} dotted
 * @property {Map<string, string>} shown where each seat can be seen: itself, or the folded seat above it
 *
 * @typedef {{inset: number, spine: number, x: number, seats: string[], slots: string[]}} Column
 * @typedef {{boss: string, id: string, isDown: boolean, passed: Item[], gaps: number[]}} Route
 */

export const BOX_WIDTH = 148, BOX_HEIGHT = 66, COMPACT_HEIGHT = 34;
const BESIDE = 12, BELOW = 72, STACKED = 6, LANE = 22, DOTTED_LANE = 33, STACK_TOP = 40, PITCH = 6, STEM = 7;
const LEAST_STACKED = 5, COLUMN = 8, SPINE = 10, AROUND = 14, HEAD = 30, FOLD_REACH = 19, LEFT = 2, TOP = 4, BOTTOM = 14;
const OUTLINE = LANE - 2, CLEAR = 10, NEAR = 2, LEAST = 3, BEYOND = 2, BESIDE_LANDING = 10;
const COMPACT_ENDS = [26, 8, 29, 5, 23, 11, 32], COMPACT_START = 20, BOX_START = 52, LOWEST_END = 45, HIGHEST_END = 9;

/** @param {number} number @returns {number} */
const half = (number) => Math.floor(number / 2);

/** @param {Iterable<number>} numbers @param {number} least @returns {number} */
function findMost(numbers, least) {
  let most = least;
  for (const number of numbers) if (number > most) most = number;
  return most;
}

/** A node of the tree, as in views/chart_drawing/tidy_tree.py. */
class TreeNode {
  constructor() {
    this.width = 0;
    this.anchor = 0;
    this.bottom = 0;
    /** @type {TreeNode[]} */
    this.children = [];
    this.x = 0;
    this.own = 0;
    this.offset = 0;
    this.shift = 0;
    this.change = 0;
    /** @type {TreeNode | null} */
    this.leftThread = null;
    /** @type {TreeNode | null} */
    this.rightThread = null;
    /** @type {TreeNode} */
    this.leftEnd = this;
    /** @type {TreeNode} */
    this.rightEnd = this;
    this.leftEndSum = 0;
    this.rightEndSum = 0;
  }

  /** @returns {TreeNode | null} */
  get nextLeft() {
    return this.children.length ? this.children[0] : this.leftThread;
  }

  /** @returns {TreeNode | null} */
  get nextRight() {
    return this.children.length ? this.children[this.children.length - 1] : this.rightThread;
  }
}

/** Move the subtrees of a node together and the node over their middle. @param {TreeNode} parent */
function placeChildren(parent) {
  const children = parent.children;
  if (!children.length) return;
  /** @type {[number, number][]} */
  const lows = [[children[0].leftEnd.bottom, 0]];
  for (let number = 1; number < children.length; number++) {
    const low = children[number].rightEnd.bottom;
    separate(children, number, lows);
    while (lows.length && low >= lows[lows.length - 1][0]) lows.pop();
    lows.push([low, number]);
  }
  const first = children[0], last = children[children.length - 1];
  parent.own = half(first.own + first.offset + first.anchor + last.own + last.offset + last.anchor) - parent.anchor;
  parent.leftEnd = first.leftEnd;
  parent.leftEndSum = first.leftEndSum;
  parent.rightEnd = last.rightEnd;
  parent.rightEndSum = last.rightEndSum;
}

/** @param {TreeNode[]} children @param {number} number @param {[number, number][]} lows */
function separate(children, number, lows) {
  /** @type {TreeNode | null} */
  let right = children[number - 1];
  /** @type {TreeNode | null} */
  let left = children[number];
  let rightSum = right.offset, leftSum = left.offset, at = lows.length - 1;
  while (right && left) {
    while (right.bottom > lows[at][0]) at--;
    const distance = rightSum + right.own + right.width - (leftSum + left.own);
    if (distance > 0) {
      leftSum += distance;
      moveSubtree(children, number, lows[at][1], distance);
    }
    const rightBottom = right.bottom, leftBottom = left.bottom;
    if (rightBottom <= leftBottom) {
      right = right.nextRight;
      rightSum += right ? right.offset : 0;
    }
    if (rightBottom >= leftBottom) {
      left = left.nextLeft;
      leftSum += left ? left.offset : 0;
    }
  }
  const first = children[0], before = children[number - 1], current = children[number];
  if (!right && left) {
    const end = first.leftEnd, difference = leftSum - left.offset - first.leftEndSum;
    end.leftThread = left;
    end.offset += difference;
    end.own -= difference;
    first.leftEnd = current.leftEnd;
    first.leftEndSum = current.leftEndSum;
  } else if (right && !left) {
    const end = current.rightEnd, difference = rightSum - right.offset - current.rightEndSum;
    end.rightThread = right;
    end.offset += difference;
    end.own -= difference;
    current.rightEnd = before.rightEnd;
    current.rightEndSum = before.rightEndSum;
  }
}

/** @param {TreeNode[]} children @param {number} number @param {number} met @param {number} distance */
function moveSubtree(children, number, met, distance) {
  const moved = children[number];
  moved.offset += distance;
  moved.leftEndSum += distance;
  moved.rightEndSum += distance;
  if (met !== number - 1) {
    const share = Math.floor(distance / (number - met));
    children[met + 1].shift += share;
    moved.shift -= share;
    moved.change -= share * (number - met - 1);
  }
}

/** @param {TreeNode} root @returns {TreeNode[]} */
function collectPositions(root) {
  /** @type {TreeNode[]} */
  const found = [];
  /** @type {[TreeNode, number][]} */
  const waiting = [[root, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [node, above] = next, total = above + node.offset;
    node.x = node.own + total;
    if (node !== root) found.push(node);
    let delta = 0, room = 0;
    for (const child of node.children) {
      delta += child.shift;
      room += delta + child.change;
      child.offset += room;
      waiting.push([child, total]);
    }
  }
  return found;
}

/** A box, a frame or a stack of leaves, as in views/chart_drawing/items.py. */
class Item {
  /** @param {string} id @param {Item | null} container */
  constructor(id, container) {
    this.id = id;
    this.hangs = container !== null && !container.isFrame;
    /** @type {Item | null} */
    this.above = container && (this.hangs ? container : container.above);
    /** @type {Item | null} */
    this.frame = container && (this.hangs ? container.frame : container);
    /** @type {number} */
    this.level = container ? container.level + (this.hangs ? 1 : 0) : 0;
    this.isFrame = false;
    this.opens = false;
    /** @type {Item[]} */
    this.below = [];
    /** @type {Column[]} */
    this.columns = [];
    /** @type {string[]} */
    this.slots = [];
    this.incoming = 0;
    this.heads = 0;
    this.node = new TreeNode();
    this.left = 0;
    this.x = 0;
    this.y = 0;
    this.width = 0;
    this.height = 0;
    this.end = 0;
  }
}

class Items {
  constructor() {
    /** @type {Item[]} */
    this.every = [];
    /** @type {Item[]} */
    this.tops = [];
    /** @type {Map<string, Item>} */
    this.ofSeat = new Map();
    /** @type {Map<string, Column>} */
    this.columnOf = new Map();
    /** @type {Map<string, string>} */
    this.shown = new Map();
    /** @type {Map<string, number>} */
    this.count = new Map();
  }

  /** @param {string} id @returns {Item} */
  get(id) {
    return /** @type {Item} */ (this.ofSeat.get(id));
  }
}

/** @param {ChartSeat[]} seats @param {Set<string>} folded @returns {Items} */
function buildItems(seats, folded) {
  const items = new Items(), parents = new Set(seats.map((one) => one.above));
  const byId = new Map(seats.map((one) => [one.id, one]));
  /** @type {Map<string, ChartSeat[]>} */
  const below = new Map();
  for (const one of seats) {
    const known = byId.has(one.above), above = items.shown.get(one.above) ?? "";
    const isHidden = known && (above !== one.above || folded.has(one.above));
    items.shown.set(one.id, isHidden ? above : one.id);
    if (isHidden) items.count.set(above, (items.count.get(above) ?? 0) + 1);
    const key = known ? one.above : "";
    if (!key || !folded.has(key)) {
      const kids = below.get(key);
      if (kids) kids.push(one);
      else below.set(key, [one]);
    }
  }
  /** @type {[string, Item | null][]} */
  const waiting = [["", null]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [id, container] = next, kids = below.get(id) ?? [];
    const isStack = kids.length >= LEAST_STACKED && !kids.some((kid) => parents.has(kid.id));
    const made = isStack ? [makeStack(items, container, kids)] : kids.map((kid) => {
      const item = new Item(kid.id, container);
      item.opens = parents.has(kid.id);
      item.isFrame = Boolean(kid.group) && below.has(kid.id);
      items.ofSeat.set(kid.id, item);
      return item;
    });
    items.every.push(...made);
    (container ? container.below : items.tops).push(...made);
    for (const item of made.toReversed()) if (item.id && below.has(item.id)) waiting.push([item.id, item]);
  }
  return items;
}

/** @param {Items} items @param {Item | null} container @param {ChartSeat[]} kids @returns {Item} */
function makeStack(items, container, kids) {
  const stack = new Item("", container);
  for (let start = 0; start < kids.length; start += COLUMN) {
    /** @type {Column} */
    const column = { inset: 0, spine: 0, x: 0, seats: kids.slice(start, start + COLUMN).map((kid) => kid.id), slots: [] };
    stack.columns.push(column);
    for (const id of column.seats) {
      items.ofSeat.set(id, stack);
      items.columnOf.set(id, column);
    }
  }
  return stack;
}

/** The routes of the dotted lines, as in views/chart_drawing/routes.py. @param {ChartSeat[]} seats @param {Items} items @param {Set<number>} blocked @returns {Route[]} */
function findRoutes(seats, items, blocked) {
  /** @type {Route[]} */
  const found = [];
  const seen = new Set();
  for (const one of seats) {
    for (const named of one.dotted ?? []) {
      const boss = items.shown.get(named) ?? "", id = /** @type {string} */ (items.shown.get(one.id));
      if (boss && boss !== id && !seen.has(`${boss} ${id}`)) {
        seen.add(`${boss} ${id}`);
        found.push(findRoute(items, boss, id, blocked));
      }
    }
  }
  return found;
}

/** @param {Items} items @param {string} boss @param {string} id @param {Set<number>} blocked @returns {Route} */
function findRoute(items, boss, id, blocked) {
  const start = items.get(boss), end = items.get(id), isBox = !start.isFrame && !items.columnOf.has(boss);
  const aboveStart = listAbove(start), aboveEnd = listAbove(end);
  if (isBox && end.level - 1 === start.level && (!blocked.has(start.level) || end.above === start))
    return { boss, id, isDown: true, passed: [end], gaps: [start.level] };
  if (isBox && aboveEnd.includes(start)) {
    const down = aboveEnd.slice(0, aboveEnd.indexOf(start)).reverse();
    return { boss, id, isDown: true, passed: [...down, end], gaps: listNumbers(start.level, end.level) };
  }
  if (aboveStart.includes(end)) {
    const up = aboveStart.slice(0, aboveStart.indexOf(end));
    return { boss, id, isDown: false, passed: [start, ...up, end], gaps: listNumbers(end.level, start.level).reverse() };
  }
  const common = new Set(aboveEnd);
  let count = aboveStart.findIndex((one) => common.has(one));
  count = count < 0 ? aboveStart.length : count;
  const shared = aboveStart[count] ?? null, down = shared ? aboveEnd.slice(0, aboveEnd.indexOf(shared)) : aboveEnd;
  const level = shared ? shared.level : -1;
  const gaps = [...listNumbers(level + 1, start.level).reverse(), level, ...listNumbers(level + 1, end.level)];
  return { boss, id, isDown: false, passed: [start, ...aboveStart.slice(0, count), ...down.reverse(), end], gaps };
}

/** @param {number} from @param {number} to @returns {number[]} */
function listNumbers(from, to) {
  const found = [];
  for (let number = from; number < to; number++) found.push(number);
  return found;
}

/** @param {Item} item @returns {Item[]} */
function listAbove(item) {
  const found = [];
  for (let above = item.above; above; above = above.above) found.push(above);
  return found;
}

/** @param {Items} items @param {Route[]} routes */
function reserveRoom(items, routes) {
  for (let rank = 0; rank < 3; rank++) {
    for (const route of routes) {
      const last = route.passed.length - 1;
      route.passed.forEach((item, number) => {
        if (rank !== (number === last ? 0 : number === 0 && !route.isDown ? 1 : 2)) return;
        const column = item.columns.length ? items.columnOf.get(number === last ? route.id : route.boss) : undefined;
        const slots = column ? column.slots : item.slots;
        if (!slots.includes(route.boss)) {
          slots.push(route.boss);
          item.incoming += rank === 0 ? 1 : 0;
        }
      });
    }
  }
}

/** Where the dotted lines run, as in views/chart_drawing/lanes.py. */
class Lanes {
  /** @param {Items} items @param {Route[]} routes */
  constructor(items, routes) {
    /** @type {number[][]} */
    this.across = [];
    /** @type {Map<string, number>} */
    this.laneOf = new Map();
    /** @type {Map<number, number>} */
    this.count = new Map();
    /** @type {Map<string, Set<number>>} */
    this.throughHead = new Map();
    /** @type {Map<string, number>} */
    this.landings = new Map();
    /** @type {Map<number, Map<number, string>>} */
    this.taken = new Map();
    this.takeSolidLines(items);
    const sides = this.chooseSides(items, routes);
    this.chooseLandings(items);
    const starts = this.chooseStarts(items, routes);
    for (const route of routes) {
      const xs = listSides(items, route).map((side) => /** @type {number} */ (sides.get(side)));
      this.across.push(route.isDown ? [/** @type {number} */ (starts.get(route.boss)), ...xs] : xs);
    }
    this.passHeads(routes);
    this.assign(routes);
  }

  /** @param {Items} items */
  takeSolidLines(items) {
    for (const item of items.every) {
      if (!item.above || !item.hangs) continue;
      this.take(item.level - 1, item.above.x + half(BOX_WIDTH), "");
      if (!item.isFrame && !item.columns.length) this.take(item.level - 1, item.x + half(BOX_WIDTH), "");
      for (const column of item.columns) this.take(item.level - 1, column.x - column.spine, "");
    }
  }

  /** @param {number} gap @param {number} x @param {string} boss @returns {boolean} */
  isFree(gap, x, boss) {
    const taken = this.taken.get(gap);
    for (let near = -NEAR; taken && near <= NEAR; near++) if ((taken.get(x + near) ?? boss) !== boss) return false;
    return true;
  }

  /** @param {number} gap @param {number} x @returns {boolean} */
  isClear(gap, x) {
    const taken = this.taken.get(gap);
    for (let near = -NEAR; taken && near <= NEAR; near++) if (taken.get(x + near) === "") return false;
    return true;
  }

  /** @param {number} gap @param {number} x @param {string} boss */
  take(gap, x, boss) {
    const taken = this.taken.get(gap) ?? new Map();
    taken.set(x, boss);
    this.taken.set(gap, taken);
  }

  /** @param {Items} items @param {Route[]} routes @returns {Map<string, number>} */
  chooseSides(items, routes) {
    /** @type {Map<string, number>} */
    const found = new Map();
    /** @type {Map<string, number[]>} */
    const beside = new Map();
    for (const route of routes) {
      listSides(items, route).forEach((side, number) => {
        if (found.has(side)) return;
        const item = route.passed[number], column = item.columns.length ? findColumn(items, route, number) : null;
        const edge = column ? column.x : item.x, slots = column ? column.slots : item.slots;
        const x = edge - STEM - PITCH * slots.indexOf(route.boss), places = listPlaces(edge, x, slots.length);
        const gaps = [item.level - 1, item.level];
        const key = side.slice(0, side.lastIndexOf(" ")), others = beside.get(key) ?? [];
        const clear = places.filter((one) => gaps.every((gap) => this.isClear(gap, one)));
        const free = places.find((one) => gaps.every((gap) => this.isFree(gap, one, route.boss)))
          ?? clear.find((one) => others.every((other) => Math.abs(one - other) > NEAR)) ?? clear[0] ?? x;
        found.set(side, free);
        beside.set(key, [...others, free]);
        for (const gap of gaps) this.take(gap, free, route.boss);
      });
    }
    return found;
  }

  /** @param {Items} items */
  chooseLandings(items) {
    for (const item of items.every) {
      if (!item.isFrame || !item.hangs) continue;
      const middle = item.x + half(item.width), most = Math.floor(half(item.width) / BESIDE_LANDING), places = [middle];
      for (let step = 1; step < most; step++) places.push(middle + BESIDE_LANDING * step, middle - BESIDE_LANDING * step);
      const x = places.find((one) => this.isFree(item.level - 1, one, "")) ?? middle;
      this.landings.set(item.id, x);
      this.take(item.level - 1, x, "");
    }
  }

  /** @param {Items} items @param {Route[]} routes @returns {Map<string, number>} */
  chooseStarts(items, routes) {
    /** @type {Map<string, number>} */
    const found = new Map();
    for (const route of routes) {
      if (!route.isDown || found.has(route.boss)) continue;
      const start = items.get(route.boss), places = listOffsets(start).map((offset) => start.x + offset);
      const x = places.find((one) => this.isFree(start.level, one, route.boss)) ?? places[0];
      found.set(route.boss, x);
      this.take(start.level, x, route.boss);
    }
    return found;
  }

  /** @param {Route[]} routes */
  passHeads(routes) {
    routes.forEach((route, at) => {
      const first = route.isDown ? 1 : 0;
      route.passed.forEach((item, number) => {
        if (!route.gaps.slice(Math.max(0, number + first - 1), number + first + 1).includes(item.level - 1)) return;
        for (let frame = item.frame; frame && frame.level === item.level; frame = frame.frame) {
          const through = this.throughHead.get(frame.id) ?? new Set();
          this.throughHead.set(frame.id, through.add(this.across[at][number + first]));
        }
      });
    });
  }

  /** @param {Route[]} routes */
  assign(routes) {
    /** @type {Map<number, Gap>} */
    const gaps = new Map();
    routes.forEach((route, at) => {
      const xs = this.across[at], items = route.isDown ? [null, ...route.passed] : route.passed;
      route.gaps.forEach((gap, number) => {
        const found = gaps.get(gap) ?? { spans: new Map(), above: new Map(), below: new Map() };
        gaps.set(gap, found);
        for (const end of [number, number + 1]) {
          const item = items[end], isAbove = !item || item.level === gap;
          (isAbove ? found.above : found.below).set(xs[end], route.boss);
        }
        const one = xs[number], other = xs[number + 1];
        if (one === other) return;
        const known = found.spans.get(route.boss) ?? [one, one];
        found.spans.set(route.boss, [Math.min(one, other, known[0]), Math.max(one, other, known[1])]);
      });
    });
    for (const [gap, found] of gaps) {
      const lanes = orderLanes(found);
      for (const [boss, lane] of lanes) this.laneOf.set(`${gap} ${boss}`, lane);
      if (lanes.size) this.count.set(gap, findMost(lanes.values(), 0) + 1);
    }
  }
}

/** @typedef {{spans: Map<string, [number, number]>, above: Map<number, string>, below: Map<number, string>}} Gap */

/** @param {Gap} gap @returns {Map<string, number>} */
function orderLanes(gap) {
  /** @type {Map<string, Set<string>>} */
  const before = new Map([...gap.spans.keys()].map((boss) => [boss, new Set()]));
  for (const [x, boss] of gap.above) {
    for (let near = -NEAR; near <= NEAR; near++) {
      const other = gap.below.get(x + near) ?? boss;
      if (other !== boss && before.has(boss)) before.get(other)?.add(boss);
    }
  }
  const waiting = [...gap.spans].sort(([a, one], [b, other]) => one[0] - other[0] || one[1] - other[1] || (a < b ? -1 : 1));
  /** @type {[number, number][][]} */
  const lanes = [];
  /** @type {Map<string, number>} */
  const found = new Map();
  while (waiting.length) {
    const ready = waiting.findIndex(([one]) => [...(before.get(one) ?? [])].every((other) => found.has(other)));
    const [[boss, [low, high]]] = waiting.splice(Math.max(0, ready), 1);
    let lane = 0;
    for (const one of before.get(boss) ?? []) lane = Math.max(lane, (found.get(one) ?? -1) + 1);
    while (lane < lanes.length && lanes[lane].some(([a, b]) => a < high + PITCH && low < b + PITCH)) lane++;
    while (lanes.length <= lane) lanes.push([]);
    lanes[lane].push([low, high]);
    found.set(boss, lane);
  }
  return found;
}

/** @param {Items} items @param {Route} route @param {number} number @returns {Column} */
function findColumn(items, route, number) {
  return /** @type {Column} */ (items.columnOf.get(number === route.passed.length - 1 ? route.id : route.boss));
}

/** @param {Items} items @param {Route} route @returns {string[]} */
function listSides(items, route) {
  return route.passed.map((item, number) =>
    item.columns.length ? ` ${findColumn(items, route, number).seats[0]} ${route.boss}` : `${item.id} ${route.boss}`);
}

/** @param {number} edge @param {number} x @param {number} count @returns {number[]} */
function listPlaces(edge, x, count) {
  const places = listNumbers(edge - STEM - PITCH * (count - 1) - BEYOND, edge - LEAST + 1);
  return places.sort((one, other) => Math.abs(one - x) - Math.abs(other - x) || one - other);
}

/** @param {Item} start @returns {number[]} */
function listOffsets(start) {
  const middle = half(BOX_WIDTH), found = [];
  if (start.opens) {
    for (let offset = 8; offset < (start.below.length ? middle - 16 : 16); offset += 4) found.push(offset);
    return found;
  }
  found.push(middle);
  for (let step = 1; step <= 10; step++) found.push(middle - 6 * step, middle + 6 * step);
  return found;
}

/** @param {Items} items @param {Route[]} routes @param {Lanes} lanes @param {number[]} rows @returns {PlacedLine[]} */
function drawDottedLines(items, routes, lanes, rows) {
  /** @type {Map<string, number>} */
  const ended = new Map();
  return routes.map((route, at) => {
    const nth = ended.get(route.id) ?? 0, xs = lanes.across[at], points = beginLine(items, route, xs[0]);
    ended.set(route.id, nth + 1);
    route.gaps.forEach((gap, number) => {
      if (xs[number] === xs[number + 1]) return;
      const lane = /** @type {number} */ (lanes.laneOf.get(`${gap} ${route.boss}`));
      const y = gap < 0 ? TOP + half(PITCH) + PITCH * lane : rows[gap] + BOX_HEIGHT + DOTTED_LANE + PITCH * lane;
      points.push([xs[number], y], [xs[number + 1], y]);
    });
    const end = findLineEnd(items, route, nth);
    points.push([xs[xs.length - 1], end[1]], end);
    const kept = points.filter((point, number) => !number || point[0] !== points[number - 1][0] || point[1] !== points[number - 1][1]);
    return { boss: route.boss, id: route.id, points: kept };
  });
}

/** @param {Items} items @param {Route} route @param {number} x @returns {Point[]} */
function beginLine(items, route, x) {
  const start = items.get(route.boss);
  if (route.isDown) return [[x, start.y + BOX_HEIGHT + 2]];
  if (start.columns.length) {
    const [column, number] = findInStack(items, route.boss), y = start.y + number * (COMPACT_HEIGHT + STACKED) + COMPACT_START;
    return [[column, y], [x, y]];
  }
  const y = start.y + (start.isFrame ? half(HEAD) + PITCH * start.incoming : BOX_START);
  return [[start.x, y], [x, y]];
}

/** @param {Items} items @param {string} id @returns {Point} */
function findInStack(items, id) {
  const column = /** @type {Column} */ (items.columnOf.get(id));
  return [column.x, column.seats.indexOf(id)];
}

/** @param {Items} items @param {Route} route @param {number} nth @returns {Point} */
function findLineEnd(items, route, nth) {
  const end = items.get(route.id);
  if (end.columns.length) {
    const [x, number] = findInStack(items, route.id);
    return [x - 1, end.y + number * (COMPACT_HEIGHT + STACKED) + COMPACT_ENDS[nth % COMPACT_ENDS.length]];
  }
  const slot = end.slots.indexOf(route.boss);
  if (end.isFrame) return [end.x - 1, end.y + half(HEAD) + PITCH * slot];
  const y = half(BOX_HEIGHT) - half(PITCH) * (end.incoming - 1) + PITCH * slot;
  return [end.x - 1, end.y + Math.min(LOWEST_END, Math.max(HIGHEST_END, y))];
}

/**
 * The drawing of seats that are depth first, each after the one above it, with those below folded ones hidden.
 * @param {ChartSeat[]} seats @param {Set<string>} folded @returns {Drawing}
 */
export function layOutChart(seats, folded) {
  const items = buildItems(seats, folded), heads = countHeads(items);
  let rows = placeRows(heads, new Map());
  placeDown(items, rows, new Map());
  const routes = findRoutes(seats, items, findBlockedGaps(items, rows));
  reserveRoom(items, routes);
  placeAcross(items, rows);
  const lanes = new Lanes(items, routes);
  rows = placeRows(heads, lanes.count);
  placeDown(items, rows, lanes.count);
  return drawItems(seats, items, lanes, drawDottedLines(items, routes, lanes, rows));
}

/** @param {Items} items @returns {number[]} */
function countHeads(items) {
  const most = new Array(findMost(items.every.map((item) => item.level), 0) + 1).fill(0);
  for (const item of items.every.toReversed()) {
    if (!item.isFrame) continue;
    item.heads = 1 + findMost(item.below.map((one) => one.heads), 0);
    most[item.level] = Math.max(most[item.level], item.heads);
  }
  return most;
}

/** @param {number[]} heads @param {Map<number, number>} lanes @returns {number[]} */
function placeRows(heads, lanes) {
  const first = lanes.get(-1) ?? 0;
  let y = TOP + HEAD * heads[0] + (first ? 2 * PITCH + PITCH * (first - 1) : 0);
  const tops = [y];
  for (let level = 1; level < heads.length; level++) {
    y += BOX_HEIGHT + Math.max(BELOW, BELOW - HEAD + HEAD * heads[level]) + widenGap(lanes, level - 1);
    tops.push(y);
  }
  return tops;
}

/** @param {Map<number, number>} lanes @param {number} gap @returns {number} */
const widenGap = (lanes, gap) => PITCH * Math.max(0, (lanes.get(gap) ?? 0) - 1);

/** @param {Items} items @param {number[]} rows @param {Map<number, number>} lanes */
function placeDown(items, rows, lanes) {
  for (const item of items.every.toReversed()) {
    item.y = rows[item.level];
    if (item.columns.length) {
      if (item.hangs) item.y = rows[item.level - 1] + BOX_HEIGHT + STACK_TOP + widenGap(lanes, item.level - 1);
      item.height = findMost(item.columns.map((one) => one.seats.length), 0) * (COMPACT_HEIGHT + STACKED) - STACKED;
      item.end = item.y + item.height;
    } else if (item.isFrame) {
      item.y -= HEAD * item.heads;
      item.end = findMost(item.below.map((one) => one.end), 0) + AROUND;
      item.height = item.end - item.y;
    } else {
      item.height = BOX_HEIGHT;
      const own = item.y + BOX_HEIGHT + (item.opens && !item.below.length ? FOLD_REACH : 0);
      item.end = findMost(item.below.map((one) => one.end), own);
    }
  }
}

/** @param {Items} items @param {number[]} rows @returns {Set<number>} */
function findBlockedGaps(items, rows) {
  /** @type {Set<number>} */
  const blocked = new Set();
  for (const item of items.every) {
    if (!item.columns.length) continue;
    for (let gap = item.hangs ? item.level - 1 : item.level; gap < rows.length; gap++) {
      if (item.end + CLEAR <= rows[gap] + BOX_HEIGHT + LANE) break;
      if (item.y < rows[gap] + BOX_HEIGHT + DOTTED_LANE) blocked.add(gap);
    }
  }
  return blocked;
}

/** @param {Items} items @param {number[]} rows */
function placeAcross(items, rows) {
  for (const item of items.every.toReversed()) {
    setOutline(item, rows);
    if (!item.isFrame) {
      item.node.children = item.below.map((one) => one.node);
      placeChildren(item.node);
    }
  }
  placeTogether(items.tops);
  for (const item of items.every) {
    item.x = (item.frame ? item.frame.x + AROUND : LEFT) + item.node.x + item.left;
    for (const column of item.columns) column.x = item.x + column.inset;
  }
}

/** @param {Item} item @param {number[]} rows */
function setOutline(item, rows) {
  item.left = PITCH * Math.max(0, item.slots.length - 1);
  const node = item.node;
  node.bottom = rows[item.level] + BOX_HEIGHT + OUTLINE;
  if (item.isFrame) {
    item.width = placeTogether(item.below) + 2 * AROUND;
    node.bottom = Math.max(node.bottom, item.end + CLEAR);
  } else if (item.columns.length) {
    let right = 0;
    for (const column of item.columns) {
      column.spine = item.hangs ? SPINE + PITCH * column.slots.length : 0;
      column.inset = right + (column.spine || PITCH * Math.max(0, column.slots.length - 1));
      right = column.inset + BOX_WIDTH + BESIDE;
    }
    item.width = right - BESIDE;
    node.bottom = item.end + CLEAR;
  } else {
    item.width = BOX_WIDTH;
  }
  node.width = item.left + item.width + BESIDE;
  node.anchor = item.left + half(item.width);
}

/** @param {Item[]} items @returns {number} */
function placeTogether(items) {
  const root = new TreeNode();
  root.children = items.map((one) => one.node);
  placeChildren(root);
  const nodes = collectPositions(root), left = -findMost(nodes.map((node) => -node.x), -Infinity);
  for (const node of nodes) node.x -= left;
  return findMost(nodes.map((node) => node.x + node.width - BESIDE), 0);
}

/** @param {ChartSeat[]} seats @param {Items} items @param {Lanes} lanes @param {PlacedLine[]} dotted @returns {Drawing} */
function drawItems(seats, items, lanes, dotted) {
  const byId = new Map(seats.map((one) => [one.id, one])), order = new Map(seats.map((one, number) => [one.id, number]));
  /** @type {PlacedBox[]} */
  const boxes = [];
  /** @type {PlacedFrame[]} */
  const frames = [];
  /** @type {PlacedLine[]} */
  const lines = [];
  for (const item of items.every) {
    for (const column of item.columns) {
      column.seats.forEach((id, number) => boxes.push({
        id, x: column.x, y: item.y + number * (COMPACT_HEIGHT + STACKED), height: COMPACT_HEIGHT, hidden: 0, opens: false,
      }));
    }
    if (item.isFrame) frames.push(drawFrame(item, /** @type {ChartSeat} */ (byId.get(item.id)), lanes));
    else if (!item.columns.length)
      boxes.push({ id: item.id, x: item.x, y: item.y, height: BOX_HEIGHT, hidden: items.count.get(item.id) ?? 0, opens: item.opens });
    lines.push(...drawLines(item, lanes));
  }
  /** @param {{id: string}} one @param {{id: string}} other @returns {number} */
  const compare = (one, other) => /** @type {number} */ (order.get(one.id)) - /** @type {number} */ (order.get(other.id));
  const points = dotted.flatMap((line) => line.points);
  const shift = Math.max(0, LEFT + findMost(points.map(([x]) => -x), -LEFT));
  let right = findMost(boxes.map((box) => box.x + BOX_WIDTH), 0);
  right = findMost([...frames.map((one) => one.x + one.width), ...points.map(([x]) => x)], right);
  let bottom = findMost(boxes.map((box) => box.y + box.height + (box.hidden ? FOLD_REACH : 0)), 0);
  bottom = findMost([...frames.map((one) => one.y + one.height), ...points.map(([, y]) => y)], bottom);
  for (const box of boxes) box.x += shift;
  for (const frame of frames) {
    frame.x += shift;
    frame.labelX += shift;
  }
  for (const line of [...lines, ...dotted]) line.points = line.points.map(([x, y]) => [x + shift, y]);
  return {
    width: right + shift + LEFT, height: bottom + BOTTOM, boxes: boxes.sort(compare), frames: frames.sort(compare),
    lines: lines.sort(compare), dotted, shown: items.shown,
  };
}

/** @param {Item} item @param {ChartSeat} seat @param {Lanes} lanes @returns {PlacedFrame} */
function drawFrame(item, seat, lanes) {
  const end = item.x + item.width - AROUND - (seat.head ?? 0), starts = [item.x + AROUND];
  /** @type {number[]} */
  const ends = [];
  for (const x of [...(lanes.throughHead.get(item.id) ?? [])].sort((one, other) => one - other)) {
    if (item.x + AROUND - PITCH < x && x < end + PITCH) {
      ends.push(x - PITCH);
      starts.push(x + PITCH);
    }
  }
  ends.push(end);
  const rooms = starts.map((start, number) => Math.max(0, ends[number] - start)), widest = rooms.indexOf(findMost(rooms, 0));
  const fits = rooms.findIndex((room) => room >= (seat.label ?? 0)), chosen = fits < 0 ? widest : fits;
  return { id: item.id, x: item.x, y: item.y, width: item.width, height: item.height, labelX: starts[chosen], labelWidth: rooms[chosen] };
}

/** @param {Item} item @param {Lanes} lanes @returns {PlacedLine[]} */
function drawLines(item, lanes) {
  const above = item.above;
  if (!above || !item.hangs) return [];
  const start = above.x + half(BOX_WIDTH), bottom = above.y + BOX_HEIGHT;
  if (!item.columns.length) {
    const end = lanes.landings.get(item.id) ?? item.x + half(item.width);
    /** @type {Point[]} */
    const points = [[start, bottom], [start, bottom + LANE], [end, bottom + LANE], [end, item.y]];
    return [{ boss: above.id, id: item.id, points: start === end ? [points[0], points[3]] : points }];
  }
  return item.columns.flatMap((column) => column.seats.map((id, number) => {
    const spine = column.x - column.spine, y = item.y + number * (COMPACT_HEIGHT + STACKED) + half(COMPACT_HEIGHT);
    /** @type {Point[]} */
    const points = [[start, bottom], [start, bottom + LANE], [spine, bottom + LANE], [spine, y], [column.x, y]];
    return { boss: above.id, id, points: spine === start ? [points[0], points[3], points[4]] : points };
  }));
}
