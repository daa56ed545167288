"""`orgtp audit export`: all that an auditor needs, in one file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.audit import CODES
from orgtp.cli.audit_checkpoint import KeyOption
from orgtp.cli.options import JsonOption, OrgOption
from orgtp.cli.session import opened, tell, write, write_json
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api.org import OpenOrg
    from orgtp.audit.export.report import Dossier


def export(
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
    _refuse(file, key, unsigned=unsigned, json=json)
    here = opened(org, whole=False)
    if file == "-":
        found = _to_output(here, key, unsigned=unsigned, full=full)
    else:
        found = here.export(Path(file).expanduser(), key=key, unsigned=unsigned, full=full, force=force)
    _say(here, found, file, json=json)
    return CODES[found.verdict]


def _refuse(file: str, key: str, *, unsigned: bool, json: bool) -> None:
    if unsigned and key:
        raise BadInput(what="--unsigned signs nothing, and --key says what to sign with. Give one of them.")
    if file == "-" and json:
        raise BadInput(what="--json and - both go to standard output. Name a file: orgtp audit export FILE.zip --json")
    if file == "-" and sys.stdout.isatty():
        raise BadInput(what="a zip file is nothing for a terminal. Name a file: orgtp audit export FILE.zip")
    if file != "-" and Path(file).expanduser().is_dir():
        raise BadInput(what=f"{file} is a folder. Name a file in it: orgtp audit export {file.rstrip('/')}/audit.zip")


def _to_output(here: OpenOrg, key: str, *, unsigned: bool, full: bool) -> Dossier:
    """Write to a file that has no name first: a zip file is sought in, and is handed on when it is whole."""
    with tempfile.TemporaryFile() as out:
        found = here.export(out, key=key, unsigned=unsigned, full=full)
        out.seek(0)
        shutil.copyfileobj(out, sys.stdout.buffer)
    return found


def _say(here: OpenOrg, found: Dossier, file: str, *, json: bool) -> None:
    from orgtp.audit.export.files import KIND, export_body, export_text

    if json:
        write_json(KIND, here, {**export_body(found), "file": file})
    elif file == "-":
        tell(export_text(found, ""))
    else:
        write(export_text(found, file))
