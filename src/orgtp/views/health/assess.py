"""Assess the health of metrics and seats: what changes, what cannot meet its target, and what is silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from orgtp.model.cell import CellState
from orgtp.model.errors import UnknownMetric
from orgtp.model.metric_row import MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.records.review import Review, ReviewDecision, ReviewRow
from orgtp.model.seat import MetricKey, Seat, SeatStatus
from orgtp.model.value import DIGITS, EXACT, Unit, ValueKind
from orgtp.views.chart import target_now
from orgtp.views.health.seats import judge_seat
from orgtp.views.health.types import (
    HealthOfSeat,
    HealthRow,
    HealthView,
    JudgedFlags,
    MetricFacts,
    PhaseProposal,
    SeatHealth,
)
from orgtp.views.health.unknown_run import find_unknown_run
from orgtp.views.rewind import keep_values_until
from orgtp.views.selection import EVERYTHING, RowFacts, Selection, count_omitted, select_places, select_rows
from orgtp.views.stale import stale_row
from orgtp.views.variation.judge import Assurance, Judgement, Method, Variation, judge_metric
from orgtp.views.variation.odds import count_cells_per_quarter, find_hits_odds, round_odds
from orgtp.views.variation.readings import find_phase, has_several_opportunities
from orgtp.views.variation.xmr import BASELINE, Side

FEWEST_JUDGED = 20
_A_QUARTER = timedelta(days=91)
_MOST_PLACES = 4
_PLACES = Decimal(1).scaleb(-_MOST_PLACES)
_A_MINUTE, _TWO_DAYS, _WHOLE = Decimal(60), Decimal(2 * 86400), Decimal(100)


def assess_health(
    org: Org,
    now: datetime,
    selection: Selection = EVERYTHING,
    *,
    metric: str = "",
) -> HealthView:
    """The health of a selection of metrics, or of one `metric` of its seat, as of `now`.

    Raises `UnknownSeat`, and `UnknownMetric` for a metric that the seat does not have.
    """
    places = [place.seat for place in select_places(org, selection)]
    if metric and selection.seat:
        org.metric(selection.seat, metric)
    pairs = [
        (row, assess_row(row))
        for seat in places
        for row in list_current_rows(org, seat, now)
        if metric in {"", row.metric.id}
    ]
    if metric and not pairs:
        hint = f"It has ended, or has not begun. To list its values: orgtp score list {selection.seat} {metric}"
        raise UnknownMetric(seat=selection.seat, metric=metric, hint=hint)
    shown = select_rows(pairs, selection, lambda pair: _describe_for_selection(*pair))
    if selection.sort is None:
        shown = sorted(shown, key=lambda pair: _rank_need(pair[1]))
    labels = org.label_seats({row.seat.id for row, _ in shown}, now)
    rows = [replace(one, facts=replace(one.facts, seat_name=labels[one.seat])) for _, one in shown]
    every = {seat.id: len(list_current_rows(org, seat, now)) for seat in org.seats.values() if _is_counted(seat)}
    odds = [one.odds.per_quarter for _, one in pairs if one.odds.per_quarter is not None]
    return HealthView(
        metrics=tuple(rows),
        seats=tuple(_assess_seats(org, now, rows, pairs, selection)),
        expected_false=round_odds(sum(odds, Decimal(0))),
        counted=len(odds),
        flags=count_judged_flags(org),
        proposals=tuple(proposal for row, _ in shown if (proposal := propose_phase(row))),
        left_out=count_omitted(every, Counter(one.seat for one in rows)),
    )


def _is_counted(seat: Seat) -> bool:
    return bool(seat.metrics) and not seat.is_retired


def _describe_for_selection(row: MetricRow, one: HealthRow) -> RowFacts:
    owner = row.org.owner_name(row.seat, row.now) or row.seat.owner
    return RowFacts(
        (one.seat, one.metric),
        one.facts.name,
        owner,
        [one.facts.state],
        one.misses_in_a_row,
        one.facts.stale_since,
        frozenset({one.metric} if one.is_drifting else ()),
    )


def assess_row(row: MetricRow) -> HealthRow:
    """The health of one metric, as of the time of its row. The seat has its name in the file."""
    found, cell, late = judge_metric(row), row.latest_cell(), stale_row(row)
    unit = row.metric.targets.unit if row.metric.targets.dated else None
    limits = found.limits[-1] if found.limits else None
    mean, lower, upper = (limits.mean, limits.lower, limits.upper) if limits else (found.mean, None, None)
    is_count, looks = found.method is Method.HITS, count_cells_per_quarter(row.metric)
    is_percent = unit is not None and unit.kind is ValueKind.PERCENT
    return HealthRow(
        seat=row.seat.id,
        metric=row.metric.id,
        variation=found.variation,
        assurance=found.assurance,
        rule=found.rule,
        since=found.since,
        phase=found.phase,
        mean=format_amount(mean, unit, is_count=is_count),
        lower=format_amount(lower, unit, is_count=is_count),
        upper=format_amount(upper, unit, is_count=is_count),
        misses_in_a_row=found.misses_in_a_row,
        odds=found.odds,
        facts=MetricFacts(
            name=row.metric.name,
            seat_name=row.seat.name,
            measure=unit,
            is_count=is_count,
            method=found.method,
            sides=found.sides,
            signal_side=_find_signal_side(found),
            grain=row.metric.cell_grain,
            target=target_now(row.org, row.metric, row.now),
            latest=cell.value,
            state=cell.state,
            period=cell.period,
            before_run=found.before_run,
            reason=found.series.reason,
            stale_since=late.since if late else None,
            silence=find_unknown_run(row),
            is_percent=is_percent,
            hits_then=found.hits_then,
            hits_now=found.hits_now,
            looks=looks,
            odds_at_most=find_hits_odds(looks, has_several=has_several_opportunities(row)).most if is_count else None,
            usual_cases=found.shares.usual_cases if found.shares else None,
            is_in_baseline=found.first is not None and found.first < BASELINE,
            is_share=is_percent and all(0 <= one.amount <= _WHOLE for one in found.series.readings),
        ),
    )


def _find_signal_side(found: Judgement) -> Side | None:
    """The side on which a change is: that of most values since it began."""
    if found.first is None or not found.limits:
        return None
    pairs = zip(found.series.readings[found.first :], found.limits[found.first :], strict=True)
    low, count = 0, 0
    for reading, limits in pairs:
        low += limits.is_on_side(reading.amount, Side.LOW)
        count += 1
    return Side.LOW if 2 * low >= count else Side.HIGH


def format_amount(amount: Decimal | None, unit: Unit | None, *, is_count: bool = False) -> str | None:
    """A mean or a limit in the stored form of the values, rounded half to even: to four places, or to the second.

    A number below 1 is rounded to four digits that count. None for a limit that has more digits than a value may have.
    A duration or time of day has no limit below 0, and a time none after the end of the next day.
    """
    if amount is None:
        return None
    kind = ValueKind.NUMBER if is_count or unit is None else unit.kind
    if kind in {ValueKind.DURATION, ValueKind.TIME}:
        amount = max(Decimal(0), amount)
        places = Decimal(1) if kind is ValueKind.TIME or amount >= _A_MINUTE else _PLACES
        amount = amount.quantize(places, context=EXACT)
        amount = min(amount, _TWO_DAYS - 1) if kind is ValueKind.TIME else amount
    else:
        first = amount.adjusted() if amount else 0
        if first >= DIGITS:
            return None
        digits = max(0, min(_MOST_PLACES - min(first + 1, 0), DIGITS - 1 - max(first, 0)))
        amount = amount.quantize(Decimal(1).scaleb(-digits), context=EXACT)
    return (unit if unit and not is_count else Unit(ValueKind.NUMBER)).format_stored(amount)


def _rank_need(one: HealthRow) -> tuple[int, int]:
    """Where a row is among those that need a person; those of one rank by misses, then in the order of the chart."""
    ranks = (
        one.is_drifting,
        one.is_blank,
        one.assurance is Assurance.FAILS,
        one.misses_in_a_row > 0,
        one.assurance is Assurance.HIT_OR_MISS and one.facts.state is CellState.OFF,
        one.variation is Variation.TRIAL,
        one.variation is Variation.COARSE,
        one.assurance is Assurance.HIT_OR_MISS,
    )
    first = next((number for number, fits in enumerate(ranks) if fits), len(ranks))
    return first, -one.misses_in_a_row


def _assess_seats(
    org: Org,
    now: datetime,
    rows: Sequence[HealthRow],
    pairs: Sequence[tuple[MetricRow, HealthRow]],
    selection: Selection,
) -> Iterator[HealthOfSeat]:
    """The health of the seats of `rows`, by all of their metrics that the view is about."""
    every: dict[str, list[HealthRow]] = {}
    for _, one in pairs:
        every.setdefault(one.seat, []).append(one)
    order = list(dict.fromkeys(one.seat for one in rows))
    labels = org.label_seats(order, now)
    found = [
        HealthOfSeat(seat, *_judge_whole_seat(org.seats[seat], every[seat]), seat_name=labels[seat]) for seat in order
    ]
    ranks = list(SeatHealth)
    return iter(found if selection.sort else sorted(found, key=lambda one: ranks.index(one.health)))


def _judge_whole_seat(seat: Seat, rows: Sequence[HealthRow]) -> tuple[SeatHealth, str]:
    if seat.status is not SeatStatus.ACTIVE and not any(one.is_drifting for one in rows):
        since = f" since {seat.pause.since}" if seat.pause else ""
        return SeatHealth.UNKNOWN, f"the seat is {seat.status}{since}"
    return judge_seat(rows)


def propose_phase(row: MetricRow) -> PhaseProposal | None:
    """The phase that may begin, because the newest target began in the current phase, in the last quarter.

    Only a dated target says when it changed.
    """
    begin, _ = find_phase(row)
    local = row.now.astimezone(row.org.zone).replace(tzinfo=None)
    dated = [(start, target) for start, target in row.metric.targets.dated[1:] if start and start.start <= local]
    if not dated:
        return None
    start, target = dated[-1]
    in_old_phase = begin is not None and begin.start >= start.start
    if in_old_phase or local - start.start > _A_QUARTER:
        return None
    period = start if start.grain is row.metric.cadence.grain else start.matching(row.metric.cadence.grain)[0]
    first = row.declared_beginning()
    if first is not None and period < first.widen(period.grain):
        return None
    why = f"{row.seat.id} {row.metric.id} has the target {target.text} since {period.text}"
    command = f"orgtp metric rebase {row.seat.id} {row.metric.id} --from {period.text} --reason TEXT"
    return PhaseProposal(row.seat.id, row.metric.id, period.text, why, command)


def count_judged_flags(org: Org) -> JudgedFlags | None:
    """How many flags were judged in reviews, and how many were real; None until 20 were judged.

    A flag was judged if it stood when a review decided about its metric. A fix or a case says that it was real, no
    action that it was not, and to watch it is no judgement yet. A flag that stands for weeks is judged in each review,
    and a week may have two reviews: the last judgement counts, once.
    """
    rows = [
        (at, number, row)
        for number, review in sorted(org.reviews.items())
        if (at := _find_time(org, review))
        for row in review.rows
        if row.decision in _JUDGEMENTS and row.seat in org.seats and row.metric in org.seats[row.seat].metrics
    ]
    if len(rows) < FEWEST_JUDGED:
        return None
    judged: dict[tuple[str, str, str], ReviewDecision | None] = {}
    for at, _, row in sorted(rows, key=lambda one: one[:2]):
        if since := _find_flag(org, row, at):
            judged[row.seat, row.metric, since] = row.decision
    if len(judged) < FEWEST_JUDGED:
        return None
    return JudgedFlags(len(judged), sum(one is not ReviewDecision.NO_ACTION for one in judged.values()))


_JUDGEMENTS = {ReviewDecision.FIX, ReviewDecision.CASE, ReviewDecision.NO_ACTION}


def _find_time(org: Org, review: Review) -> datetime | None:
    """When a review began, as far as it is known."""
    week = parse_period(review.week)
    return review.began or review.ended or (week.ends(org.zone) if week else None)


def _find_flag(org: Org, row: ReviewRow, at: datetime) -> str | None:
    """Since when the metric was flagged by the values that were recorded then, judged by its terms of today."""
    seat = org.seats[row.seat]
    then = keep_values_until(org, at, [MetricKey(seat.id, metric) for metric in seat.metrics])
    found = judge_metric(MetricRow(then, seat, seat.metrics[row.metric], at))
    return found.since if found.variation is Variation.CONCERN else None
