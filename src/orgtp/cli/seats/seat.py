"""`orgtp seat show|list|add|set`."""

from __future__ import annotations

import shlex
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.metric import (
    CadenceOption,
    DueOption,
    LeadsToOption,
    OutcomeOption,
    PerOption,
    RollupOption,
    SourceOption,
    TargetOption,
    ask_until_valid,
)
from orgtp.cli.options import (
    AllOption,
    AtOption,
    ChangeOptions,
    JsonOption,
    KindOption,
    OrgOption,
    SeatArgument,
    changing_command,
    selecting_command,
    viewing_command,
)
from orgtp.cli.session import (
    finish_answer,
    has_terminal,
    open_chosen_org,
    report_change,
    write_json,
    write_proposals,
    write_stderr,
    write_stdout,
    write_verdict_changes,
)
from orgtp.model.errors import BadInput
from orgtp.model.seat import SeatKind, SeatStatus
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from orgtp.actions.metric_content import NewMetric
    from orgtp.actions.seats import NewSeat
    from orgtp.api import OrgHandle, Selection
    from orgtp.model.inventory.alike import Alike


@viewing_command
def show_seat(
    seat: SeatArgument, org: OrgOption = None, at: AtOption = None, kind: KindOption = False, json: JsonOption = False
) -> int:
    """Show everything about one seat."""
    handle = open_chosen_org(org, at)
    view = handle.seat(seat)
    if json:
        from orgtp.render.json import seat_body

        write_json("seat", handle, seat_body(view))
        return finish_answer(handle)
    from orgtp.render.seats.seat import seat_text
    from orgtp.render.terminal import detect_screen

    write_stdout(seat_text(view, detect_screen(), handle.now, handle.head.zone, kind=kind))
    return finish_answer(handle)


