"""How a score file that a person has edited takes up new records. Pure: bytes in, bytes out."""

from __future__ import annotations


def followed(old: bytes, mine: bytes, new: bytes) -> bytes | None:
    """`mine`, an edit of `old`, as it is when the branch has `new`; nothing where the two cannot be told apart.

    What a person added at the end stays at the end, so that the file has only grown when they commit it. Where they
    changed earlier lines, the new records go to the end. Records that are there already are not added again.
    """
    if mine.startswith(new):
        return mine
    if mine.startswith(old):
        return _ended(new) + _without(mine[len(old) :], new)
    if new.startswith(old):
        return _ended(mine) + _without(new[len(old) :], mine)
    return None


def _ended(text: bytes) -> bytes:
    return text + b"\n" if text and not text.endswith(b"\n") else text


def _without(lines: bytes, there: bytes) -> bytes:
    """The `lines` that are not `there` yet."""
    known = set(there.splitlines())
    return b"".join(line for line in lines.splitlines(keepends=True) if line.strip(b"\r\n") not in known)
