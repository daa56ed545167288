"""Whether anything in a drawing overlaps, from where the browser drew it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_MEASURE = Path(__file__).with_name("drawing.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Drawn:
    """How many boxes and texts are visible, and which of them overlap, stick out, or are crossed by a line."""

    boxes: int
    texts: int
    found: list[str]


def measure_drawing(page: Page, *, boxes: str, texts: str, lines: str) -> Drawn:
    """Measure the elements of the page that these selectors match: two boxes, two texts, a line and either, never meet.

    A text lies within the box that it meets.
    """
    told: dict[str, Any] = page.evaluate(_MEASURE, {"boxes": boxes, "texts": texts, "lines": lines})
    return Drawn(told["boxes"], told["texts"], told["found"])
