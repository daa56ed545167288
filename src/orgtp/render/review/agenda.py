"""Show the agenda of a weekly review as text, Markdown or HTML, in the same order and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.records.review import ReviewState
from orgtp.model.text import count_noun, one_line
from orgtp.model.value import Unit
from orgtp.render.health.text import describe_odds, describe_run
from orgtp.render.markdown import escape_markdown, line_to_markdown
from orgtp.render.spans import CODE, NAME, SHORT_COMMIT, WORDS, Line, join_spans
from orgtp.render.spans_html import line_to_html, text_to_html
from orgtp.render.terminal import (
    LEGEND,
    SIGNS,
    STYLES,
    Screen,
    measure_line,
    pad_line,
    render_lines,
    safe_text,
    strip_line_end,
    to_local_time,
    wrap_hanging,
    wrap_legend,
    wrap_line,
)
from orgtp.render.wording.odds import format_baseline
from orgtp.render.wording.selection import describe_left_out, left_out_lines
from orgtp.render.wording.values import format_value
from orgtp.views.escalations import EscalationView
from orgtp.views.review.agenda import Agenda, AgendaDate, AgendaRow, AgendaTodo, RowEvidence

STATE_STYLES = {
    ReviewState.SILENT: "magenta",
    ReviewState.LATE: "yellow",
    ReviewState.DRIFTING: "bold magenta",
    ReviewState.OFF: "bold red",
    ReviewState.HIT_OR_MISS: "yellow",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class AgendaHead:
    """What every format says first: the name of the org, as of when and of which commit, and its time zone.

    `by` are the options that left something out.
    """

    name: str
    now: datetime
    zone: tzinfo
    revision: str | None = None
    by: str = ""

    @property
    def as_of(self) -> str:
        """`as of 2026-11-30 09:00, commit 4b825dc642`."""
        when = f"as of {to_local_time(self.now, self.zone):%Y-%m-%d %H:%M}"
        return f"{when}, commit {self.revision[:10]}" if self.revision else when


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item of a section: its line, what is known about it, and its row if it is one to discuss."""

    line: Line
    details: tuple[Line, ...] = ()
    row: AgendaRow | None = None


@dataclass(frozen=True, slots=True)
class AgendaSection:
    """A numbered section: its title, a sentence about all of it, and its items."""

    title: str
    summary: Line
    items: tuple[AgendaItem, ...] = ()


def list_sections(agenda: Agenda, zone: tzinfo) -> list[AgendaSection]:
    """The sections of the agenda, in their fixed order."""
    return [
        AgendaSection("To-dos", _sum_up_todos(agenda), tuple(map(_describe_todo, agenda.todos))),
        AgendaSection("What needs a person", _sum_up_rows(agenda), tuple(_describe_row(row) for row in agenda.rows)),
        AgendaSection(
            "Open escalations",
            [(count_noun(len(agenda.escalations), "escalation") if agenda.escalations else "nothing is open", "")],
            tuple(_describe_escalation(one, zone) for one in agenda.escalations),
        ),
        AgendaSection(
            "Dates",
            [("" if agenda.dates else "nothing within four weeks", "")],
            tuple(map(_describe_date, agenda.dates)),
        ),
        AgendaSection("Rating", _sum_up_ratings(agenda)),
    ]


def _sum_up_todos(agenda: Agenda) -> Line:
    done = agenda.completion
    rate = (
        f"{done.done} of {done.due} done ({round(100 * done.done / done.due)}%)"
        if done.due
        else "none was due since the last review"
    )
    return [(f"{rate}, {len(agenda.todos)} open", "")]


def _describe_todo(one: AgendaTodo) -> AgendaItem:
    due = f"due {one.due}" if one.due else "no date"
    late = f", overdue at {one.reviews_overdue} reviews, counting this one" if one.reviews_overdue > 1 else ", overdue"
    line = join_spans(
        (one.what, WORDS), ": ", (one.owner_name or one.owner, NAME), f", {due}{late if one.overdue else ''}"
    )
    of = [join_spans("from ", (one.from_, WORDS))] if one.from_ else []
    return AgendaItem(line, (join_spans(f"{one.state}, ", (one.todo, CODE)), *of))


