"""What keeps a change from being told, or from being judged as what would be merged."""

from __future__ import annotations

from orgtp.rules.rule import bare_form_rule

BASE_NOT_REACHED = bare_form_rule(
    "base-not-reached",
    """The commit that the change is to be compared with is not here, so what it does cannot be told.

    Everything else was checked. A comparison that cannot be made is no pass, so this is an error, and the exit code
    is 4 where it is the only one.

    Bad:

        git clone --depth=1 …  and then  orgtp validate --base origin/main

    Good:

        git fetch --unshallow && orgtp validate --base origin/main

    Fix: fetch what the message names; in a GitHub workflow, give actions/checkout `fetch-depth: 0`.
    """,
    topic="changes",
)

NOT_AS_COMMITTED = bare_form_rule(
    "not-as-committed",
    """A file on disk is not what is committed, though nobody changed it: git converts it.

    An attribute (`working-tree-encoding`, `filter`, `ident`) makes git write other bytes than it keeps. What is judged
    here would be what the attribute made of the file, and what is merged would be something else.

    Bad:

        # .gitattributes
        scores/** working-tree-encoding=UTF-16

    Good:

        # .gitattributes
        scores/** -text merge=union

    Fix: take the attribute out, and check the files out anew. `orgtp validate --at HEAD` judges what is committed.
    """,
    topic="changes",
)
