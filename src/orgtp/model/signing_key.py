"""The keys in `policy/allowed_signers`, each with its seat or forge."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import field
from hashlib import sha256

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place

# Parts of the policy that are not YAML: the allowed signers, and the OpenPGP keys of a forge.
ALLOWED_SIGNERS_PATH = "policy/allowed_signers"
FORGE_KEYS_PATH = "policy/forges.asc"


@dataclass(frozen=True, slots=True)
class SignerKey:
    """One line of `policy/allowed_signers`: a key, whose it is, and what it may be used for.

    `blob` is the public key in OpenSSH's base64. The key is valid for `namespaces`, or for all if there are none.
    `since` and `until` are seconds since 1970. They are compared with the committer date, which the signer can choose.
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
        """The key's fingerprint as ssh-keygen prints it."""
        return fingerprint(self.blob)

    def is_for(self, namespace: str) -> bool:
        """Whether the key is valid in this namespace."""
        return not self.namespaces or namespace in self.namespaces

    def is_valid_at(self, at: int) -> bool:
        """Whether the key is valid at a time in seconds since 1970."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def fingerprint(blob: str) -> str:
    """The SHA-256 fingerprint of a public key in base64 (ssh-keygen(1), -l): `SHA256:` and base64 without padding."""
    return "SHA256:" + b64encode(sha256(b64decode(blob)).digest()).decode().rstrip("=")
