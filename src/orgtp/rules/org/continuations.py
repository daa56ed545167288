"""Rules about metrics that end and metrics that continue them."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.period import Period
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.seat import Metric, MetricKey, Seat, find_first_period_after, seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def continues_unknown(org: Org) -> Iterator[Finding]:
    """A metric continues a metric that no seat has.

    The row of a metric begins with the history of the one that it continues. An id with a typo has no history, so the
    past would be missing from every view.

    Bad:

        continues: jeff/anomalis

    Good:

        continues: jeff/anomalies

    Fix: write the id of a seat, a slash and the id of its metric. A retired seat keeps its metrics.
    """
    for seat, metric, past in _list_links(org):
        if past.seat not in org.seats and not org.is_unreadable(seat_path(past.seat)):
            hint = did_you_mean(past.seat, org.seats) or "orgtp seat list --all shows all seats."
            yield Finding(_place(seat, metric), f'continues "{past.text}": "{past.seat}" is not a seat', hint)
        elif past.seat in org.seats and not _has_metric(org.seats[past.seat], past.metric):
            metrics = org.seats[past.seat].metrics
            hint = did_you_mean(past.metric, metrics) or f"It has: {', '.join(metrics) or 'none'}."
            yield Finding(_place(seat, metric), f'continues "{past.text}": {past.seat} has no such metric', hint)


def continues_cycle(org: Org) -> Iterator[Finding]:
    """A metric continues itself, directly or through others.

    A metric continues an earlier one, so one of them has to be the first. In a circle, no history has a beginning.

    Bad:

        anomalies: {continues: dash/flags, …}
        flags: {continues: dash/anomalies, …}

    Good:

        anomalies: {ends: 2026-W47, …}
        flags: {continues: dash/anomalies, …}

    Fix: remove `continues` from the metric that was there first: `orgtp metric set dash anomalies continues=`.
    """
    links = {MetricKey(seat.id, metric.id): past for seat, metric, past in _list_links(org)}
    for seat, metric, _ in _list_links(org):
        key = MetricKey(seat.id, metric.id)
        way = _follow(links, key)
        if way and way[-1] == key:
            through = f" through {', '.join(one.text for one in way[:-1])}" if len(way) > 1 else ""
            hint = f"Remove it from the metric that was there first: {_drop_command(key)}"
            yield Finding(_place(seat, metric), f"{key.text} continues itself{through}", hint)


def continues_twice(org: Org) -> Iterator[Finding]:
    """Two metrics continue the same metric.

    A history has one continuation: if two rows began with the same past, its misses would count twice.

    Bad:

        dash: {metrics: {flags: {continues: jeff/anomalies, …}}}
        radar: {metrics: {alerts: {continues: jeff/anomalies, …}}}

    Good:

        dash: {metrics: {flags: {continues: jeff/anomalies, …}}}
        radar: {metrics: {alerts: {…}}}

    Fix: decide which one continues it, and remove `continues` from the other:
    `orgtp metric set radar alerts continues=`.
    """
    first: dict[MetricKey, MetricKey] = {}
    for seat, metric, past in _list_links(org):
        key = MetricKey(seat.id, metric.id)
        other = first.setdefault(past, key)
        if other != key:
            hint = f"Remove it from one of them: {_drop_command(key)}"
            yield Finding(_place(seat, metric), f"{key.text} continues {past.text}, and so does {other.text}", hint)


def continues_not_ended(org: Org) -> Iterator[Finding]:
    """A metric continues one that has no end.

    The changeover is after the last period of the earlier metric. Without an end, both are owed, nobody knows which of
    them a value belongs to, and the views cannot show one row.

    Bad:

        anomalies: {cadence: weekly, …}
        anomalies-monthly: {cadence: monthly, continues: dash/anomalies, …}

    Good:

        anomalies: {cadence: weekly, ends: 2026-W47, …}
        anomalies-monthly: {cadence: monthly, continues: dash/anomalies, …}

    Fix: end the earlier one: `orgtp metric end dash anomalies --reason TEXT --succeeded-by dash/anomalies-monthly`.
    """
    for seat, metric, past in _list_links(org):
        before = org.seats[past.seat].metrics.get(past.metric) if past.seat in org.seats else None
        if before and before.ends is None and ("metrics", past.metric, "ends") not in org.seats[past.seat].marks.keys:
            command = f"orgtp metric end {past.seat} {past.metric} --reason TEXT --succeeded-by {seat.id}/{metric.id}"
            hint = f"End it: {command}"
            if org.seats[past.seat].is_retired:
                hint = f"Write the last period of {past.metric} as ends in {seat_path(past.seat)}."
            yield Finding(_place(seat, metric), f"{past.text} has no end, so {metric.id} cannot continue it", hint)


def continues_out_of_order(org: Org) -> Iterator[Finding]:
    """A metric in a chain of continuations ends before it begins.

    In a chain, each metric begins after the end of the one before it. One that ends before that never had a period of
    its own, and a later one would begin in the middle of the first.

    Bad:

        anomalies: {ends: 2026-W47, …}
        flags: {continues: dash/anomalies, ends: 2026-W40, …}

    Good:

        anomalies: {ends: 2026-W40, …}
        flags: {continues: dash/anomalies, ends: 2026-W47, …}

    Fix: set the end of each metric of the chain to its own last period:
    `orgtp metric set dash flags ends=2026-W50`.
    """
    for seat, metric, past in _list_links(org):
        held = org.predecessor_of(seat.id, metric.id)
        end = held[1].ends if held else None
        if end is None or metric.ends is None:
            continue
        begin = find_first_period_after(end, metric.cadence.grain)
        # One that is renamed again on the same day has no period of its own.
        if metric.ends.next() < begin:
            place = seat.marks.value_place("metrics", metric.id, "ends")
            message = f"{metric.id} ends after {metric.ends.text}, but begins with {begin.text}, after {past.text}"
            yield Finding(place, message, f"Write the last period of its own, {begin.text} or later.")


def continues_other_unit(org: Org) -> Iterator[Finding]:
    """A metric continues one of another unit, so the views show two rows.

    Percentages and amounts cannot stand in one row. `continues` still says which metric takes the values now.

    Bad:

        anomalies: {target: ">= 95%", ends: 2026-W47, …}
        anomalies-found: {target: ">= 12", continues: dash/anomalies, …}

    Good:

        anomalies: {target: ">= 95%", ends: 2026-W47, …}
        anomalies-monthly: {target: ">= 97%", continues: dash/anomalies, …}

    Fix: nothing, if it is intended.
    """
    for seat, metric, past in _list_links(org):
        before = org.seats[past.seat].metrics.get(past.metric) if past.seat in org.seats else None
        if not (before and before.targets.dated and metric.targets.dated):
            continue
        units = [one.targets.unit for one in (before, metric)]
        if units[0] != units[1]:
            kinds = " and ".join(unit.text or "number" for unit in units)
            message = (
                f"{seat.id} {metric.id} continues {past.text}, but their units differ ({kinds}): they are two rows"
            )
            yield Finding(_place(seat, metric), message, "Nothing, if it is intended.")


def continues_overlap(org: Org) -> Iterator[Finding]:
    """A metric has a value for a period of the metric that it continues.

    Each period is judged once. Where both have a value, the row shows that of the later metric, and the earlier one is
    hidden.

    Bad:

        anomalies: {ends: 2026-W47, …}
        flags: {continues: dash/anomalies, …}        (with a value for 2026-W45)

    Good:

        flags: {continues: dash/anomalies, …}        (with values from 2026-W48 on)

    Fix: withdraw the value of the metric that did not measure that period:
    `orgtp score withdraw dash flags --for 2026-W45 --reason TEXT`.
    """
    for seat, metric, _ in _list_links(org):
        held = org.predecessor_of(seat.id, metric.id)
        end = held[1].ends if held else None
        if held is None or end is None:
            continue
        begin = find_first_period_after(end, metric.cadence.grain)
        for period, score in _list_values(org, seat, metric):
            if period < begin:
                message = (
                    f"{seat.id} {metric.id} has a value for {period.text}, which {held[0].id}/{held[1].id} measures"
                )
                yield Finding(score.place, message, _withdraw_hint(score))


def score_after_end(org: Org) -> Iterator[Finding]:
    """A value belongs to a period after the end of its metric.

    After its end, a metric is not owed and not judged, so no view shows the value. A job that still sends the old id is
    the usual reason. orgtp commands refuse such a value and name the metric that continues it.

    Bad:

        ends: 2026-W47        (and a value for 2026-W49)

    Good:

        ends: 2026-W49        (and a value for 2026-W49)

    Fix: withdraw it, and record it for the metric that continues this one; or move the end:
    `orgtp metric set dash anomalies ends=2026-W49`.
    """
    for seat in org.seats.values():
        for metric in seat.metrics.values():
            if metric.ends is None:
                continue
            heir = org.heir_of(seat.id, metric.id)
            for period, score in _list_values(org, seat, metric):
                if metric.has_end_before(period):
                    message = f"{metric.id} has a value for {period.text}, but ended after {metric.ends.text}"
                    again = f" Then record it for {heir.text}, which continues it." if heir else ""
                    yield Finding(
                        score.place, message, f"{_withdraw_hint(score)}.{again}" if heir else _withdraw_hint(score)
                    )


def _list_links(org: Org) -> Iterator[tuple[Seat, Metric, MetricKey]]:
    """Every metric that continues another one, and that one."""
    for seat in org.seats.values():
        for metric in seat.metrics.values():
            if past := metric.predecessor:
                yield seat, metric, past


def _list_values(org: Org, seat: Seat, metric: Metric) -> Iterator[tuple[Period, Score]]:
    """The periods of the metric that have a value, with the record that counts."""
    for score in org.scores_in_force(seat.id, metric.id).values():
        period = score.parsed_period
        if score.value is not None and period and period.grain is metric.cadence.grain:
            yield period, score


def _follow(links: dict[MetricKey, MetricKey], key: MetricKey) -> list[MetricKey]:
    """The metrics that a metric continues, one after the other, until one that was there already."""
    way: list[MetricKey] = []
    at = links.get(key)
    while at is not None and at not in way:
        way.append(at)
        at = links.get(at) if at != key else None
    return way


def _has_metric(seat: Seat, metric: str) -> bool:
    """Whether the seat has the metric, perhaps in a form that cannot be read."""
    return metric in seat.metrics or ("metrics", metric) in seat.marks.keys


def _place(seat: Seat, metric: Metric) -> Place:
    return seat.marks.value_place("metrics", metric.id, "continues")


def _drop_command(key: MetricKey) -> str:
    return f"orgtp metric set {key.seat} {key.metric} continues="


def _withdraw_hint(score: Score) -> str:
    return f"Withdraw it: orgtp score withdraw {score.seat} {score.metric} --for {score.period} --reason TEXT"
