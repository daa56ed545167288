"""What a change is called: the same on the page of the days, in `orgtp why` and in a diff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from orgtp.views.days.told import ToldBy, tell_changes
from orgtp.views.diff.build import Diff
from orgtp.views.diff.metrics import TargetMoved
from orgtp.views.diff.types import FieldChanged
from orgtp.views.diff.wording import describe_holder, is_first_date

BY = ToldBy("c340b27e68", date(2026, 11, 20), datetime(2026, 11, 20, 9, tzinfo=UTC), "ada", "Ada")


def tell(found: Diff) -> list[str]:
    return [f"{one.name}{one.joint}{one.what}" for one in tell_changes(found, BY)]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, "Gwen Ito", "held by Gwen Ito from 2026-08-01"),
        ("Karen", "vacant", "vacant from 2026-08-01"),
        # The line was taken out of the file: the seat is not vacant, but still held by whoever held it before.
        ("Gwen Ito", None, "no longer held by Gwen Ito from 2026-08-01"),
        ("vacant", None, "no longer vacant from 2026-08-01"),
    ],
)
def test_who_holds_a_seat_is_told_as_in_why(before: str | None, after: str | None, words: str) -> None:
    item = FieldChanged("desk", "Desk", "holders.2026-08-01", before, after)
    assert describe_holder(item) == words
    assert tell(Diff(fields=(item,))) == [f"Desk {words}"]


def test_a_target_is_told_as_the_pages_print_it() -> None:
    moved = TargetMoved("desk", "Desk", "errors", "Errors", None, None, "90%..95%", "92%..95%")
    assert tell(Diff(targets=(moved,))) == ["Desk: target of “Errors” changed from 90–95% to 92–95%"]


def test_a_target_that_only_got_its_first_date_is_not_told() -> None:
    moved = TargetMoved("desk", "Desk", "errors", "Errors", None, "2026-W40", "<= 4", None)
    assert is_first_date(moved)
    assert tell(Diff(targets=(moved,))) == []


def test_what_is_a_sentence_is_told_as_one() -> None:
    item = FieldChanged("desk", "Desk", "retire_when", "Nobody writes.", "Nobody calls.")
    assert tell(Diff(fields=(item,))) == ["Desk is to be retired when: Nobody calls."]
    assert tell(Diff(fields=(replace(item, after=None),))) == ["Desk no longer says when it is to be retired"]
