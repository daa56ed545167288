"""One seat on one page, the list of seats, and the list of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from rich.text import Text

from orgtp.model.cell import CellState
from orgtp.model.org import Retirement
from orgtp.render.terminal import SIGNS, STALE, STALE_STYLE, STYLES, Screen, dots, joined, labelled, say, table, text_of
from orgtp.views.chart import ChartSeat, MetricNow
from orgtp.views.scores import ScoreLine
from orgtp.views.seat import SeatView


def seat_text(view: SeatView, screen: Screen, zone: tzinfo, *, kind: bool = False) -> str:
    """All about one seat, with times of day in `zone`."""
    place = view.place
    status = f"  ({place.status})" if place.status != "active" else ""
    title = joined(say(place.name, "bold"), ", ", say(place.role), status)
    lines = [title, Text(), *_facts(view, screen, kind=kind)]
    lines += _section("capabilities", [[say(name), say(text)] for name, text in place.capabilities.items()], screen)
    lines += _section("metrics", [_metric(metric) for metric in place.metrics], screen)
    if view.escalations or view.silences:
        from orgtp.render.escalations import escalation_lines, silence_lines

        within = Screen(screen.width - 2, screen.colour)
        below = [*escalation_lines(view.escalations, zone, within), *silence_lines(view.silences, within)]
        lines += [Text(), Text("in somebody's hands", style="dim"), *(joined("  ", line) for line in below)]
    return text_of([*lines, *(retirement_lines(view.retirement, screen) if view.retirement else ())], screen)


def _facts(view: SeatView, screen: Screen, *, kind: bool) -> Iterator[Text]:
    place = view.place
    facts = {
        "id": place.seat,
        "kind": place.kind if kind else "",
        "owner": place.human_owner or place.owner or "nobody",
        "reports to": place.reports_to or "nobody: the top of the chart",
        "reports": ", ".join(view.reports),
        "answers for": ", ".join(view.owns),
        "mission": view.mission or "",
        "since": str(view.since or ""),
        "email": view.email or "",
        "retire when": view.retire_when or "",
        "review by": str(view.review_by or ""),
    }
    for label, text in facts.items():
        if text:
            yield from labelled(label, say(text), screen)


def _section(title: str, rows: Sequence[Sequence[Text]], screen: Screen) -> list[Text]:
    lines = table(rows, Screen(screen.width - 2, screen.colour), give=1)
    return [Text(), Text(title, style="dim"), *(joined("  ", line) for line in lines)] if rows else []


def _metric(metric: MetricNow) -> list[Text]:
    words = (
        metric.measure.format_shown(metric.latest)
        if metric.measure and metric.latest is not None
        else metric.state.value
    )
    latest = say(f"{words} {SIGNS[metric.state]}", STYLES[metric.state])
    latest = joined(latest, (f" {STALE} stale", STALE_STYLE)) if metric.stale_since else latest
    return [say(metric.metric), say(metric.name), latest, say(metric.target or ""), Text(metric.cadence, style="dim")]


def retirement_lines(record: Retirement, screen: Screen) -> Iterator[Text]:
    """What the record of a retirement says."""
    yield from [Text(), Text(f"retired {record.retired_on or ''}", style="bold")]
    heirs = ", ".join(f"{name} to {heir}" for name, heir in record.capabilities.items())
    facts = {"decided by": record.decided_by, "reason": record.reason, "handed over": heirs, **record.review}
    for label, text in facts.items():
        if text:
            yield from labelled(label, say(text), screen)


def seat_list_text(seats: Iterable[ChartSeat], screen: Screen, *, kind: bool = False) -> str:
    """One line a seat: id, name, role, owner, status, how its metrics stand."""
    rows = [_seat_row(seat, kind=kind) for seat in seats]
    return text_of(table(rows, screen, give=2), screen) if rows else "no seats yet\n"


def _seat_row(seat: ChartSeat, *, kind: bool) -> list[Text]:
    states: list[CellState] = [metric.state for metric in seat.metrics] if seat.status != "retired" else []
    status = say(seat.status, "" if seat.status == "active" else "yellow")
    cells = [
        say(seat.seat, "bold"),
        say(seat.name),
        say(seat.role),
        say(seat.owner or "nobody"),
        status,
        joined(*dots(states)),
    ]
    return [*cells[:3], say(seat.kind, "dim"), *cells[3:]] if kind else cells


def score_list_text(lines: Iterable[ScoreLine], screen: Screen) -> str:
    """One line a record; a corrected one says so, and the one that counts stands below it."""
    rows = [_score_row(line) for line in lines]
    return text_of(table(rows, screen, give=6), screen) if rows else "no values yet\n"


def _score_row(line: ScoreLine) -> list[Text]:
    value = line.measure.format_shown(line.value) if line.measure and line.value is not None else "unavailable"
    sign = SIGNS[line.state] if line.counts else ("corrected" if line.corrected else "again")
    style = STYLES[line.state] if line.counts else "dim"
    cells = [say(line.seat), say(line.metric), say(line.period), say(value, style), Text(sign, style=style)]
    return [*cells, say(line.by or "", "dim"), say(line.note or "", "dim")]
