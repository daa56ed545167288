"""Write a reproducible zip file: sorted entries, one date, one mode, and no compression.

The bundle is compressed already, and the output of zlib depends on its version.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from orgtp.model.errors import OrgtpError

_MODE = 0o100644
_UNIX = 3
# The range of dates that a zip file can hold.
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)


class OutputExists(OrgtpError):
    """The output file exists already."""

    text = "{path} exists already and was not changed. To overwrite it, add --force"


def write_zip(out: IO[bytes], at: datetime, entries: Mapping[str, Iterable[bytes]]) -> None:
    """Write a zip file of `entries`, all dated `at`, to a seekable file."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, pieces in sorted(entries.items()):
            # The size of a bundle is not known yet, so use the format for large files.
            with archive.open(_make_zip_entry(name, at), "w", force_zip64=True) as entry:
                for piece in pieces:
                    entry.write(piece)


def _make_zip_entry(name: str, at: datetime) -> zipfile.ZipInfo:
    date = min(max(at.astimezone(UTC), _FIRST), _LAST)
    found = zipfile.ZipInfo(name, date.timetuple()[:6])
    found.create_system, found.external_attr = _UNIX, _MODE << 16
    return found


def refuse_existing(path: Path) -> None:
    """Raise `OutputExists` if there is anything at `path`."""
    if os.path.lexists(path):
        raise OutputExists(path=path)


def save_zip(out: Path | IO[bytes], at: datetime, entries: Mapping[str, Iterable[bytes]], *, force: bool) -> None:
    """Write a zip file to an open file or to a path. Raises `OutputExists` if the path exists, unless `force`."""
    if isinstance(out, Path):
        _write_atomically(out, at, entries, force=force)
    else:
        write_zip(out, at, entries)


def _write_atomically(path: Path, at: datetime, entries: Mapping[str, Iterable[bytes]], *, force: bool) -> None:
    """Write the file completely or not at all: first under a temporary name in the same folder."""
    temporary = path.with_name(f".orgtp-{os.getpid()}-{path.name}")
    try:
        with temporary.open("xb") as out:
            write_zip(out, at, entries)
        _move_into_place(temporary, path, force=force)
    finally:
        temporary.unlink(missing_ok=True)


def _move_into_place(temporary: Path, path: Path, *, force: bool) -> None:
    """Give a file its final name. A hard link, unlike a rename, fails if another process created the file first."""
    if not force:
        refuse_existing(path)
        with suppress(PermissionError, NotImplementedError):
            try:
                path.hardlink_to(temporary)
            except FileExistsError as error:
                raise OutputExists(path=path) from error
            return
    temporary.replace(path)
