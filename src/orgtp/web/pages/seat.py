"""The page of a seat: what it is for, its numbers, what changed around it, and its history.

A retired seat has the same page in another form: the honest record of what it did, why it ended, and who does its work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orgtp.api import NoGit
from orgtp.model.cell import CellState
from orgtp.model.org import Org, Retirement
from orgtp.model.period import parse_period
from orgtp.model.problem import Problem
from orgtp.model.records.review import ReviewRow
from orgtp.model.seat import seat_path
from orgtp.model.target import format_target
from orgtp.model.value import Unit
from orgtp.render.drawings.metric.draw import draw_metric_chart
from orgtp.render.drawings.metric.words import describe_cell, describe_metric_chart
from orgtp.render.health.metric_notes import list_metric_notes
from orgtp.render.seats.history import format_event_changes, format_recorded_counts, gather_changes
from orgtp.render.spans_html import line_to_html
from orgtp.render.templates import mark_as_html
from orgtp.render.wording.dates import format_date
from orgtp.render.wording.figures import format_full_figure
from orgtp.render.wording.periods import describe_period, name_earliest, name_period
from orgtp.views.chart import ChartOptions, chart
from orgtp.views.days.told import ToldBy, tell_changes
from orgtp.views.metric_chart import MetricChart, build_seat_charts
from orgtp.views.seat import SeatView, seat_view
from orgtp.views.seat_history import UNREADABLE, Event
from orgtp.views.seats.imported import select_own_keys
from orgtp.views.selection import Selection
from orgtp.views.signs import describe_state, name_sign
from orgtp.views.todos import TodoView, list_todos
from orgtp.views.why.types import EvidenceGapKind, SeatPast
from orgtp.web.pages.page import Page, PageRequest
from orgtp.web.pages.registry import KINDS

# A to-do that was closed longer ago than this is in the history of the org, and no longer on this page.
_RECENTLY = timedelta(weeks=4)
_MOST_REVIEWS, _MOST_EVENTS, _MOST_GAPS, _MOST_LISTED = 6, 100, 4, 8
# What could not be seen of the inputs; the rest of the gaps concerns other evidence.
_GAPS = {EvidenceGapKind.HISTORY, EvidenceGapKind.UNREAD, EvidenceGapKind.INPUTS, EvidenceGapKind.INPUTS_BEFORE}


@dataclass(frozen=True, slots=True)
class MetricNoteHtml:
    """A paragraph below a chart as markup, and the sign before it."""

    sign: str
    text: str
    is_quiet: bool


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A cell as a line of the table below its chart. `state` is the sign of its verdict, and `id` its period."""

    id: str
    period: str
    value: str
    state: str
    verdict: str
    target: str
    note: str


@dataclass(frozen=True, slots=True)
class MetricBlock:
    """A metric on the page: its newest number, its chart as a drawing (markup) and in words, and the notes below."""

    chart: MetricChart
    figure: str
    sign: str
    word: str
    period: str
    target: str
    drawing: str
    words: str
    outcome: str
    shown: str
    notes: tuple[MetricNoteHtml, ...]
    values: tuple[ValueLine, ...]
    late_since: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A commit that changed the seat: when, who, and each change as a sentence in markup."""

    event: Event
    changes: tuple[str, ...]
    recorded: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review that discussed the seat, and what it decided about each metric."""

    review: str
    week: str
    ended: datetime | None
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True, slots=True)
class HeirLine:
    """Where a part of the work of a retired seat went: what it is, its id, the heir, and how that is since then."""

    what: str
    id: str
    heir: str
    since: str


@dataclass(frozen=True, slots=True)
class RetiredFacts:
    """What the record of a retirement says beside the record itself: for how long, with which result, and who went on.

    `decided` is the commit of the retirement, if the history has it. `on_target` and `known` count the cells of all
    metrics.
    """

    record: Retirement
    days: int | None
    decided: Event | None
    on_target: int
    known: int
    last: str
    heirs: tuple[HeirLine, ...]


def build_seat_page(request: PageRequest) -> Page:
    """Everything about one seat; of one whose file cannot be read, why. Raises `UnknownSeat`."""
    org, seat = request.org.org, request.subject
    if seat not in org.seats and org.is_unreadable(seat_path(seat)):
        return _build_unreadable_page(request)
    org.seat(seat)
    now = request.org.now
    view, events, why_unseen = seat_view(org, now, seat), *_read_history(request)
    charts = build_seat_charts(org, now, seat, SeatPast(tuple(events), is_recorded=not why_unseen))
    blocks = tuple(_build_block(org, chart, view) for chart in charts.charts)
    content: dict[str, Any] = {
        "view": view,
        "place": view.place,
        "names": _NamesOf(org, now),
        "zone": org.zone,
        "blocks": blocks,
        "inputs": charts.inputs,
        "own": select_own_keys(view.own),
        "unseen": [gap for gap in charts.unseen if gap.kind in _GAPS][:_MOST_GAPS],
        "todos": _list_todos(org, now, seat),
        "reviews": tuple(_list_reviews(org, seat)),
        "history": tuple(_list_history(org, now, events, seat)),
        "events_left_out": max(0, len(events) - _MOST_EVENTS),
        "why_unseen": why_unseen,
        "unread": _list_problems(request, seat),
        "tags": _list_tags(view, charts.charts),
        "broken": None,
        "seat_file": seat_path(seat),
        "most_listed": _MOST_LISTED,
        "pages": [kind.path for kind in KINDS],
        "retired": _describe_retired(org, now, view, events, charts.charts) if view.retirement else None,
    }
    return Page("seat", _name_title(view), content)


