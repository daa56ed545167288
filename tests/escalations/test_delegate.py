"""A person who is away: escalations and messages go to the delegate until the last day, and say for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orgtp.model.escalation_policy import find_stand_in
from orgtp.model.org import Org
from orgtp.model.seat import Delegate, Seat, SeatKind, SeatStatus
from tests.cli.changes import nothing_written
from tests.conftest import Shell
from tests.escalations.test_notify import Inbox, inbox

__all__ = ["inbox"]
LOCKED = "2026-11-20-dash-the-ad-account-is-locked"
TUESDAY, LAST_DAY, DAY_AFTER = "2026-11-24T12:00:00-05:00", "2026-11-27T23:59:00-05:00", "2026-11-28T00:01:00-05:00"


@pytest.fixture
def away(sample: Shell) -> Shell:
    """The sample, in which Bogdan is away until Friday 2026-11-27, and Kristen stands in."""
    sample("seat", "delegate", "bogdan", "--to", "kristen", "--until", "2026-11-27", "--by", "bogdan")
    return sample


def one(here: Shell) -> dict[str, object]:
    found: dict[str, object] = here("escalate", "show", LOCKED, "--json").json["escalation"]
    return found


def test_it_is_one_commit_that_everything_knows(away: Shell) -> None:
    assert "delegate: {to: kristen, until: 2026-11-27}" in away.read("seats/bogdan.yaml") or "to: kristen" in away.read(
        "seats/bogdan.yaml"
    )
    message = away.git("log", "-1", "--format=%B").out
    assert message.startswith("delegate(bogdan): to kristen until 2026-11-27\n")
    assert "Orgtp-Action: delegate\nOrgtp-Seat: bogdan\nOrgtp-By: bogdan\n" in message
    assert away("seat", "show", "bogdan", "--json").json["seat"]["delegate"] == {"to": "kristen", "until": "2026-11-27"}
    assert "kristen until 2026-11-27" in away("seat", "show", "bogdan").out
    (change,) = [item for item in away("diff", "HEAD~1", "--json").json["fields"] if item["key"] == "delegate"]
    assert (change["before"], change["after"]) == (None, "kristen until 2026-11-27")
    assert len(away("log", "--action", "delegate", "--json").json["commits"]) == 1
    rules = {found["rule"] for found in away("validate", "--base", "HEAD~1", "--json").json["problems"]}
    assert "seat-changed" in rules
    assert "delegate" in {row["key"] for row in away("seat", "blame", "bogdan", "--json").json["fields"]}
    away("audit", "verify", "--full")


def test_a_new_escalation_goes_to_the_delegate_who_is_told_for_whom(away: Shell, inbox: Inbox) -> None:
    people = away.home / "people.yaml"
    people.write_text(f"kristen: '{inbox.url}/kristen'\nbogdan: '{inbox.url}/bogdan'\n", encoding="utf-8")
    words = ("escalate", "open", "dash", "The ad account is locked", "--by", "dash", "--notify", str(people))
    assert ", with kristen: for bogdan, until 2026-11-27" not in away(*words).err
    found = one(away)
    assert (found["with"], found["events"][-1]["note"]) == ("kristen", "for bogdan, until 2026-11-27")  # type: ignore[index]
    ((path, told),) = inbox.got
    assert path.endswith("/kristen")
    assert "It is assigned to you for Bogdan, until 2026-11-27. Due " in told["message"]
    away("validate")


@pytest.mark.parametrize(("now", "to"), [(LAST_DAY, "kristen"), (DAY_AFTER, "bogdan")])
def test_the_last_day_counts_in_the_zone_of_the_org(away: Shell, now: str, to: str) -> None:
    away("escalate", "open", "dash", "It is broken", "--by", "dash", ORGTP_NOW=now)
    (found,) = away("escalate", "list", "--json", ORGTP_NOW=now).json["escalations"]
    assert found["with"] == to
    assert away("context", "dash", "--json", ORGTP_NOW=now).json["trouble"]["goes_to"]["seat"] == to


def test_what_is_open_passes_with_the_next_tick_and_what_is_taken_on_stays(sample: Shell) -> None:
    sample("escalate", "open", "dash", "The ad account is locked", "--by", "dash")
    sample("escalate", "open", "dash", "The deck is late", "--by", "dash")
    sample("escalate", "ack", "2026-11-20-dash-the-deck-is-late", "--by", "bogdan")
    sample("seat", "delegate", "bogdan", "--to", "kristen", "--until", "2026-11-27")
    sample("escalate", "tick", "--by", "tally")
    found = {row["id"]: row["with"] for row in sample("escalate", "list", "--json").json["escalations"]}
    assert found[LOCKED] == "kristen"
    assert found["2026-11-20-dash-the-deck-is-late"] == "bogdan"
    assert one(sample)["events"][-1]["note"] == "bogdan is away, for bogdan, until 2026-11-27"  # type: ignore[index]
    with nothing_written(sample):
        sample("escalate", "tick", "--by", "tally")


def test_it_moves_up_past_the_person_who_is_away(away: Shell) -> None:
    """From an agent to its owner Bogdan, whose delegate had it already, to David."""
    away("escalate", "open", "dash", "The ad account is locked", "--by", "dash")
    away("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY)
    assert one(away)["with"] == "david"


def test_decisions_do_not_pass(away: Shell) -> None:
    words = (
        "retire",
        "dash",
        "--to",
        "crystal",
        "--reason",
        "x",
        "--decided-by",
        "kristen",
        "--yes",
        "--by",
        "kristen",
    )
    ran = away(*words, code=2)
    assert "kristen" in ran.err


def test_it_can_be_ended_early(away: Shell) -> None:
    away("seat", "delegate", "bogdan", "--end")
    assert "delegate" not in away.read("seats/bogdan.yaml")
    with nothing_written(away):
        assert "has no delegate" in away("seat", "delegate", "bogdan", "--end", code=2).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bogdan", "--to", "dash", "--until", "2026-11-27"), "is not a person"),
        (("bogdan", "--to", "bogdan", "--until", "2026-11-27"), "cannot be its own delegate"),
        (("bogdan", "--to", "kristn", "--until", "2026-11-27"), 'Did you mean "kristen"?'),
        (("dash", "--to", "kristen", "--until", "2026-11-27"), "goes to its owner, bogdan"),
        (("bogdan", "--to", "kristen", "--until", "2026-11-19"), "out of range"),
        (("bogdan", "--to", "kristen", "--until", "2028-11-19"), "out of range"),
        (("bogdan", "--to", "kristen", "--until", "soon"), "is not a date"),
        (("bogdan", "--to", "kristen"), "--until DATE"),
        (("bogdan",), "--to SEAT"),
        (("bogdan", "--end", "--to", "kristen"), "or --end"),
    ],
)
def test_a_delegate_that_could_not_act_is_refused(sample: Shell, words: tuple[str, ...], said: str) -> None:
    with nothing_written(sample):
        assert said in sample("seat", "delegate", *words, code=2).err


def test_a_delegate_who_is_away_is_refused_and_by_hand_a_warning(away: Shell) -> None:
    with nothing_written(away):
        said = away("seat", "delegate", "david", "--to", "bogdan", "--until", "2026-11-27", code=2).err
    assert "bogdan is away as well, until 2026-11-27" in said
    away.write("seats/david.yaml", away.read("seats/david.yaml") + "delegate: {to: bogdan, until: 2026-11-27}\n")
    (found,) = [p for p in away("validate", "--json").json["problems"] if p["rule"] == "delegate-away"]
    assert (found["severity"], found["path"]) == ("warning", "seats/david.yaml")


# The chain and the circle, which only files by hand have.

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
DAY = date(2026, 11, 20)


def org_of(delegates: dict[str, tuple[str, int]]) -> Org:
    """An org of people, each with a delegate and the days until it ends."""
    seats = {
        name: Seat(
            name, name.title(), "x", SeatKind.HUMAN, SeatStatus.ACTIVE, name,
            delegate=Delegate(found[0], DAY + timedelta(days=found[1])) if (found := delegates.get(name)) else None,
        )
        for name in ("ann", "ben", "cay")
    }  # fmt: skip
    return Org("o", "O", seats=seats)


@pytest.mark.parametrize(
    ("delegates", "to"),
    [
        ({}, "ann"),
        ({"ann": ("ben", 0)}, "ben"),
        ({"ann": ("ben", -1)}, "ann"),
        ({"ann": ("ben", 1), "ben": ("cay", 1)}, "cay"),
        ({"ann": ("ben", 1), "ben": ("cay", -1)}, "ben"),
        ({"ann": ("ben", 1), "ben": ("ann", 1)}, "ann"),
        ({"ann": ("ben", 1), "ben": ("cay", 1), "cay": ("ben", 1)}, "ann"),
        ({"ann": ("ann", 1)}, "ann"),
        ({"ann": ("nobody", 1)}, "ann"),
    ],
)
def test_who_stands_in(delegates: dict[str, tuple[str, int]], to: str) -> None:
    assert find_stand_in(org_of(delegates), "ann", NOW) == to
