"""A pause of a seat: nothing is owed in it, before it everything is, and neither changes when the seat works again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Shell

# Invented. A weekly metric with values of the first two weeks of 2026 and none since.
SEAT = """\
seat: bot
name: Bot
role: Desk
kind: agent
status: active
owner: ada
reports_to: ada
since: 2026-01-05
retire_when: Nobody writes.
metrics:
  renewals: {name: Clients that renew, outcome: Clients stay with us, target: ">= 95%", cadence: weekly}
"""


@pytest.fixture
def org(acme: Shell) -> Shell:
    acme.write("seats/bot.yaml", SEAT)
    acme.git("add", ".")
    acme.git("commit", "-qm", "A seat")
    for week in ("2026-W02", "2026-W03"):
        acme("score", "add", "bot", "renewals", "96%", "--for", week, "--by", "ada", ORGTP_NOW="2026-01-19T09:00:00Z")
    return acme


def states(org: Shell, at: str) -> dict[str, str]:
    card = org("scorecard", "--seat", "bot", "--weeks", "12", "--json", ORGTP_NOW=at).json
    return {cell["period"]: cell["state"] for row in card["rows"] for cell in row["cells"]}


def change(org: Shell, at: str, *words: str) -> Any:
    return org("seat", *words, "--by", "ada", "--json", ORGTP_NOW=at).json


PAUSED, RESUMED, LATER = "2026-02-04T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-16T18:00:00Z"


def test_nothing_is_owed_in_a_pause_and_it_stays_so_when_the_seat_works_again(org: Shell) -> None:
    assert states(org, PAUSED)["2026-W05"] == "missing"
    change(org, PAUSED, "pause", "bot", "--reason", "The API moves.", "--until", "2026-02-27")
    during = states(org, "2026-02-26T09:00:00Z")
    # The week in which the pause began ended in it; the week before it did not.
    assert [during[f"2026-W{n:02}"] for n in range(3, 9)] == ["on", "missing", "missing", "none", "none", "none"]
    done = change(org, RESUMED, "resume", "bot")
    assert "2026-02-04:\n    until: 2026-03-01\n    reason: The API moves." in org.read("seats/bot.yaml")
    assert done["verdicts"] == []
    after = states(org, LATER)
    assert {week: after[week] for week in during if week in after and week < "2026-W09"} == {
        week: state for week, state in during.items() if week in after and week < "2026-W09"
    }
    assert [after["2026-W09"], after["2026-W10"], after["2026-W11"]] == ["none", "missing", "missing"]
    (late,) = org("stale", "bot", "--json", ORGTP_NOW=LATER, code=None).json["stale"]
    assert (late["period"], late["in_a_row"]) == ("2026-W11", 2)


def test_a_seat_that_was_paused_and_resumed_on_one_day_has_no_pause(org: Shell) -> None:
    before = org.read("seats/bot.yaml")
    change(org, PAUSED, "pause", "bot", "--reason", "The API moves.")
    change(org, PAUSED, "resume", "bot")
    assert org.read("seats/bot.yaml") == before


def test_a_second_pause_keeps_the_first(org: Shell) -> None:
    change(org, PAUSED, "pause", "bot", "--reason", "The API moves.")
    change(org, RESUMED, "resume", "bot")
    change(org, LATER, "pause", "bot", "--reason", "It moves again.")
    text = org("validate", "--json", ORGTP_NOW=LATER).json
    assert text["summary"]["errors"] == 0
    shown = org("seat", "show", "bot", "--json", ORGTP_NOW=LATER).json["seat"]
    assert (shown["paused_since"], shown["paused_until"], shown["paused_because"]) == (
        "2026-03-16",
        None,
        "It moves again.",
    )
    assert states(org, "2026-03-30T09:00:00Z")["2026-W06"] == "none"


def test_a_pause_by_hand_gives_the_same_views(org: Shell) -> None:
    change(org, PAUSED, "pause", "bot", "--reason", "The API moves.")
    by_command = states(org, RESUMED)
    org.git("reset", "-q", "--hard", "HEAD~1")
    org.write(
        "seats/bot.yaml",
        SEAT.replace("status: active", "status: paused\npauses:\n  2026-02-04: {reason: The API moves.}"),
    )
    org.git("commit", "-qam", "Pause the bot")
    assert org("validate", "--json", ORGTP_NOW=RESUMED).json["summary"]["errors"] == 0
    assert states(org, RESUMED) == by_command
    diff = org("diff", "HEAD~1", ORGTP_NOW=RESUMED).out
    assert "paused from 2026-02-04 because" in diff
    assert "The API moves." in diff


def test_vacating_a_paused_seat_ends_its_pause(org: Shell) -> None:
    org("seat", "add", "eve", "--role", "Desk", "--kind", "human", "--by", "ada", "--status", "active")
    change(org, PAUSED, "pause", "eve", "--reason", "Parental leave.")
    change(org, RESUMED, "vacate", "eve")
    assert "until: 2026-03-01" in org.read("seats/eve.yaml")
    assert org("validate", "--json", ORGTP_NOW=LATER).json["summary"]["errors"] == 0
