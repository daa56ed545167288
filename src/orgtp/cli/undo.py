"""`orgtp undo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import ChangeOptions, changing_command
from orgtp.cli.session import has_terminal, open_chosen_org, report_change, write_stderr, write_verdict_changes
from orgtp.model.errors import OrgtpError

if TYPE_CHECKING:
    from orgtp.api import RecordedChange, UndoTarget


class UndoDeclined(OrgtpError):
    """A person declined to undo an action."""

    exit_code = 130
    text = "nothing was undone"


@changing_command
def undo_action(
    commit: Annotated[
        str, typer.Argument(metavar="[COMMIT]", help="The commit to undo. Default: your newest action.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    *,
    change: ChangeOptions,
) -> int:
    """Undo an action, as a new action.

    What it changed of seats and of org.yaml is set back to what it was, and both commits stay. It is shown first. If
    something cannot be undone, such as a value or a retirement, the message says why and what to type instead.
    """
    handle = open_chosen_org(change.org, push=change.push)
    target = handle.ledger.find_undo_target(commit, by=change.by)
    planned = handle.ledger.undo(target, by=change.by, dry_run=True)
    _show_inverse(target, planned, with_edit=not change.dry_run)
    if not (yes or change.dry_run) and has_terminal() and not typer.confirm("Undo it?", err=True):
        raise UndoDeclined
    # The report is about the org after this commit, and the plan has read which commit was checked out before it.
    handle = open_chosen_org(change.org, push=change.push)
    done = planned if change.dry_run else handle.ledger.undo(target, by=change.by)
    return report_change("undo", handle, done, change, undone=target.commit, verdicts=done.verdicts)


def _show_inverse(target: UndoTarget, planned: RecordedChange, *, with_edit: bool) -> None:
    """Say on standard error what is undone, what that changes, and how past periods are judged then."""
    from orgtp.render.change import dry_run_text

    write_stderr(f"undoing {target.name}")
    if with_edit:
        write_stderr(dry_run_text(planned.before, planned.files, planned.removed))
    write_verdict_changes(planned)