def _sum_up_rows(agenda: Agenda) -> Line:
    quiet = f"{count_noun(len(agenda.on_target), 'row')} on target"
    seats = len({row.seat for row in agenda.on_target})
    quiet += f", of {count_noun(seats, 'seat')}" if agenda.on_target else ""
    silent = f"; no verdict: {count_noun(len(agenda.no_verdict), 'row')}" if agenda.no_verdict else ""
    lucky = sum(row.state is ReviewState.HIT_OR_MISS for row in agenda.rows)
    need = count_noun(len(agenda.rows) - lucky, "row") + " to discuss" if len(agenda.rows) > lucky else ""
    luck = f"{lucky} hit or miss" if lucky else ""
    first = ", ".join(part for part in (need, luck) if part) or "nothing needs a person"
    return [(f"{first}; {quiet}{silent}", "")]


def _describe_row(row: AgendaRow, *, is_whole: bool = False) -> AgendaItem:
    value, target = (format_value(row.value, row.measure), CODE), (row.target or "none", CODE)
    line = join_spans((str(row.state), ""), " ", (row.seat_name, NAME), ", ", (row.name, WORDS))
    if row.state is ReviewState.HIT_OR_MISS and not is_whole:
        # It is on target, so it takes one line.
        baseline = format_baseline(row.health) if row.health else []
        facts = join_spans(": ", value, ", target ", target)
        return AgendaItem(join_spans(line, facts, *((", ", baseline) if baseline else ())))
    details = [
        join_spans("value ", value, f" in {row.period}, target ", target),
        join_spans("owner ", (row.human_owner or row.owner or "nobody", NAME)),
    ]
    details += [[(one, WORDS)] for one in row.reasons]
    details += list_health_lines(row)
    details += [join_spans("open to-do ", (one, CODE)) for one in row.todos]
    if row.last:
        details.append(join_spans("last review: ", f"{row.last.decision}: ", (row.last.fix or row.last.changed, WORDS)))
    return AgendaItem(line, tuple(details), row)


def list_health_lines(row: AgendaRow) -> list[Line]:
    """The limits of a row, and the odds of what was found."""
    if row.health is None:
        return []
    baseline = format_baseline(row.health)
    odds = describe_odds(row.health) if row.health.is_drifting else ""
    run = describe_run(row.health) if row.misses_in_a_row > 1 and row.health.misses_in_a_row > 1 else ""
    return [*([baseline] if baseline else []), *([(text, "")] for text in (odds, run) if text)]


def _describe_escalation(one: EscalationView, zone: tzinfo) -> AgendaItem:
    overdue = "overdue" if one.overdue else str(one.state)
    due = f", due {to_local_time(one.due, zone):%Y-%m-%d %H:%M}" if one.due else ""
    line = join_spans(
        (one.seat_name or one.seat, NAME), ": ", (one.what, WORDS), ", with ", (one.with_name or one.with_, NAME)
    )
    why = [join_spans("why: ", (one.why, WORDS))] if one.why else []
    return AgendaItem(line, (join_spans(f"{overdue}{due}, ", (one.id, CODE)), *why))


def _describe_date(one: AgendaDate) -> AgendaItem:
    when = f"{one.date}: " if one.date else "check-in: "
    over = " (overdue)" if one.overdue else ""
    metric = join_spans(", ", (one.metric, CODE)) if one.metric else []
    return AgendaItem(join_spans(f"{when}", (one.seat_name, NAME), metric, ", ", (one.what, WORDS), over))


def _sum_up_ratings(agenda: Agenda) -> Line:
    if not agenda.ratings:
        return [("from 1 to 10: how useful was this review?", "")]
    past = ", ".join(f"{one.rating} ({one.week})" for one in agenda.ratings)
    return [(f"from 1 to 10: how useful was this review? The last ones: {past}", "")]


def format_week_span(agenda: Agenda) -> str:
    """`23 Nov to 29 Nov 2026`."""
    first, last = agenda.first_day, agenda.last_day
    return f"{first.day} {_MONTHS[first.month - 1]} to {last.day} {_MONTHS[last.month - 1]} {last.year}"


def _format_held(agenda: Agenda) -> str:
    return f"This week has a review already. See: orgtp review show {agenda.week}" if agenda.held else ""


# Text.


