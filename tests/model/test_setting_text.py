"""Settings in little room: no key is ever cut where its end could be missed."""

from __future__ import annotations

import pytest

from orgtp.model.setting_text import parse_settings, summarize_settings

SEVERAL = (
    "metrics.done.name = Deals won",
    "metrics.done.outcome = Customers get what they paid for",
    "metrics.done.target = >= 3",
    "owner bogdan -> david",
    "metrics.late.target: >= 5 from 2026-W48",
    "mission removed",
)


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (200, ", ".join(SEVERAL)),
        (100, "metrics.done: name, outcome, target; owner; metrics.late: target; mission"),
        (60, "metrics.done: name, outcome, target; owner and 2 more"),
        (40, "metrics.done: name, outcome and 4 more"),
        (30, "metrics.done: name and 5 more"),
        (20, "6 keys"),
    ],
)
def test_several(room: int, text: str) -> None:
    assert summarize_settings(SEVERAL, room) == text
    assert len(text) <= room


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (29, "metrics.done.name = Deals won"),
        (28, "done.name = Deals won"),
        (20, "done.name = Deals w…"),
        (12, "done.name"),
        (6, "….name"),
    ],
)
def test_one(room: int, text: str) -> None:
    assert summarize_settings(SEVERAL[:1], room) == text


def test_what_is_not_a_setting() -> None:
    assert parse_settings(SEVERAL) == SEVERAL
    for lines in ([], ["Because we can."], [*SEVERAL, ""], ["owner"], ["> Orgtp-By: x = y"]):
        assert parse_settings(lines) == ()
