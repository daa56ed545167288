"""What a sync did, and what waits, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.text import Text

from orgtp.model.score import stamp
from orgtp.model.text import counted
from orgtp.render.terminal import Screen, joined, say, table, text_of

if TYPE_CHECKING:
    from orgtp.ledger.outbox import Lot
    from orgtp.sync.status import SyncStatus
    from orgtp.sync.sync import Exchanged

_SHORT = 10


def exchanged_text(done: Exchanged, *, dry_run: bool) -> str:
    """One line: the new tip, and how many commits came and went."""
    if not done.remote:
        return f"{done.commit[:_SHORT]} {done.branch}: no remote, nothing to exchange\n"
    parts = [
        f"{counted(done.received, 'commit')} received" if done.received else "",
        f"{counted(done.sent, 'commit')} sent{' after them' if done.remade else ''}" if done.sent else "",
    ]
    what = ", ".join(part for part in parts if part) or "nothing new on either side"
    would = "dry run, nothing changed; it would be: " if dry_run else ""
    return text_of([say(f"{done.commit[:_SHORT]} {done.branch} at {done.remote}: {would}{what}")], Screen())


def waiting_rows(lots: Iterable[Lot]) -> list[dict[str, Any]]:
    """The records that wait, each as a row; `held` says why one could not be written."""
    return [
        {
            "id": score.id,
            "at": stamp(score.at),
            "seat": score.seat,
            "metric": score.metric,
            "period": score.period,
            "value": score.value,
            "by": lot.by,
            "note": score.note,
            "why": lot.why,
            "held": lot.held,
        }
        for lot in lots
        for score in lot.scores
    ]


def status_body(found: SyncStatus) -> dict[str, Any]:
    """The JSON of `sync --status`."""
    return {
        "remote": found.remote or None,
        "branch": found.branch,
        "commit": found.tip,
        "seen": found.seen,
        "outbox": bool(found.waiting),
        "waiting": waiting_rows(found.waiting),
        "unsent": [{"commit": made.id, "subject": made.subject} for made in found.unsent],
        "unfinished": found.unfinished,
        "holder": found.holder or None,
        "behind": found.behind,
        "trouble": found.trouble or None,
    }


def status_text(found: SyncStatus, screen: Screen) -> str:
    """What waits here, for people."""
    rows = waiting_rows(found.waiting)
    lines = [_remote(found)]
    lines += _titled("in the outbox", [[say(_value(row)), say(row["held"] or row["why"])] for row in rows], screen)
    lines += _titled("not sent yet", [[say(made.id[:_SHORT]), say(made.subject)] for made in found.unsent], screen)
    if not rows:
        lines.append(Text("the outbox is empty"))
    if found.remote and not found.unsent:
        lines.append(Text("every commit was sent"))
    if found.behind:
        lines.append(Text("the remote has commits that are not here yet: orgtp sync"))
    if found.unfinished:
        lines.append(Text("the last run was killed; the next one finishes or undoes what it began"))
    if found.holder:
        lines.append(joined("writing now: ", say(found.holder)))
    return text_of(lines, screen)


def _remote(found: SyncStatus) -> Text:
    if found.trouble:
        return joined(say(found.branch, "bold"), ": ", say(found.trouble))
    if not found.remote:
        return joined(say(found.branch, "bold"), " has no remote: git remote add origin URL")
    seen = f"last seen at {found.seen[:_SHORT]}" if found.seen else "never seen yet"
    return joined(say(found.branch, "bold"), " at ", say(found.remote), f", {seen}")


def _titled(title: str, rows: list[list[Text]], screen: Screen) -> list[Text]:
    return [Text(title), *table(rows, screen, give=1)] if rows else []


def _value(row: dict[str, Any]) -> str:
    said = f"= {row['value']}" if row["value"] is not None else f"unavailable: {row['note']}"
    return f"{row['seat']} {row['metric']} {row['period']} {said}"
