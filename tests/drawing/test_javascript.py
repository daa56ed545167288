"""The browser lays the chart out as Python does: the same charts give the same numbers."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.render.drawings.chart import chart_fragment, draw_chart
from orgtp.render.drawings.chart_data import chart_data
from orgtp.views.chart_drawing.boxes import ChartBox
from orgtp.views.chart_drawing.draw_types import Drawing, LayoutSeat, PlacedLine
from orgtp.views.chart_drawing.folding import fold_by_default
from orgtp.views.chart_drawing.layout import lay_out
from tests.drawing.boxes import drawn_charts
from tests.drawing.trees import GeneratedChart, charts, make_chart, make_random_chart

SCRIPT = Path(__file__).with_name("lay_out.mjs")


def lay_out_in_node(found: list[GeneratedChart]) -> Any:
    body = [{"seats": [_write_seat(one) for one in seats], "folded": sorted(folded)} for seats, folded in found]
    ran = subprocess.run(["node", str(SCRIPT)], input=json.dumps(body), capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def _write_seat(one: LayoutSeat) -> dict[str, object]:
    return {
        "id": one.seat,
        "above": one.above,
        "group": one.is_group,
        "dotted": list(one.dotted),
        "label": one.label,
        "head": one.head,
    }


def write_drawing(drawing: Drawing) -> dict[str, object]:
    return {
        "width": drawing.width,
        "height": drawing.height,
        "boxes": [
            {"id": box.seat, "x": box.x, "y": box.y, "height": box.height, "hidden": box.hidden, "opens": box.opens}
            for box in drawing.boxes
        ],
        "frames": [
            {
                "id": one.seat,
                "x": one.x,
                "y": one.y,
                "width": one.width,
                "height": one.height,
                "labelX": one.label_x,
                "labelWidth": one.label_width,
            }
            for one in drawing.frames
        ],
        "lines": [_write_line(one) for one in drawing.lines],
        "dotted": [_write_line(one) for one in drawing.dotted],
        "shown": dict(drawing.shown),
    }


def _write_line(one: PlacedLine) -> dict[str, object]:
    return {"boss": one.boss, "id": one.seat, "points": [list(point) for point in one.points]}


def compare(found: list[GeneratedChart]) -> None:
    expected = [write_drawing(lay_out(seats, folded)) for seats, folded in found]
    assert lay_out_in_node(found) == expected


@given(st.lists(charts(), min_size=20, max_size=20))
@settings(max_examples=10, deadline=None)
def test_generated_charts_have_the_same_drawing(found: list[GeneratedChart]) -> None:
    compare(found)


def test_large_charts_have_the_same_drawing() -> None:
    large = [make_random_chart(size, seed) for size, seed in ((100, 1), (1_000, 2), (10_000, 3))]
    chain = make_chart(list(range(-1, 2_999)), {7, 900}, [(5, 2_990), (2_990, 3)], {2_000}, [50] * 3_000)
    flat = make_chart([-1, *([0] * 2_000)], set(), [(3, 77)], set(), [50] * 2_001)
    compare([*large, *(GeneratedChart(one.seats, fold_by_default(one.seats)) for one in large), chain, flat])


@given(st.lists(drawn_charts(), min_size=10, max_size=10))
@settings(max_examples=5, deadline=None)
def test_the_browser_makes_the_same_elements(found: list[list[ChartBox]]) -> None:
    def link(seat: str) -> str:
        return f"seat/{seat}.html?a=1&b=2"

    folded = [frozenset(box.seat for number, box in enumerate(boxes) if number % 7 == 3) for boxes in found]
    body = [{**chart_data(boxes, link), "folded": sorted(hidden)} for boxes, hidden in zip(found, folded, strict=True)]
    ran = subprocess.run(
        ["node", str(SCRIPT.with_name("draw.mjs"))], input=json.dumps(body), capture_output=True, text=True, check=True
    )
    for boxes, hidden, drawn in zip(found, folded, json.loads(ran.stdout), strict=True):
        _, *expected = chart_fragment(draw_chart(boxes, hidden), link).splitlines()
        assert _split_elements(drawn) == _split_elements("".join(expected).removesuffix("</svg>"))


def _split_elements(text: str) -> list[str]:
    """One element a line, so that a difference is seen."""
    return re.sub(r"<(\w+)([^<>]*)></\1>", r"<\1\2/>", text.replace("\n", "")).replace("><", ">\n<").splitlines()
