"""The part of an org that a briefing is about, and its metrics, each judged once for all sections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property

from orgtp.model.cell import Cell
from orgtp.model.due import is_workday
from orgtp.model.metric_row import MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import Grain, period_containing
from orgtp.model.seat import Seat
from orgtp.views.chart_order import list_places
from orgtp.views.selection import RowFacts, Selection, StateWord, select_places, select_rows
from orgtp.views.stale import Stale, StaleList, list_stale, stale_row
from orgtp.views.variation.judge import Judgement, Variation, judge_metric

_DAY = timedelta(days=1)


class BriefingScope:
    """What a briefing is about: the seats of a selection and, with `for_`, of those the ones that this seat leads.

    Raises `UnknownSeat` for a seat that the org does not have.
    """

    def __init__(self, org: Org, now: datetime, selection: Selection, for_: str = "") -> None:
        self.org, self.now, self.selection, self.for_ = org, now, selection, for_
        if for_:
            org.seat(for_)

    def narrow(self, for_: str) -> BriefingScope:
        """The part of it that one recipient leads. What is judged already is not judged again."""
        part = BriefingScope(self.org, self.now, self.selection, for_)
        part.seats = {seat: one for seat, one in self.seats.items() if seat in list_led_seats(self.org, for_)}
        part.rows = [row for row in self.rows if row.seat.id in part.seats]
        part.labels, part.stale_list = self.labels, self.stale_list
        part._latest, part._judged = self._latest, self._judged
        return part

    @cached_property
    def today(self) -> date:
        """The day in the org's time zone."""
        return self.org.day_of(self.now)

    @cached_property
    def before(self) -> datetime:
        """The same time of day on the working day before: what was known then is not news."""
        day = self.today - _DAY
        while not is_workday(self.org.holidays, day):
            day -= _DAY
        clock = self.now.astimezone(self.org.zone).time()
        return datetime.combine(day, clock, self.org.zone)

    @cached_property
    def seats(self) -> Mapping[str, Seat]:
        """The seats that it is about, in the order of the chart."""
        chosen = {place.seat.id: place.seat for place in select_places(self.org, self.selection)}
        if not self.for_:
            return chosen
        led = list_led_seats(self.org, self.for_)
        return {seat: one for seat, one in chosen.items() if seat in led}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What each seat of the org is called, with its role if another one has the same name."""
        return self.org.label_seats([one.id for one in self.org.seats.values() if not one.is_retired], self.now)

    def name_of(self, seat: str) -> str:
        """What a seat is called; its id if the org does not have it."""
        return self.labels.get(seat) or self.org.name_at(seat, self.now)

    @cached_property
    def rows(self) -> list[MetricRow]:
        """The current metrics of the seats, in the order of the selection."""
        every = [row for seat in self.seats.values() for row in list_current_rows(self.org, seat, self.now)]
        if not (self.selection.states or self.selection.sort):
            return every
        return select_rows(every, self.selection, self._describe_for_selection)

    def _describe_for_selection(self, row: MetricRow) -> RowFacts:
        late = stale_row(row)
        owner = self.org.owner_name(row.seat, self.now) or row.seat.owner
        misses = row.count_misses_in_a_row()
        is_asked = StateWord.DRIFTING in self.selection.states
        is_drifting = is_asked and self.judge(row).variation is Variation.CONCERN
        return RowFacts(
            (row.seat.id, row.metric.id),
            row.metric.name,
            owner,
            [self.latest_cell(row).state],
            misses,
            late.since if late else None,
            frozenset({row.metric.id} if is_drifting else ()),
        )

    @cached_property
    def _latest(self) -> dict[int, Cell]:
        return {}

    def latest_cell(self, row: MetricRow) -> Cell:
        """The newest verdict of a metric, computed once."""
        if id(row) not in self._latest:
            self._latest[id(row)] = row.latest_cell()
        return self._latest[id(row)]

    @cached_property
    def _judged(self) -> dict[int, Judgement]:
        return {}

    def judge(self, row: MetricRow) -> Judgement:
        """What health says of a metric, computed once."""
        if id(row) not in self._judged:
            self._judged[id(row)] = judge_metric(row)
        return self._judged[id(row)]

    @cached_property
    def stale_list(self) -> StaleList:
        """The values that are late, of the selection."""
        return list_stale(self.org, self.now, self.selection)

    @cached_property
    def stale(self) -> tuple[Stale, ...]:
        """The values that are late, of the seats that the briefing is about."""
        return tuple(one for one in self.stale_list.stale if one.seat in self.seats)

    @cached_property
    def day_end(self) -> datetime:
        """The end of the day in the org's time zone."""
        return period_containing(self.now, Grain.DAY, self.org.zone).ends(self.org.zone)


def list_led_seats(org: Org, seat: str) -> frozenset[str]:
    """A seat, the seats below it on the chart, those that it owns, and those below these."""
    roots = [seat, *(one.id for one in org.seats_owned_by(seat))]
    return frozenset(place.seat.id for root in roots for place in list_places(org, root, retired=True))
