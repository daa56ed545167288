"""The rule about audit/explained.jsonl: lines are only added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.audit.rules.merged_lines import MergedLines
from orgtp.audit.rules.scores import NOT_FILES, find_first_difference

CHANGED = "explanation-changed"
_KEEP = "Restore the file: git checkout COMMIT^ -- audit/explained.jsonl. A line that was lost no longer counts."


def check_lines(
    changes: CommitChanges, entry: TreeChange, parents: Sequence[bytes], result: bytes
) -> Iterator[Violation]:
    """Find out whether a commit changed or removed lines that a parent has, or a merge has lines that no parent has."""
    facts = {"path": entry.path, "hint": _KEEP}
    if entry.new is None or entry.new_mode in NOT_FILES:
        how = "was deleted" if entry.new is None else f"became {NOT_FILES[str(entry.new_mode)]}"
        yield changes.violation(CHANGED, f"{entry.path} {how}", before=entry.old_mode, after=entry.new_mode, **facts)
        return
    if not changes.is_merge:
        if not result.startswith(parents[0]):
            what = f"lines of {entry.path} were changed or removed"
            yield changes.violation(CHANGED, what, **find_first_difference(parents[0], result), **facts)
        return
    merged = MergedLines([raw.splitlines() for raw in parents], result.splitlines())
    if any(map(merged.find_first_lost, merged.parents)) or list(merged.find_added()):
        what = f"the merge has other lines in {entry.path} than its parents"
        yield changes.violation(CHANGED, what, before=entry.old, after=entry.new, **facts)
