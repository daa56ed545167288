"""Compare seats: added, retired, removed and moved ones, owners, fields, and who has which capability and metric."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from orgtp.model.inventory.imported import IMPORTED_KEY
from orgtp.model.org import Org
from orgtp.model.period import Period
from orgtp.model.seat import Metric, MetricKey, Seat, find_first_period_after, retirement_path, seat_path
from orgtp.views.diff.metrics import Pair
from orgtp.views.diff.types import (
    CapabilityHanded,
    FieldChanged,
    Handover,
    Heir,
    MetricBrief,
    MetricEnded,
    MetricHanded,
    RecordTouched,
    SeatAdded,
    SeatRemoved,
    SeatRetired,
)
from orgtp.views.seats.people import describe_people
from orgtp.views.seats.summary import summarize_seat

_FIELDS = ("name", "role", "kind", "mission", "since", "retire_when", "review_by", "email")
Hand = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Seats:
    """The seats before and after, without those whose file cannot be read on either side."""

    before: Org
    after: Org

    @cached_property
    def old(self) -> Mapping[str, Seat]:
        """The seats before, by id."""
        return self._readable(self.before)

    @cached_property
    def new(self) -> Mapping[str, Seat]:
        """The seats after, by id."""
        return self._readable(self.after)

    def _readable(self, org: Org) -> Mapping[str, Seat]:
        hidden = self.before.unreadable | self.after.unreadable
        return {id_: seat for id_, seat in sorted(org.seats.items()) if seat_path(id_) not in hidden}

    @cached_property
    def both(self) -> list[tuple[Seat, Seat]]:
        """The seats that exist before and after."""
        return [(self.old[id_], seat) for id_, seat in self.new.items() if id_ in self.old]

    @cached_property
    def gone(self) -> frozenset[str]:
        """The seats that are retired now and were not before."""
        over = {id_ for id_, seat in self.old.items() if seat.is_retired}
        return frozenset(id_ for id_, seat in self.new.items() if seat.is_retired and id_ not in over)

    def name(self, seat: str, *, then: bool = False) -> str | None:
        """The name of a seat now, or before if `then`; its id if it has no name."""
        orgs = (self.before, self.after) if then else (self.after, self.before)
        return next((org.seats[seat].name for org in orgs if seat in org.seats), seat or None)

    def added(self) -> Iterator[SeatAdded]:
        """The new seats, without those that are retired already."""
        for seat in self.new.values():
            if seat.id not in self.old and seat.id not in self.gone:
                yield SeatAdded(
                    *summarize_seat(seat),
                    owner=seat.owner or None,
                    owner_name=self.name(seat.owner),
                    reports_to=seat.reports_to or None,
                    reports_to_name=self.name(seat.reports_to),
                    capabilities=tuple(seat.capabilities),
                    metrics=tuple(_describe_metric(metric) for metric in seat.metrics.values()),
                )

    def retired(self) -> Iterator[SeatRetired]:
        """The seats that are retired now."""
        for id_ in sorted(self.gone):
            seat, record = self.new[id_], self.after.retirements.get(id_)
            heirs = (record.capabilities, record.metrics) if record else ({}, {})
            yield SeatRetired(
                seat=id_,
                name=seat.name,
                role=seat.role,
                recorded=record is not None or self.after.is_unreadable(retirement_path(id_)),
                retired_on=record.retired_on if record else None,
                decided_by=(record.decided_by or None) if record else None,
                decided_by_name=self.name(record.decided_by) if record else None,
                reason=(record.reason or None) if record else None,
                capabilities=self._heirs({name: name for name in seat.capabilities}, heirs[0]),
                metrics=self._heirs({metric.id: metric.name for metric in seat.metrics.values()}, heirs[1]),
            )

    def _heirs(self, names: Mapping[str, str], heirs: Mapping[str, str]) -> tuple[Heir, ...]:
        every = {**dict.fromkeys(names, ""), **heirs}
        return tuple(Heir(what, names.get(what, what), heir or None, self.name(heir)) for what, heir in every.items())

    def removed(self) -> Iterator[SeatRemoved]:
        """The seats whose file was removed."""
        for seat in self.old.values():
            if seat.id not in self.new:
                yield SeatRemoved(seat.id, seat.name, seat.role, seat.status)

    def handed_over(self, key: str) -> Iterator[Handover]:
        """The seats with another `owner` or `reports_to` (`key`), without those retired now."""
        for old, new in self.both:
            was, now = getattr(old, key), getattr(new, key)
            if was != now and new.id not in self.gone:
                names = self.name(was, then=True), self.name(now)
                yield Handover(new.id, new.name, was or None, names[0], now or None, names[1])

    def statuses(self) -> Iterator[FieldChanged]:
        """The seats with another status, without those retired now."""
        for old, new in self.both:
            if old.status != new.status and new.id not in self.gone:
                yield FieldChanged(new.id, new.name, "status", old.status, new.status)

    def fields(self) -> Iterator[FieldChanged]:
        """The other keys that differ, in the order of the file, and then the user's own."""
        for old, new in self.both:
            was, now = _list_facts(old), _list_facts(new)
            for key in now:
                if was.get(key, now[key]) != now[key]:
                    yield FieldChanged(new.id, new.name, key, was[key] or None, now[key] or None)
            held = [describe_people(seat) for seat in (old, new)]
            for key in sorted({*held[0], *held[1]}):
                if held[0].get(key) != held[1].get(key):
                    yield FieldChanged(new.id, new.name, key, held[0].get(key), held[1].get(key))
            for key in _list_own_keys(old, new):
                if old.own.get(key) != new.own.get(key):
                    yield FieldChanged(new.id, new.name, key, old.own.get(key), new.own.get(key))
        yield from self._list_continued_own_keys()

    def _list_continued_own_keys(self) -> Iterator[FieldChanged]:
        """The user's own keys of new metrics that those that they continue did not have, or had otherwise."""
        for pair in self.metric_pairs:
            if pair.begin is None or pair.old is None or pair.old_seat is None:
                continue
            begins = (f"metrics.{pair.old.id}.", f"metrics.{pair.new.id}.")
            was, now = (
                {key.removeprefix(begin): text for key, text in seat.own.items() if key.startswith(begin)}
                for begin, seat in zip(begins, (self.old[pair.old_seat.id], pair.seat), strict=True)
            )
            for key in dict.fromkeys([*now, *was]):
                if was.get(key) != now.get(key):
                    name = f"{begins[1]}{key}"
                    yield FieldChanged(pair.seat.id, pair.seat.name, name, was.get(key), now.get(key))

    def capabilities(self) -> Iterator[CapabilityHanded]:
        """The capabilities that a seat gained, lost or took over."""
        for what, was, now in self._list_handovers(lambda seat: seat.capabilities):
            record = self.after.retirements.get(was or "") if was in self.gone else None
            passed = record is not None and record.capabilities.get(what, "") == (now or "")
            yield CapabilityHanded(what, was, self._name_before(was), now, self.name(now or ""), passed)

    def metrics(self) -> Iterator[MetricHanded]:
        """The metrics that a seat gained, lost or took over."""
        for what, was, now in self._list_handovers(lambda seat: seat.metrics):
            record = self.after.retirements.get(was or "") if was in self.gone else None
            passed = record is not None and record.metrics.get(what, "") == (now or "")
            brief = _describe_metric(self.new[now].metrics[what] if now else self.old[was or ""].metrics[what])
            facts = (brief.metric, brief.name, brief.outcome, brief.target, brief.cadence)
            yield MetricHanded(*facts, was, self._name_before(was), now, self.name(now or ""), passed)

    def ended(self) -> Iterator[MetricEnded]:
        """The metrics that have an end now and had none, without those of seats that are retired now."""
        for seat in self.new.values():
            old = self.old.get(seat.id)
            for metric in seat.metrics.values() if seat.id not in self.gone else ():
                was = old.metrics.get(metric.id) if old else None
                if metric.ends is not None and (was is None or was.ends is None):
                    yield self._describe_end(seat, metric, metric.ends.text)

    def _describe_end(self, seat: Seat, metric: Metric, after: str) -> MetricEnded:
        key = self.after.heir_of(seat.id, metric.id)
        holder = self.new.get(key.seat) if key else None
        heir = holder.metrics.get(key.metric) if key and holder else None
        how, cadence = "ended", str(metric.cadence)
        if key and heir:
            how = "moved" if key.seat != seat.id else "recadenced" if heir.cadence is not metric.cadence else "renamed"
            how = how if self._find_old_metric(key.seat, key.metric) is None else "continued"
        return MetricEnded(
            *(seat.id, seat.name, metric.id, metric.name, after, how),
            to=key.seat if key and heir else None,
            to_name=self.name(key.seat) if key and heir else None,
            to_metric=heir.id if heir else None,
            cadence=cadence,
            to_cadence=str(heir.cadence) if heir else None,
            target=_find_target_text(metric, metric.ends),
            to_target=_find_target_text(heir, _find_begin(metric, heir)) if heir else None,
        )

    def _name_before(self, seat: str | None) -> str | None:
        return self.name(seat or "", then=True)

    def _list_handovers(self, held: Callable[[Seat], Mapping[str, object]]) -> Iterator[Hand]:
        """What, from which seat, to which seat: pairs, by id, of seats that lost it and seats that gained it."""
        old = _map_holders(self.old.values(), held)
        new = _map_holders((seat for seat in self.new.values() if seat.id not in self.gone), held)
        for what in sorted({*old, *new}):
            lost = sorted(old.get(what, set()) - new.get(what, set()))
            got = sorted(new.get(what, set()) - old.get(what, set()))
            for was, now in zip_longest(lost, got):
                yield what, was, now

    @property
    def metric_pairs(self) -> list[Pair]:
        """Each metric now, with the same metric before, of its seat or of the seat that had it."""
        came = {(hand.after, hand.metric): hand.before for hand in self.metrics() if hand.after}
        return [
            self._find_continued(seat, metric)
            or Pair(seat, self._find_old_metric(came.get((seat.id, metric.id)) or seat.id, metric.id), metric)
            for seat in self.new.values()
            for metric in seat.metrics.values()
        ]

    def _find_continued(self, seat: Seat, metric: Metric) -> Pair | None:
        """A new metric that continues another one, with that one as it was before; None if it is not new."""
        if metric.predecessor is None or self._find_old_metric(seat.id, metric.id):
            return None
        giver = self.new.get(metric.predecessor.seat)
        now = giver.metrics.get(metric.predecessor.metric) if giver else None
        begin = find_first_period_after(now.ends, metric.cadence.grain) if now and now.ends else None
        past = self._find_first_known(metric.predecessor)
        old = self._find_old_metric(past.seat, past.metric) if past else None
        if past is None or old is None or begin is None:
            return None
        return Pair(seat, old, metric, seat if past.seat == seat.id else self.old[past.seat], begin)

    def _find_first_known(self, key: MetricKey) -> MetricKey | None:
        """The metric, or the first of those that it continues that was there before."""
        seen: list[MetricKey] = []
        at: MetricKey | None = key
        while at and at not in seen and self._find_old_metric(*at) is None:
            seen.append(at)
            holder = self.new.get(at.seat)
            held = holder.metrics.get(at.metric) if holder else None
            at = held.predecessor if held else None
        return at if at and at not in seen else None

    def _find_old_metric(self, seat: str, metric: str) -> Metric | None:
        return self.old[seat].metrics.get(metric) if seat in self.old else None

    def records(self) -> Iterator[RecordTouched]:
        """The retirement records that were changed or removed."""
        for seat, record in sorted(self.before.retirements.items()):
            now = self.after.retirements.get(seat)
            if now != record and not self.after.is_unreadable(retirement_path(seat)):
                yield RecordTouched(seat, self.name(seat) or seat, now is None)


