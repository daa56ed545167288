"""Find the files that concern one seat, so that nothing else of a large org has to be read.

A file that refers to a seat contains its id as plain text, unless it spells the id with a YAML escape (YAML 1.2,
chapter 5.7). So a file with neither the id nor a backslash does not concern the seat.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from orgtp.files.seat import read_seat
from orgtp.files.tree import HEAD, StoredTree
from orgtp.model.escalation import silences_path
from orgtp.model.records.kinds import RECORD_KINDS, Growth
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.model.text import fold_spelling, is_id

# The first line that git leaves of a conflict.
_CONFLICT = b"<<<<<<< "
_WORD = re.compile(rb"[a-z][a-z0-9-]*")


def list_files_for_numbers(tree: StoredTree, seat: str) -> list[str]:
    """The files that the numbers of a seat need: its own file, its owner's, and its silences.

    Where metrics continue one another, it also needs the files of the other seats. Its scores are read separately.
    """
    if not is_id(seat):
        return [HEAD]
    found = _read_seat_file(tree, seat)
    owner = [seat_path(found.owner)] if found and found.owner else []
    linked = [seat_path(one) for one in _find_linked_seats(tree, found)] if found else []
    return list(dict.fromkeys([HEAD, seat_path(seat), *owner, *linked, silences_path(seat)]))


def _read_seat_file(tree: StoredTree, seat: str) -> Seat | None:
    path = seat_path(seat)
    raw = tree.read([path]).get(path) if is_id(seat) else None
    return read_seat(path, raw)[0] if raw is not None else None


def _find_linked_seats(tree: StoredTree, seat: Seat) -> list[str]:
    """The seats whose metrics this seat's metrics continue, however far back, and those that continue its own."""
    found = find_past_seats(seat, lambda one: _read_seat_file(tree, one))
    if any(metric.ends for metric in seat.metrics.values()):
        paths = [f"seats/{name}" for name, _ in tree.list_folder("seats") or () if name.endswith(".yaml")]
        named = (path for path, raw in tree.read(paths).items() if f"{seat.id}/".encode() in raw or b"\\" in raw)
        found += [path.removeprefix("seats/").removesuffix(".yaml") for path in sorted(named)]
    return found


def find_past_seats(seat: Seat, read: Callable[[str], Seat | None]) -> list[str]:
    """The seats whose metrics the metrics of `seat` continue, and whose metrics these continue, and so on."""
    found: dict[str, None] = {}
    waiting: list[Seat | None] = [seat]
    while waiting:
        one = waiting.pop()
        names = {metric.predecessor.seat for metric in one.metrics.values() if metric.predecessor} if one else set()
        fresh = sorted(names - found.keys() - {seat.id})
        found |= dict.fromkeys(fresh)
        waiting += map(read, fresh)
    return list(found)


def _has_all_words(raw: bytes, wanted: list[list[str]]) -> bool:
    """Whether a file has all words of one of the texts, in upper or lower case, or may spell them with an escape."""
    text = raw.decode(errors="replace").casefold()
    return b"\\" in raw or any(all(word in text for word in words) for words in wanted)


