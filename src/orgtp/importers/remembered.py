"""The `--map` of each source, as this machine used it last: settings of the machine, not of the org.

They are in `ORGTP_IMPORTS`, else `~/.config/orgtp/imports.json`: `{"acme": {"people": {"parent": "Boss"}}}`, by the id
of the org and the name of the source. A file that cannot be read is as good as none: the command then asks for the map.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_MAX_BYTES = 1 << 20


def imports_path() -> Path:
    """The file of this machine that has the maps."""
    named = os.environ.get("ORGTP_IMPORTS", "")
    usual = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "orgtp" / "imports.json"
    return Path(named).expanduser() if named else usual


def read_remembered_maps(org: str) -> dict[str, dict[str, str]]:
    """The maps that were used for an org, by the name of the source."""
    return {
        source: {str(key): str(column) for key, column in mapping.items()}
        for source, mapping in _read_org(_read_file(), org).items()
        if isinstance(mapping, dict)
    }


def remember_map(org: str, source: str, mapping: Mapping[str, str]) -> bool:
    """Remember the map of a source. Returns False if the file cannot be written: the import has succeeded anyway."""
    everything = _read_file()
    maps = _read_org(everything, org)
    if maps.get(source) == dict(mapping):
        return True
    everything[org] = {**maps, source: dict(mapping)}
    path = imports_path()
    text = json.dumps(everything, ensure_ascii=False, indent=1, sort_keys=True)
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Names of columns may say what a company records of its people, so only their owner reads the file.
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".imports")
        with os.fdopen(number, "w", encoding="utf-8") as out:
            out.write(f"{text}\n")
        os.replace(temporary, path)  # noqa: PTH105  (the file is on the same disk)
    except OSError:
        with suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        return False
    return True


def _read_file() -> dict[str, object]:
    try:
        path = imports_path()
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return {}
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _read_org(everything: Mapping[str, object], org: str) -> dict[str, object]:
    found = everything.get(org)
    return found if isinstance(found, dict) else {}