@viewing_command
@selecting_command
def list_seats(
    org: OrgOption = None,
    at: AtOption = None,
    all_: AllOption = False,
    kind: KindOption = False,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """List the seats, one per line; on a narrow screen, several lines for each."""
    handle = open_chosen_org(org, at)
    view = handle.list_seats(selection, retired=all_)
    if json:
        write_json("seats", handle, {"seats": view.seats, "left_out": view.left_out})
        return finish_answer(handle)
    from orgtp.render.seats.seat import seat_list_text
    from orgtp.render.terminal import detect_screen

    write_stdout(seat_list_text(view, detect_screen(), kind=kind, by=selection.text))
    return finish_answer(handle)


CapabilityOption = Annotated[
    list[str] | None,
    typer.Option("--capability", metavar="ID=TEXT", help="A capability that no other seat has. Can be repeated."),
]
_AS_IN = "--capability ad-pacing='Watches spend'"


@changing_command
def add_seat(
    seat: Annotated[str, typer.Argument(metavar="SEAT", help="The id of the new seat.")],
    role: Annotated[str, typer.Option("--role", metavar="TEXT", help="The role, in a word or two.")],
    kind: Annotated[
        SeatKind, typer.Option("--kind", help="human, agent, or group: a team whose members report to it.")
    ],
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="The display name. Default: made from the id.")
    ] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="SEAT", help="The human seat accountable for it.")] = "",
    reports_to: Annotated[str, typer.Option("--reports-to", metavar="SEAT", help="The seat that it reports to.")] = "",
    status: Annotated[SeatStatus, typer.Option("--status", help="The status.")] = SeatStatus.ACTIVE,
    mission: Annotated[str, typer.Option("--mission", metavar="TEXT", help="What it does, and for whom.")] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="The first day, if it is known. Values are due from then on.")
    ] = "",
    email: Annotated[
        str, typer.Option("--email", metavar="A,B", help="The git e-mail addresses of whoever holds the seat.")
    ] = "",
    retire_when: Annotated[
        str, typer.Option("--retire-when", metavar="TEXT", help="The condition for retiring it.")
    ] = "",
    capability: CapabilityOption = None,
    metric: Annotated[str, typer.Option("--metric", metavar="ID", help="The id of its first metric.")] = "",
    metric_name: Annotated[
        str, typer.Option("--metric-name", metavar="TEXT", help="The name of its first metric.")
    ] = "",
    outcome: OutcomeOption = "",
    target: TargetOption = "",
    cadence: CadenceOption = "",
    per: PerOption = "",
    rollup: RollupOption = "",
    due: DueOption = "",
    source: SourceOption = "",
    leads_to: LeadsToOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Add a seat to the chart, as a commit, with its first metric. Add others with orgtp metric add.

    On a terminal, orgtp asks for what is missing of the metric. Without one, add the seat as --status proposed.
    """
    from orgtp.actions.metric_content import NewMetric
    from orgtp.actions.seats import NewSeat
    from orgtp.model.inventory.alike import list_alike_text

    handle = open_chosen_org(change.org, push=change.push)
    if kind is not SeatKind.HUMAN and not owner:
        raise BadInput(what=f"every {kind} needs a human owner. Name one for {seat} with --owner SEAT")
    new = NewSeat(
        seat=seat,
        name=name or seat.replace("-", " ").capitalize(),
        role=role,
        kind=kind,
        status=status,
        owner=owner,
        reports_to=reports_to,
        mission=mission,
        since=since,
        email=_parse_list("email", email),
        retire_when=retire_when,
        capabilities=dict(_parse_pair(text, "ID=TEXT", _AS_IN) for text in capability or []),
    )
    first = NewMetric(metric, metric_name, outcome, target, cadence, per, rollup, due, source, leads_to)
    new = _add_first_metric(handle, new, first, change)
    alike = _find_alike(handle, new)
    done = handle.ledger.add_seat(new, by=change.by, dry_run=change.dry_run)
    if alike:
        see = f"orgtp seat show {alike[0].seat}" if change.dry_run else f"orgtp overlap {seat}"
        write_stderr(f"{seat} looks like {list_alike_text(alike)}. See: {see}")
    if status is SeatStatus.ACTIVE and not new.metrics and kind is SeatKind.AGENT:
        write_stderr(
            "a seat whose metric you do not know yet can be added with --status proposed; this one, now: "
            f"orgtp seat set {seat} status=proposed"
        )
    return report_change("seat-add", handle, done, change, seat=seat, alike=alike)


def _find_alike(handle: OrgHandle, new: NewSeat) -> list[Alike]:
    """The seats that look like the new one: whoever adds it may want one of them instead."""
    from orgtp.views.seats.overlap.types import WorkText

    title = "" if new.kind == SeatKind.HUMAN else new.name
    (found,) = handle.find_alike([WorkText(title, new.role, new.mission, new.capabilities or {})])
    return found


def _add_first_metric(handle: OrgHandle, new: NewSeat, first: NewMetric, change: ChangeOptions) -> NewSeat:
    """The seat with its first metric, if there is one. On a terminal, a person is asked for what is missing."""
    if not first.metric and any(getattr(first, field.name) for field in fields(first)):
        raise BadInput(what="name the metric that these options are for: --metric ID")
    if has_terminal() and not first.metric and new.status == "active":
        said = typer.prompt(_FIRST, default="", show_default=False, err=True)
        first = replace(first, metric=said.strip())
    if not first.metric:
        return new
    if first.missing and has_terminal():
        first = ask_until_valid(
            first,
            lambda one: handle.ledger.add_seat(replace(new, metrics=(one,)), by=change.by, dry_run=True),
        )
    return replace(new, metrics=(first,))


_FIRST = "The id of its first metric, such as calls-booked (leave empty to add it later)"


@changing_command
def set_seat_keys(
    seat: SeatArgument,
    values: Annotated[
        list[str],
        typer.Argument(metavar="KEY=VALUE…", help="A key can be a path, such as metrics.ID.target or inputs.model."),
    ],
    also_past: Annotated[
        bool, typer.Option("--also-past", help="Judge past periods by a new target, too, not only from now on.")
    ] = False,
    *,
    change: ChangeOptions,
) -> int:
    """Set keys of a seat, as a commit. Use it for what has no command of its own.

    These have one: handover and vacate (who holds the seat), own, move, rename, pause and resume, split, orgtp leave
    and orgtp retire.

    Only the lines concerned change. KEY= removes a key. A new target applies from the current period on; earlier values
    keep the target that they had. email, also_reports_to and aliases can have several values, email=A,B, and so has
    runs_from, each a file of a repository: runs_from=REPOSITORY:PATH,REPOSITORY:PATH@SHA256
    """
    handle = open_chosen_org(change.org, push=change.push)
    pairs = [_parse_pair(text, "KEY=VALUE", "owner=bogdan") for text in values]
    settings = [(_parse_key_path(key), _parse_list(key, value) if key in _LISTS else value) for key, value in pairs]
    set_keys = partial(handle.ledger.set_keys, seat, settings, by=change.by, also_past=also_past)
    if _JUDGED & {key.partition(".")[0] for key, _ in pairs}:
        # What happens to the past is said before anything is written.
        write_verdict_changes(set_keys(dry_run=True), seat=seat)
    if has_terminal():
        for better in filter(None, (_find_better_command(seat, key, value) for key, value in pairs)):
            write_stderr(f"note: there is a command for this: {better}")
    done = set_keys(dry_run=change.dry_run)
    write_proposals(done)
    return report_change(
        "seat-set", handle, done, change, seat=seat, verdicts=done.verdicts, proposals=done.change.proposals
    )


def _find_better_command(seat: str, key: str, value: str) -> str:
    """The command that does the same and more than setting a key; "" if there is none."""
    shown = shlex.quote(value)
    commands = {
        "owner": f"orgtp seat own {seat} --owner {shown}",
        "reports_to": f"orgtp seat move {seat} --reports-to {shown}",
        "name": f"orgtp seat rename {seat} --name {shown}",
    }
    if key == "status":
        by_status = {"paused": f"orgtp seat pause {seat} --reason TEXT", "vacant": f"orgtp seat vacate {seat}"}
        return by_status.get(value, "")
    group, *rest = key.split(".")
    if group != "metrics" or len(rest) != _OF_METRIC:
        return commands.get(key, "")
    metric, name = rest
    ends = f"orgtp metric end {seat} {metric} --after {shown} --reason TEXT"
    by_key = {"target": f"orgtp metric target {seat} {metric} {shown}", "ends": ends}
    return by_key.get(name, f"orgtp metric set {seat} {metric} {name}={shown}")


# A metric and one of its keys.
_OF_METRIC = 2


def _parse_pair(text: str, form: str, example: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadInput(what=f'"{text}" is not {form}. Example: {example}')
    return key.strip(), value


def _parse_list(key: str, text: str) -> str | list[str]:
    """A text with commas as a list. One address alone is a text; every other list stays a list."""
    found = [part.strip() for part in text.split(",")]
    return found if len(found) > 1 or (text and key != "email") else text


# The keys that can have several values.
_LISTS = ("also_reports_to", "email", "aliases", "runs_from")


_PATHS = ("capabilities", "inputs", "metrics")
# The keys that the verdicts on past periods depend on.
_JUDGED = {"metrics", "since", "status"}


def _parse_key_path(key: str) -> tuple[str, ...]:
    """Split a dotted key into a path. Only capabilities, inputs, metrics and x- keys can have parts."""
    head, *rest = key.split(".")
    if not all([head, *rest]) or (rest and head not in _PATHS and not head.startswith("x-")):
        hint = (
            did_you_mean(head, _PATHS) or "Only these keys have parts: metrics.ID.target, capabilities.ID, inputs.NAME"
        )
        raise BadInput(what=f'"{key}" is not a key. {hint}')
    return (head, *rest)
