"""Where whom can be told: this machine's own file, which no org repository has a say in.

Its addresses are secrets: they are in no message, not even in that of a file that cannot be read.
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
    """The file cannot be read, or is none of addresses."""

    text = "{path}: {what}"


class NoAddress(OrgtpError):
    """An address is to come from a variable of the environment that is not set, or that none can be."""

    text = "{what}"


def notify_path(named: Path | None = None) -> Path | None:
    """The file: as named, else ORGTP_NOTIFY, else ~/.config/orgtp/notify.yaml if it is there."""
    if named or os.environ.get("ORGTP_NOTIFY"):
        return named or Path(os.environ["ORGTP_NOTIFY"]).expanduser()
    usual = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "orgtp" / "notify.yaml"
    return usual if usual.is_file() else None


def read_notify_file(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The addresses of each seat, and under `default` those for all others. Raises `BadNotify`."""
    try:
        data = read_document(path.name, path.read_bytes()).data
    except OSError as error:
        raise BadNotify(path=path, what=f"cannot be read: {error.strerror}") from error
    except NotStrict as error:
        place = error.problem.place
        raise BadNotify(path=path, what=f"it is no YAML as it is read here, at line {place.line}") from error
    if not isinstance(data, dict):
        raise BadNotify(path=path, what=f"it holds no keys. {_FORM}")
    return {name: _read_seat_addresses(path, name, value) for name, value in data.items() if not name.startswith("x-")}


def _read_seat_addresses(path: Path, name: str, value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not is_id(name) or not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
        raise BadNotify(path=path, what=f"a line that is no seat with its addresses. {_FORM}")
    return tuple(listed)


def resolve_address(text: str) -> str:
    """The address itself, which `env:NAME` leaves to the environment. Raises `NoAddress`."""
    scheme, colon, name = text.partition(":")
    if not colon or scheme != "env":
        return text
    if not _NAME.fullmatch(name):
        # Somebody may have put the address itself there.
        raise NoAddress(what="what stands after env: is no name of a variable")
    if not os.environ.get(name):
        raise NoAddress(what=f"the variable {name} is not set")
    return os.environ[name]
