"""The result of a sync and its status, as text and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from orgtp.model.score import format_timestamp
from orgtp.model.text import count_noun
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import Screen, align_columns, render_lines, safe_text

if TYPE_CHECKING:
    from orgtp.ledger.outbox import QueuedScores
    from orgtp.sync.status import SyncStatus
    from orgtp.sync.sync import SyncResult

_SHORT = 10


def format_sync(done: SyncResult, *, dry_run: bool) -> str:
    """Format the result as one line: the new tip, and how many commits were received and sent."""
    if not done.remote:
        return f"{done.commit[:_SHORT]} {done.branch}: no remote, nothing to sync\n"
    parts = [
        f"{count_noun(done.received, 'commit')} received" if done.received else "",
        f"{count_noun(done.sent, 'commit')} sent{' after them' if done.rewritten else ''}" if done.sent else "",
    ]
    what = ", ".join(part for part in parts if part) or "already up to date"
    would = "dry run, nothing changed. A sync would do this: " if dry_run else ""
    return render_lines([safe_text(f"{done.commit[:_SHORT]} {done.branch} at {done.remote}: {would}{what}")], Screen())


def list_waiting_scores(entries: Iterable[QueuedScores]) -> list[dict[str, Any]]:
    """List the queued records as rows. `why`: the reason for queueing. `held`: why a record was rejected."""
    return [
        {
            "id": score.id,
            "at": format_timestamp(score.at),
            "seat": score.seat,
            "metric": score.metric,
            "period": score.period,
            "value": score.value,
            "void": score.void,
            "by": entry.by,
            "note": score.note,
            "why": entry.why,
            "held": entry.rejected_because,
        }
        for entry in entries
        for score in entry.scores
    ]


def sync_status_json(found: SyncStatus) -> dict[str, Any]:
    """Return the JSON of `sync --status`."""
    return {
        "remote": found.remote or None,
        "branch": found.branch,
        "commit": found.tip or None,
        "seen": found.seen,
        "outbox": bool(found.waiting),
        "waiting": list_waiting_scores(found.waiting),
        "unreadable": found.unreadable,
        "unsent": [{"commit": commit.id, "subject": commit.subject} for commit in found.unsent],
        "unfinished": found.unfinished,
        "holder": found.holder or None,
        "behind": found.behind,
        "outdated": [{"path": tree.root, "since": tree.since, "why": tree.why} for tree in found.outdated],
        "trouble": found.trouble or None,
    }


def format_sync_status(found: SyncStatus, screen: Screen) -> str:
    """Format the output of `sync --status`."""
    rows = [
        [safe_text(_format_value(row)), safe_text(row["held"] or row["why"])]
        for row in list_waiting_scores(found.waiting)
    ]
    rows += [
        [safe_text(str(entry.path)), safe_text(entry.rejected_because)] for entry in found.waiting if not entry.scores
    ]
    lines = [_format_remote(found)]
    lines += _format_section("in the outbox", rows, screen)
    lines += _format_section(
        "not sent yet", [[safe_text(commit.id[:_SHORT]), safe_text(commit.subject)] for commit in found.unsent], screen
    )
    if not rows:
        lines.append(join_spans("the outbox is empty"))
    if found.remote and not found.unsent:
        lines.append(join_spans("every commit was sent"))
    if found.behind:
        lines.append(join_spans("the remote has newer commits. Get them: orgtp sync"))
    for tree in found.outdated:
        lines.append(join_spans(safe_text(f"the work tree {tree.root} is older than {found.branch}: {tree.why}")))
    if found.outdated:
        lines.append(join_spans("once that is fixed, the next command that writes updates it, for example: orgtp sync"))
    if found.unfinished:
        lines.append(join_spans("the last run was interrupted; the next one completes or undoes it"))
    if found.holder:
        lines.append(join_spans("writing now: ", safe_text(found.holder)))
    return render_lines(lines, screen)


def _format_remote(found: SyncStatus) -> Line:
    if found.trouble:
        return join_spans(safe_text(found.branch, "bold"), ": ", safe_text(found.trouble))
    if not found.remote:
        return join_spans(safe_text(found.branch, "bold"), " has no remote: git remote add origin URL")
    seen = f"last seen at {found.seen[:_SHORT]}" if found.seen else "never seen yet"
    return join_spans(safe_text(found.branch, "bold"), " at ", safe_text(found.remote), f", {seen}")


def _format_section(title: str, rows: list[list[Line]], screen: Screen) -> list[Line]:
    return [join_spans(title), *align_columns(rows, screen, give=1)] if rows else []


def _format_value(row: dict[str, Any]) -> str:
    unknown = "withdrawn" if row["void"] else "unavailable"
    value = f"= {row['value']}" if row["value"] is not None else f"{unknown}: {row['note']}"
    return f"{row['seat']} {row['metric']} {row['period']} {value}"