def agenda_text(agenda: Agenda, head: AgendaHead, screen: Screen) -> str:
    """The agenda for a terminal."""
    title = join_spans(("Review of ", "bold"), (agenda.week, "bold"), f", {format_week_span(agenda)}, ")
    lines = [*wrap_line(join_spans(title, safe_text(head.name)), screen.width), [(head.as_of, "dim")]]
    lines += wrap_line([(held, "yellow")], screen.width) if (held := _format_held(agenda)) else []
    for number, section in enumerate(list_sections(agenda, head.zone), start=1):
        lines += _list_section_lines(agenda, number, section, screen)
    if agenda.rows:
        lines += [[], *wrap_legend(LEGEND, screen.width)]
    lines += left_out_lines(agenda.left_out, head.by, screen.width)
    return render_lines(lines, screen)


def _list_section_lines(agenda: Agenda, number: int, section: AgendaSection, screen: Screen) -> list[Line]:
    summary = join_spans(": ", section.summary) if any(text for text, _ in section.summary) else []
    lines = [[], *wrap_line(join_spans((f"{number}. {section.title}", "bold"), summary), screen.width)]
    for item in section.items:
        lines += _list_item_lines(agenda.columns, item, screen)
    return lines


def _list_item_lines(columns: Sequence[str], item: AgendaItem, screen: Screen) -> Iterator[Line]:
    line = item.line
    if item.row:
        line = [(line[0][0], STATE_STYLES.get(item.row.state, "")), *line[1:]]
    yield from wrap_hanging(line, 2, screen)
    if item.row:
        yield from wrap_hanging(format_cell_strip(columns, item.row.cells), 6, screen)
    for detail in item.details:
        yield from wrap_hanging(detail, 6, screen)


def format_cell_strip(columns: Sequence[str], cells: Sequence[Cell]) -> Line:
    """One mark for each week, from the first to the last: `W36 ✓✓✗✗✓✓✗ W48`."""
    first, last = _format_week(columns[0]), _format_week(columns[-1])
    marks = [("·" if cell.state is CellState.NONE else SIGNS[cell.state], STYLES[cell.state]) for cell in cells]
    return [(f"{first} ", "dim"), *marks, (f" {last}", "dim")]


def _format_week(text: str) -> str:
    """`W48`, of the week `2026-W48`."""
    return text.partition("-")[2]


def sections_text(agenda: Agenda, head: AgendaHead, screen: Screen, first: int, end: int) -> str:
    """Some sections of the agenda for a terminal, from `first` up to `end`, counted from 0."""
    lines: list[Line] = []
    for number, section in list(enumerate(list_sections(agenda, head.zone), start=1))[first:end]:
        lines += _list_section_lines(agenda, number, section, screen)
    return render_lines(lines, screen)


def row_screen_text(agenda: Agenda, row: AgendaRow, evidence: Sequence[RowEvidence], place: str, screen: Screen) -> str:
    """The screen of one row: its weeks with their values, its limits and odds, its to-do, and what changed."""
    item = _describe_row(row, is_whole=True)
    lines: list[Line] = [[], [(f"── {place} ".ljust(min(screen.width, 72), "─"), "dim")]]
    lines += wrap_line([(item.line[0][0], STATE_STYLES.get(row.state, "")), *item.line[1:]], screen.width)
    lines += wrap_line(safe_text(row.outcome, "dim"), screen.width) if row.outcome else []
    lines += [[], *_list_week_lines(agenda, row, screen), []]
    for detail in item.details:
        lines += wrap_hanging(detail, 2, screen)
    if evidence:
        lines += [
            [],
            *wrap_line(
                [(f"what changed: candidates, not causes. More: orgtp why {row.seat} {row.metric}", "dim")],
                screen.width,
            ),
        ]
        for number, one in enumerate(evidence, start=1):
            when = f"{one.when} it began: " if one.when in {"before", "after"} else ""
            commit = [(f" ({one.commit[:SHORT_COMMIT]})", "dim")] if one.commit else []
            lines += wrap_hanging(join_spans(f"[{number}] {one.day} {when}", (one.text, WORDS), commit), 2, screen)
    return render_lines(lines, screen)


