"""`Orgtp-Content`: a strong hash of what a commit wrote, in its message, so that a signature stands on it.

A commit's id is a SHA-1 in most repositories, and so is the id of every file that it holds: whoever could make two
files of one id could put the other under a signature. The trailer names what was written by SHA-256.

Its value is `sha256:` and the SHA-256, in lower-case hexadecimal, of a listing: for each path that the commit changed
against its parent, in the order of the paths' bytes,

    PATH NUL CONTENT LF

where CONTENT is the SHA-256 of the file's new content in lower-case hexadecimal, or `-` for a file that went. A link's
content is its target; that of a submodule is the id of its commit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

CONTENT_KEY = "Orgtp-Content"
DELETED = "-"


def hash_changed_files(files: Mapping[str, bytes | None]) -> str:
    """The value of the trailer for what became of the changed `files`; None for one that went."""
    rows = sorted((path.encode("utf-8", "surrogateescape"), raw) for path, raw in files.items())
    listing = b"".join(
        path + b"\0" + (DELETED if raw is None else sha256(raw).hexdigest()).encode() + b"\n" for path, raw in rows
    )
    return f"sha256:{sha256(listing).hexdigest()}"


def set_content_trailer(message: str, value: str) -> str:
    """The message with this value as its last trailer, in place of one that it had; all else stays as it is.

    An empty `value` only takes out what is there. A message without any words has no place for a trailer.
    """
    bare = _remove_content_trailer(message)
    if not value or not bare.strip():
        return bare
    body = bare.rstrip("\n")
    joint = "\n" if _are_trailers(_last_paragraph(bare)) else "\n\n"
    return f"{body}{joint}{CONTENT_KEY}: {value}\n"


_TRAILER = re.compile(r"[A-Za-z0-9-]+[ \t]*:")


def _last_paragraph(message: str) -> list[str]:
    """The lines of the last paragraph, if it is not the first, which is the subject."""
    _, gap, last = message.rstrip("\n").rpartition("\n\n")
    return last.split("\n") if gap else []


def _are_trailers(lines: list[str]) -> bool:
    return bool(lines) and all(_TRAILER.match(line) or line[:1] in {" ", "\t"} for line in lines)


def _remove_content_trailer(message: str) -> str:
    last = _last_paragraph(message)
    kept = [line for line in last if not line.startswith(f"{CONTENT_KEY}:")]
    if kept == last or not _are_trailers(last):
        return message
    head = message.rstrip("\n").rpartition("\n\n")[0]
    return "\n\n".join([head, *(["\n".join(kept)] if kept else [])]) + "\n"
