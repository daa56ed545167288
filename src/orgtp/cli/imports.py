"""`orgtp import`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import ChangeOptions, changing_command
from orgtp.cli.session import (
    has_terminal,
    open_chosen_org,
    remember_result,
    report_change,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import DraftSource, ImportPlan, ImportQuestion, ImportRequest, KeptRows, OrgHandle, RecordedChange

# What the exit codes mean is in docs/commands.md.
_BAD_ROWS, _UNANSWERED = 1, 2
_STDIN = Path("-")


@changing_command
def import_seats(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Files and folders to import; - is standard input.")
    ],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="people, scorecard, backstage, peribolos, agents, crewai, copilot-studio, a2a, oasf or seats. "
            "Default: recognised from each file.",
        ),
    ] = "",
    under: Annotated[
        str, typer.Option("--under", metavar="SEAT", help="The seat that those without a manager report to.")
    ] = "",
    owner: Annotated[
        str,
        typer.Option("--owner", metavar="SEAT", help="The person who answers for agents and groups without an owner."),
    ] = "",
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar='KEY="Column"',
            help="The column of a table that has a key, such as parent=Boss, or how to read it. Can be repeated.",
        ),
    ] = None,
    part_of: Annotated[
        str,
        typer.Option(
            "--part-of",
            metavar="NAME",
            help="The rows are a part of the source that has this name: nobody else in it is gone.",
        ),
    ] = "",
    skip_bad: Annotated[
        Path | None,
        typer.Option(
            "--skip-bad",
            metavar="FILE",
            help="Import the good rows, and write the others to this new file. Correct them there, and import that "
            "file.",
        ),
    ] = None,
    *,
    change: ChangeOptions,
) -> int:
    """Import seats from what you have, as a commit: people, teams, agents and scorecards.

    Nothing is invented: a new seat is proposed, and has only what its row says. A row is a seat that you have
    if it has its address, its file, or its alias and its name. What people changed in a seat since the last import
    stays.

    With --dry-run, a table shows what becomes of each row first. To undo an import: orgtp undo.
    """
    from orgtp.api import ImportRequest

    handle = open_chosen_org(change.org, push=change.push)
    _refuse_existing(skip_bad)
    sources = _read_sources(handle, paths, format_, _parse_maps(maps or []), part_of)
    settings_fault = handle.imports.find_settings_fault()
    if settings_fault:
        write_stderr(settings_fault)
    acting = handle.ledger.find_acting_seat(change.by)
    request = ImportRequest(under=under, owner=owner, by=acting, skip_bad=skip_bad is not None, is_part=bool(part_of))
    plan = handle.imports.plan(sources, request)
    is_blocked = bool(plan.bad) and skip_bad is None
    if not (is_blocked or change.dry_run or change.json) and has_terminal():
        while plan.questions:
            request = _ask(plan.questions, request)
            plan = handle.imports.plan(sources, request)
    if change.dry_run:
        return _show_plan(handle, plan, sources, request, change)
    kept = handle.imports.write_bad_rows(plan, sources, skip_bad) if skip_bad and not plan.questions else {}
    try:
        done = handle.imports.record(sources, request, planned=plan)
    except BaseException:
        # Nothing was recorded, so the files would say too little.
        for path in kept:
            path.unlink(missing_ok=True)
        raise
    fault = handle.imports.remember_maps(sources)
    if fault and fault != settings_fault:
        write_stderr(fault)
    return _report(handle, plan, done, change, kept)


def _read_sources(
    handle: OrgHandle, paths: Sequence[Path], format_: str, mapping: Mapping[str, str], name: str
) -> list[DraftSource]:
    """Read the files and folders; `-` is standard input."""
    if paths.count(_STDIN) > 1:
        raise BadInput(what="standard input can only be read once, so name - once")
    piped = sys.stdin.buffer if _STDIN in paths else None
    return handle.imports.read_sources(paths, format_, mapping, name, piped)


def _parse_maps(texts: Iterable[str]) -> dict[str, str]:
    """`parent=Boss` as a mapping; a blank column takes away what is remembered. Raises `BadInput`."""
    found: dict[str, str] = {}
    for text in texts:
        key, sign, column = text.partition("=")
        if not (sign and key.strip()):
            raise BadInput(what=f'--map "{text}" is not KEY="Column", such as --map parent="Reports to"')
        bare = column.strip()
        is_quoted = len(bare) > 1 and bare[0] == bare[-1] == '"'
        found[key.strip()] = bare[1:-1] if is_quoted else bare
    return found


def _ask(questions: Sequence[ImportQuestion], request: ImportRequest) -> ImportRequest:
    """Ask each question once, and return the request with the answers. Nothing is written before all are answered."""
    answers: dict[str, Any] = {}
    for one in questions:
        if len(one.choices) > 1:
            write_stderr(f"{one.text} Likely: {', '.join(one.choices)}")
        else:
            write_stderr(one.text)
        words = {"under": "The seat that they report to", "owner": "The person who answers for them"}
        answers[one.key] = typer.prompt(words[one.key], default=one.choices[0] if one.choices else None, err=True)
    return replace(request, **answers)


def _show_plan(
    handle: OrgHandle,
    plan: ImportPlan,
    sources: Sequence[DraftSource],
    request: ImportRequest,
    change: ChangeOptions,
) -> int:
    """Show what an import would do. The exit code is the one that the import would have."""
    is_blocked = bool(plan.bad) and not request.skip_bad
    ready = not is_blocked and not plan.questions
    # The rules of the org may refuse what the rows alone do not show.
    done = handle.imports.record(sources, request, dry_run=True) if ready else None
    paths = done.paths if done else plan.change.paths
    if change.json:
        body = {"commit": None, "paths": paths, "outbox": False, "dry_run": True, "subject": plan.change.subject}
        write_json("import", handle, {**body, **_plan_json(plan)})
    else:
        from orgtp.render.imports import import_plan_text
        from orgtp.render.terminal import detect_screen

        write_stdout(import_plan_text(plan, detect_screen()))
        write_stderr(_describe_dry_run(plan, is_blocked=is_blocked, ready=ready))
    return _BAD_ROWS if is_blocked else _UNANSWERED if plan.questions else _code_of_skipped(plan)


def _describe_dry_run(plan: ImportPlan, *, is_blocked: bool, ready: bool) -> str:
    if is_blocked:
        return (
            "dry run. Nothing would be written because of the bad rows. To import the others, and write these to a "
            "file: add --skip-bad FILE"
        )
    if not ready:
        return "dry run. Nothing would be written before this is answered: " + ", ".join(
            f"--{one.kind} SEAT" for one in plan.questions
        )
    if not plan.change.edits:
        return "dry run: nothing to change"
    return f"dry run, nothing written. The commit would be: {plan.change.subject}"


def _code_of_skipped(plan: ImportPlan) -> int:
    """1 if nothing is left of the rows after the bad ones."""
    return int(bool(plan.bad) and not plan.rows)


def _report(
    handle: OrgHandle, plan: ImportPlan, done: RecordedChange, change: ChangeOptions, kept: Mapping[Path, KeptRows]
) -> int:
    """Report an import, and say where the bad rows are."""
    code = report_change("import", handle, done, change, **_plan_json(plan))
    remember_result(f"the import is recorded: {done.change.subject}")
    if not change.json:
        from orgtp.render.imports import import_report_text
        from orgtp.render.terminal import detect_screen

        write_stderr(import_report_text(plan, replace(detect_screen(), colour=False)))
        if first := next((row.seat for row in plan.rows if row.fate == "new"), ""):
            write_stderr(
                f"next: orgtp chart. A new seat is proposed until you add a metric (orgtp metric add {first} …) and "
                f"make it active: orgtp seat set {first} status=active"
            )
    for path, rows in kept.items():
        words = shlex.join(["orgtp", "import", str(path), "--part-of", rows.source])
        what, them = ("1 bad row is", "it") if rows.count == 1 else (f"{rows.count:,} bad rows are", "them")
        write_stderr(f"{what} in {path}. Correct {them} there, then: {words}")
    if left := len(plan.bad) - sum(rows.count for rows in kept.values()):
        what, them = ("1 bad row is", "it") if left == 1 else (f"{left:,} bad rows are", "them")
        why = "because a file of this format is not a list of rows"
        write_stderr(f"{what} in no file, {why}. Correct {them} in the source, and import it again")
    return code or _code_of_skipped(plan)


def _plan_json(plan: ImportPlan) -> dict[str, Any]:
    """The plan as JSON: everything, however long."""
    return {
        "sources": plan.sources,
        "rows": plan.rows,
        "metrics": plan.metrics,
        "bad": [{"path": one.path, "where": one.where, "why": one.why, "text": one.row.text} for one in plan.bad],
        "questions": [
            {"key": one.key, "text": one.text, "rows": one.rows, "choices": one.choices} for one in plan.questions
        ],
        "gone": plan.gone,
        "notes": plan.notes,
    }


def _refuse_existing(skip_bad: Path | None) -> None:
    if skip_bad and skip_bad.exists():
        raise BadInput(what=f"{skip_bad} already exists, and nothing is overwritten. Name a new file for --skip-bad")