def _list_week_lines(agenda: Agenda, row: AgendaRow, screen: Screen) -> Iterator[Line]:
    """The weeks with their values, as many on a line as fit."""
    cells: list[Line] = []
    for column, cell in zip(agenda.columns, row.cells, strict=True):
        value = f" {one_line(format_value(cell.value, row.measure))}" if cell.value is not None else ""
        sign = "·" if cell.state is CellState.NONE else SIGNS[cell.state]
        cells.append([(f"{_format_week(column)}{value} ", ""), (sign, STYLES[cell.state])])
    width = max(measure_line(cell) for cell in cells) + 2
    fit = max(1, (screen.width - 2) // width)
    for start in range(0, len(cells), fit):
        yield strip_line_end(join_spans("  ", *(pad_line(cell, width) for cell in cells[start : start + fit])))


# Markdown.

_SHOWN_WEEKS = 6


def agenda_markdown(agenda: Agenda, head: AgendaHead) -> str:
    """The agenda in Markdown, in which no text of a user is markup."""
    lines = [
        f"# Review of {agenda.week}",
        "",
        f"{escape_markdown(head.name)}, {format_week_span(agenda)}, {head.as_of}",
    ]
    lines += ["", f"**{held}**"] if (held := _format_held(agenda)) else []
    for number, section in enumerate(list_sections(agenda, head.zone), start=1):
        lines += ["", f"## {number}. {section.title}"]
        summary = line_to_markdown(section.summary)
        lines += ["", summary[:1].upper() + summary[1:] + "."] if summary else []
        lines += [""] if section.items else []
        for item in section.items:
            lines += _list_item_markdown(agenda.columns, item)
    if note := describe_left_out(agenda.left_out, head.by):
        lines += ["", escape_markdown(note)]
    return "\n".join(lines) + "\n"


def _list_item_markdown(columns: Sequence[str], item: AgendaItem) -> Iterator[str]:
    yield f"- {line_to_markdown(item.line)}"
    if item.row:
        pairs = zip(columns[-_SHOWN_WEEKS:], item.row.cells[-_SHOWN_WEEKS:], strict=True)
        weeks = ", ".join(
            f"{_format_week(column)} {_format_cell_words(cell, item.row.measure)}" for column, cell in pairs
        )
        yield f"  - last weeks: {escape_markdown(weeks)}"
    yield from (f"  - {line_to_markdown(detail)}" for detail in item.details if any(text for text, _ in detail))


def _format_cell_words(cell: Cell, measure: Unit | None) -> str:
    return f"{cell.state} {format_value(cell.value, measure)}" if cell.value is not None else str(cell.state)


# HTML.

_STYLE = """\
:root { color-scheme: light dark; --paper: light-dark(#fbfbf8, #131517); --ink: light-dark(#16181b, #e8e9e8);
  --ink-2: light-dark(#494e55, #b3b8bd); --ink-3: light-dark(#666b73, #92989f); --line: light-dark(#e2e1da, #2a2e32);
  --line-2: light-dark(#c4c3ba, #454b51); --on: light-dark(#0b6a58, #5fc7ad); --off: light-dark(#b42318, #ff8f7a);
  --off-tint: light-dark(#fbe9e4, #3a1d18); --late: light-dark(#855200, #e8b65c); --drift: light-dark(#76357f, #d7a3de);
  --unk: light-dark(#545a63, #a9b0b8); --unk-tint: light-dark(#eeeeea, #24282c); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 16px 72px; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums lining-nums; }
h1, h3 { font-family: Charter, "Bitstream Charter", "Sitka Text", Cambria, serif; font-weight: 600; margin: 0; }
h1 { font-size: 30px; line-height: 36px; } h2 { font-size: 20px; line-height: 26px; margin: 48px 0 8px;
  border-top: 2px solid var(--ink); padding-top: 12px; } h3 { font-size: 17px; line-height: 26px; }
p { margin: 4px 0; } .quiet, dt, th { color: var(--ink-3); } ul { margin: 8px 0; padding-left: 20px; }
.entry { border-top: 1px solid var(--line); padding: 16px 0; break-inside: avoid; }
.state { font-weight: 600; } .state::before { content: attr(data-sign) " "; }
.s-off { color: var(--off); } .s-late, .s-hit-or-miss { color: var(--late); } .s-drifting { color: var(--drift); }
.s-silent { color: var(--unk); } table { border-collapse: collapse; font-size: 12px; line-height: 16px; margin: 8px 0; }
.weeks { overflow-x: auto; } th, td { padding: 2px 6px; text-align: right; border: 1px solid var(--line); }
td.off { background: var(--off-tint); font-weight: 600; } td.unavailable, td.missing { background: var(--unk-tint); }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; }
.write { display: grid; grid-template-columns: 9rem 1fr; gap: 4px 12px; margin: 12px 0 0; } dt, dd { margin: 0; }
.write dd { border-bottom: 1px solid var(--line-2); min-height: 24px; }
@media print { :root { color-scheme: light; } body { background: #fff; color: #000; padding: 0; max-width: none; }
  td.off { outline: 2px solid #000; outline-offset: -2px; } h2 { break-after: avoid; } @page { margin: 16mm; } }
"""
_QUESTIONS = ("What changed", "The fix", "Who", "By when")
_STATE_SIGNS = {
    ReviewState.SILENT: "?",
    ReviewState.LATE: "–",
    ReviewState.DRIFTING: "↘",
    ReviewState.OFF: "✗",
    ReviewState.HIT_OR_MISS: "∿",
}


def agenda_html(agenda: Agenda, head: AgendaHead) -> str:
    """The agenda as one HTML page that needs nothing else, to read or to print. Each row has lines to write on."""
    title = f"Review of {agenda.week}"
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{text_to_html(title)} · {text_to_html(head.name)}</title>",
        f"<style>\n{_STYLE}</style></head>",
        "<body><main>",
        f"<header><h1>{text_to_html(title)}</h1>",
        f'<p class="quiet">{text_to_html(head.name)}, {format_week_span(agenda)}, {text_to_html(head.as_of)}</p>',
        "</header>",
    ]
    parts += [f"<p><strong>{text_to_html(held)}</strong></p>"] if (held := _format_held(agenda)) else []
    for number, section in enumerate(list_sections(agenda, head.zone), start=1):
        parts += [f"<section><h2>{number}. {text_to_html(section.title)}</h2>"]
        summary = "".join(text for text, _ in section.summary)
        parts += [f"<p>{text_to_html(summary[:1].upper() + summary[1:])}.</p>"] if summary else []
        parts += _list_section_html(agenda.columns, section)
        parts += ["</section>"]
    parts += (
        [f'<p class="quiet">{text_to_html(note)}</p>'] if (note := describe_left_out(agenda.left_out, head.by)) else []
    )
    return "\n".join([*parts, "</main></body>", "</html>"]) + "\n"


