"""Rules about seats, retirement records and escalations in one commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from orgtp.audit.model import AuditNote, CommitChanges, TreeChange, Violation
from orgtp.audit.rules.scores import NOT_FILES, find_first_difference
from orgtp.model.org import Org
from orgtp.model.records.kinds import RECORD_FILES, RECORD_FOLDERS, SCORE, Growth, RecordKind, find_kind_of_file
from orgtp.model.results import WrongResult
from orgtp.model.seat import retirement_path

_FILE = re.compile(r"seats/([a-z][a-z0-9-]{0,62})\.yaml")
# The top-level names below which everything must be a plain file or a folder.
_TOPS = frozenset({"seats", "policy", *RECORD_FOLDERS})
Read = Callable[[str | None], bytes | None]
DELETED, REUSED, ODD, ORG_REMOVED = "seat-deleted", "id-reused", "not-a-file", "org-removed"
RESULTS = "retirement-results-wrong"
MALFORMED = "tree-malformed"
_RIGHT_RESULT = (
    "A record never changes. An approver can say what is right: "
    "orgtp audit explain COMMIT --reason TEXT --decided-by SEAT"
)
_REPAIR_TREE = (
    "Find out who made the commit, and with which program. Repair the tree in a new commit: git fsck --strict"
)
_RESTORE = "Restore the file, and retire the seat: orgtp retire {seat} --to HEIR"


def check_against_parent(
    changes: CommitChanges, entries: list[TreeChange], before: Org, after: Org, read: Read
) -> Iterator[Violation]:
    """Check the changes of a commit against one parent. `read` returns a content by its id, or None if missing."""
    for entry in entries:
        if entry.new_mode in NOT_FILES:
            if not _must_be_file(entry.path):
                continue
            what = NOT_FILES[str(entry.new_mode)]
            yield changes.violation(
                ODD, f"{entry.path} became {what}", path=entry.path, before=entry.old_mode, after=entry.new_mode
            )
        elif entry.path == "org.yaml" and entry.new is None:
            yield changes.violation(ORG_REMOVED, "org.yaml was removed", path=entry.path, before=entry.old)
        elif match := _FILE.fullmatch(entry.path):
            yield from _check_seat(changes, entry, match[1], before, after)
        elif (kind := find_kind_of_file(entry.path)) and entry.old:
            yield from _check_record(kind, changes, entry, (before, after), read)


def _must_be_file(path: str) -> bool:
    """Whether a path must be a plain file or a folder. Score files have rules of their own, in scores.py."""
    if path == "org.yaml" or path in RECORD_FILES:
        return True
    return path.partition("/")[0] in _TOPS and find_kind_of_file(path) is not SCORE


def _check_record(
    kind: RecordKind, changes: CommitChanges, entry: TreeChange, orgs: tuple[Org, Org], read: Read
) -> Iterator[Violation]:
    """Check that a record only grew. What a KEYS record says may change, and LINES are checked in `line_files`."""
    if kind.growth is Growth.EVENTS:
        yield from _check_events(kind, changes, entry, orgs)
    elif kind.growth is Growth.FIXED:
        how = "removed" if entry.new is None else "changed"
        hint = f"A committed record must not change. Restore it: git checkout COMMIT^ -- {entry.path}"
        message = f"the {_name_record(kind, entry.path)} was {how}"
        yield changes.violation(kind.audit_rule, message, path=entry.path, hint=hint, **_describe_change(entry, read))


def _check_events(
    kind: RecordKind, changes: CommitChanges, entry: TreeChange, orgs: tuple[Org, Org]
) -> Iterator[Violation]:
    """Check that events were only added to a record, and that its subject did not change."""
    key = kind.find_key(entry.path)
    old, new = (getattr(org, kind.attribute).get(key) for org in orgs)
    if old is None or (new is not None and kind.may_become(old, new)):
        return
    how = "were removed" if entry.new is None else "can no longer be read" if new is None else "were changed"
    hint = f"Restore the file, and add what happened as a new event: git checkout COMMIT^ -- {entry.path}"
    facts = {"before": entry.old, "after": entry.new}
    message = f"events of the {kind.title} {key} {how}"
    yield changes.violation(kind.audit_rule, message, path=entry.path, hint=hint, **facts)


def _name_record(kind: RecordKind, path: str) -> str:
    """`retirement record of jeff`, or `review 2026-W48`."""
    return f"{kind.title} {'of ' if kind.seat_in_key else ''}{kind.find_key(path)}"


def _describe_change(entry: TreeChange, read: Read) -> dict[str, Any]:
    """Describe the change: the first line that differs, or the modes or ids before and after."""
    if entry.old == entry.new:
        return {"before": entry.old_mode, "after": entry.new_mode}
    old, new = read(entry.old), read(entry.new)
    both = old is not None and new is not None
    return find_first_difference(old or b"", new or b"") if both else {"before": entry.old, "after": entry.new}


def _check_seat(changes: CommitChanges, entry: TreeChange, seat: str, before: Org, after: Org) -> Iterator[Violation]:
    if entry.new is None:
        if seat not in after.retirements:
            hint = _RESTORE.format(seat=seat)
            message = f"the seat {seat} was deleted, not retired"
            yield changes.violation(DELETED, message, path=entry.path, before=entry.old, hint=hint)
        return
    yield from _check_reinstated(changes, entry, seat, before, after)


def _check_reinstated(
    changes: CommitChanges, entry: TreeChange, seat: str, before: Org, after: Org
) -> Iterator[Violation]:
    """Check that a retired seat was not added again or made active again."""
    if seat in before.retirements and entry.old is None:
        yield _make_reused_violation(changes, entry, f"{seat} was retired, but a seat with this id was added")
        return
    old, new = before.seats.get(seat), after.seats.get(seat)
    over = (old is not None and old.is_retired) or seat in before.retirements
    if over and new is not None and not new.is_retired:
        yield _make_reused_violation(
            changes, entry, f"{seat} was retired, but is {new.status} again", before="retired", after=new.status
        )


def make_reused_id_violation(changes: CommitChanges, entry: TreeChange, seat: str, commit: str) -> Violation:
    """Make the violation for a new seat with the id of one whose file was removed in `commit`."""
    return _make_reused_violation(
        changes, entry, f"the id {seat} belonged to an earlier seat, which was removed in commit {commit[:10]}"
    )


def _make_reused_violation(changes: CommitChanges, entry: TreeChange, message: str, **facts: str) -> Violation:
    hint = f"Ids are never reused ({retirement_path('SEAT')} records the earlier seat). Add a seat with another id."
    return changes.violation(REUSED, message, path=entry.path, hint=hint, **facts)


def note_moved_ledger(changes: CommitChanges, before: Org, after: Org) -> Iterator[AuditNote]:
    """Note that org.yaml names another ledger branch from this commit on."""
    if changes.own_changes["org.yaml"].old and changes.own_changes["org.yaml"].new and before.branch != after.branch:
        what = f"from here on, org.yaml names {after.branch} as the ledger branch; before, it named {before.branch}"
        yield AuditNote(what, changes.commit.id)


def check_tree_shapes(changes: CommitChanges, faults: Iterable[tuple[str, str]]) -> Iterator[Violation]:
    """Report the entries of a commit's trees that git never writes: each path, and what is wrong with it."""
    for path, what in faults:
        message = f"its tree is not one that git writes, so commands show different files: {what}"
        yield changes.violation(MALFORMED, message, path=path, hint=_REPAIR_TREE)


def check_results(changes: CommitChanges, path: str, wrong: Iterable[WrongResult]) -> Iterator[Violation]:
    """Report the results of a new retirement record that are not what the scores were then."""
    for one in wrong:
        yield changes.violation(
            RESULTS, one.message, path=path, before=one.found or None, after=one.stated, hint=_RIGHT_RESULT
        )


def find_seat_of_file(path: str) -> str:
    """Return the seat whose file the path is; "" if it is not a seat file."""
    match = _FILE.fullmatch(path)
    return match[1] if match else ""
