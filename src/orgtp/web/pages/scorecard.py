"""The page of the scorecard: every metric by week, what needs a person first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.model.cell import CellState
from orgtp.model.errors import BadInput
from orgtp.model.period import parse_period
from orgtp.model.problem import select_unread
from orgtp.model.target import format_target
from orgtp.model.value import Unit
from orgtp.render.drawings.sparkline import draw_sparkline
from orgtp.render.health.text import describe_chance
from orgtp.render.templates import clean_value, mark_as_html
from orgtp.render.wording.dates import format_short_day
from orgtp.render.wording.figures import format_full_figure, format_grid_figure
from orgtp.render.wording.people import earlier_numbers_note
from orgtp.render.wording.periods import describe_period, name_period
from orgtp.views.scorecard.build import Scorecard, ScoreRow
from orgtp.views.scorecard.cell_records import CellRecords, count_cell_records, list_all_targets, list_cell_records
from orgtp.views.scorecard.groups import GroupedRow, RowGroup, count_totals, group_rows
from orgtp.views.scorecard.scores import ScoreLine
from orgtp.views.selection import Selection
from orgtp.views.signs import describe_state, name_sign
from orgtp.web.pages.page import Page, PageRequest

if TYPE_CHECKING:
    from orgtp.api import OrgHandle

WEEKS, _MOST_WEEKS, _MOST_DIGITS = 13, 104, 3
# The weeks that a screen of medium width shows.
_RECENT = 6
# With more records than this behind its cells, a page would be slow to load, so it does without them. A server sends
# those of one seat when a cell is opened, and so need not let a first page wait for the blame of all files.
_MOST_RECORDS, _MOST_SERVED_RECORDS = 4000, 1000
# In a table with more rows, a cell is a text with a sign that the style sheet adds. With a link and a drawing in each,
# the page would be three times as large.
_MOST_LINKED_ROWS = 200
# A browser takes seconds for a table with more rows, and so long to filter them that a server does it.
MOST_ROWS = 2000
_LONG_NAME, _LONGER_NAME = 8, 13
_SO_FAR = "so far"


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A week at the head of the grid: its name, its first day or `so far`, and its classes."""

    name: str
    day: str
    css: str


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of the grid. `css` are its classes, and `label` says all of it to a screen reader; "" for an empty cell.

    `mark` stands before the number. `name` is its week, where a narrow screen shows it as the latest of its row,
    and that is not the week at the head.
    """

    css: str
    label: str = ""
    text: str = ""
    sign: str = ""
    mark: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of the grid as a page shows it. `reason` says why it is in its group, with the sign `reason_sign`."""

    row: ScoreRow
    group: RowGroup
    number: int
    target: str
    line: str
    hits: str
    cells: tuple[GridCell, ...]
    reason: str
    reason_sign: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class GridGroup:
    """The rows of one group; None: all rows in the order of the chart."""

    group: RowGroup | None
    rows: tuple[GridRow, ...]

    @property
    def is_hidden(self) -> bool:
        """Whether a filter leaves out all of its rows."""
        return all(row.is_hidden for row in self.rows)


@dataclass(frozen=True, slots=True)
class GridFilter:
    """What the address of a served page asks for; a written page shows everything, and its script filters."""

    text: str = ""
    owner: str = ""
    is_for_person: bool = False
    is_in_chart_order: bool = False

    def hides(self, one: GroupedRow) -> bool:
        """Whether a row is left out."""
        words = f"{one.row.seat_name} {one.row.name}".lower()
        return (
            self.text.lower() not in words
            or self.owner not in {"", one.row.owner or ""}
            or (self.is_for_person and not one.group.needs_person)
        )

    def select(self, found: Sequence[GroupedRow]) -> list[GroupedRow]:
        """Those that are not left out, in the order that is asked for."""
        kept = [one for one in found if not self.hides(one)]
        return sorted(kept, key=lambda one: one.number) if self.is_in_chart_order else kept


