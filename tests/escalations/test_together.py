"""Two machines with one escalation: what happened in either is brought together, and where it is follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from orgtp.actions.escalate import (
    FoundTrouble,
    NewEscalation,
    acknowledge_escalation,
    open_escalation,
    record_trouble,
    resolve_escalation,
    run_escalation_tick,
)
from orgtp.files.escalation import read_escalation
from orgtp.model.change import Change
from orgtp.model.escalation import Escalation, EscalationKind, EscalationStatus
from orgtp.model.org import Org
from orgtp.sync.merge import merge_records
from tests.conftest import Shell
from tests.escalations.desks import FRIDAY, Ledger
from tests.sync.clones import Clones, made

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALLS = "2026-11-20-bot-calls"
PATH = f"escalations/{CALLS}.yaml"
Step = Callable[[Org], Change]


def broke(why: str = "503", kind: EscalationKind = EscalationKind.SOURCE, hours: int = 0) -> Step:
    return lambda org: record_trouble(org, FRIDAY + hours * HOUR, [FoundTrouble(kind, "bot", "calls", why)], by="tally")


def ack(by: str, hours: int) -> Step:
    return lambda org: acknowledge_escalation(org, FRIDAY + hours * HOUR, CALLS, "", by)


def goes_up(hours: int) -> Step:
    return lambda org: run_escalation_tick(org, FRIDAY + hours * HOUR, None, "tally")


def settled(hours: int) -> Step:
    return lambda org: resolve_escalation(org, FRIDAY + hours * HOUR, CALLS, "Done.", "max")


def apart(before: tuple[Step, ...], ours: tuple[Step, ...], theirs: tuple[Step, ...]) -> tuple[bytes, bytes, bytes]:
    """The file where the histories part, as it is here, and as it is there."""
    found = []
    for more in ((), ours, theirs):
        ledger = Ledger()
        for step in (*before, *more):
            ledger.do(step)
        found.append(ledger.files.get(PATH, b""))
    base, mine, other = found
    return base, mine, other


def both(base: bytes, ours: bytes, theirs: bytes) -> Escalation:
    """What comes of the two, which is the same in whichever order they meet, and goes on as either."""
    after = [merge_records(PATH, base, *sides) for sides in ((ours, theirs), (theirs, ours))]
    one, other = (read_escalation(PATH, raw or b"")[0] for raw in after)
    was = [read_escalation(PATH, raw)[0] for raw in (ours, theirs)]
    assert one == other
    assert one
    assert one.replayed_state == (one.state, one.with_)
    assert all(side and side.may_become(one) for side in was if base)
    return one


def told(one: Escalation) -> list[str]:
    return [event.what.value for event in one.events]


@pytest.mark.parametrize(
    ("ours", "theirs", "events", "state", "with_"),
    [
        ([goes_up(5)], [ack("max", 3)], ["opened", "acknowledged", "up"], EscalationStatus.OPEN, "eve"),
        ([goes_up(5)], [ack("eve", 6)], ["opened", "up", "acknowledged"], EscalationStatus.ACKNOWLEDGED, "eve"),
        ([goes_up(5)], [settled(3)], ["opened", "resolved", "up"], EscalationStatus.RESOLVED, "eve"),
        (
            [ack("max", 1)],
            [broke("it hangs", hours=2)],
            ["opened", "acknowledged", "again"],
            EscalationStatus.ACKNOWLEDGED,
            "max",
        ),
        (
            [ack("max", 1)],
            [ack("eve", 2)],
            ["opened", "acknowledged", "acknowledged"],
            EscalationStatus.ACKNOWLEDGED,
            "eve",
        ),
        ([goes_up(5)], [goes_up(5)], ["opened", "up"], EscalationStatus.OPEN, "eve"),
    ],
)
def test_what_happened_here_and_there(
    ours: list[Step], theirs: list[Step], events: list[str], state: EscalationStatus, with_: str
) -> None:
    one = both(*apart((broke(),), tuple(ours), tuple(theirs)))
    assert (told(one), one.state, one.with_) == (events, state, with_)


def test_the_same_trouble_opened_here_and_there_is_one() -> None:
    one = both(*apart((), (broke("503"),), (broke("W46: no value came", EscalationKind.STALE, 1),)))
    assert (told(one), one.kind, one.opened_at) == (["opened", "again"], EscalationKind.SOURCE, FRIDAY)
    assert one.events[-1].note == "W46: no value came"


def test_what_is_about_something_else_is_left_to_people() -> None:
    base, ours, theirs = apart((), (broke(),), (broke(),))
    assert merge_records(PATH, base, ours, theirs.replace(b"seat: bot", b"seat: eve")) is None
    assert merge_records(PATH, base, ours, b"what: [") is None
    base, ours, theirs = apart((broke(),), (ack("max", 1),), (ack("eve", 2),))
    assert merge_records(PATH, base, ours, theirs.replace(b"what: opened", b"what: again")) is None
    assert merge_records("seats/bot.yaml", base, ours, theirs) is None


def test_comments_and_keys_of_ones_own_stay() -> None:
    base, ours, theirs = apart((broke(),), (ack("max", 1),), (broke("it hangs", hours=2),))
    mine = ours.replace(b"severity: normal", b"severity: normal  # so far\nx-ticket: 4711")
    after = merge_records(PATH, base, mine, theirs) or b""
    assert b"severity: normal  # so far\nx-ticket: 4711\n" in after
    assert b"it hangs" in after


def test_words_that_somebody_says_twice_are_one() -> None:
    path = "escalations/2026-11-20-bot-calls.yaml"
    sides = []
    for by in ("eve", "ada"):
        ledger = Ledger()
        ledger.do(lambda org, by=by: open_escalation(org, FRIDAY, NewEscalation("bot", "Calls", why="It rings"), by))  # type: ignore[misc]
        sides.append(ledger.files[path])
    one = both(b"", sides[0], sides[1])
    assert (told(one), one.by) == (["opened", "again"], "ada")


# Real clones.

LATER = "2026-11-24T12:00:00-05:00"
FULL = "2026-11-20-bot-full"


@pytest.fixture
def clones(tmp_path_factory: pytest.TempPathFactory, tmp_path: Shell, home: Shell) -> Clones:
    """A remote and two clones of it."""
    base = tmp_path_factory.mktemp("clones")
    (base / "all").mkdir()
    return made(base / "all", home)  # type: ignore[arg-type]


def test_a_tick_that_is_sent_asks_first_what_others_did(clones: Clones) -> None:
    clones.a("escalate", "open", "bot", "Full", "--by", "ada", "--push")
    clones.b("sync")
    clones.b("escalate", "ack", FULL, "--by", "ada", "--push")
    assert (
        FULL not in clones.a("escalate", "tick", "--by", "ada", "--push", "--json", ORGTP_NOW=LATER).json["escalations"]
    )
    one = clones.a("escalate", "show", FULL, "--json", ORGTP_NOW=LATER).json["escalation"]
    assert (one["state"], one["overdue"]) == ("acknowledged", False)


def test_a_tick_goes_on_without_the_remote(clones: Clones) -> None:
    clones.a("escalate", "open", "bot", "Full", "--by", "ada", "--push")
    clones.remote.folder.rename(clones.folder / "gone")
    ran = clones.a("escalate", "tick", "--by", "ada", "--push", code=None, ORGTP_NOW=LATER)
    assert ran.code != 0
    assert "could not sync first, so the latest changes of others may be missing: " in ran.err
    assert "not pushed: " in ran.err
    assert (
        clones.a("escalate", "show", FULL, "--json", ORGTP_NOW=LATER).json["escalation"]["events"][-1]["what"] == "top"
    )


def test_what_both_did_apart_comes_together(clones: Clones) -> None:
    """Both open it, one sees it stay at the top, the other takes it on."""
    clones.a("escalate", "open", "bot", "Full", "--by", "ada")
    clones.b(
        "escalate", "open", "bot", "Full", "--why", "Since June", "--by", "ada", ORGTP_NOW="2026-11-20T19:00:00-05:00"
    )
    clones.a("escalate", "tick", "--by", "ada", ORGTP_NOW=LATER)
    clones.b("escalate", "ack", FULL, "--by", "ada", ORGTP_NOW="2026-11-23T09:30:00-05:00")
    clones.a("sync")
    clones.b("escalate", "resolve", FULL, "--note", "Emptied", "--by", "ada", "--push", ORGTP_NOW=LATER)
    clones.a("sync")
    for here in (clones.a, clones.b):
        one = here("escalate", "show", FULL, "--json", ORGTP_NOW=LATER).json["escalation"]
        whats = [event["what"] for event in one["events"]]
        assert (whats, one["state"]) == (["opened", "again", "acknowledged", "top", "resolved"], "resolved")
        assert here("validate", "--json", ORGTP_NOW=LATER).json["summary"]["errors"] == 0
        assert here("audit", "verify", "--full", ORGTP_NOW=LATER).code == 0
