"""Shared by all commands: open the org, write output, and report a change."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
# EX_TEMPFAIL of sysexits.h: the change could not be written now and is queued.
EXIT_QUEUED = 75
# The `--org` before the command name. One after it takes precedence.
_before: dict[str, Path | None] = {"org": None}
# What the command has done so far, for the case that its output cannot be written.
_result = {"done": ""}


def remember_org_option(org: Path | None) -> None:
    """Remember the `--org` given before the command name."""
    _before["org"] = org


def chosen_org(org: Path | None) -> Path | None:
    """Return the folder given with `--org`, after or before the command name."""
    return org or _before["org"]


def open_chosen_org(
    org: Path | None,
    at: str | None = None,
    *,
    whole: bool = True,
    values: bool = True,
    push: bool = False,
    to_record: bool = False,
) -> OrgHandle:
    """Open the org that the command is about.

    `whole`: warn on standard error if files have problems. `values`: include the values in that check; a command that
    needs none does not wait for them. `push`: refuse before anything is done if the org has no remote. `to_record`: see
    `open_org`.
    """
    from orgtp import api

    found = api.open_org(chosen_org(org), at=at, to_record=to_record)
    if at is not None and sys.stderr.isatty():
        when = found.now.astimezone(found.head.zone)
        write_stderr(f"as of {when:%Y-%m-%d %H:%M}, commit {(found.revision or '')[:_SHORT]}")
    if push:
        found.ledger.refuse_without_remote()
    if whole:
        _warn_of_problems((found.snapshot.loaded if values else found.staff).problems)
    return found


@contextmanager
def warn_if_incomplete(handle: OrgHandle) -> Iterator[None]:
    """Build a view inside this context. Afterwards, it warns of files that could not be read."""
    try:
        yield
    finally:
        _warn_of_problems(handle.problems_so_far)


def _warn_of_problems(problems: Iterable[Problem]) -> None:
    broken = select_errors(problems)
    if broken:
        write_stderr(
            f"{count_noun(len(broken), 'problem')} in the files, so the output is incomplete. See: orgtp validate"
        )


def remember_result(what: str) -> None:
    """Remember what the command has done. Then it no longer fails if standard output cannot be written."""
    _result["done"] = what


def report_lost_output(error: OSError) -> bool:
    """Say what was done although standard output cannot be written. False if nothing was done, which is a failure."""
    if not _result["done"]:
        return False
    discard_stdout()
    with suppress(OSError):
        write_stderr(f"the result could not be written to standard output ({error.strerror}), but {_result['done']}")
    return True


def discard_stdout() -> None:
    """Redirect standard output to /dev/null after it failed, so that Python reports nothing at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_stdout(text: str) -> None:
    """Write data to standard output."""
    try:
        sys.stdout.write(text)
    except OSError as error:
        if not report_lost_output(error):
            raise


def write_pieces(pieces: Iterable[str], none: str = "") -> None:
    """Write each piece to standard output as soon as it is ready, or `none` if there are no pieces."""
    for piece in pieces:
        none = ""
        sys.stdout.write(piece)
        sys.stdout.flush()
    write_stdout(none)


def is_unattended() -> bool:
    """Whether no terminal is attached. Cron mails all output, so a successful run then prints nothing."""
    return not (sys.stdout.isatty() or sys.stderr.isatty())


def write_stderr(text: str) -> None:
    """Write messages to standard error, with control characters escaped. If that fails, nobody can be told."""
    with suppress(OSError):
        sys.stderr.write("".join(f"{escape_control_chars(line)}\n" for line in text.splitlines()))


def warn_if_shallow(handle: OrgHandle) -> None:
    """Warn if the clone is shallow, because everything older then seems to come from its first commit."""
    if not handle.history.is_complete:
        write_stderr(
            "this clone is shallow, so changes in its first commit may be older. Fetch the rest: git fetch --unshallow"
        )


def write_json(kind: str, org: OrgHandle, body: Mapping[str, Any]) -> None:
    """Write a view as JSON, in the envelope that all commands share."""
    from orgtp.render.json import format_envelope

    # If a change is queued, the reason was told already.
    revision = body.get("commit") or find_revision(org, quiet=bool(body.get("outbox")))
    write_stdout(format_envelope(kind, org.head.id, revision, is_dirty(org), body))


def write_json_list(kind: str, org: OrgHandle, name: str, pages: Iterable[Sequence[Any]], **body: Any) -> None:
    """Write a long list as JSON in the envelope, page by page. The keys of `body` come before the list."""
    from orgtp.render.json import format_envelope, stream_envelope

    write_pieces(
        stream_envelope(
            format_envelope(kind, org.head.id, find_revision(org), is_dirty(org), {**body, name: []}), pages
        )
    )


