"""`orgtp init` and `orgtp demo`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import DryRunOption, JsonOption
from orgtp.cli.session import remember_result, write_stderr, write_stdout
from orgtp.model.errors import BadInput
from orgtp.model.text import join_with_and

if TYPE_CHECKING:
    from orgtp.api import CreatedOrg

_SHORT = 10
_WELCOME = "A small agency of people and agents, as text in git. All its numbers are invented."
_REASON = "Pacing and reconciliation fit better with the seats that act on them."
TOUR = (
    ("Check the files.", ("validate",)),
    ("The chart: seats, roles and how many metrics are on target.", ("chart",)),
    (
        "Record a value: one line in a file, and one commit.",
        ("score", "add", "jeff", "invoices-reconciled", "80.3%", "--by", "tally"),
    ),
    ("The scorecard: the metrics of people and agents.", ("scorecard",)),
    ("Jeff is drifting, and here are the odds that it is chance.", ("health", "jeff")),
    ("What changed before that? These are candidates, not causes.", ("why", "jeff", "pacing-on-plan")),
    ("What the weekly review discusses on Monday.", ("review", "agenda")),
    (
        "The last review asked for Jeff's case. Retire Jeff, and move its capabilities to named heirs.",
        ("retire", "jeff", "--to", "dash,crystal", "--by", "david", "--reason", _REASON, "--yes"),
    ),
    ("Jeff is off the chart, and Sift now reports to Radar.", ("chart",)),
    ("The history is the record.", ("log", "--limit", "8")),
)


def init_repository(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new folder, or a git repository that has no org yet.")
    ],
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="The name of the org. Default: the folder's name.")
    ] = "",
    sample: Annotated[
        bool, typer.Option("--sample", help="Create the sample agency, with an invented history.")
    ] = False,
    timezone: Annotated[
        str, typer.Option("--timezone", metavar="TZ", help="An IANA name. Default: this machine's.")
    ] = "",
    remote: Annotated[
        str, typer.Option("--remote", metavar="URL", help="An empty repository to push to, as origin.")
    ] = "",
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> int:
    """Create an org repository.

    It has org.yaml, the schemas, and CI that checks each change.
    """
    from orgtp import api

    target = folder.expanduser().absolute()
    if sample and (name or timezone or remote):
        raise BadInput(what="--sample cannot be combined with --name, --timezone or --remote")
    if sample and not dry_run:
        write_stderr("creating thirteen weeks of sample history …")
    made = (
        api.init_sample(target, dry_run=dry_run)
        if sample
        else api.init_org(target, name=name, timezone=timezone, remote=remote, dry_run=dry_run)
    )
    if not dry_run:
        remember_result("the org is created")
    code = _report_created(made, folder, json=json, dry_run=dry_run, sample=sample)
    return _send_new_org(target) if remote and not dry_run else code


def _send_new_org(target: Path) -> int:
    """Push the new org. If that fails, the org stays, and the reason is printed."""
    from orgtp import api
    from orgtp.api import SyncStopped

    try:
        done = api.open_org(target).ledger.sync()
    except SyncStopped as stopped:
        write_stderr(f"not pushed: {stopped}")
        return stopped.exit_code
    write_stderr(f"pushed to {done.remote}")
    return 0


def _report_created(made: CreatedOrg, folder: Path, *, json: bool, dry_run: bool, sample: bool) -> int:
    if json:
        from orgtp.render.json import format_envelope

        body = {"commit": made.commit, "paths": made.paths, "outbox": False, "dry_run": dry_run}
        write_stdout(format_envelope("init", made.org, made.commit, False, body))
    elif dry_run:
        write_stdout("".join(f"{path}\n" for path in made.paths))
        write_stderr(f"dry run, nothing written. These files would be created in {folder}.")
    else:
        where = folder if folder.is_absolute() or folder == Path() else f"./{folder}"
        write_stdout(f"Created org {made.org} in {where}.\n")
    if made.inside:
        write_stderr(_warn_of_outer_repo(made.inside, folder))
    if made.missing_identity and not sample:
        write_stderr(_explain_missing_identity(made.missing_identity))
    if not (json or dry_run):
        write_stderr(_suggest_next_steps(made, folder, sample=sample))
    return 0


def _warn_of_outer_repo(outer: Path, folder: Path) -> str:
    """Say that the org is a repository within a repository, and how to keep them apart."""
    import shlex

    inside = os.path.relpath(os.path.realpath(folder.expanduser()), os.path.realpath(outer))
    ignore = f"echo {shlex.quote(f'/{inside}/')} >> {shlex.quote(str(outer / '.gitignore'))}"
    return (
        f"warning: {folder} is inside another git repository, {outer}. There, git add would record it as an embedded "
        f"repository, and clones would have an empty folder. Keep it out of that repository:\n  {ignore}"
    )


# Example values of git's settings, quoted for a shell.
_IDENTITY = {"user.name": '"Your Name"', "user.email": "you@example.com"}


def _explain_missing_identity(missing: Sequence[str]) -> str:
    """Say which settings git lacks, and how to set them."""
    what = join_with_and(f"no {setting}" for setting in missing)
    commands = [f"  git config --global {setting} {_IDENTITY[setting]}" for setting in missing]
    return "\n".join([f"git has {what}, which every commit needs; the first one is by orgtp. Set it once:", *commands])


def _suggest_next_steps(made: CreatedOrg, folder: Path, *, sample: bool) -> str:
    import shlex

    steps = [f"cd {shlex.quote(str(folder))}"]
    if sample:
        steps += ["orgtp chart", "orgtp scorecard"]
    else:
        # An example that works as it stands. The address links the seat to the commits that are made here.
        address = made.address or _IDENTITY["user.email"]
        steps += [f"orgtp seat add ada --role Founder --kind human --email {shlex.quote(address)}", "orgtp chart"]
    return "\n".join(["next:", *(f"  {step}" for step in steps)])


def run_demo(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The folder to create. Default: a temporary folder.")
    ] = None,
) -> int:
    """Run a guided tour of the sample org.

    Creates the sample org in a new folder, and shows each command with its output.
    """
    import shlex
    import tempfile

    from orgtp.cli.main import run_command_line

    target = folder.expanduser().absolute() if folder else Path(tempfile.mkdtemp(prefix="orgtp-demo-")) / "sneeze-it"
    code = _run_demo_step(_WELCOME, ("init", "--sample", str(target)), run_command_line)
    if code:
        return code
    os.chdir(target)
    # The tour uses its own org, whatever the environment sets.
    for name in ("ORGTP_ORG", "ORGTP_SEAT"):
        os.environ.pop(name, None)
    write_stdout(f"$ cd {shlex.quote(str(target))}\n\n")
    for said, words in TOUR:
        code = code or _run_demo_step(said, words, run_command_line)
    write_stdout(f"# That was the tour. The org is yours to explore and change:\n{target}\n\n")
    site = shlex.quote(f"{target}-pages")
    write_stdout(f"# To see it as web pages, write them and open {site}/index.html in a browser:\n")
    write_stdout(f"orgtp --org {shlex.quote(str(target))} site {site}\n")
    return code


def _run_demo_step(said: str, words: tuple[str, ...], run: Callable[[list[str]], int]) -> int:
    """Print a heading and the command as a person would type it, and run it."""
    import shlex

    write_stdout(f"# {said}\n$ orgtp {shlex.join(words)}\n")
    sys.stdout.flush()
    code = run(list(words))
    write_stdout("\n")
    sys.stdout.flush()
    return code
