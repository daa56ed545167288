"""Which rows are one seat, and which seat of the org each of them is.

A row is known again by its alias, else by the file that defines it or the hash of that file, else by its address, and
else, if the same source was imported before, by the name that it had then. A name alone is never an identity: the
manager of one company may have the name of a seat that somebody added by hand.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import field
from datetime import date

from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.inventory.imported import ImportedMark, read_imported_mark, remember_value
from orgtp.model.org import Org
from orgtp.model.seat import DefinitionPlace, Seat
from orgtp.model.text import fold_name, join_with_and, one_line

# A seat is named by its own id in a file of seats.
SEAT_FORMAT = "seats"
# The keys of a seat's file by which a row is known again.
IDENTITY_KEYS = ("aliases", "runs_from", "email", "holders")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row and the source that has it."""

    source: DraftSource
    draft: SeatDraft


@dataclass(slots=True, eq=False)
class DraftGroup:
    """The rows that are one seat, the one that counts first, and what becomes of them.

    `number` counts the groups. `known` is the seat of the org that it is, and `known_by` what says so. `seat` is the id
    of the seat. `bad` says why nothing can be made of it.
    """

    number: int
    rows: list[SourceRow]
    known: Seat | None = None
    known_by: str = ""
    seat: str = ""
    bad: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def first(self) -> SeatDraft:
        """The row whose fields count."""
        return self.rows[0].draft

    @property
    def source(self) -> DraftSource:
        """The source whose fields count."""
        return self.rows[0].source

    @property
    def order(self) -> tuple[str, ...]:
        """What the group is sorted by: all that its first row says of itself, and not where the row is."""
        return order_row(self.rows[0])


def order_row(row: SourceRow) -> tuple[str, ...]:
    """What a row is sorted by: all that it says of itself, and not where it is."""
    draft = row.draft
    places = (f"{place.text} {place.sha256}" for place in draft.runs_from)
    named = (*sorted(draft.aliases), *sorted(draft.emails), *sorted(draft.keys))
    return (draft.name, *named, draft.role, draft.parent, draft.mission, *places, row.source.name, row.source.path)


class SeatIndex:
    """The seats of an org by what identifies them outside it."""

    def __init__(self, org: Org, today: date) -> None:
        self.org, self.today = org, today
        self.marks: dict[str, ImportedMark] = {}
        self.aliases: dict[str, list[Seat]] = {}
        self.emails: dict[str, list[Seat]] = {}
        self.places: dict[tuple[str, str], list[Seat]] = {}
        self.hashes: dict[str, list[Seat]] = {}
        self.names: dict[str, list[Seat]] = {}
        self.imported: dict[tuple[str, str], list[Seat]] = {}
        for seat in org.seats.values():
            self._add(seat)

    def _add(self, seat: Seat) -> None:
        for alias in seat.aliases:
            self.aliases.setdefault(alias, []).append(seat)
        for email in (
            {email.lower() for email in seat.every_email} if seat.is_retired else seat.addresses_on(self.today)
        ):
            self.emails.setdefault(email, []).append(seat)
        for place in seat.runs_from:
            self.places.setdefault((place.repo, place.path), []).append(seat)
        for sha256 in {place.sha256 for place in seat.runs_from if place.sha256}:
            self.hashes.setdefault(sha256, []).append(seat)
        if not seat.is_retired:
            self.names.setdefault(fold_name(seat.name_on(self.today)), []).append(seat)
        if mark := read_imported_mark(seat):
            self.marks[seat.id] = mark
            self.imported.setdefault((mark.source, mark.was.get("name", "")), []).append(seat)

    def is_from(self, seat: Seat, source: DraftSource) -> bool:
        """Whether an import from this source wrote the seat last."""
        mark = self.marks.get(seat.id)
        return mark is not None and mark.source == source.name

    def has_name(self, seat: Seat, name: str) -> bool:
        """Whether a seat has a name, or had it when it was imported."""
        mark = self.marks.get(seat.id)
        names = {fold_name(seat.name), fold_name(seat.name_on(self.today))}
        return fold_name(name) in names or (mark is not None and mark.was.get("name") == remember_value(name))

    def find_keys(self, keys: Iterable[str]) -> set[str]:
        """The seats that keys of rows name by an alias or an address."""
        found: set[str] = set()
        for key in keys:
            kind, _, text = key.partition(":")
            table = self.emails if kind == "email" else self.aliases if kind in {"id", "ref"} else {}
            found |= {seat.id for seat in table.get(text, ())}
        return found


