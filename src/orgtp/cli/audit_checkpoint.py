"""`orgtp audit checkpoint`: where the history stands now, signed, to be kept outside the repository."""

from __future__ import annotations

from typing import Annotated

import typer

from orgtp.cli.options import JsonOption, OrgOption
from orgtp.cli.session import opened, tell, write, write_json

KeyOption = Annotated[
    str,
    typer.Option(
        "--key", metavar="FILE", help="The SSH key to sign with, or its .pub file. Default: git's user.signingkey."
    ),
]


def checkpoint(org: OrgOption = None, key: KeyOption = "", json: JsonOption = False) -> int:
    """Print where the ledger branch stands now, signed with your SSH key: three lines, and the signature below them.

    Keep it outside the repository: a CI artifact, another repository, an e-mail. Later, orgtp audit verify --checkpoint
    proves that the history still contains it. Without something kept outside, whoever may force-push may rewrite all.
    """
    here = opened(org, whole=False)
    made, known = here.checkpoint(key)
    if json:
        body = {"origin": made.origin, "commits": made.commits, "head": made.head, "checkpoint": made.text}
        write_json("audit-checkpoint", here, {**body, "fingerprint": known.fingerprint, "seat": known.seat or None})
    else:
        write(made.text)
        tell(f"{known.words}. Keep this outside the repository.")
    return 0
