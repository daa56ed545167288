"""Read the paths of an import: recognise the format of each, and call its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from orgtp.importers.formats import FORMATS, BadSource, ImportFormat, SourceRequest
from orgtp.model.errors import BadInput
from orgtp.model.inventory.draft import BadDraft, DraftSource
from orgtp.model.inventory.places import is_valid_place
from orgtp.model.text import did_you_mean, one_line

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
        _refuse_places(one.read(SourceRequest(path, mapping, remembered)))
        for path in paths
        for one in ([named] if named else _recognise(path))
    ]


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
