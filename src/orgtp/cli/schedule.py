"""`orgtp schedule`: the lines by which numbers come by themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.door import opened, write
from orgtp.cli.options import OrgOption
from orgtp.model.errors import OrgtpError
from orgtp.model.timetable import USUAL

if TYPE_CHECKING:
    from orgtp.api import OpenOrg


def schedule(
    kind: Annotated[
        str,
        typer.Argument(metavar="[cron|systemd|github]", help="What runs it. Default: all three, one below the other."),
    ] = "",
    times: Annotated[
        str, typer.Option("--times", metavar="T,T", help="Times of day, from Monday to Friday in the org's timezone.")
    ] = USUAL,
    by: Annotated[str, typer.Option("--by", metavar="SEAT", help="The seat that records. Default: as always.")] = "",
    org: OrgOption = None,
) -> int:
    """Print what makes the numbers come: crontab lines, a systemd timer, or a workflow of GitHub Actions.

    All run score collect at the same times on working days in the org's timezone, whatever the machine's is. The
    crontab and the timer hold this machine's paths; the workflow holds none.
    """
    from orgtp.model.timetable import timetable
    from orgtp.render.schedule import Place, schedule_text

    here = opened(org, whole=False)
    options = (*(("--by", here.staff.org.seat(by).id) if by else ()), *(("--push",) if _is_sent(here) else ()))
    place = Place(str(here.root), str(Path(sys.argv[0]).absolute()), here.head.id, options)
    write(schedule_text(kind, timetable(times, here.head.zone), place))
    return 0


def _is_sent(here: OpenOrg) -> bool:
    """Whether there is somewhere to send commits to, by an address that orgtp speaks to."""
    try:
        return here.has_remote
    except OrgtpError:
        return False
