"""What a person has to enter: of which seats, for which periods, and as of when."""

from __future__ import annotations

from datetime import datetime

import pytest

from orgtp.api import open_org
from orgtp.views.owed import OwedNumbers, find_number, list_owed
from tests.conftest import Shell

FRIDAY, MONDAY = "2026-11-20T18:00:00-05:00", "2026-11-30T08:52:00-05:00"
WEEKLY, MONTHLY = "janine/overdue-balance", "janine/cash-collected"


def owed_by(shell: Shell, *seats: str, at: str = MONDAY) -> OwedNumbers:
    """What the person with these seats owes."""
    return list_owed(open_org(shell.folder).org, seats, datetime.fromisoformat(at))


def keys(shell: Shell, *seats: str, at: str = MONDAY) -> list[str]:
    """The same, as keys."""
    return [number.key for number in owed_by(shell, *seats, at=at).owed]


def test_a_person_owes_the_numbers_of_their_own_seat_first(sample: Shell) -> None:
    """Those of other seats follow: they are late, so their sources have failed."""
    owed = owed_by(sample, "janine").owed
    assert [number.key for number in owed[:2]] == [f"{WEEKLY}/2026-W48", f"{MONTHLY}/2026-11"]
    assert [number.is_own for number in owed] == [True, True, *[False] * (len(owed) - 2)]
    assert all(number.is_late for number in owed[2:])
    assert {number.seat for number in owed[2:]} == {"penny", "sift"}


def test_what_is_due_next_week_is_not_asked_for(sample: Shell) -> None:
    assert f"{WEEKLY}/2026-W49" not in keys(sample, "janine")
    # On Friday, the value of the week is.
    assert f"{WEEKLY}/2026-W48" in keys(sample, "janine", at="2026-11-27T18:00:00-05:00")
    assert f"{WEEKLY}/2026-W48" not in keys(sample, "janine", at="2026-11-25T18:00:00-05:00")


def test_a_value_that_was_given_is_not_asked_for(sample: Shell) -> None:
    sample(
        "score", "add", "janine", "overdue-balance", "12900", "--for", "2026-W48", "--by", "janine", ORGTP_NOW=MONDAY
    )
    found = owed_by(sample, "janine")
    assert f"{WEEKLY}/2026-W48" not in [number.key for number in found.owed]
    assert f"{WEEKLY}/2026-W48" in [number.key for number in found.given]


def test_a_withdrawn_value_is_owed_again(sample: Shell) -> None:
    words = ("janine", "overdue-balance", "--for", "2026-W48", "--by", "janine")
    sample("score", "add", *words[:2], "12900", *words[2:], ORGTP_NOW="2026-11-30T08:51:00-05:00")
    assert f"{WEEKLY}/2026-W48" not in keys(sample, "janine")
    sample("score", "withdraw", *words[:-1], "david", "--reason", "A wrong week", ORGTP_NOW=MONDAY)
    assert f"{WEEKLY}/2026-W48" in keys(sample, "janine")


def test_a_number_that_nobody_knew_is_asked_for_by_hand_unless_the_person_said_so(sample: Shell) -> None:
    """The feed of the bank is broken: whoever answers for Penny may know the number."""
    assert keys(sample, "janine", at=FRIDAY) == ["penny/days-to-pay/2026-W46"]
    (number,) = owed_by(sample, "janine", at=FRIDAY).owed
    assert number.newest is not None
    assert number.newest.value is None
    words = ("penny", "days-to-pay", "--unavailable", "The bank does not answer.", "--for", "2026-W46")
    sample("score", "add", *words, "--by", "janine")
    assert keys(sample, "janine", at=FRIDAY) == []


def test_whoever_enters_a_number_is_asked_for_the_next(sample: Shell) -> None:
    """Sift's contacts have no source: once Janine has entered one, she is asked before it is late."""
    friday = "2026-11-27T18:00:00-05:00"
    assert "sift/billing-contacts-valid/2026-W48" not in keys(sample, "janine", at=friday)
    sample("score", "add", "sift", "billing-contacts-valid", "93.3", "--for", "2026-W47", "--by", "janine")
    assert "sift/billing-contacts-valid/2026-W48" in keys(sample, "janine", at=friday)


def test_a_source_is_not_done_by_hand(sample: Shell) -> None:
    assert not [key for key in keys(sample, "radar", at=FRIDAY) if key.startswith("radar/")]


def test_seats_of_others_and_of_nobody_are_left_out(sample: Shell) -> None:
    assert keys(sample, "nobody") == []
    assert keys(sample) == []
    assert not [key for key in keys(sample, "kristen") if key.startswith(("janine", "penny", "sift"))]
    # A retired seat owes nothing.
    assert keys(sample, "echo") == []


def test_when_nothing_is_owed_the_next_number_is_named(sample: Shell) -> None:
    found = owed_by(sample, "kristen", at=FRIDAY)
    assert (found.owed, found.count) == ((), 1)
    assert found.next is not None
    assert found.next.period == "2026-W48"


def test_a_backlog_of_weeks_is_not_asked_for_at_once(sample: Shell) -> None:
    later = "2027-03-05T12:00:00-05:00"
    weeks = [key for key in keys(sample, "janine", at=later) if key.startswith(WEEKLY)]
    assert weeks == [f"{WEEKLY}/2027-W08", f"{WEEKLY}/2027-W09"]


@pytest.mark.parametrize(
    ("key", "is_known"),
    [
        (f"{WEEKLY}/2026-W47", True),
        (f"{WEEKLY}/2026-11", False),
        ("nobody/x/2026-W47", False),
        ("x", False),
        ("", False),
    ],
)
def test_a_number_is_found_by_its_key(sample: Shell, key: str, is_known: bool) -> None:
    found = find_number(open_org(sample.folder).org, ["janine"], key, datetime.fromisoformat(MONDAY))
    assert (found is not None) is is_known
    assert found is None or found.key == key
