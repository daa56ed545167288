"""The context of a seat, told: the lines of each section. All words of people are parts of the sort that is quoted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby

from orgtp.model.cell import Cell, CellState
from orgtp.model.text import count_noun
from orgtp.render.diff.sections import Item
from orgtp.render.seat_history import changes_told
from orgtp.render.spans import SHORT, Line, Sort, Span, called, code, line, listed, subject, told, words
from orgtp.render.terminal import on_the_wall
from orgtp.views.context.types import Colleague, Context, Elsewhere, Handed, MetricContext, Relation
from orgtp.views.escalations import EscalationView
from orgtp.views.seat_history import Event

_STATES = {
    CellState.ON: "on target",
    CellState.OFF: "off target",
    CellState.UNAVAILABLE: "unavailable",
    CellState.MISSING: "missing",
    CellState.PENDING: "not due yet",
    CellState.NONE: "judged by no target",
}
_RELATIONS = {
    Relation.ABOVE: "above it",
    Relation.BESIDE: "beside it",
    Relation.BELOW: "below it",
    Relation.ALIKE: "elsewhere",
}
# So many changes of one commit are told; of how it came, that it did, and whom it reported to.
_CHANGES, _ARRIVAL = 6, 2


def titled(other: Colleague) -> Line:
    """A seat by its name, its id and its role; its status where nobody is at work there."""
    status = "" if other.status == "active" else f", {other.status}"
    return line(Span(other.name or other.seat, Sort.NAME), " (", code(other.seat), told(", ", other.role), f"{status})")


def named(other: Colleague) -> Line:
    """A seat by its name and its id."""
    return subject(other.seat, other.name)


@dataclass(frozen=True)
class Parts:
    """The sections of one context, with times of day in `zone`."""

    view: Context
    zone: tzinfo

    def when(self, moment: datetime) -> str:
        """A moment as people there have it on the wall: `Mon 2026-11-23 09:00`."""
        local = on_the_wall(moment, self.zone)
        # Not by strftime, which writes the year 1 as it likes.
        return f"{local:%a} {local.isoformat(' ', 'minutes')[:16]}"

    def more(self, name: str, what: str = "") -> Line:
        """How many a list lacks, if it is not whole, of `what`, and the command that shows them."""
        for left in self.view.left_out:
            if left.list == name:
                return line(
                    "older ones" if left.count is None else f"and {left.count} more{what}", ": ", code(left.see)
                )
        return ()

    def _rest(self, name: str, what: str = "") -> Iterator[Item]:
        """The same as an item of its own."""
        if more := self.more(name, what):
            yield Item(more)

    def _row(self, seats: Iterable[Line], name: str) -> Line:
        """Seats in a row, and how many more there are."""
        more = self.more(name)
        return listed([*seats, *([more] if more else [])])

    def who(self) -> Iterator[Item]:
        """The seat, who answers for it, and what it is for."""
        seat = self.view.seat
        since = f" since {seat.since}" if seat.since and seat.status == "active" else ""
        yield Item(line(subject(seat.seat, seat.name), told(", ", seat.role), f", {seat.status}{since}"))
        yield Item(self._owner())
        texts = {"Mission: ": seat.mission, "To be retired when: ": seat.retire_when}
        yield from (Item(told(label, text)) for label, text in texts.items() if text)
        if seat.review_by:
            yield Item(line(f"To be reviewed by {seat.review_by}"))

    def _owner(self) -> Line:
        owner, seat = self.view.owner, self.view.seat
        if owner is None:
            return (
                line("Owner: ", code(seat.owner), ", and there is no such seat")
                if seat.owner
                else line("Owner: nobody")
            )
        person = "the person who answers for it" if owner.kind == "human" else "which is no person"
        if owner.seat == seat.seat:
            return line("Answers for itself" if owner.kind == "human" else f"Owner: itself, {person}")
        return line("Owner: ", titled(owner), f", {person}")

    def around(self) -> Iterator[Item]:
        """Its place on the chart."""
        yield Item(self._above())
        chart = self.view.chart
        for label, name in (("Beside it", "siblings"), ("Report to it", "reports"), ("Answers for", "answers_for")):
            seats: tuple[Colleague, ...] = getattr(chart, name)
            if seats:
                yield Item(line(f"{label}: ", self._row(map(titled, seats), f"chart.{name}")))

    def _above(self) -> Line:
        chart, boss = self.view.chart, self.view.seat.reports_to
        if chart.above:
            first, *rest = [titled(other) for other in chart.above]
            more = self.more("chart.above")
            way = [line(" → ", one) for one in (*rest, *([more] if more else []))]
            return line("Reports to: ", first, *(part for one in way for part in one))
        return (
            line("Reports to: ", code(boss), ", and there is no such seat") if boss else line("At the top of the chart")
        )

    def does(self) -> Iterator[Item]:
        """What it does and no other active seat does."""
        for name, text in self.view.capabilities.items():
            yield Item(line(code(name), told(": ", text)))
        yield from self._rest("capabilities")

    def does_not(self) -> Iterator[Item]:
        """What others do."""
        yield from (Item(_elsewhere(one)) for one in self.view.not_owned)
        yield from self._rest("not_owned", " around it")
        yield from self._rest("not_owned.alike", " that sound like its work")

    def measured(self) -> Iterator[Item]:
        """What it is measured on."""
        yield from (Item(_metric(metric), tuple(self._numbers(metric))) for metric in self.view.metrics)
        yield from self._rest("metrics")

    def _numbers(self, metric: MetricContext) -> Iterator[Line]:
        if metric.next:
            source = (
                line(", brought by the source ", code(metric.source), "; by hand only where that fails")
                if metric.source
                else ()
            )
            yield line(f"next value: {metric.next.period}, due {self.when(metric.next.due)}", source)
        if metric.latest:
            yield line("latest: ", listed([_cells(run, metric) for run in _runs(metric)]))
        if metric.silenced:
            yield line(f"silenced until the end of {metric.silenced}: nobody is chased for it")

    def open(self) -> Iterator[Item]:
        """What is late, in somebody's hands, or wrong in its files."""
        trouble = self.view.trouble
        for late in trouble.stale:
            about = line(
                "Stale: ", code(late.metric), f", since {self.when(late.since)}, {count_noun(late.in_a_row, 'value')}"
            )
            yield Item(line(about, f" to {late.period} not there", told(": ", late.why)))
        yield from self._rest("trouble.stale")
        yield from (Item(self._escalation(one)) for one in trouble.escalations)
        yield from self._rest("trouble.escalations")
        for one in trouble.problems:
            place = line(f"{one.severity.value.capitalize()} at ", code(str(one.place)), ", ", code(one.rule))
            yield Item(line(place, told(": ", one.message), told(" ", one.hint)))
        yield from self._rest("trouble.problems")

    def _escalation(self, one: EscalationView) -> Line:
        mine = one.with_ == self.view.seat.seat
        about = line(", about ", code(one.seat)) if one.seat != self.view.seat.seat else ()
        metric = line(", ", code(one.metric)) if one.metric else ()
        until = f", until {self.when(one.due)}" if one.due else ""
        state = "overdue" if one.overdue else one.state.value
        with_ = line("In its hands") if mine else line("Escalated to ", subject(one.with_, one.with_name))
        return line(
            with_, about, metric, f" ({state}{until}): ", words(one.what), told(" ", one.why), " ", code(one.id)
        )

    def decided(self) -> Iterator[Item]:
        """What was decided about it, newest first."""
        for event in self.view.decisions or ():
            changes = list(_changes(event, self.view.seat.seat))
            by = subject(event.by, event.who) if event.by else line(words(event.who))
            head = line(f"{event.at.astimezone(self.zone).date()}, ", by, ", ", code(event.commit[:SHORT]))
            yield Item(line(head, ": ", changes[0])) if len(changes) == 1 else Item(head, tuple(changes))
        yield from self._rest("decisions")

    def handed(self) -> Iterator[Item]:
        """Who has the work of a retired seat."""
        retired = self.view.retirement
        yield from (Item(_handed(one)) for one in (retired.handed if retired else ()))
        yield from self._rest("retirement.handed")

    def ended(self) -> Iterator[Item]:
        """Why it was retired, and what was learned."""
        retired = self.view.retirement
        if retired:
            by = line(" by ", subject(retired.decided_by, retired.decided_by_name)) if retired.decided_by else ()
            yield Item(line("Decided", by, told(": ", retired.reason)))
            yield from (Item(told(f"{key.capitalize()}: ", text)) for key, text in retired.review.items() if text)

    def records(self) -> Line:
        """What it may record."""
        records, seat = self.view.records, self.view.seat.seat
        if records.all:
            return line("It keeps the score: it may record values for every seat.")
        others = [line(code(other.seat)) for other in records.seats if other.seat != seat]
        rest = line(", and for ", self._row(others, "records.seats")) if others else ()
        return line("It may record values for itself", rest, ".")


