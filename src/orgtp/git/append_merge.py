"""Merge new records into a score file that a person has edited. Pure: bytes in, bytes out."""

from __future__ import annotations


def merge_appended_lines(old: bytes, mine: bytes, new: bytes) -> bytes | None:
    """Merge `mine`, a person's edit of `old`, with `new`, the branch's version. None if they cannot be merged.

    Lines that the person added at the end stay at the end, so that their commit only appends. If they changed earlier
    lines, the new records go to the end. Records that are already there are not added again.
    """
    if mine.startswith(new):
        return mine
    if mine.startswith(old):
        return _end_with_newline(new) + _drop_known_lines(mine[len(old) :], new)
    if new.startswith(old):
        return _end_with_newline(mine) + _drop_known_lines(new[len(old) :], mine)
    return None


def _end_with_newline(text: bytes) -> bytes:
    return text + b"\n" if text and not text.endswith(b"\n") else text


def _drop_known_lines(lines: bytes, existing: bytes) -> bytes:
    """The `lines` that `existing` does not contain."""
    known = set(existing.splitlines())
    return b"".join(line for line in lines.splitlines(keepends=True) if line.strip(b"\r\n") not in known)