def _name_title(view: SeatView) -> str:
    name = view.place.name or view.place.seat
    return f"{name}, retired" if view.place.status == "retired" else name


class _NamesOf:
    """The names of seats as of a moment, for templates."""

    def __init__(self, org: Org, now: datetime) -> None:
        self.org, self.now = org, now

    def __call__(self, seat: str) -> str:
        """The name of a seat, or its id if no such seat could be read."""
        return self.org.name_at(seat, self.now) if seat in self.org.seats else seat

    def knows(self, seat: str) -> bool:
        """Whether there is a page for the seat."""
        return seat in self.org.seats or self.org.is_unreadable(seat_path(seat))


def _build_unreadable_page(request: PageRequest) -> Page:
    """The page of a seat whose file cannot be read: what is wrong with the file, and where."""
    seat = request.subject
    content = {"broken": _list_problems(request, seat), "seat_file": seat_path(seat), "seat": seat}
    return Page("seat", seat, content)


def _list_problems(request: PageRequest, seat: str) -> list[Problem]:
    """What could not be read of the seat's own file."""
    return [one for one in request.org.problems_so_far if one.place.path == seat_path(seat)]


def _read_history(request: PageRequest) -> tuple[Sequence[Event], str]:
    """The commits that changed the seat, oldest first; or why they are not known."""
    try:
        return request.org.history.seat_history(request.subject).events, ""
    except NoGit as error:
        return (), str(error)


# --- metrics -------------------------------------------------------------------------------------------------


def _build_block(org: Org, chart: MetricChart, view: SeatView) -> MetricBlock:
    latest = chart.latest
    word = describe_state(latest.state, latest.value) or "no value yet"
    target = _find_target_then(chart)
    late = next((one.stale_since for one in view.place.metrics if one.metric == chart.metric), None)
    return MetricBlock(
        chart=chart,
        figure=format_full_figure(latest.value, chart.measure)
        if latest.value is not None
        else ("none" if latest.state is CellState.NONE else word),
        sign=name_sign(latest.state),
        word=word,
        period=name_period(latest.period),
        target=format_target(target),
        drawing=mark_as_html(draw_metric_chart(chart)),
        words=describe_metric_chart(chart),
        outcome=_end_sentence(chart.outcome),
        shown=_describe_shown(chart),
        notes=tuple(
            MetricNoteHtml(one.sign, mark_as_html(line_to_html(one.line)), one.is_quiet)
            for one in list_metric_notes(chart)
        ),
        values=tuple(_list_values(chart)),
        late_since=late.astimezone(org.zone) if late else None,
    )


def _find_target_then(chart: MetricChart) -> str | None:
    """The target by which the newest number was judged."""
    period = parse_period(chart.latest.period)
    for column in chart.columns:
        if column.target and period and column.period.start <= period.start < column.period.next().start:
            return column.target.text
    return chart.health.facts.target


def _end_sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


_ROLLUPS = {
    "last": "the last value",
    "mean": "the mean",
    "min": "the lowest value",
    "max": "the highest value",
    "sum": "the sum",
}


def _describe_shown(chart: MetricChart) -> str:
    """What the line and the dots are, if a cell combines several values."""
    if chart.rollup not in _ROLLUPS:
        return ""
    line = f"Line: {_ROLLUPS[chart.rollup]} of the {chart.grain}."
    return f"{line} Dots: its values." if chart.days else line


def _list_values(chart: MetricChart) -> Iterator[ValueLine]:
    """A line for each cell with a value or a verdict, the newest first."""
    for column in reversed(chart.columns):
        cell = column.cell
        if cell.is_empty:
            continue
        value = format_full_figure(cell.value, chart.measure) if cell.value is not None else ""
        told = describe_cell(chart, column)
        yield ValueLine(
            id=cell.period,
            period=describe_period(column.period.text),
            value=value,
            state=name_sign(cell.state),
            verdict=told.removeprefix(value).lstrip(" ,"),
            target=format_target(column.target.text) if column.target else "",
            note=cell.note or "",
        )


def _list_tags(view: SeatView, charts: Sequence[MetricChart]) -> list[tuple[str, str]]:
    """What the head of the page says beside the name, each with its sign: what needs a person first."""
    found: list[tuple[str, str]] = []
    place = view.place
    if place.status not in {"active", "retired"}:
        since = f" since {format_date(view.paused_since)}" if view.paused_since else ""
        found.append(("", f"{place.status}{since}"))
    found += [("late", "late")] if place.stale else []
    drifting = [one.health.since for one in charts if one.health.is_drifting and one.health.since]
    if drifting and place.status != "retired":
        found.append(("drift", f"drifting since {name_earliest(drifting)}"))
    if place.judged and place.status != "retired":
        found.append(("", f"{place.on_target} of {place.judged} on target"))
    return found


