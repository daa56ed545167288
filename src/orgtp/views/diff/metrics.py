"""What changed in the metrics themselves: targets, outcomes and the other keys, and the rules that are waived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.seat import Metric, Seat
from orgtp.model.target import Target, Targets
from orgtp.views.diff.types import Made
from orgtp.views.seat_fields import target_meaning


@dataclass(frozen=True, slots=True)
class Pair:
    """A metric of a seat now, and as that seat, or the one that it came from, had it; `old` is none where it is new."""

    seat: Seat
    old: Metric | None
    new: Metric


@dataclass(frozen=True, slots=True)
class MetricField:
    """Another key of a metric: name, outcome, cadence, due, rollup, source or leads_to."""

    seat: str
    name: str
    metric: str
    metric_name: str
    key: str
    before: str | None
    after: str | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class TargetMoved:
    """What judges the periods from `since` (null: from the first on) until before `until` (null: without end)."""

    seat: str
    name: str
    metric: str
    metric_name: str
    since: str | None
    until: str | None
    before: str | None
    after: str | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class WaiverChanged:
    """A rule that a metric may break, with the reason that was and is given; null where it may not."""

    seat: str
    name: str
    metric: str
    metric_name: str
    rule: str
    before: str | None
    after: str | None
    made: Made | None = None


_KEYS = ("name", "outcome", "cadence", "due", "rollup", "source", "leads_to")


def metric_fields(pairs: Iterable[Pair]) -> Iterator[MetricField]:
    """Every other key that differs, in the order of the file."""
    for pair in pairs:
        for key in _KEYS if pair.old else ():
            was, now = str(getattr(pair.old, key)) or None, str(getattr(pair.new, key)) or None
            if was != now:
                yield MetricField(pair.seat.id, pair.seat.name, pair.new.id, pair.new.name, key, was, now)


def waivers(pairs: Iterable[Pair]) -> Iterator[WaiverChanged]:
    """Every waiver that is new, gone or has another reason; those of new metrics, too."""
    for pair in pairs:
        old, new = pair.old.waive if pair.old else {}, pair.new.waive
        for rule in sorted({*old, *new}):
            if old.get(rule) != new.get(rule):
                names = pair.seat.id, pair.seat.name, pair.new.id, pair.new.name
                yield WaiverChanged(*names, rule, old.get(rule), new.get(rule))


def targets_moved(pairs: Iterable[Pair]) -> Iterator[TargetMoved]:
    """Every stretch of time that is judged by another target than before."""
    for pair in pairs:
        if pair.old and pair.old.targets != pair.new.targets:
            names = pair.seat.id, pair.seat.name, pair.new.id, pair.new.name
            for since, until, was, now in _stretches(pair.old.targets, pair.new.targets):
                yield TargetMoved(*names, since, until, was, now)


Stretch = tuple[str | None, str | None, str | None, str | None]
Step = tuple[str | None, Target | None, Target | None]


def _stretches(old: Targets, new: Targets) -> Iterator[Stretch]:
    """Since when, until when, the old target and the new one, where the two differ."""
    steps = _steps(old, new)
    for number, (since, was, now) in enumerate(steps):
        until = steps[number + 1][0] if number + 1 < len(steps) else None
        if target_meaning(was) != target_meaning(now):
            yield since, until, was.text if was else None, now.text if now else None


def _steps(old: Targets, new: Targets) -> list[Step]:
    """Each moment at which the old target or the new one becomes another, from the first on."""
    begins = {begin.start: begin.text for held in (old, new) for begin, _ in held.dated if begin}
    steps: list[Step] = [(None, _at(old, None), _at(new, None))]
    for start, text in sorted(begins.items()):
        now = _at(old, start), _at(new, start)
        if now != steps[-1][1:]:
            steps.append((text, *now))
    return steps


def _at(targets: Targets, start: datetime | None) -> Target | None:
    """The target in force from `start` on; before all, one without a date."""
    held = [target for begin, target in targets.dated if begin is None or (start and begin.start <= start)]
    return held[-1] if held else None
