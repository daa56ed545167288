"""Check the SHA-256 hash in a signed commit message against the files that the commit wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.model.content_hash import hash_changed_files
from orgtp.model.trailers import TrailerClaims

MISMATCH = "content-mismatch"
_WHO = re.compile(rb"\nauthor ([^\n]*)\ncommitter ([^\n]*)(?:\n|\Z)")


def check_content_hash(
    changes: CommitChanges, claims: TrailerClaims, content: Callable[[TreeChange], bytes | None]
) -> Iterator[Violation]:
    """Check that `Orgtp-Content` of a signed commit is the hash of its files. `content` reads the result of a change.

    Only commits that their author committed directly are checked. A cherry-pick, rebase, amend or squash keeps the
    message but signs other files; it changes the committer or the dates, which the signature covers, too.
    """
    if claims.blocks or not _is_authors_own(changes.commit.raw):
        return
    found = hash_changed_files({path: content(entry) for path, entry in changes.own_changes.items()})
    if found != claims.content:
        message = "Orgtp-Content is not the hash of the files that the commit wrote"
        yield changes.violation(MISMATCH, message, before=claims.content, after=found)


def _is_authors_own(raw: bytes) -> bool:
    """Whether a commit has an SSH signature, and its author and committer (with their dates) are the same."""
    head = raw.partition(b"\n\n")[0]
    who = _WHO.search(head)
    return b"-----BEGIN SSH SIGNATURE-----" in head and who is not None and who[1] == who[2]
