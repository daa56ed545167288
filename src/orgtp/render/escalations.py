"""What is in somebody's hands, as a list, and one of it with all that happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from rich.text import Text

from orgtp.model.escalation import EscalationEvent, EscalationStatus
from orgtp.render.terminal import Screen, joined, labelled, on_the_wall, say, table, text_of, width_of, wrapped
from orgtp.views.escalations import EscalationView, SilenceView

_STYLES = {EscalationStatus.OPEN: "yellow", EscalationStatus.ACKNOWLEDGED: "", EscalationStatus.RESOLVED: "green"}


def escalations_text(
    found: Sequence[EscalationView], silenced: Sequence[SilenceView], zone: tzinfo, screen: Screen
) -> str:
    """How each stands, with whom, until when, what, and its id; then of what nobody is told."""
    quiet = [Text(), *silence_lines(silenced, screen)] if silenced else []
    lines = escalation_lines(found, zone, screen) or [Text("nothing is open")]
    return text_of([*lines, *quiet], screen)


def escalation_lines(found: Sequence[EscalationView], zone: tzinfo, screen: Screen) -> list[Text]:
    """A line each; on a narrow screen each takes several."""
    lines = table([_row(view, zone) for view in found], Screen())
    if any(width_of(line) > screen.width for line in lines):
        return [line for view in found for line in _narrow(view, zone, screen)]
    return lines


def silence_lines(found: Sequence[SilenceView], screen: Screen) -> list[Text]:
    """Of which metrics nobody is told, until when, and why."""
    told = (f"{one.seat} {one.metric} is silenced until {one.until}{_by(one.by)}: {one.reason}" for one in found)
    return [line for text in told for line in wrapped(say(text, "dim"), screen.width)]


def _narrow(view: EscalationView, zone: tzinfo, screen: Screen) -> Iterator[Text]:
    state, with_, due, what, id_ = _row(view, zone)
    yield from wrapped(joined(state, "  ", with_, *(("  ", due) if due else ())), screen.width)
    for text in (what, id_):
        yield from (joined("  ", line) for line in wrapped(text, screen.width - 2))


def _row(view: EscalationView, zone: tzinfo) -> list[Text]:
    due = "" if view.state is EscalationStatus.RESOLVED else f"due {_when(view.due, zone)}"
    return [
        _state(view),
        joined("with ", say(view.with_, "bold")),
        Text(due, style="dim"),
        say(view.what),
        say(view.id, "dim"),
    ]


def _state(view: EscalationView) -> Text:
    if view.silenced and view.state is not EscalationStatus.RESOLVED:
        return Text("silenced", style="dim")
    if view.overdue:
        return Text("overdue" if view.next else "overdue, at the top", style="bold red")
    return Text(view.state.value, style=_STYLES[view.state])


def escalation_text(view: EscalationView, zone: tzinfo, screen: Screen) -> str:
    """One escalation, and what happened to it."""
    lines = [joined(say(view.what, "bold"), "  (", _state(view), ")"), Text(), *_facts(view, zone, screen)]
    events = table([_event(event, zone) for event in view.events], Screen(screen.width - 2, screen.colour), give=2)
    lines += [Text(), Text("what happened", style="dim"), *(joined("  ", line) for line in events)]
    return text_of(lines, screen)


def _facts(view: EscalationView, zone: tzinfo, screen: Screen) -> Iterator[Text]:
    facts = {
        "id": view.id,
        "why": view.why or "",
        "about": f"{view.seat}, {view.metric}" if view.metric else view.seat,
        "kind": f"{view.kind}, {view.severity}",
        "with": view.with_,
        "due": _when(view.due, zone),
        "then to": _then(view),
        "silenced": f"until {view.silenced}" if view.silenced else "",
        "opened": f"{_when(view.opened_at, zone)}{_by(view.by)}",
    }
    for label, text in facts.items():
        if text:
            yield from labelled(label, say(text), screen)


def _by(seat: str | None) -> str:
    return f" by {seat}" if seat else ""


def _then(view: EscalationView) -> str:
    """Where it goes next."""
    if view.state is EscalationStatus.RESOLVED:
        return ""
    return view.next or "nobody: this is the top, and it stays there"


def _event(event: EscalationEvent, zone: tzinfo) -> list[Text]:
    to = joined(" to ", say(event.to)) if event.to else Text()
    by = joined(" by ", say(event.by)) if event.by else Text()
    what = joined(event.what.value, to, by)
    return [Text(_when(event.at, zone), style="dim"), what, say(event.note)]


def _when(moment: datetime | None, zone: tzinfo) -> str:
    return on_the_wall(moment, zone).isoformat(" ", "minutes")[:16] if moment else ""
