"""Verify that the history of an org is intact, and export it for an auditor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orgtp.history.locate import NoGit, OrgSnapshot, locate_org
from orgtp.lazy_dataclass import dataclass

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from orgtp.audit.checkpoint import Checkpoint, CheckpointSigner
    from orgtp.audit.export.report import AuditReport
    from orgtp.audit.guarantees import Guarantee
    from orgtp.audit.model import Audit, Violation
    from orgtp.git.repo import Repo
    from orgtp.ledger.batch import RecordedChange


@dataclass(frozen=True)
class AuditQueries:
    """The audit of one org's ledger branch."""

    snapshot: OrgSnapshot

    def verify(
        self, *, full: bool = False, checkpoints: Mapping[str, bytes] | None = None, signers: Path | None = None
    ) -> tuple[Audit, list[Guarantee]]:
        """Verify that the history is intact, and list what that guarantees; see docs/audit.md.

        Commits that were verified earlier are skipped unless `full`. `checkpoints` are externally stored checkpoints by
        the name to use in errors; `signers` is a file of their allowed signers. Raises `NoGit`, `BadInput` for an
        invalid checkpoint, and `NoLedger` if the ledger branch does not exist in this clone.
        """
        from orgtp.audit.checkpoint import parse_checkpoint
        from orgtp.audit.evidence import ExternalEvidence, check_evidence
        from orgtp.audit.guarantees import list_guarantees
        from orgtp.audit.verify import audit_history, ledger_tip

        repo, branch = self._repo, self.snapshot.head.branch
        origin = f"{self.snapshot.head.id}/{branch}"
        outside = ExternalEvidence(
            [parse_checkpoint(raw, name, origin) for name, raw in (checkpoints or {}).items()], signers
        )
        found = audit_history(repo, branch, ledger_tip(repo, branch), self.snapshot.now, full=full)
        found = check_evidence(repo, branch, found, outside)
        return found, list_guarantees(found)

    if not TYPE_CHECKING:

        def __call__(self, **options: object) -> object:
            """Verify as `org.audit()` did in 0.1, with a `DeprecationWarning`."""
            import warnings

            warnings.warn("org.audit() is now org.audit.verify()", DeprecationWarning, stacklevel=2)
            return self.verify(**options)

    def explain(
        self,
        commit: str,
        path: str | None = None,
        *,
        reason: str,
        decided_by: str = "",
        by: str = "",
        dry_run: bool = False,
    ) -> tuple[RecordedChange, list[Violation]]:
        """Record that violations of a commit are explained, and return the change and these violations.

        `path` is the file that they are about. Without it: those that are about no file, else all if they are about the
        same one. Raises `BadInput` if there is no such violation, `Refused` if `decided_by` may not decide, and what
        `verify` raises.
        """
        from orgtp.actions.explain import ExplainRequest, explain_violations
        from orgtp.api.ledger import LedgerActions
        from orgtp.audit.explanations import select_violations
        from orgtp.audit.verify import audit_history, ledger_tip

        ledger = LedgerActions(self.snapshot)
        repo, branch = ledger.writable_repo, self.snapshot.head.branch
        found = audit_history(repo, branch, ledger_tip(repo, branch), self.snapshot.now)
        chosen = select_violations(found, repo.require_commit(commit), path)
        subjects = [(one.rule, one.path) for one in chosen]
        request = ExplainRequest(chosen[0].commit, subjects, reason, decided_by, ledger.find_acting_seat(by))
        done = ledger.record(lambda org: explain_violations(org, request, self.snapshot.now), dry_run=dry_run)
        return done, chosen

    def checkpoint(self, key: str = "") -> tuple[Checkpoint, CheckpointSigner]:
        """Make a checkpoint of the ledger branch, signed with the SSH key `key` or git's, and identify the signer.

        Raises `NoGit`, `NoLedger`, `ShallowClone`, and the errors of signing.
        """
        from orgtp.audit.checkpoint import identify_checkpoint_signer, make_checkpoint
        from orgtp.audit.verify import ledger_tip

        if self.snapshot.repo is None:
            raise NoGit.at(self.snapshot.root, self.snapshot.head.branch)
        branch = self.snapshot.head.branch
        tip = ledger_tip(self.snapshot.repo, branch)
        made = make_checkpoint(self.snapshot.repo, f"{self.snapshot.head.id}/{branch}", tip, key)
        return made, identify_checkpoint_signer(self.snapshot.repo, tip, made)

    def report(self, *, full: bool = False) -> AuditReport:
        """Return the auditor's report: the org at the ledger's newest commit, and what `verify` finds.

        Raises `ShallowClone` if this clone does not have the full history, and what `verify` raises.
        """
        from orgtp.audit.export.history_stats import count_history, incomplete_history
        from orgtp.audit.export.line_origin import find_origins
        from orgtp.audit.export.report import AuditInput, build_report
        from orgtp.audit.guarantees import list_guarantees
        from orgtp.git.errors import GitFailed

        # What this clone saw earlier proves nothing to the recipient of the report.
        found = replace(self.verify(full=full)[0], confirmed_evidence=())
        repo, then = self._repo, locate_org(self.snapshot.root, found.head, self.snapshot.now)
        try:
            self.snapshot.note_unread(found.head, then.loaded.problems)
            history = count_history(repo, found.head, {violation.commit for violation in found.violations})
            origin = find_origins(repo, found.head, then.loaded)
        except GitFailed as error:
            raise incomplete_history(error) from error
        return build_report(then.loaded.org, AuditInput(found, list_guarantees(found), history), then.now, origin)

    def export(
        self,
        out: Path | IO[bytes],
        *,
        key: str = "",
        unsigned: bool = False,
        full: bool = False,
        force: bool = False,
    ) -> AuditReport:
        """Write the zip file for an auditor atomically, and return its report.

        Its checkpoint is signed as in `checkpoint`, unless `unsigned`. Raises `OutputExists`, `NoExportKey`, and what
        `report` and `checkpoint` raise.
        """
        from orgtp.audit.export.files import export_files
        from orgtp.audit.export.handover import collect_export
        from orgtp.audit.export.zip import save_zip
        from orgtp.files.output import refuse_existing

        if isinstance(out, Path) and not force:
            refuse_existing(out)
        made = self._make_checkpoint(key, unsigned=unsigned)
        found = self.report(full=full)
        # The ledger may have grown in the meantime.
        made = made if made.head == found.head else self._make_checkpoint(key, unsigned=unsigned, commit=found.head)
        contents = collect_export(self._repo, found, made)
        save_zip(out, found.at, {**export_files(contents.report), **contents.files}, force=force)
        return contents.report

    def _make_checkpoint(self, key: str, *, unsigned: bool, commit: str = "") -> Checkpoint:
        """Make a checkpoint of the ledger branch at its tip or at a commit, signed or not."""
        from orgtp.audit.export.handover import make_export_checkpoint
        from orgtp.audit.verify import ledger_tip

        branch = self.snapshot.head.branch
        tip = commit or ledger_tip(self._repo, branch)
        return make_export_checkpoint(self._repo, f"{self.snapshot.head.id}/{branch}", tip, key, unsigned=unsigned)

    @property
    def _repo(self) -> Repo:
        if self.snapshot.repo is None:
            raise NoGit.at(self.snapshot.root, self.snapshot.head.branch)
        return self.snapshot.repo
