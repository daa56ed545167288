"""Which seat signs the next commit, by the signing policy (policy/allowed_signers).

The audit compares the signature of a commit with the seats that it names, and what it finds stays in the history for
good. So what another seat did is not committed with this key.
"""

from __future__ import annotations

import os
from pathlib import Path

from orgtp.files.signers import read_signers
from orgtp.git.commit import is_signing
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import GIT_NAMESPACE, BadSignature, parse_ssh_signature, split_signed_commit
from orgtp.git.tree import TreeEditor
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.seat import seat_path
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, SignerKey
from orgtp.model.text import join_with_and

_KEY_TYPES = ("ssh-", "ecdsa-", "sk-")
_MAX_KEY_BYTES = 64 * 1024


class SignedByAnotherSeat(OrgtpError):
    """A change names a seat that has not the key with which git would sign the commit."""

    text = (
        "the change names {seat} as the seat that {did}, but {reason}, and the audit would report that for good. "
        "{remedy}"
    )

    @property
    def reason(self) -> str:
        """Whose key it is."""
        return str(self.facts["reason"])


@dataclass(frozen=True, slots=True)
class SigningSeats:
    """The seats to which the key belongs that signs commits here, and all keys of the policy."""

    seats: frozenset[str]
    keys: tuple[SignerKey, ...]

    @property
    def text(self) -> str:
        """The seats, for a message."""
        return join_with_and(sorted(self.seats))

    @property
    def reason(self) -> str:
        """Why another seat's change cannot be committed here."""
        return f"git signs commits here with a key of {self.text} (see {ALLOWED_SIGNERS_PATH})"

    def refuse_others(self, by: str, approved_by: str) -> None:
        """Raise `SignedByAnotherSeat` if a change names another seat as the one that acts or decides."""
        if by and by not in self.seats:
            own = min(self.seats)
            remedy = f"Use --by {own}, or let {by} run the command with its own key (git config user.signingkey)"
            raise SignedByAnotherSeat(seat=by, did="acts", reason=self.reason, remedy=remedy)
        if approved_by and approved_by not in self.seats:
            remedy = f"Let {approved_by} run the command, as --by {approved_by} and with its own key"
            raise SignedByAnotherSeat(seat=approved_by, did="decides", reason=self.reason, remedy=remedy)

    def find_other_signer(self, commit: str, raw: bytes) -> str:
        """The seat that signed a commit, if it is certainly another one; else ""."""
        parts = split_signed_commit(raw, commit)
        try:
            made = parse_ssh_signature(parts[1]) if parts else None
        except BadSignature:
            return ""
        found = {key.principal for key in self.keys if made and (key.type, key.blob) == (made.type, made.blob)}
        return join_with_and(sorted(found)) if not found & self.seats else ""


def find_signing_seats(repo: Repo, editor: TreeEditor) -> SigningSeats | None:
    """The seats whose key git signs with, by the policy of the tree.

    None if commits are not signed with an SSH key, if no policy applies, and if it cannot be told whose key it is.
    """
    if not is_signing(repo) or repo.config("gpg.format").lower() != "ssh":
        return None
    raw = editor.read_files([ALLOWED_SIGNERS_PATH]).get(ALLOWED_SIGNERS_PATH)
    keys = read_signers(raw)[0] if raw else ()
    own = _read_signing_key(repo) if keys else None
    seats = {key.principal for key in keys if (key.type, key.blob) == own and key.is_for(GIT_NAMESPACE)}
    # Whoever is no seat is a forge, which signs for others.
    if not seats or any(editor.find_entry(seat_path(seat)) is None for seat in seats):
        return None
    return SigningSeats(frozenset(seats), keys)


def _read_signing_key(repo: Repo) -> tuple[str, str] | None:
    """Type and content of the public key that git is configured to sign with (git-config(1), `user.signingKey`)."""
    try:
        named = repo.config("user.signingkey")
    except GitFailed:
        return None
    text = named.removeprefix("key::")
    if named and text == named and not named.startswith(_KEY_TYPES):
        path = os.path.join(repo.path, os.path.expanduser(named))  # noqa: PTH111, PTH118
        text = next((found for name in (path, f"{path}.pub") if (found := _read_public_key(Path(name)))), "")
    words = text.split()
    return (words[0], words[1]) if len(words) > 1 and words[0].startswith(_KEY_TYPES) else None


def _read_public_key(path: Path) -> str:
    """The content of a file that begins like a public key; "" for any other."""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_KEY_BYTES:
            return ""
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text if text.startswith(_KEY_TYPES) else ""
