"""`orgtp audit verify`, `explain`, `checkpoint` and `export`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.api import Audit, Verdict
from orgtp.cli.options import ChangeOptions, JsonOption, OrgOption, changing_command
from orgtp.cli.session import (
    can_read_files,
    chosen_org,
    finish_answer,
    open_chosen_org,
    remember_result,
    report_change,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.text import escape_control_chars

if TYPE_CHECKING:
    from orgtp.api import AuditReport, OrgHandle, OrgHead

# Larger than any checkpoint.
_MOST_BYTES = 1 << 20
CheckpointOption = Annotated[
    list[str] | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="A checkpoint stored outside the repository; - is standard input. Can be repeated.",
    ),
]
SignersOption = Annotated[
    Path | None,
    typer.Option(
        "--allowed-signers", metavar="FILE", help="The keys that may sign checkpoints, stored outside the repository."
    ),
]
CODES = {Verdict.INTACT: 0, Verdict.VIOLATED: 1, Verdict.UNPROVEN: 4}


def verify_audit(
    org: OrgOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Check every commit again, without using earlier results.")
    ] = False,
    checkpoint: CheckpointOption = None,
    signers: SignersOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on explained violations as well.")] = False,
    json: JsonOption = False,
) -> int:
    """Check that the record is intact.

    Checks every commit of the ledger branch. Exit code 0: intact, or all violations are explained. 1: violated; each
    violation has its commit, author, path, line, and the content before and after. 4: cannot be proven here; the
    output says what to fetch.
    """
    from orgtp.api import GitFailed, ObjectTooLarge

    if signers and not checkpoint:
        raise BadInput(what="--allowed-signers needs a checkpoint: --checkpoint FILE")
    checkpoints = {name: _read_checkpoint_file(name) for name in checkpoint or ()}
    try:
        handle = open_chosen_org(org)
        found, sure = handle.audit.verify(full=full, checkpoints=checkpoints, signers=signers)
    except (GitFailed, ObjectTooLarge) as error:
        return _report_unreadable_history(org, error, json=json)
    if json:
        from orgtp.audit.text import audit_json

        # If the files cannot be read, a violation says why.
        unread = {} if can_read_files(handle) else {"problems_total": 1}
        write_json("audit-verify", handle, {**audit_json(found, sure, handle.head.branch), **unread})
    else:
        from orgtp.audit.text import format_audit
        from orgtp.render.terminal import detect_screen

        write_stdout(format_audit(found, sure, handle.head.branch, detect_screen()))
    code = CODES[found.verdict] or int(strict and bool(found.explained))
    if code and not CODES[found.verdict]:
        write_stderr("--strict: explained violations count, too")
    return finish_answer(handle, code) if can_read_files(handle) else code


def _report_unreadable_history(org: Path | None, error: Exception, *, json: bool) -> int:
    """Report that the head of the history cannot be read, in the form of any other verdict."""
    from orgtp.api import gap_at_path
    from orgtp.audit.text import audit_json
    from orgtp.render.json import format_envelope

    gap = gap_at_path(chosen_org(org), error)
    found, head = Audit("", 0, 0, gaps=[gap]), _read_head_of(org)
    if json:
        body = audit_json(found, (), head.branch if head else "")
        write_stdout(format_envelope("audit-verify", head.id if head else "", None, True, body, len(found.gaps)))
    else:
        write_stdout(f"? {escape_control_chars(gap.what)}\n  {escape_control_chars(gap.remedy)}\n\n? {found.verdict}\n")
    return CODES[found.verdict]


def _read_head_of(org: Path | None) -> OrgHead | None:
    """The org.yaml of the work tree, or of the last commit of a bare repository that can be read, if there is one."""
    from orgtp.api import open_org

    try:
        return open_org(chosen_org(org), to_record=True).head
    except OrgtpError:
        return None


def _read_checkpoint_file(name: str) -> bytes:
    """Read a checkpoint file, up to the size that any checkpoint has."""
    if name == "-":
        return sys.stdin.buffer.read(_MOST_BYTES)
    with Path(name).expanduser().open("rb") as file:
        return file.read(_MOST_BYTES)


@changing_command
def explain_violation(
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="The commit with the violation.")],
    path: Annotated[
        str | None,
        typer.Argument(
            metavar="[PATH]",
            help="The file that the violation is about. Needed if the commit has violations in several files.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What happened, and how it was undone.")] = "",
    decided_by: Annotated[
        str, typer.Option("--decided-by", metavar="SEAT", help="The approver who decides that it is settled.")
    ] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Explain a violation that the audit finds.

    A violation stays in the history for good. If it was an accident, an approver can explain it: a policy approver, or
    without any a person at the top of the chart. The audit then lists it as explained. If all are explained, the
    verdict is "intact, n explained", with exit code 0.
    """
    handle = open_chosen_org(change.org, push=change.push)
    done, chosen = handle.audit.explain(
        commit, path, reason=reason, decided_by=decided_by, by=change.by, dry_run=change.dry_run
    )
    subjects = dict.fromkeys((one.commit, one.rule, one.path) for one in chosen)
    explained = [{"commit": id_, "rule": rule, "path": about} for id_, rule, about in subjects]
    return report_change("audit-explain", handle, done, change, explained=explained)


