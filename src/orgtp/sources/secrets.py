"""Secrets: read from the environment or a file when a source is asked, and redacted in its output.

A server, a driver or a program may print a secret as another program would write it. `SPELLINGS` lists the ways.
"""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import string
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from html.entities import codepoint2name
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from orgtp.model.text import one_line
from orgtp.sources.kind import SourceFailed

HIDDEN = "***"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_USER = re.compile(r"://([^/?#\s]*)@")
# In a database URL, a password may hold anything but @.
_PASSWORD = re.compile(r"://[^:/@\s]*:([^@\s]*)@")
# A port that is not a number, and the values in a query.
_PORT = re.compile(r"://(?:[^/?#@\s]*@)?[^/?#:@\s]*:([^/?#@\s]*[^/?#@\s0-9][^/?#@\s]*)(?![^/?#\s]*@)")
_QUERY = re.compile(r"[?&;][^=&;#\s]+=([^&;#\s]+)")
# Names of environment variables that usually hold a secret.
_TELLING = re.compile(
    r"TOKEN|SECRET|PASS(?:WORD|WD|PHRASE)?(?:_|$)|CREDENTIAL|(?:API|ACCESS|PRIVATE|AUTH|SECRET)_?KEY|_(?:KEY|AUTH|PAT|PWD)$"
)
_ADDRESS = re.compile(r"(?:URL|URI|DSN)$")
# Shorter texts occur in other words by chance.
_SHORT, _WORD, _LONG = 4, 6, 8
_LARGEST = 64 * 1024
# What stands for the rest of a text that was cut.
_CUT = re.compile(r"\u2026|\.\.\.")
_LOWER_CASE = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
# What may be the base64 of a secret, within a longer text.
_BASE64_WORD = re.compile(r"[A-Za-z0-9+/_-]{8,4096}")
# Where base64 was wrapped over lines, which may have become blanks, or an escape in JSON.
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/_-]{16})(?:\s|\\[rn])+(?=[A-Za-z0-9+/_=-])")
_OLD_ENCODINGS = ("latin-1", "cp1252")
_JSON_ESCAPE = re.compile(r'(?:\\u[0-9A-Fa-f]{4})+|\\["\\/bfnrt]')
_DEPTH = 2
# What URL encoders leave as it is besides letters, digits, "_", "-" and ".".
_LEFT_AS_IS = ("", "/", "~", "/~", "!~*'()", "/~:@!$&'()*+,;=", ";,/?:@&=+$!~*'()#", "/~:@!$&'()*+,;=?")


def _spell_percent(secret: str) -> Iterator[str]:
    """Percent-encoded (RFC 3986, and as `encodeURI`, forms and Java do), once and twice."""
    for raw in _encode_text(secret):
        for left in _LEFT_AS_IS:
            once = quote(raw, safe=left).replace("~", "~" if "~" in left else "%7E")
            yield from (once, once.replace("%20", "+"), quote(once, safe=left))
        yield quote_plus(raw)
        yield "".join(f"%{byte:02X}" for byte in raw)


def _encode_text(secret: str) -> Iterator[bytes]:
    """The bytes of a secret: in UTF-8, and in the encodings of one byte that old servers use."""
    yield secret.encode("utf-8", "surrogateescape")
    for encoding in () if secret.isascii() else _OLD_ENCODINGS:
        with suppress(UnicodeEncodeError):
            yield secret.encode(encoding)


def _spell_lower_percent(secret: str) -> Iterator[str]:
    """The same with lower-case digits, %2f."""
    return (re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in _spell_percent(secret))


def _spell_json(secret: str) -> Iterator[str]:
    """Within a JSON string, with the escapes that some encoders add for slashes, for HTML, and for everything."""
    for ascii_only in (True, False):
        form = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        inert = "".join(f"\\u{ord(sign):04x}" if sign in "<>&'=+`\x7f" else sign for sign in form)
        yield from (form, form.replace("/", "\\/"), inert, inert.replace("/", "\\/"), inert.replace("/", "\\u002f"))
        yield json.dumps(form)[1:-1]
    yield "".join(f"\\u{unit:04x}" for unit in _list_utf16_units(secret))


def _list_utf16_units(text: str) -> list[int]:
    raw = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]


def _spell_html(secret: str) -> Iterator[str]:
    """Within HTML or XML, with the entities of several encoders, by name and by number, once and twice."""
    plain = html.escape(secret, quote=False)
    whole = html.escape(secret)
    named = "".join(f"&{codepoint2name[ord(sign)]};" if ord(sign) in codepoint2name else sign for sign in secret)
    yield from (plain, whole, html.escape(whole), named, named.replace("'", "&#039;"), named.replace("'", "&#39;"))
    quotes = (("&#39;", "&quot;"), ("&#39;", "&#34;"), ("&#039;", "&quot;"), ("&apos;", "&quot;"), ("'", "&quot;"))
    for single, double in quotes:
        form = plain.replace("'", single).replace('"', double)
        yield from (form, form.replace("/", "&#x2F;").replace("`", "&#x60;").replace("=", "&#x3D;"))
    for pattern in ("&#{};", "&#x{:x};", "&#x{:X};"):
        for keeps in (str.isalnum, str.isascii, lambda sign: sign.isalnum() and sign.isascii()):
            yield "".join(sign if keeps(sign) else pattern.format(ord(sign)) for sign in secret)


