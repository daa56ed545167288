"""Small orgs for tests of the model, built the way a reader of the files would build them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org, Policy
from orgtp.model.period import Cadence, Grain, Period, parse_period
from orgtp.model.score import Score
from orgtp.model.seat import Metric, Rollup, Seat, SeatKind, SeatStatus
from orgtp.model.target import Target, Targets, parse_target

NEW_YORK = ZoneInfo("America/New_York")
# A Friday noon in New York, in the week 2026-W47.
FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SINCE = date(2025, 1, 1)
# Among the values of a period: a record that withdraws those before it.
VOID = "void"


def period(text: str) -> Period:
    """The period that `text` names."""
    found = parse_period(text)
    assert found, text
    return found


def target(text: str) -> Target:
    """The target that `text` says."""
    found = parse_target(text)
    assert found, text
    return found


def targets(told: str | Mapping[str, str]) -> Targets:
    """One target for all time, or dated ones."""
    if isinstance(told, str):
        return Targets(((None, target(told)),))
    return Targets(tuple((period(begin), target(text)) for begin, text in told.items()))


def row(
    told: str | Mapping[str, str],
    values: Mapping[str, str | list[str | None] | None],
    *,
    cadence: Cadence = Cadence.WEEKLY,
    rollup: Rollup = Rollup.LAST,
    now: datetime = FRIDAY,
    since: date | None = SINCE,
    status: SeatStatus = SeatStatus.ACTIVE,
    due: str = "",
    source: str = "",
    holidays: tuple[date, ...] = (),
    grace: timedelta = timedelta(hours=1),
    zone: tzinfo = NEW_YORK,
    per: Grain | None = None,
    allow_misses: int = 0,
    policy_due: Mapping[Cadence, str] | None = None,
) -> MetricRow:
    """A row of one metric `on-time` of the seat `dash`, `values` by period (several: corrections, oldest first)."""
    terms = (targets(told), cadence, rollup, source, due)
    metric = Metric("on-time", "On time", "Clients stay", *terms, per=per, allow_misses=allow_misses)
    seat = Seat("dash", "Dash", "Analytics", SeatKind.AGENT, status, "bogdan", since=since, metrics={"on-time": metric})
    seats, scores = {"dash": seat}, {"dash": tuple(_scores(values))}
    org = Org(
        "o", "O", zone, frozenset(holidays), policy=Policy(grace, due=policy_due or {}), seats=seats, scores=scores
    )
    return MetricRow(org, seat, metric, now)


def _scores(values: Mapping[str, str | list[str | None] | None]) -> list[Score]:
    several = {text: given if isinstance(given, list) else [given] for text, given in values.items()}
    told = [(text, value) for text, given in several.items() for value in given]
    return [_score(number, text, value) for number, (text, value) in enumerate(told)]


def _score(number: int, text: str, value: str | None) -> Score:
    # A record that is older than its period does not count.
    at = datetime(2027, 12, 1, tzinfo=UTC) + timedelta(minutes=number)
    note = "source broken" if value is None else ""
    void = value == VOID
    return Score(f"id-{number}", at, "dash", "on-time", text, None if void else value, "tally", note, void)
