"""The change that an action asks for, as a value. `orgtp.ledger` writes it as one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias, Union

from orgtp.lazy_dataclass import dataclass
from orgtp.model.escalation import Escalation, EscalationEvent
from orgtp.model.problem import Keys
from orgtp.model.score import Score
from orgtp.model.text import one_line

YamlData: TypeAlias = Union[str, int, bool, Decimal, "Sequence[YamlData]", "Mapping[str, YamlData]", None]
MAX_SUBJECT = 120


class LineRecord(Protocol):
    """A record that is a line of a JSON Lines file."""

    @property
    def line(self) -> str:
        """The line, without the newline."""


@dataclass(frozen=True, slots=True)
class AppendScores:
    """Append records to a score file, which is created if it does not exist."""

    path: str
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class AppendRecords:
    """Append records other than scores to a JSON Lines file, which is created if it does not exist."""

    path: str
    records: tuple[LineRecord, ...]


@dataclass(frozen=True, slots=True)
class CreateFile:
    """Create a file with YAML made from data, or with a given text. Refused if the file exists."""

    path: str
    content: Mapping[str, YamlData] | str


@dataclass(frozen=True, slots=True)
class SetKey:
    """Set one key of a YAML file, whether it exists or not, and leave every other line as it is.

    In a list, a key is the number of an item that exists, from 0: `("policy", "scorekeepers", "0")`.
    """

    path: str
    keys: Keys
    value: YamlData


@dataclass(frozen=True, slots=True)
class DropKey:
    """Remove one key from a YAML file, with its lines."""

    path: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class AppendItems:
    """Append items to a list of a YAML file, which is created if it does not exist."""

    path: str
    keys: Keys
    items: tuple[YamlData, ...]


@dataclass(frozen=True, slots=True)
class DropItems:
    """Remove the items of a list of a YAML file that are one of `texts`, or a group with one of them under `by`.

    A list that has no items any more is removed.
    """

    path: str
    keys: Keys
    texts: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class ReplaceFile:
    """Write a whole file that is not part of the record, such as a schema. Refused if it is not `before` any more."""

    path: str
    before: bytes | None
    content: bytes


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Remove the file of a seat that never came into force, as when an import is undone."""

    path: str


WritingEdit: TypeAlias = (
    AppendScores | AppendRecords | CreateFile | SetKey | DropKey | AppendItems | DropItems | ReplaceFile
)
Edit: TypeAlias = WritingEdit | RemoveFile


@dataclass(frozen=True, slots=True)
class Change:
    """The edits of one commit, and the parts of its message (see docs/history.md).

    `events` lists what happens to escalations, each with the escalation as it is after the change, ordered by file.
    `doubts` are sentences about what may be mistyped; they do not prevent the change. `proposals` are sentences about
    what may be done next, each with its command. `acting_for` is the seat for which `by` acts and signs, as a server
    does for the person who is signed in.
    """

    action: str
    what: str
    seats: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    about: str = ""
    by: str = ""
    approved_by: str = ""
    body: str = ""
    events: tuple[tuple[Escalation, EscalationEvent], ...] = ()
    doubts: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    acting_for: str = ""

    @property
    def subject(self) -> str:
        """The subject, such as `score(radar): briefing-by-8 2026-11-20 = 07:52`. It names a seat that is alone."""
        about = self.about or (self.seats[0] if len(self.seats) == 1 else "")
        text = one_line(f"{self.action}({about}): {self.what}" if about else f"{self.action}: {self.what}")
        return text if len(text) <= MAX_SUBJECT else text[: MAX_SUBJECT - 1] + "…"

    @property
    def trailers(self) -> list[tuple[str, str]]:
        """The trailers. Line breaks in values are removed."""
        pairs = [("Orgtp-Action", self.action), *(("Orgtp-Seat", seat) for seat in self.seats)]
        pairs += [("Orgtp-By", self.by), ("Orgtp-For", self.acting_for), ("Orgtp-Approved-By", self.approved_by)]
        return [(key, one_line(value)) for key, value in pairs if value]

    @property
    def message(self) -> str:
        """The whole commit message."""
        trailers = "\n".join(f"{key}: {value}" for key, value in self.trailers)
        body = "\n".join(_quote_line(line) for line in self.body.splitlines())
        return "\n\n".join(part for part in (self.subject, body, trailers) if part.strip()) + "\n"

    @property
    def paths(self) -> list[str]:
        """The files that the change touches, sorted."""
        return sorted({edit.path for edit in self.edits})


def _quote_line(line: str) -> str:
    """Quote a line of the body that git could take for a trailer or a comment."""
    text = one_line(line)
    return f"> {text}" if text.lower().startswith(("orgtp-", "signed-off-by", "#", "---")) else text
