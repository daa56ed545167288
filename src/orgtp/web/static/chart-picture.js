// The drawing of the chart page.

/**
 * @typedef {object} PictureState
 * @property {import("./chart-seats.js").ChartSeat[]} seats  in order, without those that are filtered away
 * @property {Set<string>} folded
 * @property {Set<string>} hits
 * @property {boolean} isSearch
 * @property {string} marked
 * @property {boolean} dim
 */

/** @param {HTMLElement} root @param {{fold: (id: string) => void, signs: Record<string, string[]>}} hooks */
export function setUpPicture(root, hooks) {
  const view = root.querySelector("[data-draw]");
  if (!(view instanceof HTMLElement)) return null;
  return {
    /** @param {PictureState} state */
    show(state) { void state; void hooks; },
    /** @param {string} id */
    point(id) { void id; },
    /** @param {string} id */
    reveal(id) { void id; },
    centre() {},
    begin() {},
  };
}
