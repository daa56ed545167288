"""A checkpoint: a signed statement of the length and the head of the history, to keep outside the repository.

It has three lines and an SSH signature over exactly these lines, in the namespace `orgtp-checkpoint`:

    sneeze-it/main
    412
    4b825dc642cb6eb9a060e54bf8d69288fbee4904
    -----BEGIN SSH SIGNATURE-----
    …

The lines are the origin (the org's id and its ledger branch), the number of commits, and the newest commit. (The signed
tree head of a transparency log has the same three: RFC 9162, 4.10, and C2SP's tlog-checkpoint.) If a history still
contains that commit, it was not rewritten up to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orgtp.audit.model import Gap, Violation
from orgtp.files.signers import read_signers
from orgtp.git.ancestry import count_commits, is_partial_clone, is_shallow_clone
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import BadSignature, SshSignature, check_ssh_signature, parse_ssh_signature, sign_data
from orgtp.git.tree import open_tree, refuse_malformed_commit
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH

NAMESPACE = "orgtp-checkpoint"
FORGED, NOT_CONTAINED = "checkpoint-forged", "checkpoint-not-contained"
_MOST_BYTES = 64 * 1024
_FORM = re.compile(
    r"\s*([^\s/]+/\S+)\n([0-9]{1,18})\n([0-9a-f]{40}|[0-9a-f]{64})\n(-----BEGIN SSH SIGNATURE-----\n.*)", re.DOTALL
)
_UNSHALLOW = "Get the full history: git fetch --unshallow"


class ShallowClone(OrgtpError):
    """The commits of a shallow clone cannot be counted."""

    exit_code = 4
    text = "this clone is shallow, so its commits cannot be counted. Get the full history: git fetch --unshallow"


@dataclass(frozen=True)
class Checkpoint:
    """The content of a checkpoint and its armored signature."""

    origin: str
    commits: int
    head: str
    armored: str

    @property
    def signed_lines(self) -> bytes:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.commits}\n{self.head}\n".encode()

    @property
    def text(self) -> str:
        """The checkpoint as a file."""
        return f"{self.signed_lines.decode()}{self.armored.rstrip()}\n"

    @cached_property
    def signature(self) -> SshSignature:
        """The parsed signature. Raises `BadSignature`."""
        return parse_ssh_signature(self.armored)


@dataclass(frozen=True, slots=True)
class CheckpointSigner:
    """The key that signed a checkpoint: its fingerprint, the seat it belongs to, and the file that says so.

    `seat` is "" if the file `by` does not list the key, or only for the other namespaces `limits`.
    """

    fingerprint: str
    seat: str
    by: str
    limits: str = ""

    @property
    def description(self) -> str:
        """`signed by ada (SHA256:…), according to policy/allowed_signers`."""
        who = (
            f"by {self.seat} ({self.fingerprint}), according to {self.by}" if self.seat else f"with {self.fingerprint}"
        )
        how = f"admits only for {self.limits}" if self.limits else "does not list"
        return f"signed {who}" + ("" if self.seat else f", a key that {self.by} {how}")


def make_checkpoint(repo: Repo, origin: str, tip: str, key: str = "") -> Checkpoint:
    """Make a checkpoint of the history of `tip`, signed with the file `key` or with the key that git uses.

    Raises `ShallowClone`, `NoSigningKey`, `CannotSign`, `NoSshKeygen`, and `MalformedTree` for a commit that shows
    different files to different commands.
    """
    if is_shallow_clone(repo):
        raise ShallowClone
    refuse_malformed_commit(repo, tip)
    bare = Checkpoint(origin, count_commits(repo, tip), tip, "")
    return Checkpoint(origin, bare.commits, tip, sign_data(repo, bare.signed_lines, NAMESPACE, key))


def parse_checkpoint(raw: bytes, where: str, origin: str) -> Checkpoint:
    """Parse a checkpoint of `origin`. Raises `BadInput`, whose message starts with `where`."""
    text = raw[:_MOST_BYTES].decode(errors="replace").replace("\r\n", "\n")
    match = _FORM.fullmatch(text)
    if match is None:
        what = f"{where}: not a checkpoint (three lines: origin, number of commits, head; and an SSH signature)"
        raise BadInput(what=f"{what}. Make one with: orgtp audit checkpoint")
    if match[1] != origin:
        raise BadInput(what=f"{where}:1:1: this checkpoint is of {match[1]}, but this org is {origin}.")
    found = Checkpoint(match[1], int(match[2]), match[3], match[4])
    if str(found.commits) != match[2]:
        raise BadInput(what=f'{where}:2:1: "{match[2]}" is not a plain number of commits.')
    return found


def check_checkpoint(
    repo: Repo, tip: str, checkpoint: Checkpoint, outside: Path | None = None
) -> tuple[list[Violation], list[Gap]]:
    """Check a checkpoint's signature, and that the history of `tip` still contains its head.

    If `outside` names a file of signers, the key must be in it. Raises `NoSshKeygen`.
    """
    forged = _explain_forgery(repo, tip, checkpoint, outside)
    if forged:
        hint = "Use the original copy of the checkpoint. If that copy is bad too, find out who made it."
        return [Violation(FORGED, forged, checkpoint.head, hint=hint)], []
    try:
        return _check_contained(repo, tip, checkpoint)
    except GitFailed as error:
        return [], [Gap(f"git cannot determine whether {checkpoint.head[:10]} is in this history: {error}", _UNSHALLOW)]


def identify_checkpoint_signer(
    repo: Repo, tip: str, checkpoint: Checkpoint, outside: Path | None = None
) -> CheckpointSigner:
    """Find out whose key signed a checkpoint, from the file `outside` or else the repository's own policy at `tip`.

    The repository's policy is only as trustworthy as its history. Raises `BadSignature`.
    """
    raw = (
        _read_signers_file(outside)
        if outside
        else open_tree(repo, tip, checked=False).read_files([ALLOWED_SIGNERS_PATH]).get(ALLOWED_SIGNERS_PATH, b"")
    )
    where = str(outside) if outside else f"{ALLOWED_SIGNERS_PATH} at {tip[:10]}"
    keys = read_signers(raw, where)[0]
    blob = checkpoint.signature.blob
    known = [key for key in keys if key.blob == blob]
    names = {key.principal for key in known if key.is_for(NAMESPACE)}
    limits = "" if names else ", ".join(sorted({name for key in known for name in key.namespaces}))
    return CheckpointSigner(checkpoint.signature.fingerprint, names.pop() if len(names) == 1 else "", where, limits)


def _read_signers_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(what=f"{path}: {error.strerror or error}") from error


def _explain_forgery(repo: Repo, tip: str, checkpoint: Checkpoint, outside: Path | None) -> str:
    """Explain why a checkpoint is forged; "" if its signature is good."""
    try:
        why = check_ssh_signature(repo, checkpoint.signed_lines, checkpoint.signature, NAMESPACE)
    except BadSignature as error:
        why = str(error)
    if why:
        return f"the checkpoint's signature is not good: {why}"
    known = identify_checkpoint_signer(repo, tip, checkpoint, outside)
    return f"the checkpoint is {known.description}" if outside and not known.seat else ""


def _check_contained(repo: Repo, tip: str, checkpoint: Checkpoint) -> tuple[list[Violation], list[Gap]]:
    head, shallow = checkpoint.head, is_shallow_clone(repo)
    if repo.read(head) is None and is_partial_clone(repo):
        return [], [
            Gap(
                f"the commit {head[:10]} of the checkpoint is not in this partial clone", "Make a full clone: git clone"
            )
        ]
    if repo.read(head) is None or not repo.has_ancestor(head, tip):
        if shallow:
            return [], [
                Gap(f"this clone is shallow and does not reach {head[:10]}, the head of the checkpoint", _UNSHALLOW)
            ]
        message = f"the history had {checkpoint.commits} commits up to {head[:10]}, but no longer contains that commit"
        hint = "The history was rewritten. Another clone may still have the commit: git cat-file -t " + head
        return [Violation(NOT_CONTAINED, message, head, before=head, after=tip, hint=hint)], []
    if shallow:
        return [], [Gap("this clone is shallow, so the commits of the checkpoint cannot be counted", _UNSHALLOW)]
    number = count_commits(repo, head)
    if number != checkpoint.commits:
        message = f"the checkpoint says {checkpoint.commits} commits, but the history up to {head[:10]} has {number}"
        return [Violation(FORGED, message, head, before=str(checkpoint.commits), after=str(number))], []
    return [], []
