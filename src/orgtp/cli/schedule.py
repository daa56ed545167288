"""`orgtp schedule`: the lines by which numbers come by themselves."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import OrgOption, PushOption, TimesOption
from orgtp.cli.session import chosen_org, open_chosen_org, write_stdout
from orgtp.model.errors import OrgtpError
from orgtp.model.schedule import DEFAULT_TIMES

if TYPE_CHECKING:
    from orgtp.api import OrgHandle


def print_schedule(
    kind: Annotated[
        str,
        typer.Argument(metavar="[cron|systemd|github]", help="What runs it. Default: all three, one below the other."),
    ] = "",
    times: TimesOption = DEFAULT_TIMES,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="SEAT",
            help="The seat that records. Default: ORGTP_SEAT, else the scorekeeper, if there is one and no other.",
        ),
    ] = "",
    push: PushOption = False,
    org: OrgOption = None,
) -> int:
    """Print what makes the numbers come: a crontab line, systemd timers, or a workflow of GitHub Actions.

    All run score collect at the same times on working days in the org's timezone, whatever the machine's is. The
    crontab and the timers tick every quarter of an hour, and hold this machine's paths, also those in ORGTP_SOURCES and
    ORGTP_NOTIFY; the workflow holds none. Commits are sent where the org has a remote.
    """
    from orgtp.model.schedule import parse_timetable
    from orgtp.render.schedule.crontab_systemd import ScheduledRun, schedule_text

    here = open_chosen_org(org, whole=False, push=push)
    acting = _acting_seat(here, by)
    place = ScheduledRun(
        str(here.root),
        str(Path(sys.argv[0]).absolute()),
        here.head.id,
        (*(("--by", acting) if acting else ()), *(("--push",) if push or _is_sent(here) else ())),
        _environment_variables(),
        _describe_request(times, by, org, push=push),
    )
    write_stdout(schedule_text(kind, parse_timetable(times, here.head.zone), place))
    return 0


def _acting_seat(here: OrgHandle, by: str) -> str:
    """The seat that records; what it may not do is said now, and not to cron. "" leaves it to git's user.email."""
    org = here.staff.org
    named = by or os.environ.get("ORGTP_SEAT", "")
    if named:
        here.escalations.tick(by=named, dry_run=True)
        return org.seat(named).id
    (only, *others) = [*org.policy.scorekeepers, ""]
    return only if others == [""] and only in org.seats and org.seats[only].is_active else ""


def _environment_variables() -> dict[str, str]:
    """What says here where the files of this machine are, which cron would not know."""
    from orgtp.api import notify_path, sources_path

    named = {"ORGTP_SOURCES": sources_path(), "ORGTP_NOTIFY": notify_path()}
    moved = bool(os.environ.get("XDG_CONFIG_HOME"))
    return {name: str(path.absolute()) for name, path in named.items() if path and (moved or os.environ.get(name))}


def _describe_request(times: str, by: str, org: Path | None, *, push: bool) -> tuple[str, ...]:
    """The options as they were given."""
    where = chosen_org(org)
    given = {"--times": "" if times == DEFAULT_TIMES else times, "--by": by, "--org": str(where) if where else ""}
    return (*(word for name, value in given.items() if value for word in (name, value)), *(("--push",) if push else ()))


def _is_sent(here: OrgHandle) -> bool:
    """Whether there is somewhere to send commits to, by an address that orgtp speaks to."""
    try:
        return here.ledger.has_remote
    except OrgtpError:
        return False
