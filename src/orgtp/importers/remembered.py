"""The `--map` of each source, which this machine remembers for the next import, in a file outside of the org.

    people:
      parent: Manager ID
      name: Worker

It is ~/.config/orgtp/imports.yaml, or in the folder of XDG_CONFIG_HOME. A file that cannot be read keeps nothing from
being imported: `read_remembered` says what is wrong with it, and `remember_mapping` never writes over it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.files.output import CannotOutput, write_atomically
from orgtp.files.yaml.dumper import format_document
from orgtp.files.yaml.editor import CannotEdit, edit_yaml
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import DropKey, SetKey

_MOST_BYTES = 256 * 1024
_HEAD = "# How the columns of imported tables are read on this machine. Imports write it; edit it as you like.\n"


@dataclass(frozen=True, slots=True)
class RememberedMaps:
    """The maps by the name of the source. `fault` says why the file, or a part of it, cannot be used; "" if it can."""

    path: Path | None
    maps: Mapping[str, Mapping[str, str]]
    fault: str = ""


def find_imports_path() -> Path | None:
    """The path of the file, whether or not it exists; None if the home directory is unknown."""
    try:
        return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "orgtp" / "imports.yaml"
    except RuntimeError:
        return None


def read_remembered() -> RememberedMaps:
    """What this machine remembers; nothing if there is no file. It never raises for what is in the file."""
    path = find_imports_path()
    try:
        if path is None or not os.path.lexists(path):
            return RememberedMaps(path, {})
        raw = read_regular_file(path, _MOST_BYTES)
        data = {} if _has_no_entry(raw.decode("utf-8", "replace")) else read_document(path.name, raw).data or {}
        wrong = _find_wrong_entry(data)
    except (OSError, UnreadableFile) as error:
        return RememberedMaps(path, {}, f"{path} cannot be read: {error}. {_IGNORED}")
    except NotStrict as error:
        place = error.problem.place
        return RememberedMaps(path, {}, f"{path}:{place.line}: {error.problem.message}. {_IGNORED}")
    if wrong:
        return RememberedMaps(path, {}, f"{path}: {wrong}. {_IGNORED}")
    return RememberedMaps(path, {name: dict(keys) for name, keys in data.items() if not name.startswith("x-")})


_IGNORED = "No --map is remembered until it is corrected or deleted"


def _has_no_entry(text: str) -> bool:
    return all(not line.strip() or line.startswith("#") for line in text.splitlines())


def _find_wrong_entry(data: object) -> str:
    form = "Write the name of a source, and below it KEY: COLUMN"
    if not isinstance(data, dict):
        return f"it has no names of sources. {form}"
    for name, keys in data.items():
        is_map = isinstance(keys, dict) and all(isinstance(column, str) for column in keys.values())
        if not name.startswith("x-") and not is_map:
            return f'"{name}" does not have keys with columns. {form}'
    return ""


def remember_mapping(source: str, mapping: Mapping[str, str]) -> str:
    """Remember the map of a source, or forget it if it is empty. Return why it could not be done; "" if it was.

    Other sources stay as they are. The file is replaced as a whole, so that a reader sees the old one or the new one.
    """
    known = read_remembered()
    if known.path is None and mapping:
        return "your home directory is unknown, so the --map is not remembered"
    if known.path is None or known.fault:
        return known.fault if mapping else ""
    if dict(known.maps.get(source, {})) == dict(mapping):
        return ""
    try:
        target = known.path.resolve() if known.path.is_symlink() else known.path
        text = target.read_text(encoding="utf-8") if target.exists() else _HEAD
        changed = _change_text(target.name, text, source, mapping)
        target.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(target, force=True) as temporary:
            temporary.write_text(changed, encoding="utf-8")
    except (OSError, CannotOutput, CannotEdit) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"the --map is not remembered: {known.path} cannot be written: {reason}"
    return ""


def _change_text(name: str, text: str, source: str, mapping: Mapping[str, str]) -> str:
    """The text of the file with another map of a source. All other lines stay, comments included."""
    if not mapping and set(read_document(name, text.encode()).data or {}) == {source}:
        # Without its last entry, the file would be no mapping any more.
        return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    if not mapping:
        return edit_yaml(name, text, DropKey(name, (source,)))
    if _has_no_entry(text):
        return text + format_document({source: dict(mapping)})
    return edit_yaml(name, text, SetKey(name, (source,), dict(mapping)))
