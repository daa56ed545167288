"""Notify people whom a change assigned an escalation to."""

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
        help="The addresses to notify. Default: ORGTP_NOTIFY, or ~/.config/orgtp/notify.yaml.",
    ),
]


def notify_people(handle: OrgHandle, done: RecordedChange, notify: Path | None = None) -> None:
    """Notify the people whom a recorded change assigns an escalation to.

    A failed notification is reported and does not change the exit code. An unrecorded change notifies nobody.
    """
    if done.commit is None:
        return
    from orgtp.api import build_notifications, send_notifications

    for why in send_notifications(build_notifications(handle.staff.org, done), notify):
        write_stderr(f"recorded, but {why}")
