"""Check the signatures of many commits, several at once and ahead of the audit."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from orgtp.audit.model import CommitObject
from orgtp.git.gpg_signature import GpgKeyring, GpgMissing, is_openpgp
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import (
    GIT_NAMESPACE,
    BadSignature,
    check_ssh_signature,
    parse_ssh_signature,
    split_signed_commit,
)

# How many queued commits are checked with the requested one, because they will probably be requested next.
_CHECKED_AHEAD = 64
# Used in place of an SSH key for an OpenPGP signature if the policy admits no OpenPGP keys.
OPENPGP = "OpenPGP"


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The check of a commit's signature: the SSH key that made it (base64), or that a forge's key did.

    `why` says why the signature is not good. `missing` names the program that is needed to check it.
    """

    key: str = ""
    forge: bool = False
    why: str = ""
    missing: str = ""


# The OpenPGP keys that a policy admits: the object id of the file, and a function that reads it.
Forges = tuple[str, Callable[[], bytes]]


class SignaturePool:
    """Checks signatures, each once per file of forge keys."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._ahead: deque[CommitObject] = deque()
        self._known: set[str] = set()
        self._done: dict[tuple[str, str], SignatureCheck] = {}
        self._rings: dict[str, GpgKeyring | None] = {}
        self._workers = min(8, 2 * (os.cpu_count() or 1))

    def queue_commits(self, commits: Sequence[CommitObject]) -> None:
        """Add commits that will be requested, in this order. Nothing is checked yet."""
        signed = [commit for commit in commits if is_signed(commit)]
        self._ahead.extend(signed)
        self._known.update(commit.id for commit in signed)

    def check_commit(self, commit: CommitObject, forges: Forges | None) -> SignatureCheck:
        """Check the signature of a commit, which may be made with a key of `forges`. Raises `NoSshKeygen`."""
        name = forges[0] if forges else ""
        if (commit.id, name) not in self._done:
            ring = self._find_keyring(*forges) if forges else None
            wanted = [one for one in (commit, *self._next_commits(commit)) if (one.id, name) not in self._done]
            with ThreadPoolExecutor(self._workers) as pool:
                found = pool.map(
                    lambda one: _check_signature(self._repo, one, ring, lacks_gpg=bool(name) and ring is None), wanted
                )
                self._done |= {(one.id, name): checked for one, checked in zip(wanted, found, strict=True)}
        return self._done.pop((commit.id, name))

    def _next_commits(self, commit: CommitObject) -> list[CommitObject]:
        """Return the next queued commits. Those up to `commit` are removed from the queue."""
        while commit.id in self._known:
            passed = self._ahead.popleft().id
            self._known.discard(passed)
        return list(islice(self._ahead, _CHECKED_AHEAD))

    def _find_keyring(self, name: str, keys: Callable[[], bytes]) -> GpgKeyring | None:
        """Return the keyring for a file of OpenPGP keys; None if gpg is not installed."""
        if name not in self._rings:
            try:
                self._rings[name] = GpgKeyring(self._repo, keys())
            except GpgMissing:
                self._rings[name] = None
        return self._rings[name]


def is_signed(commit: CommitObject) -> bool:
    """Whether a commit has a signature, good or bad."""
    return b"\ngpgsig" in commit.raw and split_signed_commit(commit.raw, commit.id) is not None


def _check_signature(repo: Repo, commit: CommitObject, ring: GpgKeyring | None, *, lacks_gpg: bool) -> SignatureCheck:
    found = split_signed_commit(commit.raw, commit.id)
    if found is None:
        return SignatureCheck(why="it has no signature")
    payload, armored = found
    if not is_openpgp(armored):
        return _check_ssh_signature(repo, payload, armored)
    if lacks_gpg:
        return SignatureCheck(missing="gpg")
    if ring is None:
        return SignatureCheck(key=OPENPGP)
    why = ring.check_signature(payload, armored)
    return SignatureCheck(forge=not why, why=why)


def _check_ssh_signature(repo: Repo, payload: bytes, armored: str) -> SignatureCheck:
    try:
        signature = parse_ssh_signature(armored)
    except BadSignature as error:
        return SignatureCheck(why=str(error))
    why = check_ssh_signature(repo, payload, signature, GIT_NAMESPACE)
    return SignatureCheck(key=signature.blob, why=why)
