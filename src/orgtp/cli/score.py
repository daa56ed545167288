"""`orgtp score add|list|withdraw`."""

from __future__ import annotations

import json as jsonlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import AtOption, ChangeOptions, JsonOption, OrgOption, changing_command, viewing_command
from orgtp.cli.session import (
    finish_answer,
    has_terminal,
    open_chosen_org,
    report_change,
    warn_of_doubts,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.text import count_noun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgtp.api import BadRow, ImportedScores, ImportFile, OrgHandle


@changing_command
def add_scores(
    seat: Annotated[str, typer.Argument(metavar="SEAT", help="The seat that the value is for.")] = "",
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The id of one of its metrics.")] = "",
    value: Annotated[
        str | None, typer.Argument(metavar="VALUE", help="12.5, 92.5%, $185,000, 1h30m, 7:52am, yes …")
    ] = None,
    period: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="PERIOD",
            help="The period: 2026-W47, 2026-11-20, last … An hour that occurs twice in autumn: 2026-10-25T01 for the "
            "first time, 2026-10-25T01+0000 for the second. Default: the current period.",
        ),
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="A note about the value.")] = "",
    n: Annotated[
        int | None,
        typer.Option("--n", metavar="N", min=1, help="The number of cases that a ratio covers: 96.5% of 240 answers."),
    ] = None,
    unavailable: Annotated[
        str | None, typer.Option("--unavailable", metavar="REASON", help="Record that the value is not known, and why.")
    ] = None,
    source: Annotated[
        str, typer.Option("--from", metavar="FILE|-", help="Read many values from CSV or JSON Lines, in one commit.")
    ] = "",
    decimal: Annotated[
        str,
        typer.Option(
            "--decimal",
            metavar=",|.",
            help="With --from: the mark before the decimals of the numbers. Default: a point.",
        ),
    ] = "",
    skip_bad: Annotated[
        Path | None,
        typer.Option(
            "--skip-bad",
            metavar="FILE",
            help="With --from: record the good rows, and write the others to this new file, each with a reason. "
            "Correct them there, and import that file.",
        ),
    ] = None,
    score_id: Annotated[
        str,
        typer.Option(
            "--id", metavar="ID", help="Your own id. Recording the same value again with the same id changes nothing."
        ),
    ] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Record a value, or the values of a file, as a commit.

    A file of values has the columns seat, metric, value, period, note, id and n, or it is wide: a row for each metric,
    and a column for each period. A blank value with a note, unavailable and n/a mean that nobody knows the value.

    A value that does not fit its metric is refused. If it looks mistyped, you are asked on a terminal, and warned
    elsewhere.
    """
    handle = open_chosen_org(change.org, push=change.push, to_record=True)
    if source:
        if any([seat, metric, value, unavailable, period, note, score_id, n]):
            raise BadInput(
                what="with --from, leave out SEAT, METRIC, VALUE, --for, --note, --n, --unavailable and --id"
            )
        return _import_scores(handle, _read_scores_file(source, decimal), change, skip_bad, decimal)
    if decimal or skip_bad:
        raise BadInput(what=f"{'--decimal' if decimal else '--skip-bad'} is for a file of values. Name it: --from FILE")
    text = _check_single_value(seat, metric, value, unavailable)
    reason = unavailable if unavailable is not None else note
    entries = [handle.ledger.new_score(seat, metric, text, period=period, note=reason, score_id=score_id, n=n)]
    asked = ask_about_doubts if has_terminal() else None
    done = handle.ledger.add_scores(entries, by=change.by, dry_run=change.dry_run, confirm=asked)
    if change.dry_run or not asked:
        warn_of_doubts(done)
    values, warnings = _scores_json(done.change.edits), done.change.doubts
    return report_change("score-add", handle, done, change, values=values, warnings=warnings)


class RecordingDeclined(OrgtpError):
    """A person declined to record values that look mistyped."""

    exit_code = 130
    text = "nothing was written"


def ask_about_doubts(doubts: Sequence[str]) -> None:
    """Show why values may be mistyped, and ask whether to record them. Raises `RecordingDeclined`."""
    write_stderr("\n".join(doubts))
    if not typer.confirm("Record it anyway?" if len(doubts) == 1 else "Record them anyway?", err=True):
        raise RecordingDeclined


@changing_command
def withdraw_score(
    seat: Annotated[str, typer.Argument(metavar="SEAT", help="The seat of the value.")],
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The id of one of its metrics.")],
    period: Annotated[str, typer.Option("--for", metavar="PERIOD", help="The period of the value, as it is listed.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the value should not be there.")],
    score_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="Your own id. Withdrawing again with the same id changes nothing.")
    ] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Withdraw a value that should never have been recorded, as a commit.

    It is as if nothing had been recorded for the period: a value is owed again, or none if it is a day off. Earlier
    values do not return, and all records stay in the ledger. The owner of the seat, those above it and the scorekeepers
    may withdraw a value. To correct a wrong value, record the right one with orgtp score add.
    """
    handle = open_chosen_org(change.org, push=change.push)
    done = handle.ledger.withdraw_score(
        seat, metric, period=period, reason=reason, score_id=score_id, by=change.by, dry_run=change.dry_run
    )
    return report_change("score-withdraw", handle, done, change, values=_scores_json(done.change.edits))


