"""What every command does that may have put something into somebody's hands: tell them, once it is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.session import write_stderr

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange

NotifyOption = Annotated[
    Path | None,
    typer.Option(
        "--notify",
        metavar="FILE",
        help="Where whom can be told. Default: ORGTP_NOTIFY, else ~/.config/orgtp/notify.yaml.",
    ),
]


def notify_people(here: OrgHandle, done: RecordedChange, notify: Path | None = None) -> None:
    """Tell those whose hands something is in now. What cannot be told is said, and the exit code does not speak of it.

    Nobody is told of what was not recorded.
    """
    if done.commit is None:
        return
    from orgtp.api import build_notifications, send_notifications

    for why in send_notifications(build_notifications(here.staff.org, done), notify):
        write_stderr(f"recorded, but {why}")
