// The drawing of the chart page: laid out and drawn again when the seats, or what is folded, change.

import { drawChart } from "./chart-draw.js";
import { BOX_WIDTH, layOutChart } from "./chart-layout.js";
import { drawSeat } from "./chart-seats.js";
import { setUpZoom } from "./chart-zoom.js";

/**
 * @typedef {object} PictureState
 * @property {import("./chart-seats.js").ChartSeat[]} seats  in order, without those that are filtered away
 * @property {Set<string>} folded
 * @property {Set<string>} hits
 * @property {boolean} isSearch
 * @property {boolean} isFiltered  only what needs a person is shown, and the way to it
 */

/**
 * @param {HTMLElement} root
 * @param {{fold: (id: string) => void, findHref: (id: string) => string, signs: Record<string, string[]>}} hooks
 */
export function setUpPicture(root, hooks) {
  const view = root.querySelector("[data-draw]");
  const svg = view?.querySelector("svg");
  if (!(view instanceof HTMLElement) || !svg) return null;
  const zoom = setUpZoom(root, view);
  /** @type {Map<string, [import("./chart-seats.js").ChartSeat, import("./chart-draw.js").DrawnSeat]>} */
  const known = new Map();
  /** @type {Map<string, import("./chart-zoom.js").Place>} */
  let places = new Map();
  let drawn = "";
  let width = svg.viewBox.baseVal.width;

  /** @param {string} id */
  const findBox = (id) => svg.querySelector(`[data-s="${CSS.escape(id)}"]:not(path)`);

  /** @param {import("./chart-seats.js").ChartSeat} seat */
  function findDrawn(seat) {
    const before = known.get(seat.id);
    if (before?.[0] === seat) return before[1];
    const made = drawSeat(seat, hooks.findHref(seat.id), hooks.signs);
    known.set(seat.id, [seat, made]);
    return made;
  }

  /** @param {PictureState} state */
  function show({ seats, folded, hits, isSearch, isFiltered }) {
    const ids = new Set(seats.map((seat) => seat.id));
    const shown = seats.map((seat) => {
      const made = findDrawn(seat);
      return ids.has(seat.above) || !seat.above ? made : { ...made, above: "" };
    });
    const folds = new Set([...folded].filter((id) => ids.has(id)));
    const next = JSON.stringify([shown, [...folds]]);
    if (next !== drawn && svg) {
      // The page comes with the first drawing.
      const drawing = layOutChart(shown, folds);
      drawChart(svg, shown, drawing, { isStill: drawn === "" });
      if (drawing.width !== width) zoom.resize();
      width = drawing.width;
      const boxes = drawing.boxes.map((box) => ({ ...box, width: BOX_WIDTH }));
      places = new Map([...drawing.frames, ...boxes].map((one) => [one.id, one]));
      drawn = next;
    }
    const filtered = new Map(seats.map((seat) => [seat.id, findDrawn(seat)]));
    for (const box of svg?.querySelectorAll(".b") ?? []) {
      const id = box.getAttribute("data-s") ?? "";
      box.classList.toggle("hit", hits.has(id));
      box.classList.toggle("dim", (isSearch && !hits.has(id)) || (isFiltered && !filtered.get(id)?.needs));
    }
  }

  svg.addEventListener("click", (event) => {
    const fold = event.target instanceof Element ? event.target.closest(".fold") : null;
    const id = fold?.closest("[data-s]")?.getAttribute("data-s");
    if (!id) return;
    event.preventDefault();
    hooks.fold(id);
  });

  return {
    show,
    centre: zoom.centre,
    /** Mark the box of a seat, or none. @param {string} id */
    point(id) {
      for (const box of svg.querySelectorAll(".cur")) box.classList.remove("cur");
      if (id) findBox(id)?.classList.add("cur");
    },
    /** Bring the place that a box has, or is sliding to, into the window. @param {string} id */
    reveal: (id) => zoom.reveal(places.get(id)),
  };
}
