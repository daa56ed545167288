"""Write a reproducible zip file: sorted entries, one date, one mode, and no compression.

The bundle is compressed already, and the output of zlib depends on its version.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from orgtp.files.output import write_atomically

_MODE = 0o100644
_UNIX = 3
# The range of dates that a zip file can hold.
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)


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


def save_zip(out: Path | IO[bytes], at: datetime, entries: Mapping[str, Iterable[bytes]], *, force: bool) -> None:
    """Write a zip file to an open file or to a path. Raises `OutputExists` if the path exists, unless `force`."""
    if isinstance(out, Path):
        with write_atomically(out, force=force) as temporary, temporary.open("xb") as file:
            write_zip(file, at, entries)
    else:
        write_zip(out, at, entries)
