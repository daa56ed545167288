"""Rules for a pull request that cannot be compared with its base, or whose files differ from the commit."""

from __future__ import annotations

from orgtp.rules.rule import rule_without_check

BASE_NOT_REACHED = rule_without_check(
    "base-not-reached",
    """The base commit of the comparison is not in this clone.

    All other rules were checked. A missing comparison does not count as a pass, so this is an error. If it is the only
    error, the exit code is 4.

    Bad:

        git clone --depth=1 … && orgtp validate --base origin/main

    Good:

        git fetch --unshallow && orgtp validate --base origin/main

    Fix: fetch what the message names; in a GitHub workflow, set `fetch-depth: 0` for actions/checkout.
    """,
    topic="changes",
)

NOT_AS_COMMITTED = rule_without_check(
    "not-as-committed",
    """git converts a file, so the file on disk differs from the committed one.

    An attribute (`working-tree-encoding`, `filter`, `ident`) makes git write other bytes to disk than it stores. orgtp
    would check the converted file, but the stored one would be merged.

    Bad:

        # .gitattributes
        scores/** working-tree-encoding=UTF-16

    Good:

        # .gitattributes
        scores/** -text merge=union

    Fix: remove the attribute, and check out the files again. `orgtp validate --at HEAD` checks what is committed.
    """,
    topic="changes",
)

TREE_MALFORMED = rule_without_check(
    "tree-malformed",
    """A tree has an entry that git never writes.

    Such an entry is a name with a slash, no name, `.`, `..` or `.git`, two entries with the same name, entries that
    are not sorted, or two files that orgtp reads and whose paths differ only by case. Some commands then show one
    file, and others another. So two people can see different contents of the same commit.

    Bad:

        100644 blob …    scores/dash/2026-11.jsonl        (one entry of the top folder, beside the folder scores)

    Good:

        040000 tree …    scores

    Fix: find out who made the commit, and with which program. Repair the tree in a new commit. `git fsck --strict`
    finds such trees; a server can refuse them (`receive.fsckObjects`).
    """,
    topic="changes",
)
