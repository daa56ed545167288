"""The errors that operations raise: one class per failure, with its text and exit code.

Bad data is never an exception, but a `Problem` in a list.
"""

from __future__ import annotations

from typing import ClassVar


class OrgtpError(Exception):
    """A failed operation. `text` is filled from the keyword arguments; `exit_code` is the command's."""

    exit_code: ClassVar[int] = 2
    text: ClassVar[str] = "{what}"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.text.format(**facts).strip())
        self.facts = facts


class BadInput(OrgtpError):
    """An invalid argument; `what` says why, and what is valid."""


class UnknownSeat(OrgtpError):
    """A seat id that the org does not have."""

    text = 'unknown seat "{seat}". {hint}'


class UnknownMetric(OrgtpError):
    """A metric id that the seat does not have."""

    text = '{seat} has no metric "{metric}". {hint}'


class UnknownEscalation(OrgtpError):
    """An escalation id that the org does not have."""

    text = 'unknown escalation "{id}". {hint}'


class UnknownTodo(OrgtpError):
    """A to-do id that the org does not have."""

    text = 'unknown to-do "{id}". {hint}'


class BadValue(OrgtpError):
    """A value of another kind than its metric's."""

    text = '"{value}" is not {kind}. {hint}Accepted: {accepted}.'


class Refused(OrgtpError):
    """An action that the org's rules do not allow; `why` gives the reason and the alternative."""

    text = "{why}"


class ReadOnly(OrgtpError):
    """A change to an org that was opened at an earlier commit."""

    text = "this is the org as of {at}, which cannot be changed. Open it without at= to change it."


class NotCommitted(OrgtpError):
    """A change to something that is only in the work tree, not on the ledger branch."""

    text = "{what} is in the work tree, but not on {branch}. Commit it there first: git add {path} && git commit"
