"""Shared by all commands: open the org, write output, and report a change."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.cli.output_format import is_csv_chosen
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Problem
from orgtp.model.text import count_noun, escape_control_chars, join_with_and

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange
    from orgtp.cli.options import ChangeOptions

_SHORT, _COMMIT_ID = 10, 40
_MOST_NOTED = _MOST_NAMED = 3
# EX_TEMPFAIL of sysexits.h: the change could not be written now and is queued.
EXIT_QUEUED = 75
# What `sent` says if a record was not sent, because its id belongs to another value on the remote.
LEFT_OUT = "left out"
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
    org: Path | None, at: str | None = None, *, push: bool = False, to_record: bool = False
) -> OrgHandle:
    """Open the org that the command is about.

    `push`: refuse before anything is done if the org has no remote. `to_record`: see `open_org`.
    """
    from orgtp import api

    found = api.open_org(chosen_org(org), at=at, to_record=to_record)
    if found.outdated_because and at is None:
        write_stderr(
            f"the work tree could not be updated: {found.outdated_because}. It is older than its branch, and this "
            "command reads the files as they are"
        )
    if at is not None and sys.stderr.isatty():
        when = found.now.astimezone(found.head.zone)
        write_stderr(f"as of {when:%Y-%m-%d %H:%M}, commit {(found.revision or '')[:_SHORT]}")
    if push:
        found.ledger.refuse_without_remote()
    return found


def finish_answer(handle: OrgHandle, code: int = 0) -> int:
    """Say on standard error what the answer may lack, because it could not be read.

    Every command that answers from the files of an org ends with this. Returns the exit code: `code`, or 1 instead of
    0 if something could not be read.
    """
    for part in handle.unread[:_MOST_NAMED]:
        _say_unread(part.problems, part.revision)
    return code or int(bool(handle.unread))


def _say_unread(problems: Sequence[Problem], revision: str) -> None:
    """Name the first places that could not be read, and the command that explains them all."""
    places = [str(problem.place) for problem in problems[:_MOST_NAMED]]
    more = len(problems) - len(places)
    names = join_with_and([*places, *([count_noun(more, "more place")] if more else [])])
    short = revision[:_SHORT] if len(revision) >= _COMMIT_ID else revision
    when = f" at {short}" if revision else ""
    see = f"orgtp validate --at {shlex.quote(short)}" if revision else "orgtp validate"
    write_stderr(f"{names} could not be read{when}, so the output is incomplete. See: {see}")


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


def has_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def warn_of_doubts(done: RecordedChange) -> None:
    """Warn of values that look mistyped."""
    for doubt in done.change.doubts:
        write_stderr(f"warning: {doubt}")


def write_stderr(text: str) -> None:
    """Write messages to standard error, with control characters escaped. If that fails, nobody can be told.

    Tabs at the start of a line become spaces: git indents a command with them, and the command can be copied.
    """
    lines = ((line.lstrip("\t"), len(line) - len(line.lstrip("\t"))) for line in text.splitlines())
    with suppress(OSError):
        sys.stderr.write("".join(f"{'    ' * tabs}{escape_control_chars(line)}\n" for line, tabs in lines))


def warn_if_shallow(handle: OrgHandle) -> None:
    """Warn if the clone is shallow, because everything older then seems to come from its first commit."""
    if not handle.history.is_complete:
        write_stderr(
            "this clone is shallow, so changes in its first commit may be older. Fetch the rest: git fetch --unshallow"
        )


def write_json(kind: str, org: OrgHandle, body: Mapping[str, Any]) -> None:
    """Write a view as JSON, in the envelope that all commands share; or as CSV, see `orgtp.cli.output_format`."""
    if is_csv_chosen():
        from orgtp.render.json import to_json_value
        from orgtp.render.tables.views import table_lines

        plain = to_json_value(body)
        write_stdout("".join(table_lines(kind, plain)))
        hidden = [count_noun(count, name[:-1]) for name, count in (plain.get("left_out") or {}).items() if count]
        if kind != "context" and hidden:
            write_stderr(f"left out of the table: {join_with_and(hidden)}")
        return
    from orgtp.render.json import format_envelope

    # If a change is queued, the reason was told already.
    revision = body.get("commit") or find_revision(org, quiet=bool(body.get("outbox")))
    unread = body["problems_total"] if "problems_total" in body else count_unread(org)
    write_stdout(format_envelope(kind, org.head.id, revision, is_dirty(org), body, unread))


def count_unread(org: OrgHandle) -> int:
    """How many errors kept the answers so far from reading everything."""
    return sum(len(part.problems) for part in org.unread)


def can_read_files(org: OrgHandle) -> bool:
    """Whether the org's own files can be read at all. Only the audit answers without them."""
    try:
        return bool(org.unread) or True
    except OrgtpError:
        return False