def list_own_keys(draft: SeatDraft) -> list[str]:
    """The keys by which `SeatIndex.find_keys` finds the seats that a row may be."""
    return [*(f"id:{alias}" for alias in draft.aliases), *(f"email:{email.lower()}" for email in draft.emails)]


def group_rows(index: SeatIndex, sources: Sequence[DraftSource]) -> list[DraftGroup]:
    """The groups of all rows, in the order of their first rows."""
    groups: list[DraftGroup] = []
    earlier = _GroupIndex()
    for source in sources:
        rows = [SourceRow(source, draft) for draft in source.drafts]
        new = _group_source(index, rows, len(groups))
        known = {group.known.id: group for group in groups if group.known}
        for group in new:
            same = known.get(group.known.id) if group.known else earlier.find(group)
            if same is None:
                groups.append(group)
            elif why := _explain_other_person(same, group):
                group.bad = why
                groups.append(group)
            else:
                same.rows += group.rows
        earlier.add(groups)
    for number, group in enumerate(groups):
        group.number = number
        mark = index.marks.get(group.known.id) if group.known else None
        if mark:
            # The source that wrote the seat before goes on to own its fields, in whatever order the sources come.
            group.rows.sort(key=lambda row: row.source.name != mark.source)
    return groups


def _group_source(index: SeatIndex, rows: Sequence[SourceRow], begin: int) -> list[DraftGroup]:
    """The groups of one source. Rows with one alias, one definition or one address are one seat."""
    found: dict[object, DraftGroup] = {}
    shared = _list_shared_places(rows)
    for number, row in enumerate(rows):
        seat, known_by, bad = _find_seat(index, row, shared)
        # What is wrong with one row is not wrong with the others.
        key = ("bad", number) if bad else ("seat", seat.id) if seat else _identify_row(row, number, shared)
        group = found.setdefault(key, DraftGroup(begin + len(found), [], seat, known_by, bad=bad))
        group.rows.append(row)
    groups = list(found.values())
    _match_by_name(index, groups)
    for group in groups:
        if len(group.rows) > 1:
            # Which of them is first must not depend on the order of the rows.
            group.rows.sort(key=order_row)
            _check_same(group)
    return groups


