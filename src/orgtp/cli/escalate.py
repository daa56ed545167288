"""`orgtp escalate open|list|show|ack|resolve|silence|tick`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.notify import NotifyOption, notify_people
from orgtp.cli.options import (
    AtOption,
    ChangeOptions,
    JsonOption,
    OrgOption,
    SeatArgument,
    changing_command,
    viewing_command,
)
from orgtp.cli.session import (
    finish_answer,
    is_unattended,
    open_chosen_org,
    report_change,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.escalation import EscalationSeverity

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The id of an escalation. To find it: orgtp escalate list")
]


@changing_command
def open_escalation(
    seat: SeatArgument,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="The problem, in one sentence.")],
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="SEAT", help="Who should act. Default: the routing in org.yaml, or the seat's owner."
        ),
    ] = "",
    severity: Annotated[
        EscalationSeverity, typer.Option("--severity", help="How severe it is.")
    ] = EscalationSeverity.NORMAL,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The cause, if known.")] = "",
    metric: Annotated[str, typer.Option("--metric", metavar="METRIC", help="The metric concerned.")] = "",
    notify: NotifyOption = None,
    *,
    change: ChangeOptions,
) -> int:
    """Open an escalation about a seat. Reporting the same problem again adds to the open one."""
    handle = open_synced_org(change)
    done = handle.escalations.open(
        seat, what, why=why, to=to, metric=metric, severity=severity, by=change.by, dry_run=change.dry_run
    )
    return report_and_notify("escalate-open", handle, done, change, notify)


@viewing_command
def list_escalations(
    all_: Annotated[bool, typer.Option("--all", help="Include resolved escalations.")] = False,
    seat: Annotated[
        str, typer.Option("--seat", metavar="SEAT", help="Only escalations about this seat or assigned to it.")
    ] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """List open escalations: overdue first, then by due time."""
    handle = open_chosen_org(org, at)
    found, silenced = handle.escalations.list_open(seat, settled=all_), handle.escalations.list_silences(seat)
    if json:
        write_json("escalations", handle, {"escalations": found, "silences": silenced})
        return finish_answer(handle)
    from orgtp.render.escalations import escalations_text
    from orgtp.render.terminal import detect_screen

    write_stdout(escalations_text(found, silenced, handle.head.zone, detect_screen()))
    return finish_answer(handle)


@viewing_command
def show_escalation(id_: IdArgument, org: OrgOption = None, at: AtOption = None, json: JsonOption = False) -> int:
    """Show one escalation with all its events."""
    handle = open_chosen_org(org, at)
    found = handle.escalations.show(id_)
    if json:
        write_json("escalation", handle, {"escalation": found})
        return finish_answer(handle)
    from orgtp.render.escalations import escalation_text
    from orgtp.render.terminal import detect_screen

    write_stdout(escalation_text(found, handle.head.zone, detect_screen()))
    return finish_answer(handle)


@changing_command
def acknowledge_escalation(
    id_: IdArgument,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What is being done about it.")] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Acknowledge an escalation.

    It stays with you until the deadline set by policy.escalation.resolve. Acknowledging again adds a note and does not
    extend the deadline.
    """
    handle = open_synced_org(change)
    done = handle.escalations.acknowledge(id_, note, by=change.by, dry_run=change.dry_run)
    return report_and_notify("escalate-ack", handle, done, change)


@changing_command
def resolve_escalation(
    id_: IdArgument,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="How it was resolved.")],
    *,
    change: ChangeOptions,
) -> int:
    """Resolve an escalation, and record how."""
    handle = open_synced_org(change)
    done = handle.escalations.resolve(id_, note, by=change.by, dry_run=change.dry_run)
    return report_and_notify("escalate-resolve", handle, done, change)


@changing_command
def silence_metric(
    seat: SeatArgument,
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The id of one of its metrics.")],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day, for example 2026-12-01.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why alerts are muted.")],
    *,
    change: ChangeOptions,
) -> int:
    """Mute alerts for a metric until a date. Only people accountable for the seat may do this."""
    handle = open_synced_org(change)
    done = handle.escalations.silence(seat, metric, _parse_day(until), reason, by=change.by, dry_run=change.dry_run)
    return report_and_notify("escalate-silence", handle, done, change)


@changing_command
def tick_escalations(notify: NotifyOption = None, *, change: ChangeOptions) -> int:
    """Escalate and resolve what is due. For cron.

    All changes are one commit. An overdue escalation goes one level up, during working hours. One about or with a seat
    that is not active goes to that seat's owner. A metric that has its value again is resolved. A second run in the
    same minute changes nothing.
    """
    return report_tick(notify, change)


def report_tick(notify: Path | None, change: ChangeOptions) -> int:
    """Run the tick, and report it. Returns the exit code."""
    handle = open_synced_org(change)
    done = handle.escalations.tick(by=change.by, dry_run=change.dry_run)
    return report_and_notify("escalate-tick", handle, done, change, notify, scheduled=True)


def open_synced_org(change: ChangeOptions) -> OrgHandle:
    """Open the org. If the change will be pushed, sync first, so that it applies to the latest state.

    If the remote cannot be reached, continue with a warning.
    """
    handle = open_chosen_org(change.org, push=change.push)
    if change.dry_run or not (change.push or handle.head.policy.push):
        return handle
    try:
        handle.ledger.sync()
    except OrgtpError as stopped:
        write_stderr(f"could not sync first, so the latest changes of others may be missing: {stopped}")
    return open_chosen_org(change.org)


def report_and_notify(
    kind: str,
    handle: OrgHandle,
    done: RecordedChange,
    change: ChangeOptions,
    notify: Path | None = None,
    *,
    scheduled: bool = False,
    **body: Any,
) -> int:
    """Report the change, and notify the people whom it assigns an escalation to. Returns the exit code.

    A `scheduled` run depends on the whole org, and prints nothing if it succeeds and nobody watches. `body` is added to
    the JSON.
    """
    quiet = scheduled and not (change.json or change.dry_run) and is_unattended()
    unread, touched = done.unread if scheduled else None, _touched_escalations(done)
    code = report_change(kind, handle, done, change, quiet=quiet, unread=unread, escalations=touched, **body)
    notify_people(handle, done, notify)
    return code


def _touched_escalations(done: RecordedChange) -> list[Any]:
    """The ids of the escalations that changed."""
    from orgtp.model.escalation import ESCALATIONS_FOLDER, SILENCED_FOLDER

    paths = [
        path for path in done.paths if path.startswith(ESCALATIONS_FOLDER) and not path.startswith(SILENCED_FOLDER)
    ]
    return [path.removeprefix(ESCALATIONS_FOLDER).removesuffix(".yaml") for path in paths]


def _parse_day(text: str) -> date:
    from orgtp.model.period import Grain, parse_period

    period = parse_period(text)
    if period is None or period.grain is not Grain.DAY:
        raise BadInput(what=f'--until "{text}" is not a date. Write it as 2026-12-01.')
    return period.start.date()
