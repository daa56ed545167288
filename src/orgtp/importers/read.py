"""Read the paths of an import: recognise the format of each, and call its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from orgtp.importers.formats import FORMATS, BadSource, ImportFormat, SourceRequest
from orgtp.model.errors import BadInput
from orgtp.model.inventory.draft import DraftSource
from orgtp.model.text import did_you_mean

_START = 64 * 1024


def read_draft_sources(
    paths: Sequence[Path], format_: str, mapping: Mapping[str, str], remembered: Mapping[str, Mapping[str, str]]
) -> list[DraftSource]:
    """Read each path, in the given order. `format_` is the name of a format; "" means to recognise it.

    A folder may have files of several formats, and is then a source for each of them. Raises `BadInput` for an unknown
    format, and `BadSource` for a path that cannot be read or recognised.
    """
    named = _find_format(format_) if format_ else None
    return [
        one.read(SourceRequest(path, mapping, remembered))
        for path in paths
        for one in ([named] if named else _recognise(path))
    ]


def _find_format(name: str) -> ImportFormat:
    for one in FORMATS:
        if one.name == name:
            return one
    names = [one.name for one in FORMATS]
    raise BadInput(what=f'unknown format "{name}". {did_you_mean(name, names) or "Use one of: " + ", ".join(names)}')


def _recognise(path: Path) -> list[ImportFormat]:
    """The format of a file, or the formats of the files in a folder."""
    start = _read_start(path)
    found = (one for one in FORMATS if one.recognise(path, start))
    if formats := list(found) if path.is_dir() else list(islice(found, 1)):
        return formats
    names = ", ".join(one.name for one in FORMATS)
    raise BadSource(where=path, what=f"the format is not recognised. Name it with --format, one of: {names}")


def _read_start(path: Path) -> bytes:
    """The first part of a file; b"" for a folder."""
    try:
        if path.is_dir():
            return b""
        if not path.is_file():
            raise BadSource(where=path, what="it is not a file or a folder" if path.exists() else "it does not exist")
        with path.open("rb") as file:
            return file.read(_START)
    except OSError as error:
        raise BadSource(where=path, what=error.strerror or str(error)) from error
