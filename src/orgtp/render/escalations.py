"""Show a list of escalations, and one escalation with its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from orgtp.model.escalation import EscalationEvent, EscalationStatus
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import (
    Screen,
    align_columns,
    format_group_heading,
    format_labelled,
    indent_lines,
    measure_line,
    render_lines,
    safe_text,
    to_local_time,
    wrap_line,
)
from orgtp.views.escalations import EscalationView, SilenceView

_STYLES = {EscalationStatus.OPEN: "yellow", EscalationStatus.ACKNOWLEDGED: "", EscalationStatus.RESOLVED: "green"}


def escalations_text(
    found: Sequence[EscalationView], silenced: Sequence[SilenceView], zone: tzinfo, screen: Screen
) -> str:
    """The escalations of each assignee below their name: status, due time, subject and id; then the silenced metrics.

    The assignee with the most urgent one comes first.
    """
    quiet = [[], *silence_lines(silenced, screen)] if silenced else []
    lines = list(_list_by_assignee(found, zone, screen)) or [join_spans("nothing is open")]
    return render_lines([*lines, *quiet], screen)


def _list_by_assignee(found: Sequence[EscalationView], zone: tzinfo, screen: Screen) -> Iterator[Line]:
    groups: dict[str, list[EscalationView]] = {}
    for view in found:
        groups.setdefault(view.with_, []).append(view)
    for number, (seat, some) in enumerate(groups.items()):
        if number:
            yield []
        yield join_spans(
            "with ", format_group_heading(seat, some[0].with_name, "escalation", [view.overdue for view in some])
        )
        within = Screen(screen.width - 2)
        rows = [[row[0], *row[2:]] for row in (_format_escalation_row(view, zone) for view in some)]
        lines = align_columns(rows, Screen())
        if any(measure_line(line) > within.width for line in lines):
            lines = [line for row in rows for line in _format_narrow_row(row, within)]
        yield from indent_lines(lines)


def _format_narrow_row(row: Sequence[Line], screen: Screen) -> Iterator[Line]:
    state, due, what, id_ = row
    yield from wrap_line(join_spans(state, *(("  ", due) if due else [])), screen.width)
    for text in (what, id_):
        yield from (join_spans("  ", line) for line in wrap_line(text, screen.width - 2))


def escalation_lines(found: Sequence[EscalationView], zone: tzinfo, screen: Screen) -> list[Line]:
    """A line for each escalation; several on a narrow screen."""
    lines = align_columns([_format_escalation_row(view, zone) for view in found], Screen())
    if any(measure_line(line) > screen.width for line in lines):
        return [line for view in found for line in _format_narrow_escalation(view, zone, screen)]
    return lines


def silence_lines(found: Sequence[SilenceView], screen: Screen) -> list[Line]:
    """The silenced metrics: until when, and why."""
    notes = (
        f"{one.seat} {one.metric} is silenced until {one.until}{_format_by(one.by)}: {one.reason}" for one in found
    )
    return [line for note in notes for line in wrap_line(safe_text(note, "dim"), screen.width)]


def _format_narrow_escalation(view: EscalationView, zone: tzinfo, screen: Screen) -> Iterator[Line]:
    state, with_, due, what, id_ = _format_escalation_row(view, zone)
    yield from wrap_line(join_spans(state, "  ", with_, *(("  ", due) if due else [])), screen.width)
    for text in (what, id_):
        yield from (join_spans("  ", line) for line in wrap_line(text, screen.width - 2))


def _format_escalation_row(view: EscalationView, zone: tzinfo) -> list[Line]:
    due = "" if view.state is EscalationStatus.RESOLVED else f"due {_format_local_time(view.due, zone)}"
    return [
        _format_status(view),
        join_spans("with ", safe_text(view.with_, "bold")),
        [(due, "dim")],
        safe_text(_describe_problem(view)),
        safe_text(view.id, "dim"),
    ]


def _describe_problem(view: EscalationView) -> str:
    """What is wrong, with the names of the seat and the metric: `Penny, Days to pay has no value, and one is due`."""
    name = view.seat_name or view.seat
    about, _, rest = view.what.partition(" ")
    return f"{name}, {view.metric_name} {rest}" if view.metric_name and about == view.metric else f"{name}: {view.what}"


def _format_status(view: EscalationView) -> Line:
    if view.silenced and view.state is not EscalationStatus.RESOLVED:
        return [("silenced", "dim")]
    if view.overdue:
        return [("overdue" if view.next else "overdue, at the top", "bold red")]
    return [(view.state.value, _STYLES[view.state])]


def escalation_text(view: EscalationView, zone: tzinfo, screen: Screen) -> str:
    """One escalation and its history."""
    lines = [
        join_spans(safe_text(view.what, "bold"), "  (", _format_status(view), ")"),
        [],
        *_format_escalation_facts(view, zone, screen),
    ]
    rows = [_format_escalation_event(event, zone) for event in view.events]
    events = align_columns(rows, Screen(screen.width - 2), give=2)
    lines += [[], [("what happened", "dim")], *indent_lines(events)]
    return render_lines(lines, screen)


def _format_escalation_facts(view: EscalationView, zone: tzinfo, screen: Screen) -> Iterator[Line]:
    top = "nobody: this is the top, and it stays there"
    then = "" if view.state is EscalationStatus.RESOLVED else view.next or top
    facts = {
        "id": view.id,
        "why": view.why or "",
        "about": f"{view.seat}, {view.metric}" if view.metric else view.seat,
        "kind": f"{view.kind}, {view.severity}",
        "with": view.with_,
        "due": _format_local_time(view.due, zone),
        "then to": then,
        "silenced": f"until {view.silenced}" if view.silenced else "",
        "opened": f"{_format_local_time(view.opened_at, zone)}{_format_by(view.by)}",
    }
    yield from format_labelled(facts, screen)


def _format_by(seat: str | None) -> str:
    return f" by {seat}" if seat else ""


def _format_escalation_event(event: EscalationEvent, zone: tzinfo) -> list[Line]:
    to = join_spans(" to ", safe_text(event.to)) if event.to else []
    by = join_spans(" by ", safe_text(event.by)) if event.by else []
    what = join_spans(event.what.value, to, by)
    return [[(_format_local_time(event.at, zone), "dim")], what, safe_text(event.note)]


def _format_local_time(time: datetime | None, zone: tzinfo) -> str:
    return to_local_time(time, zone).isoformat(" ", "minutes")[:16] if time else ""
