"""Who signs: the keys of `policy/allowed_signers`, each with the seat or the forge that it is the key of."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import field
from hashlib import sha256

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place

# The file of who may sign, and that of the OpenPGP keys of a forge: policy that belongs to no YAML file.
ALLOWED_SIGNERS_PATH = "policy/allowed_signers"
FORGE_KEYS_PATH = "policy/forges.asc"


@dataclass(frozen=True, slots=True)
class SignerKey:
    """One line of `policy/allowed_signers`: whose key it is, and what it may be used for.

    `blob` is the public key as OpenSSH writes it, in base64. `namespaces` are those that it is good for, all if there
    are none. `since` and `until` are seconds since 1970; they narrow the key by the committer's date alone, which
    whoever holds the key can choose.
    """

    principal: str
    type: str
    blob: str
    namespaces: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    place: Place = field(default=Place(ALLOWED_SIGNERS_PATH), compare=False)

    @property
    def fingerprint(self) -> str:
        """The key's name in the form that ssh-keygen prints."""
        return fingerprint(self.blob)

    def is_for(self, namespace: str) -> bool:
        """Whether the key is good for what is signed in this namespace."""
        return not self.namespaces or namespace in self.namespaces

    def is_valid_at(self, at: int) -> bool:
        """Whether a date, in seconds since 1970, is within those of the key."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def fingerprint(blob: str) -> str:
    """The SHA-256 fingerprint of a public key in base64 (ssh-keygen(1), -l): `SHA256:` and base64 without padding."""
    return "SHA256:" + b64encode(sha256(b64decode(blob)).digest()).decode().rstrip("=")
