"""A quarter of trouble on a simulated clock: cron ticks all the time, people act or do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.actions.escalate import (
    FoundTrouble,
    acknowledge_escalation,
    record_trouble,
    resolve_escalation,
    run_escalation_tick,
)
from orgtp.model.escalation import Escalation, EscalationKind, EscalationStatus, EventType
from orgtp.model.escalation_policy import find_next_person_up
from orgtp.model.org import Org
from tests.escalations.desks import HEAD, Ledger

BEGIN = datetime(2026, 10, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = 92 * 24
HEADS = (
    HEAD,
    HEAD.replace("}", ", escalation: {acknowledge: 2h, within: 1d, resolve: 3d, hours: 08:30..18:00}}"),
    HEAD.replace("America/New_York", "Asia/Kolkata") + "routing: [{kind: stale, to: eve}]\n",
)
# At which hour something happens, and what.
Plan = dict[int, list[str]]
WHAT = st.sampled_from(["source", "stale", "good", "ack", "resolve"])
PLANS = st.lists(st.tuples(st.integers(0, QUARTER), WHAT), max_size=12)


def acted(ledger: Ledger, now: datetime, what: str) -> None:
    """What somebody does, or a run finds, at a moment."""
    held = [one for one in ledger.org.escalations.values() if not one.is_resolved]
    if what in {"source", "stale"}:
        found = [FoundTrouble(EscalationKind(what), "bot", "calls", f"it broke at {now:%H}")]
        ledger.do(lambda org: record_trouble(org, now, found, by="tally"))
    elif what == "good":
        ledger.do(lambda org: record_trouble(org, now, [], {("bot", "calls")}, "tally"))
    elif held and what == "ack":
        ledger.do(lambda org: acknowledge_escalation(org, now, held[0].id, f"at {now}", held[0].with_))
    elif held:
        ledger.do(lambda org: resolve_escalation(org, now, held[0].id, "done", held[0].with_))


def holds(org: Org, now: datetime, one: Escalation) -> None:
    """What must be so right after a tick."""
    assert one.due is not None
    if one.is_resolved:
        return
    in_time = one.due > now or not org.work_time.is_working_at(now)
    at_top = find_next_person_up(org, one.with_) == "" and one.events[-1].what in {EventType.TOP, EventType.AGAIN}
    assert in_time or at_top, f"{one.id} stays with {one.with_}, due {one.due}"
    assert org.seats[one.with_].is_human
    assert one.due > now or one.state is EscalationStatus.OPEN or not org.work_time.is_working_at(now) or at_top


def ends(org: Org, events: list[tuple[datetime, EventType]]) -> None:
    """What must be so of all that happened."""
    assert [at for at, _ in events] == sorted(at for at, _ in events)
    assert all(org.work_time.is_working_at(at) for at, what in events if what in {EventType.UP, EventType.TOP})


@settings(max_examples=8, deadline=None)
@given(PLANS, st.sampled_from(HEADS), st.integers(1, 5))
def test_nothing_stays_past_its_step(plan: list[tuple[int, str]], head: str, every: int) -> None:
    ledger = Ledger(head)
    by_hour: Plan = {}
    for hour, what in plan:
        by_hour.setdefault(hour, []).append(what)
    org = ledger.org
    for hour in range(QUARTER):
        now = BEGIN + hour * HOUR
        for what in by_hour.get(hour, []):
            acted(ledger, now, what)
        if hour % every == 0 and by_hour:
            org = ticked(ledger, org, now)
    for one in ledger.org.escalations.values():
        ends(ledger.org, [(event.at, event.what) for event in one.events if event.at])


def ticked(ledger: Ledger, org: Org, now: datetime) -> Org:
    """Tick, and look at what is there; the org is read anew where something changed."""
    org = ledger.org if ledger.changes else org
    if all(one.is_resolved for one in org.escalations.values()):
        return org
    before = len(ledger.changes)
    ledger.do(lambda held: run_escalation_tick(held, now, by="tally"))
    org = ledger.org
    assert run_escalation_tick(org, now, by="tally").edits == (), "a second tick at the same moment has nothing to do"
    assert len(ledger.changes) <= before + 1
    for one in org.escalations.values():
        holds(org, now, one)
    return org


def test_a_quarter_that_nobody_looks_at_ends_at_the_top() -> None:
    """From the owner to the top takes two steps; from then on no commit says the same again."""
    ledger = Ledger()
    ledger.do(
        lambda org: record_trouble(org, BEGIN, [FoundTrouble(EscalationKind.SOURCE, "bot", "calls", "x")], by="tally")
    )
    for hour in range(QUARTER):
        ledger.do(partial(run_escalation_tick, now=BEGIN + hour * HOUR, by="tally"))
    assert [event.what.value for event in ledger.one().events] == ["opened", "up", "up", "top"]
    assert len(ledger.changes) == 4
    assert ledger.one().with_ == "ada"
