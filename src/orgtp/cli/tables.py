"""`orgtp export` and `orgtp sql`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption, selecting_command
from orgtp.cli.session import (
    finish_answer,
    open_chosen_org,
    remember_result,
    warn_if_shallow,
    write_json,
    write_pieces,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput
from orgtp.model.text import count_noun

if TYPE_CHECKING:
    from orgtp.api import Exported, OrgHandle, QueryResult, Selection

_STDOUT = "-"


@selecting_command
def export_tables(
    file: Annotated[
        str, typer.Argument(metavar="DIR|FILE", help="The folder or file to write, or - for standard output.")
    ],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="csv, xlsx, sqlite, ics, openmetrics, jsonl or seats. Default: by the extension; csv for a folder.",
        ),
    ] = "",
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help="Only this table, for csv and jsonl.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """Write the org as tables for other programs.

    The tables are seats, metrics, values (every record), cells (judged), retirements, escalations and events. csv and
    jsonl are a folder with a file for each; xlsx and sqlite are one file with all of them. ics has the dates that
    matter, and openmetrics the newest verdicts. seats is JSON Lines of whole seats, for orgtp import. A file is written
    completely or not at all.
    """
    if file == _STDOUT and json:
        raise BadInput(what="--json and - both write to standard output. Name a file: orgtp export FILE --json")
    if file == _STDOUT and format_ in {"xlsx", "sqlite"} and sys.stdout.isatty():
        raise BadInput(what=f"cannot write {format_} to a terminal. Name a file: orgtp export FILE --format {format_}")
    handle = open_chosen_org(org, at)
    done = handle.tables.export(file, format=format_, table=table, selection=selection, force=force)
    if file != _STDOUT:
        remember_result(f"{file} is written")
    warn_if_shallow(handle)
    _report_left_out(done, selection)
    if json:
        write_json(
            "export", handle, {"format": done.format, "at": handle.now, "files": done.files, "left_out": done.left_out}
        )
    elif file != _STDOUT:
        write_stdout("".join(f"{one.path}: {_describe_rows(one.rows)}\n" for one in done.files))
    return finish_answer(handle)


def _describe_rows(rows: dict[str, int]) -> str:
    """`19 seats, 22 metrics, …`."""
    return ", ".join(count_noun(number, name.removesuffix("s")) for name, number in rows.items())


def _report_left_out(done: Exported, selection: Selection) -> None:
    from orgtp.render.wording.selection import describe_left_out

    if text := describe_left_out(done.left_out, selection.text):
        write_stderr(text)


def query_tables(
    query: Annotated[
        str,
        typer.Argument(
            metavar="[QUERY]", help="The query, or - to read it from standard input. Without one: list the tables."
        ),
    ] = "",
    tables: Annotated[bool, typer.Option("--tables", help="List the tables with their columns.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="The most rows to print.")] = 1000,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="How long the query may take.")] = 10.0,
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """Query the org with SQL.

    The query reads the tables of orgtp export, in SQLite: orgtp sql --tables lists them. It can only read, and its time
    and rows are limited. The numbers in amount are for computing; value has the exact text.
    """
    if json and csv:
        raise BadInput(what="give --json or --csv, not both")
    handle = open_chosen_org(org, at)
    if tables or not query:
        if tables and query:
            raise BadInput(what="give a query or --tables, not both")
        if csv:
            raise BadInput(what="--csv is for a query. To list the tables: orgtp sql --tables")
        return _list_tables(handle, json=json)
    text = sys.stdin.read() if query == _STDOUT else query
    found = handle.tables.query(text, limit=limit, seconds=timeout)
    if json:
        from orgtp.api import name_row

        rows = [name_row(found.columns, row) for row in found.rows]
        write_json("sql", handle, {"columns": found.columns, "rows": rows, "truncated": found.is_cut})
    else:
        _print_rows(found, csv=csv)
    if found.is_cut:
        write_stderr(
            f"cut after {count_noun(len(found.rows), 'row')}; there are more. Ask for less, or for more rows: --limit"
        )
    return finish_answer(handle)


def _print_rows(found: QueryResult, *, csv: bool) -> None:
    if csv:
        from orgtp.render.tables.csv import csv_lines

        rows = ([cell.hex() if isinstance(cell, bytes) else cell for cell in row] for row in found.rows)
        write_pieces(csv_lines(found.columns, rows))
        return
    from orgtp.render.tables.query import query_text
    from orgtp.render.terminal import detect_screen

    write_stdout(query_text(found.columns, found.rows, detect_screen()))


def _list_tables(handle: OrgHandle, *, json: bool) -> int:
    found = handle.tables.list_tables()
    if json:
        write_json("sql-tables", handle, {"tables": found})
        return finish_answer(handle)
    from orgtp.render.tables.query import table_list_text
    from orgtp.render.terminal import detect_screen

    lists = {one.table: (one.description, {column.name: column.description for column in one.columns}) for one in found}
    write_stdout(table_list_text(lists, detect_screen()))
    return finish_answer(handle)
