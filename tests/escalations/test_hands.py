"""In whose hands trouble is: who may take it, where it goes on charts of every kind, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from orgtp.actions.escalate import (
    FoundTrouble,
    NewEscalation,
    acknowledge_escalation,
    hand_over_retired,
    open_escalation,
    record_trouble,
    resolve_escalation,
    run_escalation_tick,
)
from orgtp.actions.silence import NewSilence, silence_metric
from orgtp.model.change import AppendScores, Change
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import EscalationKind, EscalationSeverity, EscalationStatus, EventType
from orgtp.model.org import Org
from orgtp.model.score import Score
from orgtp.views.escalations import escalations
from tests.escalations.desks import FRIDAY, HEAD, Ledger, seat

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = FRIDAY + 3 * DAY
CALLS = "2026-11-20-bot-calls"
BROKEN = FoundTrouble(EscalationKind.SOURCE, "bot", "calls", "the API answered 503")
STALE = FoundTrouble(EscalationKind.STALE, "bot", "calls", "2026-W46: no value came")


def begun(found: FoundTrouble = BROKEN, head: str = HEAD, **seats: str) -> Ledger:
    """An org with trouble that is with Max."""
    ledger = Ledger(head, **seats)
    ledger.do(lambda org: record_trouble(org, FRIDAY, [found], by="tally"))
    return ledger


def acked(ledger: Ledger, by: str, now: datetime = FRIDAY, note: str = "") -> Change:
    return ledger.do(lambda org: acknowledge_escalation(org, now, CALLS, note, by))


def ticked(ledger: Ledger, now: datetime, late: list[FoundTrouble] | None = None) -> str:
    return ledger.do(lambda org: run_escalation_tick(org, now, late, "tally")).what


def recorded(ledger: Ledger, value: str | None, at: datetime, period: str = "2026-W47") -> None:
    score = Score(f"id-{at:%d-%H}-{period}", at, "bot", "calls", period, value, "tally", "" if value else "x")
    before = ledger.files.get(score.path, b"")
    ledger.files[score.path] = before + AppendScores(score.path, (score,)).scores[0].line.encode() + b"\n"


def refused(ledger: Ledger, action: Callable[[Org], Change]) -> str:
    with pytest.raises(Refused) as caught:
        ledger.do(action)
    return str(caught.value)


# Who takes it, and until when.


def test_who_takes_it_on_is_given_time_once() -> None:
    """Saying `soon` every week is the failure that the ladder is there to end."""
    ledger = begun()
    acked(ledger, "max")
    due = ledger.one().due
    acked(ledger, "max", FRIDAY + 2 * DAY, "Soon.")
    assert (ledger.one().due, ledger.one().events[-1].note) == (due, "Soon.")
    assert ticked(ledger, FRIDAY + 8 * DAY).endswith("2026-11-30 at 09:00")
    assert ticked(ledger, FRIDAY + 10 * DAY) == f"{CALLS} up to eve: max did not resolve it in time"


def test_an_agent_takes_on_only_what_is_with_it() -> None:
    ledger = begun()
    assert "bot may not acknowledge" in refused(
        ledger, lambda org: acknowledge_escalation(org, FRIDAY, CALLS, "x", "bot")
    )
    assert "tally may not acknowledge" in refused(
        ledger, lambda org: acknowledge_escalation(org, FRIDAY, CALLS, "x", "tally")
    )
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("tally", "Slow", to="bot")))
    slow = "2026-11-20-tally-slow"
    ledger.do(lambda org: acknowledge_escalation(org, FRIDAY, slow, "", "bot"))
    assert (ledger.one(slow).with_, ledger.one(slow).state) == ("bot", EscalationStatus.ACKNOWLEDGED)


@pytest.mark.parametrize("by", ["max", "eve", "ada", "bot", "tally"])
def test_who_settles(by: str) -> None:
    """Whose it is, those above, who may record for the seat, and who opened it."""
    ledger = begun()
    ledger.do(lambda org: resolve_escalation(org, FRIDAY, CALLS, "Done.", by))
    assert ledger.one().is_resolved


def test_those_above_whom_it_is_with_settle_it() -> None:
    ledger = begun(other=seat("other", "human", "eve"), third=seat("third", "human", "ada"))
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("tally", "Slow", to="other"), "tally"))
    slow = "2026-11-20-tally-slow"
    assert "third may not resolve" in refused(ledger, lambda org: resolve_escalation(org, FRIDAY, slow, "x", "third"))
    ledger.do(lambda org: resolve_escalation(org, FRIDAY, slow, "x", "eve"))


def test_a_retired_seat_settles_nothing() -> None:
    ledger = begun()
    ledger.set("tally", "status: active", "status: retired")
    assert "tally may not resolve" in refused(ledger, lambda org: resolve_escalation(org, FRIDAY, CALLS, "x", "tally"))


def test_a_clock_that_is_behind_gives_no_less_time() -> None:
    ledger = begun()
    acked(ledger, "max", FRIDAY - 19 * DAY)
    assert ledger.one().due == FRIDAY + 7 * DAY
    assert ledger.one().events[-1].at == FRIDAY


def test_who_may_tick() -> None:
    ledger = begun()
    assert "bot may not run the tick" in refused(ledger, lambda org: run_escalation_tick(org, FRIDAY, [], "bot"))
    ledger.do(lambda org: run_escalation_tick(org, FRIDAY + 5 * HOUR, None, "eve"))
    assert ledger.one().with_ == "eve"


# What is said again.


def test_what_is_said_again_may_be_worse() -> None:
    ledger = Ledger(HEAD + "routing: [{severity: high, to: ada}]\n")
    for severity in (EscalationSeverity.NORMAL, EscalationSeverity.HIGH, EscalationSeverity.LOW):
        new = NewEscalation("bot", "Locked", severity=severity)
        ledger.do(partial(open_escalation, now=FRIDAY, new=new))
    one = ledger.one()
    assert (one.severity, one.with_) == (EscalationSeverity.HIGH, "ada")
    assert [event.what for event in one.events] == [EventType.OPENED, EventType.HANDED]
    assert one.events[-1].note == "it is high now"


def test_what_is_said_again_may_name_who_should_act() -> None:
    ledger = Ledger()
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", "Locked")))
    again = NewEscalation("bot", "Locked", why="It costs 10k a day", to="eve", severity=EscalationSeverity.HIGH)
    ledger.do(lambda org: open_escalation(org, FRIDAY, again))
    assert (ledger.one().with_, ledger.one().severity) == ("eve", EscalationSeverity.HIGH)
    assert ledger.do(lambda org: open_escalation(org, FRIDAY, again)).edits == ()


@pytest.mark.parametrize(("what", "why"), [("x" * 2001, ""), ("x", "y" * 2001)])
def test_a_file_has_room_for_years(what: str, why: str) -> None:
    with pytest.raises(BadInput, match="has 2001 characters"):
        Ledger().do(lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", what, why)))


# Seats that are not active.


def test_what_its_owner_has_goes_on_up_when_the_seat_is_paused() -> None:
    """The owner is chased, not the seat; and nobody hands down what came up."""
    ledger = begun()
    ledger.set("bot", "status: active", "status: paused")
    assert ticked(ledger, FRIDAY + HOUR) == "nothing is overdue"
    assert ticked(ledger, FRIDAY + 4 * HOUR) == f"{CALLS} up to eve: max did not acknowledge it in time"
    assert ticked(ledger, FRIDAY + 4 * HOUR) == "nothing is overdue"
    assert ticked(ledger, MONDAY) == f"{CALLS} up to ada: eve did not acknowledge it in time"


def test_what_somebody_above_took_on_stays_with_them() -> None:
    ledger = begun()
    acked(ledger, "eve")
    ledger.set("bot", "status: active", "status: paused")
    assert ticked(ledger, FRIDAY + HOUR) == "nothing is overdue"
    assert hand_over_retired(ledger.org, FRIDAY + HOUR, "bot").edits == ()
    assert (ledger.one().with_, ledger.one().state) == ("eve", EscalationStatus.ACKNOWLEDGED)


def test_it_is_handed_over_as_often_as_it_must_be() -> None:
    ledger = Ledger()
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", "x", to="lead")))
    ledger.set("lead", "status: active", "status: paused")
    assert ticked(ledger, FRIDAY + HOUR).endswith("to eve: lead is paused")
    ledger.set("eve", "status: active", "status: paused")
    assert ticked(ledger, FRIDAY + 2 * HOUR).endswith("to ada: eve is paused")


# Charts.


def test_an_agent_on_the_way_up_stands_for_its_owner() -> None:
    """Max reports to the agent lead, whose owner is Eve: nobody else is above him."""
    ledger = begun(lead=seat("lead", "agent", "", "eve"))
    ticked(ledger, FRIDAY + 4 * HOUR)
    assert ledger.one().with_ == "eve"


def test_a_chart_that_leads_in_a_circle_has_a_top() -> None:
    ledger = begun(eve=seat("eve", "human", "max"), max=seat("max", "human", "eve"))
    said = [ticked(ledger, MONDAY + days * DAY + HOUR) for days in range(5)]
    assert said[0] == f"{CALLS} up to eve: max did not acknowledge it in time"
    assert said[1].startswith(f"{CALLS} stays at the top with eve")
    assert said[2:4] == ["1 escalation overdue, and nobody is above"] * 2
    (view,) = escalations(ledger.org, MONDAY + 4 * DAY)
    assert (view.next, view.overdue) == (None, True)


# The ladder's own time.

LADDER = HEAD.replace("}", ", escalation: {acknowledge: 2h, within: 3h, resolve: 5h, hours: 10:00..16:00}}")


def test_each_step_has_the_time_that_the_policy_gives() -> None:
    ledger = begun(head=LADDER)
    # Friday at ten in New York, and the day has six hours.
    assert ledger.one().due == FRIDAY + 2 * HOUR
    ticked(ledger, FRIDAY + 2 * HOUR)
    assert (ledger.one().with_, ledger.one().due) == ("eve", FRIDAY + 5 * HOUR)
    acked(ledger, "eve", FRIDAY + 3 * HOUR)
    assert ledger.one().due == MONDAY + 2 * HOUR


def test_a_holiday_is_no_working_time() -> None:
    ledger = begun(head=HEAD + "holidays: [2026-11-23, 2026-11-24]\n")
    ticked(ledger, FRIDAY + 4 * HOUR)
    assert ledger.one().due == MONDAY + 2 * DAY
    assert ticked(ledger, MONDAY + DAY) == "nothing is overdue"
    acked(ledger, "eve", MONDAY)
    assert ledger.one().due == datetime.fromisoformat("2026-12-02T09:00:00-05:00")


# What ends it.


def test_a_value_that_arrives_late_ends_it() -> None:
    """Recorded at two minutes to nine elsewhere, here after the tick of nine: it is not late any more."""
    ledger = begun(STALE)
    recorded(ledger, "7", FRIDAY - HOUR, "2026-W46")
    assert ticked(ledger, FRIDAY + HOUR, []) == f"{CALLS} resolved: a value is recorded again"


def test_what_is_not_late_any_more_is_over_without_a_value() -> None:
    ledger = begun(STALE)
    recorded(ledger, None, FRIDAY - HOUR, "2026-W46")
    assert ticked(ledger, FRIDAY + HOUR) == "nothing is overdue"
    assert ticked(ledger, FRIDAY + HOUR, []) == f"{CALLS} resolved: no value is late"


def test_a_value_for_an_older_period_ends_nothing() -> None:
    for found in (BROKEN, STALE):
        ledger = begun(found)
        recorded(ledger, None, FRIDAY, "2026-W47")
        recorded(ledger, "7", FRIDAY + HOUR, "2026-W40")
        change = ledger.do(lambda org: record_trouble(org, FRIDAY + HOUR, [], {("bot", "calls")}, "tally"))
        assert change.what == "nothing new"
        assert ticked(ledger, FRIDAY + HOUR, [STALE]) == "nothing is overdue"


def test_a_value_off_its_target_is_a_value() -> None:
    ledger = begun()
    recorded(ledger, "1", FRIDAY + HOUR)
    assert ticked(ledger, FRIDAY + HOUR, []) == f"{CALLS} resolved: a value is recorded again"


def test_a_metric_that_is_gone_has_no_trouble() -> None:
    ledger = begun()
    ledger.set("bot", "  calls:", "  talks:")
    assert ticked(ledger, FRIDAY + HOUR, []) == f"{CALLS} resolved: bot no longer has the metric calls"


# Silence.


def test_a_person_does_not_silence_itself_but_who_is_at_the_top() -> None:
    person = seat("eve", "human", "ada") + 'metrics: {calls: {name: C, outcome: O, target: ">= 5", cadence: weekly}}\n'
    ledger = Ledger(eve=person, ada=person.replace("eve", "ada").replace("reports_to: ada\n", ""))
    until = date(2026, 12, 1)
    words = refused(ledger, lambda org: silence_metric(org, FRIDAY, NewSilence("eve", "calls", until, "x"), "eve"))
    assert words.endswith("Allowed: ada.")
    ledger.do(lambda org: silence_metric(org, FRIDAY, NewSilence("ada", "calls", until, "x"), "ada"))
