"""A checkpoint: how long the history was and where it ended, signed, to be kept outside the repository.

Three lines and an SSH signature over exactly these three, in the namespace `orgtp-checkpoint`:

    sneeze-it/main
    412
    4b825dc642cb6eb9a060e54bf8d69288fbee4904
    -----BEGIN SSH SIGNATURE-----
    …

The first is the origin, the org's id and its ledger branch; the second counts the commits that the third, the newest
one, goes back to. (The signed tree head of a transparency log has the same three: RFC 9162, 4.10, and the checkpoint of
C2SP's tlog-checkpoint.) A history that still has that commit was not rewritten up to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orgtp.audit.model import Gap, Violation
from orgtp.files.signers import read_signers
from orgtp.git.ancestry import count, is_before, is_partial, is_shallow
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import BadSignature, SshSignature, check, read_signature, sign
from orgtp.git.tree import walk_of
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.signing_key import SIGNERS

NAMESPACE = "orgtp-checkpoint"
FORGED, NOT_CONTAINED = "checkpoint-forged", "checkpoint-not-contained"
_MOST_BYTES = 64 * 1024
_FORM = re.compile(
    r"\s*([^\s/]+/\S+)\n([0-9]{1,18})\n([0-9a-f]{40}|[0-9a-f]{64})\n(-----BEGIN SSH SIGNATURE-----\n.*)", re.DOTALL
)
_UNSHALLOW = "Get the whole history: git fetch --unshallow"


class NotWhole(OrgtpError):
    """How many commits there are cannot be counted in a shallow clone."""

    exit_code = 4
    text = "this clone is shallow, so nobody can count its commits here. Get the whole history: git fetch --unshallow"


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says, and its signature as it stands."""

    origin: str
    commits: int
    head: str
    armored: str

    @property
    def lines(self) -> bytes:
        """What is signed: the three lines."""
        return f"{self.origin}\n{self.commits}\n{self.head}\n".encode()

    @property
    def text(self) -> str:
        """All of it, as it is kept."""
        return f"{self.lines.decode()}{self.armored.rstrip()}\n"

    @cached_property
    def signature(self) -> SshSignature:
        """What the signature says of itself. Raises `BadSignature`."""
        return read_signature(self.armored)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whose key signed a checkpoint: its fingerprint, the name that it has, and where that is said.

    `seat` is "" where nobody says whose key it is; `by` is the file that was asked.
    """

    fingerprint: str
    seat: str
    by: str

    @property
    def words(self) -> str:
        """`signed by ada (SHA256:…), says policy/allowed_signers`."""
        who = f"by {self.seat} ({self.fingerprint}), says {self.by}" if self.seat else f"with {self.fingerprint}"
        return f"signed {who}" + ("" if self.seat else f", a key that {self.by} does not know")


def make(repo: Repo, origin: str, tip: str, key: str = "") -> Checkpoint:
    """A checkpoint of the history of `tip`, signed with the file `key`, or with what git signs with.

    Raises `NotWhole`, `NoSigningKey`, `CannotSign`, `NoSshKeygen`.
    """
    if is_shallow(repo):
        raise NotWhole
    bare = Checkpoint(origin, count(repo, tip), tip, "")
    return Checkpoint(origin, bare.commits, tip, sign(repo, bare.lines, NAMESPACE, key))


def parse(raw: bytes, where: str, origin: str) -> Checkpoint:
    """The checkpoint in a file, which must be one of this `origin`. Raises `BadInput` with the place `where`."""
    text = raw[:_MOST_BYTES].decode(errors="replace").replace("\r\n", "\n")
    match = _FORM.fullmatch(text)
    if match is None:
        what = f"{where}: not a checkpoint. It has three lines (origin, number of commits, head) and an SSH signature"
        raise BadInput(what=f"{what}, as orgtp audit checkpoint prints them.")
    if match[1] != origin:
        raise BadInput(what=f"{where}:1:1: a checkpoint of {match[1]}, and this is {origin}.")
    found = Checkpoint(match[1], int(match[2]), match[3], match[4])
    if str(found.commits) != match[2]:
        raise BadInput(what=f'{where}:2:1: "{match[2]}" is not how a number is written in a checkpoint.')
    return found


def contained(
    repo: Repo, tip: str, checkpoint: Checkpoint, outside: Path | None = None
) -> tuple[list[Violation], list[Gap]]:
    """Whether the history of `tip` still has what a checkpoint says, and whether it is well signed.

    With a file of signers from `outside`, its key must be in there. Raises `NoSshKeygen`.
    """
    forged = _why_forged(repo, tip, checkpoint, outside)
    if forged:
        hint = "Take the checkpoint from where it was kept; if it is the same there, find out who made it."
        return [Violation(FORGED, forged, checkpoint.head, hint=hint)], []
    try:
        return _held(repo, tip, checkpoint)
    except GitFailed as error:
        return [], [Gap(f"git cannot tell whether {checkpoint.head[:10]} is in this history: {error}", _UNSHALLOW)]


def vouched(repo: Repo, tip: str, checkpoint: Checkpoint, outside: Path | None = None) -> Vouched:
    """Whose key signed a checkpoint: by a file from `outside`, else by the repository's own policy at `tip`.

    The policy is only as good as the history that it stands in. Raises `BadSignature`.
    """
    raw = _outside(outside) if outside else walk_of(repo, tip).files([SIGNERS]).get(SIGNERS, b"")
    where = str(outside) if outside else f"{SIGNERS} at {tip[:10]}"
    keys = read_signers(raw, where)[0]
    blob = checkpoint.signature.blob
    names = {key.principal for key in keys if key.blob == blob and key.is_for(NAMESPACE)}
    return Vouched(checkpoint.signature.fingerprint, names.pop() if len(names) == 1 else "", where)


def _outside(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(what=f"{path}: {error.strerror or error}") from error


def _why_forged(repo: Repo, tip: str, checkpoint: Checkpoint, outside: Path | None) -> str:
    """Why nobody should believe a checkpoint; "" where its signature is good."""
    try:
        why = check(repo, checkpoint.lines, checkpoint.signature, NAMESPACE)
    except BadSignature as error:
        why = str(error)
    if why:
        return f"the checkpoint's signature is not good: {why}"
    known = vouched(repo, tip, checkpoint, outside)
    return f"the checkpoint is {known.words}" if outside and not known.seat else ""


def _held(repo: Repo, tip: str, checkpoint: Checkpoint) -> tuple[list[Violation], list[Gap]]:
    head, shallow = checkpoint.head, is_shallow(repo)
    if repo.read(head) is None and is_partial(repo):
        return [], [
            Gap(f"the commit {head[:10]} of the checkpoint is not in this partial clone", "Clone it whole: git clone")
        ]
    if repo.read(head) is None or not is_before(repo, head, tip):
        if shallow:
            return [], [
                Gap(f"this clone is shallow, and does not go back to {head[:10]} of the checkpoint", _UNSHALLOW)
            ]
        message = f"the history had {checkpoint.commits} commits up to {head[:10]}, and does not go back to it any more"
        hint = "Somebody rewrote it. The commit may still be in another clone: git cat-file -t " + head
        return [Violation(NOT_CONTAINED, message, head, before=head, after=tip, hint=hint)], []
    if shallow:
        return [], [Gap("this clone is shallow, so the commits of the checkpoint cannot be counted", _UNSHALLOW)]
    number = count(repo, head)
    if number != checkpoint.commits:
        message = f"the checkpoint counts {checkpoint.commits} commits, and {head[:10]} goes back to {number}"
        return [Violation(FORGED, message, head, before=str(checkpoint.commits), after=str(number))], []
    return [], []
