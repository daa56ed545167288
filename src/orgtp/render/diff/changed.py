"""What changed about one seat, told: status, words, capabilities and metrics."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.render.diff.sections import Item, waived
from orgtp.render.spans import Line, called, change, code, line, made, measured, subject, who
from orgtp.views.diff.build import Diff
from orgtp.views.diff.metrics import MetricField, WaiverChanged
from orgtp.views.diff.types import CapabilityHanded, FieldChanged, MetricHanded


def changed(found: Diff) -> Iterator[Item]:
    """An item a seat. Owners, moves, targets and what a retirement hands over are told of elsewhere."""
    names = _names(found)
    for seat in found.changed:
        yield Item(subject(seat, names.get(seat, seat)), tuple(changes_of(found, seat)))


def changes_of(found: Diff, seat: str) -> Iterator[Line]:
    """A line for each thing that changed about a seat."""
    yield from (*_about(found, seat), *_hands(found, seat), *_metrics(found, seat))


def _names(found: Diff) -> dict[str, str]:
    names: dict[str, str] = {}
    hands: tuple[CapabilityHanded | MetricHanded, ...] = (*found.capabilities, *found.metrics)
    for hand in hands:
        names |= {hand.before or "": hand.before_name or "", hand.after or "": hand.after_name or ""}
    own: tuple[FieldChanged | MetricField | WaiverChanged, ...]
    own = (*found.statuses, *found.fields, *found.metric_fields, *found.waivers)
    return names | {change.seat: change.name for change in own}


def _about(found: Diff, seat: str) -> Iterator[Line]:
    """The status, and the seat's own words."""
    yield from (_field(field) for field in (*found.statuses, *found.fields) if field.seat == seat)


def _field(field: FieldChanged) -> Line:
    key, _, capability = field.key.partition(".")
    label = line("capability ", code(capability)) if capability else line(key.replace("_", " "))
    return line(label, ": ", change(field.before, field.after), made(field.made))


def _hands(found: Diff, seat: str) -> Iterator[Line]:
    """The capabilities that the seat has now, and those that it has no more."""
    for hand in found.capabilities:
        if hand.after == seat and not hand.retirement:
            giver = line(", taken over from ", who(hand.before, hand.before_name)) if hand.before else ()
            yield line("does ", code(hand.capability), " now", giver, made(hand.made))
        elif hand.before == seat and not hand.retirement:
            heir = line(", ", who(hand.after, hand.after_name), " does") if hand.after else ()
            yield line("does ", code(hand.capability), " no more", heir, made(hand.made))


def _metrics(found: Diff, seat: str) -> Iterator[Line]:
    """The metrics that came and went, what is new about the others, and what they may break."""
    for hand in found.metrics:
        if hand.after == seat and not hand.retirement:
            giver = line(", taken over from ", who(hand.before, hand.before_name)) if hand.before else ()
            yield line(
                measured(hand.metric, hand.name, hand.target, hand.cadence, hand.outcome), giver, made(hand.made)
            )
        elif hand.before == seat and not hand.retirement:
            heir = line(", ", who(hand.after, hand.after_name), " is") if hand.after else ()
            yield line("not measured on ", called(hand.metric, hand.name), " any more", heir, made(hand.made))
    for field in found.metric_fields:
        if field.seat == seat:
            label = f", {field.key.replace('_', ' ')}: "
            yield line(
                called(field.metric, field.metric_name), label, change(field.before, field.after), made(field.made)
            )
    yield from (line(waived(waiver), made(waiver.made)) for waiver in found.waivers if waiver.seat == seat)
