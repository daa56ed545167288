"""`orgtp source list|test|add`: the sources of this machine."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import DryRunOption, JsonOption, OrgOption, SourcesOption
from orgtp.cli.session import chosen_org, open_chosen_org, write_json, write_stderr, write_stdout
from orgtp.model.errors import OrgtpError
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, SourceResult, Sources
    from orgtp.model.problem import Problem
    from orgtp.views.sources import Reading

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of a source, as metrics have it.")]


CommandOption = Annotated[
    str,
    typer.Option(
        "--command",
        metavar="WORDS",
        help="A program and its arguments, as one word; no shell. It runs in the folder of that file.",
    ),
]
SqlOption = Annotated[
    tuple[str, str], typer.Option("--sql", metavar="URL QUERY", help="A database, and a select of one field.")
]
HttpOption = Annotated[str, typer.Option("--http", metavar="URL", help="An address that answers it.")]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="F", help="csv, json or jsonl, where the file's name does not say it.")
]
FileOption = Annotated[str, typer.Option("--file", metavar="PATH", help="A CSV, JSON or JSON Lines file.")]
HeaderOption = Annotated[
    list[str] | None, typer.Option("--header", metavar="NAME=env:VAR", help="With --http. Repeat for more.")
]
BodyOption = Annotated[str, typer.Option("--body", metavar="TEXT", help="With --http: what is posted.")]
PointerOption = Annotated[str, typer.Option("--pointer", metavar="/A/B", help="Where it is in the JSON.")]
ColumnOption = Annotated[str, typer.Option("--column", metavar="NAME", help="The column of a CSV file.")]
RollupOption = Annotated[
    str, typer.Option("--rollup", metavar="HOW", help="sum, mean, min, max, last or count of the rows.")
]
MaxAgeOption = Annotated[str, typer.Option("--max-age", metavar="1d", help="With --file: an older file has no value.")]
TimeoutOption = Annotated[str, typer.Option("--timeout", metavar="30s", help="How long it may take.")]
RetriesOption = Annotated[
    int | None, typer.Option("--retries", metavar="N", min=0, max=10, help="How often it is asked again, 10 at most.")
]


class UnknownSource(OrgtpError):
    """No source of this name is known here."""

    text = 'there is no source "{name}" in {path}. {hint}'


def list_sources(org: OrgOption = None, sources: SourcesOption = None, json: JsonOption = False) -> int:
    """List the sources that the org's metrics name, and those that this machine knows. Exit code 1: one is wrong."""
    from orgtp.api import read_sources
    from orgtp.views.sources import KnownSource, source_lines

    here = open_chosen_org(org, whole=False)
    read = read_sources(sources)
    lines = source_lines(here.staff.org, {name: KnownSource(one.kind, one.wrong) for name, one in read.named.items()})
    if json:
        body = {
            "file": str(read.path),
            "sources": lines,
            "problems": [_problem_json(problem) for problem in read.problems],
        }
        write_json("sources", here, body)
    else:
        from orgtp.render.sources import source_list_text
        from orgtp.render.terminal import detect_screen

        write_stdout(source_list_text(lines, detect_screen()))
        _print_source_problems(read)
        _explain_unused_sources([line.source for line in lines if not line.metrics])
    return int(bool(read.problems))


def _problem_json(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {"line": place.line, "column": place.column, "message": problem.message, "hint": problem.hint}


def _explain_unused_sources(names: list[str]) -> None:
    """How a metric gets the first of the sources that none names."""
    if names:
        write_stderr(
            f"no metric names {names[0]}. One does after: orgtp seat set SEAT metrics.METRIC.source={names[0]}"
        )


def _print_source_problems(read: Sources) -> None:
    for problem in read.problems:
        write_stderr(f"{problem.place}: {problem.message}. {problem.hint}".rstrip())
    if not read.named and not read.problems:
        write_stderr(f"this machine knows no source: there is none in {read.path}. See: orgtp source add --help")


def try_one_source(
    name: NameArgument, org: OrgOption = None, sources: SourcesOption = None, json: JsonOption = False
) -> int:
    """Ask a source now; write nothing. Shows what it says, and how that reads against each metric that names it.

    Exit code 1 where it has no value, or a metric would refuse it.
    """
    from orgtp.api import ask_sources, read_sources, refuse_inside
    from orgtp.views.sources import readings

    here = _find_org(org)
    read = read_sources(sources)
    if name not in read.named:
        _print_source_problems(read)
        hint = did_you_mean(name, read.named) or f"Add it: orgtp source add {shlex.quote(name)} --command …"
        raise UnknownSource(name=name, path=read.path, hint=hint)
    refuse_inside(read.path)
    (said,) = ask_sources([read.named[name]])
    found = readings(here.staff.org, name, said.value) if here and said.value is not None else []
    _show_reading(here, said, found, json=json)
    return int(said.value is None or any(reading.stored is None for reading in found))


def _find_org(org: Path | None) -> OrgHandle | None:
    """The org; none where none is named and none is here: a source can be tried before there is one."""
    from orgtp.api import NotAnOrg

    try:
        return open_chosen_org(org, whole=False)
    except NotAnOrg:
        if chosen_org(org) is not None:
            raise
        return None


def _show_reading(here: OrgHandle | None, said: SourceResult, found: list[Reading], *, json: bool) -> None:
    if json:
        body = {
            "source": said.name,
            "value": said.value,
            "why": said.why or None,
            "seconds": said.seconds,
            "tries": said.tries,
            "readings": found,
        }
        from orgtp.render.json import format_envelope

        if here:
            write_json("source-test", here, body)
        else:
            write_stdout(format_envelope("source-test", "", None, False, body))
    elif said.value is None:
        write_stderr(f"{said.name} has no value: {said.why}")
    else:
        from orgtp.render.sources import source_test_text
        from orgtp.render.terminal import detect_screen

        write_stdout(source_test_text(said.value, said.seconds, found, detect_screen()))
        _explain_unused_sources([said.name] if here and not found else [])


def add_one_source(
    name: NameArgument,
    command: CommandOption = "",
    sql: SqlOption = ("", ""),
    http: HttpOption = "",
    file: FileOption = "",
    header: HeaderOption = None,
    body: BodyOption = "",
    pointer: PointerOption = "",
    column: ColumnOption = "",
    rollup: RollupOption = "",
    format_: FormatOption = "",
    max_age: MaxAgeOption = "",
    timeout: TimeoutOption = "",
    retries: RetriesOption = None,
    sources: SourcesOption = None,
    dry_run: DryRunOption = False,
) -> int:
    """Add a source to this machine's file. A secret is named there (env:TOKEN, file:PATH), and never written.

    It is one of --command, --sql, --http and --file. What is there already is never changed.
    """
    from orgtp.cli.source_add import NewSource, add_source, build_source

    options = {"body": body, "pointer": pointer, "column": column, "rollup": rollup}
    options |= {"format": format_, "max-age": max_age}
    new = NewSource(command, sql, http, file, tuple(header or ()), options, timeout, retries)
    return add_source(name, build_source(new), sources, dry_run=dry_run)