def build_scorecard_page(request: PageRequest) -> Page:
    """The scorecard of the last 13 weeks. The address of a served page may name `weeks`, a `seat` and a filter.

    Raises `BadInput` and `UnknownSeat`.
    """
    org, query = request.org, request.query
    selection = Selection(seat=query.get("seat", ""))
    card = org.scorecard(_parse_weeks(query.get("weeks", "")), selection=selection)
    health = org.health(selection)
    chosen = GridFilter(
        text=query.get("q", "").strip(),
        owner=query.get("owner", ""),
        is_for_person=query.get("state") == "person",
        is_in_chart_order=query.get("order") == "chart",
    )
    found = group_rows(card, health)
    latest, fits = _find_head_column(card), list(found)
    if len(found) > MOST_ROWS:
        fits = chosen.select(found)
    rows = [_build_row(org, card, one, latest, is_hidden=chosen.hides(one)) for one in fits[:MOST_ROWS]]
    holders = {row.seat: earlier_numbers_note(row.seat_name, row.holders) for row in card.rows}
    content = {
        "card": card,
        "day": org.now.astimezone(org.head.zone).date().isoformat() if org.at else "",
        "kept": {"seat": query.get("seat", ""), "weeks": query.get("weeks", "")},
        "chosen": chosen,
        "is_served": request.is_served,
        "weeks": len(card.columns),
        "default_weeks": WEEKS,
        "span": f"{name_period(card.columns[0])} \u2013 {name_period(card.columns[-1])}",
        "columns": [_build_column(card, number, latest) for number in range(len(card.columns))],
        "groups": _group(rows, is_in_chart_order=chosen.is_in_chart_order),
        "seats": len({row.seat for row in card.rows}),
        "owners": _list_owners(card),
        "totals": count_totals(found),
        "for_person": sum(one.group.needs_person for one in found),
        "name_css": _choose_name_width(card),
        "is_short": len(card.rows) > _MOST_LINKED_ROWS,
        "is_long": len(card.columns) > WEEKS,
        "is_part": len(found) > MOST_ROWS,
        "fits": len(fits),
        "marks": _list_marks(rows),
        "notes": [note for note in holders.values() if note],
        "chance": describe_chance(health) if any(one.group is RowGroup.DRIFTING for one in found) else "",
        "unread_seats": _list_unread_seats(org),
        "has_seats": bool(org.org.seats or org.org.unread_seat_files),
        "details": _find_details(org, card, may_ask=request.is_served and not selection.seat),
    }
    return Page("scorecard", "Scorecard", content, is_wide=True)


def _list_unread_seats(org: OrgHandle) -> list[tuple[str, str]]:
    """The seats whose file cannot be read, and the place where that is."""
    unread = select_unread(org.problems_so_far)
    places = {one.place.path: str(one.place) for one in reversed(unread)}
    return [(Path(path).stem, places.get(path, path)) for path in org.org.unread_seat_files]


def _parse_weeks(text: str) -> int:
    if not text:
        return WEEKS
    # Few digits: zeros before a number would hide how large it is.
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and 0 < int(text) <= _MOST_WEEKS):
        raise BadInput(what=f'"{text[:20]}" is not a number of weeks. Use one from 1 to {_MOST_WEEKS}')
    return int(text)


def _find_head_column(card: Scorecard) -> int:
    """The column that a narrow screen shows: the newest in which a row has a verdict."""
    newest = Counter(number for row in card.rows if (number := _find_latest(row)) is not None)
    # Most rows have theirs in this week; only some have one in the week that still goes on.
    return max(newest, key=lambda number: (newest[number], number), default=len(card.columns) - 1)


def _find_latest(row: ScoreRow) -> int | None:
    """The number of the newest cell with a verdict."""
    verdicts = [number for number, cell in enumerate(row.cells) if cell.state.is_verdict]
    return max(verdicts, default=None)


