"""A page by keyboard alone: where Tab goes, and whether that can be seen."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

_STOPS_OF_ONE = 8

# Where the focus is. Its ring may be around what the element is in, or around the first thing in it: a field is in a
# frame with its unit, and an item of a tree has those below it. It is seen if it is in the window with nothing over it.
_STOP = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const rings = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const ring = [element, element.firstElementChild, element.parentElement].filter(Boolean).some(rings);
  const part = [...element.getClientRects()].find((one) => one.width && one.height) ?? box;
  const x = Math.min(Math.max((part.left + part.right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((part.top + part.bottom) / 2, 1), innerHeight - 1);
  const over = document.elementFromPoint(x, y);
  const label = element.closest("label") ?? document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
  const uncovered = over && (element.contains(over) || over.contains(element) || label?.contains(over));
  const within = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
  let number = element.dataset.tabStop;
  if (!number) {
    window.tabStops = (window.tabStops ?? 0) + 1;
    number = element.dataset.tabStop = String(window.tabStops);
  }
  return { number: +number, html: element.outerHTML.slice(0, 160), ring, seen: Boolean(within && uncovered) };
}"""


@dataclass(frozen=True)
class Stop:
    """An element that Tab reaches."""

    html: str
    ring: bool
    seen: bool


def press_keys(page: Page, *keys: str) -> None:
    """Press keys one after another, as Playwright spells them: `Tab`, `Shift+Tab`, `ArrowDown`, `j`."""
    for key in keys:
        page.keyboard.press(key)


def walk_with_tab(page: Page, most: int = 150) -> list[Stop]:
    """Press Tab from the top of the page until the focus leaves it or begins again, or has been at `most` elements.

    In Firefox the page is the first of its tab: now and then, the second one is without the focus of the window.
    """
    stops: list[Stop] = []
    while len(stops) < most:
        # A date has a stop for the day, the month, the year and the calendar.
        for _ in range(_STOPS_OF_ONE):
            page.keyboard.press("Tab")
            told = page.evaluate(_STOP)
            if told is None or told["number"] < len(stops):
                return stops
            if told["number"] > len(stops):
                break
        else:
            raise AssertionError(f"Tab stays at {stops[-1].html}")
        stops.append(Stop(told["html"], told["ring"], told["seen"]))
    return stops


# What can be clicked, is visible, comes before the last stop, and was none. Of radio buttons Tab stops at one, and of a
# tree or a table with arrow keys too. What is hidden from screen readers (a drawing of a tree) is there a second time.
_MISSED = """() => {
  const stops = [...document.querySelectorAll("[data-tab-stop]")];
  const last = stops.reduce((one, other) => (+one.dataset.tabStop > +other.dataset.tabStop ? one : other));
  const isBefore = (one) => one.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_FOLLOWING;
  const hasArrows = (one) => {
    const whole = one.closest("[role=tree], [role=toolbar], table");
    return one.tabIndex < 0 && whole && stops.some((stop) => whole.contains(stop));
  };
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && !one.dataset.tabStop)
    .filter((one) => isBefore(one) && one.type !== "radio" && !one.closest("[aria-hidden=true]") && !hasArrows(one))
    .map((one) => one.outerHTML.slice(0, 160));
}"""


def find_missed(page: Page) -> list[str]:
    """What can be clicked up to the last element that `walk_with_tab` was at, and Tab passed by."""
    found: list[str] = page.evaluate(_MISSED)
    return found
