"""A scorecard: CSV, a workbook or JSON Lines, with a row for each value, or with a row for each metric.

Each value is read by the rules of `orgtp score add --from`, in the same words. A wide table may say more of a metric
than its values: its name, its target, and the business outcome that it serves. Its periods say how often a value is
recorded; dates that are a week or a month apart do not say it, and `--map cadence=weekly` does.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.files.value_import import BadImportFile, ImportFile, ImportRow, read_import_file
from orgtp.importers.columns import choose_columns, fold_header, format_map, name_column
from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.importers.table import name_source, peek_headers, read_table
from orgtp.importers.table_rows import ERROR_VALUES, MOST_BYTES, SourceTable, TableRow, write_cells
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import BadDraft, DraftSource, DraftValue, MetricDraft
from orgtp.model.period import Cadence, Grain, Period, parse_period, period_containing_local
from orgtp.model.text import join_with_and, one_line

# The folded headers of each key of `--map`. A column Seat is the seat, whoever is named as owner beside it, and a
# column Period the period, whatever dates are beside it.
HEADERS: Mapping[str, Sequence[str]] = {
    "seat": ("seat", "owner", "who", "accountable", "responsible"),
    "metric": ("metric", "measurable", "measure", "kpi"),
    "name": ("name", "metricname"),
    "outcome": ("outcome",),
    "target": ("target", "goal"),
    "cadence": ("cadence", "frequency"),
    "value": ("value", "actual"),
    "period": ("period", "week", "month", "quarter", "day", "date", "weekof", "weekending", "periodending"),
    "note": ("note", "notes", "comment"),
    "id": ("id",),
    "n": ("n",),
    "void": ("void",),
    "standing": ("standing",),
}
# `--map decimal=,` says that the numbers have a decimal comma.
_LITERALS = ("decimal",)
_CADENCES = {
    Grain.HOUR: Cadence.HOURLY,
    Grain.DAY: Cadence.DAILY,
    Grain.WEEK: Cadence.WEEKLY,
    Grain.MONTH: Cadence.MONTHLY,
    Grain.QUARTER: Cadence.QUARTERLY,
}
_LONG = ("seat", "metric", "value", "period", "note", "id", "n", "void", "standing")
_WEEK = 7


def recognise(path: Path, start: bytes) -> bool:
    """Whether the path is a table, or JSON Lines, of metrics with values."""
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        line = start.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
        return b'"metric"' in line and b'"value"' in line
    return any(map(_is_header, peek_headers(path, start)))


def _is_header(names: Sequence[str]) -> bool:
    """Whether a row has a column of metrics, and one of values or columns of periods."""
    folded = {fold_header(name) for name in names}
    has_metric = bool(folded & {*HEADERS["metric"], *HEADERS["name"]})
    has_values = bool(folded & {*HEADERS["value"], *HEADERS["target"]}) or any(map(_parse_column, names))
    return has_metric and has_values


def _parse_column(name: str) -> Period | None:
    return parse_period(name.strip().upper())


def read(request: SourceRequest) -> DraftSource:
    """Read the scorecard. Raises `BadSource`."""
    raw = _read_raw(request.path)
    if raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _read_json(request, raw)
    table = read_table(request, _is_header)
    name = name_source(request.path)
    remembered = request.remembered.get(name, {})
    headers, literals = dict(HEADERS), list(_LITERALS)
    folded = {fold_header(one) for one in table.header.cells}
    if "seat" in folded:
        headers["seat"] = ("seat",)
    has_values = "value" in request.mapping or "value" in remembered or bool(folded & {*HEADERS["value"]})
    if "period" in folded or not has_values:
        headers["period"] = ("period",)
    if "metric" in folded or folded.isdisjoint(HEADERS["metric"]):
        headers["metric"] = ("metric",)
    told = request.mapping.get("cadence", remembered.get("cadence", ""))
    if told in {*Cadence} and told not in table.header.cells:
        literals.append("cadence")
    chosen = choose_columns(table, request.path, headers, request.mapping, remembered, literals=literals)
    columns = dict(chosen.columns)
    if "metric" not in columns and "name" not in columns:
        names = ", ".join(one for one in table.header.cells if one)
        what = f'it has no column Metric or Name. Add --map metric="COLUMN". Its columns are: {names}'
        raise BadSource(where=request.path, what=what)
    if "value" in columns and "period" not in columns:
        _refuse_unnamed_periods(request.path, table, {*columns.values()})
    cadence = told if "cadence" in literals else ""
    reader = _ScorecardReader(request.path, table, columns, cadence, chosen.used.get("decimal", ""))
    metrics, bad = reader.read_long() if "value" in columns else reader.read_wide()
    return DraftSource(
        path=str(request.path),
        name=name,
        format="scorecard",
        metrics=tuple(metrics),
        bad=tuple(sorted([*table.bad, *bad], key=lambda one: _find_line(one.where))),
        header=table.write_header(),
        notes=(*table.notes, *chosen.notes, *reader.list_unused()),
        mapping=chosen.used,
    )


def _refuse_unnamed_periods(where: Path, table: SourceTable, used: Container[int]) -> None:
    """Raise `BadSource` if another column has the periods of the values, which are else those of now."""
    for number in range(len(table.header.cells)):
        texts = [row.cells[number] for row in table.rows if row.cells[number].strip()]
        if number not in used and texts and all(map(_parse_column, texts)):
            name = name_column(table, number)
            what = f'it has no column Period, and the texts of "{name}" are periods. Add {format_map("period", name)}'
            raise BadSource(where=where, what=what)


def _find_line(where: str) -> int:
    return int(where.partition(" (")[0].rpartition(":")[2])


def _read_raw(path: Path) -> bytes:
    try:
        return read_regular_file(path, MOST_BYTES)
    except UnreadableFile as error:
        raise BadSource(where=path, what=str(error)) from error


def _read_json(request: SourceRequest, raw: bytes) -> DraftSource:
    """JSON Lines of values, as `orgtp score add --from` reads them."""
    try:
        found = read_import_file(raw, request.path.name)
    except BadImportFile as error:
        raise _convert_error(error, str(error.facts["where"])) from error
    bad = [BadDraft(one.where, one.why, found.lines[one.line][0]) for one in found.bad]
    texts = [line[0] for line in found.lines]
    metrics = _group_values(found.rows, [row.where for row in found.rows], texts)
    return DraftSource(
        path=str(request.path),
        name=name_source(request.path),
        format="scorecard",
        metrics=tuple(metrics),
        bad=tuple(bad),
        mapping=request.mapping,
    )


def _convert_error(error: BadImportFile, where: str) -> BadSource:
    return BadSource(where=where, what=_name_option(str(error.facts["what"])))


def _name_option(text: str) -> str:
    """The words of `score add --from`, with the option of an import."""
    return text.replace("--decimal ", "--map decimal=")


def _group_values(rows: Sequence[ImportRow], places: Sequence[str], texts: Sequence[str]) -> list[MetricDraft]:
    """The values by metric, in the order of the file."""
    groups: dict[tuple[str, str], list[DraftValue]] = {}
    for row, where in zip(rows, places, strict=True):
        value = DraftValue(where, row.period, row.value, row.note, row.id, row.void, row.n, texts[row.line])
        groups.setdefault((row.seat, row.metric), []).append(value)
    return [
        MetricDraft(values[0].where, seat, metric, values=tuple(values), text=values[0].text)
        for (seat, metric), values in groups.items()
    ]


@dataclass(frozen=True, slots=True)
class _PeriodColumn:
    """A column of a wide table: its number, and the period whose values it has."""

    number: int
    period: Period


class _ScorecardReader:
    """Reads the rows of one table, as values in the form of `orgtp score add --from`."""

    def __init__(self, path: Path, table: SourceTable, columns: Mapping[str, int], cadence: str, decimal: str) -> None:
        self.path, self.table, self.columns, self.cadence = path, table, columns, cadence
        self.periods: list[_PeriodColumn] = []
        self.bad: list[BadDraft] = []
        if decimal not in {"", ",", "."}:
            raise BadSource(where=path, what=f'"{decimal}" is no decimal mark. Use --map decimal=, or --map decimal=.')
        self.decimal = decimal

    def list_unused(self) -> Iterator[str]:
        """A sentence about the columns that nothing is made of."""
        used = {*self.columns.values(), *(one.number for one in self.periods)}
        names = [f'"{one}"' for number, one in enumerate(self.table.header.cells) if number not in used and one]
        if names:
            yield f"nothing is made of the {'column' if len(names) == 1 else 'columns'} {join_with_and(names)}"

    def _get(self, row: TableRow, key: str) -> str:
        number = self.columns.get(key)
        return one_line(row.cells[number]) if number is not None else ""

    def read_long(self) -> tuple[list[MetricDraft], list[BadDraft]]:
        """The values of a table with a row for each. What a row says of its metric counts once for the metric."""
        rows = [row for row in self.table.rows if self._check_row(row)]
        left_out = {"metric", "seat", *(() if "standing" in self.columns else ("void",))}
        names = [key for key in _LONG if key in self.columns and key not in left_out]
        lines = [
            [self._get(row, "seat"), self._name_metric(row), *(self._get(row, key) for key in names)] for row in rows
        ]
        found = self._parse(["seat", "metric", *names], lines)
        places = [self.table.locate(rows[one.line]) for one in found.rows]
        texts = [self.table.write_row(row) for row in rows]
        self._add_bad(found, [self.table.locate(row) for row in rows], texts)
        first = dict(zip(places, (rows[one.line] for one in found.rows), strict=True))
        drafts = [self._describe(draft, first[draft.where]) for draft in _group_values(found.rows, places, texts)]
        return drafts, self.bad

    def read_wide(self) -> tuple[list[MetricDraft], list[BadDraft]]:
        """The metrics of a table with a row for each, and the values in its columns of periods."""
        self.periods = self._find_periods()
        rows = [row for row in self.table.rows if self._check_row(row)]
        cells = [(row, one) for row in rows for one in self.periods if self._check_cell(row, one)]
        lines = [
            [self._get(row, "seat"), self._name_metric(row), row.cells[one.number], one.period.text]
            for row, one in cells
        ]
        found = self._parse(["seat", "metric", "value", "period"], lines)
        places = [f"{self.table.locate(row)} ({one.period.text})" for row, one in cells]
        texts = [self._write_cell(row, one) for row, one in cells]
        self._add_bad(found, places, texts)
        values: dict[int, list[DraftValue]] = {}
        for read_row in found.rows:
            at = read_row.line
            value = DraftValue(places[at], read_row.period, read_row.value, read_row.note, text=texts[at])
            values.setdefault(cells[at][0].line, []).append(value)
        return [self._make_draft(row, values.get(row.line, [])) for row in rows], self.bad

    def _check_cell(self, row: TableRow, one: _PeriodColumn) -> bool:
        """Whether a cell has a value. A blank one has none, and one with an error is bad."""
        text = row.cells[one.number].strip()
        if text in ERROR_VALUES:
            place = f"{self.table.locate(row)} ({one.period.text})"
            self.bad.append(BadDraft(place, f"the cell has the error {text}", self._write_cell(row, one)))
        return bool(text) and text not in ERROR_VALUES

    def _check_row(self, row: TableRow) -> bool:
        """Whether a row says which metric it is about. One that does not is bad."""
        if self._name_metric(row):
            return True
        self.bad.append(BadDraft(self.table.locate(row), "it has no metric", self.table.write_row(row)))
        return False

    def _name_metric(self, row: TableRow) -> str:
        return self._get(row, "metric") or self._get(row, "name")

    def _make_draft(self, row: TableRow, values: Sequence[DraftValue]) -> MetricDraft:
        metric = self._name_metric(row)
        text = self.table.write_row(row)
        draft = MetricDraft(self.table.locate(row), self._get(row, "seat"), metric, values=tuple(values), text=text)
        return self._describe(draft, row)

    def _describe(self, draft: MetricDraft, row: TableRow) -> MetricDraft:
        """A metric, with what its row says of it."""
        grains = {one.period.grain for one in self.periods}
        told = self.cadence or (_CADENCES[next(iter(grains))] if len(grains) == 1 else "")
        return MetricDraft(
            where=draft.where,
            seat=draft.seat,
            metric=draft.metric,
            name=self._get(row, "name") or draft.metric,
            target=self._get(row, "target"),
            cadence=self._get(row, "cadence").lower() or str(told),
            outcome=self._get(row, "outcome"),
            values=draft.values,
            text=draft.text,
        )

    def _parse(self, names: Sequence[str], lines: Sequence[Sequence[str]]) -> ImportFile:
        """Read values by the rules of `score add --from`. Their rows are counted as `lines`."""
        mark = self.table.delimiter
        text = "\n".join(write_cells(cells, mark) for cells in (names, *lines))
        try:
            return read_import_file(f"{text}\n".encode(), self.table.name, self.decimal)
        except BadImportFile as error:
            raise _convert_error(error, str(self.path)) from error

    def _add_bad(self, found: ImportFile, places: Sequence[str], texts: Sequence[str]) -> None:
        for one in found.bad:
            self.bad.append(BadDraft(places[one.line], _name_option(one.why), texts[one.line]))

    def _write_cell(self, row: TableRow, kept: _PeriodColumn) -> str:
        """The row with the value of one period, so that a bad value can be written out without the good ones."""
        others = {one.number for one in self.periods} - {kept.number}
        cells = ["" if at in others else cell for at, cell in enumerate(row.cells)]
        return write_cells(cells, self.table.delimiter)

    def _find_periods(self) -> list[_PeriodColumn]:
        """The columns of periods, as the cadence that was named counts them. Raises `BadSource`."""
        taken = {*self.columns.values()}
        named = [
            _PeriodColumn(number, period)
            for number, name in enumerate(self.table.header.cells)
            if number not in taken and (period := _parse_column(name))
        ]
        found = [self._count_in_cadence(one) for one in named] if self.cadence else named
        if not self.cadence:
            self._refuse_wide_steps(named)
        seen: dict[str, int] = {}
        for one in found:
            other = seen.setdefault(one.period.text, one.number)
            if other != one.number:
                names = [f'"{self.table.header.cells[number]}"' for number in (other, one.number)]
                what = f"the columns {join_with_and(names)} are both {one.period.text}. Delete one of them"
                raise BadSource(where=self.path, what=what)
        return found

    def _count_in_cadence(self, one: _PeriodColumn) -> _PeriodColumn:
        """The same column with the period of the named cadence in which its day is."""
        grain = Cadence(self.cadence).grain
        if one.period.grain is grain or one.period.grain is not Grain.DAY:
            return one
        return _PeriodColumn(one.number, period_containing_local(one.period.start, grain))

    def _refuse_wide_steps(self, named: Sequence[_PeriodColumn]) -> None:
        """Raise `BadSource` for days that are a week or a month apart: each may mean its week or its month."""
        days = sorted(one.period.start for one in named if one.period.grain is Grain.DAY)
        steps = {(later - earlier).days for earlier, later in pairwise(days)}
        if not steps or "cadence" in self.columns:
            return
        if steps == {_WEEK}:
            meant, grain = "weekly", Grain.WEEK
        elif len({day.day for day in days}) == 1 and min(steps) > _WEEK:
            meant, grain = "monthly", Grain.MONTH
        else:
            return
        period = period_containing_local(days[0], grain)
        what = (
            f"its columns are days that are a {grain} apart. If each means the {grain} that it is in "
            f"({days[0].date()} is in {period.text}), add --map cadence={meant}. If each is a day, add "
            "--map cadence=daily"
        )
        raise BadSource(where=self.path, what=what)