def _find_begin(past: Metric, heir: Metric) -> Period | None:
    return find_first_period_after(past.ends, heir.cadence.grain) if past.ends else None


def _find_target_text(metric: Metric, period: Period | None) -> str | None:
    """The target of a metric in force in a period, or its first one."""
    if not (metric.targets.dated and period):
        return None
    return (metric.targets.target_for(period) or metric.targets.dated[0][1]).text


def _map_holders(seats: Iterable[Seat], held: Callable[[Seat], Mapping[str, object]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for seat in seats:
        for what in held(seat):
            found.setdefault(what, set()).add(seat.id)
    return found


def _describe_metric(metric: Metric) -> MetricBrief:
    target = metric.targets.dated[-1][1].text if metric.targets.dated else None
    return MetricBrief(metric.id, metric.name, metric.outcome, target, metric.cadence)


def _list_own_keys(old: Seat, new: Seat) -> Iterator[str]:
    """The user's own keys on either side, without those of a metric that came or went.

    What an import remembers in order to compare is none of them: the keys that it wrote say the same.
    """
    kept = old.metrics.keys() & new.metrics.keys()
    for key in dict.fromkeys([*new.own, *old.own]):
        head, metric, *_ = [*key.split("."), ""]
        if (head != "metrics" or metric in kept) and not key.startswith(f"{IMPORTED_KEY}.was."):
            yield key


def _list_facts(seat: Seat) -> dict[str, str]:
    """The plain keys of a seat as text, and the description of every capability."""
    plain = {key: str(getattr(seat, key) or "") for key in _FIELDS}
    plain["delegate"] = seat.delegate_text
    return plain | {f"capabilities.{name}": text for name, text in seat.capabilities.items()}