def _elsewhere(one: Elsewhere) -> Line:
    away = one.hand_to is None or one.hand_to.seat != one.by.seat
    to = (
        line(", for now to ", named(one.hand_to)) if one.hand_to and away else line(", nobody is there") if away else ()
    )
    status = "" if one.by.status == "active" else f", {one.by.status}"
    return line(
        code(one.capability), " → ", named(one.by), f", {_RELATIONS[one.relation]}{status}", to, told(": ", one.text)
    )


def _metric(metric: MetricContext) -> Line:
    target = line(code(metric.target)) if metric.target else line("no target")
    return line(called(metric.metric, metric.name), ", ", target, f", {metric.cadence}", told(", for ", metric.outcome))


def _runs(metric: MetricContext) -> list[list[Cell]]:
    """The last periods; those that follow each other and have no value for the same reason are one."""
    return [list(run) for _, run in groupby(metric.latest, _why_blank)]


def _why_blank(cell: Cell) -> tuple[str, ...]:
    return (cell.state, cell.note or "") if cell.value is None else (cell.period,)


def _cells(run: list[Cell], metric: MetricContext) -> Line:
    cell, until = run[-1], f" to {run[-1].period}" if len(run) > 1 else ""
    value = line(metric.measure.format_shown(cell.value), " ") if metric.measure and cell.value is not None else ()
    corrected = ", corrected" if cell.corrected else ""
    # Of a metric that is stale, why stands with what is open.
    note = told(" ", cell.note) if cell.state is CellState.UNAVAILABLE and not metric.stale_since else ()
    return line(f"{run[0].period}{until} ", value, f"{_STATES[cell.state]}{corrected}", note)


def _handed(one: Handed) -> Line:
    ended = line(" ended", told(": ", one.ended)) if one.ended or one.what == "metric" else line(" → nobody")
    return line(f"{one.what} ", code(one.id), line(" → ", titled(one.by)) if one.by else ended)


def _changes(event: Event, seat: str) -> Iterator[Line]:
    """What one commit changed."""
    every = list(changes_told(event, seat))
    if any(change.sort == "added" for change in event.changes):
        # What it did and was measured on then, stands as it is now further up.
        every = every[:_ARRIVAL]
    yield from every[:_CHANGES]
    if len(every) > _CHANGES:
        yield line(f"and {len(every) - _CHANGES} more")
