"""Which files say something of one seat, so that nothing else of a large org is read for it.

A seat that names another does so in plain text: a file without the id of a seat has nothing to say of it. Only a file
with a backslash could spell the id otherwise (YAML 1.2, chapter 5.7), and such a file is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from orgtp.files.seat import read_seat
from orgtp.files.tree import HEAD, StoredTree
from orgtp.model.escalation import ESCALATION_ID, ESCALATIONS_FOLDER, silences_path
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.model.text import is_id

_WORD = re.compile(rb"[a-z][a-z0-9-]*")


def files_about(tree: StoredTree, seat: str) -> list[str]:
    """The files that say how the numbers of a seat stand: its own, its owner's, and what is silenced about it.

    Its scores are read apart.
    """
    path = seat_path(seat)
    raw = tree.read([path]).get(path) if is_id(seat) else None
    found = read_seat(path, raw)[0] if raw is not None else None
    owner = [seat_path(found.owner)] if found and found.owner else []
    return [HEAD, path, *owner, silences_path(seat)] if is_id(seat) else [HEAD]


@dataclass
class SeatScope:
    """The files around one seat: of those that it names, those that name it, and all above any of them."""

    tree: StoredTree
    seat: str
    _above: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def seat_files(self) -> Mapping[str, bytes]:
        """The content of the file of every seat that can be read, by id."""
        raw = self.tree.read([seat_path(seat) for seat in self._seats])
        return {seat: raw[path] for seat in self._seats if (path := seat_path(seat)) in raw}

    @cached_property
    def seats(self) -> list[str]:
        """The seats of the scope, sorted."""
        known = self._seats
        near = {self.seat, *(seat for seat in known if seat not in self.seat_files)}
        near |= {seat for seat, raw in self.seat_files.items() if self._names(raw) or b"reports_to" not in raw}
        near |= {word.decode() for raw in self._own_texts() for word in _WORD.findall(raw)} & known.keys()
        return sorted(self._with_all_above(near))

    @cached_property
    def tops(self) -> list[str]:
        """The seats of the scope that report to nobody, as far as they can be read."""
        return [seat for seat in self.seats if (held := self.read(seat)) and not held.reports_to]

    @property
    def paths(self) -> list[str]:
        """The files of the scope, but for scores."""
        found = [HEAD, retirement_path(self.seat), *self._heirs_records, *self._escalations]
        for seat in self.seats:
            found += [seat_path(seat), silences_path(seat)]
        return found

    def read(self, seat: str) -> Seat | None:
        """One seat of the org, if its file can be read."""
        raw = self.seat_files.get(seat)
        return read_seat(seat_path(seat), raw)[0] if raw is not None else None

    def _names(self, raw: bytes) -> bool:
        return self.seat.encode() in raw or b"\\" in raw

    @cached_property
    def _seats(self) -> dict[str, None]:
        """The ids of all seats, sorted."""
        names = sorted(name for name, _ in self.tree.list_folder("seats") or () if name.endswith(".yaml"))
        return dict.fromkeys(seat for name in names if is_id(seat := name.removesuffix(".yaml")))

    @cached_property
    def _escalations(self) -> Mapping[str, bytes]:
        """What is in somebody's hands and names the seat, by path."""
        folder = self.tree.list_folder(ESCALATIONS_FOLDER.rstrip("/")) or ()
        names = sorted(name for name, _ in folder if ESCALATION_ID.fullmatch(name.removesuffix(".yaml")))
        raw = self.tree.read(f"{ESCALATIONS_FOLDER}{name}" for name in names if name.endswith(".yaml"))
        return {path: text for path, text in raw.items() if self._names(text)}

    def _own_texts(self) -> Iterator[bytes]:
        """What names other seats: the org's policy, the seat, its record and those of its heirs, its escalations."""
        yield from self.tree.read([HEAD, seat_path(self.seat), retirement_path(self.seat)]).values()
        yield from self._heirs_records.values()
        yield from self._escalations.values()

    @cached_property
    def _heirs_records(self) -> Mapping[str, bytes]:
        """The records of the heirs of the seat that are retired themselves, of their heirs, and so on, by path."""
        found: dict[str, bytes] = {}
        waiting = self.tree.read([retirement_path(self.seat)])
        while waiting:
            words = {word.decode() for raw in waiting.values() for word in _WORD.findall(raw)} & self._seats.keys()
            paths = {retirement_path(seat) for seat in words} - found.keys()
            waiting = self.tree.read(sorted(paths))
            found |= waiting
        return found

    def _with_all_above(self, seats: Iterable[str]) -> set[str]:
        """The seats, with the owner of each, the seat that it reports to, and theirs."""
        found: set[str] = set()
        waiting = [*seats]
        while waiting:
            seat = waiting.pop()
            if seat in found:
                continue
            found.add(seat)
            held = self.read(seat)
            waiting += [name for name in (held.owner, held.reports_to) if name in self._seats] if held else []
        return found
