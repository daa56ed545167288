"""What may become of seats and of retirement records in one commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from orgtp.audit.model import AuditNote, CommitChanges, TreeChange, Violation
from orgtp.audit.rules.scores import find_first_difference
from orgtp.model.escalation import ESCALATIONS_FOLDER
from orgtp.model.org import Org
from orgtp.model.seat import retirement_path

_FILE = re.compile(r"(seats|retirements)/([a-z][a-z0-9-]{0,62})\.yaml")
# All that must be a file, or a folder of files; what may become of a month of values is in audit_scores.py.
_OURS = re.compile(
    r"org\.yaml|(?:seats|retirements|policy|scores|escalations)(?!/[^/]+/[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl\Z)(?:/.*)?",
    re.DOTALL,
)
Read = Callable[[str | None], bytes | None]
_ODD = {"120000": "a symbolic link", "160000": "a submodule"}
RECORD, DELETED, REUSED, ODD, HEADLESS = (
    "retirement-changed",
    "seat-deleted",
    "id-reused",
    "not-a-file",
    "org-removed",
)
MALFORMED, UNTOLD = "tree-malformed", "escalation-rewritten"
_RESTORE = "Bring the file back as it was, and retire the seat: orgtp retire {seat} --to HEIR"


def check_against_parent(
    deed: CommitChanges, entries: list[TreeChange], before: Org, after: Org, read: Read
) -> Iterator[Violation]:
    """What a commit did to seats and records against one parent. `read` gives a content by its id, if it is here."""
    for entry in entries:
        if entry.new_mode in _ODD:
            if not _OURS.fullmatch(entry.path):
                continue
            what = _ODD[str(entry.new_mode)]
            yield deed.violation(
                ODD, f"{entry.path} became {what}", path=entry.path, before=entry.old_mode, after=entry.new_mode
            )
        elif entry.path == "org.yaml" and entry.new is None:
            yield deed.violation(
                HEADLESS, "org.yaml is gone, and with it what the org is", path=entry.path, before=entry.old
            )
        elif match := _FILE.fullmatch(entry.path):
            yield from (
                _check_seat(deed, entry, match[2], before, after)
                if match[1] == "seats"
                else _check_retirement(deed, entry, match[2], read)
            )
        elif entry.path.startswith(ESCALATIONS_FOLDER) and entry.old:
            yield from _check_escalation(deed, entry, before, after)


def _check_escalation(deed: CommitChanges, entry: TreeChange, before: Org, after: Org) -> Iterator[Violation]:
    """What happened to an escalation is only added to, and what it was opened about stays."""
    id_ = entry.path.removeprefix(ESCALATIONS_FOLDER).removesuffix(".yaml")
    old, new = before.escalations.get(id_), after.escalations.get(id_)
    if old is None or (new is not None and old.may_become(new)):
        return
    how = "was removed" if entry.new is None else "cannot be read any more" if new is None else "says otherwise now"
    hint = f"Bring it back, and settle it: git checkout COMMIT^ -- {entry.path}"
    facts = {"before": entry.old, "after": entry.new}
    yield deed.violation(UNTOLD, f"what happened to the escalation {id_} {how}", path=entry.path, hint=hint, **facts)


def _check_retirement(deed: CommitChanges, entry: TreeChange, seat: str, read: Read) -> Iterator[Violation]:
    """Records are added, and that is all."""
    if entry.old is None:
        return
    how = "removed" if entry.new is None else "changed"
    hint = f"It never changes once it is committed. Bring it back: git checkout COMMIT^ -- {entry.path}"
    yield deed.violation(
        RECORD,
        f"the retirement record of {seat} was {how}",
        path=entry.path,
        hint=hint,
        **_describe_change(entry, read),
    )


def _describe_change(entry: TreeChange, read: Read) -> dict[str, Any]:
    """What was there and what is there now: of a content, the first line that differs."""
    if entry.old == entry.new:
        return {"before": entry.old_mode, "after": entry.new_mode}
    old, new = read(entry.old), read(entry.new)
    both = old is not None and new is not None
    return find_first_difference(old or b"", new or b"") if both else {"before": entry.old, "after": entry.new}


def _check_seat(deed: CommitChanges, entry: TreeChange, seat: str, before: Org, after: Org) -> Iterator[Violation]:
    if entry.new is None:
        if seat not in after.retirements:
            hint = _RESTORE.format(seat=seat)
            message = f"the seat {seat} was deleted, not retired"
            yield deed.violation(DELETED, message, path=entry.path, before=entry.old, hint=hint)
        return
    yield from _check_reinstated(deed, entry, seat, before, after)


def _check_reinstated(
    deed: CommitChanges, entry: TreeChange, seat: str, before: Org, after: Org
) -> Iterator[Violation]:
    """A seat whose life was over is there again."""
    if seat in before.retirements and entry.old is None:
        yield _reused_violation(deed, entry, f"{seat} was retired, and a seat of that id is added")
        return
    old, new = before.seats.get(seat), after.seats.get(seat)
    over = (old is not None and old.is_retired) or seat in before.retirements
    if over and new is not None and not new.is_retired:
        yield _reused_violation(
            deed, entry, f"{seat} was retired, and is {new.status} again", before="retired", after=new.status
        )


def reused_id(deed: CommitChanges, entry: TreeChange, seat: str, commit: str) -> Violation:
    """A seat is added whose id an earlier one had, whose file went in `commit`."""
    return _reused_violation(deed, entry, f"{seat} was a seat before, until commit {commit[:10]}")


def _reused_violation(deed: CommitChanges, entry: TreeChange, message: str, **facts: str) -> Violation:
    hint = f"An id is never used again ({retirement_path('SEAT')} keeps the old one): add a seat with another id."
    return deed.violation(REUSED, message, path=entry.path, hint=hint, **facts)


def note_moved_ledger(deed: CommitChanges, before: Org, after: Org) -> Iterator[AuditNote]:
    """Another branch is the ledger from here on: whoever looks at the old one sees no more of it."""
    if deed.own_changes["org.yaml"].old and deed.own_changes["org.yaml"].new and before.branch != after.branch:
        what = f"from here on, org.yaml calls {after.branch} the ledger branch; before, that was {before.branch}"
        yield AuditNote(what, deed.commit.id)


def check_duplicates(deed: CommitChanges, paths: Iterable[str]) -> Iterator[Violation]:
    """Paths that a commit's tree has twice."""
    for path in paths:
        message = f"its tree has {path} twice: git shows the one here and the other there"
        yield deed.violation(
            MALFORMED, message, path=path, hint="Make the tree anew with one of them. See: git fsck --strict"
        )


def seat_of_file(path: str) -> str:
    """The seat whose file the path is; "" where it is none's."""
    match = _FILE.fullmatch(path)
    return match[2] if match and match[1] == "seats" else ""