def _list_shared_places(rows: Iterable[SourceRow]) -> frozenset[tuple[str, str]]:
    """The files that define several agents of a source, which are then told apart by their names."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counts.update({(place.repo, place.path) for place in row.draft.runs_from})
    return frozenset(place for place, count in counts.items() if count > 1)


def _is_shared(draft: SeatDraft, shared: Container[tuple[str, str]]) -> bool:
    return any((place.repo, place.path) in shared for place in draft.runs_from)


def _identify_row(row: SourceRow, number: int, shared: Container[tuple[str, str]]) -> tuple[str, object]:
    """What the rows of one seat have in common. In a file of seats, one worker can have several seats."""
    if row.source.format == SEAT_FORMAT:
        return "id", row.draft.id_hint
    return _make_identity(row.draft, number, shared)


def _make_identity(
    draft: SeatDraft, number: int, shared: Container[tuple[str, str]] = frozenset()
) -> tuple[str, object]:
    """What the rows of one seat have in common."""
    if draft.aliases:
        return "alias", draft.aliases[0]
    # One file may define several agents; then their names tell them apart.
    name = fold_name(draft.name) if _is_shared(draft, shared) else ""
    hashes = [place.sha256 for place in draft.runs_from if place.sha256]
    if hashes:
        return "hash", (hashes[0], name)
    if draft.runs_from:
        return "place", (draft.runs_from[0].repo, draft.runs_from[0].path, name)
    return ("email", draft.emails[0].lower()) if draft.emails else ("row", number)


def _find_seat(index: SeatIndex, row: SourceRow, shared: Container[tuple[str, str]]) -> tuple[Seat | None, str, str]:
    """The seat of the org that a row is, what says so, and why that cannot be told."""
    draft = row.draft
    if row.source.format == SEAT_FORMAT and draft.id_hint in index.org.seats:
        return index.org.seats[draft.id_hint], f"id {draft.id_hint}", ""
    for found, known_by in _list_matches(index, draft):
        own = [seat for seat in found if index.is_from(seat, row.source)]
        fit = own or [seat for seat in found if not seat.is_retired] or found
        named = [seat for seat in fit if index.has_name(seat, draft.name)]
        if known_by.startswith(("file", "content")) and _is_shared(draft, shared) and not named:
            continue
        if len(fit) > 1 and len(named) != 1:
            return None, "", f"the {known_by} belongs to {join_with_and(sorted(seat.id for seat in fit))}"
        seat = fit[0] if len(fit) == 1 else named[0]
        if not named and not _shares_address(seat, draft) and (alias := _find_doubtful(known_by, is_own=bool(own))):
            return None, "", _explain_other_name(seat, row, alias, is_own=bool(own))
        return seat, known_by, ""
    return None, "", ""


def _list_matches(index: SeatIndex, draft: SeatDraft) -> Iterator[tuple[list[Seat], str]]:
    """The seats that have something of a row that identifies it, in the order in which that counts."""
    places = draft.runs_from
    found = [
        *((index.aliases.get(alias), f"alias {alias}") for alias in draft.aliases),
        *((index.places.get((place.repo, place.path)), f"file {place.text}") for place in places),
        *((index.hashes.get(place.sha256), f"content of {place.path}") for place in places if place.sha256),
        *((index.emails.get(email.lower()), f"address {email}") for email in draft.emails),
    ]
    return ((seats, known_by) for seats, known_by in found if seats)


def _find_doubtful(known_by: str, *, is_own: bool) -> str:
    """The alias that alone is no proof that a row is a seat: "" for what nobody else has.

    The next table may count its people from 1, too. A reference that says where it is from, such as
    `group:default/platform` or `acme/core`, means one thing in its own source.
    """
    what, _, alias = known_by.partition(" ")
    return alias if what == "alias" and not (is_own and set(alias) & set(":/")) else ""


def _explain_other_name(seat: Seat, row: SourceRow, alias: str, *, is_own: bool) -> str:
    """Why a row with the alias of a seat is not taken for it, and what to type in either case."""
    source, name = row.source.name, one_line(row.draft.name)
    # Texts in double quotation marks do not count for whether two rows have the same cause.
    typed = f'"name={name}"' if name.isprintable() and not set(name) & set('"$`\\!') else shlex.quote(f"name={name}")
    prefix = "give its ids a prefix"
    if row.source.format == "people":
        prefix += ": --map id-prefix=x-"
    if is_own:
        how = f'If this is another source than the "{source}" of before, give it another name (digits do not count)'
        how += f", and {prefix}"
    else:
        how = f'If "{source}" has ids of its own, {prefix}'
    return (
        f'the id "{alias}" is an alias of "{seat.id}" ("{one_line(seat.name)}"), and the name is another. If that '
        f'seat has a new name, type: orgtp seat set "{seat.id}" {typed}. {how}'
    )


def _shares_address(seat: Seat, draft: SeatDraft) -> bool:
    return not {email.lower() for email in seat.every_email}.isdisjoint(email.lower() for email in draft.emails)


def _match_by_name(index: SeatIndex, groups: Iterable[DraftGroup]) -> None:
    """Match rows without an id to the seats that were imported from the source under the same names."""
    waiting: dict[tuple[str, str], list[DraftGroup]] = {}
    taken = {group.known.id for group in groups if group.known}
    for group in groups:
        has_id = group.known or group.bad or group.first.aliases or group.first.runs_from
        key = group.source.name, remember_value(group.first.name)
        if not has_id and key in index.imported:
            waiting.setdefault(key, []).append(group)
    for key, same in waiting.items():
        seats = sorted((seat for seat in index.imported[key] if seat.id not in taken), key=lambda seat: seat.id)
        _match_by_role(index, sorted(same, key=lambda one: one.order), seats)


def _match_by_role(index: SeatIndex, groups: Iterable[DraftGroup], seats: list[Seat]) -> None:
    """Match rows and seats of one name by their roles. What is left is matched if there is one of each."""
    left = []
    for group in groups:
        role = remember_value(group.first.role)
        fit = next((seat for seat in seats if index.marks[seat.id].was.get("role", "") == role), None)
        if fit is None:
            left.append(group)
        else:
            group.known, group.known_by = fit, f"name {group.first.name}"
            seats.remove(fit)
    if len(left) == 1 == len(seats):
        left[0].known, left[0].known_by = seats[0], f"name {left[0].first.name}"
    elif seats:
        names = join_with_and(seat.id for seat in seats)
        for group in left:
            group.bad = f'"{group.first.name}" may be {names}, and the source has no id that tells which'


def _check_same(group: DraftGroup) -> None:
    """Refuse rows of one source that have one id or address, and are different people."""
    first = group.first
    for row in group.rows[1:]:
        other = row.draft
        same_alias = bool(set(first.aliases) & set(other.aliases)) or not (first.aliases and other.aliases)
        if fold_name(first.name) != fold_name(other.name) or not same_alias:
            what = group.known_by or _name_identity(first)
            places = ", ".join(one.draft.where for one in group.rows)
            group.bad = f"several rows have the {what}, and other names or ids: {places}"
            return


def _name_identity(draft: SeatDraft) -> str:
    what, value = _make_identity(draft, 0)
    return {"alias": f"id {value}", "email": f"address {value}"}.get(what, "definition")


def _explain_other_person(same: DraftGroup, group: DraftGroup) -> str:
    """Why two groups with one alias are not one seat; "" if they may be."""
    names = fold_name(same.first.name) == fold_name(group.first.name)
    emails = [{email.lower() for row in one.rows for email in row.draft.emails} for one in (same, group)]
    if same.known or names or emails[0] & emails[1] or not set(same.first.aliases) & set(group.first.aliases):
        return ""
    shared = next(alias for alias in group.first.aliases if alias in same.first.aliases)
    how = ". If its file has ids of its own, import it alone, with --map id-prefix=x-"
    what = f'{same.first.where} has the id "{shared}" too, and another name: "{one_line(same.first.name)}"'
    return what + (how if group.source.format == "people" else "")


class _GroupIndex:
    """The new seats of earlier sources by what identifies them."""

    def __init__(self) -> None:
        self._aliases: dict[str, list[DraftGroup]] = {}
        self._hashes: dict[str, list[DraftGroup]] = {}
        self._emails: dict[str, list[DraftGroup]] = {}
        self._count = 0

    def add(self, groups: Sequence[DraftGroup]) -> None:
        """Add the groups that are not there yet."""
        for group in groups[self._count :]:
            for row in group.rows if group.known is None and not group.bad else ():
                for alias in row.draft.aliases:
                    self._aliases.setdefault(alias, []).append(group)
                for email in row.draft.emails:
                    self._emails.setdefault(email.lower(), []).append(group)
                for place in row.draft.runs_from:
                    self._hashes.setdefault(place.sha256, []).append(group)
        self._count = len(groups)

    def find(self, group: DraftGroup) -> DraftGroup | None:
        """The group of an earlier source that is the same seat; None if there is none, or several."""
        if group.bad:
            return None
        for found in self._list_matches(group.first):
            several = list(dict.fromkeys(found))
            return several[0] if len(several) == 1 else None
        return None

    def _list_matches(self, draft: SeatDraft) -> Iterator[list[DraftGroup]]:
        tables: list[tuple[dict[str, list[DraftGroup]], Iterable[str]]] = [
            (self._aliases, draft.aliases),
            (self._hashes, (place.sha256 for place in draft.runs_from if place.sha256)),
            (self._emails, (email.lower() for email in draft.emails)),
        ]
        yield from (table[key] for table, keys in tables for key in keys if key in table)


def is_whole_seat(group: DraftGroup) -> bool:
    """Whether a row is a whole seat with its status, as an export has it. It is taken as it is."""
    return group.source.format == SEAT_FORMAT and "status" in group.first.content


def list_places(group: DraftGroup) -> tuple[DefinitionPlace, ...]:
    """The files that define a seat, each once, sorted; those of a file of seats as it has them."""
    if group.source.format == SEAT_FORMAT and len(group.rows) == 1:
        return group.first.runs_from
    found = {(place.repo, place.path): place for row in group.rows for place in row.draft.runs_from}
    return tuple(found[key] for key in sorted(found))
