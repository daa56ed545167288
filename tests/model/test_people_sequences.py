"""Whatever people do with seats, in whatever order: no capability loses its seat, and no active seat its owner."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orgtp.actions.holders import NewHolder, hand_over_seat, vacate_seat
from orgtp.actions.leave import LeaveRequest, leave_org
from orgtp.actions.retire import RetirementRequest, retire_seat
from orgtp.actions.seat_changes import (
    SeatSplit,
    move_seat,
    own_seat,
    pause_seat,
    rename_seat,
    resume_seat,
    split_seat,
)
from orgtp.files.apply import apply_change
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.model.change import Change
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.problem import Severity
from orgtp.rules.registry import check_org

BEGIN = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
STEPS = 40
METRIC = {"name": "Talks", "outcome": "Clients stay", "target": ">= 1", "cadence": "weekly"}


def seat(id_: str, kind: str, owner: str, boss: str, **more: Any) -> dict[str, Any]:
    facts = {"seat": id_, "name": id_.title(), "role": f"Role of {id_}", "kind": kind, "status": "active"}
    facts |= {"owner": owner, "since": "2025-01-06", **({"reports_to": boss} if boss else {})}
    facts |= {} if kind == "human" else {"retire_when": "Never."}
    return {**facts, "metrics": {f"talks-{id_}": METRIC}, **more}


SEATS = [
    seat("ada", "human", "ada", ""),
    seat("ben", "human", "ben", "ada"),
    seat("cat", "human", "cat", "ada"),
    seat("team", "group", "ben", "ada"),
    seat("bot", "agent", "ben", "team", capabilities={"inbox": "Sorts mail.", "drafts": "Drafts."}),
    seat("pip", "agent", "cat", "bot", capabilities={"leads": "Finds leads."}, also_reports_to=["ben"]),
]
ORG = {
    "org": "acme",
    "timezone": "America/New_York",
    "policy": {"scorekeepers": ["pip"]},
    "routing": [{"kind": "source", "to": "ben"}, {"kind": "stale", "to": "cat"}],
}
FILES = {
    "org.yaml": json.dumps(ORG).encode(),
    **{f"seats/{one['seat']}.yaml": json.dumps(one).encode() for one in SEATS},
}


def any_step(org: Org, now: datetime, dice: random.Random) -> Callable[[], Change]:
    """One thing that somebody may try, whether it makes sense or not."""
    ids = sorted(org.seats)
    one, two, three = (dice.choice(ids) for _ in range(3))
    owners = dice.choice([{}, {"": two}, {two: three}, {two: three, "": one}])
    name = dice.choice(["Gwen Ito", "Ada", "Ben", "Karl"])
    day = dice.choice([None, None, None, org.day_of(now) + timedelta(days=dice.choice([-20, 3]))])
    capabilities = dice.sample(sorted(org.seats[one].capabilities), k=min(1, len(org.seats[one].capabilities)))
    heirs = dict.fromkeys(org.seats[one].capabilities, two)
    request = RetirementRequest(one, (two,), heirs, owners=owners, reason="R", decided_by=three)
    return dice.choice(
        [
            lambda: hand_over_seat(org, one, NewHolder(name), now, since=day),
            lambda: vacate_seat(org, one, now, since=day, owners=owners),
            lambda: move_seat(org, one, dice.choice([two, ""])),
            lambda: own_seat(org, one, two),
            lambda: pause_seat(org, one, "R", now, day),
            lambda: resume_seat(org, one, now),
            lambda: rename_seat(org, one, name, now),
            lambda: split_seat(org, SeatSplit(one, f"new-{dice.randrange(999)}", capabilities), now),
            lambda: leave_org(org, LeaveRequest(dice.choice([one, name]), dice.choice(["", two]), owners=owners), now),
            lambda: retire_seat(org, request, now),
        ]
    )


def capabilities_held(org: Org) -> set[str]:
    return {what for one in org.seats.values() if not one.is_retired for what in one.capabilities}


def errors(org: Org, now: datetime) -> list[str]:
    """The errors of an org, besides that a new seat has no metric yet."""
    found = (one for one in check_org(org, now) if one.severity is Severity.ERROR and one.rule != "no-metric")
    return [f"{one.rule}: {one.message}" for one in found]


@pytest.mark.parametrize("seed", range(30))
def test_no_sequence_leaves_work_without_a_seat_or_a_seat_without_a_person(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  (no secret)
    files, now, done = dict(FILES), BEGIN, set[str]()
    for _ in range(STEPS):
        now += timedelta(hours=dice.randrange(1, 40))
        org = load_org(MemoryTree(files)).org
        try:
            change = any_step(org, now, dice)()
        except OrgtpError:
            continue
        after = files | apply_change(files, change)
        new = load_org(MemoryTree(after))
        wrong = [*map(str, new.problems), *errors(new.org, now)]
        if change.action == "retire" and wrong:
            # The ledger refuses a retirement that would break a rule.
            continue
        assert wrong == [], f"{change.subject} in {seed}"
        assert capabilities_held(new.org) >= capabilities_held(org), change.subject
        for one in (one for one in new.org.seats.values() if one.is_active):
            owner = new.org.seats[one.owner]
            assert owner.is_human, f"{change.subject} leaves {one.id} to {owner.id}"
            assert owner.is_active, f"{change.subject} leaves {one.id} to {owner.id}"
        files = after
        done.add(change.action)
    assert len(done) > 1
