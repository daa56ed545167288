"""`orgtp audit verify`: whether the record is intact, decided from git's objects."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from orgtp.audit.model import Audit, Verdict
from orgtp.cli.options import JsonOption, OrgOption
from orgtp.cli.session import chosen, opened, write, write_json
from orgtp.model.errors import BadInput
from orgtp.model.text import visible

# More than any checkpoint has.
_MOST_BYTES = 1 << 20
CheckpointOption = Annotated[
    list[str] | None,
    typer.Option("--checkpoint", metavar="FILE", help="A checkpoint that was kept outside; - is standard input."),
]
SignersOption = Annotated[
    Path | None, typer.Option("--allowed-signers", metavar="FILE", help="Who may sign checkpoints, kept outside, too.")
]
CODES = {Verdict.INTACT: 0, Verdict.VIOLATED: 1, Verdict.UNPROVEN: 4}


def verify(
    org: OrgOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Look at every commit again, whatever was verified before.")
    ] = False,
    checkpoint: CheckpointOption = None,
    signers: SignersOption = None,
    json: JsonOption = False,
) -> int:
    """Walk every commit of the ledger branch, and say whether the record is intact, violated, or cannot be proven.

    It is decided from git's objects, never from diffs. Exit code 0: intact; 1: violated, each violation with commit,
    author, path, line, what was there and what is there now; 4: it cannot be proven here, with what to fetch.
    """
    from orgtp.git.cat_file import ObjectTooLarge
    from orgtp.git.repo import GitFailed

    if signers and not checkpoint:
        raise BadInput(what="--allowed-signers says who may sign checkpoints. Give one, too: --checkpoint FILE")
    kept = {name: _read(name) for name in checkpoint or ()}
    try:
        here = opened(org, whole=False)
        found, sure = here.audit(full=full, checkpoints=kept, signers=signers)
    except (GitFailed, ObjectTooLarge) as error:
        return _unreadable(org, error, json=json)
    if json:
        from orgtp.audit.text import audit_body

        write_json("audit-verify", here, audit_body(found, sure, here.head.branch))
    else:
        from orgtp.audit.text import audit_text
        from orgtp.render.terminal import screen

        write(audit_text(found, sure, here.head.branch, screen()))
    return CODES[found.verdict]


def _unreadable(org: Path | None, error: Exception, *, json: bool) -> int:
    """Not even the head of the history can be read: nothing is proven, and that is said as every verdict is."""
    from orgtp.audit.gaps import gap_at
    from orgtp.audit.text import audit_body
    from orgtp.render.json import envelope

    gap = gap_at(chosen(org), error)
    found = Audit("", 0, 0, gaps=[gap])
    if json:
        write(envelope("audit-verify", "", None, True, audit_body(found, (), "")))
    else:
        write(f"? {visible(gap.what)}\n  {visible(gap.remedy)}\n\n? {found.verdict}\n")
    return CODES[found.verdict]


def _read(name: str) -> bytes:
    """A checkpoint's file, as far as any checkpoint is long."""
    if name == "-":
        return sys.stdin.buffer.read(_MOST_BYTES)
    with Path(name).expanduser().open("rb") as file:
        return file.read(_MOST_BYTES)
