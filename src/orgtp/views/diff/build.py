"""Compare two versions of an org: seats, owners, targets, values, policy.

`authorship.py` finds who made each change.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from orgtp.model.org import Org
from orgtp.model.records.todo import TodoState
from orgtp.model.text import count_noun
from orgtp.model.verdict_changes import VerdictChange, compare_verdicts
from orgtp.views.diff.escalations import EscalationChanged, SilenceChanged, escalations_changed, silences_changed
from orgtp.views.diff.metrics import MetricField, TargetMoved, WaiverChanged, metric_fields, targets_moved, waivers
from orgtp.views.diff.policy import PolicyChanged, policy_changes
from orgtp.views.diff.scores import RowChanged, ValueCorrected, ValuesAdded, corrections, rows_changed, values_added
from orgtp.views.diff.seats import Seats
from orgtp.views.diff.todos import TodoChanged, todos_changed
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

_CLOSED = tuple(state.value for state in TodoState if state.is_closed)


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that differs, each list sorted by seat id and what it is about.

    `owners` are changes of owner, and `moved` of the seat that a seat reports to. `records` are retirement records and
    `rows` recorded values that changed, which should never happen. `verdicts` are the metrics whose past periods are
    judged differently. `unreadable` are files that are unreadable on either
    side, and not compared.
    """

    added: tuple[SeatAdded, ...] = ()
    retired: tuple[SeatRetired, ...] = ()
    removed: tuple[SeatRemoved, ...] = ()
    moved: tuple[Handover, ...] = ()
    owners: tuple[Handover, ...] = ()
    statuses: tuple[FieldChanged, ...] = ()
    fields: tuple[FieldChanged, ...] = ()
    capabilities: tuple[CapabilityHanded, ...] = ()
    metrics: tuple[MetricHanded, ...] = ()
    ended: tuple[MetricEnded, ...] = ()
    metric_fields: tuple[MetricField, ...] = ()
    targets: tuple[TargetMoved, ...] = ()
    waivers: tuple[WaiverChanged, ...] = ()
    values: tuple[ValuesAdded, ...] = ()
    corrections: tuple[ValueCorrected, ...] = ()
    rows: tuple[RowChanged, ...] = ()
    records: tuple[RecordTouched, ...] = ()
    escalations: tuple[EscalationChanged, ...] = ()
    silences: tuple[SilenceChanged, ...] = ()
    todos: tuple[TodoChanged, ...] = ()
    policy: tuple[PolicyChanged, ...] = ()
    verdicts: tuple[VerdictChange, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not any(getattr(self, field.name) for field in fields(self))

    @property
    def changed(self) -> list[str]:
        """The ids of the seats, there before and after, that differ in more than owner, place and targets."""
        own: tuple[FieldChanged | MetricField | WaiverChanged, ...]
        ended = {seat for one in self.ended for seat in one.ends}
        own = (*self.statuses, *self.fields, *self.metric_fields, *self.waivers)
        hands: tuple[CapabilityHanded | MetricHanded, ...] = (*self.capabilities, *self.metrics)
        handed = {end for hand in hands if not hand.retirement for end in hand.ends}
        retired = {seat.seat for seat in self.retired}
        whole = {seat.seat for seat in self.added} | {seat.seat for seat in self.removed}
        return sorted(({change.seat for change in own} | ended | (handed - retired)) - whole)


def diff(before: Org, after: Org, now: datetime | None = None) -> Diff:
    """What changed from `before` to `after`. With `now`, also how the verdicts on the past as of now changed."""
    seats = Seats(before, after)
    pairs = seats.metric_pairs
    return Diff(
        added=tuple(seats.added()),
        retired=tuple(seats.retired()),
        removed=tuple(seats.removed()),
        moved=tuple(seats.handed_over("reports_to")),
        owners=tuple(seats.handed_over("owner")),
        statuses=tuple(seats.statuses()),
        fields=tuple(seats.fields()),
        capabilities=tuple(seats.capabilities()),
        metrics=tuple(seats.metrics()),
        ended=tuple(seats.ended()),
        metric_fields=tuple(metric_fields(pairs)),
        targets=tuple(targets_moved(pairs)),
        waivers=tuple(waivers(pairs)),
        values=tuple(values_added(before, after)),
        corrections=tuple(corrections(before, after)),
        rows=tuple(rows_changed(before, after)),
        records=tuple(seats.records()),
        escalations=tuple(escalations_changed(before, after)),
        silences=tuple(silences_changed(before, after)),
        todos=tuple(todos_changed(before, after)),
        policy=tuple(policy_changes(before, after)),
        verdicts=tuple(compare_verdicts(before, after, now)) if now else (),
        unreadable=tuple(sorted(before.unreadable | after.unreadable)),
    )


def headline(found: Diff) -> str:
    """A summary: `2 seats added, 1 retired, 1 target moved`."""
    seats = {
        "added": len(found.added),
        "retired": len(found.retired),
        "removed without a retirement": len(found.removed),
        "changed": len(found.changed),
        "moved": len(found.moved),
        "with another owner": len(found.owners),
    }
    parts = [(f"{number} {what}", count_noun(number, "seat") + f" {what}") for what, number in seats.items() if number]
    words = [whole if number == 0 else short for number, (short, whole) in enumerate(parts)]
    return ", ".join([*words, *_count_other_changes(found)]) or "nothing changed"


def _count_other_changes(found: Diff) -> list[str]:
    """The counts of what changed besides seats."""
    new = sum(values.added for values in found.values)
    counts = (
        (len(found.ended), "metric", "ended or continued"),
        (len({(target.seat, target.metric) for target in found.targets}), "target", "moved"),
        (new, "value", "recorded"),
        (sum(not value.withdrawn for value in found.corrections), "value", "corrected"),
        (sum(value.withdrawn for value in found.corrections), "value", "withdrawn"),
        (len(found.rows), "recorded value", "changed or removed"),
        (len(found.records), "retirement record", "changed or removed"),
        (sum(one.before is None for one in found.escalations), "escalation", "opened"),
        (sum(one.after == "resolved" for one in found.escalations), "escalation", "resolved"),
        (sum(one.before is None for one in found.todos), "to-do", "added"),
        (sum(one.after in _CLOSED for one in found.todos), "to-do", "closed"),
        (len(found.policy), "line", "of org.yaml changed"),
        (len(found.verdicts), "metric", "with another verdict on the past"),
        (len(found.unreadable), "file", "not readable"),
    )
    return [f"{count_noun(number, noun)} {what}" for number, noun, what in counts if number]
