"""Reads the addresses for notifications from a file of this machine, which is outside of any org's repository.

Addresses are secrets, so no message contains one, not even an error about the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.errors import OrgtpError
from orgtp.model.text import is_id

DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORM = "Write a seat's id, or default, and its addresses: bogdan: [env:BOGDAN_URL]"


class BadNotify(OrgtpError):
    """The file cannot be read or is invalid."""

    text = "{path}: {what}"


class NoAddress(OrgtpError):
    """An address refers to an environment variable that is not set or has an invalid name."""

    text = "{what}"


def notify_path(named: Path | None = None) -> Path | None:
    """The path of the file: `named`, else ORGTP_NOTIFY, else ~/.config/orgtp/notify.yaml if it exists, else None."""
    if named or os.environ.get("ORGTP_NOTIFY"):
        return named or Path(os.environ["ORGTP_NOTIFY"]).expanduser()
    usual = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "orgtp" / "notify.yaml"
    try:
        usual.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        # It may exist: reading it will say what is wrong.
        return usual
    return usual


def read_notify_file(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Read the addresses by seat; those under `default` are for all other seats. Raises `BadNotify`."""
    try:
        data = read_document(path.name, path.read_bytes()).data
    except OSError as error:
        raise BadNotify(path=path, what=f"cannot be read: {error.strerror}") from error
    except NotStrict as error:
        place = error.problem.place
        raise BadNotify(path=path, what=f"it is not valid YAML, at line {place.line}") from error
    if not isinstance(data, dict):
        raise BadNotify(path=path, what=f"it has no keys. {_FORM}")
    return {name: _read_seat_addresses(path, name, value) for name, value in data.items() if not name.startswith("x-")}


def _read_seat_addresses(path: Path, name: str, value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not is_id(name) or not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
        raise BadNotify(path=path, what=f"a line is not a seat with its addresses. {_FORM}")
    return tuple(listed)


def resolve_address(text: str) -> str:
    """Resolve an address: `env:NAME` is read from the environment. Raises `NoAddress`."""
    scheme, colon, name = text.partition(":")
    if not colon or scheme != "env":
        return text
    if not _NAME.fullmatch(name):
        # The text may be the address itself, so it is not quoted.
        raise NoAddress(what="the text after env: is not a variable's name")
    if not os.environ.get(name):
        raise NoAddress(what=f"the variable {name} is not set")
    return os.environ[name]
