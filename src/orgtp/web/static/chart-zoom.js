// The size of the drawing, and moving it about: buttons, the wheel with Ctrl, dragging with a pointer.

const LEAST_ZOOM = 0.3;
const MOST_ZOOM = 2;
const ZOOM_STEP = 0.1;
// Smaller than this, only names and what is off can be read.
const FAR_ZOOM = 0.7;
// A drawing of at most this width is shown whole, if that does not make it too small or too large.
const WIDEST_WHOLE = 1700;

/** @typedef {{x: number, y: number, width: number, height: number}} Place  in the units of the drawing */

/** @param {HTMLElement} root @param {HTMLElement} view  the window onto the drawing */
export function setUpZoom(root, view) {
  const svg = view.querySelector("svg");
  const told = root.querySelector("[data-zoomed]");
  let zoom = 1;
  let isChosen = false;

  const width = () => svg?.viewBox.baseVal.width || 1;
  const room = () => view.clientWidth - 18;

  /** @param {number} to @param {number} [x]  what of the window stays where it is */
  function setZoom(to, x = view.clientWidth / 2) {
    if (!svg) return;
    const before = zoom;
    const left = view.scrollLeft + x;
    zoom = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, to));
    svg.classList.toggle("far", zoom < FAR_ZOOM);
    svg.style.width = `${width() * zoom}px`;
    if (told) told.textContent = `${Math.round(zoom * 100)}%`;
    if (before !== zoom) view.scrollLeft = (left * zoom) / before - x;
  }

  const fit = () => setZoom(Math.min(1, room() / width()));

  /** The first size: all of it if it fits, else its own size. */
  function begin() {
    const whole = room() / width();
    // A little smaller is better than a box that is cut off.
    if (width() < WIDEST_WHOLE) setZoom(whole < 0.78 ? 0.86 : Math.min(1.3, whole));
    else setZoom(1);
  }

  for (const button of root.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      const what = button instanceof HTMLElement ? button.dataset.zoom : "";
      isChosen = true;
      if (what === "fit") fit();
      else if (what === "1") setZoom(1);
      else setZoom(zoom + (what === "+" ? ZOOM_STEP : -ZOOM_STEP));
    });
  }
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    isChosen = true;
    setZoom(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1), event.clientX - view.getBoundingClientRect().left);
  }, { passive: false });

  /** @type {{x: number, y: number, left: number, top: number, moved: boolean} | null} */
  let drag = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    drag = { x: event.clientX, y: event.clientY, left: view.scrollLeft, top: view.scrollTop, moved: false };
  });
  view.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(x, y) < 4) return;
    if (!drag.moved) view.setPointerCapture(event.pointerId);
    drag.moved = true;
    view.classList.add("moving");
    view.scrollTo(drag.left - x, drag.top - y);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    view.addEventListener(name, () => {
      view.classList.remove("moving");
      // A click that ends a drag opens nothing.
      const moved = drag?.moved;
      setTimeout(() => { if (moved) drag = null; });
      if (!moved) drag = null;
    });
  }
  view.addEventListener("dragstart", (event) => event.preventDefault());
  view.addEventListener("click", (event) => {
    if (drag?.moved) event.preventDefault();
  }, true);
  begin();

  return {
    /** The drawing has another size now. */
    resize() {
      if (isChosen) setZoom(zoom);
      else begin();
    },
    /** Show the middle of the top. */
    centre() {
      view.scrollLeft = (view.scrollWidth - view.clientWidth) / 2;
    },
    /** Bring a part of the drawing into the window. @param {Place | undefined} place */
    reveal(place) {
      if (!place || !svg) return;
      const [all, frame] = [svg.getBoundingClientRect(), view.getBoundingClientRect()];
      const scale = all.width / width();
      const [left, top] = [all.left + place.x * scale, all.top + place.y * scale];
      const [right, bottom] = [left + place.width * scale, top + place.height * scale];
      const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      view.scrollBy({
        left: left < frame.left || right > frame.right ? (left + right - frame.left - frame.right) / 2 : 0,
        top: top < frame.top || bottom > frame.bottom ? (top + bottom - frame.top - frame.bottom) / 2 : 0,
        behavior,
      });
    },
  };
}
