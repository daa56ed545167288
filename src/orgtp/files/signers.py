"""Read policy/allowed_signers into `SignerKey`s: a strict subset of git's format (ssh-keygen(1), ALLOWED SIGNERS).

ssh-keygen also accepts patterns for principals, certificate authorities, and dates in the reader's time zone. Here the
permissions must be the same for every reader. So patterns and authorities are problems and their lines grant nothing,
and dates are always UTC.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place, Problem
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, SignerKey
from orgtp.model.text import id_hint, is_id

MAX_BYTES = 256 * 1024
_RULE = "signer-malformed"
# The key types with which OpenSSH signs files (sshkey.c), and the number of fields after the name in a public key.
_TYPES = {
    "ssh-ed25519": 1,
    "ssh-rsa": 2,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "sk-ssh-ed25519@openssh.com": 2,
    "sk-ecdsa-sha2-nistp256@openssh.com": 3,
}
# An unclosed quote is part of its word, which is then invalid.
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"|")+')
_OPTION = re.compile(r'([A-Za-z-]+)(?:="([^"]*)")?(?:,|$)')
_DATE = re.compile(r"([0-9]{8})([0-9]{2}[0-9]{2}(?:[0-9]{2})?)?Z?")
_LINE = "Write the line as: SEAT ssh-ed25519 AAAA… (the seat's id, then the content of the .pub file)."
_ONE_SEAT = "Write the id of one seat in seats/. A second key of a seat goes on a second line."


class _SignerLineError(Exception):
    """A line that grants nothing: the offset in it, the message, and the hint."""

    def __init__(self, at: int, message: str, hint: str = _LINE) -> None:
        super().__init__(message)
        self.at, self.message, self.hint = at, message, hint


@dataclass(frozen=True, slots=True)
class _KeyOptions:
    namespaces: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


@lru_cache(maxsize=256)
def read_signers(raw: bytes, path: str = ALLOWED_SIGNERS_PATH) -> tuple[tuple[SignerKey, ...], tuple[Problem, ...]]:
    """The keys in a file of allowed signers, and the problems of its other lines."""
    if len(raw) > MAX_BYTES:
        return (), (Problem(_RULE, Place(path), "larger than 256 KiB, so it was not read", "Write one line per key."),)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        place = Place(path, raw[: error.start].count(b"\n") + 1)
        return (), (Problem(_RULE, place, "not UTF-8", "Save the file as UTF-8, or write its comments in ASCII."),)
    keys: list[SignerKey] = []
    problems: list[Problem] = []
    for number, line in _split_signer_lines(text):
        try:
            keys.append(_parse_signer_key(Place(path, number), line))
        except _SignerLineError as wrong:
            problems.append(Problem(_RULE, Place(path, number, wrong.at + 1), wrong.message, wrong.hint))
    return tuple(keys), tuple(problems)


def _split_signer_lines(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of the lines that are not empty and not comments. Only a newline ends a line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.rstrip("\r")


def _parse_signer_key(place: Place, line: str) -> SignerKey:
    """Parse a line: principal, optional options, key type and key. The rest is a comment."""
    words = list(_WORD.finditer(line))
    word = words[0]
    name = word[0][1:-1] if word[0][:1] == '"' == word[0][-1:] else word[0]
    if "," in name:
        raise _SignerLineError(word.start(), f'one key for several seats: "{name}"', _ONE_SEAT)
    if any(sign in name for sign in "*?!"):
        raise _SignerLineError(word.start(), f'"{name}" is a pattern, which can match several seats', _ONE_SEAT)
    if not is_id(name):
        raise _SignerLineError(word.start(), f'"{name}" is not a seat\'s id', f"{_ONE_SEAT} {id_hint(name)}")
    principal = name
    rest = words[1:]
    options = _KeyOptions()
    if rest and rest[0][0] not in _TYPES and not _is_key_type(rest[0][0]):
        options, rest = _parse_key_options(rest[0]), rest[1:]
    if len(rest) < 2:  # noqa: PLR2004  (a type and a key)
        raise _SignerLineError(len(line.rstrip()), f"no key after {words[-1][0][:40]}")
    kind, blob = rest[0], rest[1]
    _refuse_bad_key(kind, blob)
    where = Place(place.path, place.line, words[0].start() + 1)
    return SignerKey(principal, kind[0], blob[0], options.namespaces, options.since, options.until, where)


def _is_key_type(word: str) -> bool:
    """Whether a word looks like a key type, supported or not: `ssh-dss`, a certificate."""
    return "=" not in word and word.startswith(("ssh-", "ecdsa-", "sk-", "rsa-"))


def _parse_key_options(word: re.Match[str]) -> _KeyOptions:
    """Parse the options: separated by commas, with values in double quotes."""
    found: dict[str, str] = {}
    at = 0
    while at < len(word[0]):
        match = _OPTION.match(word[0], at)
        name = match[1].lower() if match else word[0][at:].partition(",")[0].partition("=")[0]
        _refuse_bad_option(word.start() + at, name, match, found)
        assert match is not None  # noqa: S101  (refused otherwise)
        found[name] = match[2]
        at = match.end()
    names = tuple(name.strip() for name in found.get("namespaces", "").split(",") if name.strip())
    if any(sign in name for name in names for sign in "*?!"):
        raise _SignerLineError(word.start(), "a pattern for namespaces", 'Write them out: namespaces="git".')
    if "namespaces" in found and not names:
        raise _SignerLineError(
            word.start(), "the list of namespaces is empty, so the key can sign nothing", 'Write: namespaces="git".'
        )
    since, until = (_parse_ssh_date(word.start(), found.get(name)) for name in ("valid-after", "valid-before"))
    return _KeyOptions(names, since, until)


def _refuse_bad_option(at: int, name: str, match: re.Match[str] | None, found: dict[str, str]) -> None:
    if name == "cert-authority":
        hint = "Write each seat's own key. With certificates, this file alone would not tell who may sign."
        raise _SignerLineError(at, "cert-authority allows every key that the authority signs", hint)
    if name not in {"namespaces", "valid-after", "valid-before"}:
        hint = f'{_LINE} Options are namespaces="git", valid-after="…" and valid-before="…".'
        raise _SignerLineError(at, f'"{name[:40]}" is neither an option nor a key type', hint)
    if match is None or match[2] is None:
        raise _SignerLineError(at, f"{name} has no value in double quotes", f'Write it in double quotes: {name}="…".')
    if name in found:
        raise _SignerLineError(at, f"{name} is given twice", "Remove one of them.")


def _parse_ssh_date(at: int, text: str | None) -> int | None:
    """Parse a date in ssh-keygen's form, `YYYYMMDD[HHMM[SS]]`, always as UTC, with or without a `Z`. Unix seconds."""
    if text is None:
        return None
    match = _DATE.fullmatch(text)
    try:
        digits = f"{match[1]}{match[2] or ''}".ljust(14, "0") if match else ""
        return int(datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise _SignerLineError(at, f'"{text}" is not a date', "Use the form 20261120 or 20261120130000Z.") from None


def _refuse_bad_key(kind: re.Match[str], blob: re.Match[str]) -> None:
    """Refuse a key that is not a public key of the stated type."""
    if kind[0] not in _TYPES:
        known = f"Supported types: {', '.join(_TYPES)}."
        raise _SignerLineError(kind.start(), f'"{kind[0]}" is not a key type that can sign', known)
    try:
        parts = list(split_ssh_fields(b64decode(blob[0], validate=True)))
    except (NotBase64, ValueError):
        raise _SignerLineError(blob.start(), "not a public key: it is cut off or mistyped") from None
    if parts[:1] != [kind[0].encode()] or len(parts) != _TYPES[kind[0]] + 1 or not all(parts):
        raise _SignerLineError(blob.start(), f"not a key of the type {kind[0]}")


def split_ssh_fields(raw: bytes) -> Iterator[bytes]:
    """Split packed OpenSSH data into fields (RFC 4251 `string`: a length of four bytes, data). Raises `ValueError`."""
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4])
        at += 4 + size
        if at > len(raw):
            raise ValueError(size)
        yield raw[at - size : at]


_ARMOR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"


def check_forge_keys(raw: bytes) -> Iterator[Problem]:
    """The problems of policy/forges.asc that can be found without gpg."""
    if b"PRIVATE KEY BLOCK" in raw:
        hint = "Remove it and create a new key: every reader of the repository has this one. To export: gpg --export"
        yield Problem(_RULE, Place(FORGE_KEYS_PATH), "a private key", hint)
    elif len(raw) > MAX_BYTES or not any(line.strip() == _ARMOR for line in raw.split(b"\n")):
        hint = "Write the output of: gpg --armor --export KEY"
        yield Problem(_RULE, Place(FORGE_KEYS_PATH), "not a block of OpenPGP public keys", hint)
