"""`orgtp sync`: exchange commits with the remote, or show what is waiting."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import DryRunOption, JsonOption, OrgOption
from orgtp.cli.session import (
    count_unread,
    finish_answer,
    open_chosen_org,
    remember_result,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.records.review import list_twice_reviewed

if TYPE_CHECKING:
    from orgtp.api import OrgHandle
    from orgtp.model.score import Score

_HELD = _UNREADABLE = 1


def sync_commits(
    status: Annotated[
        bool, typer.Option("--status", help="Only show the outbox and the commits that are not pushed yet.")
    ] = False,
    org: OrgOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Exchange commits with the remote.

    Writes queued values, fetches, places our commits after the remote's, and pushes. Never force-pushes. Local commits
    are recreated on top of the remote's, so that the history stays linear. If both sides changed the same thing,
    nothing is merged or pushed, and the conflict is named. Exit code 75: try again later; nothing is lost.
    """
    handle = open_chosen_org(org, to_record=status)
    return _show_sync_status(handle, json=json) if status else _run_sync(handle, dry_run=dry_run, json=json)


def _run_sync(handle: OrgHandle, *, dry_run: bool, json: bool) -> int:
    from orgtp.sync.text import format_sync, list_waiting_scores

    done = handle.ledger.sync(dry_run=dry_run)
    if not dry_run:
        remember_result("the sync is done")
    if json:
        body = {
            "commit": None if dry_run else done.commit,
            "paths": list(done.paths),
            "outbox": bool(done.queued),
            "dry_run": dry_run,
            "remote": done.remote or None,
            "branch": done.branch,
            "received": done.received,
            "remade": dict(done.rewritten),
            "sent": done.sent,
            "waiting": list_waiting_scores(done.queued),
            "left_out": [
                {"local": _record_json(one.local), "remote": _record_json(one.remote), "why": one.text}
                for one in done.left_out
            ],
        }
        write_json("sync", handle, body)
    else:
        write_stdout(format_sync(done, dry_run=dry_run))
    if done.behind and done.behind != handle.outdated_because:
        write_stderr(f"the work tree could not be updated: {done.behind}")
    for entry in done.queued:
        write_stderr(
            f"still in the outbox ({entry.path}): {entry.rejected_because or entry.why or 'it could not be written'}"
        )
    for one in done.left_out:
        write_stderr(one.text)
    for week in list_twice_reviewed(done.paths):
        write_stderr(f"{week} has two reviews, held in two clones, and both are kept. See: orgtp review show {week}")
    is_held = bool(done.left_out) or any(entry.rejected_because for entry in done.queued)
    return finish_answer(handle, _HELD if is_held else 0)


def _record_json(score: Score) -> dict[str, Any]:
    record: dict[str, Any] = jsonlib.loads(score.line)
    return record | {"seat": score.seat}


def _show_sync_status(handle: OrgHandle, *, json: bool) -> int:
    from orgtp.render.terminal import detect_screen
    from orgtp.sync.text import format_sync_status, sync_status_json

    found = handle.ledger.sync_status()
    if json:
        body = sync_status_json(found)
        write_json("sync-status", handle, {**body, "problems_total": count_unread(handle) + len(body["unreadable"])})
    else:
        write_stdout(format_sync_status(found, detect_screen()))
    return finish_answer(handle, _UNREADABLE if not found.tip else int(bool(found.unreadable)))
