"""A difference told: sections of lines, worded once for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orgtp.render.spans import (
    SHORT,
    Line,
    Span,
    called,
    change,
    code,
    line,
    listed,
    made,
    made_below,
    measured,
    shown,
    subject,
    told,
    went,
    who,
    words,
)
from orgtp.views.diff.build import Diff
from orgtp.views.diff.escalations import EscalationChanged, SilenceChanged
from orgtp.views.diff.metrics import MetricField, TargetMoved, WaiverChanged
from orgtp.views.diff.scores import RowChanged, ValueCorrected, ValuesAdded
from orgtp.views.diff.types import CapabilityHanded, FieldChanged, Handover, Heir, MetricHanded, SeatAdded, SeatRetired


@dataclass(frozen=True, slots=True)
class Item:
    """A line, and the lines that belong below it. `loud`: it should never be."""

    line: Line
    below: tuple[Line, ...] = ()
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A title, a table if there is one, and items."""

    title: str
    items: tuple[Item, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


def story(found: Diff) -> list[Section]:
    """The sections that have content, in the order in which people ask."""
    from orgtp.render.diff.sections import changed

    scores = (*map(_rewritten, found.rows), *map(_corrected, found.corrections))
    sections = (
        Section("Added", tuple(_added(found, seat) for seat in found.added)),
        Section("Changed", tuple(changed(found))),
        Section("Moved", tuple(map(_moved, found.moved))),
        Section("Owners", tuple(map(_owned, found.owners))),
        Section("Retired", tuple(map(_retired, found.retired))),
        Section("Removed", tuple(_removed(found))),
        Section("Targets", tuple(_targets(found))),
        Section("Scores", scores, ("Seat", "Metric", "Values", "Newest"), tuple(map(_values, found.values))),
        Section("Escalations", (*map(_trouble, found.escalations), *map(_silenced, found.silences))),
        Section("Policy", tuple(_policy(found))),
        Section("Not readable", tuple(Item(line("nothing is known of ", code(path))) for path in found.unreadable)),
    )
    return [section for section in sections if section.items or section.rows]


def _added(found: Diff, seat: SeatAdded) -> Item:
    return Item(
        line(subject(seat.seat, seat.name), told(", ", seat.role)), (*of_added(found, seat), *made_below(seat.made))
    )


def of_added(found: Diff, seat: SeatAdded) -> Iterator[Line]:
    """Where a new seat stands, what it does and what it is measured on."""
    boss = line("reports to ", who(seat.reports_to, seat.reports_to_name)) if seat.reports_to else line("at the top")
    own = seat.owner == seat.seat
    yield boss if own else line(who(seat.owner, seat.owner_name), " answers, ", boss)
    if seat.status != "active":
        yield line(f"status: {seat.status}")
    if seat.capabilities:
        yield line("does ", listed([line(code(what), _giver(found, seat.seat, what)) for what in seat.capabilities]))
    for metric in seat.metrics:
        yield measured(metric.metric, metric.name, metric.target, metric.cadence, metric.outcome)
    for waiver in found.waivers:
        if waiver.seat == seat.seat and waiver.after:
            yield waived(waiver)


def _giver(found: Diff, seat: str, what: str) -> Line:
    """From whom a new seat has a capability."""
    for hand in found.capabilities:
        if (hand.after, hand.capability) == (seat, what) and hand.before:
            return line(" (from ", who(hand.before, hand.before_name), ")")
    return ()


def waived(waiver: WaiverChanged) -> Line:
    """A rule that a metric may break, and why."""
    metric = called(waiver.metric, waiver.metric_name)
    if waiver.after:
        return line(metric, " may break ", code(waiver.rule), ": ", words(waiver.after))
    return line(metric, " may not break ", code(waiver.rule), " any more")


def _moved(move: Handover) -> Item:
    return Item(line(subject(move.seat, move.name), " ", moved(move), made(move.made)))


def moved(move: Handover) -> Line:
    """Whom a seat reports to now, and did before."""
    now = line("reports to ", who(move.after, move.after_name)) if move.after else line("is at the top of the chart")
    was = line(", before to ", who(move.before, move.before_name)) if move.before else line(", before at the top")
    return line(now, was)


def _owned(move: Handover) -> Item:
    return Item(line(subject(move.seat, move.name), ": ", owned(move), made(move.made)))


def owned(move: Handover) -> Line:
    """Who answers for a seat now, and did before."""
    return line(who(move.after, move.after_name), " answers, before ", who(move.before, move.before_name))


def _retired(seat: SeatRetired) -> Item:
    named = line(subject(seat.seat, seat.name), told(", ", seat.role))
    if not seat.recorded:
        return Item(line(named, ": no record says who decided, why, and who takes over"), loud=True)
    when = line(f", on {seat.retired_on}" if seat.retired_on else "")
    decided = line(", decided by ", who(seat.decided_by, seat.decided_by_name), told(": ", seat.reason))
    below = [line(code(part.what), " → ", _heir(part, "nobody")) for part in seat.capabilities]
    below += [line(called(part.what, part.name), _heir(part, " ends", " → ")) for part in seat.metrics]
    return Item(line(named, when, decided), (*below, *made_below(seat.made)))


def _heir(part: Heir, none: str, arrow: str = "") -> Line:
    return line(arrow, who(part.heir, part.heir_name)) if part.heir else line(none)


def _removed(found: Diff) -> Iterator[Item]:
    for seat in found.removed:
        how = "though it was retired" if seat.status == "retired" else "without a retirement"
        yield Item(
            line(subject(seat.seat, seat.name), told(", ", seat.role), f": its file went {how}", made(seat.made)),
            loud=True,
        )
    for record in found.records:
        what = "is gone" if record.gone else "is not as it was"
        yield Item(
            line("the retirement record of ", subject(record.seat, record.name), f" {what}", made(record.made)),
            loud=True,
        )


def _targets(found: Diff) -> Iterator[Item]:
    for seat, name in dict.fromkeys((target.seat, target.name) for target in found.targets):
        below = [target_line(target) for target in found.targets if target.seat == seat]
        yield Item(subject(seat, name), tuple(below))


def target_line(target: TargetMoved) -> Line:
    """What judges a metric now, from when until when, and did before."""
    was, now = (code(text) if text else Span("no target") for text in (target.before, target.after))
    when = _when(target.since, target.until)
    return line(called(target.metric, target.metric_name), f"{when}: ", was, " → ", now, made(target.made))


def _when(since: str | None, until: str | None) -> str:
    """From which period on, and until before which one, a target judges."""
    if since:
        return f", from {since}" + (f" until {until}" if until else "")
    return f", before {until}" if until else ""


def _values(added: ValuesAdded) -> tuple[Line, ...]:
    unknown = f", {added.unavailable} unavailable" if added.unavailable else ""
    return (
        who(added.seat, added.name),
        called(added.metric, added.metric_name),
        line(f"{added.added} new{unknown}"),
        line(code(added.period), " = ", shown(added.value, added.measure)),
    )


def _corrected(value: ValueCorrected) -> Item:
    about = line(who(value.seat, value.name), ", ", called(value.metric, value.metric_name), ", ", code(value.period))
    was, now = shown(value.before, value.measure), shown(value.after, value.measure)
    by = line(" by ", code(value.by)) if value.by else ()
    where = line(" in ", code(value.made.commit[:SHORT])) if value.made else ()
    return Item(line(about, ": ", was, " → ", now, ", corrected", by, where, told(": ", value.note)))


def _rewritten(row: RowChanged) -> Item:
    old, new = row.before, row.after
    about = line(
        who(row.seat, row.name), ", ", code(old["metric"]), ", ", code(old["period"]), ": the row ", code(row.id)
    )
    if new is None:
        return Item(line(about, " is gone, with ", _kept(old["value"])), loud=True)
    other = [line(f"{key} ", _kept(old[key]), " → ", _kept(new[key])) for key in new if old[key] != new[key]]
    return Item(line(about, " is not as it was: ", listed(other)), loud=True)


def _kept(text: str | None) -> Span:
    return Span("null") if text is None else code(text)


def _trouble(one: EscalationChanged) -> Item:
    hands = went(*(code(seat) if seat else None for seat in (one.with_before, one.with_after)))
    state = went(*(Span(text) if text else None for text in (one.before, one.after)))
    same = one.with_before == one.with_after
    with_ = line(", with ", code(one.with_after)) if same or not one.with_before else line(", with ", hands)
    about = line(subject(one.seat, one.name), ": ", words(one.about), " (", code(one.escalation), "): ")
    return Item(line(about, state if one.before != one.after else line(one.after or ""), with_, made(one.made)))


def _silenced(one: SilenceChanged) -> Item:
    days = went(*(code(day) if day else None for day in (one.before, one.after)))
    about = line(subject(one.seat, one.name), ": ", code(one.metric), " silenced until ")
    return Item(line(about, days, told(": ", one.reason), made(one.made)))


def _policy(found: Diff) -> Iterator[Item]:
    for key in found.policy:
        yield Item(line(code(key.key), ": ", change(key.before, key.after), made(key.made)))


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
