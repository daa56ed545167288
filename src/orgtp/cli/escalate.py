"""`orgtp escalate open|list|show|ack|resolve|silence|tick`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.notify import NotifyOption, notify_people
from orgtp.cli.options import (
    AtOption,
    ByOption,
    DryRunOption,
    JsonOption,
    OrgOption,
    PushOption,
    SeatArgument,
)
from orgtp.cli.session import is_unattended, open_chosen_org, report_change, write_json, write_stderr, write_stdout
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.escalation import EscalationSeverity

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The escalation, as orgtp escalate list names it.")]


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
    org: OrgOption = None,
    by: ByOption = "",
    notify: NotifyOption = None,
    push: PushOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Put trouble with a seat into somebody's hands, as a commit. The same again adds to what is open."""
    here = _open_synced_org(org, push=push, dry_run=dry_run)
    done = here.escalations.open(seat, what, why=why, to=to, metric=metric, severity=severity, by=by, dry_run=dry_run)
    return _report_and_notify("escalate-open", here, done, notify, json=json, dry_run=dry_run, push=push)


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


def acknowledge_escalation(
    id_: IdArgument,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What is being done.")] = "",
    org: OrgOption = None,
    by: ByOption = "",
    push: PushOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Take an escalation on: it stays with you, for as long as policy.escalation.resolve says."""
    here = _open_synced_org(org, push=push, dry_run=dry_run)
    done = here.escalations.acknowledge(id_, note, by=by, dry_run=dry_run)
    return _report_and_notify("escalate-ack", here, done, None, json=json, dry_run=dry_run, push=push)


def resolve_escalation(
    id_: IdArgument,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="How it was settled.")],
    org: OrgOption = None,
    by: ByOption = "",
    push: PushOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Settle an escalation, and say how."""
    here = _open_synced_org(org, push=push, dry_run=dry_run)
    done = here.escalations.resolve(id_, note, by=by, dry_run=dry_run)
    return _report_and_notify("escalate-resolve", here, done, None, json=json, dry_run=dry_run, push=push)


def silence_metric(
    seat: SeatArgument,
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The id of one of its metrics.")],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day of it, as in 2026-12-01.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nobody should be told.")],
    org: OrgOption = None,
    by: ByOption = "",
    push: PushOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Tell of no trouble with a metric for a while. It ends by itself; a person who answers for the seat may."""
    here = _open_synced_org(org, push=push, dry_run=dry_run)
    done = here.escalations.silence(seat, metric, _parse_day(until), reason, by=by, dry_run=dry_run)
    return _report_and_notify("escalate-silence", here, done, None, json=json, dry_run=dry_run, push=push)


def tick_escalations(
    org: OrgOption = None,
    by: ByOption = "",
    notify: NotifyOption = None,
    push: PushOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Do all that is due, in one commit: for cron.

    What is overdue goes a step up, in working hours; what is about a seat that is not active, or with one, goes to its
    owner; what has its value again is resolved. A second time in the same minute there is nothing to do.
    """
    here = _open_synced_org(org, push=push, dry_run=dry_run)
    done = here.escalations.tick(by=by, dry_run=dry_run)
    return _report_and_notify("escalate-tick", here, done, notify, json=json, dry_run=dry_run, push=push)


def _open_synced_org(org: Path | None, *, push: bool, dry_run: bool) -> OrgHandle:
    """The org with what others did meanwhile, where it is sent to them afterwards: so that nobody acts on what is over.

    Without the remote it goes on all the same.
    """
    here = open_chosen_org(org, values=False, push=push)
    if dry_run or not (push or here.head.policy.push):
        return here
    try:
        here.ledger.sync()
    except OrgtpError as stopped:
        write_stderr(f"this goes by what is known here: {stopped}")
    return open_chosen_org(org, whole=False, values=False)


def _report_and_notify(
    kind: str, here: OrgHandle, done: RecordedChange, notify: Path | None, *, json: bool, dry_run: bool, push: bool
) -> int:
    """What became of it; and, once it is recorded, whoever has it in hand now is told."""
    quiet = kind == "escalate-tick" and not (json or dry_run) and is_unattended()
    ids = _touched_escalations(done)
    code = report_change(kind, here, done, json=json, dry_run=dry_run, push=push, quiet=quiet, escalations=ids)
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
