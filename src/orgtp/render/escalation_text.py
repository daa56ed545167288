"""What is in somebody's hands, as a list, and one of it with all that happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from rich.text import Text

from orgtp.model.escalation import Event, Stage
from orgtp.render.page import Screen, joined, say, table, text_of
from orgtp.render.seat_text import labelled
from orgtp.render.wall import on_the_wall
from orgtp.views.escalations import EscalationView

_STYLES = {Stage.OPEN: "yellow", Stage.ACKNOWLEDGED: "", Stage.RESOLVED: "green"}


def escalations_text(found: Sequence[EscalationView], zone: tzinfo, screen: Screen) -> str:
    """One line each: how it stands, with whom, until when, what, and its id."""
    rows = [_row(view, zone) for view in found]
    return text_of(table(rows, screen, give=3), screen) if rows else "nothing is open\n"


def escalation_lines(found: Sequence[EscalationView], zone: tzinfo, screen: Screen) -> list[Text]:
    """The same, for a page that has more."""
    return table([_row(view, zone) for view in found], screen, give=3)


def _row(view: EscalationView, zone: tzinfo) -> list[Text]:
    due = "" if view.state is Stage.RESOLVED else _when(view.due, zone)
    return [
        _state(view),
        joined("with ", say(view.with_, "bold")),
        Text(due, style="dim"),
        say(view.what),
        say(view.id),
    ]


def _state(view: EscalationView) -> Text:
    if view.silenced and view.state is not Stage.RESOLVED:
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
        "silenced until": str(view.silenced or ""),
        "opened": f"{_when(view.opened_at, zone)}{f' by {view.by}' if view.by else ''}",
    }
    for label, text in facts.items():
        if text:
            yield from labelled(label, say(text), screen)


def _then(view: EscalationView) -> str:
    """Where it goes next."""
    if view.state is Stage.RESOLVED:
        return ""
    return view.next or "nobody: this is the top, and it stays there"


def _event(event: Event, zone: tzinfo) -> list[Text]:
    to = joined(" to ", say(event.to)) if event.to else Text()
    by = joined(" by ", say(event.by)) if event.by else Text()
    what = joined(event.what.value, to, by)
    return [Text(_when(event.at, zone), style="dim"), what, say(event.note)]


def _when(moment: datetime | None, zone: tzinfo) -> str:
    return on_the_wall(moment, zone).isoformat(" ", "minutes")[:16] if moment else ""
