"""`orgtp discover`."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.notify import NotifyOption
from orgtp.cli.options import ChangeOptions, changing_command
from orgtp.cli.session import (
    chosen_org,
    finish_answer,
    has_terminal,
    open_chosen_org,
    report_change,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput
from orgtp.model.text import count_noun

if TYPE_CHECKING:
    from orgtp.api import Discovered, Discovery, OrgHandle

# Nothing was read, so nothing is known of any agent.
EXIT_UNPROVEN = 4
_SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class DiscoverOptions:
    """Where to look (`parts` is None for all of this machine), which agents to choose, and how much to show."""

    paths: tuple[Path, ...]
    parts: tuple[str, ...] | None
    agents: tuple[str, ...]
    command: str
    whole: bool


@changing_command
def discover_agents(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH…]",
            help="Folders, with all git repositories below them, and files. Default: this folder and this machine.",
        ),
    ] = None,
    crontab: Annotated[bool, typer.Option("--crontab", help="Look at this machine's crontabs, too.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Look at its systemd timers and units, too.")] = False,
    compose: Annotated[
        bool, typer.Option("--compose", help="Look at the compose files of your home folder, /opt and /srv, too.")
    ] = False,
    agent: Annotated[
        list[str] | None,
        typer.Option("--agent", metavar="AGENT", help="Only this agent, by its name or id. Can be repeated."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Shorten no list.")] = False,
    propose: Annotated[
        bool, typer.Option("--propose", help="Commit the agents without a seat as proposed seats.")
    ] = False,
    owner: Annotated[
        str, typer.Option("--owner", metavar="SEAT", help="With --propose: who answers for these agents.")
    ] = "",
    under: Annotated[
        str,
        typer.Option("--under", metavar="SEAT", help="With --propose: whom they report to. Default: the owner."),
    ] = "",
    due: Annotated[
        bool, typer.Option("--due", help="Open an escalation for what is new. For cron: silent if nothing is.")
    ] = False,
    notify: NotifyOption = None,
    *,
    change: ChangeOptions,
) -> int:
    """Find the agents that run, and those among them that nobody answers for.

    Without PATH and options, it looks at this folder and all of this machine: crontabs, systemd, launchd, compose files
    and client settings. With PATH, only there; --crontab, --systemd and --compose add their part of the machine.

    A running agent has a seat if a seat names its file, or one with the same content, in runs_from. Nothing that is
    found is run, and no environment and no argument of a command line is shown. Without --propose and --due, nothing
    is written. It works without an org, too.

    Exit code 1 if an agent has no seat, was let go and still runs, or a seat's file is gone or has changed, or if a
    place could not be read; 4 if no file at all was read.
    """
    parts = [name for name, is_set in (("crontab", crontab), ("systemd", systemd), ("compose", compose)) if is_set]
    _refuse_mixed_options(propose=propose, due=due, agent=agent, owner=owner or under, notify=notify, change=change)
    options = _read_places(paths or [], parts, agent or [], whole=all_)
    if due:
        return _report_new(options, notify, change)
    handle = _open_org_if_any(change, needed=propose)
    found = _scan(handle, options)
    if propose and handle:
        return _propose_seats(handle, found, options, owner, under, change)
    return _show(handle, found, options, change)


def _refuse_mixed_options(
    *, propose: bool, due: bool, agent: list[str] | None, owner: str, notify: Path | None, change: ChangeOptions
) -> None:
    """Refuse options that contradict each other. Raises `BadInput`."""
    wrong = {
        "--propose and --due cannot be combined: run one after the other": propose and due,
        "--owner and --under say who gets the proposed seats. Add --propose": owner and not propose,
        "--due reports every new agent. Leave out --agent": due and agent,
        "--notify is for --due": notify and not due,
        "nothing is written without --propose or --due. Add one, or leave out --dry-run and --push": (
            (change.dry_run or change.push) and not (propose or due)
        ),
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise BadInput(what=what)


def _read_places(paths: Sequence[Path], parts: Sequence[str], agents: Sequence[str], *, whole: bool) -> DiscoverOptions:
    """Where to look, and the command line that looks there again. Raises `BadInput` for a path that does not exist."""
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise BadInput(what=f"{path} does not exist. Name a folder or a file.")
    command = shlex.join(["orgtp", "discover", *map(str, paths), *(f"--{part}" for part in parts)])
    if paths or parts:
        return DiscoverOptions(tuple(paths), tuple(parts), tuple(agents), command, whole)
    return DiscoverOptions((Path(),), None, tuple(agents), command, whole)


def _open_org_if_any(change: ChangeOptions, *, needed: bool) -> OrgHandle | None:
    """The org, or None if there is none in this folder or above it, nobody named one, and it is not needed."""
    from orgtp.api import NoOrgAbove

    try:
        return open_chosen_org(change.org, push=change.push)
    except NoOrgAbove:
        if needed or chosen_org(change.org):
            raise
        return None


def _scan(handle: OrgHandle | None, options: DiscoverOptions) -> Discovered:
    if handle:
        return handle.discovery.scan(options.paths, options.parts)
    from orgtp.api import scan_places

    return scan_places(options.paths, options.parts)


def _show(handle: OrgHandle | None, found: Discovered, options: DiscoverOptions, change: ChangeOptions) -> int:
    """Show what was found. Returns the exit code."""
    from orgtp.api import describe_without_org, select_agents

    view = select_agents(handle.discovery.compare(found) if handle else describe_without_org(found), options.agents)
    code = _find_exit_code(view)
    if change.json:
        _write_json(handle, view)
    else:
        from orgtp.render.seats.discovery import discovery_text
        from orgtp.render.terminal import detect_screen

        # The files of hundreds of seats would hide everything else.
        seats = handle.discovery.preview_seats(view) if handle and options.agents else {}
        has_org, whole = handle is not None, options.whole
        write_stdout(
            discovery_text(view, detect_screen(), command=options.command, whole=whole, has_org=has_org, seats=seats)
        )
    return finish_answer(handle, code) if handle else code


def _find_exit_code(view: Discovery) -> int:
    if not view.is_proven:
        return EXIT_UNPROVEN
    return int(view.has_findings or bool(view.unread))


def _write_json(handle: OrgHandle | None, view: Discovery) -> None:
    from orgtp.render.json import format_envelope
    from orgtp.render.seats.discovery_json import discovery_body

    if handle:
        write_json("discover", handle, discovery_body(view, handle.discovery.preview_seats(view)))
    else:
        write_stdout(format_envelope("discover", "", revision=None, dirty=False, body=discovery_body(view, {})))


def _propose_seats(
    handle: OrgHandle, found: Discovered, options: DiscoverOptions, owner: str, under: str, change: ChangeOptions
) -> int:
    """Commit the agents without a seat as proposed seats. Returns the exit code."""
    from orgtp.api import select_agents

    view = select_agents(handle.discovery.compare(found), options.agents)
    if not view.is_proven:
        write_stderr("no file was read, so there is nothing to propose")
        return EXIT_UNPROVEN
    if view.unseated:
        owner = owner or _ask_for_owner(handle, view, options)
    elif not change.json:
        idle = "" if not view.templates else ". Nothing starts the templates; orgtp import makes seats of them"
        write_stderr(f"no running agent without a seat was found{idle}")
    done = handle.discovery.propose(view, owner=owner, under=under, by=change.by, dry_run=change.dry_run)
    return report_change("discover-propose", handle, done, change, seats=list(done.change.seats))


def _ask_for_owner(handle: OrgHandle, view: Discovery, options: DiscoverOptions) -> str:
    """Ask who answers for the agents, on a terminal. Raises `BadInput` with the commands to type otherwise."""
    suggested = Counter(one.owner.seat for one in view.unseated if one.owner and one.owner.seat)
    many = count_noun(len(view.unseated), "agent")
    if has_terminal():
        for seat, count in suggested.most_common():
            write_stderr(f"suggested by their authors and code owners: {seat}, for {count} of {many}")
        default = next(iter(suggested)) if len(suggested) == 1 else None
        typed = typer.prompt(f"Who answers for {many}? (the id of a seat)", default=default, err=True)
        return handle.staff.org.seat(str(typed).strip()).id
    commands = [f"{options.command} --propose --owner SEAT"]
    for seat, count in suggested.most_common():
        ids = [one.id for one in view.unseated if one.owner and one.owner.seat == seat]
        chosen = "".join(f" --agent {id_}" for id_ in ids[:_MOST_IDS]) if count < len(view.unseated) else ""
        first = f", here for the first {_MOST_IDS}" if chosen and count > _MOST_IDS else ""
        commands.append(f"{options.command} --propose --owner {seat}{chosen}   # suggested for {count}{first}")
    raise BadInput(what="\n  ".join([f"say who answers for {many}:", *commands]))


_MOST_IDS = 5


def _report_new(options: DiscoverOptions, notify: Path | None, change: ChangeOptions) -> int:
    """Open escalations for what is new. Returns the exit code."""
    from orgtp.cli.escalate import open_synced_org, report_and_notify

    handle = open_synced_org(change)
    found = _scan(handle, options)
    if not found.count_read:
        if change.json:
            body: dict[str, Any] = {"commit": None, "paths": [], "outbox": False, "escalations": []}
            write_json("discover-due", handle, body)
        write_stderr("no file was read, so nothing is known of any agent. See: " + options.command)
        return EXIT_UNPROVEN
    done = handle.discovery.report_new(found, by=change.by, dry_run=change.dry_run)
    code = report_and_notify("discover-due", handle, done, change, notify, scheduled=True)
    unread = [one for one in found.skipped if not one.on_purpose]
    if unread:
        # Without this, silence would say that nothing new runs there.
        first = f"{unread[0].where} ({unread[0].why})"
        more = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
        write_stderr(f"not read: {first}{more}. An agent there is not reported. See: {options.command}")
    return max(code, int(bool(unread)))
