"""Take back, for a comparison, what only follows from another change: names of a metric's heir, and lost delegates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from orgtp.model.escalation import Route
from orgtp.model.org import Org
from orgtp.model.seat import Metric, MetricKey, Seat


def find_new_heirs(before: Org, after: Org) -> dict[MetricKey, MetricKey]:
    """Map each metric to the one that the later org adds to continue it."""
    found: dict[MetricKey, MetricKey] = {}
    for seat in after.seats.values():
        known = before.seats[seat.id].metrics if seat.id in before.seats else {}
        for metric in seat.metrics.values():
            old = metric.predecessor
            if (
                old
                and metric.id not in known
                and old.seat in before.seats
                and old.metric in before.seats[old.seat].metrics
            ):
                found[old] = MetricKey(seat.id, metric.id)
    return found


def without_followed(old: Seat, new: Seat, heirs: Mapping[MetricKey, MetricKey], gone: Collection[str]) -> Seat:
    """Return the seat `new` with the old `leads_to` where that names the heir now, and with a delegate who is gone."""
    metrics = {
        name: _restore_leads_to(old, old.metrics[name], metric, heirs) if name in old.metrics else metric
        for name, metric in new.metrics.items()
    }
    is_alone = old.delegate is not None and new.delegate is None and old.delegate.to in gone
    return replace(new, metrics=metrics, delegate=old.delegate if is_alone else new.delegate)


def _restore_leads_to(seat: Seat, old: Metric, new: Metric, heirs: Mapping[MetricKey, MetricKey]) -> Metric:
    heir = heirs.get(_parse_metric(seat.id, old.leads_to))
    follows = heir is not None and _parse_metric(seat.id, new.leads_to) == heir
    return replace(new, leads_to=old.leads_to) if follows else new


def _parse_metric(seat: str, text: str) -> MetricKey:
    named, slash, metric = text.rpartition("/")
    return MetricKey(named if slash else seat, metric)


def follow_routes(
    old: tuple[Route, ...], new: tuple[Route, ...], heirs: Mapping[MetricKey, MetricKey]
) -> tuple[Route, ...]:
    """Return the old routes, about the heirs of their metrics wherever the new ones are."""
    if len(old) != len(new):
        return old
    return tuple(_follow_route(was, now, heirs) for was, now in zip(old, new, strict=True))


def _follow_route(old: Route, new: Route, heirs: Mapping[MetricKey, MetricKey]) -> Route:
    below = follow_routes(old.routes, new.routes, heirs)
    is_heir = any(
        key.metric == old.metric
        and old.seat in {"", key.seat}
        and (new.seat, new.metric) == (heir.seat if old.seat else "", heir.metric)
        for key, heir in heirs.items()
    )
    names = (new.seat, new.metric) if is_heir else (old.seat, old.metric)
    return replace(old, seat=names[0], metric=names[1], routes=below)


def follow_route_data(old: object, routes: tuple[Route, ...]) -> object:
    """Return the routes of a file about the seats and metrics of `routes`, with all of their other keys."""
    if not isinstance(old, list) or len(old) != len(routes):
        return old
    return [
        _follow_data(data, route) if isinstance(data, Mapping) else data
        for data, route in zip(old, routes, strict=True)
    ]


def _follow_data(data: Mapping[str, object], route: Route) -> Mapping[str, object]:
    names = {key: name for key, name in (("seat", route.seat), ("metric", route.metric)) if key in data}
    below = {"routes": follow_route_data(data["routes"], route.routes)} if "routes" in data else {}
    return {**data, **names, **below}
