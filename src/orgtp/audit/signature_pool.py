"""The signatures of many commits, checked several at once and a little ahead of whoever asks."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from orgtp.audit.model import CommitObject
from orgtp.git.gpg_signature import Keyring, NoGpg, is_openpgp
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import GIT, BadSignature, check, read_signature, signed_parts

# So many are checked when one is asked for: what comes next is most likely asked for, too.
_CHECKED_AHEAD = 64
# In place of an SSH key, where a signature is of OpenPGP and the policy admits none.
OPENPGP = "OpenPGP"


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What became of a commit's signature: the SSH key that made it (base64), or a key of the forges.

    `why` says why it is not good; `missing` that nobody can tell here, and what is needed.
    """

    key: str = ""
    forge: bool = False
    why: str = ""
    missing: str = ""


# The object id of the OpenPGP keys that a policy admits, and how to get at them.
Forges = tuple[str, Callable[[], bytes]]


class SignaturePool:
    """Checks signatures; each once for the keys of a forge that it is held against."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._ahead: deque[CommitObject] = deque()
        self._known: set[str] = set()
        self._done: dict[tuple[str, str], SignatureCheck] = {}
        self._rings: dict[str, Keyring | None] = {}
        self._workers = min(8, 2 * (os.cpu_count() or 1))

    def queue_commits(self, commits: Sequence[CommitObject]) -> None:
        """Say which commits will be asked for, in their order. Nothing is checked yet."""
        signed = [commit for commit in commits if is_signed(commit)]
        self._ahead.extend(signed)
        self._known.update(commit.id for commit in signed)

    def check_commit(self, commit: CommitObject, forges: Forges | None) -> SignatureCheck:
        """What became of the signature, which may be by a key of the `forges`. Raises `NoSshKeygen`."""
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
        """The next ones of those that will be asked for; those before `commit` never are any more."""
        while commit.id in self._known:
            passed = self._ahead.popleft().id
            self._known.discard(passed)
        return list(islice(self._ahead, _CHECKED_AHEAD))

    def _find_keyring(self, name: str, keys: Callable[[], bytes]) -> Keyring | None:
        """The keyring of a file of OpenPGP keys; nothing where there is no gpg."""
        if name not in self._rings:
            try:
                self._rings[name] = Keyring(self._repo, keys())
            except NoGpg:
                self._rings[name] = None
        return self._rings[name]


def is_signed(commit: CommitObject) -> bool:
    """Whether a commit carries a signature, good or bad."""
    return b"\ngpgsig" in commit.raw and signed_parts(commit.raw, commit.id) is not None


def _check_signature(repo: Repo, commit: CommitObject, ring: Keyring | None, *, lacks_gpg: bool) -> SignatureCheck:
    found = signed_parts(commit.raw, commit.id)
    if found is None:
        return SignatureCheck(why="it has no signature")
    payload, armored = found
    if not is_openpgp(armored):
        return _check_ssh_signature(repo, payload, armored)
    if lacks_gpg:
        return SignatureCheck(missing="gpg")
    if ring is None:
        return SignatureCheck(key=OPENPGP)
    why = ring.check(payload, armored)
    return SignatureCheck(forge=not why, why=why)


def _check_ssh_signature(repo: Repo, payload: bytes, armored: str) -> SignatureCheck:
    try:
        signature = read_signature(armored)
    except BadSignature as error:
        return SignatureCheck(why=str(error))
    why = check(repo, payload, signature, GIT)
    return SignatureCheck(key=signature.blob, why=why)


def claimed_key(raw: bytes, id_: str) -> str:
    """The SSH key that a commit says it was signed with, in base64; nothing is checked."""
    found = signed_parts(raw, id_)
    try:
        return read_signature(found[1]).blob if found else ""
    except BadSignature:
        return ""
