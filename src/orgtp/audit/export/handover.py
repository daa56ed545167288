"""What an auditor is handed: the ledger itself as a bundle, a checkpoint, and what was made of them to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from orgtp.audit.checkpoint import Checkpoint, identify_checkpoint_signer, make_checkpoint
from orgtp.audit.export.bundle import write_bundle
from orgtp.audit.export.report import AuditReport, ReportCheckpoint
from orgtp.git.ancestry import count
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import NoSigningKey
from orgtp.git.tree import walk_of
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH


class NoExportKey(NoSigningKey):
    """Nobody says which key to sign the checkpoint of an export with."""

    text = f"{NoSigningKey.text}. Or go without: --unsigned, and then nothing outside vouches for the export"


@dataclass(frozen=True, slots=True)
class ExportContents:
    """A dossier with its checkpoint, and the files of an export that are not made of it."""

    dossier: AuditReport
    files: Mapping[str, Iterable[bytes]]


def make_export_checkpoint(repo: Repo, origin: str, tip: str, key: str, *, unsigned: bool) -> Checkpoint:
    """Where the history of `tip` stands, signed unless it is to be `unsigned`. Raises `NoKeyToExport` and others."""
    if unsigned:
        return Checkpoint(origin, count(repo, tip), tip, "")
    try:
        return make_checkpoint(repo, origin, tip, key)
    except NoSigningKey as error:
        raise NoExportKey from error


def collect_export(repo: Repo, found: AuditReport, made: Checkpoint) -> ExportContents:
    """The dossier and the files, the bundle among them as a stream that raises `NotWhole` where it ends early."""
    signers = walk_of(repo, found.head).files([ALLOWED_SIGNERS_PATH]).get(ALLOWED_SIGNERS_PATH)
    files: dict[str, Iterable[bytes]] = {
        "ledger.bundle": write_bundle(repo, found.branch, found.head),
        "checkpoint.txt": [made.text.encode()] if made.armored else [made.signed_lines],
    }
    if signers is not None:
        files["allowed_signers"] = [signers]
    return ExportContents(replace(found, checkpoint=_report_checkpoint(repo, made, signers=signers is not None)), files)


def _report_checkpoint(repo: Repo, made: Checkpoint, *, signers: bool) -> ReportCheckpoint:
    known = identify_checkpoint_signer(repo, made.head, made) if made.armored else None
    fingerprint, seat = (known.fingerprint, known.seat or None) if known else (None, None)
    return ReportCheckpoint(made.origin, made.commits, made.head, fingerprint, seat, signers)
