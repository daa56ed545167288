"""Evidence from the commits that changed the seat: its inputs, targets, owner, sources, capabilities and holders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from orgtp.views.diff.metrics import MetricField, TargetMoved, WaiverChanged
from orgtp.views.diff.types import (
    CapabilityHanded,
    FieldChanged,
    Handover,
    MetricEnded,
    MetricHanded,
    RecordTouched,
    SeatAdded,
    SeatRemoved,
    SeatRetired,
)
from orgtp.views.diff.wording import GIVER, HOLDERS, INPUTS, describe_holder, is_first_date, name_input
from orgtp.views.seat_history import Event, SeatChange
from orgtp.views.why.types import ChangeStart, Evidence, EvidenceKind, Window


@dataclass(frozen=True, slots=True)
class _Said:
    """What a change is, in words and as values. `metric` "" is the seat itself."""

    kind: EvidenceKind
    what: str
    metric: str = ""
    period: str | None = None
    key: str | None = None
    before: str | None = None
    after: str | None = None


def list_changes(
    events: Iterable[Event], seat: str, metric: str, start: ChangeStart | None, window: Window
) -> Iterator[Evidence]:
    """Yield what the commits in the window changed of the seat; with `metric`, not what is only about another one."""
    for event in events:
        for said in _describe_changes(event, seat) if window.has(event.at) else ():
            if not metric or said.metric in {"", metric}:
                yield _build_evidence(event, said, seat, start)


def _build_evidence(event: Event, said: _Said, seat: str, start: ChangeStart | None) -> Evidence:
    by_period = start.place_period(said.period) if start and said.period else None
    return Evidence(
        at=event.at,
        when=(by_period or start.place(event.at)) if start else None,
        kind=said.kind,
        seat=seat,
        metric=said.metric or None,
        period=said.period,
        what=said.what,
        key=said.key,
        before=said.before,
        after=said.after,
        commit=event.commit,
        by=event.by,
        who=event.who,
        by_claimed=event.by_claimed,
    )


def _describe_changes(event: Event, seat: str) -> Iterator[_Said]:
    """The changes of a seat in words. Files that could not be read are no evidence."""
    inputs = {one.item.key: one.item for one in event.changes if _is_input(one)}
    for key, item in inputs.items():
        # The seat that an input comes from is told with the input, if both changed.
        if not key.endswith(GIVER) or key.removesuffix(GIVER) not in inputs:
            yield _describe_input(key, item, inputs.get(f"{key}{GIVER}"))
    for change in event.changes:
        is_told = _is_input(change) or is_first_date(change.item)
        if not is_told and (describe := _DESCRIBERS.get(change.sort)):
            yield describe(change.item, seat)


def _is_input(change: SeatChange) -> bool:
    return change.sort == "fields" and change.item.key.startswith(INPUTS)


def _describe_input(key: str, item: FieldChanged, giver: FieldChanged | None) -> _Said:
    before, after = item.before, item.after
    if giver:
        before, after = (
            ", ".join(filter(None, (text, seat and f"from {seat}"))) or None
            for text, seat in ((before, giver.before), (after, giver.after))
        )
    values = describe_values(before, after)
    return _Said(EvidenceKind.INPUT, f"{name_input(key)}: {values}", key=key, before=before, after=after)


def describe_values(before: str | None, after: str | None) -> str:
    """`A → B`; `B, new` without a value before; `A, gone` without one after."""
    if before and after:
        return f"{before} → {after}"
    return f"{after}, new" if after else f"{before}, gone"


def _describe_field(item: FieldChanged, _: str) -> _Said:
    values = describe_values(item.before, item.after)
    facts: dict[str, Any] = {"key": item.key, "before": item.before, "after": item.after}
    if item.key.startswith(HOLDERS):
        day = item.key.removeprefix(HOLDERS)
        return _Said(EvidenceKind.HANDOVER, describe_holder(item), period=day, **facts)
    if item.key.startswith("capabilities."):
        name = item.key.removeprefix("capabilities.")
        return _Said(EvidenceKind.CAPABILITY, f"what the capability {name} is: {values}", **facts)
    return _Said(EvidenceKind.SEAT, f"{item.key}: {values}", **facts)


def _describe_owner(item: Handover, _: str) -> _Said:
    names = item.before_name or item.before, item.after_name or item.after
    return _Said(
        EvidenceKind.OWNER, f"owner: {describe_values(*names)}", key="owner", before=item.before, after=item.after
    )


def _describe_move(item: Handover, _: str) -> _Said:
    names = item.before_name or item.before, item.after_name or item.after
    what = f"reports to: {describe_values(*names)}"
    return _Said(EvidenceKind.REPORTS_TO, what, key="reports_to", before=item.before, after=item.after)


def _describe_hand(what: str, item: CapabilityHanded | MetricHanded, seat: str) -> str:
    if item.after == seat:
        return f"gained the {what}" + (f" from {item.before_name or item.before}" if item.before else "")
    return f"lost the {what}" + (f" to {item.after_name or item.after}" if item.after else "")


def _describe_capability(item: CapabilityHanded, seat: str) -> _Said:
    what = _describe_hand(f"capability {item.capability}", item, seat)
    key = f"capabilities.{item.capability}"
    return _Said(EvidenceKind.CAPABILITY, what, key=key, before=item.before, after=item.after)


def _describe_metric(item: MetricHanded, seat: str) -> _Said:
    what = _describe_hand(f"metric {item.metric}", item, seat)
    return _Said(EvidenceKind.METRIC, what, item.metric, key=f"metrics.{item.metric}")


def _describe_end(item: MetricEnded, _: str) -> _Said:
    goes_on = f", continued by {item.to}/{item.to_metric}" if item.to and item.to_metric else ""
    what = f"{item.metric} ends after {item.after}{goes_on}"
    return _Said(EvidenceKind.METRIC, what, item.metric, item.after, f"metrics.{item.metric}.ends", None, item.after)


def _describe_target(item: TargetMoved, _: str) -> _Said:
    end = f" to before {item.until}" if item.until else " on"
    span = f" from {item.since}{end}" if item.since else f" before {item.until}" if item.until else ""
    what = f"target of {item.metric}{span}: {describe_values(item.before, item.after)}"
    key = f"metrics.{item.metric}.target"
    return _Said(EvidenceKind.TARGET, what, item.metric, item.since, key, item.before, item.after)


def _describe_metric_field(item: MetricField, _: str) -> _Said:
    kind = EvidenceKind.SOURCE if item.key == "source" else EvidenceKind.METRIC
    what = f"{item.key} of {item.metric}: {describe_values(item.before, item.after)}"
    return _Said(kind, what, item.metric, None, f"metrics.{item.metric}.{item.key}", item.before, item.after)


def _describe_waiver(item: WaiverChanged, _: str) -> _Said:
    what = f"may break {item.rule}: {describe_values(item.before, item.after)}"
    key = f"metrics.{item.metric}.waive.{item.rule}"
    return _Said(EvidenceKind.METRIC, f"{item.metric} {what}", item.metric, None, key, item.before, item.after)


def _describe_added(item: SeatAdded, _: str) -> _Said:
    return _Said(EvidenceKind.SEAT, f"the seat was added: {item.name}, {item.role}")


def _describe_removed(_item: SeatRemoved, _: str) -> _Said:
    return _Said(EvidenceKind.SEAT, "the file of the seat was removed")


def _describe_retired(item: SeatRetired, _: str) -> _Said:
    who = f", decided by {item.decided_by_name or item.decided_by}" if item.decided_by else ""
    why = f": {item.reason}" if item.reason else ""
    return _Said(EvidenceKind.DECISION, f"the seat was retired{who}{why}")


def _describe_record(_item: RecordTouched, _: str) -> _Said:
    return _Said(EvidenceKind.DECISION, "its retirement record was changed")


# For each list of a diff that is part of the history of a seat.
_DESCRIBERS: dict[str, Callable[[Any, str], _Said]] = {
    "added": _describe_added,
    "removed": _describe_removed,
    "statuses": _describe_field,
    "owners": _describe_owner,
    "moved": _describe_move,
    "fields": _describe_field,
    "capabilities": _describe_capability,
    "metrics": _describe_metric,
    "ended": _describe_end,
    "targets": _describe_target,
    "metric_fields": _describe_metric_field,
    "waivers": _describe_waiver,
    "retired": _describe_retired,
    "records": _describe_record,
}