def find_revision(org: OrgHandle, *, quiet: bool = False) -> str | None:
    """The commit that the files are based on; None if there is none.

    If it cannot be read, it is None with a warning, unless `quiet`.
    """
    try:
        return org.revision
    except OrgtpError as error:
        if not quiet:
            write_stderr(f"the commit that is checked out is unknown: {error}")
        return None


def is_dirty(org: OrgHandle) -> bool:
    """Whether the files differ from the commit. True if that cannot be read."""
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
    """Report a change (its commit, or what a dry run would write), and push it if requested. Returns the exit code.

    `then` is a second commit that resulted from it. `body` is added to the JSON. `quiet`: report failures only.
    """
    if not change.dry_run:
        remember_result(_describe_result(done))
    sent, rewritten = (
        ({}, {}) if change.dry_run or done.queued_because else _send_change(org, push=change.push, quiet=quiet)
    )
    # Sync places our commits after those of others, so a commit may have a new id.
    done = replace(done, commit=rewritten.get(done.commit or "", done.commit))
    body |= {
        name: rewritten[commit] for name, commit in body.items() if isinstance(commit, str) and commit in rewritten
    }
    if done.queued_because:
        write_stderr(f"queued: {done.queued_because}. The change is written with the next value, or by: orgtp sync")
    if change.json:
        rest = {
            "commit": done.commit,
            "paths": done.paths,
            "outbox": bool(done.queued_because),
            "dry_run": change.dry_run,
        }
        write_json(kind, org, {**rest, "subject": done.change.subject, **sent, **body})
    elif change.dry_run:
        _print_dry_run(done)
    elif not done.queued_because:
        _report_commit(org, done, quiet=quiet)
        if then and then.commit and not quiet:
            write_stderr(f"{rewritten.get(then.commit, then.commit)[:_SHORT]} {then.change.subject}")
    if sent.get("why"):
        write_stderr(f"not pushed: {sent['why']}")
    return EXIT_QUEUED if done.queued_because else int(sent.get("exit_code", 0))


def _describe_result(done: RecordedChange) -> str:
    if done.queued_because:
        return "the change is queued"
    return (
        f"the change is committed: {done.commit[:_SHORT]} {done.change.subject}" if done.commit else "nothing was to do"
    )


def _send_change(org: OrgHandle, *, push: bool, quiet: bool) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Push if requested. Returns the JSON keys that report it, and the commits that got a new id (old to new)."""
    if not (push or org.head.policy.push):
        return {}, {}
    try:
        done = org.ledger.sync(needed=True)
    except OrgtpError as stopped:
        state = getattr(stopped, "state", "no")
        return {"sent": state, "why": str(stopped), "exit_code": stopped.exit_code}, {}
    if done.remote:
        if not quiet:
            write_stderr(f"pushed to {done.remote}")
        return {"sent": "yes"}, done.rewritten
    why = f"this repository has no remote for {done.branch}. Add one: git remote add origin URL"
    return {"sent": "no remote", "why": why}, {}


def _report_commit(org: OrgHandle, done: RecordedChange, *, quiet: bool) -> None:
    if not quiet:
        _print_commit(done)
    if done.commit is None:
        return
    if done.behind:
        write_stderr(f"committed, but the work tree could not be updated: {done.behind}")
    for problem in done.noted[:_MOST_NOTED]:
        write_stderr(f"note: {problem.place}: {problem.message}. {problem.hint}".rstrip())
    if len(done.noted) > _MOST_NOTED:
        write_stderr(f"and {count_noun(len(done.noted) - _MOST_NOTED, 'more warning')}. See: orgtp validate")
    if org.ledger.is_other_branch_checked_out:
        write_stderr(f"recorded on the branch {org.head.branch}; the branch that is checked out was not changed")


def _print_commit(done: RecordedChange) -> None:
    if done.commit is None:
        write_stderr(f"nothing to change: {done.change.what}")
        return
    write_stdout(f"{done.commit[:_SHORT]} {done.change.subject}\n")
    if not done.change.by and sys.stderr.isatty():
        write_stderr(
            "no seat has git's user.email, so none is recorded as acting. Name one with --by SEAT or ORGTP_SEAT"
        )


def _print_dry_run(done: RecordedChange) -> None:
    from orgtp.render.change import dry_run_text

    if not done.files:
        write_stderr(f"dry run: nothing to change: {done.change.what}")
        return
    write_stdout(dry_run_text(done.before, done.files))
    write_stderr(f"dry run, nothing written. The commit would be:\n\n{done.change.message}")