@dataclass
class SeatScope:
    """The files around one seat: of the seats it names, those that name it, and all seats above them."""

    tree: StoredTree
    seat: str
    _above: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def seat_files(self) -> Mapping[str, bytes]:
        """Seat id to file content of every seat that can be read."""
        raw = self.tree.read([seat_path(seat) for seat in self._all_seat_ids])
        return {seat: raw[path] for seat in self._all_seat_ids if (path := seat_path(seat)) in raw}

    @cached_property
    def seat_ids(self) -> list[str]:
        """The ids of the seats of the scope, sorted."""
        known = self._all_seat_ids
        near = {self.seat, *(seat for seat in known if seat not in self.seat_files)}
        near |= {seat for seat, raw in self.seat_files.items() if self._may_name_seat(raw) or b"reports_to" not in raw}
        near |= self._same_worker_ids
        near |= {word.decode() for raw in self._naming_texts() for word in _WORD.findall(raw)} & known.keys()
        own = self.read(self.seat)
        near |= set(find_past_seats(own, self.read)) & known.keys() if own else set()
        return sorted(self._add_all_above(near))

    @cached_property
    def top_seats(self) -> list[str]:
        """The seats of the scope that report to nobody, as far as they can be read."""
        return [seat for seat in self.seat_ids if (one := self.read(seat)) and not one.reports_to]

    @property
    def paths(self) -> list[str]:
        """The files of the scope, without scores."""
        found = [HEAD, retirement_path(self.seat), *self._heir_records, *self._named_records]
        for seat in self.seat_ids:
            found += [seat_path(seat), silences_path(seat)]
        return found

    def read(self, seat: str) -> Seat | None:
        """The seat with this id, if its file can be read."""
        raw = self.seat_files.get(seat)
        return read_seat(seat_path(seat), raw)[0] if raw is not None else None

    def _may_name_seat(self, raw: bytes) -> bool:
        return self.seat.encode() in raw or b"\\" in raw

    @cached_property
    def _all_seat_ids(self) -> dict[str, None]:
        """The ids of all seats, sorted."""
        names = sorted(name for name, _ in self.tree.list_folder("seats") or () if name.endswith(".yaml"))
        return dict.fromkeys(seat for name in names if is_id(seat := name.removesuffix(".yaml")))

    @cached_property
    def _same_worker_ids(self) -> set[str]:
        """The seats that may be of the same worker: their files have a name or an address of whoever holds this one."""
        seat = self.read(self.seat)
        if seat is None:
            return set()
        people = {seat.name, *(one.name for one in seat.holders)}
        wanted = [fold_spelling(name).split() for name in people if name]
        wanted += [[email.lower()] for email in seat.every_email]
        return {other for other, raw in self.seat_files.items() if _has_all_words(raw, wanted)}

    @cached_property
    def _named_records(self) -> Mapping[str, bytes]:
        """Path to content of the records with events, such as escalations and to-dos, that name the seat.

        And of those that cannot be read because of a conflict.
        """
        found: list[str] = []
        for kind in RECORD_KINDS:
            folder = (self.tree.list_folder(kind.folder.rstrip("/")) or ()) if kind.growth is Growth.EVENTS else ()
            paths = sorted(f"{kind.folder}{name}" for name, _ in folder)
            found += [path for path in paths if kind.find_key(path) is not None]
        raw = self.tree.read(found)
        return {path: text for path, text in raw.items() if self._may_name_seat(text) or _CONFLICT in text}

    def _naming_texts(self) -> Iterator[bytes]:
        """The texts that may name other seats: org.yaml, the seat, its record, those of its heirs, what names it."""
        yield from self.tree.read([HEAD, seat_path(self.seat), retirement_path(self.seat)]).values()
        yield from self._heir_records.values()
        yield from self._named_records.values()

    @cached_property
    def _heir_records(self) -> Mapping[str, bytes]:
        """Path to content of the records of the seat's heirs that are retired, of their heirs, and so on."""
        found: dict[str, bytes] = {}
        waiting = self.tree.read([retirement_path(self.seat)])
        while waiting:
            words = {
                word.decode() for raw in waiting.values() for word in _WORD.findall(raw)
            } & self._all_seat_ids.keys()
            paths = {retirement_path(seat) for seat in words} - found.keys()
            waiting = self.tree.read(sorted(paths))
            found |= waiting
        return found

    def _add_all_above(self, seats: Iterable[str]) -> set[str]:
        """The seats with their owners, the seats that they report to, and so on upward."""
        found: set[str] = set()
        waiting = [*seats]
        while waiting:
            seat = waiting.pop()
            if seat in found:
                continue
            found.add(seat)
            one = self.read(seat)
            waiting += [name for name in (one.owner, one.reports_to) if name in self._all_seat_ids] if one else []
        return found
