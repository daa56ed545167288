"""What an import is asked to do, and what it asks in turn."""

from __future__ import annotations

from enum import StrEnum

from orgtp.lazy_dataclass import dataclass


class QuestionKind(StrEnum):
    """What an import asks: whom the top seats of the sources report to, or who owns the seats without an owner."""

    UNDER = "under"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """How to import: `under` is the seat to which the top seats of the sources report.

    `owner` is the person who answers for the agents and groups that the sources name no owner for. `by` is the acting
    seat. With `skip_bad`, bad rows are left out; without it, they refuse the import. `is_part`: the rows are only a
    part of their source, so nobody is gone.
    """

    under: str = ""
    owner: str = ""
    by: str = ""
    skip_bad: bool = False
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class ImportQuestion:
    """A question that is asked once for all of its rows. The answer is the id of a seat.

    `choices` are likely answers, the likeliest first; any seat that fits may be named.
    """

    kind: QuestionKind
    text: str
    rows: tuple[str, ...]
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name under which the answer is given: `under` or `owner`."""
        return str(self.kind)

    def explain(self) -> str:
        """The question with the option that answers it."""
        example = f", such as: --{self.kind} {self.choices[0]}" if self.choices else ""
        return f"{self.text} Add --{self.kind} SEAT{example}"
