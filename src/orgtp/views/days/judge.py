"""Judge an org day by day. What cannot differ from the day before is not judged again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from orgtp.model.cell import CellState
from orgtp.model.due import find_due, newest_stale_period
from orgtp.model.metric_row import A_SECOND, MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import Cadence, Grain, Period, period_containing
from orgtp.model.score import Score
from orgtp.model.seat import Metric, MetricKey, Seat
from orgtp.model.text import make_name_key
from orgtp.views.chart import metric_now
from orgtp.views.chart_order import SeatPlace, list_places
from orgtp.views.days.types import DayCounts, DayOfOrg, MetricOnDay, OrgOnDay, SeatOnDay
from orgtp.views.seats.people import name_holder
from orgtp.views.seats.summary import summarize_seat
from orgtp.views.variation.judge import is_drifting
from orgtp.views.variation.xmr import BASELINE


class _MetricClock(NamedTuple):
    """All that the verdicts on a metric depend on besides its values: which periods have begun, ended and come due.

    `ended` and `cell` are None for a metric that does not depend on what has ended before something is due.
    """

    current: Period
    ended: Period | None
    cell: Period | None
    due: Period | None
    stale: Period | None


class _SeatState(NamedTuple):
    """All that a seat on a day is made from. If it is the same as on the day before, so is the seat."""

    seat: Seat
    above: str
    owner: str | None
    day: date | None
    versions: tuple[str | None, ...]
    clocks: tuple[_MetricClock, ...]


class _DriftState(NamedTuple):
    """All that the drift of a metric depends on."""

    seat: Seat
    records: list[Score]
    clock: _MetricClock | None
    rules: object


class DayJudge:
    """Judges one day after another."""

    def __init__(self) -> None:
        self._states: dict[str, _SeatState] = {}
        self._seats: dict[str, SeatOnDay] = {}
        self._drift: dict[MetricKey, tuple[_DriftState, bool]] = {}
        self._rules: object = None
        self._places: tuple[Org, list[SeatPlace]] | None = None

    def judge(self, one: OrgOnDay) -> DayOfOrg:
        """What differs from the day that was judged before."""
        rules = (one.org.policy, one.org.zone, one.org.holidays)
        if rules != self._rules:
            # A due time, a day off or a time zone changes verdicts of every seat.
            self._rules, self._states = rules, {}
        reader = _DayReader(one)
        changed: list[SeatOnDay] = []
        shown: set[str] = set()
        for place in self._list_places(one.org):
            id_ = place.seat.id
            shown.add(id_)
            state = reader.read_state(place)
            if state != self._states.get(id_):
                seat = self._build_seat(reader, place)
                self._states[id_] = state
                if seat != self._seats.get(id_):
                    changed.append(seat)
                    self._seats[id_] = seat
        gone = tuple(sorted(self._seats.keys() - shown))
        for id_ in gone:
            del self._seats[id_]
            self._states.pop(id_, None)
        return DayOfOrg(one.day, one.commit, one.now, count_day(self._seats.values()), tuple(changed), gone)

    def _list_places(self, org: Org) -> list[SeatPlace]:
        """The chart of the org. It is the same as long as the seats are."""
        known = self._places
        if known is None or known[0].seats is not org.seats:
            self._places = known = (org, list_places(org))
        return known[1]

    def _build_seat(self, reader: _DayReader, place: SeatPlace) -> SeatOnDay:
        seat, org, now = place.seat, reader.org, reader.now
        day = org.day_of(now)
        rows = list_current_rows(org, seat, now)
        return SeatOnDay(
            *summarize_seat(seat, day),
            owner=seat.owner or None,
            human_owner=org.owner_name(seat, now),
            reports_to=seat.reports_to or None,
            above=place.above,
            also_reports_to=seat.also_reports_to,
            holder=name_holder(seat, day),
            capabilities=tuple(seat.capabilities),
            rank=(make_name_key(seat.name), seat.id),
            metrics=tuple(self._judge_metric(reader, row) for row in rows),
        )

    def _judge_metric(self, reader: _DayReader, row: MetricRow) -> MetricOnDay:
        found = metric_now(row)
        return MetricOnDay(
            found.metric,
            found.name,
            found.target,
            found.unit,
            found.measure,
            found.latest,
            found.state,
            found.stale_since is not None,
            self._is_drifting(reader, row),
        )

    def _is_drifting(self, reader: _DayReader, row: MetricRow) -> bool:
        """Whether the metric drifts. The limits are computed again only if a verdict may be new."""
        clock = reader.read_clock(row.seat, row.metric)
        series = row.org.score_series(row.seat.id, row.metric.id)
        if len(series.in_force) < BASELINE:
            # Too few values to tell, however they combine.
            return False
        # The values of a plain metric say all, once their periods have begun. Periods of one size sort as texts do.
        has_begun = clock.ended is None and max(series.in_force) <= clock.current.text
        state = _DriftState(row.seat, series.records, None if has_begun else clock, self._rules)
        known = self._drift.get(row.key)
        if known is None or known[0] != state or row.metric.continues:
            self._drift[row.key] = known = (state, is_drifting(row))
        return known[1]


class _DayReader:
    """Reads what the seats of one day depend on."""

    def __init__(self, one: OrgOnDay) -> None:
        self.org, self.now, self.versions = one.org, one.now, one.versions
        self._prompt = replace(one.org, policy=replace(one.org.policy, grace=timedelta()))
        self._clocks: dict[tuple[Cadence, Grain, str, bool], _MetricClock] = {}
        self._owners: dict[str, str | None] = {}

    def read_state(self, place: SeatPlace) -> _SeatState:
        """What the seat of a place depends on."""
        seat = place.seat
        clocks = tuple(self.read_clock(seat, metric) for metric in seat.metrics.values())
        sources = self._list_sources(seat)
        # What a pause, a holder or a changeover changes begins on a day.
        day = self.org.day_of(self.now) if seat.pauses or seat.holders or len(sources) > 1 else None
        versions = tuple(self.versions.get(source) for source in sources)
        return _SeatState(seat, place.above, self._read_owner(seat), day, versions, clocks)

    def _read_owner(self, seat: Seat) -> str | None:
        if seat.owner not in self._owners:
            self._owners[seat.owner] = self.org.owner_name(seat, self.now)
        return self._owners[seat.owner]

    def _list_sources(self, seat: Seat) -> list[str]:
        """The seats whose values the rows of this one have: its own, and those that its metrics continue."""
        found = [seat.id]
        for metric in seat.metrics.values():
            key: MetricKey | None = metric.predecessor and MetricKey(seat.id, metric.id)
            while key and (key := self.org.predecessors.get(key)):
                # The same seat counts again: a row that continues another one is judged day by day.
                found.append(key.seat)
        return found

    def read_clock(self, seat: Seat, metric: Metric) -> _MetricClock:
        """Which periods of a metric have begun, ended and come due by now."""
        is_plain = _is_plain(seat, metric)
        key = metric.cadence, metric.cell_grain, find_due(self.org, metric), is_plain
        if key not in self._clocks:
            grain, zone, after = metric.cadence.grain, self.org.zone, self.now + A_SECOND
            # Whether a metric ends says nothing about the clock.
            endless = replace(metric, ends=None) if metric.ends else metric
            self._clocks[key] = _MetricClock(
                period_containing(self.now, grain, zone),
                None if is_plain else period_containing(after, grain, zone),
                None if is_plain else period_containing(after, metric.cell_grain, zone),
                newest_stale_period(self._prompt, endless, self.now),
                newest_stale_period(self.org, endless, self.now),
            )
        return self._clocks[key]


def _is_plain(seat: Seat, metric: Metric) -> bool:
    """Whether the verdicts on a metric change only when a value comes or is due, and not by the end of a period alone.

    Its cells are single values, with one target and one phase, and it is known when it began. It has no end.
    """
    targets = metric.targets
    has_beginning = seat.since is not None or (bool(targets.dated) and targets.first_period is not None)
    is_changed = metric.ends or metric.continues or metric.rebase or len(targets.dated) > 1
    return has_beginning and not is_changed and not metric.is_rolled_up


def count_day(seats: Iterable[SeatOnDay]) -> DayCounts:
    """Count the seats and their metrics."""
    number, states, late, drifting = 0, Counter[CellState](), 0, 0
    for seat in seats:
        number += 1
        for metric in seat.metrics:
            states[metric.state] += 1
            late += metric.is_late
            drifting += metric.is_drifting
    return DayCounts(
        seats=number,
        on=states[CellState.ON],
        off=states[CellState.OFF],
        unavailable=states[CellState.UNAVAILABLE],
        missing=states[CellState.MISSING],
        pending=states[CellState.PENDING],
        late=late,
        drifting=drifting,
    )
