"""One seat, and the list of all seats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from orgtp.model.due import is_over
from orgtp.model.org import Org, Retirement
from orgtp.model.seat import DefinitionPlace, Delegate, Seat
from orgtp.views.chart import Chart, ChartOptions, ChartSeat, chart, list_chart_seats
from orgtp.views.escalations import EscalationView, SilenceView, escalations, silences
from orgtp.views.seats.imported import ImportedFrom, describe_import
from orgtp.views.seats.people import HeldBy, list_holders
from orgtp.views.selection import EVERYTHING, Selection, SortOrder


@dataclass(frozen=True, slots=True)
class EndedMetric:
    """A metric that ended after the period `ends`, and the one that continues it, as `SEAT/METRIC`, if there is one."""

    metric: str
    name: str
    ends: str
    continued_by: str | None


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat, its neighbours on the chart, its retirement, and the escalations about it or assigned to it.

    `email` is an address, or several as in the file. `holders` are those who hold the seat one after another, and
    `inputs` what it works with. `own` has the user's own `x-` keys of the seat and its metrics. `ended` are its metrics
    that are over. `aliases` are its ids in other systems, and `runs_from` the files that define it. `imported` says
    which import wrote it, if one did.
    """

    place: ChartSeat
    mission: str | None
    since: date | None
    email: str | tuple[str, ...] | None
    retire_when: str | None
    review_by: date | None
    delegate: Delegate | None
    reports: tuple[str, ...]
    owns: tuple[str, ...]
    own: Mapping[str, str]
    retirement: Retirement | None
    escalations: tuple[EscalationView, ...] = ()
    silences: tuple[SilenceView, ...] = ()
    holders: tuple[HeldBy, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    paused_since: date | None = None
    paused_until: date | None = None
    paused_because: str | None = None
    ended: tuple[EndedMetric, ...] = ()
    aliases: tuple[str, ...] = ()
    runs_from: tuple[DefinitionPlace, ...] = ()
    imported: ImportedFrom | None = None


def seat_view(org: Org, now: datetime, seat: str) -> SeatView:
    """One seat. Raises `UnknownSeat`."""
    found = org.seat(seat)
    place = chart(org, now, ChartOptions(Selection(root=seat), depth=0, retired=True)).seats[0]
    return SeatView(
        place=place,
        mission=found.mission or None,
        since=found.since,
        email=found.emails if len(found.emails) > 1 else found.email or None,
        retire_when=found.retire_when or None,
        review_by=found.review_by,
        delegate=found.delegate,
        reports=tuple(report.id for report in org.current_reports(seat)),
        owns=tuple(other.id for other in org.seats_owned_by(seat)),
        own=found.own,
        retirement=org.retirements.get(seat),
        escalations=tuple(escalations(org, now, seat)),
        silences=tuple(silences(org, now, seat)),
        holders=list_holders(found),
        inputs={name: one.text for name, one in found.inputs.items()},
        paused_since=found.pause.since if found.pause else None,
        paused_until=found.pause.until if found.pause else None,
        paused_because=found.pause.reason or None if found.pause else None,
        ended=tuple(_list_ended(org, found, now)),
        aliases=found.aliases,
        runs_from=found.runs_from,
        imported=describe_import(found),
    )


def _list_ended(org: Org, seat: Seat, now: datetime) -> Iterator[EndedMetric]:
    """The metrics that are over, by their end; of a retired seat none, because its record names all."""
    over = [one for one in seat.metrics.values() if one.ends and is_over(org, one, now) and not seat.is_retired]
    for metric in sorted(over, key=lambda one: (one.get_text("ends"), one.id)):
        heir = org.heir_of(seat.id, metric.id)
        yield EndedMetric(metric.id, metric.name, metric.get_text("ends"), heir.text if heir else None)


def seat_list(org: Org, now: datetime, selection: Selection = EVERYTHING, *, retired: bool = False) -> Chart:
    """The seats of a selection by id, or in its order, with or without the retired ones. Raises `UnknownSeat`."""
    return list_chart_seats(org, now, ChartOptions(selection, retired=retired), SortOrder.ID)
