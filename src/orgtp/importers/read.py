"""Read the paths of an import: recognise the format of each, and call its reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from orgtp.importers.formats import FORMATS, BadSource, ImportFormat, SourceRequest
from orgtp.importers.table_rows import MOST_BYTES
from orgtp.model.errors import BadInput
from orgtp.model.inventory.draft import BadDraft, DraftSource
from orgtp.model.inventory.places import is_valid_place
from orgtp.model.text import did_you_mean, one_line

_START = 64 * 1024
_PIPED = Path("-")


def read_draft_sources(
    paths: Sequence[Path],
    format_: str,
    mapping: Mapping[str, str],
    remembered: Mapping[str, Mapping[str, str]],
    piped: BinaryIO | None = None,
) -> list[DraftSource]:
    """Read each path, in the given order. `format_` is the name of a format; "" means to recognise it.

    A folder may have files of several formats, and is then a source for each of them. The path `-` is what is `piped`.
    Raises `BadInput` for an unknown format, and `BadSource` for a path that cannot be read or recognised.
    """
    named = _find_format(format_) if format_ else None

    def read(path: Path) -> list[DraftSource]:
        formats = [named] if named else _recognise(path)
        return [_refuse_places(one.read(SourceRequest(path, mapping, remembered))) for one in formats]

    found = [
        source for path in paths for source in (_read_piped(piped, read) if piped and path == _PIPED else read(path))
    ]
    return found if len(paths) == 1 else _tell_places_apart(found)


def _read_piped(piped: BinaryIO, read: Callable[[Path], list[DraftSource]]) -> list[DraftSource]:
    """Read what is piped, in a file: the readers look at a file twice. No message names that file."""
    with TemporaryDirectory() as folder:
        kept = Path(folder, "stdin")
        # One byte more than any reader takes is as large as anything larger.
        kept.write_bytes(piped.read(MOST_BYTES + 1))
        try:
            return [replace(source, path=str(_PIPED)) for source in read(kept)]
        except BadSource as error:
            where = str(error.facts["where"]).replace(str(kept), "standard input")
            raise BadSource(where=where, what=error.facts["what"]) from error


def _tell_places_apart(sources: Sequence[DraftSource]) -> list[DraftSource]:
    """The sources; a place that two paths have, such as line 2 of two files `people.csv`, begins with its path."""
    paths: dict[str, set[str]] = {}
    for source in sources:
        lists = (source.drafts, source.metrics, source.bad)
        for where in (one.where for rows in lists for one in rows):
            paths.setdefault(where, set()).add(source.path)
    shared = {source for found in paths.values() if len(found) > 1 for source in found}
    return [_add_path(source) if source.path in shared else source for source in sources]


def _add_path(source: DraftSource) -> DraftSource:
    """The source, with its path at the beginning of each place."""
    name = Path(source.path).name

    def add(where: str) -> str:
        rest = where.removeprefix(f"{name}:")
        return f"{source.path}/{where}" if rest == where else f"{source.path}:{rest}"

    return replace(
        source,
        drafts=tuple(replace(one, where=add(one.where)) for one in source.drafts),
        metrics=tuple(
            replace(
                one,
                where=add(one.where),
                values=tuple(replace(value, where=add(value.where)) for value in one.values),
            )
            for one in source.metrics
        ),
        bad=tuple(replace(one, where=add(one.where)) for one in source.bad),
    )


def _refuse_places(source: DraftSource) -> DraftSource:
    """The source; a draft with a file whose place no seat can have, such as one with a backslash, is a bad row.

    One such name would stop the whole import.
    """
    good, bad = [], [*source.bad]
    for draft in source.drafts:
        wrong = [place for place in draft.runs_from if not is_valid_place(place)]
        if wrong:
            what = "its path or repository has a backslash, a line break or another sign that a seat's file cannot name"
            bad.append(BadDraft(one_line(draft.where), f"{what}: {one_line(wrong[0].text)}. Rename it"))
        else:
            good.append(draft)
    return source if len(good) == len(source.drafts) else replace(source, drafts=tuple(good), bad=tuple(bad))


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