# --- what is around it ---------------------------------------------------------------------------------------


def _list_todos(org: Org, now: datetime, seat: str) -> list[TodoView]:
    """The open to-dos of the seat, and those that were closed of late."""
    if not any(one.owner == seat for one in org.todos.values()):
        return []
    found = list_todos(org, now, Selection(seat=seat), closed=True)
    return [one for one in found if one.closed_at is None or now - one.closed_at <= _RECENTLY]


def _list_reviews(org: Org, seat: str) -> Iterator[ReviewLine]:
    """The newest reviews that discussed the seat, the newest first."""
    about = [
        (number, one, rows)
        for number, one in sorted(org.reviews.items(), reverse=True)
        if (rows := tuple(row for row in one.rows if row.seat == seat))
    ]
    for number, one, rows in about[:_MOST_REVIEWS]:
        yield ReviewLine(number, one.week, one.ended, rows)


def _list_history(org: Org, now: datetime, events: Sequence[Event], seat: str) -> Iterator[HistoryLine]:
    """The newest commits that changed the seat, the newest first."""
    names = {id_: org.name_at(id_, now) for id_ in org.seats}
    for event in list(reversed(events))[:_MOST_EVENTS]:
        changes = tuple(_tell_event(org, names, event, seat))
        if not changes:
            changes = tuple(mark_as_html(line_to_html(line)) for line in format_event_changes(event, seat))
        recorded = format_recorded_counts(event.recorded[0]) if event.recorded else ""
        yield HistoryLine(event, changes, recorded)


def _tell_event(org: Org, names: Mapping[str, str], event: Event, seat: str) -> Iterator[str]:
    """What a commit changed, as the chart page tells it; nothing of one that is told in full, or could not be read.

    Of a retirement, only that is told: the page has its record.
    """
    if any(change.sort in {UNREADABLE, "added"} for change in event.changes):
        return
    by = ToldBy(event.commit, event.at.astimezone(org.zone).date(), event.at, event.by, event.who)
    for one in tell_changes(gather_changes(event), by, names):
        yield one.what if one.seat == seat else f"{one.name}{one.joint}{one.what}"


# --- a retired seat ------------------------------------------------------------------------------------------


def _describe_retired(
    org: Org, now: datetime, view: SeatView, events: Sequence[Event], charts: Sequence[MetricChart]
) -> RetiredFacts:
    record = view.retirement
    assert record is not None  # noqa: S101  (the caller has one)
    days = (record.retired_on - view.since).days if record.retired_on and view.since else None
    decided = next((one for one in reversed(events) if any(c.sort == "retired" for c in one.changes)), None)
    results = record.results.values()
    return RetiredFacts(
        record=record,
        days=days,
        decided=decided,
        on_target=sum(one.on_target for one in results),
        known=sum(one.known for one in results),
        last=_describe_last(record, {one.metric: one for one in charts}),
        heirs=tuple(_list_heirs(org, now, view, record)),
    )


def _describe_last(record: Retirement, charts: Mapping[str, MetricChart]) -> str:
    """`last: 40% in W42, target ≥ 60%`, of a seat with one metric."""
    if len(record.results) != 1:
        return f"{len(record.results)} metrics" if record.results else ""
    ((metric, ending),) = record.results.items()
    chart = charts.get(metric)
    measure: Unit | None = chart.measure if chart else None
    if not ending.last:
        return "no value"
    target = f", target {format_target(chart.health.facts.target)}" if chart and chart.health.facts.target else ""
    return f"last: {format_full_figure(ending.last, measure)} in {name_period(ending.period)}{target}"


def _list_heirs(org: Org, now: datetime, view: SeatView, record: Retirement) -> Iterator[HeirLine]:
    """Where each capability, metric, report and owned seat went."""
    held = org.seats[record.seat]
    for capability, heir in record.capabilities.items():
        yield HeirLine(view.place.capabilities.get(capability, ""), capability, heir, _describe_heir(org, now, heir))
    for metric, heir in record.metrics.items():
        name = held.metrics[metric].name if metric in held.metrics else ""
        since = _describe_heir(org, now, heir) if heir else f"ended: {record.ended.get(metric, 'no reason given')}"
        yield HeirLine(name, metric, heir, since)
    for seats, what in ((record.reports, "reports to"), (record.owned, "is answered for by")):
        for seat, heir in seats.items():
            name = org.name_at(seat, now) if seat in org.seats else seat
            yield HeirLine(f"{name} {what} another seat", seat, heir, "")


def _describe_heir(org: Org, now: datetime, heir: str) -> str:
    """How the heir does today: `Crystal: 3 of 3 on target`."""
    if heir not in org.seats:
        return ""
    place = chart(org, now, ChartOptions(Selection(root=heir), depth=0, retired=True)).seats[0]
    if place.status != "active":
        return f"{place.name} is {place.status}"
    return f"{place.name}: {place.on_target} of {place.judged} on target" if place.judged else ""