def _check_single_value(seat: str, metric: str, value: str | None, unavailable: str | None) -> str | None:
    if not seat or not metric:
        raise BadInput(what="name the seat and the metric: orgtp score add SEAT METRIC VALUE")
    if value is not None and value.startswith("--"):
        raise BadInput(what=f"there is no option {value}. See: orgtp score add --help")
    if value is not None and unavailable is not None:
        raise BadInput(what="give VALUE or --unavailable, not both")
    if value is None and unavailable is None:
        raise BadInput(what="give a value, or --unavailable REASON if it is not known")
    return value


def _scores_json(edits: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [jsonlib.loads(score.line) | {"seat": score.seat} for edit in edits for score in edit.scores]


def _read_scores_file(source: str, decimal: str) -> ImportFile:
    """Read a file of values, or standard input."""
    from orgtp.api import read_import_file

    if decimal not in {"", ",", "."}:
        raise BadInput(what=f'--decimal "{decimal}" is not a decimal mark. Give "," or "."')
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise BadInput(what=f"{source} cannot be read: {error.strerror}") from error
    return read_import_file(raw, "-" if source == "-" else Path(source).name, decimal)


def _import_scores(
    handle: OrgHandle, file: ImportFile, change: ChangeOptions, skip_bad: Path | None, decimal: str
) -> int:
    """Record the values of a file, and say what was left out and what is unavailable. Returns the exit code."""
    from orgtp.api import import_scores

    asked = ask_about_doubts if has_terminal() else None
    kept: list[Path] = []

    def keep_bad_rows(bad: Sequence[BadRow]) -> None:
        if skip_bad:
            _write_new_file(skip_bad, file.format_rows(bad))
            kept.append(skip_bad)

    if skip_bad and skip_bad.exists():
        raise BadInput(what=f"{skip_bad} already exists, and nothing is overwritten. Name a new file for --skip-bad.")
    keep = keep_bad_rows if skip_bad else None
    try:
        found = import_scores(handle.ledger, file, by=change.by, dry_run=change.dry_run, confirm=asked, skip_bad=keep)
    except BaseException:
        # Nothing was recorded, so the file would say too little.
        for path in kept:
            path.unlink(missing_ok=True)
        raise
    if change.dry_run or not asked:
        warn_of_doubts(found.done)
    values, warnings = _scores_json(found.done.change.edits), found.done.change.doubts
    unknown = sum(value["value"] is None for value in values)
    _explain_import(found, file, skip_bad, decimal, dry_run=change.dry_run)
    code = report_change(
        "score-add",
        handle,
        found.done,
        change,
        values=values,
        warnings=warnings,
        recorded=len(values) - unknown,
        unavailable=unknown,
        skipped=len(found.skipped),
        empty=file.empty,
    )
    return code or int(bool(found.skipped) and not values)


def _write_new_file(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as out:
            out.write(text)
    except OSError as error:
        raise BadInput(what=f"{path} cannot be written: {error.strerror}. Nothing was recorded.") from error


def _explain_import(
    found: ImportedScores, file: ImportFile, skip_bad: Path | None, decimal: str, *, dry_run: bool
) -> None:
    """Say on standard error which values are unavailable, which cells were empty, and which rows were left out."""
    if found.unavailable:
        places = [*found.unavailable[:_MAX_PLACES]]
        more = len(found.unavailable) - len(places)
        listed = ", ".join(places) + (f" and {more} more" if more else "")
        write_stderr(f"unavailable, not a number: {count_noun(len(found.unavailable), 'value')} ({listed})")
    if file.empty:
        write_stderr(f"nothing is recorded for {count_noun(file.empty, 'empty cell')}")
    if found.skipped:
        count = count_noun(len(found.skipped), "value")
        verb = "would be left out" if dry_run else "left out"
        write_stderr(f"{count} {verb}:\n{found.findings}")
        if not dry_run:
            words = ["orgtp", "score", "add", "--from", str(skip_bad), *(["--decimal", decimal] if decimal else [])]
            write_stderr(f"they are in {skip_bad}. Correct them there, then: {shlex.join(words)}")


_MAX_PLACES = 5


@viewing_command
def list_scores(
    seat: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only values of this seat.")] = "",
    metric: Annotated[str, typer.Argument(metavar="[METRIC]", help="Only values of this metric.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """List the values as recorded. Corrected values stay, and are marked."""
    handle = open_chosen_org(org, at)
    lines = handle.scores(seat, metric)
    if json:
        write_json("scores", handle, {"scores": lines})
        return finish_answer(handle)
    from orgtp.render.seats.seat import score_list_text
    from orgtp.render.terminal import detect_screen

    write_stdout(score_list_text(lines, detect_screen()))
    return finish_answer(handle)
