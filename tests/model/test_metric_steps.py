"""No sequence of steps with metrics loses a value, or changes the verdict of an old cell without saying so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

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
from orgtp.files.apply import apply_change
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.model.change import Change
from orgtp.model.errors import OrgtpError
from orgtp.model.metric_row import list_rows_since
from orgtp.model.org import Org
from orgtp.model.period import Grain, Period, period_containing
from orgtp.model.problem import select_errors
from orgtp.model.verdict_changes import compare_verdicts
from orgtp.rules.registry import RULES
from orgtp.rules.rule import RuleContext
from orgtp.views.scorecard import scorecard

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
CHECKED = [rule for rule in RULES if rule.topic in {"continuations", "scores", "recording"}]
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


def list_known_cells(org: Org, now: datetime) -> Mapping[tuple[str, str, str], str]:
    """The cells of all rows that are on or off target, by the metric that they are of and the period."""
    found: dict[tuple[str, str, str], str] = {}
    for row in scorecard(org, now, WEEKS).rows:
        for cell in row.cells:
            if cell.state.is_known and cell.period != period_containing(now, Grain.WEEK, org.zone).text:
                seat, _, metric = (cell.from_ or f"{row.seat}/{row.metric}").partition("/")
                assert (seat, metric, cell.period) not in found, "one cell is in two rows"
                found[seat, metric, cell.period] = cell.state
    return found


def pick(org: Org, number: int) -> tuple[str, str]:
    every = [(seat.id, metric) for seat in org.seats.values() for metric in seat.metrics]
    return every[number % len(every)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["value", "value", "value", "wait", "add", "target", "end", "rename", "move", "recadence"]),
        st.integers(0, 20),
        st.integers(0, 5),
    ),
    min_size=4,
    max_size=12,
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
    }
    if what == "wait":
        books.now += timedelta(days=1 + amount * 3)
    else:
        books.run(actions[what])


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_no_value_is_lost_and_no_old_verdict_changes_unsaid(steps: list[tuple[str, int, int]]) -> None:
    books = Books()
    for what, number, amount in steps:
        before, now = books.org, books.now
        values, cells = list_values(before), list_known_cells(before, now)
        books.reported = set()
        take(books, what, number, amount)
        after = books.org
        assert [one for one in values if one not in list_values(after)] == [], "a value is lost"
        if what == "value":
            continue
        shown = list_known_cells(after, now)
        changed = {key[:2] for key, state in cells.items() if shown.get(key) != state}
        assert changed <= books.reported, (what, changed, books.reported)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_every_metric_that_is_not_done_has_exactly_one_row(steps: list[tuple[str, int, int]]) -> None:
    books = Books()
    for step in steps:
        take(books, *step)
    org, week = books.org, period_containing(books.now, Grain.WEEK, books.org.zone)
    rows = [row for seat in org.seats.values() for row in list_rows_since(org, seat, books.now, first_of(week))]
    keys = [row.key for row in rows]
    assert len(keys) == len(set(keys))
    owed = {(seat.id, one.id) for seat in org.seats.values() for one in seat.metrics.values() if one.ends is None}
    assert owed <= {*keys, *((row.past.key) for row in rows if row.past)}


def first_of(week: Period) -> Period:
    for _ in range(WEEKS):
        week = week.previous()
    return week
