"""The rule about files to which lines are only added, such as audit/explained.jsonl. Values have their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.audit.rules.merged_lines import MergedLines
from orgtp.audit.rules.scores import NOT_FILES, find_first_difference
from orgtp.model.records.kinds import SCORE, find_kind, find_kind_of_file


def is_line_file(path: str) -> bool:
    """Whether a path has lines that are only added, and no audit of its own."""
    kind = find_kind_of_file(path)
    return kind is not None and kind.is_lines and kind is not SCORE


def check_lines(
    changes: CommitChanges, entry: TreeChange, parents: Sequence[bytes], result: bytes
) -> Iterator[Violation]:
    """Find out whether a commit changed or removed lines that a parent has, or a merge has lines that no parent has."""
    kind = find_kind(entry.path)
    rule = kind.audit_rule if kind else ""
    hint = f"Restore the file: git checkout COMMIT^ -- {entry.path}. A line that was lost no longer counts."
    facts = {"path": entry.path, "hint": hint}
    if entry.new is None or entry.new_mode in NOT_FILES:
        how = "was deleted" if entry.new is None else f"became {NOT_FILES[str(entry.new_mode)]}"
        yield changes.violation(rule, f"{entry.path} {how}", before=entry.old_mode, after=entry.new_mode, **facts)
        return
    if not changes.is_merge:
        if not result.startswith(parents[0]):
            what = f"lines of {entry.path} were changed or removed"
            yield changes.violation(rule, what, **find_first_difference(parents[0], result), **facts)
        return
    merged = MergedLines([raw.splitlines() for raw in parents], result.splitlines())
    if any(map(merged.find_first_lost, merged.parents)) or list(merged.find_added()):
        what = f"the merge has other lines in {entry.path} than its parents"
        yield changes.violation(rule, what, before=entry.old, after=entry.new, **facts)
