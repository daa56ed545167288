"""By whom, and in which commit, what differs was made what it is: where each difference stands, to be looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.seat import Metric, retirement_path, seat_path
from orgtp.views.diff.build import Diff
from orgtp.views.diff.metrics import TargetMoved
from orgtp.views.diff.policy import policy_facts
from orgtp.views.diff.scores import ValueCorrected
from orgtp.views.diff.types import CapabilityHanded, Made, MetricHanded, SeatRetired
from orgtp.views.seat_fields import THERE, Spot, facts_of


class Fact(NamedTuple):
    """Where it stands that something is as it is, and what it is there; None for what is not there any more."""

    spot: Spot
    wanted: object


Way = Callable[[Any], "Fact | None"]


@dataclass(frozen=True)
class Facts:
    """The facts that two orgs differ in."""

    before: Org
    after: Org

    @cached_property
    def ways(self) -> dict[str, Way]:
        """For each list of a difference that is told with who made it, where that stands."""
        return {
            "added": lambda item: self._seat(item.seat, THERE),
            "retired": self._retired,
            "removed": lambda item: self._seat(item.seat, THERE),
            "moved": lambda item: self._seat(item.seat, "reports_to"),
            "owners": lambda item: self._seat(item.seat, "owner"),
            "statuses": lambda item: self._seat(item.seat, item.key),
            "fields": lambda item: self._seat(item.seat, item.key),
            "capabilities": lambda item: self._handed(item, f"capabilities.{item.capability}"),
            "metrics": lambda item: self._handed(item, f"metrics.{item.metric}"),
            "metric_fields": lambda item: self._seat(item.seat, f"metrics.{item.metric}.{item.key}"),
            "targets": self._target,
            "waivers": lambda item: self._seat(item.seat, f"metrics.{item.metric}.waive.{item.rule}"),
            "corrections": self._correction,
            "records": lambda item: self._record(item.seat) if item.gone else None,
            "policy": lambda item: Fact(("org.yaml", item.key), policy_facts(self.after).get(item.key)),
        }

    def wanted(self, found: Diff) -> dict[Spot, object]:
        """What to look up for a difference: each fact once."""
        facts = (way(item) for name, way in self.ways.items() for item in getattr(found, name))
        return {fact.spot: fact.wanted for fact in facts if fact}

    def told(self, found: Diff, made: Mapping[Spot, Made]) -> Diff:
        """The difference with who made what, as far as that was found."""
        lists = {
            name: tuple(_told(item, way(item), made) for item in getattr(found, name))
            for name, way in self.ways.items()
        }
        return replace(found, **lists)

    def _seat(self, seat: str, key: str) -> Fact:
        """A key of a seat as it is now."""
        return Fact((seat_path(seat), key), _facts(self.after, seat).get(key))

    def _record(self, seat: str) -> Fact:
        return Fact((retirement_path(seat), THERE), (seat in self.after.retirements) or None)

    def _retired(self, item: SeatRetired) -> Fact:
        return self._record(item.seat) if item.seat in self.after.retirements else self._seat(item.seat, "status")

    def _handed(self, item: CapabilityHanded | MetricHanded, key: str) -> Fact:
        """With whoever has it now; else where it was given up."""
        if item.after:
            return self._seat(item.after, key)
        return self._record(item.before or "") if item.retirement else self._seat(item.before or "", key)

    def _target(self, item: TargetMoved) -> Fact | None:
        """The target that judges now; where it is an old one, the end of the one that judged before."""
        was, now = _facts(self.before, item.seat), _facts(self.after, item.seat)
        for org in (self.after, self.before):
            key = _target_key(org, item)
            if key and was.get(key) != now.get(key):
                return self._seat(item.seat, key)
        return None

    def _correction(self, item: ValueCorrected) -> Fact:
        score = self.after.scores_in_force(item.seat, item.metric)[item.period]
        return Fact((score.place.path, score.id), True)


def _target_key(org: Org, item: TargetMoved) -> str:
    """Under which key the target stands that judges the stretch; "" where none does."""
    metric = org.seats[item.seat].metrics.get(item.metric) if item.seat in org.seats else None
    begins = _in_force(metric, item.since) if metric else None
    return "" if begins is None else f"metrics.{item.metric}.target{begins}"


def _in_force(metric: Metric, since: str | None) -> str | None:
    """How the key of the target in force from `since` on ends: with its first period, if it has one."""
    start = parse_period(since) if since else None
    held = [begin for begin, _ in metric.targets.dated if begin is None or (start and begin.start <= start.start)]
    return None if not held else f".{held[-1].text}" if held[-1] else ""


def _facts(org: Org, seat: str) -> Mapping[str, object]:
    return facts_of(org.seats[seat]) if seat in org.seats else {}


def _told(item: Any, fact: Fact | None, made: Mapping[Spot, Made]) -> Any:
    return replace(item, made=made[fact.spot]) if fact and fact.spot in made else item
