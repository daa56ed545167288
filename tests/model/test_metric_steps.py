"""No sequence of steps with metrics and people loses a value, or changes an old verdict without saying so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.actions.holders import NewHolder, hand_over_seat, vacate_seat
from orgtp.actions.leave import LeaveRequest, leave_org
from orgtp.actions.metric_content import NewMetric
from orgtp.actions.metrics import (
    Continuation,
    MetricEnd,
    add_metric,
    continue_metric,
    end_metric,
    set_metric_target,
)
from orgtp.actions.record_scores import NewScore, add_scores
from orgtp.actions.retire import RetirementRequest, retire_seat
from orgtp.actions.seat_changes import pause_seat, resume_seat
from orgtp.files.apply import apply_change
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.model.cell import CellState
from orgtp.model.change import Change
from orgtp.model.errors import OrgtpError
from orgtp.model.metric_row import list_rows_since
from orgtp.model.org import Org
from orgtp.model.period import Grain, Period, parse_period, period_containing
from orgtp.model.problem import select_errors
from orgtp.model.verdict_changes import compare_verdicts
from orgtp.rules.registry import RULES
from orgtp.rules.rule import RuleContext
from orgtp.views.scorecard.build import scorecard

BEGIN = datetime(2026, 8, 31, 17, tzinfo=UTC)
SEATS = ("ann", "bot", "cat")
FILES = {
    "org.yaml": b"org: acme\nname: Acme\ntimezone: America/New_York\n",
    **{
        f"seats/{seat}.yaml": (
            f"seat: {seat}\nname: {seat.title()}\nrole: Role of {seat}\nkind: human\nstatus: active\n"
            f"{'' if seat == 'ann' else 'reports_to: ann' + chr(10)}since: 2026-08-03\nmetrics:\n"
            f"  won:\n    name: Deals won\n    outcome: Work for all\n    target: '>= 2'\n    cadence: weekly\n"
        ).encode()
        for seat in SEATS
    },
}
WEEKS = 12
CHECKED = [rule for rule in RULES if rule.topic in {"continuations", "scores", "recording", "retirements"}]
VERDICTS = {CellState.ON, CellState.OFF, CellState.UNAVAILABLE, CellState.MISSING}
Cells = dict[tuple[str, str], tuple[str | None, str]]


@dataclass
class Books:
    """An org whose files are in memory, and what happened to it."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    now: datetime = BEGIN
    made: int = 0
    reported: set[tuple[str, str]] = field(default_factory=set)

    @property
    def org(self) -> Org:
        return load_org(MemoryTree(self.files)).org

    def run(self, action: Callable[[Org], Change]) -> None:
        """Make a change as the ledger does: refused, it changes nothing."""
        org = self.org
        try:
            change = action(org)
        except OrgtpError:
            return
        files = {**self.files, **apply_change(self.files, change)}
        after = load_org(MemoryTree(files))
        found = [problem for rule in CHECKED for problem in rule.find_problems(RuleContext(after.org, self.now))]
        assert select_errors([*after.problems, *found]) == []
        self.reported |= {(one.seat, one.metric) for one in compare_verdicts(org, after.org, self.now)}
        self.files = files


def list_values(org: Org) -> list[tuple[str, str, str, str | None]]:
    """Every record of the org."""
    return sorted((one.seat, one.metric, one.id, one.value) for one in org.each_score())


def list_verdicts(org: Org, now: datetime) -> Mapping[tuple[str, str, str], str]:
    """The past cells of all rows with a verdict or without a value, by the metric that they are of and the period."""
    found: dict[tuple[str, str, str], str] = {}
    for row in scorecard(org, now, WEEKS).rows:
        for cell in row.cells:
            period = parse_period(cell.period)
            if cell.state in VERDICTS and period and period.ends(org.zone) <= now:
                seat, _, metric = (cell.from_ or f"{row.seat}/{row.metric}").partition("/")
                assert (seat, metric, cell.period) not in found, "one cell is in two rows"
                found[seat, metric, cell.period] = cell.state
    return found


def follow_rows(org: Org, cells: Mapping[tuple[str, str, str], str]) -> dict[tuple[str, str, str], str]:
    """The same cells by the rows in which an org shows them, without those of seats that it has retired."""
    rows = {key: org.row_of(*key[:2]) for key in cells}
    return {(*rows[key], key[2]): state for key, state in cells.items() if not org.seats[rows[key].seat].is_retired}


def list_gaps_without_taker(org: Org, now: datetime) -> list[str]:
    """The missing values of the scorecard that nobody could record any more. A retired seat keeps its own gaps."""
    found = []
    for row in scorecard(org, now, WEEKS).rows:
        for cell in row.cells:
            seat, _, metric = (cell.from_ or f"{row.seat}/{row.metric}").partition("/")
            period = parse_period(cell.period)
            is_one_value = period and org.metric(seat, metric).cadence.grain is period.grain
            if cell.state is CellState.MISSING and is_one_value and not org.seats[seat].is_retired:
                try:
                    add_scores(org, [NewScore(seat, metric, "2", "probe", cell.period)], now)
                except OrgtpError as error:
                    found.append(f"{seat}/{metric} {cell.period}: {error}")
    return found


