"""Secrets: taken from the environment or a file where a source is asked, and hidden in all that it says."""

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
# The address of a database may have anything but @ in its password.
_PASSWORD = re.compile(r"://[^:/@\s]*:([^@\s]*)@")
# What is shorter stands in many words by chance.
_SHORT, _WORD = 4, 6
_LARGEST = 64 * 1024


class Veil:
    """The secrets that are known so far, and what hides them."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def know(self, secret: str) -> str:
        """Take note of a secret, in every form in which it may come back; the secret itself."""
        self._secrets |= {form for part in _parts(secret) for form in _forms(part)}
        return secret

    def hide(self, text: str) -> str:
        """`text` with *** for each secret; a short one only where it is a word of its own."""
        for secret in sorted(self._secrets, key=lambda secret: (-len(secret), secret)):
            pattern = re.escape(secret)
            text = re.sub(pattern if len(secret) >= _SHORT else rf"(?<!\w){pattern}(?!\w)", HIDDEN, text)
        return text

    def shows(self, text: str) -> bool:
        """Whether a secret that is no short word stands in `text`."""
        return any(secret in text for secret in self._secrets if len(secret) >= _SHORT)


def _parts(secret: str) -> Iterator[str]:
    """The secret, its words, and what an address in it has for a user and a password."""
    yield from (secret, secret.strip())
    yield from (word for word in secret.split() if len(word) >= _WORD)
    for pattern in (_USER, _PASSWORD):
        for found in pattern.findall(secret):
            yield from (found, unquote(found), found.partition(":")[2], unquote(found.partition(":")[2]))


def _forms(part: str) -> set[str]:
    forms = {part, quote(part), quote(part, safe=""), quote_plus(part), json.dumps(part)[1:-1], repr(part)[1:-1]}
    return forms - {""}


def resolved(value: Any, veil: Veil) -> Any:
    """`value` with what `env:NAME` and `file:PATH` stand for, which the veil knows then. Raises `SourceFailed`."""
    if isinstance(value, Mapping):
        return {key: resolved(item, veil) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, veil) for item in value]
    if isinstance(value, str) and value.startswith("env:"):
        return veil.know(_of_environment(value.removeprefix("env:")))
    if isinstance(value, str) and value.startswith("file:"):
        return veil.know(_of_file(value.removeprefix("file:")))
    return value


def _of_environment(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SourceFailed(f'env:{name} names no variable. Write it as "env:NAME"', again=False)
    value = os.environ.get(name, "").strip("\r\n")
    if not value.strip():
        raise SourceFailed(f"the environment has no {name}, or an empty one", again=False)
    return value


def _of_file(name: str) -> str:
    try:
        with Path(name).expanduser().open("rb") as file:
            value = file.read(_LARGEST).decode().strip()
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SourceFailed(f"the secret in {name} cannot be read: {why}", again=False) from error
    if not value:
        raise SourceFailed(f"the secret in {name} is empty", again=False)
    return value
