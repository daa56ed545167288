"""The rows of a SQL query, and the tables that a query can read, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, measure_line, render_lines, safe_text, wrap_hanging


def query_text(columns: Sequence[str], rows: Sequence[Sequence[object]], screen: Screen) -> str:
    """The rows in columns below their names; a blank is empty, and bytes are in hexadecimal digits."""
    cells = [[safe_text(_format_sql_value(value)) for value in row] for row in rows]
    header: list[Line] = [safe_text(name, "bold") for name in columns]
    widths = [max(map(measure_line, column)) for column in zip(header, *cells, strict=True)]
    give = widths.index(max(widths)) if widths else 0
    return render_lines(align_columns([header, *cells], screen, give=give), screen)


def _format_sql_value(value: object) -> str:
    if value is None:
        return ""
    return value.hex() if isinstance(value, bytes) else str(value)


def table_list_text(tables: Mapping[str, tuple[str, Mapping[str, str]]], screen: Screen) -> str:
    """Each table with its description, and below it its columns with theirs."""
    return render_lines(_list_table_lines(tables, screen), screen)


def _list_table_lines(tables: Mapping[str, tuple[str, Mapping[str, str]]], screen: Screen) -> Iterator[Line]:
    for number, (name, (description, columns)) in enumerate(tables.items()):
        if number:
            yield []
        yield from wrap_hanging(join_spans((name, "bold"), f"  {description}"), 0, screen)
        width = max(map(len, columns))
        for column, meaning in columns.items():
            text = f"{column:<{width}}  {meaning.replace('`', '')}".rstrip()
            yield from wrap_hanging(safe_text(text) if not meaning else [(text, "")], 2, screen)