def pick(org: Org, number: int) -> tuple[str, str]:
    every = [(seat.id, metric) for seat in org.seats.values() for metric in seat.metrics]
    return every[number % len(every)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("value", "value", "value", "gap", "wait", "add", "target", "end", "rename", "move", "recadence"),
                *("plan", "pause", "resume", "handover", "vacate", "leave", "retire"),
            ]
        ),
        st.integers(0, 20),
        st.integers(0, 5),
    ),
    min_size=4,
    max_size=14,
)


def take(books: Books, what: str, number: int, amount: int) -> None:
    org, now = books.org, books.now
    seat, metric = pick(org, number)
    books.made += 1
    new = f"m{books.made}"
    to = SEATS[amount % len(SEATS)]
    cadence = ("weekly", "monthly", "daily", "weekdays")[amount % 4]
    actions: dict[str, Callable[[Org], Change]] = {
        "value": lambda org: add_scores(
            org, [NewScore(seat, metric, str(amount), new, "LAST" if number % 3 == 0 else "")], now
        ),
        "add": lambda org: add_metric(
            org, seat, NewMetric(new, f"Deals {new}", "Work", ">= 2", cadence, "week" * (amount % 4 > 1))
        ),
        "target": lambda org: set_metric_target(org, seat, metric, f">= {amount}", now=now if number % 2 else None),
        "end": lambda org: end_metric(org, MetricEnd(seat, metric, "No longer"), now),
        "rename": lambda org: continue_metric(org, Continuation("metric-rename", seat, metric, seat, new), now),
        "move": lambda org: continue_metric(org, Continuation("metric-move", seat, metric, to, new), now),
        "recadence": lambda org: continue_metric(
            org, Continuation("metric-recadence", seat, metric, seat, new, "", cadence), now
        ),
        "gap": lambda org: add_scores(org, [NewScore(seat, metric, None, new, note="The source is down.")], now),
        "plan": lambda org: continue_metric(
            org, Continuation("metric-move", seat, metric, to, new, after=find_week(org, now, amount).text), now
        ),
        "pause": lambda org: pause_seat(org, seat, "The program moves.", now),
        "resume": lambda org: resume_seat(org, seat, now),
        "handover": lambda org: hand_over_seat(org, seat, NewHolder(f"Gwen {new}"), now),
        "vacate": lambda org: vacate_seat(org, seat, now, owners={"": "ann"}),
        "leave": lambda org: leave_org(org, LeaveRequest(seat, "", owners={"": "ann"}), now),
        "retire": lambda org: retire_seat(org, plan_retirement_of(org, seat, to), now),
    }
    if what == "wait":
        books.now += timedelta(days=1 + amount * 3)
    else:
        books.run(actions[what])


def find_week(org: Org, now: datetime, ahead: int) -> Period:
    week = period_containing(now, Grain.WEEK, org.zone)
    for _ in range(ahead):
        week = week.next()
    return week


def plan_retirement_of(org: Org, seat: str, to: str) -> RetirementRequest:
    """A retirement in which another seat takes over each metric that goes on."""
    moves = {
        one.id: to
        for one in org.seats[seat].metrics.values()
        if org.heir_of(seat, one.id) is None and one.id not in org.seats[to].metrics
    }
    return RetirementRequest(seat, (), moves if to != seat else {}, reason="Enough.", decided_by="ann", by="ann")


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_no_value_is_lost_and_no_old_verdict_changes_unsaid(steps: list[tuple[str, int, int]]) -> None:
    books = Books()
    for what, number, amount in steps:
        before, now = books.org, books.now
        values, cells = list_values(before), list_verdicts(before, now)
        books.reported = set()
        take(books, what, number, amount)
        after = books.org
        assert [one for one in values if one not in list_values(after)] == [], "a value is lost"
        assert list_gaps_without_taker(after, books.now) == []
        if what in {"value", "gap"}:
            continue
        shown = follow_rows(after, list_verdicts(after, now))
        changed = {key[:2] for key, state in follow_rows(after, cells).items() if shown.get(key) != state}
        assert changed <= {after.row_of(*key) for key in books.reported}, (what, changed, books.reported)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_every_metric_that_is_not_done_has_exactly_one_row(steps: list[tuple[str, int, int]]) -> None:
    books = Books()
    for step in steps:
        take(books, *step)
    org, week = books.org, period_containing(books.now, Grain.WEEK, books.org.zone)
    seats = [seat for seat in org.seats.values() if not seat.is_retired]
    rows = [row for seat in seats for row in list_rows_since(org, seat, books.now, first_of(week))]
    keys = [org.row_of(*row.key) for row in rows]
    assert len(keys) == len(set(keys))
    owed = [(seat.id, one.id) for seat in seats for one in seat.metrics.values() if one.ends is None]
    assert {org.row_of(*key) for key in owed} <= {*keys}


def first_of(week: Period) -> Period:
    for _ in range(WEEKS):
        week = week.previous()
    return week
