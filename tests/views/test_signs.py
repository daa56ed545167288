"""The words of a verdict: whatever shows a cell says the same about it."""

from __future__ import annotations

import pytest

from orgtp.model.cell import CellState
from orgtp.render.drawings.metric.words import describe_cell
from orgtp.views.signs import describe_state, find_sign, name_sign
from tests.render.charts import build, make_values_org


@pytest.mark.parametrize(
    ("state", "value", "words"),
    [
        (CellState.ON, "5", "on target"),
        (CellState.UNAVAILABLE, None, "unknown"),
        (CellState.PENDING, None, "not due yet"),
        (CellState.PENDING, "5", "so far"),
        (CellState.NONE, "5", "not judged"),
        (CellState.NONE, None, ""),
    ],
)
def test_a_state_in_words(state: CellState, value: str | None, words: str) -> None:
    assert describe_state(state, value) == words


def test_every_state_but_none_has_a_sign() -> None:
    assert [state for state in CellState if find_sign(state) is None] == [CellState.NONE]
    assert name_sign(CellState.NONE) == ""
    assert find_sign(CellState.OFF, is_late=True) == "late"


def test_a_week_without_a_value_so_far_is_not_due_yet() -> None:
    chart = build(make_values_org(["6", "6", ""]))
    assert describe_cell(chart, chart.columns[-1]) == "not due yet"


def test_a_value_before_the_first_target_is_not_judged() -> None:
    chart = build(make_values_org(["6", "6", "6"], target='{2026-W47: ">= 5"}'))
    assert [describe_cell(chart, one) for one in chart.columns[-3:]] == ["6 not judged", "6 on target", "6 on target"]