def _list_section_html(columns: Sequence[str], section: AgendaSection) -> Iterator[str]:
    for item in section.items:
        if item.row is not None:
            yield from _list_row_html(columns, item, item.row)
    plain = [item for item in section.items if item.row is None]
    if plain:
        yield "<ul>"
        for item in plain:
            more = "".join(f'<br><span class="quiet">{line_to_html(detail)}</span>' for detail in item.details)
            yield f"<li>{line_to_html(item.line)}{more}</li>"
        yield "</ul>"


def _list_row_html(columns: Sequence[str], item: AgendaItem, row: AgendaRow) -> Iterator[str]:
    sign = _STATE_SIGNS.get(row.state, "")
    yield '<article class="entry">'
    yield f"<h3>{text_to_html(row.seat_name)}: {text_to_html(row.name)}</h3>"
    yield f'<p class="state s-{row.state}" data-sign="{sign}">{row.state}</p>'
    yield from (f"<p>{line_to_html(detail)}</p>" for detail in item.details)
    yield '<div class="weeks"><table><thead><tr>'
    yield "".join(f'<th scope="col">{text_to_html(_format_week(column))}</th>' for column in columns)
    yield "</tr></thead><tbody><tr>"
    yield "".join(_cell_html(cell, row.measure) for cell in row.cells)
    yield "</tr></tbody></table></div>"
    yield '<dl class="write">'
    yield "".join(f"<dt>{question}</dt><dd></dd>" for question in _QUESTIONS)
    yield "</dl></article>"


def _cell_html(cell: Cell, measure: Unit | None) -> str:
    value = f"{text_to_html(format_value(cell.value, measure))} " if cell.value is not None else ""
    title = text_to_html(_format_cell_words(cell, measure))
    return f'<td class="{cell.state}" title="{title}">{value}{SIGNS[cell.state].strip()}</td>'