def write_json_list(kind: str, org: OrgHandle, name: str, pages: Iterable[Sequence[Any]], **body: Any) -> None:
    """Write a long list as JSON in the envelope, page by page. The keys of `body` come before the list."""
    if is_csv_chosen():
        from orgtp.render.json import to_json_value
        from orgtp.render.tables.views import list_lines

        write_pieces(list_lines(kind, map(to_json_value, pages)))
        return
    from orgtp.render.json import format_envelope, stream_envelope

    whole = format_envelope(kind, org.head.id, find_revision(org), is_dirty(org), {**body, name: []}, count_unread(org))
    write_pieces(stream_envelope(whole, pages))


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


def write_verdict_changes(planned: RecordedChange, *, seat: str = "") -> None:
    """Say on standard error how a change alters the verdicts on past periods, before it is made.

    Each metric is named with its seat, unless that is the `seat` that the command names.
    """
    for one in planned.verdicts:
        write_stderr(f"{'' if one.seat == seat else f'{one.seat} '}{one.metric}: {one.summary}")


def write_proposals(done: RecordedChange) -> None:
    """Say on standard error what may be done next."""
    for one in done.change.proposals:
        write_stderr(f"note: {one}")


def record_after_warning(
    record: Callable[..., RecordedChange], change: ChangeOptions, *, seat: str = ""
) -> RecordedChange:
    """Say how a change alters the verdicts on past periods, then make it; with `--dry-run`, only plan it.

    `record` takes `dry_run`, and `seat` is the seat that the command names.
    """
    planned = record(dry_run=True)
    write_verdict_changes(planned, seat=seat)
    return planned if change.dry_run else record(dry_run=False)


def report_change(
    kind: str,
    org: OrgHandle,
    done: RecordedChange,
    change: ChangeOptions,
    *,
    quiet: bool = False,
    then: RecordedChange | None = None,
    unread: Sequence[Problem] | None = None,
    push_seconds: float | None = None,
    **body: Any,
) -> int:
    """Report a change (its commit, or what a dry run would write), and push it if requested. Returns the exit code.

    `then` is a second commit that resulted from it. `body` is added to the JSON. `quiet`: report failures only.
    `unread`: for a change that depends on the whole org, the errors for which it may lack something; the exit code is
    then 1 at least. `push_seconds`: how long the push may take.
    """
    if not change.dry_run:
        remember_result(_describe_result(done))
    is_sent = not (change.dry_run or done.queued_because)
    sent, rewritten = _send_change(org, push_seconds, push=change.push, quiet=quiet) if is_sent else ({}, {})
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
        total = len(done.unread if unread is None else unread)
        write_json(kind, org, {**rest, "subject": done.change.subject, **sent, **body, "problems_total": total})
    elif change.dry_run:
        _print_dry_run(done)
    elif not done.queued_because:
        second = replace(then, commit=rewritten.get(then.commit or "", then.commit)) if then else None
        _report_commit(org, done, second, quiet=quiet)
    if sent.get("why"):
        write_stderr(sent["why"] if sent["sent"] == LEFT_OUT else f"not pushed: {sent['why']}")
    if unread:
        say_unread_on_ledger(org, unread)
    return EXIT_QUEUED if done.queued_because else int(sent.get("exit_code", 0)) or int(bool(unread))


