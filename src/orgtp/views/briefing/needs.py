"""What needs each recipient today: escalations, to-dos, values to record by hand, and reviews of seats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from orgtp.model.cell import CellState
from orgtp.model.due import due_at, previous_owed_period
from orgtp.model.escalation import EscalationStatus
from orgtp.model.escalation_policy import find_stand_in, is_overdue, silenced_until
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import Grain, period_containing
from orgtp.model.seat import Seat
from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.briefing.types import Need, NeedKind, RecipientNeeds


def list_needs(scope: BriefingScope) -> tuple[RecipientNeeds, ...]:
    """What needs each recipient today, in the order of the chart; with a recipient, what needs that one."""
    found: dict[str, list[Need]] = {}
    for to, need in _list_all(scope):
        if scope.for_ in {"", to} and (to in scope.seats or need.seat in scope.seats):
            found.setdefault(to, []).append(need)
    order = {seat: number for number, seat in enumerate(scope.labels)}
    charted = {seat: number for number, seat in enumerate(scope.seats)}
    named = sorted(found, key=lambda seat: (charted.get(seat, len(order)), order.get(seat, len(order)), seat))
    return tuple(
        RecipientNeeds(seat, scope.name_of(seat), tuple(sorted(found[seat], key=_get_order))) for seat in named
    )


def _get_order(need: Need) -> tuple[bool, int, str, str, str]:
    due = need.due.astimezone(UTC).isoformat() if isinstance(need.due, datetime) else f"{need.due or ''}"
    return not need.overdue, list(NeedKind).index(need.kind), due, need.id or need.seat, need.metric or ""


def _list_all(scope: BriefingScope) -> Iterator[tuple[str, Need]]:
    yield from _list_escalations(scope)
    yield from _list_todos(scope)
    yield from _list_values(scope)
    yield from _list_reviews(scope)


def _list_escalations(scope: BriefingScope) -> Iterator[tuple[str, Need]]:
    """The escalations that are new, due today or overdue, except for those about a metric whose alerts are silenced."""
    for _, one in sorted(scope.org.escalations.items()):
        if one.is_resolved or silenced_until(scope.org, scope.now, one.seat, one.metric):
            continue
        if one.state is EscalationStatus.ACKNOWLEDGED and one.due and one.due > scope.day_end:
            continue
        what = one.what
        if one.metric and (seat := scope.org.seats.get(one.seat)) and (metric := seat.metrics.get(one.metric)):
            what = what.replace(one.metric, metric.name, 1)
        yield (
            one.with_,
            Need(
                NeedKind.ESCALATION,
                one.seat,
                scope.name_of(one.seat),
                what,
                one.metric or None,
                one.id,
                one.due,
                is_overdue(scope.org, scope.now, one),
                f"orgtp escalate show {one.id}",
            ),
        )


def _list_todos(scope: BriefingScope) -> Iterator[tuple[str, Need]]:
    """The to-dos that are due today or overdue. What is for somebody who is away goes to their delegate."""
    for _, one in sorted(scope.org.todos.items()):
        if one.is_closed or (one.due and one.due > scope.today):
            continue
        yield (
            find_stand_in(scope.org, one.owner, scope.now),
            Need(
                NeedKind.TODO,
                one.owner,
                scope.name_of(one.owner),
                one.what,
                None,
                one.id,
                one.due,
                one.due is not None and one.due < scope.today,
                f"orgtp todo done {one.id}",
            ),
        )


def _list_values(scope: BriefingScope) -> Iterator[tuple[str, Need]]:
    """The values without a source that are due in the rest of the day. Hourly ones are due all the time."""
    for row in scope.rows:
        seat, metric = row.seat, row.metric
        if (
            seat.is_active
            and not metric.source
            and metric.cadence.grain is not Grain.HOUR
            and _is_due_today(scope, row)
        ):
            to = find_stand_in(scope.org, seat.owner if seat.is_group else seat.id, scope.now)
            type_ = f"orgtp score add {seat.id} {metric.id} VALUE"
            yield to, Need(NeedKind.VALUE, seat.id, scope.name_of(seat.id), metric.name, metric.id, type=type_)


def _is_due_today(scope: BriefingScope, row: MetricRow) -> bool:
    org, period = scope.org, period_containing(scope.now, row.metric.cadence.grain, scope.org.zone)
    now, end = scope.now.astimezone(UTC), scope.day_end.astimezone(UTC)
    for one in (period, previous_owed_period(org, row.metric, period)):
        if now < due_at(org, row.metric, one) <= end and row.cell_at(one).state is CellState.PENDING:
            return True
    return False


def _list_reviews(scope: BriefingScope) -> Iterator[tuple[str, Need]]:
    """The seats whose review is due today or overdue, for the owner."""
    for seat in scope.org.seats.values():
        if seat.is_reviewed and seat.review_by and seat.review_by <= scope.today:
            need = Need(
                NeedKind.REVIEW,
                seat.id,
                scope.name_of(seat.id),
                "review of the seat",
                due=seat.review_by,
                overdue=seat.review_by < scope.today,
                type=f"orgtp seat show {seat.id}",
            )
            yield find_stand_in(scope.org, _find_reviewer(seat), scope.now), need


def _find_reviewer(seat: Seat) -> str:
    return seat.owner or seat.id


def find_valid_until(scope: BriefingScope) -> datetime:
    """Until when a briefing is valid: a value or an escalation becomes due then, or the day ends."""
    now, found = scope.now.astimezone(UTC), [scope.day_end.astimezone(UTC)]
    found += [one.due for one in scope.org.escalations.values() if one.due and not one.is_resolved and one.due > now]
    for row in scope.rows:
        if row.seat.is_active:
            period = period_containing(scope.now, row.metric.cadence.grain, scope.org.zone)
            earlier = previous_owed_period(scope.org, row.metric, period)
            due = (due_at(scope.org, row.metric, one) for one in (earlier, period))
            found += [one for one in due if one > now]
    return min(found).astimezone(scope.org.zone)
