"""`orgtp sync`: exchange commits with the remote, or say what waits here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import DryRunOption, JsonOption, OrgOption
from orgtp.cli.session import open_chosen_org, write_json, write_stderr, write_stdout

if TYPE_CHECKING:
    from orgtp.api import OrgHandle

_HELD = 1


def sync_commits(
    status: Annotated[
        bool, typer.Option("--status", help="Only say what waits here: the outbox, and commits not sent yet.")
    ] = False,
    org: OrgOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Write what waits, fetch, put our commits after the remote's, and send them. Nothing is ever forced.

    What only we have is made anew on what is there, so that history stays one line; where both sides changed the same
    thing, nothing is touched and the thing is named. Exit code 75: later, nothing is lost.
    """
    here = open_chosen_org(org, whole=False)
    return _show_sync_status(here, json=json) if status else _run_sync(here, dry_run=dry_run, json=json)


def _run_sync(here: OrgHandle, *, dry_run: bool, json: bool) -> int:
    from orgtp.sync.text import format_sync, list_waiting_scores

    done = here.ledger.sync(dry_run=dry_run)
    if json:
        body = {
            "commit": None if dry_run else done.commit,
            "paths": list(done.paths),
            "outbox": bool(done.held),
            "dry_run": dry_run,
            "remote": done.remote or None,
            "branch": done.branch,
            "received": done.received,
            "remade": dict(done.remade),
            "sent": done.sent,
            "waiting": list_waiting_scores(done.held),
        }
        write_json("sync", here, body)
    else:
        write_stdout(format_sync(done, dry_run=dry_run))
    if done.behind:
        write_stderr(f"the work tree could not follow: {done.behind}")
    for lot in done.held:
        write_stderr(f"still in the outbox ({lot.path}): {lot.held or 'it could not be written'}")
    return _HELD if any(lot.held for lot in done.held) else 0


def _show_sync_status(here: OrgHandle, *, json: bool) -> int:
    from orgtp.render.terminal import detect_screen
    from orgtp.sync.text import format_sync_status, sync_status_json

    found = here.ledger.sync_status()
    if json:
        write_json("sync-status", here, sync_status_json(found))
    else:
        write_stdout(format_sync_status(found, detect_screen()))
    return 0