def say_unread_on_ledger(org: OrgHandle, problems: Sequence[Problem]) -> None:
    """Say on standard error what a change lacks, because it could not be read on the ledger branch."""
    _say_unread(problems, org.head.branch)


def _describe_result(done: RecordedChange) -> str:
    if done.queued_because:
        return "the change is queued"
    return (
        f"the change is committed: {done.commit[:_SHORT]} {done.change.subject}" if done.commit else "nothing was to do"
    )


def _send_change(
    org: OrgHandle, seconds: float | None, *, push: bool, quiet: bool
) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Push if requested. Returns the JSON keys that report it, and the commits that got a new id (old to new)."""
    if not (push or org.head.policy.push):
        return {}, {}
    try:
        done = org.ledger.sync(needed=True, seconds=seconds)
    except OrgtpError as stopped:
        state = getattr(stopped, "state", "no")
        return {"sent": state, "why": str(stopped), "exit_code": stopped.exit_code}, {}
    if done.left_out:
        why = "\n".join(one.text for one in done.left_out)
        return {"sent": LEFT_OUT, "why": why, "exit_code": 1}, done.rewritten
    if done.remote:
        if not quiet:
            write_stderr(f"pushed to {done.remote}")
        return {"sent": "yes"}, done.rewritten
    why = f"this repository has no remote for {done.branch}. Add one: git remote add origin URL"
    return {"sent": "no remote", "why": why}, {}


def _report_commit(org: OrgHandle, done: RecordedChange, then: RecordedChange | None, *, quiet: bool) -> None:
    if not quiet:
        _print_commit(org, done)
    if done.commit is not None:
        _report_trouble(org, done)
    if then and then.commit and not quiet:
        write_stderr(f"{then.commit[:_SHORT]} {then.change.subject}")


def _report_trouble(org: OrgHandle, done: RecordedChange) -> None:
    """Say what a commit did not update, and which new warnings there are."""
    if done.behind and done.behind != org.outdated_because:
        write_stderr(f"committed, but the work tree could not be updated: {done.behind}")
    if done.noted:
        report_noted(done)
    if org.ledger.is_other_branch_checked_out:
        write_stderr(f"recorded on the branch {org.head.branch}; the branch that is checked out was not changed")


def report_noted(done: RecordedChange) -> None:
    """Say which new warnings there are; those about imported seats in one line for each rule."""
    from orgtp.render.problems.grouping import split_imported
    from orgtp.render.problems.text import describe_imported_problems

    noted, alike = split_imported(done.noted, done.imported)
    for problem in noted[:_MOST_NOTED]:
        write_stderr(f"note: {problem.place}: {problem.message}. {problem.hint}".rstrip())
    if len(noted) > _MOST_NOTED:
        write_stderr(f"and {count_noun(len(noted) - _MOST_NOTED, 'more warning')}. See: orgtp validate")
    for found in alike:
        write_stderr(f"note: {describe_imported_problems(found)}".rstrip())


def _print_commit(org: OrgHandle, done: RecordedChange) -> None:
    if done.commit is None:
        write_stderr(f"nothing to change: {done.change.what}")
        return
    write_stdout(f"{done.commit[:_SHORT]} {done.change.subject}\n")
    if not done.change.by:
        _note_unknown_actor(org)


def _note_unknown_actor(org: OrgHandle) -> None:
    """Say on a terminal that no seat is recorded as acting; if seats share the address, say so anywhere."""
    try:
        user = org.ledger.read_git_user()
    except OrgtpError:
        return
    # The change itself may have given a seat the address.
    if not user.acting_seat and (user.seats or sys.stderr.isatty()):
        write_stderr(f"{user.explain_unknown()}, so none is recorded as acting. Name one with --by SEAT or ORGTP_SEAT")


def _print_dry_run(done: RecordedChange) -> None:
    from orgtp.render.change import dry_run_text

    if not done.paths:
        write_stderr(f"dry run: nothing to change: {done.change.what}")
        return
    write_stdout(dry_run_text(done.before, done.files, done.removed))
    write_stderr(f"dry run, nothing written. The commit would be:\n\n{done.change.message}")
