"""What every command does at the door: find the org, write to standard output, say what became of a change."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Problem, select_errors
from orgtp.model.text import count_noun, escape_control_chars

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange
    from orgtp.cli.options import ChangeOptions

_SHORT = 10
_MOST_NOTED = 3
# sysexits.h calls it EX_TEMPFAIL: not now, and kept for later.
EXIT_QUEUED = 75
# `--org` before the command; one after it goes first.
_before: dict[str, Path | None] = {"org": None}


def remember_org_option(org: Path | None) -> None:
    """Keep the `--org` that stands before the command."""
    _before["org"] = org


def chosen_org(org: Path | None) -> Path | None:
    """Where the org is said to be, after the command or before it."""
    return org or _before["org"]


def open_chosen_org(
    org: Path | None, at: str | None = None, *, whole: bool = True, values: bool = True, push: bool = False
) -> OrgHandle:
    """The org that the command is about; where it is not `whole` as it should be, standard error says so.

    A command that needs no `values` does not wait until they are read. What is to be sent (`push`) is refused where
    there is nowhere to send it, before anything is done.
    """
    from orgtp import api

    found = api.open_org(chosen_org(org), at=at)
    if at is not None and sys.stderr.isatty():
        when = found.now.astimezone(found.head.zone)
        write_stderr(f"as it stood on {when:%Y-%m-%d at %H:%M}, by commit {(found.revision or '')[:_SHORT]}")
    if push:
        found.ledger.refuse_without_remote()
    if whole:
        _warn_of_problems((found.snapshot.loaded if values else found.staff).problems)
    return found


@contextmanager
def warn_if_incomplete(here: OrgHandle) -> Iterator[None]:
    """Around the making of a view: say afterwards what could not be read of the files that it needed."""
    try:
        yield
    finally:
        _warn_of_problems(here.problems_so_far)


def _warn_of_problems(problems: Iterable[Problem]) -> None:
    broken = select_errors(problems)
    if broken:
        write_stderr(
            f"{count_noun(len(broken), 'problem')} in the files, so this is not the whole org. See: orgtp validate"
        )


def write_stdout(text: str) -> None:
    """Data, to standard output."""
    sys.stdout.write(text)


def write_pieces(pieces: Iterable[str], none: str = "") -> None:
    """Data, to standard output, each piece as soon as it is there; `none` where there is no piece."""
    for piece in pieces:
        none = ""
        sys.stdout.write(piece)
        sys.stdout.flush()
    write_stdout(none)


def is_unattended() -> bool:
    """Whether nobody looks: cron mails what is said, so nothing is where all is well."""
    return not (sys.stdout.isatty() or sys.stderr.isatty())


def write_stderr(text: str) -> None:
    """Everything else, to standard error; line by line, with nothing in it that could drive a terminal."""
    sys.stderr.write("".join(f"{escape_control_chars(line)}\n" for line in text.splitlines()))


def warn_if_shallow(here: OrgHandle) -> None:
    """What a shallow clone begins with looks as if all of it had been done in one commit."""
    if not here.history.is_complete:
        write_stderr(
            "this clone is shallow: what its first commit seems to add may be older. Get all: git fetch --unshallow"
        )


def write_json(kind: str, org: OrgHandle, body: Mapping[str, Any]) -> None:
    """A view as JSON, in the one envelope."""
    from orgtp.render.json import format_envelope

    write_stdout(format_envelope(kind, org.head.id, body.get("commit") or org.revision, is_dirty(org), body))


def write_json_list(kind: str, org: OrgHandle, name: str, pages: Iterable[Sequence[Any]], **body: Any) -> None:
    """A view that is one long list, as JSON in the one envelope, as it comes; `body` stands before the list."""
    from orgtp.render.json import format_envelope, stream_envelope

    write_pieces(
        stream_envelope(format_envelope(kind, org.head.id, org.revision, is_dirty(org), {**body, name: []}), pages)
    )


def is_dirty(org: OrgHandle) -> bool:
    """Whether the files differ from the commit; where that cannot be read, nobody can say that they do not."""
    try:
        return org.dirty
    except OrgtpError:
        return True


def report_change(
    kind: str,
    org: OrgHandle,
    done: RecordedChange,
    change: ChangeOptions,
    *,
    quiet: bool = False,
    then: RecordedChange | None = None,
    **body: Any,
) -> int:
    """Say what became of a change: its commit, or what it would do; and send it where that is wanted.

    `then` is a second commit that came of it. `body` goes into the JSON. `quiet`: nothing is said of what went well.
    """
    sent, remade = ({}, {}) if change.dry_run or done.kept else _send_change(org, push=change.push, quiet=quiet)
    # What others had sent meanwhile comes first, and our commit was made anew after it.
    done = replace(done, commit=remade.get(done.commit or "", done.commit))
    body |= {name: remade[commit] for name, commit in body.items() if isinstance(commit, str) and commit in remade}
    if done.kept:
        write_stderr(f"queued: {done.kept}. The change is written with the next value, or by: orgtp sync")
    if change.json:
        rest = {"commit": done.commit, "paths": done.paths, "outbox": bool(done.kept), "dry_run": change.dry_run}
        write_json(kind, org, {**rest, "subject": done.change.subject, **sent, **body})
    elif change.dry_run:
        _print_dry_run(done)
    elif not done.kept:
        _report_commit(org, done, quiet=quiet)
        if then and then.commit and not quiet:
            write_stderr(f"{remade.get(then.commit, then.commit)[:_SHORT]} {then.change.subject}")
    if sent.get("why"):
        write_stderr(f"not sent: {sent['why']}")
    return EXIT_QUEUED if done.kept else int(sent.get("exit_code", 0))


def _send_change(org: OrgHandle, *, push: bool, quiet: bool) -> tuple[dict[str, Any], Mapping[str, str]]:
    """What became of sending a change to the remote, if that was asked, and which commits were made anew as which."""
    if not (push or org.head.policy.push):
        return {}, {}
    try:
        done = org.ledger.sync(needed=True)
    except OrgtpError as stopped:
        state = getattr(stopped, "state", "no")
        return {"sent": state, "why": str(stopped), "exit_code": stopped.exit_code}, {}
    if done.remote:
        if not quiet:
            write_stderr(f"sent to {done.remote}")
        return {"sent": "yes"}, done.remade
    why = f"this repository has no remote for {done.branch}. Name one: git remote add origin URL"
    return {"sent": "no remote", "why": why}, {}


def _report_commit(org: OrgHandle, done: RecordedChange, *, quiet: bool) -> None:
    if not quiet:
        _print_commit(done)
    if done.commit is None:
        return
    if done.behind:
        write_stderr(f"committed, but the work tree could not follow: {done.behind}")
    for problem in done.noted[:_MOST_NOTED]:
        write_stderr(f"{problem.place}: {problem.message}. {problem.hint}".rstrip())
    if len(done.noted) > _MOST_NOTED:
        write_stderr(f"and {count_noun(len(done.noted) - _MOST_NOTED, 'thing')} more to mend: orgtp validate")
    if org.ledger.is_other_branch_checked_out:
        write_stderr(f"recorded on the branch {org.head.branch}; another is checked out and stays as it is")


def _print_commit(done: RecordedChange) -> None:
    if done.commit is None:
        write_stderr(f"nothing to change: {done.change.what}")
        return
    write_stdout(f"{done.commit[:_SHORT]} {done.change.subject}\n")
    if not done.change.by and sys.stderr.isatty():
        write_stderr("no seat is named as acting: git's user.email is none's. Name one with --by SEAT or ORGTP_SEAT")


def _print_dry_run(done: RecordedChange) -> None:
    from orgtp.render.change import dry_run_text

    if not done.files:
        write_stderr(f"dry run: there is nothing to change: {done.change.what}")
        return
    write_stdout(dry_run_text(done.before, done.files))
    write_stderr(f"dry run, nothing written. The commit would be:\n\n{done.change.message}")
