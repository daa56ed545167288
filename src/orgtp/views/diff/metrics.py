"""Compare the definitions of metrics: targets, other keys, and waivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.period import Period
from orgtp.model.seat import Metric, Seat
from orgtp.model.target import Target, Targets
from orgtp.views.diff.types import Made
from orgtp.views.seats.fields import target_meaning


@dataclass(frozen=True, slots=True)
class Pair:
    """A metric now and before, when it may have been another seat's. `old` is None if the metric is new.

    If it is new and continues another metric, `old` is that one as it was before, and `begin` its own first period.
    """

    seat: Seat
    old: Metric | None
    new: Metric
    old_seat: Seat | None = None
    begin: Period | None = None

    def list_targets(self, metric: Metric) -> Targets:
        """The targets of one of the two, for a metric that continues another one from its first period on."""
        if self.begin is None or not metric.targets.dated:
            return metric.targets
        current = metric.targets.target_for(self.begin) or metric.targets.dated[0][1]
        later = [(start, one) for start, one in metric.targets.dated if start and start.start > self.begin.start]
        return Targets(((self.begin, current), *later))

    def get_text(self, key: str, *, then: bool = False) -> str | None:
        """A key of the metric now, or before if `then`; a metric that it leads to with its seat if it continues one."""
        metric, seat = (self.old, self.old_seat) if then else (self.new, self.seat)
        text = metric.get_text(key) if metric else ""
        is_short = key == "leads_to" and self.begin is not None and "/" not in text
        return (f"{seat.id}/{text}" if text and is_short and seat else text) or None


@dataclass(frozen=True, slots=True)
class MetricField:
    """A change of another key, such as name, outcome, cadence, per, due, rollup, source, ends or leads_to."""

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
    """A change of the target of the periods from `since` (null: the first) to before `until` (null: no end)."""

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
    """A rule that a metric may break, with the old and the new reason; null if it may not."""

    seat: str
    name: str
    metric: str
    metric_name: str
    rule: str
    before: str | None
    after: str | None
    made: Made | None = None


_KEYS = (
    "name", "outcome", "cadence", "per", "due", "rollup", "allow_misses", "source", "ends", "continues", "rebase",
    "leads_to",
)  # fmt: skip


def metric_fields(pairs: Iterable[Pair]) -> Iterator[MetricField]:
    """Every other key that differs, in the order of the file; not a new end or past, which has a list of its own."""
    for pair in pairs:
        if pair.old is None:
            continue
        for key in _KEYS:
            was, now = pair.get_text(key, then=True), pair.get_text(key)
            # The list of what ended says what continues it, and at which other cadence of the same seat.
            is_recadenced = key == "cadence" and pair.old_seat is pair.seat
            is_said = pair.begin is not None and (key == "continues" or is_recadenced)
            if was != now and (key not in {"ends", "continues"} or was is not None) and not is_said:
                yield MetricField(pair.seat.id, pair.seat.name, pair.new.id, pair.new.name, key, was, now)


def waivers(pairs: Iterable[Pair]) -> Iterator[WaiverChanged]:
    """The waivers that are new, gone or have another reason, including those of new metrics."""
    for pair in pairs:
        old, new = pair.old.waive if pair.old else {}, pair.new.waive
        for rule in sorted({*old, *new}):
            if old.get(rule) != new.get(rule):
                names = pair.seat.id, pair.seat.name, pair.new.id, pair.new.name
                yield WaiverChanged(*names, rule, old.get(rule), new.get(rule))


def targets_moved(pairs: Iterable[Pair]) -> Iterator[TargetMoved]:
    """The spans of periods that have another target than before."""
    for pair in pairs:
        targets = [pair.list_targets(one) for one in (pair.old, pair.new) if one]
        if pair.old and targets[0] != targets[1]:
            names = pair.seat.id, pair.seat.name, pair.new.id, pair.new.name
            for since, until, was, now in _list_spans(*targets):
                yield TargetMoved(*names, since, until, was, now)


TargetSpan = tuple[str | None, str | None, str | None, str | None]
Step = tuple[str | None, Target | None, Target | None]


def _list_spans(old: Targets, new: Targets) -> Iterator[TargetSpan]:
    """The spans in which the two targets differ: since, until, old and new target."""
    steps = _list_steps(old, new)
    for number, (since, was, now) in enumerate(steps):
        until = steps[number + 1][0] if number + 1 < len(steps) else None
        if target_meaning(was) != target_meaning(now):
            yield since, until, was.text if was else None, now.text if now else None


def _list_steps(old: Targets, new: Targets) -> list[Step]:
    """The periods at which the old or the new target changes, with both targets."""
    begins = {begin.start: begin.text for held in (old, new) for begin, _ in held.dated if begin}
    steps: list[Step] = [(None, _find_target(old, None), _find_target(new, None))]
    for start, text in sorted(begins.items()):
        now = _find_target(old, start), _find_target(new, start)
        if now != steps[-1][1:]:
            steps.append((text, *now))
    return steps


def _find_target(targets: Targets, start: datetime | None) -> Target | None:
    """The target in force from `start` on; for None, the one without a date."""
    held = [target for begin, target in targets.dated if begin is None or (start and begin.start <= start)]
    return held[-1] if held else None
