"""What cannot be done: one class a failure, its text in the class, its exit code with it.

Bad data is never one of these (it is a `Problem` in a list); a failed operation always is.
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
    """An argument that does not fit; `what` says how, and what would."""


class UnknownSeat(OrgtpError):
    """A seat id that the org does not have."""

    text = 'unknown seat "{seat}". {hint}'


class UnknownMetric(OrgtpError):
    """A metric id that the seat does not have."""

    text = '{seat} has no metric "{metric}". {hint}'


class UnknownEscalation(OrgtpError):
    """An escalation id that the org does not have."""

    text = 'unknown escalation "{id}". {hint}'


class BadValue(OrgtpError):
    """A value that is not of its metric's kind."""

    text = '"{value}" is not {kind}. Accepted: {accepted}.'


class Refused(OrgtpError):
    """An action that the org's own rules do not allow; `why` says what to do instead."""

    text = "{why}"


class ReadOnly(OrgtpError):
    """A change was asked of the past."""

    text = "this is the org as it stood at {at}. Open it without at= to change it."


class NotCommitted(OrgtpError):
    """A change is about something that is only in the work tree."""

    text = "{what} is in what is checked out here, but not on {branch}. Commit it there first: git add, git commit"
