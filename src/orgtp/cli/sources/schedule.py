"""`orgtp schedule`: print a schedule that collects values and sends the briefing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import OrgOption, PushOption, TimesOption
from orgtp.cli.session import chosen_org, finish_answer, open_chosen_org, write_stdout
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.schedule import DEFAULT_BRIEF, DEFAULT_DEADLINE, DEFAULT_TIMES

if TYPE_CHECKING:
    from orgtp.api import OrgHandle


def print_schedule(
    kind: Annotated[
        str,
        typer.Argument(metavar="[cron|systemd|github]", help="The scheduler. Default: all three."),
    ] = "",
    times: TimesOption = DEFAULT_TIMES,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="SEAT",
            help="The seat that records. Default: ORGTP_SEAT, the only scorekeeper, or the seat with git's user.email.",
        ),
    ] = "",
    brief: Annotated[
        str, typer.Option("--brief", metavar="TIME", help="When the briefing is sent, Monday to Friday.")
    ] = DEFAULT_BRIEF,
    deadline: Annotated[
        str, typer.Option("--deadline", metavar="TIME", help="When it is checked that everybody has the briefing.")
    ] = DEFAULT_DEADLINE,
    no_brief: Annotated[bool, typer.Option("--no-brief", help="Leave out the briefing and its check.")] = False,
    push: PushOption = False,
    org: OrgOption = None,
) -> int:
    """Print a schedule that collects values, sends the briefing and checks it.

    It is a crontab line, systemd timers, or a GitHub Actions workflow. Each runs score collect at the same times on
    working days, in the org's timezone. The crontab line and the timers also tick every quarter of an hour, and contain
    paths of this machine, including ORGTP_SOURCES and ORGTP_NOTIFY. The workflow contains none. Commits are pushed if
    the org has a remote.
    """
    from orgtp.model.schedule import parse_brief_times, parse_timetable
    from orgtp.render.schedule.crontab_systemd import ScheduledRun, schedule_text

    handle = open_chosen_org(org, push=push)
    if kind in {"", "cron", "systemd"}:
        _refuse_missing_zone(str(handle.head.zone))
    acting = _acting_seat(handle, by)
    flags = [name for name, is_set in (("--no-brief", no_brief), ("--push", push)) if is_set]
    place = ScheduledRun(
        str(handle.root),
        str(Path(sys.argv[0]).absolute()),
        handle.head.id,
        (*(("--by", acting) if acting else ()), *(("--push",) if push or _is_sent(handle) else ())),
        _environment_variables(),
        _describe_request({"--times": times, "--brief": brief, "--deadline": deadline}, by, org, flags),
        None if no_brief else parse_brief_times(brief, deadline),
    )
    write_stdout(schedule_text(kind, parse_timetable(times, handle.head.zone), place))
    return finish_answer(handle)


# Where C libraries look for time zones, unless TZDIR names another folder (tzset(3)).
_ZONE_FOLDERS = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")


def _refuse_missing_zone(zone: str) -> None:
    """Refuse a schedule that cron or systemd would run in UTC, because the machine does not know the org's time zone.

    orgtp itself has a database of time zones, which other programs do not use.
    """
    named = os.environ.get("TZDIR", "")
    folders = [named] if named else _ZONE_FOLDERS
    if zone != "UTC" and not any((Path(folder) / zone).is_file() for folder in folders):
        why = f"this machine has no time zone {zone} ({named or _ZONE_FOLDERS[0]}), so cron and systemd would use UTC"
        raise BadInput(what=f"{why}. Install the package tzdata, for example: apt-get install tzdata")


def _acting_seat(handle: OrgHandle, by: str) -> str:
    """The seat that records; "" leaves it to git's user.email. Raises now if it may not run the tick."""
    org = handle.staff.org
    named = by or os.environ.get("ORGTP_SEAT", "")
    (only, *others) = [*org.policy.scorekeepers, ""]
    if not named and others == [""] and only in org.seats and org.seats[only].is_active:
        return only
    if not (named or org.has_addresses):
        return ""
    # Where the schedule runs, git may have another user, so the seat is named even if it is the one of git's user here.
    acting = handle.ledger.find_acting_seat(named)
    handle.escalations.tick(by=acting, dry_run=True)
    return acting


def _environment_variables() -> dict[str, str]:
    """The variables that locate the files of this machine. Cron does not set them."""
    from orgtp.api import notify_path, sources_path

    named = {"ORGTP_SOURCES": sources_path(), "ORGTP_NOTIFY": notify_path()}
    moved = bool(os.environ.get("XDG_CONFIG_HOME"))
    return {name: str(path.absolute()) for name, path in named.items() if path and (moved or os.environ.get(name))}


def _describe_request(times: Mapping[str, str], by: str, org: Path | None, flags: Sequence[str]) -> tuple[str, ...]:
    """The options of this call, without those that have their default."""
    where = chosen_org(org)
    changed = {name: "" if text == _DEFAULTS[name] else text for name, text in times.items()}
    given = {**changed, "--by": by, "--org": str(where) if where else ""}
    return (*(word for name, value in given.items() if value for word in (name, value)), *flags)


_DEFAULTS = {"--times": DEFAULT_TIMES, "--brief": DEFAULT_BRIEF, "--deadline": DEFAULT_DEADLINE}


def _is_sent(handle: OrgHandle) -> bool:
    """Whether the org has a remote that orgtp can push to."""
    try:
        return handle.ledger.has_remote
    except OrgtpError:
        return False
