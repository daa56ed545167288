"""What an import does with each row, as a value: to show it first, and to record it."""

from __future__ import annotations

from enum import StrEnum

from orgtp.actions.import_metrics import PlannedMetric
from orgtp.actions.import_seats.request import ImportQuestion
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change
from orgtp.model.inventory.alike import Alike
from orgtp.model.inventory.draft import BadDraft, LostText
from orgtp.model.seat import DefinitionPlace


class RowFate(StrEnum):
    """What becomes of a row: a new seat, an existing one that is updated or stays as it is, or nothing.

    `retired`: the row is a seat that is retired, which an import never changes. `again`: another row of the sources is
    the same seat, and this one adds at most a place to it.
    """

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    AGAIN = "again"
    RETIRED = "retired"


class FieldFate(StrEnum):
    """What becomes of a field of an existing seat, compared with what was imported last.

    `followed`: the source has changed it and people have not. `added`: the seat had none. `kept`: people have changed
    it and the source has not. `both`: both have changed it; the seat keeps its own. `other`: the seat keeps what people
    or another source have written.
    """

    FOLLOWED = "followed"
    ADDED = "added"
    KEPT = "kept"
    BOTH = "both"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FieldMerge:
    """A field of an existing seat whose value differs from the source's: what the seat says, and what the source says.

    `was` is what was imported last; "" if nothing was, and None if only its hash is known.
    """

    key: str
    fate: FieldFate
    ours: str
    theirs: str
    was: str | None = ""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What becomes of a row.

    `where` is its place, `seat` the id of its seat, and `named` what the source calls it, if the id is another: an id,
    else the name; `id_why` says why it is not only that with hyphens. `known_by` says how an existing seat was
    recognised (`alias D-0117`). `places` are the files that define the seat, `lost` the parts of the row that nothing
    is made of, and `unknown` what the source should say and does not. `alike` are existing seats that look like a new
    one.
    """

    where: str
    fate: RowFate
    seat: str
    name: str
    role: str
    kind: str
    reports_to: str = ""
    also_reports_to: tuple[str, ...] = ()
    owner: str = ""
    named: str = ""
    known_by: str = ""
    fields: tuple[FieldMerge, ...] = ()
    places: tuple[DefinitionPlace, ...] = ()
    lost: tuple[LostText, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    id_why: str = ""
    alike: tuple[Alike, ...] = ()

    @property
    def has_other_id(self) -> bool:
        """Whether the source calls the seat something that is no id, or not the id that it gets."""
        return bool(self.named) and self.named != self.seat


@dataclass(frozen=True, slots=True)
class GoneSeat:
    """A seat that was imported from a source that no longer has it, and the command by which it leaves the chart."""

    seat: str
    name: str
    source: str
    command: str


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A path of an import: the name under which it is remembered, its format, how many rows it has, and its notes."""

    path: str
    name: str
    format: str
    rows: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRowOfSource:
    """A row that cannot be imported, and the path of its source."""

    path: str
    row: BadDraft

    @property
    def where(self) -> str:
        """The place of the row."""
        return self.row.where

    @property
    def why(self) -> str:
        """Why it cannot be imported."""
        return self.row.why


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything that an import would do.

    `rows` are those of seats, and `metrics` those of scorecards. `bad` are the rows that cannot be imported; without
    `skip_bad` they refuse the import, as `questions` without an answer do. `change` is the commit: without edits if
    nothing would change.
    """

    sources: tuple[PlannedSource, ...]
    rows: tuple[PlannedRow, ...]
    metrics: tuple[PlannedMetric, ...]
    bad: tuple[BadRowOfSource, ...]
    questions: tuple[ImportQuestion, ...]
    gone: tuple[GoneSeat, ...]
    notes: tuple[str, ...]
    change: Change

    def list_rows(self, fate: RowFate) -> list[PlannedRow]:
        """The rows of which this becomes."""
        return [row for row in self.rows if row.fate is fate]
