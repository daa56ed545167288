"""Follow audit/explained.jsonl through the history: lines are only added, and each counts if an approver decided it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from orgtp.audit.model import Audit, AuditNote, CommitChanges, ExplainedViolation, TreeChange, Violation
from orgtp.audit.rules.line_files import check_lines
from orgtp.audit.snapshot import BlobCache, CommitSnapshot
from orgtp.files.explanation import parse_explanation
from orgtp.model.errors import BadInput
from orgtp.model.explanation import EXPLAINED_PATH, Explanation

_FILE_MODES = ("100644", "100755")
_SHORT, _MOST_PATHS = 10, 5


@dataclass
class ExplanationAudit:
    """The explanations of one history so far, each with the commit that added it. `notes` are those of this run only.

    `found` is what counts: an approver of the org before the commit decided it, and the commit itself is in order.
    """

    blobs: BlobCache
    found: list[tuple[Explanation, str]] = field(default_factory=list)
    notes: list[AuditNote] = field(default_factory=list)

    def check_changes(self, changes: CommitChanges, path: str) -> Iterator[Violation]:
        """Find lines that a commit removed or changed, and those that a merge lost or made up. Raises `GitFailed`."""
        rows = [entries.get(path) for entries in changes.against]
        entry = next((row for row in rows if row), None)
        if entry:
            result = self._read_new(entry)
            # A parent without a row has the same content.
            parents = [self._read(row.old, row.old_mode) if row else result for row in rows]
            yield from check_lines(changes, entry, parents, result)

    def add_new(self, changes: CommitChanges, before: Sequence[CommitSnapshot], *, in_order: bool) -> None:
        """Add the explanations of a commit that counts (`in_order`: it has no violation). Raises `GitFailed`."""
        rows = [entries[EXPLAINED_PATH] for entries in changes.against if EXPLAINED_PATH in entries]
        if len(rows) < len(changes.against):
            return
        old = [self._read(entry.old, entry.old_mode) for entry in rows]
        # In a merge, new lines may be anywhere. Otherwise they are at the end, and may repeat an earlier line.
        known = {line for raw in old for line in raw.split(b"\n")} if changes.is_merge else set()
        begin = 0 if changes.is_merge else old[0].count(b"\n")
        approvers = {seat for snapshot in before for seat in snapshot.org.policy_approvers}
        for number, line in enumerate(self._read_new(rows[0]).split(b"\n"), 1):
            if not line or number <= begin or line in known:
                continue
            one, why = parse_explanation(line, number)
            if one and one.decided_by not in approvers:
                why = f"{one.decided_by} is not an approver"
            why = why or ("" if in_order else "its commit violates the rules")
            if one and not why:
                self.found.append((one, changes.commit.id))
            else:
                self.notes.append(
                    AuditNote(f"line {number} of {EXPLAINED_PATH} does not count: {why}", changes.commit.id)
                )

    def split_violations(self, violations: Sequence[Violation]) -> tuple[list[Violation], list[ExplainedViolation]]:
        """Split violations into those that nobody explained, and those that an approver did."""
        by_subject = {one.subject: (one, commit) for one, commit in reversed(self.found)}
        left: list[Violation] = []
        explained: list[ExplainedViolation] = []
        for violation in violations:
            known = by_subject.get((violation.commit, violation.rule, violation.path))
            if known:
                explained.append(ExplainedViolation(violation, *known))
            else:
                left.append(violation)
        return left, explained

    def _read(self, oid: str | None, mode: str | None) -> bytes:
        return self.blobs.read_blob(oid) if oid and mode in _FILE_MODES else b""

    def _read_new(self, entry: TreeChange) -> bytes:
        return self._read(entry.new, entry.new_mode)


def select_violations(found: Audit, commit: str, path: str | None) -> list[Violation]:
    """Select the violations of a commit to explain: those of `path`, or of the one file or none that they are about.

    Raises `BadInput` if there are none, or if it is unclear which ones are meant.
    """
    path = path.removeprefix("./") if path is not None else None
    of_commit = [one for one in found.violations if one.commit == commit]
    short, where = commit[:_SHORT], f" in {path}" if path else ""
    fit = of_commit if path is None else [one for one in of_commit if one.path == path]
    if not fit:
        known = [
            one for one in found.explained if one.violation.commit == commit and path in {None, one.violation.path}
        ]
        if known:
            said = known[0].explanation
            what = f"the violation of {short}{where} is already explained by {said.decided_by}: {said.reason}"
            raise BadInput(what=what)
        raise BadInput(what=f"the audit finds no violation of {short}{where}. List all: orgtp audit verify")
    paths = list(dict.fromkeys(one.path for one in fit))
    if len(paths) > 1 and "" not in paths:
        what = f"{short} has violations in {len(paths)} files. Name one of them: {', '.join(paths[:_MOST_PATHS])}"
        raise BadInput(what=what)
    return [one for one in fit if one.path == ("" if "" in paths else paths[0])]
