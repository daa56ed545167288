"""What names a metric, and names the one that continues it from the same commit on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from orgtp.model.change import Edit, SetKey
from orgtp.model.escalation import EscalationKind, Route
from orgtp.model.org import Org
from orgtp.model.references.find import Reference, each_reference, rename_reference
from orgtp.model.seat import Metric, MetricKey, seat_path

_ROUTE = "org routing.*.metric"
_LEADS_TO = "seat metrics.*.leads_to"


def list_heir_edits(org: Org, heirs: Mapping[MetricKey, MetricKey]) -> Iterator[Edit]:
    """The edits by which what names a metric names its heir: `leads_to` of other metrics, and routes.

    `heirs` maps each metric that ends in the same change to the one that continues it. What has ended, and what belongs
    to a retired seat, keeps the old name.
    """
    for one in _list_references(org, heirs):
        yield from _list_reference_edits(org, one, heirs)


def list_edited_seats(edits: Iterable[Edit]) -> list[str]:
    """The seats whose files edits change, in their order."""
    paths = (edit.path for edit in edits if edit.path.startswith("seats/"))
    return [path.removeprefix("seats/").removesuffix(".yaml") for path in paths]


def follow_leads_to(leads_to: str, to: str, heirs: Mapping[MetricKey, MetricKey]) -> str:
    """What the new metric of the seat `to` leads to, as `SEAT/METRIC`, if that has an heir as well."""
    seat, slash, metric = leads_to.rpartition("/")
    heir = heirs.get(MetricKey(seat if slash else to, metric))
    return heir.text if heir else leads_to


def list_mentions_left(org: Org, seat: str, metric: Metric, heir: MetricKey | None = None) -> Iterator[str]:
    """Say what names a metric that ends, and is not changed with it. A silence cannot pass to the heir."""
    key = MetricKey(seat, metric.id)
    heirs = {key: heir} if heir else {}
    for one in _list_references(org, [key]):
        if not list(_list_reference_edits(org, one, heirs)) and not _fits_both(org, one, key, heir):
            yield _describe_mention(org, one, key, heir)
    for issue in org.escalations.values():
        about = (issue.seat, issue.metric) == key and not issue.is_resolved
        if about and issue.kind is EscalationKind.ISSUE:
            yield f"the escalation {issue.id} about {metric.id} stays open"


def _list_references(org: Org, metrics: Mapping[MetricKey, MetricKey] | list[MetricKey]) -> list[Reference]:
    """The places that name one of these metrics, by its seat or, in a route, without a seat."""
    names = {key.metric for key in metrics}
    found = (one for one in each_reference(org) if one.metric in names)
    return [one for one in found if any(_is_about(org, one, key) for key in metrics)]


def _is_about(org: Org, one: Reference, key: MetricKey) -> bool:
    if one.metric != key.metric:
        return False
    if one.kind.id == _LEADS_TO:
        holder, metric = _find_leading(org, one)
        is_current = holder not in org.retirements and not org.seats[holder].is_retired and metric.ends is None
        return one.seat == key.seat and is_current and (holder, metric.id) != key
    return _find_seat_of_route(org, one) in {"", key.seat} if one.kind.id == _ROUTE else one.seat == key.seat


def _find_leading(org: Org, one: Reference) -> tuple[str, Metric]:
    seat = next(id_ for id_ in org.seats if seat_path(id_) == one.path)
    return seat, org.seats[seat].metrics[one.keys[1]]


def _list_reference_edits(org: Org, one: Reference, heirs: Mapping[MetricKey, MetricKey]) -> Iterator[Edit]:
    """The edits of a place that names a metric with an heir; none if it stays as it is."""
    if one.kind.id == _LEADS_TO:
        holder, metric = _find_leading(org, one)
        heir = heirs.get(MetricKey(one.seat, one.metric))
        # A metric that ends in the same change keeps what it led to.
        if heir and MetricKey(holder, metric.id) not in heirs:
            yield rename_reference(one, heir.seat, heir.metric)
    if one.kind.id != _ROUTE:
        return
    seat = _find_seat_of_route(org, one)
    old = next((key for key in heirs if key.metric == one.metric and seat in {"", key.seat}), None)
    if old is None or (not seat and _list_others(org, old)):
        return
    new = heirs[old]
    if new.seat != old.seat and seat and not one.seat:
        # The route above it is about the old seat.
        return
    if new.metric != old.metric:
        yield rename_reference(one, new.seat, new.metric)
    if new.seat != old.seat and one.seat:
        yield SetKey(one.path, (*one.keys[:-1], "seat"), new.seat)


def _fits_both(org: Org, one: Reference, key: MetricKey, heir: MetricKey | None) -> bool:
    """Whether a route without a seat applies to the heir as well."""
    is_open = one.kind.id == _ROUTE and not _find_seat_of_route(org, one)
    return is_open and heir is not None and heir.metric == key.metric


def _find_seat_of_route(org: Org, one: Reference) -> str:
    """The seat that a route is about, named by itself or by a route above it; "" for every seat."""
    routes: tuple[Route, ...] = org.routing
    seat = ""
    for number in one.keys[1:-1:2]:
        route = routes[int(number)]
        seat, routes = route.seat or seat, route.routes
    return seat


def _list_others(org: Org, key: MetricKey) -> list[str]:
    """The other seats with a metric of the same id, which a route without a seat is about as well."""
    return [seat.id for seat in org.seats.values() if seat.id != key.seat and key.metric in seat.metrics]


def _describe_mention(org: Org, one: Reference, key: MetricKey, heir: MetricKey | None) -> str:
    new = f" It does not apply to {heir.text}." if heir else ""
    if one.kind.id == _ROUTE:
        return f"a route in org.yaml names {key.metric}.{new}"
    if one.kind.id == _LEADS_TO:
        holder, metric = _find_leading(org, one)
        return f"{holder} {metric.id} leads to {key.text}, which ends"
    until = org.silences[key.seat].metrics[key.metric].until
    words = f"orgtp escalate silence {heir.seat} {heir.metric} --until {until} --reason TEXT" if heir else ""
    return f"{key.metric} is silenced until {until}.{new}{f' To silence that: {words}' if heir else ''}"
