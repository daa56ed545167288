"""Begin a new phase of a metric, and propose one where a change may have made it another measure.

A phase begins only with a reason, because the limits of the old one no longer show what happens. So no change begins
one on its own.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, DropKey, Edit, SetKey, YamlData
from orgtp.model.errors import BadInput, Refused
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import PERIOD_EXAMPLES, Period, parse_period, period_containing, read_misspelled_period
from orgtp.model.seat import Metric, Seat, seat_path
from orgtp.model.text import one_line

# The keys that say what is measured, and how.
MEANINGS = ("name", "outcome", "target", "per", "rollup", "source")


@dataclass(frozen=True, slots=True)
class NewPhase:
    """A phase of a metric that begins with the period `start`, and why."""

    seat: str
    metric: str
    start: str
    reason: str


def rebase_metric(org: Org, phase: NewPhase, now: datetime, by: str = "") -> Change:
    """Begin a new phase of a metric with a period.

    Raises `UnknownSeat`, `UnknownMetric`, `BadInput` for a text that is no period and without a reason, and `Refused`
    for a retired seat and for a period before the metric begins, after it ends, or in the future.
    """
    metric, seat = org.metric(phase.seat, phase.metric), org.seat(phase.seat)
    if seat.is_retired:
        raise Refused(why=f"{seat.id} is retired, so its file cannot be changed.")
    reason = one_line(phase.reason)
    if not reason:
        raise BadInput(what="say why a new phase begins: --reason TEXT")
    begin = _parse_start(org, metric, phase.start, now)
    if fault := _find_fault(org, seat, metric, begin, now):
        raise Refused(why=fault)
    what = f"{metric.id} from {begin.text}: {reason}"
    if dict(metric.rebase).get(begin) == reason:
        return Change("metric-rebase", f"{metric.id} has this phase already", (seat.id,), by=by)
    edit = SetKey(seat_path(seat.id), ("metrics", metric.id, "rebase", begin.text), reason)
    return Change("metric-rebase", what, (seat.id,), (edit,), by=by)


def _find_fault(org: Org, seat: Seat, metric: Metric, begin: Period, now: datetime) -> str:
    """Say why no phase of a metric can begin with a period: it is outside its time, or in the future; "" if one can."""
    if metric.ends is not None and begin.start > metric.ends.start:
        return f"{metric.id} ends after {metric.ends.text}, so no phase can begin with {begin.text}."
    first = MetricRow(org, seat, metric, now).declared_beginning()
    if first is not None and begin < first.widen(begin.grain):
        return f"{metric.id} begins with {first.text}, so no phase can begin with {begin.text}."
    current = period_containing(now, begin.grain, org.zone)
    if begin > current:
        return f"{begin.text} has not begun. A phase can begin with {current.text} at the latest."
    return ""


def _parse_start(org: Org, metric: Metric, text: str, now: datetime) -> Period:
    """Parse a period of the metric's cadence, or one of the size of its cells. Raises `BadInput`."""
    grains = {metric.cadence.grain, metric.cell_grain}
    period = parse_period(text.strip().upper())
    if period is not None and period.grain in grains:
        return period
    current = period_containing(now, metric.cadence.grain, org.zone)
    meant = period or read_misspelled_period(text.strip().upper(), current)
    example = meant.matching(metric.cadence.grain)[0].text if meant else PERIOD_EXAMPLES[metric.cadence.grain]
    hint = f"Write the {metric.cadence.grain} with which the phase begins, such as {example}."
    raise BadInput(what=f'"{text}" is not a period of {metric.id}, which is {metric.cadence}. {hint}')


def propose_phases(org: Org, seat: Seat, edits: Sequence[Edit], now: datetime | None) -> tuple[str, ...]:
    """Return a sentence with a command for each metric whose target, source, rollup or meaning the edits change.

    A metric without values has no phase yet. Without `now`, the change is about the whole past, and none is proposed.
    """
    return tuple(_list_proposals(org, seat, edits, now)) if now else ()


def _list_proposals(org: Org, seat: Seat, edits: Sequence[Edit], now: datetime) -> Iterator[str]:
    changed: dict[str, list[str]] = {}
    starts: dict[str, Period] = {}
    for edit in edits:
        if not isinstance(edit, SetKey | DropKey) or len(edit.keys) <= _KEY or edit.keys[0] != "metrics":
            continue
        _, name, key, *_ = edit.keys
        metric = seat.metrics.get(name)
        if metric is None or key not in MEANINGS or not org.score_records(seat.id, name):
            continue
        value = edit.value if isinstance(edit, SetKey) else ""
        if key != "target" and metric.get_text(key) == value:
            continue
        start = _find_start(org, metric, key, value, now)
        if _find_fault(org, seat, metric, start, now):
            # A target of the future is proposed by `orgtp health` when it begins.
            continue
        changed.setdefault(name, []).append(key)
        starts[name] = start
    for name, keys in changed.items():
        yield f"{format_proposal(name, keys)}: {format_rebase_command(seat.id, name, starts[name])}"


# The place of a metric's key in the path ("metrics", "won", "target").
_KEY = 2


def _find_start(org: Org, metric: Metric, key: str, value: YamlData, now: datetime) -> Period:
    """Return the first period of a dated target that is new, else the current one."""
    if key == "target" and isinstance(value, dict):
        old = {begin.text: target.text for begin, target in metric.targets.dated if begin}
        new = [parse_period(begin) for begin, text in value.items() if old.get(begin) != text]
        found = sorted(period for period in new if period)
        if found and found[-1].grain is metric.cadence.grain:
            return found[-1]
    return period_containing(now, metric.cadence.grain, org.zone)


def format_proposal(metric: str, keys: Iterable[str]) -> str:
    """Return `the source of won changes. Its limits in orgtp health stay. If it now measures something else`."""
    words = " and ".join(dict.fromkeys(keys))
    return f"the {words} of {metric} changes, and its limits in orgtp health stay. If the work is another one now"


def format_rebase_command(seat: str, metric: str, start: Period) -> str:
    """Return the command that begins a new phase."""
    return shlex.join(["orgtp", "metric", "rebase", seat, metric, "--from", start.text, "--reason", "TEXT"])