KeyOption = Annotated[
    str,
    typer.Option(
        "--key", metavar="FILE", help="The SSH key to sign with, or its .pub file. Default: git's user.signingkey."
    ),
]


def print_checkpoint(org: OrgOption = None, key: KeyOption = "", json: JsonOption = False) -> int:
    """Print a signed checkpoint of the ledger.

    It has the current head of the ledger branch, signed with your SSH key. Store it outside the repository: as a CI
    artifact, in another repository, in an e-mail. Later, orgtp audit verify --checkpoint proves that the history still
    contains it. Without one, whoever can force-push can rewrite everything.
    """
    handle = open_chosen_org(org)
    made, known = handle.audit.checkpoint(key)
    if json:
        body = {"origin": made.origin, "commits": made.commits, "head": made.head, "checkpoint": made.text}
        write_json("audit-checkpoint", handle, {**body, "fingerprint": known.fingerprint, "seat": known.seat or None})
    else:
        write_stdout(made.text)
        write_stderr(f"{known.description}. Store this outside the repository.")
    return finish_answer(handle)


def export_audit(
    file: Annotated[str, typer.Argument(metavar="FILE.zip", help="The file to write, or - for standard output.")],
    org: OrgOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Check every commit again, without using earlier results.")
    ] = False,
    key: KeyOption = "",
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Do not sign. Nothing then proves where the export comes from.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    json: JsonOption = False,
) -> int:
    """Write a zip file for an auditor.

    It has the ledger, a signed checkpoint, the report, and instructions to check them. The ledger is a git bundle with
    the whole history. The report has the verdict of orgtp audit verify, and every seat, retirement, correction and
    violation. The file is written whatever the verdict; the exit code is that of verify.
    """
    _refuse_conflicting_options(file, key, unsigned=unsigned, json=json)
    handle = open_chosen_org(org)
    if file == "-":
        found = _export_to_stdout(handle, key, unsigned=unsigned, full=full)
    else:
        found = handle.audit.export(Path(file).expanduser(), key=key, unsigned=unsigned, full=full, force=force)
    if file != "-":
        remember_result(f"{file} is written")
    _report_export(handle, found, file, json=json)
    return finish_answer(handle, CODES[found.verdict])


def _refuse_conflicting_options(file: str, key: str, *, unsigned: bool, json: bool) -> None:
    if unsigned and key:
        raise BadInput(what="give --unsigned or --key, not both")
    if file == "-" and json:
        raise BadInput(
            what="--json and - both write to standard output. Name a file: orgtp audit export FILE.zip --json"
        )
    if file == "-" and sys.stdout.isatty():
        raise BadInput(what="cannot write a zip file to a terminal. Name a file: orgtp audit export FILE.zip")
    if file != "-" and Path(file).expanduser().is_dir():
        raise BadInput(what=f"{file} is a folder. Name a file in it: orgtp audit export {file.rstrip('/')}/audit.zip")


def _export_to_stdout(handle: OrgHandle, key: str, *, unsigned: bool, full: bool) -> AuditReport:
    """Write to a temporary file first, because writing a zip file needs to seek."""
    with tempfile.TemporaryFile() as out:
        found = handle.audit.export(out, key=key, unsigned=unsigned, full=full)
        out.seek(0)
        shutil.copyfileobj(out, sys.stdout.buffer)
    return found


def _report_export(handle: OrgHandle, found: AuditReport, file: str, *, json: bool) -> None:
    from orgtp.audit.export.files import KIND, export_json, format_export

    if json:
        write_json(KIND, handle, {**export_json(found), "file": file})
    elif file == "-":
        write_stderr(format_export(found, ""))
    else:
        write_stdout(format_export(found, file))
