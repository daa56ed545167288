"""Make and check SSH signatures with ssh-keygen, as git does.

`ssh-keygen -Y check-novalidate` reports whether a signature is good for the key that it contains. That key is read from
the signature itself (OpenSSH's PROTOCOL.sshsig). Whose key it is and what it may sign is decided by the policy, in
`orgtp.audit`. The program is the person's own `gpg.ssh.program`, else `ssh-keygen`, never one that a repository names.
"""

from __future__ import annotations

import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orgtp.files.signers import split_ssh_fields
from orgtp.git.process import run_program
from orgtp.git.repo import SHA256_DIGITS, Repo
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.signing_key import fingerprint

GIT_NAMESPACE = "git"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_ARMOR = re.compile(rf"\s*{_BEGIN}\r?\n([A-Za-z0-9+/=\s]+){_END}\s*")
_MAGIC = b"SSHSIG" + (1).to_bytes(4)
# public key, namespace, reserved, hash algorithm, signature
_FIELDS = 5
_LITERAL = re.compile(r"key::|ssh-|ecdsa-|sk-")


class NoSshKeygen(OrgtpError):
    """The program that makes and checks SSH signatures is missing."""

    text = (
        "{program} is not installed, and checking signatures needs it. Install OpenSSH 8.2 or later "
        "(Debian: apt-get install openssh-client), or set its path: git config --global gpg.ssh.program PATH"
    )


class CannotSign(OrgtpError):
    """ssh-keygen could not sign."""

    text = "cannot sign with {key}: {words}"


class NoSigningKey(BadInput):
    """No signing key is configured or given."""

    text = (
        "no signing key is set. Give one with --key ~/.ssh/id_ed25519, or set a default: "
        "git config --global user.signingkey ~/.ssh/id_ed25519.pub"
    )


class BadSignature(OrgtpError):
    """The text is not an SSH signature; `why` is the reason."""

    text = "{why}"


@dataclass(frozen=True, slots=True)
class SshSignature:
    """A signature, and what it contains: its key (in base64, as in a `.pub` file) and its namespace."""

    armored: str
    type: str
    blob: str
    namespace: str

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint as ssh-keygen prints it."""
        return fingerprint(self.blob)


def parse_ssh_signature(armored: str) -> SshSignature:
    """Parse an armored signature. Raises `BadSignature` unless the text is exactly one."""
    match = _ARMOR.fullmatch(armored)
    try:
        raw = b64decode("".join(match[1].split()), validate=True) if match else b""
        parts = list(split_ssh_fields(raw.removeprefix(_MAGIC)))
        kind = next(split_ssh_fields(parts[0]), b"").decode("ascii") if parts else ""
    except ValueError as error:
        raise BadSignature(why="the signature is cut short or mistyped") from error
    if not raw.startswith(_MAGIC) or len(parts) != _FIELDS or not kind:
        raise BadSignature(why="it is not an SSH signature")
    return SshSignature(armored, kind, b64encode(parts[0]).decode(), parts[1].decode(errors="replace"))


def find_ssh_keygen(repo: Repo) -> str:
    """The program that signs and checks: the person's own setting, else ssh-keygen."""
    named = repo.config("gpg.ssh.program", own=True) or "ssh-keygen"
    return str(Path(named).expanduser()) if named.startswith("~") else named


def sign_data(repo: Repo, data: bytes, namespace: str, key: str = "") -> str:
    """An armored signature of `data` by the key in the file `key`, else by git's signing key.

    Raises `NoSigningKey`, `CannotSign`, `NoSshKeygen`.
    """
    with _open_signing_key(repo, key) as (path, more):
        done = _run_ssh_keygen(repo, ["-Y", "sign", "-n", namespace, "-f", path, *more], data)
    if done[0]:
        raise CannotSign(key=key or repo.config("user.signingkey"), words=_read_reason(done[2]))
    return done[1].decode()


def check_ssh_signature(repo: Repo, data: bytes, signature: SshSignature, namespace: str) -> str:
    """Why the signature of `data` is not good; "" if it is. Raises `NoSshKeygen`."""
    if signature.namespace != namespace:
        return f'the signature was made for "{signature.namespace}", not for "{namespace}"'
    with _write_temporary_file(signature.armored) as path:
        code, out, err = _run_ssh_keygen(repo, ["-Y", "check-novalidate", "-n", namespace, "-s", path], data)
    # ssh-keygen prints the key of the signature. It must be the one that we read, or one of the two parsers is wrong.
    if code == 0 and signature.fingerprint in out.decode(errors="replace").split():
        return ""
    return f"ssh-keygen says: {_read_reason(err or out)}"


def split_signed_commit(raw: bytes, id_: str) -> tuple[bytes, str] | None:
    """The signed part of a commit object and the signature as text; None if the commit is not signed.

    Follows git (commit.c, `parse_buffer_signed_by_header`): every `gpgsig…` header is removed, and the one for the
    repository's own hash is the signature.
    """
    own = b"gpgsig-sha256" if len(id_) == SHA256_DIGITS else b"gpgsig"
    head, _, message = raw.partition(b"\n\n")
    if not head.startswith(b"gpgsig") and b"\ngpgsig" not in head:
        return None
    payload: list[bytes] = []
    signature: list[bytes] = []
    into: list[bytes] | None = payload
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        if name == b"":
            if into is not None:
                into.append(value if into is signature else line)
            continue
        into = signature if name == own else None if name.startswith(b"gpgsig") else payload
        if into is not None:
            into.append(value if into is signature else line)
    text = b"".join(line + b"\n" for line in signature).decode("ascii", "replace")
    return (b"\n".join([*payload, b"", message]), text) if signature else None


def read_claimed_key(raw: bytes, id_: str) -> str:
    """Return the SSH key in a commit's signature, in base64, without checking the signature."""
    found = split_signed_commit(raw, id_)
    try:
        return parse_ssh_signature(found[1]).blob if found else ""
    except BadSignature:
        return ""


def _run_ssh_keygen(repo: Repo, words: list[str], data: bytes) -> tuple[int, bytes, bytes]:
    done = run_program([find_ssh_keygen(repo), *words], data)
    if done is None:
        raise NoSshKeygen(program=find_ssh_keygen(repo))
    return done


def _read_reason(err: bytes) -> str:
    """The last line of ssh-keygen's output, which is the reason."""
    return next(iter(err.decode(errors="replace").strip().splitlines()[-1:]), "nothing").rstrip(".")


@contextmanager
def _open_signing_key(repo: Repo, key: str) -> Iterator[tuple[str, list[str]]]:
    """The file to sign with, and further options of ssh-keygen. For a literal public key, the agent signs."""
    named = key or repo.config("user.signingkey")
    if not named:
        raise NoSigningKey
    if _LITERAL.match(named) and not key:
        with _write_temporary_file(f"{named.removeprefix('key::')}\n") as path:
            yield path, ["-U"]
        return
    path = os.path.join(Path.cwd() if key else repo.path, os.path.expanduser(named))  # noqa: PTH111, PTH118
    if not os.path.exists(path):  # noqa: PTH110
        raise CannotSign(key=named, words="the file does not exist")
    yield path, []


@contextmanager
def _write_temporary_file(text: str) -> Iterator[str]:
    """A temporary file with this text, readable only by us."""
    handle, path = tempfile.mkstemp(prefix="orgtp-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        yield path
    finally:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108