def _build_column(card: Scorecard, number: int, latest: int) -> GridColumn:
    text, is_old = card.columns[number], number < len(card.columns) - _RECENT
    period, is_now = parse_period(text), text == card.partial
    day = _SO_FAR if is_now or period is None else format_short_day(period.start)
    return GridColumn(name_period(text), day, _join_classes("w", is_old, is_now, number == latest))


def _join_classes(first: str, is_old: bool, is_now: bool, is_latest: bool) -> str:
    flags = {"old": is_old, "now": is_now, "lastv": is_latest}
    return " ".join([first, *(name for name, is_set in flags.items() if is_set)])


def _build_row(org: OrgHandle, card: Scorecard, one: GroupedRow, head: int, *, is_hidden: bool) -> GridRow:
    row, latest = one.row, _find_latest(one.row)
    latest = head if latest is None else latest
    sign, reason = _explain_group(org, one)
    shorten = partial(format_grid_figure, measure=row.measure, targets=list_all_targets(org.org, row))
    cells = [
        _build_cell(card, row, number, shorten(cell.value), latest=latest, head=head)
        for number, cell in enumerate(row.cells)
    ]
    return GridRow(
        row,
        one.group,
        one.number,
        format_target(row.target),
        mark_as_html(draw_sparkline(row, with_misses=len(card.rows) <= _MOST_LINKED_ROWS)),
        f"{row.on_target}/{row.known}" if row.known else "",
        tuple(cells),
        reason,
        sign,
        is_hidden,
    )


def _build_cell(card: Scorecard, row: ScoreRow, number: int, text: str, *, latest: int, head: int) -> GridCell:
    cell, sign = row.cells[number], name_sign(row.cells[number].state)
    is_now = card.columns[number] == card.partial
    is_old = number < len(card.columns) - _RECENT
    if cell.state is CellState.NONE and cell.value is None:
        return GridCell(_join_classes("v", is_old, is_now, number == latest))
    css = _join_classes(f"v {sign}".strip(), is_old, is_now, number == latest)
    period = name_period(cell.period)
    marks = {"~": cell.partial, "*": cell.corrected, "\u203a": _is_last_of_past(row, number)}
    words = [
        f"{period} {text or 'no value'}",
        describe_state(cell.state, cell.value),
        *(["not all values known"] if cell.partial else []),
        *(["corrected"] if cell.corrected else []),
        *([f"as {cell.from_}"] if cell.from_ else []),
    ]
    name = period if number == latest and number != head else ""
    mark = "".join(sign for sign, is_set in marks.items() if is_set)
    return GridCell(css, ", ".join(words), text, sign, mark, name)


def _is_last_of_past(row: ScoreRow, number: int) -> bool:
    """Whether it is the last cell of the metric that this one continues."""
    return row.cells[number].from_ is not None and all(cell.from_ is None for cell in row.cells[number + 1 :])


def _explain_group(org: OrgHandle, one: GroupedRow) -> tuple[str, str]:
    """The sign of a row's group, and why the row is in it."""
    row, group = one.row, one.group
    if group is RowGroup.LATE and row.stale_since:
        return "late", f"late since {format_short_day(_to_local(org, row.stale_since))}"
    if group is RowGroup.UNKNOWN:
        return name_sign(row.state), describe_state(row.state, row.latest)
    if group is RowGroup.DRIFTING and one.health and one.health.since:
        return "drift", f"drifting since {name_period(one.health.since)}"
    if group is RowGroup.OFF:
        more = f", {row.misses_in_a_row} in a row" if row.misses_in_a_row > 1 else ""
        return "off", f"off target{more}"
    return ("hm", "hit or miss") if group is RowGroup.HIT_OR_MISS else ("", "")


def _to_local(org: OrgHandle, time: datetime) -> datetime:
    return time.astimezone(org.head.zone)


