"""Collect the files of an export: the ledger as a bundle, a checkpoint, and the list of signers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from orgtp.audit.checkpoint import Checkpoint, identify_checkpoint_signer, make_checkpoint
from orgtp.audit.export.bundle import write_bundle
from orgtp.audit.export.report import AuditReport, ReportCheckpoint
from orgtp.git.ancestry import count_commits
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import NoSigningKey
from orgtp.git.tree import open_tree, refuse_malformed_commit
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH


class NoExportKey(NoSigningKey):
    """No key is configured to sign the checkpoint of an export."""

    text = f"{NoSigningKey.text}. To export without a signature, add --unsigned; then nobody vouches for the export"


@dataclass(frozen=True, slots=True)
class ExportContents:
    """A report with its checkpoint, and the files of an export that do not derive from the report."""

    report: AuditReport
    files: Mapping[str, Iterable[bytes]]


def make_export_checkpoint(repo: Repo, origin: str, tip: str, key: str, *, unsigned: bool) -> Checkpoint:
    """Make the checkpoint of an export at `tip`. Raises `NoExportKey`, and what `make_checkpoint` raises."""
    if unsigned:
        refuse_malformed_commit(repo, tip)
        return Checkpoint(origin, count_commits(repo, tip), tip, "")
    try:
        return make_checkpoint(repo, origin, tip, key)
    except NoSigningKey as error:
        raise NoExportKey from error


def collect_export(repo: Repo, found: AuditReport, made: Checkpoint) -> ExportContents:
    """Return the report with its checkpoint, and the files. Reading the bundle may raise `IncompleteHistory`."""
    signers = open_tree(repo, found.head).read_files([ALLOWED_SIGNERS_PATH]).get(ALLOWED_SIGNERS_PATH)
    files: dict[str, Iterable[bytes]] = {
        "ledger.bundle": write_bundle(repo, found.branch, found.head),
        "checkpoint.txt": [made.text.encode()] if made.armored else [made.signed_lines],
    }
    if signers is not None:
        files["allowed_signers"] = [signers]
    return ExportContents(
        replace(found, checkpoint=_build_report_checkpoint(repo, made, signers=signers is not None)), files
    )


def _build_report_checkpoint(repo: Repo, made: Checkpoint, *, signers: bool) -> ReportCheckpoint:
    known = identify_checkpoint_signer(repo, made.head, made) if made.armored else None
    fingerprint, seat = (known.fingerprint, known.seat or None) if known else (None, None)
    return ReportCheckpoint(made.origin, made.commits, made.head, fingerprint, seat, signers)
