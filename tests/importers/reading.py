"""Read one file as an import does, within a limit of time."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from orgtp.importers.formats import BadSource
from orgtp.importers.read import read_draft_sources
from orgtp.model.errors import OrgtpError
from orgtp.model.inventory.draft import DraftSource, SeatDraft

NOTHING: Mapping[str, str] = {}


@contextmanager
def deadline(seconds: int = 60) -> Iterator[None]:
    """Fail if the block takes longer: a hostile file must not hang the reader."""

    def fail(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_file(
    path: Path,
    content: bytes | str | None = None,
    mapping: Mapping[str, str] = NOTHING,
    format_: str = "",
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> DraftSource:
    """Write the content, if there is any, and read the file."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with deadline():
        (source,) = read_draft_sources([path], format_, mapping, remembered or {})
    return source


def refuse_file(
    path: Path,
    content: bytes | str | None = None,
    mapping: Mapping[str, str] = NOTHING,
    format_: str = "",
) -> str:
    """Why the file cannot be read, without the path of its folder."""
    with pytest.raises(OrgtpError) as caught:
        read_file(path, content, mapping, format_)
    assert isinstance(caught.value, BadSource) or type(caught.value).__name__ == "CannotReadWorkbook"
    return str(caught.value).replace(f"{path.parent}/", "")


def name_parents(source: DraftSource) -> dict[str, str]:
    """Whom each row reports to: the name of another row, the key of somebody else, or ""."""
    names = {key: draft.name for draft in source.drafts for key in draft.keys}
    return {draft.name: names.get(draft.parent, draft.parent) for draft in source.drafts}


def by_name(source: DraftSource) -> dict[str, SeatDraft]:
    return {draft.name: draft for draft in source.drafts}
