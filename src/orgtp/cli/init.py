"""The commands that begin: init and demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import DryRunOption, JsonOption
from orgtp.cli.session import write_stderr, write_stdout
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import CreatedOrg

_SHORT = 10
_WELCOME = "A small agency of people and agents, as text in git. All its numbers are invented."
_REASON = "Pacing and reconciliation fit better with the seats that act on them."
TOUR = (
    ("Is the org as text in order?", ("validate",)),
    ("Who is there, what for, and how do their numbers stand?", ("chart",)),
    (
        "A value is one line in a file, and one commit.",
        ("score", "add", "jeff", "invoices-reconciled", "80.3%", "--by", "tally"),
    ),
    ("Everyone's numbers, people and agents alike.", ("scorecard",)),
    (
        "Jeff has been off target for weeks. Retiring moves what Jeff does to named heirs.",
        ("retire", "jeff", "--to", "dash,crystal", "--by", "david", "--reason", _REASON, "--yes"),
    ),
    ("Jeff is off the chart; Sift reports to Radar now.", ("chart",)),
    ("The history is the record.", ("log", "--limit", "8")),
)


def init_repository(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or a git repository without an org.")],
    name: Annotated[str, typer.Option("--name", metavar="N", help="What people call it. Default: the folder.")] = "",
    sample: Annotated[bool, typer.Option("--sample", help="The sample agency, with its invented history.")] = False,
    timezone: Annotated[str, typer.Option("--timezone", metavar="TZ", help="IANA name. Default: this machine's.")] = "",
    remote: Annotated[
        str, typer.Option("--remote", metavar="URL", help="An empty repository to send it to, as origin.")
    ] = "",
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Make a new org repository: git, org.yaml, the schemas, and the CI that guards it."""
    from orgtp import api

    here = folder.expanduser().absolute()
    if sample and (name or timezone or remote):
        raise BadInput(what="--sample has its own name and time zone, and no remote; leave the other options out")
    if sample and not dry_run:
        write_stderr("replaying thirteen weeks of the sample's history …")
    made = (
        api.init_sample(here, dry_run=dry_run)
        if sample
        else api.init_org(here, name=name, timezone=timezone, remote=remote, dry_run=dry_run)
    )
    told = _report_created(made, folder, json=json, dry_run=dry_run, sample=sample)
    return _send_new_org(here) if remote and not dry_run else told


def _send_new_org(here: Path) -> int:
    """Send the new org to its remote; where that fails, it is there all the same, and the reason is told."""
    from orgtp import api
    from orgtp.api import SyncStopped

    try:
        done = api.open_org(here).ledger.sync()
    except SyncStopped as stopped:
        write_stderr(f"not sent: {stopped}")
        return stopped.exit_code
    write_stderr(f"sent to {done.remote}")
    return 0


def _report_created(made: CreatedOrg, folder: Path, *, json: bool, dry_run: bool, sample: bool) -> int:
    if json:
        from orgtp.render.json import format_envelope

        body = {"commit": made.commit, "paths": made.paths, "outbox": False, "dry_run": dry_run}
        write_stdout(format_envelope("init", made.org, made.commit, False, body))
    elif dry_run:
        write_stdout("".join(f"{path}\n" for path in made.paths))
        write_stderr(f"dry run, nothing written: these would be in {folder}")
    else:
        write_stdout(f"{(made.commit or '')[:_SHORT]} {made.org} is in {folder}\n")
        write_stderr(_suggest_next_steps(folder, sample=sample))
    return 0


def _suggest_next_steps(folder: Path, *, sample: bool) -> str:
    import shlex

    where = shlex.quote(str(folder))
    steps = (
        ("orgtp chart", "orgtp scorecard")
        if sample
        else ("orgtp seat add ada --role Founder --kind human", "orgtp chart")
    )
    return "\n".join(["next:", f"  cd {where}", *(f"  {step}" for step in steps)])


def run_demo(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Default: a new temporary folder.")] = None,
) -> int:
    """Take the guided tour: the sample org in a new folder, and each command before what it prints."""
    import shlex
    import tempfile

    from orgtp.cli.main import run_command_line

    here = folder.expanduser().absolute() if folder else Path(tempfile.mkdtemp(prefix="orgtp-demo-")) / "sneeze-it"
    code = _run_demo_step(_WELCOME, ("init", "--sample", str(here)), run_command_line)
    if code:
        return code
    os.chdir(here)
    # The tour is about its own org, whatever the environment names.
    for name in ("ORGTP_ORG", "ORGTP_SEAT"):
        os.environ.pop(name, None)
    write_stdout(f"$ cd {shlex.quote(str(here))}\n\n")
    for said, words in TOUR:
        code = code or _run_demo_step(said, words, run_command_line)
    write_stdout(f"# That was the tour. The org is yours to look at and to change:\n{here}\n")
    return code


def _run_demo_step(said: str, words: tuple[str, ...], run: Callable[[list[str]], int]) -> int:
    """Say what comes, print the command as a person would type it, and run it."""
    import shlex

    write_stdout(f"# {said}\n$ orgtp {shlex.join(words)}\n")
    sys.stdout.flush()
    code = run(list(words))
    write_stdout("\n")
    sys.stdout.flush()
    return code