def _group(rows: Sequence[GridRow], *, is_in_chart_order: bool) -> list[GridGroup]:
    if is_in_chart_order:
        return [GridGroup(None, tuple(sorted(rows, key=lambda row: row.number)))]
    return [GridGroup(group, tuple(found)) for group, found in groupby(rows, key=lambda row: row.group)]


def _list_owners(card: Scorecard) -> list[tuple[str, str]]:
    """The owners of the rows by id and name, in the order of their names."""
    owners = {row.owner: row.human_owner or row.owner for row in card.rows if row.owner}
    return sorted(owners.items(), key=lambda one: (one[1].lower(), one[0]))


def _choose_name_width(card: Scorecard) -> str:
    """The class of a column of seats that is wide enough for their names."""
    longest = max((len(row.seat_name) for row in card.rows), default=0)
    return "names-l" if longest > _LONGER_NAME else "names-m" if longest > _LONG_NAME else ""


def _list_marks(rows: Sequence[GridRow]) -> list[str]:
    """What the marks before numbers mean, of those that the page has."""
    meanings = {"*": "* corrected", "~": "~ not all values known", "\u203a": "\u203a before: another metric, continued"}
    used = {sign for row in rows for cell in row.cells for sign in cell.mark}
    return [text for sign, text in meanings.items() if sign in used]


# What is behind the cells, for the script that opens them.


def _find_details(org: OrgHandle, card: Scorecard, *, may_ask: bool) -> Mapping[str, Any] | str:
    """What the cells open, by row and column. "seat": too much, so the page asks for it seat by seat; "": too much."""
    most = _MOST_SERVED_RECORDS if may_ask else _MOST_RECORDS
    if count_cell_records(org.org, card, most) > most:
        return "seat" if may_ask else ""
    found = list(list_cell_records(org.org, card, org.now))
    made = org.history.score_commits({record.spot for one in found for record in one.records})
    commits = {commit: number for number, commit in enumerate(sorted(set(made.values())))}
    names = org.org.label_seats({record.line.by for one in found for record in one.records if record.line.by}, org.now)
    measures = {(row.seat, row.metric): row.measure for row in card.rows}
    rows: dict[str, dict[str, Any]] = {}
    for one in found:
        records = [
            _describe_record(org, record.line, names, commits.get(made.get(record.spot, ""))) for record in one.records
        ]
        rows.setdefault(f"{one.seat}/{one.metric}", {})[str(one.column)] = _describe_cell(
            one, measures[one.seat, one.metric], records
        )
    return {"commits": list(commits), "rows": rows}


def _describe_cell(one: CellRecords, measure: Unit | None, records: list[Any]) -> list[Any]:
    """Its days, value, sign, state in words, target, notes and records, and what else is to be said."""
    cell = one.cell
    notes = dict.fromkeys(note for note in (cell.note, *(record.line.note for record in one.records)) if note)
    return [
        describe_period(cell.period),
        format_full_figure(cell.value, measure) if cell.value is not None else "",
        name_sign(cell.state),
        describe_state(cell.state, cell.value),
        format_target(one.target),
        [clean_value(note) for note in notes],
        records,
        f"These are values of {cell.from_}, which this metric continues." if cell.from_ else "",
    ]


def _describe_record(org: OrgHandle, line: ScoreLine, names: Mapping[str, str], commit: int | None) -> list[Any]:
    """Its period, value, sign, when and by whom it was recorded, the number of its commit, and what became of it."""
    at = _to_local(org, datetime.fromisoformat(line.at))
    fate = "withdrawn" if line.void else "corrected" if line.corrected else "" if line.counts else "recorded again"
    value = format_full_figure(line.value, line.measure) if line.value is not None else "" if line.void else "unknown"
    by = names.get(line.by or "", line.by or "")
    return [
        name_period(line.period),
        value,
        name_sign(line.state) if line.counts else "",
        f"{format_short_day(at)} {at:%H:%M}",
        clean_value(by),
        -1 if commit is None else commit,
        fate,
    ]
