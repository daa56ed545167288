"""What is in somebody's hands, as a list, and one of it with all that happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from rich.text import Text

from orgtp.model.escalation import EscalationEvent, EscalationStatus
from orgtp.render.terminal import (
    Screen,
    align_columns,
    format_labelled,
    join_text,
    measure_width,
    render_lines,
    safe_text,
    to_local_time,
    wrap_text,
)
from orgtp.views.escalations import EscalationView, SilenceView

_STYLES = {EscalationStatus.OPEN: "yellow", EscalationStatus.ACKNOWLEDGED: "", EscalationStatus.RESOLVED: "green"}


def escalations_text(
    found: Sequence[EscalationView], silenced: Sequence[SilenceView], zone: tzinfo, screen: Screen
) -> str:
    """How each stands, with whom, until when, what, and its id; then of what nobody is told."""
    quiet = [Text(), *silence_lines(silenced, screen)] if silenced else []
    lines = escalation_lines(found, zone, screen) or [Text("nothing is open")]
    return render_lines([*lines, *quiet], screen)


def escalation_lines(found: Sequence[EscalationView], zone: tzinfo, screen: Screen) -> list[Text]:
    """A line each; on a narrow screen each takes several."""
    lines = align_columns([_format_escalation_row(view, zone) for view in found], Screen())
    if any(measure_width(line) > screen.width for line in lines):
        return [line for view in found for line in _format_narrow_escalation(view, zone, screen)]
    return lines


def silence_lines(found: Sequence[SilenceView], screen: Screen) -> list[Text]:
    """Of which metrics nobody is told, until when, and why."""
    told = (f"{one.seat} {one.metric} is silenced until {one.until}{_format_by(one.by)}: {one.reason}" for one in found)
    return [line for text in told for line in wrap_text(safe_text(text, "dim"), screen.width)]


def _format_narrow_escalation(view: EscalationView, zone: tzinfo, screen: Screen) -> Iterator[Text]:
    state, with_, due, what, id_ = _format_escalation_row(view, zone)
    yield from wrap_text(join_text(state, "  ", with_, *(("  ", due) if due else ())), screen.width)
    for text in (what, id_):
        yield from (join_text("  ", line) for line in wrap_text(text, screen.width - 2))


def _format_escalation_row(view: EscalationView, zone: tzinfo) -> list[Text]:
    due = "" if view.state is EscalationStatus.RESOLVED else f"due {_format_local_time(view.due, zone)}"
    return [
        _format_status(view),
        join_text("with ", safe_text(view.with_, "bold")),
        Text(due, style="dim"),
        safe_text(view.what),
        safe_text(view.id, "dim"),
    ]


def _format_status(view: EscalationView) -> Text:
    if view.silenced and view.state is not EscalationStatus.RESOLVED:
        return Text("silenced", style="dim")
    if view.overdue:
        return Text("overdue" if view.next else "overdue, at the top", style="bold red")
    return Text(view.state.value, style=_STYLES[view.state])


def escalation_text(view: EscalationView, zone: tzinfo, screen: Screen) -> str:
    """One escalation, and what happened to it."""
    lines = [
        join_text(safe_text(view.what, "bold"), "  (", _format_status(view), ")"),
        Text(),
        *_format_escalation_facts(view, zone, screen),
    ]
    events = align_columns(
        [_format_escalation_event(event, zone) for event in view.events],
        Screen(screen.width - 2, screen.colour),
        give=2,
    )
    lines += [Text(), Text("what happened", style="dim"), *(join_text("  ", line) for line in events)]
    return render_lines(lines, screen)


def _format_escalation_facts(view: EscalationView, zone: tzinfo, screen: Screen) -> Iterator[Text]:
    facts = {
        "id": view.id,
        "why": view.why or "",
        "about": f"{view.seat}, {view.metric}" if view.metric else view.seat,
        "kind": f"{view.kind}, {view.severity}",
        "with": view.with_,
        "due": _format_local_time(view.due, zone),
        "then to": _then(view),
        "silenced": f"until {view.silenced}" if view.silenced else "",
        "opened": f"{_format_local_time(view.opened_at, zone)}{_format_by(view.by)}",
    }
    for label, text in facts.items():
        if text:
            yield from format_labelled(label, safe_text(text), screen)


def _format_by(seat: str | None) -> str:
    return f" by {seat}" if seat else ""


def _then(view: EscalationView) -> str:
    """Where it goes next."""
    if view.state is EscalationStatus.RESOLVED:
        return ""
    return view.next or "nobody: this is the top, and it stays there"


def _format_escalation_event(event: EscalationEvent, zone: tzinfo) -> list[Text]:
    to = join_text(" to ", safe_text(event.to)) if event.to else Text()
    by = join_text(" by ", safe_text(event.by)) if event.by else Text()
    what = join_text(event.what.value, to, by)
    return [Text(_format_local_time(event.at, zone), style="dim"), what, safe_text(event.note)]


def _format_local_time(moment: datetime | None, zone: tzinfo) -> str:
    return to_local_time(moment, zone).isoformat(" ", "minutes")[:16] if moment else ""
