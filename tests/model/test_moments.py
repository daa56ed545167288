"""When things were made one after another, though some clocks were wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.commit_dates import order_commit_dates

STAMPS = st.lists(st.integers(0, 30), max_size=12)


@given(STAMPS)
def test_one_after_another_and_never_out_of_what_was_said(stamps: list[int]) -> None:
    told = order_commit_dates(stamps)
    assert told == sorted(told)
    assert len(told) == len(stamps)
    assert set(told) <= set(stamps)


@given(STAMPS)
def test_clocks_that_agree_are_all_believed(stamps: list[int]) -> None:
    assert order_commit_dates(sorted(stamps)) == sorted(stamps)


def longest(stamps: list[int]) -> int:
    """How many can have been right, by trying all."""
    best: list[int] = []
    for place, stamp in enumerate(stamps):
        best.append(1 + max((best[n] for n in range(place) if stamps[n] <= stamp), default=0))
    return max(best, default=0)


@given(STAMPS)
def test_as_few_as_can_be_are_taken_to_be_wrong(stamps: list[int]) -> None:
    kept = sum(one == other for one, other in zip(order_commit_dates(stamps), stamps, strict=True))
    assert kept >= longest(stamps)


@given(st.lists(st.integers(10, 20), min_size=4, max_size=12).map(sorted), st.data())
def test_a_single_wrong_clock_moves_nothing_else(stamps: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(2, len(stamps) - 2))
    wrong = data.draw(st.sampled_from([0, 99]))
    told = order_commit_dates([*stamps[:place], wrong, *stamps[place:]])
    assert [*told[:place], *told[place + 1 :]] == stamps
