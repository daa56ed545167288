"""Whether the strong hash under a signature is that of what the commit wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.model.content_hash import hash_changed_files
from orgtp.model.trailers import TrailerClaims

MISMATCH = "content-mismatch"
_WHO = re.compile(rb"\nauthor ([^\n]*)\ncommitter ([^\n]*)(?:\n|\Z)")


def check_content_hash(
    deed: CommitChanges, claims: TrailerClaims, content: Callable[[TreeChange], bytes | None]
) -> Iterator[Violation]:
    """A signed commit whose `Orgtp-Content` is not that of its files; `content` has what became of one.

    Asked only of a commit that was made by its author, and at once: who picks, rebases, amends or squashes one takes
    the message along, and writes other files under a new signature. Who and when is under the signature, too.
    """
    if claims.blocks or not _is_authors_own(deed.commit.raw):
        return
    found = hash_changed_files({path: content(entry) for path, entry in deed.own_changes.items()})
    if found != claims.content:
        message = "Orgtp-Content is not the hash of what the commit wrote"
        yield deed.violation(MISMATCH, message, before=claims.content, after=found)


def _is_authors_own(raw: bytes) -> bool:
    """Whether a commit is signed by SSH, and was committed by its author in the moment in which it was written."""
    head = raw.partition(b"\n\n")[0]
    who = _WHO.search(head)
    return b"-----BEGIN SSH SIGNATURE-----" in head and who is not None and who[1] == who[2]
