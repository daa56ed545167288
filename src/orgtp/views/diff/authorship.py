"""Find who made each change of a diff: the file and key to look up, and the value there."""

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
from orgtp.views.seats.fields import THERE, Spot, facts_of


class Fact(NamedTuple):
    """The place of a change, and the value there; None if the value was removed."""

    spot: Spot
    wanted: object


FactFinder = Callable[[Any], "Fact | None"]


@dataclass(frozen=True)
class Facts:
    """The places where two orgs differ."""

    before: Org
    after: Org

    @cached_property
    def finders(self) -> dict[str, FactFinder]:
        """For each list of a diff whose items have an author, the function that finds the place of an item."""
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
            "ended": lambda item: self._seat(item.seat, f"metrics.{item.metric}.ends"),
            "metric_fields": lambda item: self._seat(item.seat, f"metrics.{item.metric}.{item.key}"),
            "targets": self._target,
            "waivers": lambda item: self._seat(item.seat, f"metrics.{item.metric}.waive.{item.rule}"),
            "corrections": self._correction,
            "records": lambda item: self._record(item.seat) if item.gone else None,
            "policy": lambda item: Fact(("org.yaml", item.key), policy_facts(self.after).get(item.key)),
        }

    def wanted(self, found: Diff) -> dict[Spot, object]:
        """The values to look up for a diff, by place."""
        facts = (find(item) for name, find in self.finders.items() for item in getattr(found, name))
        return {fact.spot: fact.wanted for fact in facts if fact}

    def add_authors(self, found: Diff, made: Mapping[Spot, Made]) -> Diff:
        """The diff with the authors that were found."""
        lists = {
            name: tuple(_add_author(item, find(item), made) for item in getattr(found, name))
            for name, find in self.finders.items()
        }
        return replace(found, **lists)

    def _seat(self, seat: str, key: str) -> Fact:
        """A key of a seat as it is now."""
        return Fact((seat_path(seat), key), _read_facts(self.after, seat).get(key))

    def _record(self, seat: str) -> Fact:
        return Fact((retirement_path(seat), THERE), (seat in self.after.retirements) or None)

    def _retired(self, item: SeatRetired) -> Fact:
        return self._record(item.seat) if item.seat in self.after.retirements else self._seat(item.seat, "status")

    def _handed(self, item: CapabilityHanded | MetricHanded, key: str) -> Fact:
        """In the seat that has it now; else where it was removed."""
        if item.after:
            return self._seat(item.after, key)
        return self._record(item.before or "") if item.retirement else self._seat(item.before or "", key)

    def _target(self, item: TargetMoved) -> Fact | None:
        """The target in force now; if it is an old one, the end of the one before."""
        was, now = _read_facts(self.before, item.seat), _read_facts(self.after, item.seat)
        for org in (self.after, self.before):
            key = _target_key(org, item)
            if key and was.get(key) != now.get(key):
                return self._seat(item.seat, key)
        return None

    def _correction(self, item: ValueCorrected) -> Fact:
        score = self.after.newest_scores(item.seat, item.metric)[item.period]
        return Fact((score.place.path, score.id), True)


def _target_key(org: Org, item: TargetMoved) -> str:
    """The key of the target of a span of periods; "" if there is none."""
    metric = org.seats[item.seat].metrics.get(item.metric) if item.seat in org.seats else None
    begins = _find_key_suffix(metric, item.since) if metric else None
    return "" if begins is None else f"metrics.{item.metric}.target{begins}"


def _find_key_suffix(metric: Metric, since: str | None) -> str | None:
    """The end of the key of the target in force from `since` on: its first period, or ""; None without a target."""
    start = parse_period(since) if since else None
    held = [begin for begin, _ in metric.targets.dated if begin is None or (start and begin.start <= start.start)]
    return None if not held else f".{held[-1].text}" if held[-1] else ""


def _read_facts(org: Org, seat: str) -> Mapping[str, object]:
    return facts_of(org.seats[seat]) if seat in org.seats else {}


def _add_author(item: Any, fact: Fact | None, made: Mapping[Spot, Made]) -> Any:
    return replace(item, made=made[fact.spot]) if fact and fact.spot in made else item
