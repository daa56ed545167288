"""A change: what an action wants done, as a value. Only `store.record` carries it out, as one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

from orgtp.lazy_dataclass import dataclass
from orgtp.model.escalation import Escalation, EscalationEvent
from orgtp.model.problem import Keys
from orgtp.model.score import Score
from orgtp.model.text import one_line

Data: TypeAlias = Union[str, int, bool, "Sequence[Data]", "Mapping[str, Data]", None]
_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Append:
    """Add records at the end of a score file, which is made if it is not there."""

    path: str
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Create:
    """Make a new file: YAML from data, or the very text. Refused where the file is there already."""

    path: str
    content: Mapping[str, Data] | str


@dataclass(frozen=True, slots=True)
class Set:
    """Set one key of a YAML file, old or new, and leave every other line as it is."""

    path: str
    keys: Keys
    value: Data


@dataclass(frozen=True, slots=True)
class Drop:
    """Take one key out of a YAML file, with its lines."""

    path: str
    keys: Keys


Edit: TypeAlias = Append | Create | Set | Drop


@dataclass(frozen=True, slots=True)
class Change:
    """The edits of one commit, and how it will read in the history (see the design, "Actions are commits").

    `events` are what happens to escalations, each with the escalation as it is after the change, ordered by file.
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

    @property
    def subject(self) -> str:
        """`score(radar): briefing-by-8 2026-11-20 = 07:52`; what is about several seats goes without the bracket."""
        about = self.about or (self.seats[0] if len(self.seats) == 1 else "")
        text = one_line(f"{self.action}({about}): {self.what}" if about else f"{self.action}: {self.what}")
        return text if len(text) <= _SUBJECT else text[: _SUBJECT - 1] + "…"

    @property
    def trailers(self) -> list[tuple[str, str]]:
        """The trailers, each value on one line whatever is in it."""
        pairs = [("Orgtp-Action", self.action), *(("Orgtp-Seat", seat) for seat in self.seats)]
        pairs += [("Orgtp-By", self.by), ("Orgtp-Approved-By", self.approved_by)]
        return [(key, one_line(value)) for key, value in pairs if value]

    @property
    def message(self) -> str:
        """The whole commit message."""
        trailers = "\n".join(f"{key}: {value}" for key, value in self.trailers)
        body = "\n".join(_quoted(line) for line in self.body.splitlines())
        return "\n\n".join(part for part in (self.subject, body, trailers) if part.strip()) + "\n"

    @property
    def paths(self) -> list[str]:
        """The files that the change touches, sorted."""
        return sorted({edit.path for edit in self.edits})


def _quoted(line: str) -> str:
    """A line of the body that nothing can take for a trailer or a comment of git's."""
    text = one_line(line)
    return f"> {text}" if text.lower().startswith(("orgtp-", "signed-off-by", "#", "---")) else text
