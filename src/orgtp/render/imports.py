"""What an import does, as text: a table of the rows, and everything that a person should know before or after it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from orgtp.actions.import_metrics import MetricFate, PlannedMetric, describe_values
from orgtp.actions.import_seats.plan import format_bad_rows
from orgtp.actions.import_seats.request import QuestionKind
from orgtp.actions.import_seats.result import FieldFate, FieldMerge, ImportPlan, PlannedRow, RowFate
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.alike import list_alike_text
from orgtp.model.text import count_noun, join_with_and, one_line
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, indent_lines, render_lines, safe_text, wrap_line

# So many rows are listed as they are; of more, only the first ones of each kind.
_ALL, _FIRST = 40, 15
_MOST_PLACES, _SHORT = 3, 60
_NARROW = 80
_FATES = {
    RowFate.NEW: ("new seat", "new seats"),
    RowFate.UPDATED: ("changed seat", "changed seats"),
    RowFate.UNCHANGED: ("unchanged seat", "unchanged seats"),
    RowFate.AGAIN: ("more row of the same seat", "more rows of the same seats"),
    RowFate.RETIRED: ("row of a retired seat", "rows of retired seats"),
}
_FIELDS = {
    FieldFate.KEPT: "kept: people changed it",
    FieldFate.BOTH: "kept: people and the source changed it",
    FieldFate.OTHER: "kept: it is not from this source",
}
_STAYING = frozenset(_FIELDS)
_CHANGING = frozenset({FieldFate.FOLLOWED, FieldFate.ADDED})


def import_plan_text(plan: ImportPlan, screen: Screen) -> str:
    """Everything that an import would do."""
    plan = _shorten_places(plan)
    lines: list[Line] = [*_head_lines(plan, screen), *_row_lines(plan, screen), *_metric_lines(plan, screen)]
    for title, found in _list_sections(plan, screen, whole=True):
        lines += [[], [(title, "bold")], *indent_lines(found)]
    return render_lines(lines, screen)


def import_report_text(plan: ImportPlan, screen: Screen) -> str:
    """What somebody should know after an import: what was kept, lost and not known, and who is gone."""
    plan = _shorten_places(plan)
    lines = _head_lines(plan, screen)
    for title, found in _list_sections(plan, screen, whole=False):
        lines += [[(title, "bold")], *indent_lines(found)]
    return render_lines(lines, screen)


def _head_lines(plan: ImportPlan, screen: Screen) -> list[Line]:
    """The sources, and how many rows become what."""
    found = [
        line
        for source in plan.sources
        for line in wrap_line(
            join_spans(
                safe_text(source.path, "bold"),
                f": {count_noun(source.rows, 'row')} ({source.format}), remembered as the source ",
                safe_text(source.name),
            ),
            screen.width,
            "  ",
        )
    ]
    counts = [_count_fate(plan, fate) for fate in RowFate if plan.list_rows(fate)]
    counts += [describe_values(plan.metrics) or "no new value"] if plan.metrics else []
    counts += [f"{count_noun(len(plan.bad), 'bad row')}"] if plan.bad else []
    return [*found, *wrap_line([(", ".join(counts) or "no rows", "")], screen.width)]


def _count_fate(plan: ImportPlan, fate: RowFate) -> str:
    number = len(plan.list_rows(fate))
    return f"{number:,} {_FATES[fate][0 if number == 1 else 1]}"


def _row_lines(plan: ImportPlan, screen: Screen) -> Iterator[Line]:
    """The table of the rows: all of a few, and the first ones of each kind of many."""
    asked = {one.kind for one in plan.questions}
    for fate in RowFate:
        rows = plan.list_rows(fate)
        if not rows:
            continue
        shown = rows if len(plan.rows) <= _ALL else rows[:_FIRST]
        yield []
        yield [(_FATES[fate][0 if len(rows) == 1 else 1], "bold")]
        # On a narrow screen, the places of the rows would leave no room for the names.
        columns = 3 if screen.width < _NARROW else None
        cells = [cells[:columns] for cells in (_HEADS[fate], *(list(_row_cells(row, asked)) for row in shown))]
        yield from indent_lines(align_columns(cells, Screen(screen.width - 2), give=1))
        if len(shown) < len(rows):
            yield [(f"  and {len(rows) - len(shown):,} more; --json has all", "dim")]


def _metric_lines(plan: ImportPlan, screen: Screen) -> Iterator[Line]:
    """The table of the rows of scorecards."""
    rows = list(plan.metrics)
    if not rows:
        return
    shown = rows if len(rows) <= _ALL else rows[:_FIRST]
    yield []
    yield [(count_noun(len(rows), "row") + " of scorecards", "bold")]
    cells = [
        [
            safe_text(f"{row.seat}/{row.metric}", "bold"),
            safe_text(f"{one_line(row.name)}, {row.target} {row.cadence}"),
            [(_describe_metric(row), "")],
            safe_text(row.where, "dim"),
        ]
        for row in shown
    ]
    heads = _heads("metric", "name, target", "what is new", "row")
    columns = 3 if screen.width < _NARROW else None
    narrowed = [some[:columns] for some in (heads, *cells)]
    yield from indent_lines(align_columns(narrowed, Screen(screen.width - 2), give=1))
    if len(shown) < len(rows):
        yield [(f"  and {len(rows) - len(shown):,} more; --json has all", "dim")]


def _describe_metric(row: PlannedMetric) -> str:
    """What is new of a row of a scorecard: `the metric, 13 values`, `1 value`, `nothing`."""
    found = ["the metric"] if row.fate is MetricFate.NEW else []
    found += [count_noun(row.recorded, "value")] if row.recorded else []
    return ", ".join(found) or "nothing"


def _row_cells(row: PlannedRow, asked: Container[QuestionKind]) -> Iterator[Line]:
    yield safe_text(row.seat, "bold")
    yield safe_text(_describe_seat(row))
    if row.fate is RowFate.NEW:
        yield safe_text(f"{row.reports_to or _describe_top(row, asked)}{_describe_others(row)}")
    else:
        yield safe_text(row.known_by or "a row before it")
    yield safe_text(row.where, "dim")


def _describe_top(row: PlannedRow, asked: Container[QuestionKind]) -> str:
    """Whom a row reports to that names nobody: an agent without a place reports to who answers for it."""
    if row.kind == "agent" and QuestionKind.OWNER in asked:
        return "its owner, to be answered"
    return "to be answered" if QuestionKind.UNDER in asked else "the top"


def _heads(*words: str) -> list[Line]:
    return [[(word, "dim")] for word in words]


_KNOWN = _heads("seat", "name", "known by", "row")
_HEADS = dict.fromkeys(RowFate, _KNOWN) | {RowFate.NEW: _heads("seat", "name, role", "reports to", "row")}


def _describe_seat(row: PlannedRow) -> str:
    alike = f" (like {list_alike_text(row.alike)})" if row.alike else ""
    kind = "" if row.kind == "human" else f" [{row.kind}]"
    role = f", {one_line(row.role)}" if row.role not in {"", row.name} else ""
    return f"{one_line(row.name)}{role}{kind}{alike}"


def _describe_others(row: PlannedRow) -> str:
    """Who owns a seat, if that is not whom it reports to, and its dotted lines."""
    owner = f", owner {row.owner}" if row.kind != "human" and row.owner and row.owner != row.reports_to else ""
    return owner + (f", dotted to {', '.join(row.also_reports_to)}" if row.also_reports_to else "")


def _shorten_places(plan: ImportPlan) -> ImportPlan:
    """The plan with places below a folder that is imported as seen from there."""
    folders = sorted({f"{source.path}/" for source in plan.sources}, key=len, reverse=True)

    def shorten(where: str) -> str:
        return next((where.removeprefix(folder) for folder in folders if where.startswith(folder)), where)

    return replace(
        plan,
        rows=tuple([replace(row, where=shorten(row.where)) for row in plan.rows]),
        metrics=tuple([replace(row, where=shorten(row.where)) for row in plan.metrics]),
        bad=tuple([replace(one, row=replace(one.row, where=shorten(one.row.where))) for one in plan.bad]),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """A fact about a row, and the place of the row."""

    what: str
    where: str
    example: str = ""


def _list_sections(plan: ImportPlan, screen: Screen, *, whole: bool) -> Iterator[tuple[str, list[Line]]]:
    """The sections after the table, each with its title. Those that only matter before an import need `whole`."""
    width = screen.width - 2
    found = [
        ("ids", _id_lines(plan, width) if whole else []),
        ("fields that change", _field_lines(plan, _CHANGING, width) if whole else []),
        ("fields that stay", _field_lines(plan, _STAYING, width)),
        ("left out, because a seat has no place for it", _lost_lines(plan, width) if whole else []),
        ("not known", _group_lines([_Told(what, row.where) for row in plan.rows for what in row.unknown], width)),
        ("notes", _note_lines(plan, width)),
        ("bad rows", _some_lines(map(safe_text, format_bad_rows(plan).splitlines()), width, most=_ALL)),
        ("to be answered", _question_lines(plan, width)),
        (f"gone: {count_noun(len(plan.gone), 'seat')}", _gone_lines(plan, width, _ALL if whole else _FIRST)),
    ]
    return ((title, lines) for title, lines in found if lines)


def _lost_lines(plan: ImportPlan, width: int) -> list[Line]:
    return _group_lines([_Told(one.what, row.where, one.text) for row in plan.rows for one in row.lost], width)


def _note_lines(plan: ImportPlan, width: int) -> list[Line]:
    notes = [*(note for source in plan.sources for note in source.notes), *plan.notes]
    notes += [f"{row.where}: {note}" for row in plan.rows for note in row.notes]
    notes += [f"{row.where}: {note}" for row in plan.metrics for note in row.notes]
    return _some_lines(map(safe_text, notes), width)


def _question_lines(plan: ImportPlan, width: int) -> list[Line]:
    return [line for one in plan.questions for line in wrap_line(safe_text(one.explain()), width, "  ")]


def _gone_lines(plan: ImportPlan, width: int, most: int) -> list[Line]:
    """The seats that are gone, each with the command to type."""
    if not plan.gone:
        return []
    rows = [
        [safe_text(one.command, "bold"), safe_text(f"{one.name} is not in {one.source} any more")] for one in plan.gone
    ]
    more = len(rows) - most
    rest: list[Line] = [[(f"and {more:,} more; --json has all", "dim")]] if more > 0 else []
    return [*align_columns(rows[:most], Screen(width), give=1), *rest]


def _id_lines(plan: ImportPlan, width: int) -> list[Line]:
    """The ids that differ from what the source calls the seats, by reason; the plain ones only as a number."""
    changed = [row for row in plan.rows if row.fate is RowFate.NEW and row.has_other_id]
    plain = [row for row in changed if not row.id_why]
    lines: list[Line] = []
    if plain:
        examples = join_with_and(f"{one_line(row.named)} → {row.seat}" for row in plain[:2])
        lines += wrap_line(
            safe_text(f"{count_noun(len(plain), 'id')} in lower case with hyphens: {examples}"), width, "  "
        )
    odd = sorted((row for row in changed if row.id_why), key=lambda row: row.id_why)
    for why, rows in groupby(odd, key=lambda row: row.id_why):
        some = list(rows)
        examples = ", ".join(f"{one_line(row.named)} → {row.seat}" for row in some[:_FIRST])
        more = f" and {len(some) - _FIRST:,} more" if len(some) > _FIRST else ""
        lines += wrap_line(safe_text(f"{why}: {examples}{more}"), width, "  ")
    return lines


def _field_lines(plan: ImportPlan, fates: Container[FieldFate], width: int) -> list[Line]:
    """A line for each field: the seat, the key, what it says and what the source says."""
    found = [(row, field) for row in plan.rows for field in row.fields if field.fate in fates]
    lines = [
        join_spans(safe_text(f"{row.seat}.{field.key}", "bold"), ": ", safe_text(_describe_field(field)))
        for row, field in found
    ]
    return _some_lines(lines, width, most=_ALL)


def _describe_field(field: FieldMerge) -> str:
    ours, theirs = (_shorten(text) or "nothing" for text in (field.ours, field.theirs))
    if field.fate is FieldFate.ADDED:
        return f"{theirs} is added"
    if field.fate is FieldFate.FOLLOWED:
        return f"{ours} → {theirs}"
    return f"{ours} ({_FIELDS[field.fate]}); the source says {theirs}"


def _shorten(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


def _group_lines(told: Sequence[_Told], width: int) -> list[Line]:
    """A line for each thing that is told: in how many rows it is, where first, and an example."""
    groups: dict[str, list[_Told]] = {}
    for one in told:
        groups.setdefault(one.what, []).append(one)
    lines: list[Line] = []
    for what, some in groups.items():
        places = ", ".join(one.where for one in some[:_MOST_PLACES])
        more = f" and {len(some) - _MOST_PLACES:,} more" if len(some) > _MOST_PLACES else ""
        example = f', such as "{_shorten(some[0].example)}"' if some[0].example else ""
        text = f"{one_line(what)}{example}: {count_noun(len(some), 'row')} ({places}{more})"
        lines += wrap_line(safe_text(text), width, "  ")
    return lines


def _some_lines(lines: Iterable[Line], width: int, most: int = _FIRST) -> list[Line]:
    """The first lines, wrapped, and how many more there are."""
    every = list(lines)
    found = [wrapped for line in every[:most] for wrapped in wrap_line(line, width, "  ")]
    more = len(every) - most
    return [*found, *([[(f"and {more:,} more; --json has all", "dim")]] if more > 0 else [])]
