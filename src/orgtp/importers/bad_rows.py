"""Write the bad rows of an import to files that can be corrected and imported again."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import count
from pathlib import Path

from orgtp.actions.import_seats.result import BadRowOfSource
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput
from orgtp.model.inventory.draft import DraftSource

# Each row is a line. In other formats, it is a part of a file, or a file of its own.
_LINE_FORMATS = frozenset({"people", "scorecard", "seats"})


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Bad rows that are in a file: the name of their source, and how many they are."""

    source: str
    count: int


def write_bad_rows(bad: Sequence[BadRowOfSource], sources: Sequence[DraftSource], path: Path) -> dict[Path, KeptRows]:
    """Write the bad rows of each source to a new file. Returns the files with their rows.

    Several sources have several headers: then each has a file of its own, with the name of the source. Raises
    `BadInput` if a file cannot be written or exists, and then leaves none.
    """
    found: dict[Path, KeptRows] = {}
    tables = [(source, rows) for source in sources if (rows := _list_rows_to_write(bad, source))]
    for source, rows in tables:
        named = path if len(tables) == 1 else _name_file(path, source.name, found)
        lines = [*([source.header.rstrip("\n")] if source.header else []), *(row.rstrip("\n") for row in rows)]
        try:
            with named.open("x", encoding="utf-8", errors="backslashreplace", newline="") as out:
                found[named] = KeptRows(source.name, len(rows))
                out.write("".join(f"{line}\n" for line in lines))
        except OSError as error:
            for written in found:
                written.unlink(missing_ok=True)
            raise BadInput(what=f"{named} cannot be written: {error.strerror}. Nothing was imported") from error
    return found


def _list_rows_to_write(bad: Sequence[BadRowOfSource], source: DraftSource) -> list[str]:
    """The bad rows of a source as they are written to a file; not those of which only a comment could be written."""
    texts = [one.row.text for one in bad if one.path == source.path]
    return [text for text in texts if text and (source.format in _LINE_FORMATS or "\n" in text)]


def _name_file(path: Path, source: str, taken: Container[Path]) -> Path:
    """The file of one source of several: the name of a source may be an address, and two may have one name."""
    name = re.sub(r"[^a-zA-Z0-9_.-]+", "-", source.removesuffix(path.suffix)).strip("-")
    names = (f"{path.stem}-{name}{f'-{number}' if number > 1 else ''}{path.suffix}" for number in count(1))
    return next(file for one in names if (file := path.with_name(one)) not in taken)
