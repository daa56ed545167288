"""What an auditor is handed: the ledger itself as a bundle, a checkpoint, and what was made of them to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from orgtp.audit.checkpoint import Checkpoint, make, vouched
from orgtp.audit.export.bundle import bundle
from orgtp.audit.export.report import Dossier, DossierCheckpoint
from orgtp.git.ancestry import count
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import NoSigningKey
from orgtp.git.tree import walk_of
from orgtp.model.signing_key import SIGNERS


class NoKeyToExport(NoSigningKey):
    """Nobody says which key to sign the checkpoint of an export with."""

    text = f"{NoSigningKey.text}. Or go without: --unsigned, and then nothing outside vouches for the export"


@dataclass(frozen=True, slots=True)
class Handover:
    """A dossier with its checkpoint, and the files of an export that are not made of it."""

    dossier: Dossier
    files: Mapping[str, Iterable[bytes]]


def checkpoint(repo: Repo, origin: str, tip: str, key: str, *, unsigned: bool) -> Checkpoint:
    """Where the history of `tip` stands, signed unless it is to be `unsigned`. Raises `NoKeyToExport` and others."""
    if unsigned:
        return Checkpoint(origin, count(repo, tip), tip, "")
    try:
        return make(repo, origin, tip, key)
    except NoSigningKey as error:
        raise NoKeyToExport from error


def handover(repo: Repo, found: Dossier, made: Checkpoint) -> Handover:
    """The dossier and the files, the bundle among them as a stream that raises `NotWhole` where it ends early."""
    signers = walk_of(repo, found.head).files([SIGNERS]).get(SIGNERS)
    files: dict[str, Iterable[bytes]] = {
        "ledger.bundle": bundle(repo, found.branch, found.head),
        "checkpoint.txt": [made.text.encode()] if made.armored else [made.lines],
    }
    if signers is not None:
        files["allowed_signers"] = [signers]
    return Handover(replace(found, checkpoint=_told(repo, made, signers=signers is not None)), files)


def _told(repo: Repo, made: Checkpoint, *, signers: bool) -> DossierCheckpoint:
    known = vouched(repo, made.head, made) if made.armored else None
    fingerprint, seat = (known.fingerprint, known.seat or None) if known else (None, None)
    return DossierCheckpoint(made.origin, made.commits, made.head, fingerprint, seat, signers)