def _spell_base64(secret: str) -> Iterator[str]:
    """In base64, also within the base64 of a longer text, of which only the whole groups of four are certain."""
    for raw, encode in product(_encode_text(secret), (b64encode, urlsafe_b64encode)):
        yield from (encode(raw).decode(), encode(raw).decode().rstrip("="))
        for before in range(3):
            inside = encode(bytes(before) + raw).decode().rstrip("=")
            # The first group has bytes of the text before, and the last one may have bytes of the text after.
            yield inside[4 if before else 0 : (before + len(raw)) // 3 * 4]


def _spell_code(secret: str) -> Iterator[str]:
    """As a text in Python, SQL and a shell, and its bytes in hexadecimal digits."""
    raw = secret.encode("utf-8", "surrogateescape")
    yield from (repr(secret)[1:-1], repr(raw)[2:-1], raw.hex(), raw.hex().upper(), secret.replace("'", "''"))
    yield from (shlex.quote(secret), shlex.quote(secret)[1:-1], secret.replace("\\", "\\\\").replace('"', '\\"'))


def _spell_one_line(secret: str) -> Iterator[str]:
    """On one line, with single blanks, as a reason is written."""
    yield from (one_line(secret), " ".join(secret.split()))


# Every way in which a secret may be printed, by name. Upper and lower case are compared as equal.
SPELLINGS: Mapping[str, Callable[[str], Iterable[str]]] = {
    "as it is": lambda secret: [secret],
    "on one line": _spell_one_line,
    "percent-encoded": _spell_percent,
    "percent-encoded in lower case": _spell_lower_percent,
    "in JSON": _spell_json,
    "in HTML": _spell_html,
    "in base64": _spell_base64,
    "in code": _spell_code,
}
# Spellings of a short text that may be a value, or a word of a message.
_FOR_LONG = {"in base64", "in code"}


class SecretRedactor:
    """Collects secrets and replaces them in text."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def add_secret(self, secret: str) -> str:
        """Add a secret in every form in which it may be printed. Returns the secret."""
        self._secrets |= {form for part in _split_secret(secret) for form in spell_secret(part)}
        return secret

    def add_environment(self) -> None:
        """Add the secrets in the environment, because a program may print them."""
        for name, value in os.environ.items():
            upper, text = name.upper(), value.strip()
            if _TELLING.search(upper) and len(text) >= _LONG:
                self.add_secret(text)
            elif _ADDRESS.search(upper):
                self._secrets |= {form for part in _find_address_secrets(text) for form in spell_secret(part)}

    def redact(self, text: str) -> str:
        """Return `text` with each secret replaced by ***; a short one is replaced only as a whole word.

        The beginning of a secret is replaced where the text was cut.
        """
        hidden = self._replace_spellings(text)
        # A mixture of spellings is in no list.
        return f"{HIDDEN} (the reason contains a secret)" if self.finds_secret(hidden) else hidden

    def _replace_spellings(self, text: str) -> str:
        spans = sorted(self._find_all_spans(text))
        kept, at = [], 0
        for begin, end in spans:
            # Secrets overlap: a word of one may be part of another.
            if begin >= at:
                kept += [text[at:begin], HIDDEN]
            at = max(at, end)
        return "".join([*kept, text[at:]])

    def finds_secret(self, text: str) -> bool:
        """Whether `text`, or what it encodes, contains a secret. Short secrets are ignored."""
        return any(True for form in _decode_text(text) for _ in self._find_all_spans(form, _SHORT))

    def _find_all_spans(self, text: str, shortest: int = 1) -> Iterator[tuple[int, int]]:
        """Where the text contains a secret, or the beginning of one that was cut."""
        lower = text.translate(_LOWER_CASE)
        cuts = [found.start() for found in _CUT.finditer(text)]
        for secret in self._secrets:
            if len(secret) >= shortest:
                yield from _find_spans(lower, secret, cuts)


def _decode_text(text: str) -> set[str]:
    """The text, and everything that it may encode, through up to `_DEPTH` encodings."""
    found, new = {text}, {text}
    for _ in range(_DEPTH):
        new = {form for one in new for form in _decode_once(one)} - found
        found |= new
    return found


def _decode_once(text: str) -> Iterator[str]:
    yield from (unquote(text), unquote_plus(text), html.unescape(text))
    if "%" in text:
        yield from (form for encoding in _OLD_ENCODINGS for form in _decode_percent(text, encoding))
    yield _JSON_ESCAPE.sub(lambda found: str(json.loads(f'"{found[0]}"')), text)
    joined = _WRAPPED.sub("", text)
    if joined != text:
        yield joined
    for word in {*_BASE64_WORD.findall(text), *_BASE64_WORD.findall(joined)}:
        yield from (form for form in _decode_base64(word) if form)


def _decode_percent(text: str, encoding: str) -> Iterator[str]:
    yield from (unquote(text, encoding=encoding), unquote_plus(text, encoding=encoding))


def _decode_base64(word: str) -> Iterator[str]:
    """The text whose base64 a word is or contains, from each place where a group of four may begin."""
    plain = word.replace("-", "+").replace("_", "/")
    for begin in range(4):
        rest = plain[begin:] if len(plain[begin:]) % 4 != 1 else plain[begin:-1]
        raw = b64decode(rest + "=" * (-len(rest) % 4))
        yield from (raw.decode(encoding, errors="ignore") for encoding in ("utf-8", *_OLD_ENCODINGS))


def _find_spans(text: str, secret: str, cuts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where a secret is in a text in lower case, and where its beginning is, if the text was cut at one of `cuts`."""
    wanted = secret.translate(_LOWER_CASE)
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if len(wanted) >= _SHORT or not (_is_word(text[at - 1 : at]) or _is_word(text[end : end + 1])):
            yield at, end
        at = text.find(wanted, at + 1)
    for cut in cuts:
        sizes = range(min(len(wanted), cut), _SHORT - 1, -1)
        size = next((size for size in sizes if text.startswith(wanted[:size], cut - size)), 0)
        if size:
            yield cut - size, cut


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def spell_secret(part: str) -> set[str]:
    """Every spelling of a secret or of a part of one. Those of a short one may not look like a number or a word."""
    names = SPELLINGS if len(part) >= _WORD else SPELLINGS.keys() - _FOR_LONG
    forms = {form for name in names for form in SPELLINGS[name](part)}
    # The certain part of a spelling may be short although the secret is long.
    return {form for form in forms if len(form) >= min(len(part), _LONG) and form}


def _split_secret(secret: str) -> Iterator[str]:
    """Yield the secret, its words, the texts in it if it is JSON, and the secret parts of it if it is an address."""
    yield from (secret, secret.strip())
    words = [word for word in secret.split() if len(word) >= _WORD]
    yield from words
    yield from (part for word in words for part in _decode_credentials(word))
    yield from (text for text in _find_json_texts(secret) if len(text) >= _WORD)
    yield from _find_address_secrets(secret)


def _decode_credentials(word: str) -> Iterator[str]:
    """Yield `user:password` and the password, if a word is their base64: `Authorization: Basic …` (RFC 7617)."""
    if not _BASE64.fullmatch(word):
        return
    try:
        text = b64decode(word.replace("-", "+").replace("_", "/") + "=" * (-len(word) % 4)).decode()
    except ValueError:
        return
    if ":" in text and text.isprintable():
        yield from (text, text.partition(":")[2])


def _find_address_secrets(address: str) -> Iterator[str]:
    """Yield the user, the password and the query values of an address, as written and percent-decoded."""
    for pattern in (_USER, _PASSWORD, _PORT):
        for found in pattern.findall(address):
            pieces = [found, found.partition(":")[2], *found.split("@"), *found.partition(":")[2].split("@")]
            # A user without a password is sent as `user:`.
            pieces += [f"{found}:"] if pattern is _USER and ":" not in found else []
            yield from (form for piece in pieces for form in (piece, unquote(piece)) if form)
    # A short number in a query is a year or a page, not a secret.
    asked = (unquote(found) for found in _QUERY.findall(address))
    yield from (found for found in asked if len(found) >= (_LONG if found.isdigit() else _SHORT))


def _find_json_texts(secret: str) -> Iterator[str]:
    """Yield the texts in a JSON document, such as a credentials file."""
    try:
        left = [json.loads(secret)] if secret.lstrip()[:1] in {"{", "["} else []
    except (ValueError, RecursionError):
        return
    while left:
        item = left.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict | list):
            left += item.values() if isinstance(item, dict) else item


def resolve_secrets(value: Any, redactor: SecretRedactor) -> Any:
    """Replace `env:NAME` and `file:PATH` in `value` and add the secrets to the redactor. Raises `SourceFailed`."""
    if isinstance(value, Mapping):
        return {key: resolve_secrets(item, redactor) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve_secrets(item, redactor) for item in value]
    if isinstance(value, str) and value.startswith("env:"):
        return redactor.add_secret(_read_secret_variable(value.removeprefix("env:")))
    if isinstance(value, str) and value.startswith("file:"):
        return redactor.add_secret(_read_secret_file(value.removeprefix("file:")))
    return value


def _read_secret_variable(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SourceFailed(f'env:{name} does not name a variable. Write it as "env:NAME"', again=False)
    value = os.environ.get(name, "").strip("\r\n")
    if not value.strip():
        raise SourceFailed(f"the environment variable {name} is not set or is empty", again=False)
    return value


def _read_secret_file(name: str) -> str:
    try:
        with Path(name).expanduser().open("rb") as file:
            value = file.read(_LARGEST).decode().strip()
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SourceFailed(f"the secret in {name} cannot be read: {why}", again=False) from error
    if not value:
        raise SourceFailed(f"the secret in {name} is empty", again=False)
    return value
