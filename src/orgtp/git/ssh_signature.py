"""SSH signatures, by ssh-keygen: made and checked as git makes and checks them.

`ssh-keygen -Y check-novalidate` says whether a signature is good for the key that it carries. Whose key that is, and
what it may sign, is decided elsewhere, by a policy; so the key is read out of the signature itself (OpenSSH's
PROTOCOL.sshsig). The program is the person's own `gpg.ssh.program`, else `ssh-keygen`; no repository names it.
"""

from __future__ import annotations

import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orgtp.files.signers import fields_of
from orgtp.git.process import run_program
from orgtp.git.repo import SHA256_DIGITS, Repo
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.signing_key import fingerprint

GIT = "git"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_ARMOR = re.compile(rf"\s*{_BEGIN}\r?\n([A-Za-z0-9+/=\s]+){_END}\s*")
_MAGIC = b"SSHSIG" + (1).to_bytes(4)
# public key, namespace, reserved, hash algorithm, signature
_FIELDS = 5
_LITERAL = re.compile(r"key::|ssh-|ecdsa-|sk-")


class NoSshKeygen(OrgtpError):
    """There is no program that makes and checks SSH signatures."""

    text = (
        "{program} is not there, and signatures are checked by it. Install OpenSSH 8.2 or later "
        "(Debian: apt-get install openssh-client), or name it: git config --global gpg.ssh.program PATH"
    )


class CannotSign(OrgtpError):
    """ssh-keygen does not sign."""

    text = "{key} does not sign: {words}"


class NoSigningKey(BadInput):
    """Nobody says which key to sign with."""

    text = (
        "no key to sign with. Name one: --key ~/.ssh/id_ed25519, or for good: "
        "git config --global user.signingkey ~/.ssh/id_ed25519.pub"
    )


class BadSignature(OrgtpError):
    """What should be an SSH signature is none; `why` says how."""

    text = "{why}"


@dataclass(frozen=True, slots=True)
class SshSignature:
    """A signature as it stands, and what it says of itself: its key (in base64, as in a `.pub` file) and namespace."""

    armored: str
    type: str
    blob: str
    namespace: str

    @property
    def fingerprint(self) -> str:
        """The key's name in the form that ssh-keygen prints."""
        return fingerprint(self.blob)


def read_signature(armored: str) -> SshSignature:
    """What an armored signature says of itself. Raises `BadSignature` for what is none, or more than one."""
    match = _ARMOR.fullmatch(armored)
    try:
        raw = b64decode("".join(match[1].split()), validate=True) if match else b""
        parts = list(fields_of(raw.removeprefix(_MAGIC)))
        kind = next(fields_of(parts[0]), b"").decode("ascii") if parts else ""
    except ValueError as error:
        raise BadSignature(why="the signature is cut short or mistyped") from error
    if not raw.startswith(_MAGIC) or len(parts) != _FIELDS or not kind:
        raise BadSignature(why="the signature is not one of SSH")
    return SshSignature(armored, kind, b64encode(parts[0]).decode(), parts[1].decode(errors="replace"))


def program(repo: Repo) -> str:
    """The program that signs and checks: the person's own choice, else ssh-keygen."""
    named = repo.config("gpg.ssh.program", own=True) or "ssh-keygen"
    return str(Path(named).expanduser()) if named.startswith("~") else named


def sign(repo: Repo, data: bytes, namespace: str, key: str = "") -> str:
    """An armored signature of `data` by the file `key`, else by the key that git signs with.

    Raises `NoSigningKey`, `CannotSign`, `NoSshKeygen`.
    """
    with _key_file(repo, key) as (path, more):
        done = _run(repo, ["-Y", "sign", "-n", namespace, "-f", path, *more], data)
    if done[0]:
        raise CannotSign(key=key or repo.config("user.signingkey"), words=_words(done[2]))
    return done[1].decode()


def check(repo: Repo, data: bytes, signature: SshSignature, namespace: str) -> str:
    """Why a signature of `data` is not good; "" where it is. Raises `NoSshKeygen`."""
    if signature.namespace != namespace:
        return f'the signature was made for "{signature.namespace}", not for "{namespace}"'
    with _written(signature.armored) as path:
        code, out, err = _run(repo, ["-Y", "check-novalidate", "-n", namespace, "-s", path], data)
    # It prints the key that it took out of the signature: the one that we took out, or neither of us is to be trusted.
    if code == 0 and signature.fingerprint in out.decode(errors="replace").split():
        return ""
    return f"ssh-keygen says: {_words(err or out)}"


def signed_parts(raw: bytes, id_: str) -> tuple[bytes, str] | None:
    """What was signed of a commit object, and the signature as text; nothing where it is not signed.

    It is taken apart as git does it (commit.c, `parse_buffer_signed_by_header`): every `gpgsig…` header goes, and the
    one of the repository's own hash is the signature.
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


def _run(repo: Repo, words: list[str], data: bytes) -> tuple[int, bytes, bytes]:
    done = run_program([program(repo), *words], data)
    if done is None:
        raise NoSshKeygen(program=program(repo))
    return done


def _words(err: bytes) -> str:
    """The last thing that ssh-keygen said, which is the reason."""
    return next(iter(err.decode(errors="replace").strip().splitlines()[-1:]), "nothing").rstrip(".")


@contextmanager
def _key_file(repo: Repo, key: str) -> Iterator[tuple[str, list[str]]]:
    """The file to sign with, and ssh-keygen's further options: a public key alone is one that the agent holds."""
    named = key or repo.config("user.signingkey")
    if not named:
        raise NoSigningKey
    if _LITERAL.match(named) and not key:
        with _written(f"{named.removeprefix('key::')}\n") as path:
            yield path, ["-U"]
        return
    path = os.path.join(Path.cwd() if key else repo.path, os.path.expanduser(named))  # noqa: PTH111, PTH118
    if not os.path.exists(path):  # noqa: PTH110
        raise CannotSign(key=named, words="there is no such file")
    yield path, []


@contextmanager
def _written(text: str) -> Iterator[str]:
    """A file of nobody else's with this text, for as long as it is needed."""
    handle, path = tempfile.mkstemp(prefix="orgtp-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        yield path
    finally:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108
