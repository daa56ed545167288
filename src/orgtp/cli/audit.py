"""`orgtp audit verify`: whether the record is intact, decided from git's objects."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.api import Audit, Verdict
from orgtp.cli.options import JsonOption, OrgOption
from orgtp.cli.session import chosen_org, open_chosen_org, write_json, write_stderr, write_stdout
from orgtp.model.errors import BadInput
from orgtp.model.text import escape_control_chars

if TYPE_CHECKING:
    from orgtp.api import AuditReport, OrgHandle

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


def verify_audit(
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
    from orgtp.api import GitFailed, ObjectTooLarge

    if signers and not checkpoint:
        raise BadInput(what="--allowed-signers says who may sign checkpoints. Give one, too: --checkpoint FILE")
    kept = {name: _read_checkpoint_file(name) for name in checkpoint or ()}
    try:
        here = open_chosen_org(org, whole=False)
        found, sure = here.audit.verify(full=full, checkpoints=kept, signers=signers)
    except (GitFailed, ObjectTooLarge) as error:
        return _report_unreadable_history(org, error, json=json)
    if json:
        from orgtp.audit.text import audit_json

        write_json("audit-verify", here, audit_json(found, sure, here.head.branch))
    else:
        from orgtp.audit.text import format_audit
        from orgtp.render.terminal import detect_screen

        write_stdout(format_audit(found, sure, here.head.branch, detect_screen()))
    return CODES[found.verdict]


def _report_unreadable_history(org: Path | None, error: Exception, *, json: bool) -> int:
    """Not even the head of the history can be read: nothing is proven, and that is said as every verdict is."""
    from orgtp.api import gap_at_path
    from orgtp.audit.text import audit_json
    from orgtp.render.json import format_envelope

    gap = gap_at_path(chosen_org(org), error)
    found = Audit("", 0, 0, gaps=[gap])
    if json:
        write_stdout(format_envelope("audit-verify", "", None, True, audit_json(found, (), "")))
    else:
        write_stdout(f"? {escape_control_chars(gap.what)}\n  {escape_control_chars(gap.remedy)}\n\n? {found.verdict}\n")
    return CODES[found.verdict]


def _read_checkpoint_file(name: str) -> bytes:
    """A checkpoint's file, as far as any checkpoint is long."""
    if name == "-":
        return sys.stdin.buffer.read(_MOST_BYTES)
    with Path(name).expanduser().open("rb") as file:
        return file.read(_MOST_BYTES)


KeyOption = Annotated[
    str,
    typer.Option(
        "--key", metavar="FILE", help="The SSH key to sign with, or its .pub file. Default: git's user.signingkey."
    ),
]


def print_checkpoint(org: OrgOption = None, key: KeyOption = "", json: JsonOption = False) -> int:
    """Print where the ledger branch stands now, signed with your SSH key: three lines, and the signature below them.

    Keep it outside the repository: a CI artifact, another repository, an e-mail. Later, orgtp audit verify --checkpoint
    proves that the history still contains it. Without something kept outside, whoever may force-push may rewrite all.
    """
    here = open_chosen_org(org, whole=False)
    made, known = here.audit.checkpoint(key)
    if json:
        body = {"origin": made.origin, "commits": made.commits, "head": made.head, "checkpoint": made.text}
        write_json("audit-checkpoint", here, {**body, "fingerprint": known.fingerprint, "seat": known.seat or None})
    else:
        write_stdout(made.text)
        write_stderr(f"{known.description}. Keep this outside the repository.")
    return 0


def export_audit(
    file: Annotated[str, typer.Argument(metavar="FILE.zip", help="The file to write, or - for standard output.")],
    org: OrgOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Look at every commit again, whatever was verified before.")
    ] = False,
    key: KeyOption = "",
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Without a signature: nothing outside vouches for the export then.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over the file, if it is there.")] = False,
    json: JsonOption = False,
) -> int:
    """Write one zip file to hand to an auditor: the ledger, a signed checkpoint, the report, and how to check it.

    The ledger is a git bundle with all of its history. The report has the verdict of orgtp audit verify, and every
    seat, retirement, correction and violation. The exit code is that of verify; the file is written with each verdict.
    """
    _refuse_conflicting_options(file, key, unsigned=unsigned, json=json)
    here = open_chosen_org(org, whole=False)
    if file == "-":
        found = _export_to_stdout(here, key, unsigned=unsigned, full=full)
    else:
        found = here.audit.export(Path(file).expanduser(), key=key, unsigned=unsigned, full=full, force=force)
    _report_export(here, found, file, json=json)
    return CODES[found.verdict]


def _refuse_conflicting_options(file: str, key: str, *, unsigned: bool, json: bool) -> None:
    if unsigned and key:
        raise BadInput(what="--unsigned signs nothing, and --key says what to sign with. Give one of them.")
    if file == "-" and json:
        raise BadInput(what="--json and - both go to standard output. Name a file: orgtp audit export FILE.zip --json")
    if file == "-" and sys.stdout.isatty():
        raise BadInput(what="a zip file is nothing for a terminal. Name a file: orgtp audit export FILE.zip")
    if file != "-" and Path(file).expanduser().is_dir():
        raise BadInput(what=f"{file} is a folder. Name a file in it: orgtp audit export {file.rstrip('/')}/audit.zip")


def _export_to_stdout(here: OrgHandle, key: str, *, unsigned: bool, full: bool) -> AuditReport:
    """Write to a file that has no name first: a zip file is sought in, and is handed on when it is whole."""
    with tempfile.TemporaryFile() as out:
        found = here.audit.export(out, key=key, unsigned=unsigned, full=full)
        out.seek(0)
        shutil.copyfileobj(out, sys.stdout.buffer)
    return found


def _report_export(here: OrgHandle, found: AuditReport, file: str, *, json: bool) -> None:
    from orgtp.audit.export.files import KIND, export_json, format_export

    if json:
        write_json(KIND, here, {**export_json(found), "file": file})
    elif file == "-":
        write_stderr(format_export(found, ""))
    else:
        write_stdout(format_export(found, file))
