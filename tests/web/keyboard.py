"""A page by keyboard alone: where Tab goes, and whether that can be seen."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

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


def walk_with_tab(page: Page, most: int = 1000) -> list[Stop]:
    """Press Tab from the top of the page until the focus leaves it or begins again; fail if it never does."""
    # Firefox gives the focus to the second page of a tab only when asked to.
    page.bring_to_front()
    stops: list[Stop] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        told = page.evaluate(_STOP)
        if told is None or told["number"] <= len(stops):
            return stops
        stops.append(Stop(told["html"], told["ring"], told["seen"]))
    raise AssertionError(f"Tab reached {most} elements, and there are more")
