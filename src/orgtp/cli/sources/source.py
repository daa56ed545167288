"""`orgtp source list|test|add`: the sources of this machine."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import DryRunOption, JsonOption, OrgOption, SourcesOption, viewing_command
from orgtp.cli.session import chosen_org, finish_answer, open_chosen_org, write_json, write_stderr, write_stdout
from orgtp.model.errors import OrgtpError
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, SourceResult, Sources
    from orgtp.model.problem import Problem
    from orgtp.views.sources import Reading

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of a source, as used by metrics.")]


CommandOption = Annotated[
    str,
    typer.Option(
        "--command",
        metavar="WORDS",
        help="A program and its arguments, quoted. No shell. It runs in the folder of the sources file.",
    ),
]
SqlOption = Annotated[
    tuple[str, str], typer.Option("--sql", metavar="URL QUERY", help="A database, and a query that selects one field.")
]
HttpOption = Annotated[str, typer.Option("--http", metavar="URL", help="A web address that returns the value.")]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="TEXT", help="csv, json or jsonl, if the file name does not show it.")
]
FileOption = Annotated[str, typer.Option("--file", metavar="PATH", help="A CSV, JSON or JSON Lines file.")]
HeaderOption = Annotated[
    list[str] | None, typer.Option("--header", metavar="NAME=env:VAR", help="With --http: a header. Can be repeated.")
]
BodyOption = Annotated[str, typer.Option("--body", metavar="TEXT", help="With --http: the body of a POST request.")]
PointerOption = Annotated[str, typer.Option("--pointer", metavar="/A/B", help="The JSON pointer of the value.")]
ColumnOption = Annotated[str, typer.Option("--column", metavar="NAME", help="The column of a CSV file.")]
RollupOption = Annotated[
    str, typer.Option("--rollup", metavar="HOW", help="How to combine rows: sum, mean, min, max, last or count.")
]
MaxAgeOption = Annotated[
    str, typer.Option("--max-age", metavar="1d", help="With --file: fail if the file is older than this.")
]
RecordOption = Annotated[
    str,
    typer.Option("--record", metavar="MEASURE", help="A measure of the org's own record, such as stale-to-flagged."),
]
MeasuredSeatOption = Annotated[
    str, typer.Option("--seat", metavar="SEAT", help="With --record: only what is about this seat.")
]
PluginKindOption = Annotated[
    str, typer.Option("--kind", metavar="KIND", help="An installed kind of source, with its settings in --set.")
]
SettingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="With --kind: a setting. Repeat a key for a list; KEY.NAME=VALUE is one of a group.",
    ),
]
TimeoutOption = Annotated[str, typer.Option("--timeout", metavar="30s", help="The time limit.")]
RetriesOption = Annotated[
    int | None, typer.Option("--retries", metavar="N", min=0, max=10, help="The number of retries, at most 10.")
]


class UnknownSource(OrgtpError):
    """The sources file has no source with this name."""

    text = 'there is no source "{name}" in {path}. {hint}'


@viewing_command
def list_sources(org: OrgOption = None, sources: SourcesOption = None, json: JsonOption = False) -> int:
    """List the sources that metrics use and those of this machine. Exit code 1 if the sources file has problems."""
    from orgtp.api import read_sources
    from orgtp.views.sources import KnownSource, source_lines

    handle = open_chosen_org(org)
    read = read_sources(sources)
    known = {name: KnownSource(one.kind, one.wrong) for name, one in read.named.items()}
    lines = source_lines(handle.staff.org, known, handle.now)
    if json:
        body = {
            "file": str(read.path),
            "sources": lines,
            "problems": [_problem_json(problem) for problem in read.problems],
        }
        write_json("sources", handle, body)
    else:
        from orgtp.render.sources import source_list_text
        from orgtp.render.terminal import detect_screen

        write_stdout(source_list_text(lines, detect_screen()))
        _print_source_problems(read)
        _explain_unused_sources([line.source for line in lines if not line.metrics])
    return finish_answer(handle, int(bool(read.problems)))


def _problem_json(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {"line": place.line, "column": place.column, "message": problem.message, "hint": problem.hint}


def _explain_unused_sources(names: list[str]) -> None:
    """Explain how to connect a metric to the first unused source."""
    if names:
        write_stderr(f"no metric uses {names[0]} yet. Connect one with: orgtp metric set SEAT METRIC source={names[0]}")


def _print_source_problems(read: Sources) -> None:
    for problem in read.problems:
        write_stderr(f"{problem.place}: {problem.message}. {problem.hint}".rstrip())
    if not read.named and not read.problems:
        write_stderr(f"there are no sources in {read.path}. See: orgtp source add --help")


def try_one_source(
    name: NameArgument, org: OrgOption = None, sources: SourcesOption = None, json: JsonOption = False
) -> int:
    """Read a source now, without recording anything. Shows its value, and the result for each metric that uses it.

    Exit code 1 if it has no value, or if the value does not fit a metric.
    """
    from orgtp.api import ask_sources, read_sources, refuse_inside
    from orgtp.views.sources import readings

    handle = _find_org(org)
    read = read_sources(sources)
    if name not in read.named:
        _print_source_problems(read)
        hint = did_you_mean(name, read.named) or f"Add it: orgtp source add {shlex.quote(name)} --command …"
        raise UnknownSource(name=name, path=read.path, hint=hint)
    refuse_inside(read.path)
    source = handle.prepare_source(read.named[name]) if handle else read.named[name]
    (said,) = ask_sources([source])
    found = readings(handle.staff.org, name, said.value, handle.now) if handle and said.value is not None else []
    _show_reading(handle, said, found, json=json)
    code = int(said.value is None or any(reading.stored is None for reading in found))
    return finish_answer(handle, code) if handle else code


def _find_org(org: Path | None) -> OrgHandle | None:
    """Open the org, or return None if there is none here and none was named. A source can be tested without one."""
    from orgtp.api import NotAnOrg

    try:
        return open_chosen_org(org)
    except NotAnOrg:
        if chosen_org(org) is not None:
            raise
        return None


def _show_reading(handle: OrgHandle | None, said: SourceResult, found: list[Reading], *, json: bool) -> None:
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

        if handle:
            write_json("source-test", handle, body)
        else:
            write_stdout(format_envelope("source-test", "", None, False, body))
    elif said.value is None:
        write_stderr(f"{said.name} has no value: {said.why}")
    else:
        from orgtp.render.sources import source_test_text
        from orgtp.render.terminal import detect_screen

        write_stdout(source_test_text(said.value, said.seconds, found, detect_screen()))
        _explain_unused_sources([said.name] if handle and not found else [])


def add_one_source(
    name: NameArgument,
    command: CommandOption = "",
    sql: SqlOption = ("", ""),
    http: HttpOption = "",
    file: FileOption = "",
    record: RecordOption = "",
    seat: MeasuredSeatOption = "",
    kind: PluginKindOption = "",
    set_: SettingOption = None,
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
    """Add a source to this machine's file.

    Give one of --command, --sql, --http, --file, --record and, for a kind that was installed, --kind. Refer to secrets
    by name (env:TOKEN, file:PATH); they are never written. Existing sources are not changed.
    """
    from orgtp.cli.sources.source_add import NewSource, add_source, build_source

    options = {"body": body, "pointer": pointer, "column": column, "rollup": rollup}
    options |= {"format": format_, "max-age": max_age, "seat": seat}
    settings = tuple(set_ or ())
    new = NewSource(command, sql, http, file, tuple(header or ()), options, timeout, retries, kind, settings, record)
    return add_source(name, build_source(new), sources, dry_run=dry_run)
