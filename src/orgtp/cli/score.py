"""`orgtp score add|list`."""

from __future__ import annotations

import json as jsonlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import AtOption, ChangeOptions, JsonOption, OrgOption, changing_command
from orgtp.cli.session import finish_answer, open_chosen_org, report_change, write_json, write_stdout
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.actions.record_scores import NewScore
    from orgtp.api import OrgHandle


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
            "--for", metavar="PERIOD", help="The period: 2026-W47, 2026-11-20, last … Default: the current one."
        ),
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="A note about the value.")] = "",
    unavailable: Annotated[
        str | None, typer.Option("--unavailable", metavar="REASON", help="Record that the value is not known, and why.")
    ] = None,
    source: Annotated[
        str, typer.Option("--from", metavar="FILE|-", help="Read many values from CSV or JSON Lines, in one commit.")
    ] = "",
    score_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="Your own id. Recording the same id again changes nothing.")
    ] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Record a value, as a commit. A value that does not fit its metric is refused."""
    handle = open_chosen_org(change.org, push=change.push)
    if source:
        entries = _read_scores_file(handle, source, [seat, metric, value, unavailable, period, note, score_id])
    else:
        text = _check_single_value(seat, metric, value, unavailable)
        reason = unavailable if unavailable is not None else note
        entries = [handle.ledger.new_score(seat, metric, text, period=period, note=reason, score_id=score_id)]
    done = handle.ledger.add_scores(entries, by=change.by, dry_run=change.dry_run)
    return report_change("score-add", handle, done, change, values=_scores_json(done.change.edits))


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


def _read_scores_file(handle: OrgHandle, source: str, others: list[str | None]) -> list[NewScore]:
    """Read the entries of a file, or of standard input."""
    from orgtp.api import read_import_rows

    if any(others):
        raise BadInput(what="with --from, leave out SEAT, METRIC, VALUE, --for, --note, --unavailable and --id")
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise BadInput(what=f"{source} cannot be read: {error.strerror}") from error
    return handle.ledger.new_scores(read_import_rows(raw, "-" if source == "-" else Path(source).name))


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
    from orgtp.render.seat import score_list_text
    from orgtp.render.terminal import detect_screen

    write_stdout(score_list_text(lines, detect_screen()))
    return finish_answer(handle)
