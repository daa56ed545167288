"""Seats as the sources of an import describe them. A reader of `orgtp.importers` makes them; nothing is added to them.

A source names seats in its own ways: by an id, a name, an address or a reference. A `key` says which way it is, so that
the manager "7" is the person with the id 7 and nobody else: `id:7`, `name:ada lovelace` (folded by `fold_spelling`),
`email:ada@example.com` (lower case), `ref:group:default/platform`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import YamlData
from orgtp.model.seat import DefinitionPlace, SeatKind


@dataclass(frozen=True, slots=True)
class LostText:
    """A part of a row that a seat has no place for: what it is (`column Cost Center`), and its text."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class SeatDraft:
    """A seat as a source describes it. What the source does not say is "".

    `where` is its place, `people.csv:12`. `keys` are the ways in which the source names this seat, `parent`, `dotted`
    and `owner` those in which it names others. A draft without `parent` is at the top. `aliases` are the ids that
    the seat should remember. `id_hint` is what its id is made from; "" means its name. `members` are keys of the
    drafts that belong to a group, and `member_of` those of the groups that a draft belongs to; one of the two is
    enough. Several agents may have the same place in `runs_from`, if one file defines them. `content` has further keys
    of a seat's file, as they will be written (only a file of seats has them). `lost` lists what is left out, and
    `unknown` says in words what the source should say and does not. `text` is the row as text of its file, to write it
    out again; "" if a file is all about this seat.
    """

    where: str
    kind: SeatKind
    name: str
    role: str = ""
    id_hint: str = ""
    keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    parent: str = ""
    dotted: tuple[str, ...] = ()
    owner: str = ""
    members: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()
    mission: str = ""
    emails: tuple[str, ...] = ()
    runs_from: tuple[DefinitionPlace, ...] = ()
    content: Mapping[str, YamlData] = field(default_factory=dict)
    lost: tuple[LostText, ...] = ()
    unknown: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class DraftValue:
    """A value of a scorecard: its place, its period and the value, each as the file writes it.

    `value` None means that it is unavailable, or with `void` that the earlier ones of its period are withdrawn. `id` is
    the id that the file gives it, "" if it gives none, and `n` the number of cases that a ratio covers. `text` is its
    row as text of the file, to write it out again.
    """

    where: str
    period: str
    value: str | None
    note: str = ""
    id: str = ""
    void: bool = False
    n: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MetricDraft:
    """A row of a scorecard: a metric of a seat, and its values.

    `seat` is what the file calls the seat: an id, a name, an alias or an address; "" if `metric`, an id or a name, says
    enough. `target`, `cadence`, `outcome` and `name` are "" if the file does not say them. `text` is the row as text of
    the file, to write it out again.
    """

    where: str
    seat: str
    metric: str
    name: str = ""
    target: str = ""
    cadence: str = ""
    outcome: str = ""
    values: tuple[DraftValue, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class BadDraft:
    """A row that cannot be read: where it is, why, and the row itself as text of its file, to write it out again.

    `keys` are the ways in which the source names its seat, as far as they can be read.
    """

    where: str
    why: str
    text: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftSource:
    """What one path of an import has.

    `path` is the path as it was given, and `name` is the name under which later imports know the source again: the name
    of the file without digits and dates, or the address of the repository. `format` is one of `importers.formats`.
    `header` is the first part of the file that the bad rows need before them, if they are written to a file. `notes`
    are sentences about the source as a whole, such as columns that nothing was made of. `mapping` is the `--map` that
    was used.
    """

    path: str
    name: str
    format: str
    drafts: tuple[SeatDraft, ...] = ()
    metrics: tuple[MetricDraft, ...] = ()
    bad: tuple[BadDraft, ...] = ()
    header: str = ""
    notes: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
