"""Secrets: read from the environment or a file when a source is asked, and redacted in its output."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote

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


class SecretRedactor:
    """Collects secrets and replaces them in text."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def add_secret(self, secret: str) -> str:
        """Add a secret in every form in which it may be printed. Returns the secret."""
        self._secrets |= {form for part in _split_secret(secret) for form in _encode_forms(part)}
        return secret

    def add_environment(self) -> None:
        """Add the secrets in the environment, because a program may print them."""
        for name, value in os.environ.items():
            upper, text = name.upper(), value.strip()
            if _TELLING.search(upper) and len(text) >= _LONG:
                self.add_secret(text)
            elif _ADDRESS.search(upper):
                self._secrets |= {form for part in _find_address_secrets(text) for form in _encode_forms(part)}

    def redact(self, text: str) -> str:
        """Return `text` with each secret replaced by ***; a short one is replaced only as a whole word."""
        for secret in sorted(self._secrets, key=lambda secret: (-len(secret), secret)):
            pattern = re.escape(secret)
            text = re.sub(pattern if len(secret) >= _SHORT else rf"(?<!\w){pattern}(?!\w)", HIDDEN, text)
        return text

    def finds_secret(self, text: str) -> bool:
        """Whether `text` contains a secret. Short secrets are ignored."""
        return any(secret in text for secret in self._secrets if len(secret) >= _SHORT)


def _split_secret(secret: str) -> Iterator[str]:
    """Yield the secret, its words, the texts in it if it is JSON, and the secret parts of it if it is an address."""
    yield from (secret, secret.strip())
    yield from (word for word in secret.split() if len(word) >= _WORD)
    yield from (text for text in _find_json_texts(secret) if len(text) >= _WORD)
    yield from _find_address_secrets(secret)


def _find_address_secrets(address: str) -> Iterator[str]:
    """Yield the user, the password and the query values of an address, as written and percent-decoded."""
    for pattern in (_USER, _PASSWORD, _PORT):
        for found in pattern.findall(address):
            pieces = [found, found.partition(":")[2], *found.split("@"), *found.partition(":")[2].split("@")]
            yield from (form for piece in pieces for form in (piece, unquote(piece)))
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


def _encode_forms(part: str) -> set[str]:
    forms = {part, quote(part), quote(part, safe=""), quote_plus(part), json.dumps(part)[1:-1], repr(part)[1:-1]}
    return forms - {""}


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
