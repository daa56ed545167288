"""policy/allowed_signers, read into `SignerKey`s: git's own format (ssh-keygen(1), ALLOWED SIGNERS), held strictly.

ssh-keygen also takes patterns for principals, certificate authorities, and dates in the zone of whoever reads. Who may
write the record is to be the same for every reader, so the first two have no meaning here: each is a problem at its
place, and its line gives nobody a right. A date is always read as UTC.
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
# The types that OpenSSH signs files with (sshkey.c), each with how many fields its public key has after its name.
_TYPES = {
    "ssh-ed25519": 1,
    "ssh-rsa": 2,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "sk-ssh-ed25519@openssh.com": 2,
    "sk-ecdsa-sha2-nistp256@openssh.com": 3,
}
# A quote that is not closed is part of its word, which then is nothing that belongs here.
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"|")+')
_OPTION = re.compile(r'([A-Za-z-]+)(?:="([^"]*)")?(?:,|$)')
_DATE = re.compile(r"([0-9]{8})([0-9]{2}[0-9]{2}(?:[0-9]{2})?)?Z?")
_LINE = "Write a line as: SEAT ssh-ed25519 AAAA… (what ssh-keygen wrote into the .pub file, after the seat's id)."
_ONE_SEAT = "Write the id of one seat, as it stands in seats/; another key of the same seat is another line."


class _NoKeyError(Exception):
    """A line that gives nobody a right: where in it, what is wrong, and the remedy."""

    def __init__(self, at: int, message: str, hint: str = _LINE) -> None:
        super().__init__(message)
        self.at, self.message, self.hint = at, message, hint


@dataclass(frozen=True, slots=True)
class _Options:
    namespaces: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


@lru_cache(maxsize=256)
def read_signers(raw: bytes, path: str = ALLOWED_SIGNERS_PATH) -> tuple[tuple[SignerKey, ...], tuple[Problem, ...]]:
    """The keys in a file of allowed signers, and what is wrong with its other lines."""
    if len(raw) > MAX_BYTES:
        return (), (Problem(_RULE, Place(path), "larger than 256 KiB, so it was not read", "Keep to a line a key."),)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        place = Place(path, raw[: error.start].count(b"\n") + 1)
        return (), (Problem(_RULE, place, "not UTF-8", "Write the file in UTF-8, or its comments in ASCII."),)
    keys: list[SignerKey] = []
    problems: list[Problem] = []
    for number, line in _lines(text):
        try:
            keys.append(_key(Place(path, number), line))
        except _NoKeyError as wrong:
            problems.append(Problem(_RULE, Place(path, number, wrong.at + 1), wrong.message, wrong.hint))
    return tuple(keys), tuple(problems)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something, by number: no comments, no empty ones. A line ends at a newline alone."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.rstrip("\r")


def _key(place: Place, line: str) -> SignerKey:
    """A line: principal, options if there are any, type and key; what follows is a comment."""
    words = list(_WORD.finditer(line))
    principal = _principal(words[0])
    rest = words[1:]
    options = _Options()
    if rest and rest[0][0] not in _TYPES and not _is_key_type(rest[0][0]):
        options, rest = _options(rest[0]), rest[1:]
    if len(rest) < 2:  # noqa: PLR2004  (a type and a key)
        raise _NoKeyError(len(line.rstrip()), f"no key after {words[-1][0][:40]}")
    kind, blob = rest[0], rest[1]
    _refuse_no_key(kind, blob)
    where = Place(place.path, place.line, words[0].start() + 1)
    return SignerKey(principal, kind[0], blob[0], options.namespaces, options.since, options.until, where)


def _principal(word: re.Match[str]) -> str:
    name = word[0][1:-1] if word[0][:1] == '"' == word[0][-1:] else word[0]
    if "," in name:
        raise _NoKeyError(word.start(), f'one key for several: "{name}"', _ONE_SEAT)
    if any(sign in name for sign in "*?!"):
        raise _NoKeyError(word.start(), f'"{name}" is a pattern, which lets in more than one', _ONE_SEAT)
    if not is_id(name):
        raise _NoKeyError(word.start(), f'"{name}" is not a seat\'s id', f"{_ONE_SEAT} {id_hint(name)}")
    return name


def _is_key_type(word: str) -> bool:
    """Whether a word is meant as the type of a key, known or not: `ssh-dss`, a certificate."""
    return "=" not in word and word.startswith(("ssh-", "ecdsa-", "sk-", "rsa-"))


def _options(word: re.Match[str]) -> _Options:
    """The options: a list with commas between them, values in double quotes."""
    found: dict[str, str] = {}
    at = 0
    while at < len(word[0]):
        match = _OPTION.match(word[0], at)
        name = match[1].lower() if match else word[0][at:].partition(",")[0].partition("=")[0]
        _refuse_option(word.start() + at, name, match, found)
        assert match is not None  # noqa: S101  (refused otherwise)
        found[name] = match[2]
        at = match.end()
    names = tuple(name.strip() for name in found.get("namespaces", "").split(",") if name.strip())
    if any(sign in name for name in names for sign in "*?!"):
        raise _NoKeyError(word.start(), "a pattern for namespaces", 'Write them out: namespaces="git".')
    if "namespaces" in found and not names:
        raise _NoKeyError(word.start(), "no namespace, so the key is good for nothing", 'Write: namespaces="git".')
    since, until = (_moment(word.start(), found.get(name)) for name in ("valid-after", "valid-before"))
    return _Options(names, since, until)


def _refuse_option(at: int, name: str, match: re.Match[str] | None, found: dict[str, str]) -> None:
    if name == "cert-authority":
        hint = "Write each seat's own key: whom a certificate is for, this file alone would not say."
        raise _NoKeyError(at, "cert-authority admits whoever an authority signs", hint)
    if name not in {"namespaces", "valid-after", "valid-before"}:
        hint = f'{_LINE} Options are namespaces="git", valid-after="…" and valid-before="…".'
        raise _NoKeyError(at, f'"{name[:40]}" is neither an option nor the type of a key', hint)
    if match is None or match[2] is None:
        raise _NoKeyError(at, f"{name} has no value in double quotes", f'Write it in double quotes: {name}="…".')
    if name in found:
        raise _NoKeyError(at, f"{name} stands here twice", "Keep one of them.")


def _moment(at: int, text: str | None) -> int | None:
    """A date as ssh-keygen writes it, `YYYYMMDD[HHMM[SS]]`; always in UTC, which a `Z` at the end says too."""
    if text is None:
        return None
    match = _DATE.fullmatch(text)
    try:
        digits = f"{match[1]}{match[2] or ''}".ljust(14, "0") if match else ""
        return int(datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise _NoKeyError(at, f'"{text}" is not a date', "Write it as 20261120 or 20261120130000Z.") from None


def _refuse_no_key(kind: re.Match[str], blob: re.Match[str]) -> None:
    """Refuse what is not the public key that the line says it is."""
    if kind[0] not in _TYPES:
        known = f"Known are: {', '.join(_TYPES)}."
        raise _NoKeyError(kind.start(), f'"{kind[0]}" is no type of key that signs', known)
    try:
        parts = list(fields_of(b64decode(blob[0], validate=True)))
    except (NotBase64, ValueError):
        raise _NoKeyError(blob.start(), "not a public key: it is cut short or mistyped") from None
    if parts[:1] != [kind[0].encode()] or len(parts) != _TYPES[kind[0]] + 1 or not all(parts):
        raise _NoKeyError(blob.start(), f"not a key of the type {kind[0]}")


def fields_of(raw: bytes) -> Iterator[bytes]:
    """The fields of what OpenSSH packs (RFC 4251, `string`: four bytes of length, then it). Raises `ValueError`."""
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4])
        at += 4 + size
        if at > len(raw):
            raise ValueError(size)
        yield raw[at - size : at]


_ARMOR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"


def forges_problems(raw: bytes) -> Iterator[Problem]:
    """What is wrong with policy/forges.asc, as far as can be seen without gpg."""
    if b"PRIVATE KEY BLOCK" in raw:
        hint = "Take it out, and make a new key: who has read the repository has this one. Export with: gpg --export"
        yield Problem(_RULE, Place(FORGE_KEYS_PATH), "a private key", hint)
    elif len(raw) > MAX_BYTES or not any(line.strip() == _ARMOR for line in raw.split(b"\n")):
        hint = "Write what this prints: gpg --armor --export KEY"
        yield Problem(_RULE, Place(FORGE_KEYS_PATH), "not a block of OpenPGP public keys", hint)
