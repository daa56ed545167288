"""What is done about trouble, as pure functions: who gets it, when it goes up, what ends it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

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
from orgtp.actions.retire import RetirementRequest, retire_seat
from orgtp.actions.silence import NewSilence, silence_metric
from orgtp.model.change import AppendScores
from orgtp.model.errors import BadInput, OrgtpError, Refused
from orgtp.model.escalation import EscalationKind, EscalationSeverity, EscalationStatus, EventType
from orgtp.model.escalation_policy import find_next_person_up, is_overdue
from orgtp.model.score import Score
from orgtp.views.escalations import escalations
from tests.escalations.desks import FRIDAY, HEAD, Ledger, seat

BROKEN = FoundTrouble(EscalationKind.SOURCE, "bot", "calls", "the API answered 503")
STALE = FoundTrouble(EscalationKind.STALE, "bot", "calls", "nothing for 2026-W46")
CALLS = "2026-11-20-bot-calls"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def found(
    ledger: Ledger, *troubles: FoundTrouble, now: datetime = FRIDAY, good: tuple[tuple[str, str], ...] = ()
) -> str:
    return ledger.do(lambda org: record_trouble(org, now, troubles, good, "tally")).what


def ticked(ledger: Ledger, now: datetime) -> str:
    return ledger.do(lambda org: run_escalation_tick(org, now, by="tally")).what


def events(ledger: Ledger, id_: str = "") -> list[str]:
    return [event.what.value for event in ledger.one(id_).events]


def test_a_broken_source_opens_one_with_the_owner() -> None:
    ledger = Ledger()
    assert found(ledger, BROKEN) == f"open {CALLS}, with max"
    one = ledger.one()
    assert (one.id, one.seat, one.metric, one.kind) == (CALLS, "bot", "calls", EscalationKind.SOURCE)
    assert (one.with_, one.by, one.why, one.state) == ("max", "tally", "the API answered 503", EscalationStatus.OPEN)
    assert one.due == FRIDAY + 4 * HOUR
    assert ledger.changes[0].trailers == [
        ("Orgtp-Action", "escalate"), ("Orgtp-Seat", "bot"), ("Orgtp-By", "tally")
    ]  # fmt: skip


def test_the_same_trouble_adds_to_the_open_one_and_once_a_week() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    assert found(ledger, BROKEN, now=FRIDAY + HOUR) == "nothing new"
    other = FoundTrouble(EscalationKind.SOURCE, "bot", "calls", "it hangs")
    found(ledger, other, now=FRIDAY + HOUR)
    assert found(ledger, BROKEN, other, now=FRIDAY + 2 * HOUR) == "nothing new"
    assert found(ledger, BROKEN, other, now=FRIDAY + 6 * DAY) == "nothing new"
    found(ledger, BROKEN, now=FRIDAY + 7 * DAY)
    assert list(ledger.org.escalations) == [CALLS]
    assert events(ledger) == ["opened", "again", "again"]
    assert [event.note for event in ledger.one().events] == ["", "it hangs", "the API answered 503"]


def test_a_metric_has_one_trouble_whatever_found_it_and_a_day_has_room_for_more() -> None:
    ledger = Ledger()
    found(ledger, BROKEN, STALE)
    assert (list(ledger.org.escalations), events(ledger)) == ([CALLS], ["opened"])
    found(ledger, good=(("bot", "calls"),), now=FRIDAY + HOUR)
    assert ledger.one().state is EscalationStatus.RESOLVED
    found(ledger, STALE, now=FRIDAY + 2 * HOUR)
    found(ledger, BROKEN, now=FRIDAY + 3 * HOUR)
    again = ledger.one(f"{CALLS}-2")
    assert (again.kind, again.state, again.events[-1].note) == (EscalationKind.STALE, EscalationStatus.OPEN, BROKEN.why)


def test_what_is_bad_is_not_good() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    assert found(ledger, BROKEN, good=(("bot", "calls"),), now=FRIDAY + HOUR) == "nothing new"
    assert ledger.one().state is EscalationStatus.OPEN


def test_a_late_value_is_told_once_a_week_whatever_its_reason() -> None:
    """Each period has a reason of its own; a line an hour would say nothing, and fill the file."""
    ledger = Ledger()
    for hours in range(24 * 15):
        late = [FoundTrouble(EscalationKind.STALE, "bot", "calls", f"hour {hours}: no value came")]
        ledger.do(lambda org, now=FRIDAY + hours * HOUR, late=late: run_escalation_tick(org, now, late, "tally"))  # type: ignore[misc]
    assert [what for what in events(ledger) if what not in {"up", "top"}] == ["opened", "again", "again"]


@pytest.mark.parametrize("status", ["paused", "vacant", "proposed", "retired"])
def test_nobody_is_chased_for_a_seat_that_is_not_active(status: str) -> None:
    ledger = Ledger(bot=seat("bot", "agent", "lead", "max", status))
    assert found(ledger, BROKEN) == "nothing new"


def test_what_the_org_does_not_have_is_passed_over() -> None:
    nowhere = [
        FoundTrouble(EscalationKind.SOURCE, "bot", "gone", "x"),
        FoundTrouble(EscalationKind.SOURCE, "gone", "calls", "x"),
    ]
    assert found(Ledger(), *nowhere) == "nothing new"


ROUTES = """routing:
  - {severity: high, to: ada}
  - seat: bot
    to: eve
    routes:
      - {metric: calls, kind: source}
      - {kind: stale, to: max}
      - {kind: issue, severity: low, to: ada}
  - {kind: issue}
  - {to: ada}
