"""`orgtp escalate open|list|show|ack|resolve|silence|tick`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.notify import NotifyOption, notify_people
from orgtp.cli.options import AtOption, ChangeOptions, JsonOption, OrgOption, SeatArgument, changing_command
from orgtp.cli.session import is_unattended, open_chosen_org, report_change, write_json, write_stderr, write_stdout
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.escalation import EscalationSeverity

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The escalation, as orgtp escalate list names it.")]


@changing_command
def open_escalation(
    seat: SeatArgument,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What the trouble is, in a sentence.")],
    to: Annotated[
        str, typer.Option("--to", metavar="SEAT", help="Who should act. Default: by the routing, else its owner.")
    ] = "",
    severity: Annotated[
        EscalationSeverity, typer.Option("--severity", help="How severe it is.")
    ] = EscalationSeverity.NORMAL,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, as far as it is known.")] = "",
    metric: Annotated[str, typer.Option("--metric", metavar="METRIC", help="The metric that it is about.")] = "",
    notify: NotifyOption = None,
    *,
    change: ChangeOptions,
) -> int:
    """Put trouble with a seat into somebody's hands, as a commit. The same again adds to what is open."""
    here = _open_synced_org(change)
    done = here.escalations.open(
        seat, what, why=why, to=to, metric=metric, severity=severity, by=change.by, dry_run=change.dry_run
    )
    return _report_and_notify("escalate-open", here, done, change, notify)


def list_escalations(
    all_: Annotated[bool, typer.Option("--all", help="Those that are resolved, too.")] = False,
    seat: Annotated[str, typer.Option("--seat", metavar="SEAT", help="What is about this seat or with it.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """List what is in somebody's hands: what is overdue first, then what is due soonest."""
    here = open_chosen_org(org, at, values=False)
    found, silenced = here.escalations.list_open(seat, settled=all_), here.escalations.silences(seat)
    if json:
        write_json("escalations", here, {"escalations": found, "silences": silenced})
        return 0
    from orgtp.render.escalations import escalations_text
    from orgtp.render.terminal import detect_screen

    write_stdout(escalations_text(found, silenced, here.head.zone, detect_screen()))
    return 0


def show_escalation(id_: IdArgument, org: OrgOption = None, at: AtOption = None, json: JsonOption = False) -> int:
    """Show one escalation, with all that happened to it."""
    here = open_chosen_org(org, at, values=False)
    found = here.escalations.show(id_)
    if json:
        write_json("escalation", here, {"escalation": found})
        return 0
    from orgtp.render.escalations import escalation_text
    from orgtp.render.terminal import detect_screen

    write_stdout(escalation_text(found, here.head.zone, detect_screen()))
    return 0


@changing_command
def acknowledge_escalation(
    id_: IdArgument,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What is being done.")] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Take an escalation on: it stays with you, for as long as policy.escalation.resolve says."""
    here = _open_synced_org(change)
    done = here.escalations.acknowledge(id_, note, by=change.by, dry_run=change.dry_run)
    return _report_and_notify("escalate-ack", here, done, change)


@changing_command
def resolve_escalation(
    id_: IdArgument,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="How it was settled.")],
    *,
    change: ChangeOptions,
) -> int:
    """Settle an escalation, and say how."""
    here = _open_synced_org(change)
    done = here.escalations.resolve(id_, note, by=change.by, dry_run=change.dry_run)
    return _report_and_notify("escalate-resolve", here, done, change)


@changing_command
def silence_metric(
    seat: SeatArgument,
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The id of one of its metrics.")],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day of it, as in 2026-12-01.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nobody should be told.")],
    *,
    change: ChangeOptions,
) -> int:
    """Tell of no trouble with a metric for a while. It ends by itself; a person who answers for the seat may."""
    here = _open_synced_org(change)
    done = here.escalations.silence(seat, metric, _parse_day(until), reason, by=change.by, dry_run=change.dry_run)
    return _report_and_notify("escalate-silence", here, done, change)


@changing_command
def tick_escalations(notify: NotifyOption = None, *, change: ChangeOptions) -> int:
    """Do everything that is due, in one commit. Run it from cron.

    An overdue escalation goes one level up, during working hours. One about or with a seat that is not active goes to
    that seat's owner. A metric that has its value again is resolved. A second run in the same minute changes nothing.
    """
    return report_tick(notify, change)


def report_tick(notify: Path | None, change: ChangeOptions) -> int:
    """Run the tick, and report it. Returns the exit code."""
    here = _open_synced_org(change)
    done = here.escalations.tick(by=change.by, dry_run=change.dry_run)
    return _report_and_notify("escalate-tick", here, done, change, notify)


def _open_synced_org(change: ChangeOptions) -> OrgHandle:
    """The org with what others did meanwhile, where it is sent to them afterwards: so that nobody acts on what is over.

    Without the remote it goes on all the same.
    """
    here = open_chosen_org(change.org, values=False, push=change.push)
    if change.dry_run or not (change.push or here.head.policy.push):
        return here
    try:
        here.ledger.sync()
    except OrgtpError as stopped:
        write_stderr(f"this goes by what is known here: {stopped}")
    return open_chosen_org(change.org, whole=False, values=False)


def _report_and_notify(
    kind: str, here: OrgHandle, done: RecordedChange, change: ChangeOptions, notify: Path | None = None
) -> int:
    """What became of it; and, once it is recorded, whoever has it in hand now is told."""
    quiet = kind == "escalate-tick" and not (change.json or change.dry_run) and is_unattended()
    code = report_change(kind, here, done, change, quiet=quiet, escalations=_touched_escalations(done))
    notify_people(here, done, notify)
    return code


def _touched_escalations(done: RecordedChange) -> list[Any]:
    """The escalations that were touched."""
    from orgtp.model.escalation import ESCALATIONS_FOLDER, SILENCED_FOLDER

    paths = [
        path for path in done.paths if path.startswith(ESCALATIONS_FOLDER) and not path.startswith(SILENCED_FOLDER)
    ]
    return [path.removeprefix(ESCALATIONS_FOLDER).removesuffix(".yaml") for path in paths]


def _parse_day(text: str) -> date:
    from orgtp.model.period import Grain, parse_period

    period = parse_period(text)
    if period is None or period.grain is not Grain.DAY:
        raise BadInput(what=f'--until "{text}" is not a day. Write it as 2026-12-01.')
    return period.start.date()
