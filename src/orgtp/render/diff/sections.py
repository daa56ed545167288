"""Word a diff: sections of lines, for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orgtp.model.text import count_noun
from orgtp.model.value import Unit
from orgtp.model.verdict_changes import VerdictChange
from orgtp.render.spans import (
    SHORT_COMMIT,
    Line,
    code_text,
    format_measured_on,
    format_named_id,
    format_seat,
    format_seat_short,
    format_text_change,
    format_transition,
    join_lines,
    join_spans,
    prefix_text,
    user_text,
)
from orgtp.views.diff.build import Diff
from orgtp.views.diff.escalations import EscalationChanged, SilenceChanged
from orgtp.views.diff.metrics import MetricField, TargetMoved, WaiverChanged
from orgtp.views.diff.reviews import ReviewChanged
from orgtp.views.diff.scores import RowChanged, ValueCorrected, ValuesAdded
from orgtp.views.diff.todos import TodoChanged
from orgtp.views.diff.types import (
    CapabilityHanded,
    FieldChanged,
    Handover,
    Heir,
    Made,
    MetricEnded,
    MetricHanded,
    SeatAdded,
    SeatRetired,
)
from orgtp.views.diff.wording import HOLDERS, VACANT, name_seat_key


@dataclass(frozen=True, slots=True)
class ListItem:
    """A line, and the lines below it. `loud`: a change that should never happen."""

    line: Line
    below: tuple[Line, ...] = ()
    loud: bool = False


@dataclass(frozen=True, slots=True)
class DiffSection:
    """A title, items and a table."""

    title: str
    items: tuple[ListItem, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


def build_sections(found: Diff) -> list[DiffSection]:
    """The sections that have content."""
    scores = (*map(_make_rewritten_item, found.rows), *map(_make_correction_item, found.corrections))
    sections = (
        DiffSection("Added", tuple(_make_added_item(found, seat) for seat in found.added)),
        DiffSection("Changed", tuple(_list_changed_items(found))),
        DiffSection("Moved", tuple(map(_make_moved_item, found.moved))),
        DiffSection("Owners", tuple(map(_make_owner_item, found.owners))),
        DiffSection("Retired", tuple(map(_make_retired_item, found.retired))),
        DiffSection("Removed", tuple(_list_removed_items(found))),
        DiffSection("Targets", tuple(_list_target_items(found))),
        DiffSection("Verdicts on the past", tuple(map(_make_verdict_item, found.verdicts))),
        DiffSection(
            "Scores", scores, ("Seat", "Metric", "Values", "Newest"), tuple(map(_format_values_row, found.values))
        ),
        DiffSection(
            "Escalations", (*map(_make_escalation_item, found.escalations), *map(_make_silence_item, found.silences))
        ),
        DiffSection("To-dos", tuple(map(_make_todo_item, found.todos))),
        DiffSection("Reviews", tuple(map(_make_review_item, found.reviews))),
        DiffSection("Policy", tuple(_list_policy_items(found))),
        DiffSection(
            "Not readable",
            tuple(ListItem(join_spans("not compared: ", code_text(path))) for path in found.unreadable),
        ),
    )
    return [section for section in sections if section.items or section.rows]


def _make_verdict_item(change: VerdictChange) -> ListItem:
    """A metric whose past periods are judged differently, and in which direction."""
    metric = join_spans(
        format_seat_short(change.seat, change.name), " ", format_named_id(change.metric, change.metric_name)
    )
    return ListItem(join_spans(metric, f": {change.summary}"))


def _make_added_item(found: Diff, seat: SeatAdded) -> ListItem:
    return ListItem(
        join_spans(format_seat(seat.seat, seat.name), prefix_text(", ", seat.role)),
        (*format_added_details(found, seat), *_format_change_author_lines(seat.made)),
    )


def format_added_details(found: Diff, seat: SeatAdded) -> Iterator[Line]:
    """The place of a new seat on the chart, its capabilities and its metrics."""
    boss = (
        join_spans("reports to ", format_seat_short(seat.reports_to, seat.reports_to_name))
        if seat.reports_to
        else join_spans("at the top")
    )
    own = seat.owner == seat.seat
    yield boss if own else join_spans("owned by ", format_seat_short(seat.owner, seat.owner_name), ", ", boss)
    if seat.status != "active":
        yield join_spans(f"status: {seat.status}")
    if seat.capabilities:
        yield join_spans(
            "does ",
            join_lines(
                [join_spans(code_text(what), _format_giver(found, seat.seat, what)) for what in seat.capabilities]
            ),
        )
    for metric in seat.metrics:
        yield format_measured_on(metric.metric, metric.name, metric.target, metric.cadence, metric.outcome)
    for waiver in found.waivers:
        if waiver.seat == seat.seat and waiver.after:
            yield format_waiver(waiver)


def _format_giver(found: Diff, seat: str, what: str) -> Line:
    """The seat that had a capability of a new seat before."""
    for hand in found.capabilities:
        if (hand.after, hand.capability) == (seat, what) and hand.before:
            return join_spans(" (from ", format_seat_short(hand.before, hand.before_name), ")")
    return []


def format_waiver(waiver: WaiverChanged) -> Line:
    """A rule that a metric may break, and the reason."""
    metric = format_named_id(waiver.metric, waiver.metric_name)
    if waiver.after:
        return join_spans(metric, " may break ", code_text(waiver.rule), ": ", user_text(waiver.after))
    return join_spans(metric, " may not break ", code_text(waiver.rule), " any more")


def _make_moved_item(move: Handover) -> ListItem:
    return ListItem(
        join_spans(format_seat(move.seat, move.name), " ", format_move(move), _format_change_author(move.made))
    )


def format_move(move: Handover) -> Line:
    """The seat that a seat reports to, now and before."""
    now = (
        join_spans("reports to ", format_seat_short(move.after, move.after_name))
        if move.after
        else join_spans("is at the top of the chart")
    )
    was = (
        join_spans(", previously to ", format_seat_short(move.before, move.before_name))
        if move.before
        else join_spans(", previously at the top")
    )
    return join_spans(now, was)


def _make_owner_item(move: Handover) -> ListItem:
    return ListItem(
        join_spans(format_seat(move.seat, move.name), ": ", format_owner_change(move), _format_change_author(move.made))
    )


def format_owner_change(move: Handover) -> Line:
    """The owner of a seat, now and before."""
    return join_spans(
        "owned by ",
        format_seat_short(move.after, move.after_name),
        ", previously by ",
        format_seat_short(move.before, move.before_name),
    )


def _make_retired_item(seat: SeatRetired) -> ListItem:
    named = join_spans(format_seat(seat.seat, seat.name), prefix_text(", ", seat.role))
    if not seat.recorded:
        return ListItem(join_spans(named, ": no record says who decided, why, and who takes over"), loud=True)
    when = join_spans(f", on {seat.retired_on}" if seat.retired_on else "")
    decided = join_spans(
        ", decided by ", format_seat_short(seat.decided_by, seat.decided_by_name), prefix_text(": ", seat.reason)
    )
    below = [join_spans(code_text(part.what), " → ", _format_heir(part, "nobody")) for part in seat.capabilities]
    below += [
        join_spans(format_named_id(part.what, part.name), _format_heir(part, " ends", " → ")) for part in seat.metrics
    ]
    return ListItem(join_spans(named, when, decided), (*below, *_format_change_author_lines(seat.made)))


def _format_heir(part: Heir, none: str, arrow: str = "") -> Line:
    return join_spans(arrow, format_seat_short(part.heir, part.heir_name)) if part.heir else join_spans(none)


def _list_removed_items(found: Diff) -> Iterator[ListItem]:
    for seat in found.removed:
        how = "though it was retired" if seat.status == "retired" else "without a retirement"
        yield ListItem(
            join_spans(
                format_seat(seat.seat, seat.name),
                prefix_text(", ", seat.role),
                f": its file went {how}",
                _format_change_author(seat.made),
            ),
            loud=True,
        )
    for record in found.records:
        what = "is gone" if record.gone else "is not as it was"
        yield ListItem(
            join_spans(
                "the retirement record of ",
                format_seat(record.seat, record.name),
                f" {what}",
                _format_change_author(record.made),
            ),
            loud=True,
        )


def _list_target_items(found: Diff) -> Iterator[ListItem]:
    for seat, name in dict.fromkeys((target.seat, target.name) for target in found.targets):
        below = [format_target_change(target) for target in found.targets if target.seat == seat]
        yield ListItem(format_seat(seat, name), tuple(below))


def format_target_change(target: TargetMoved) -> Line:
    """The old and the new target of a metric, and the periods that they are for."""
    was, now = (code_text(text) if text else join_spans("no target") for text in (target.before, target.after))
    when = _format_target_span(target.since, target.until)
    return join_spans(
        format_named_id(target.metric, target.metric_name),
        f"{when}: ",
        was,
        " → ",
        now,
        _format_change_author(target.made),
    )


def _format_target_span(since: str | None, until: str | None) -> str:
    """The first period of a target, and the first one after it."""
    if since:
        return f", from {since}" + (f" until {until}" if until else "")
    return f", before {until}" if until else ""


def _format_values_row(added: ValuesAdded) -> tuple[Line, ...]:
    counts = {"unavailable": added.unavailable, "withdrawn": added.withdrawn}
    rest = "".join(f", {number} {what}" for what, number in counts.items() if number)
    newest = join_spans(code_text(added.period), " = ", _format_value(added.value, added.measure))
    return (
        format_seat_short(added.seat, added.name),
        format_named_id(added.metric, added.metric_name),
        join_spans(f"{added.added} new{rest}"),
        newest if added.period else [],
    )


def _make_correction_item(value: ValueCorrected) -> ListItem:
    about = join_spans(
        format_seat_short(value.seat, value.name),
        ", ",
        format_named_id(value.metric, value.metric_name),
        ", ",
        code_text(value.period),
    )
    was, now = _format_value(value.before, value.measure), _format_value(value.after, value.measure)
    by = join_spans(" by ", code_text(value.by)) if value.by else []
    where = join_spans(" in ", code_text(value.made.commit[:SHORT_COMMIT])) if value.made else []
    what = [", withdrawn"] if value.withdrawn else [" → ", now, ", corrected"]
    return ListItem(join_spans(about, ": ", was, *what, by, where, prefix_text(": ", value.note)))


def _make_rewritten_item(row: RowChanged) -> ListItem:
    old, new = row.before, row.after
    about = join_spans(
        format_seat_short(row.seat, row.name),
        ", ",
        code_text(old["metric"]),
        ", ",
        code_text(old["period"]),
        ": the row ",
        code_text(row.id),
    )
    if new is None:
        return ListItem(join_spans(about, " is gone, with ", _format_raw_value(old["value"])), loud=True)
    other = [
        join_spans(f"{key} ", _format_raw_value(old[key]), " → ", _format_raw_value(new[key]))
        for key in new
        if old[key] != new[key]
    ]
    return ListItem(join_spans(about, " is not as it was: ", join_lines(other)), loud=True)


def _format_raw_value(text: str | None) -> Line:
    return join_spans("null") if text is None else code_text(text)


def _make_escalation_item(one: EscalationChanged) -> ListItem:
    hands = format_transition(*(code_text(seat) if seat else [] for seat in (one.with_before, one.with_after)))
    state = format_transition(*(join_spans(text) if text else [] for text in (one.before, one.after)))
    same = one.with_before == one.with_after
    with_ = (
        join_spans(", with ", code_text(one.with_after))
        if same or not one.with_before
        else join_spans(", with ", hands)
    )
    about = join_spans(
        format_seat(one.seat, one.name), ": ", user_text(one.about), " (", code_text(one.escalation), "): "
    )
    return ListItem(
        join_spans(
            about,
            state if one.before != one.after else join_spans(one.after or ""),
            with_,
            _format_change_author(one.made),
        )
    )


def _make_todo_item(one: TodoChanged) -> ListItem:
    state = (
        format_transition(*(join_spans(text) if text else [] for text in (one.before, one.after)))
        if one.before != one.after
        else join_spans(one.after or "")
    )
    facts = ((", owner ", one.owner_before, one.owner_after), (", due ", one.due_before, one.due_after))
    moved = (
        join_spans(what, format_transition(code_text(was), code_text(now)))
        for what, was, now in facts
        if was and now and was != now
    )
    about = join_spans(format_seat(one.seat, one.name), ": ", user_text(one.what), " (", code_text(one.todo), "): ")
    return ListItem(join_spans(about, state, *moved, _format_change_author(one.made)))


def _make_review_item(one: ReviewChanged) -> ListItem:
    what = "changed" if one.before and one.after else "held" if one.after else "removed"
    rows = f": {what}, {count_noun(one.rows, 'row')} discussed, led by "
    line = join_spans(code_text(one.review), rows, format_seat(one.led_by, one.name))
    return ListItem(join_spans(line, _format_change_author(one.made)))


def _make_silence_item(one: SilenceChanged) -> ListItem:
    days = format_transition(*(code_text(day) if day else [] for day in (one.before, one.after)))
    about = join_spans(format_seat(one.seat, one.name), ": ", code_text(one.metric), " silenced until ")
    return ListItem(join_spans(about, days, prefix_text(": ", one.reason), _format_change_author(one.made)))


def _list_policy_items(found: Diff) -> Iterator[ListItem]:
    for key in found.policy:
        yield ListItem(
            join_spans(
                code_text(key.key), ": ", format_text_change(key.before, key.after), _format_change_author(key.made)
            )
        )


def _list_changed_items(found: Diff) -> Iterator[ListItem]:
    """An item for each seat. Other sections show owners, moves, targets and the handovers of a retirement."""
    names = _collect_seat_names(found)
    for seat in found.changed:
        yield ListItem(format_seat(seat, names.get(seat, seat)), tuple(format_seat_changes(found, seat)))


def format_seat_changes(found: Diff, seat: str) -> Iterator[Line]:
    """A line for each change of a seat."""
    yield from (_format_field(field) for field in (*found.statuses, *found.fields) if field.seat == seat)
    yield from _format_capability_changes(found, seat)
    yield from _format_metric_changes(found, seat)


def _collect_seat_names(found: Diff) -> dict[str, str]:
    names: dict[str, str] = {}
    hands: tuple[CapabilityHanded | MetricHanded, ...] = (*found.capabilities, *found.metrics)
    for hand in hands:
        names |= {hand.before or "": hand.before_name or "", hand.after or "": hand.after_name or ""}
    own: tuple[FieldChanged | MetricField | WaiverChanged, ...]
    own = (*found.statuses, *found.fields, *found.metric_fields, *found.waivers)
    for end in found.ended:
        names |= {end.seat: end.name, end.to or "": end.to_name or ""}
    return names | {change.seat: change.name for change in own}


def _format_holder(field: FieldChanged) -> Line:
    """`held by Gwen Ito from 2026-08-01`, or what was corrected about it."""
    since = field.key.removeprefix(HOLDERS)
    made = _format_change_author(field.made)
    if field.after is None:
        held = VACANT if field.before == VACANT else join_spans("held by ", user_text(field.before))
        return join_spans("no longer ", held, f" from {since}", made)
    words = VACANT if field.after == VACANT else "held by "
    who = [] if field.after == VACANT else user_text(field.after)
    was = join_spans(" (it said ", user_text(field.before), ")") if field.before is not None else []
    return join_spans(words, who, f" from {since}", was, made)


def _format_field(field: FieldChanged) -> Line:
    if field.key.startswith(HOLDERS):
        return _format_holder(field)
    capability = field.key.removeprefix("capabilities.")
    label = join_spans("capability ", code_text(capability))
    if capability == field.key:
        # The user's own keys are shown as they are written.
        is_own = "x-" in field.key
        words = name_seat_key(field.key)
        label = code_text(field.key) if is_own else join_spans(words)
    return join_spans(label, ": ", format_text_change(field.before, field.after), _format_change_author(field.made))


def _format_capability_changes(found: Diff, seat: str) -> Iterator[Line]:
    """The capabilities that the seat gained and lost."""
    for hand in found.capabilities:
        if hand.after == seat and not hand.retirement:
            giver = (
                join_spans(", taken over from ", format_seat_short(hand.before, hand.before_name))
                if hand.before
                else []
            )
            yield join_spans("does ", code_text(hand.capability), " now", giver, _format_change_author(hand.made))
        elif hand.before == seat and not hand.retirement:
            heir = join_spans(", ", format_seat_short(hand.after, hand.after_name), " does") if hand.after else []
            yield join_spans("does ", code_text(hand.capability), " no more", heir, _format_change_author(hand.made))


def _format_metric_changes(found: Diff, seat: str) -> Iterator[Line]:
    """The metrics that the seat gained and lost, the changes of the others, and their waivers."""
    yield from _format_metrics_handed(found, seat)
    for field in found.metric_fields:
        if field.seat == seat:
            label = f", {field.key.replace('_', ' ')}: "
            yield join_spans(
                format_named_id(field.metric, field.metric_name),
                label,
                format_text_change(field.before, field.after),
                _format_change_author(field.made),
            )
    yield from (
        join_spans(format_waiver(waiver), _format_change_author(waiver.made))
        for waiver in found.waivers
        if waiver.seat == seat
    )


def _format_metrics_handed(found: Diff, seat: str) -> Iterator[Line]:
    """The metrics of the seat that ended, and those that it gained and lost."""
    yield from (
        join_spans(_format_end(end), _format_change_author(end.made)) for end in found.ended if end.seat == seat
    )
    heirs = {(end.to, end.to_metric): end for end in found.ended if end.to}
    for hand in found.metrics:
        came = heirs.get((seat, hand.metric))
        # Where a metric continues another one of its seat, the line about that one says so.
        if hand.after == seat and not hand.retirement and not (came and came.seat == seat):
            before = (hand.before, hand.before_name) if hand.before or not came else (came.seat, came.name)
            giver = join_spans(", taken over from ", format_seat_short(*before)) if before[0] else []
            yield join_spans(
                format_measured_on(hand.metric, hand.name, hand.target, hand.cadence, hand.outcome),
                giver,
                _format_change_author(hand.made),
            )
        elif hand.before == seat and not hand.retirement:
            heir = join_spans(", ", format_seat_short(hand.after, hand.after_name), " is") if hand.after else []
            yield join_spans(
                "not measured on ",
                format_named_id(hand.metric, hand.name),
                " any more",
                heir,
                _format_change_author(hand.made),
            )


def _format_end(end: MetricEnded) -> Line:
    """How a metric ends, and what continues it."""
    what = format_named_id(end.metric, end.metric_name)
    heir = code_text(end.to_metric or "")
    to = format_seat_short(end.to, end.to_name) if end.to else []
    other = join_spans(" as ", heir) if end.to_metric != end.metric else []
    ways = {
        "ended": join_spans(" ends"),
        "continued": join_spans(" is continued by ", heir, join_spans(" of ", to) if end.to != end.seat else []),
        "renamed": join_spans(" is renamed to ", heir),
        "moved": join_spans(" moves to ", to, other),
        "recadenced": join_spans(f" is {end.to_cadence} instead of {end.cadence}", other),
    }
    # Otherwise, the line of its target says so.
    has_other_target = end.how == "continued" and end.target != end.to_target
    targets = format_transition(*(code_text(text or "") for text in (end.target, end.to_target)))
    target = join_spans(", target ", targets) if has_other_target else []
    return join_spans(what, ways[end.how], f" after {end.after}", target)


def _format_change_author(made: Made | None) -> Line:
    """Who made the change and in which commit, in brackets; empty if unknown."""
    return join_spans(" (", *_format_change_author_lines(made), ")") if made else []


def _format_change_author_lines(made: Made | None) -> list[Line]:
    if made is None:
        return []
    return [join_spans("by ", user_text(made.by_name or made.author), " in ", code_text(made.commit[:SHORT_COMMIT]))]


def _format_value(value: str | None, measure: Unit | None) -> Line:
    if value is None:
        return join_spans("unavailable")
    return code_text(measure.format_shown(value) if measure else value)