"""


@pytest.mark.parametrize(
    ("about", "kind", "severity", "with_"),
    [
        ("bot", EscalationKind.ISSUE, EscalationSeverity.HIGH, "ada"),  # the first that fits decides
        ("bot", EscalationKind.SOURCE, EscalationSeverity.NORMAL, "eve"),  # a child without a `to` has its parent's
        ("bot", EscalationKind.STALE, EscalationSeverity.NORMAL, "max"),
        ("bot", EscalationKind.ISSUE, EscalationSeverity.LOW, "ada"),
        (
            "bot",
            EscalationKind.ISSUE,
            EscalationSeverity.NORMAL,
            "eve",
        ),  # no child fits: the parent takes it, and looks no further
        ("lead", EscalationKind.ISSUE, EscalationSeverity.NORMAL, "eve"),  # no `to` on the way: the owner
        ("lead", EscalationKind.SOURCE, EscalationSeverity.NORMAL, "ada"),
    ],
)
def test_the_routing_tree(about: str, kind: EscalationKind, severity: EscalationSeverity, with_: str) -> None:
    ledger = Ledger(HEAD + ROUTES)
    metric = "" if kind is EscalationKind.ISSUE else "calls"
    ledger.do(
        lambda org: open_escalation(org, FRIDAY, NewEscalation(about, "x", metric=metric, kind=kind, severity=severity))
    )
    assert ledger.one().with_ == with_


def test_it_goes_up_a_step_at_a_time_past_agents_and_stays_at_the_top() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    assert ticked(ledger, FRIDAY + 3 * HOUR) == "nothing is overdue"
    assert ticked(ledger, FRIDAY + 4 * HOUR).startswith(f"{CALLS} up to eve: max did not acknowledge it in time")
    assert ticked(ledger, FRIDAY + 4 * HOUR) == "nothing is overdue"
    monday = FRIDAY + 3 * DAY
    assert ledger.one().due == monday
    ticked(ledger, monday)
    assert ledger.one().with_ == "ada"
    said = ticked(ledger, monday + 5 * HOUR)
    assert (
        said
        == f"{CALLS} stays at the top with ada: ada did not acknowledge it in time; nobody is above ada, so it stays"
    )
    for days in range(1, 4):
        assert ticked(ledger, monday + days * DAY) == "1 escalation overdue, and nobody is above"
    (view,) = escalations(ledger.org, monday + 9 * DAY)
    assert (view.with_, view.overdue, view.next) == ("ada", True, None)


def test_nothing_goes_up_at_night_or_at_the_weekend() -> None:
    ledger = Ledger()
    found(ledger, BROKEN, now=FRIDAY - DAY)
    late = FRIDAY + 7 * HOUR
    for hours in range(60):
        assert ticked(ledger, late + hours * HOUR).endswith(
            "overdue; working hours begin again on Mon 2026-11-23 at 09:00"
        )
    assert is_overdue(ledger.org, late, ledger.one())
    assert ticked(ledger, FRIDAY + 3 * DAY).startswith("2026-11-19-bot-calls up to eve")


def test_who_takes_it_on_has_longer_and_then_it_goes_up_all_the_same() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    ledger.do(lambda org: acknowledge_escalation(org, FRIDAY + HOUR, CALLS, "Called them.", "max"))
    assert (ledger.one().state, ledger.one().with_) == (EscalationStatus.ACKNOWLEDGED, "max")
    assert ledger.do(lambda org: acknowledge_escalation(org, FRIDAY + HOUR, CALLS, "", "max")).edits == ()
    assert ticked(ledger, FRIDAY + 6 * DAY) == "nothing is overdue"
    assert ticked(ledger, FRIDAY + 7 * DAY + HOUR) == f"{CALLS} up to eve: max did not resolve it in time"
    assert ledger.one().state is EscalationStatus.OPEN


def test_who_is_above_takes_it_by_acknowledging() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    ledger.do(lambda org: acknowledge_escalation(org, FRIDAY, CALLS, "", "ada"))
    assert ledger.one().with_ == "ada"


def test_a_value_ends_it_by_itself() -> None:
    ledger = Ledger()
    found(ledger, BROKEN, STALE)
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", "It is rude", metric="calls")))

    def recorded(value: str | None, at: datetime, note: str = "") -> None:
        score = Score(f"id-{at:%d-%H}", at, "bot", "calls", "2026-W47", value, "tally", note)
        path = score.path
        before = ledger.files.get(path, b"")
        ledger.files[path] = before + AppendScores(path, (score,)).scores[0].line.encode() + b"\n"

    recorded(None, FRIDAY + HOUR, "source broken")
    assert ticked(ledger, FRIDAY + HOUR) == "nothing is overdue"
    recorded("7", FRIDAY + 2 * HOUR)
    assert ticked(ledger, FRIDAY + 2 * HOUR) == f"{CALLS} resolved: a value is recorded again"
    left = [one for one in ledger.org.escalations.values() if not one.is_resolved]
    assert [one.what for one in left] == ["It is rude"]


@pytest.mark.parametrize("status", ["paused", "vacant"])
def test_what_is_with_somebody_who_is_not_here_goes_on(status: str) -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    ledger.set("max", "status: active", f"status: {status}")
    assert ticked(ledger, FRIDAY + HOUR) == f"{CALLS} to eve: max is {status}"
    assert ticked(ledger, FRIDAY + HOUR) == "nothing is overdue"


def test_what_is_about_a_paused_seat_goes_to_its_owner_once() -> None:
    ledger = Ledger()
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", "x", to="lead")))
    ledger.set("bot", "status: active", "status: paused")
    assert ticked(ledger, FRIDAY + HOUR).endswith("to max: bot is paused")
    assert ticked(ledger, FRIDAY + 3 * DAY + HOUR).split(": ")[0].endswith("up to eve")
    assert ticked(ledger, FRIDAY + 3 * DAY + HOUR) == "nothing is overdue"


def test_retiring_a_seat_leaves_its_open_ones_to_its_owner() -> None:
    ledger = Ledger()
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("tally", "x", to="bot")))
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", "y", to="lead")))
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", "above", to="ada")))
    ledger.do(lambda org: open_escalation(org, FRIDAY, NewEscalation("eve", "z")))
    request = RetirementRequest("bot", reason="Others do it.", decided_by="max", by="max")
    change = ledger.do(lambda org: retire_seat(org, request, FRIDAY + HOUR))
    held = {one.what: one.with_ for one in ledger.org.escalations.values()}
    assert held == {"x": "max", "y": "max", "above": "ada", "z": "eve"}
    assert change.seats == ("bot", "tally")


def test_nobody_is_told_while_it_is_silenced_and_it_ends_by_itself() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    new = NewSilence("bot", "calls", date(2026, 12, 1), "The API moves.")
    ledger.do(lambda org: silence_metric(org, FRIDAY, new, "max"))
    assert found(ledger, BROKEN, STALE, now=FRIDAY + DAY) == "nothing new"
    end = datetime.fromisoformat("2026-12-01T15:00:00-05:00")
    assert ticked(ledger, end) == "nothing is overdue"
    assert ticked(ledger, end + DAY).startswith(f"{CALLS} up to eve")
    again = NewSilence("bot", "calls", date(2026, 12, 9), "Still moving.")
    ledger.do(lambda org: silence_metric(org, end + DAY, again, "eve"))
    assert ledger.files["escalations/silenced/bot.yaml"].count(b"calls") == 1
    assert ledger.org.silences["bot"].metrics["calls"].until == date(2026, 12, 9)


REFUSED = [
    (lambda org: silence_metric(org, FRIDAY, NewSilence("bot", "calls", date(2026, 12, 1), "x"), "bot"), Refused),
    (lambda org: silence_metric(org, FRIDAY, NewSilence("bot", "calls", date(2026, 12, 1), "x"), "tally"), Refused),
    (lambda org: silence_metric(org, FRIDAY, NewSilence("bot", "calls", date(2026, 11, 19), "x"), "max"), BadInput),
    (lambda org: silence_metric(org, FRIDAY, NewSilence("bot", "calls", date(2028, 1, 1), "x"), "max"), BadInput),
    (lambda org: silence_metric(org, FRIDAY, NewSilence("bot", "calls", date(2026, 12, 1), " "), "max"), BadInput),
    (lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", " \n")), BadInput),
    (lambda org: open_escalation(org, FRIDAY, NewEscalation("max", "x", to="bott")), OrgtpError),
    (lambda org: open_escalation(org, FRIDAY, NewEscalation("bot", "x", metric="call")), OrgtpError),
    (lambda org: resolve_escalation(org, FRIDAY, CALLS, "", "max"), BadInput),
    (lambda org: resolve_escalation(org, FRIDAY, CALLS, "x", "other"), Refused),
    (lambda org: acknowledge_escalation(org, FRIDAY, CALLS, "x", "other"), Refused),
]


@pytest.mark.parametrize(("action", "error"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(action: object, error: type[OrgtpError]) -> None:
    ledger = Ledger(other=seat("other", "agent", "ada", "ada"))
    found(ledger, BROKEN)
    with pytest.raises(error):
        ledger.do(action)  # type: ignore[arg-type]


def test_what_is_resolved_stays_so() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    ledger.do(lambda org: resolve_escalation(org, FRIDAY, CALLS, "It is back.", "max"))
    for action in (acknowledge_escalation, resolve_escalation):
        with pytest.raises(Refused, match="already resolved"):
            action(ledger.org, FRIDAY, CALLS, "x", "max")
    assert ticked(ledger, FRIDAY + 9 * DAY) == "nothing is overdue"


def test_names_and_words_of_any_sort() -> None:
    ledger = Ledger()
    words = ['Ad "account": locked\nOrgtp-By: ada', "非常口", "- a, {b}: #c", "x" * 300, "a\x1b[31mb"]
    for what in words:
        ledger.do(partial(open_escalation, now=FRIDAY, new=NewEscalation("bot", what, why=what), by="bot"))
    assert len(ledger.org.escalations) == len(words)
    assert "\n".join(change.message for change in ledger.changes).count("Orgtp-By: ada\n") == 0
    assert [event.what for one in ledger.org.escalations.values() for event in one.events] == [EventType.OPENED] * 5


def test_events_that_somebody_wrote_by_hand_stay_as_they_are() -> None:
    ledger = Ledger()
    found(ledger, BROKEN)
    path = f"escalations/{CALLS}.yaml"
    text = ledger.files[path].decode().replace("  - {at", "- # first\n  {at") + "x-ticket: 4711   # ours\n"
    ledger.files[path] = text.encode()
    ticked(ledger, FRIDAY + 5 * HOUR)
    assert ledger.files[path].decode().startswith(text.partition("with:")[0])
    assert "- # first\n  {at" in ledger.files[path].decode()
    assert ledger.files[path].decode().endswith("x-ticket: 4711   # ours\n")
    assert events(ledger) == ["opened", "up"]


def test_a_step_up_of_an_agent_is_its_owner() -> None:
    org = Ledger().org
    assert {id_: find_next_person_up(org, id_) for id_ in org.seats} == {
        "ada": "", "eve": "ada", "lead": "eve", "max": "eve", "bot": "max", "tally": "ada",
    }  # fmt: skip
