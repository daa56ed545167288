"""Find entries of a tree object that git never writes (see git-fsck(1)).

Git's commands disagree on such a tree: one shows the first of two entries, another the last; a checkout writes a name
with a slash into another folder. So a value could be hidden from one command and shown by the next. Trees are checked
as raw objects, before anything is read from them.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from orgtp.files.tree import FOLDERS, SINGLE
from orgtp.model.errors import OrgtpError

# The modes of files, links and submodules have six digits and begin with 1. That of a folder does not.
_MODE_WIDTH = len("100644 ")
# The names that git refuses to check out, because they mean the folder itself, its parent, or the repository.
_RESERVED = frozenset({".", "..", ".git", "git~1"})
# The code points that Apple's older file systems leave out of a name (git's utf8.c has the same list).
_IGNORED = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])
# The paths that orgtp reads, and the folders above them ("" is the top).
_KNOWN = frozenset({*SINGLE, *FOLDERS, *(path.rpartition("/")[0] for path in SINGLE)})


class TreeFault(NamedTuple):
    """An entry that git never writes: its path, and what is wrong with it as a sentence without a period."""

    path: str
    what: str


class MalformedTree(OrgtpError):
    """A tree has an entry that git never writes, so nothing was read from it."""

    exit_code = 1
    text = (
        "the history has a tree that git never writes: {what}. Other commands may show other files, so nothing was "
        "read. To find the commit: orgtp audit verify"
    )

    def __init__(self, fault: TreeFault) -> None:
        super().__init__(what=fault.what, path=fault.path)
        self.fault = fault


def refuse_malformed_tree(raw: bytes, folder: str, width: int) -> None:
    """Check the tree object of `folder` ("" is the top). Raises `MalformedTree` with the first fault."""
    fault = next(find_tree_faults(raw, folder, width), None)
    if fault:
        raise MalformedTree(fault)


def find_tree_faults(raw: bytes, folder: str, width: int) -> Iterator[TreeFault]:
    """Find all entries of a tree object that git never writes. `width` is the length of an id in bytes."""
    rows = _entry_pattern(width).findall(raw)
    if sum(map(len, rows)) + len(rows) * (width + 1) != len(raw):
        yield TreeFault(folder, f"{_name_folder(folder)} cannot be parsed")
        return
    # Early programs padded modes with zeros.
    rows = [row.lstrip(b"0") if row[:1] == b"0" else row for row in rows]
    names = [row[_MODE_WIDTH:] if row[:1] == b"1" else row.partition(b" ")[2] for row in rows]
    # Git sorts a folder as if its name ended with a slash.
    keys = [name if row[:1] == b"1" else name + b"/" for row, name in zip(rows, names, strict=True)]
    if not _is_regular(names, keys):
        for name in dict.fromkeys(names):
            yield from _find_name_faults(name, folder)
        yield from _find_duplicate_names(names, folder)
        yield from _find_unsorted_name(keys, folder)
    if _may_have_twins(names):
        yield from _find_twin_names(map(os.fsdecode, names), folder)


def _may_have_twins(names: list[bytes]) -> bool:
    """Whether some file systems may not distinguish two of the names. This quick check covers nearly every tree."""
    whole = b"\0".join(names) + b"\0"
    if not whole.isascii() or b".\0" in whole or b" \0" in whole:
        return True
    lower = whole.lower()
    return lower != whole and len(set(lower.split(b"\0"))) <= len(set(names))


def _is_regular(names: list[bytes], keys: list[bytes]) -> bool:
    """Whether a tree certainly has no fault. This quick check covers nearly every tree."""
    whole, distinct = b"".join(names), set(names)
    if keys != sorted(keys) or len(distinct) != len(names) or b"" in distinct:
        return False
    # The names that begin with a period sort before any other that orgtp knows.
    has_periods = any(key.startswith(b".") for key in keys[: bisect_left(keys, b"/")])
    return whole.isascii() and b"/" not in whole and b"~" not in whole and not has_periods


def _find_name_faults(name: bytes, folder: str) -> Iterator[TreeFault]:
    text = os.fsdecode(name)
    path = _join_path(folder, text)
    plain = text.translate(_IGNORED).lower().rstrip(". ") or text
    if not text:
        yield TreeFault(folder, f"{_name_folder(folder)} has an entry without a name")
    elif "/" in text:
        yield TreeFault(path, f'{_name_folder(folder)} has the name "{text}", with a slash')
    elif text in _RESERVED or plain in _RESERVED:
        yield TreeFault(path, f'{_name_folder(folder)} has the name "{text}", which git reserves')


def _find_duplicate_names(names: Sequence[bytes], folder: str) -> Iterator[TreeFault]:
    seen: set[bytes] = set()
    for name in names:
        if name in seen:
            path = _join_path(folder, os.fsdecode(name))
            yield TreeFault(path, f"it has {path} twice")
        seen.add(name)


def _find_unsorted_name(keys: Sequence[bytes], folder: str) -> Iterator[TreeFault]:
    """Find the first entry that is before another in the tree and after it in git's order."""
    for before, key in pairwise(keys):
        if key < before:
            path = _join_path(folder, os.fsdecode(key.removesuffix(b"/")))
            yield TreeFault(path, f"{_name_folder(folder)} is not sorted: {path} comes too late")
            return


def _find_twin_names(names: Iterable[str], folder: str) -> Iterator[TreeFault]:
    """Find names of a folder that some file systems do not distinguish, if orgtp reads one of them.

    On such a file system, a checkout shows only one of the two files.
    """
    first: dict[str, str] = {}
    known = [name for name in names if _is_read(folder, name)]
    for name in sorted(known, key=lambda name: (name != _fold_name(name), name)):
        other = first.setdefault(_fold_name(name), name)
        if other != name:
            path, twin = _join_path(folder, name), _join_path(folder, other)
            yield TreeFault(path, f"it has {path} and {twin}, which differ only by case")


def _is_read(folder: str, name: str) -> bool:
    """Whether orgtp reads an entry with this name in any case, or something below it."""
    if folder.partition("/")[0] in FOLDERS:
        return not name.startswith(".") and name != "README.md"
    return _join_path(folder, _fold_name(name)) in _KNOWN


def is_read_folder(folder: str) -> bool:
    """Whether orgtp reads files of this folder ("" is the top) or below it."""
    return folder.partition("/")[0] in FOLDERS or folder in _KNOWN


def _fold_name(name: str) -> str:
    """The name as file systems compare it that ignore case, and blanks or periods at the end."""
    return name.translate(_IGNORED).casefold().rstrip(". ")


def _name_folder(folder: str) -> str:
    return f"the folder {folder}" if folder else "the top folder"


def _join_path(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


@cache
def _entry_pattern(width: int) -> re.Pattern[bytes]:
    """The mode and name of an entry, which a NUL and an id of `width` bytes follow (git-mktree(1))."""
    return re.compile(rb"(0*(?:1[0-7]{5}|4[0-7]{4}) [^\0]*)\0(?s:.{%d})" % width)
