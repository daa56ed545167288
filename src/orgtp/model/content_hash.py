"""`Orgtp-Content`: a strong hash of what a commit wrote, in its message, so that a signature covers it.

In most repositories, commit and file ids are SHA-1. Whoever can make two files with the same id could replace a signed
one with the other. The trailer identifies the content by SHA-256.

Its value is `sha256:` and the SHA-256, in lower-case hexadecimal, of a listing: for each path that the commit changed
against its parent, in the order of the paths' bytes,

    PATH NUL CONTENT LF

where CONTENT is the SHA-256 of the file's new content in lower-case hexadecimal, or `-` for a deleted file. A link's
content is its target; that of a submodule is the id of its commit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

CONTENT_KEY = "Orgtp-Content"
DELETED = "-"


def hash_changed_files(files: Mapping[str, bytes | None]) -> str:
    """The trailer's value for the changed `files`: the new content by path, None for a deleted file."""
    rows = sorted((path.encode("utf-8", "surrogateescape"), raw) for path, raw in files.items())
    listing = b"".join(
        path + b"\0" + (DELETED if raw is None else sha256(raw).hexdigest()).encode() + b"\n" for path, raw in rows
    )
    return f"sha256:{sha256(listing).hexdigest()}"


def set_content_trailer(message: str, value: str) -> str:
    """Return the message with this value as its last trailer, which replaces an existing one.

    An empty `value` only removes the trailer. An empty message stays empty.
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
    others = [line for line in last if not line.startswith(f"{CONTENT_KEY}:")]
    if others == last or not _are_trailers(last):
        return message
    head = message.rstrip("\n").rpartition("\n\n")[0]
    return "\n\n".join([head, *(["\n".join(others)] if others else [])]) + "\n"
