"""Write the bad rows of an import to files that can be corrected and imported again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orgtp.actions.import_seats.result import BadRowOfSource
from orgtp.model.errors import BadInput
from orgtp.model.inventory.draft import DraftSource


def write_bad_rows(bad: Sequence[BadRowOfSource], sources: Sequence[DraftSource], path: Path) -> dict[Path, int]:
    """Write the bad rows of each source to a new file. Returns the files with the numbers of their rows.

    Several sources have several headers: then each has a file of its own, with the name of the source. Raises
    `BadInput` if a file cannot be written or exists, and then leaves none.
    """
    found: dict[Path, int] = {}
    tables = [
        (source, rows)
        for source in sources
        if (rows := [one.row.text for one in bad if one.path == source.path and one.row.text])
    ]
    for source, rows in tables:
        named = path if len(tables) == 1 else path.with_name(f"{path.stem}-{source.name}{path.suffix}")
        lines = [*([source.header.rstrip("\n")] if source.header else []), *(row.rstrip("\n") for row in rows)]
        try:
            with named.open("x", encoding="utf-8", newline="") as out:
                out.write("".join(f"{line}\n" for line in lines))
        except OSError as error:
            for written in found:
                written.unlink(missing_ok=True)
            raise BadInput(what=f"{named} cannot be written: {error.strerror}. Nothing was imported") from error
        found[named] = len(rows)
    return found
