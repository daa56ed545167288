"""What an import remembers in the file of a seat, under `x-imported`, and whether a person has reviewed its mission.

    x-imported:
      from: people
      format: people
      unreviewed: mission
      was: {name: Ada Lovelace, role: Analyst, reports_to: charles, mission: "sha256:0123456789abcdef"}

`was` has, for each key that the source owns, what the last import wrote: the base of the three-way comparison of the
next one. `unreviewed` names the keys whose text no person has read yet. Both can be edited by hand, so they are read
without trust: what cannot be read counts as not reviewed, and as changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import YamlData
from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatStatus, seat_path

IMPORTED_KEY = "x-imported"
MAX_REMEMBERED = 80
_HASH, _DIGITS = "sha256:", 16
UNREVIEWED_KEY = f"{IMPORTED_KEY}.unreviewed"
_WAS = f"{IMPORTED_KEY}.was."


@dataclass(frozen=True, slots=True)
class ImportedMark:
    """What an import wrote about a seat.

    `source` is the name of the source and `format` its format. `unreviewed` are the keys whose text no person has
    reviewed. `was` maps the keys that the source owns, dotted if they are nested, to what the import wrote, as
    `remember_value` makes it: compare only texts that it made.
    """

    source: str
    format: str = ""
    unreviewed: tuple[str, ...] = ()
    was: Mapping[str, str] = field(default_factory=dict)

    def is_as_imported(self, key: str, value: YamlData) -> bool:
        """Whether `value` is what the import wrote for a key, so that no person has changed it since."""
        return self.was.get(key) == remember_value(value)


def read_imported_mark(seat: Seat) -> ImportedMark | None:
    """What the last import wrote about a seat; None if its file has no `x-imported` with keys."""
    found = {key: text for key, text in seat.own.items() if key.startswith(f"{IMPORTED_KEY}.")}
    if not found:
        return None
    return ImportedMark(
        source=found.get(f"{IMPORTED_KEY}.from", ""),
        format=found.get(f"{IMPORTED_KEY}.format", ""),
        unreviewed=_split_keys(found.get(UNREVIEWED_KEY, "")),
        was={key.removeprefix(_WAS): text for key, text in found.items() if key.startswith(_WAS)},
    )


def build_imported_mark(
    source: str, format_name: str, was: Mapping[str, YamlData], unreviewed: Iterable[str] = ()
) -> dict[str, YamlData]:
    """The value of `x-imported`. `was` has the values that the import writes, "" for a key that the source leaves out.

    A source without a name, a format or unreviewed keys has no entry for it: `orgtp` writes no empty text.
    """
    keys = list(dict.fromkeys(unreviewed))
    mark = {"from": source, "format": format_name, "unreviewed": ", ".join(keys)}
    found: dict[str, YamlData] = {key: text for key, text in mark.items() if text}
    if was:
        found["was"] = {key: remember_value(value) for key, value in was.items()}
    return found


def remember_value(value: YamlData) -> str:
    """The text by which a value is known again: a text as it is, anything else as JSON, and long ones as a hash."""
    if isinstance(value, str):
        return hash_long_text(value)
    return hash_long_text("" if value is None else json.dumps(_make_plain(value), ensure_ascii=False, sort_keys=True))


def hash_long_text(text: str) -> str:
    """The text, or `sha256:` and 16 digits of its hash if it has more than 80 characters.

    A text that begins with `sha256:` is hashed too, so that no source can pass off one text as another.
    """
    if len(text) <= MAX_REMEMBERED and not text.startswith(_HASH):
        return text
    return f"{_HASH}{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"


def is_mission_unreviewed(seat: Seat) -> bool:
    """Whether the mission of a seat is a text that an import wrote and no person has reviewed or changed."""
    mark = read_imported_mark(seat) if seat.mission and UNREVIEWED_KEY in seat.own else None
    if mark is None or "mission" not in mark.unreviewed:
        return False
    return "mission" not in mark.was or mark.is_as_imported("mission", seat.mission)


def is_imported_proposal(seat: Seat) -> bool:
    """Whether an import proposed the seat, and nobody has made it active or changed its status yet."""
    return seat.status is SeatStatus.PROPOSED and read_imported_mark(seat) is not None


def list_imported_proposals(org: Org) -> frozenset[str]:
    """The paths of the seats that an import proposed and that are still proposed."""
    return frozenset(seat_path(seat.id) for seat in org.seats.values() if is_imported_proposal(seat))


def _split_keys(text: str) -> tuple[str, ...]:
    """The keys of `unreviewed`: one, several with commas, or a list, which `Seat.own` has as JSON."""
    try:
        items = json.loads(text) if text.startswith("[") else text.split(",")
    except ValueError:
        items = text.strip("[]").split(",")
    return tuple(dict.fromkeys(key for item in items if (key := str(item).strip())))


def _make_plain(value: YamlData) -> object:
    """A value that `json` can write. A decimal becomes its text: `1.50` and `1.5` are different texts of a file."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _make_plain(below) for key, below in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return [_make_plain(below) for below in value]
