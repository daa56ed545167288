"""The small line of a row of the scorecard."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.cell import Cell, CellState
from orgtp.model.value import Unit, ValueKind
from orgtp.render.drawings.sparkline import draw_sparkline
from orgtp.views.scorecard.build import ScoreRow

NUMBER = ScoreRow(
    seat="bot",
    owner=None,
    metric="calls",
    name="Calls",
    outcome="",
    target=">= 5",
    unit=None,
    cells=(),
    latest=None,
    state=CellState.ON,
    misses_in_a_row=0,
    on_target=0,
    known=0,
    measure=Unit(ValueKind.NUMBER),
    seat_name="Bot",
    stale_since=None,
    human_owner=None,
)


def make_cell(value: str | None) -> Cell:
    """A number that is judged by `>= 5`; None: nobody knows it; "": none was owed."""
    if not value:
        return Cell("2026-W40", CellState.NONE if value == "" else CellState.UNAVAILABLE)
    return Cell("2026-W40", CellState.ON if Decimal(value) >= 5 else CellState.OFF, value)


def draw(*values: str | None) -> dict[str, str]:
    """The paths of a row with these values by their class."""
    root = ET.fromstring(draw_sparkline(replace(NUMBER, cells=tuple(map(make_cell, values)))))  # noqa: S314  (our own)
    return {path.attrib["class"]: path.attrib["d"] for path in root}


def test_a_line_with_its_target_its_misses_and_its_last_value() -> None:
    paths = draw("9", "2", "5")
    assert paths == {"t": "M2 12H82", "l": "M4 4L42 18L80 12", "o": "M42 18h0", "e": "M80 12h0"}


def test_a_blank_breaks_the_line_and_is_hatched() -> None:
    paths = draw("9", "7", None, "6", "7")
    assert paths["l"].count("M") == 2
    assert paths["g"] == "M32.5 2h19v18h-19z"


def test_a_value_between_blanks_is_a_dot() -> None:
    assert draw("9", None, "7", None, "8")["e"].count("M") == 3


def test_a_month_without_a_value_in_most_weeks_is_one_line() -> None:
    assert draw("9", "", "", "", "7")["l"] == "M4 4L80 11"


@pytest.mark.parametrize("kind", [ValueKind.YES_NO, ValueKind.TIME])
def test_yes_no_and_hits_are_bars(kind: ValueKind) -> None:
    words = ("yes", "no") if kind is ValueKind.YES_NO else ("5/5", "4/5")
    cells = (Cell("2026-W40", CellState.ON, words[0]), Cell("2026-W41", CellState.OFF, words[1]), make_cell(None))
    drawn = draw_sparkline(replace(NUMBER, cells=cells, measure=Unit(kind), target="yes"))
    assert re.findall(r'class="(sq\w*)"', drawn) == ["sq", "sqb", "sqo"]


@given(st.lists(st.none() | st.just("") | st.integers(-50, 50).map(str), min_size=1, max_size=13))
def test_everything_is_inside_and_no_blank_is_bridged(values: list[str | None]) -> None:
    paths = draw(*values)
    numbers = re.findall(r"[ML](-?[0-9.]+) (-?[0-9.]+)", "".join(paths.get(name, "") for name in ("l", "o", "e")))
    assert all(0 <= float(x) <= 84 and 3.5 <= float(y) <= 18.5 for x, y in numbers)
    assert paths.get("g", "").count("M") == values.count(None)
    place = {round(4 + 76 * n / max(1, len(values) - 1), 1): n for n in range(len(values))} if len(values) > 1 else {}
    for run in re.findall(r"M([^M]+)", paths.get("l", "")):
        held = [place[float(point.split()[0])] for point in run.split("L")]
        assert None not in values[held[0] : held[-1] + 1]
