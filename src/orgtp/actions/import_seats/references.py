"""Find the seats that rows name: whom they report to, who answers for them, and who belongs to a group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from orgtp.actions.import_seats.groups import DraftGroup, SeatIndex, SourceRow
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import DraftSource
from orgtp.model.seat import SeatKind
from orgtp.model.text import did_you_mean, fold_name, join_with_and


@dataclass(slots=True)
class Named:
    """The seats that a group names, as ids: whom it reports to, with dotted lines, and who owns it; "" if nobody.

    `at_top`: the source says that it reports to nobody. `near` is then the nearest seat of the org above the groups
    that it belongs to, which is a good place and not what the source says.
    """

    reports_to: str = ""
    also: list[str] = field(default_factory=list)
    owner: str = ""
    at_top: bool = False
    near: str = ""
    lost: list[str] = field(default_factory=list)


class UnknownName(Exception):
    """A row names a seat that there is not, or one of several."""


class References:
    """Everything that the rows of an import and the seats of the org are called."""

    def __init__(self, index: SeatIndex, groups: Sequence[DraftGroup], sources: Sequence[DraftSource] = ()) -> None:
        self.index, self.groups = index, groups
        self.by_seat = {group.seat: group for group in groups if group.seat}
        self._keys: dict[str, dict[str, list[DraftGroup]]] = {}
        # Rows that could not even be read name their seats, too.
        self._unread = {key: bad.where for source in sources for bad in source.bad for key in bad.keys}
        for group in groups:
            for row in group.rows:
                for key in row.draft.keys:
                    for source in (row.source.path, ""):
                        self._keys.setdefault(source, {}).setdefault(key, []).append(group)

    def find(self, key: str, row: SourceRow) -> str:
        """The id of the seat that a row calls `key`: one of its own source, of another one, or of the org.

        Raises `UnknownName`.
        """
        for source in (row.source.path, ""):
            found = list(dict.fromkeys(self._keys.get(source, {}).get(key, ())))
            if len(found) > 1:
                places = join_with_and(sorted(one.first.where for one in found)[:_MOST])
                raise UnknownName(f"several rows have it: {places}")
            if found:
                return found[0].seat
        return self._find_in_org(key)

    def _find_in_org(self, key: str) -> str:
        kind, _, text = key.partition(":")
        index = self.index
        found = list(index.aliases.get(text, ()))
        if kind == "id" and not found and text in index.org.seats:
            found = [index.org.seats[text]]
        if kind == "email":
            found = index.emails.get(text.lower(), [])
        if kind == "name":
            found = index.names.get(fold_name(text), [])
        current = [seat for seat in found if not seat.is_retired] or list(found)
        if not current and key in self._unread:
            raise UnknownName(f"{self._unread[key]} has it, which cannot be imported")
        if len(current) > 1:
            ids = join_with_and(sorted(seat.id for seat in current)[:_MOST])
            raise UnknownName(f"several seats have it: {ids}")
        if not current:
            # A number is another id and no misspelling.
            near = "" if text.isdigit() else did_you_mean(text, self._known_of_kind(kind))
            left = ". If they have left, leave the cell blank, or name somebody else" if kind == "name" else ""
            raise UnknownName(f"no row and no seat has it{f'. {near}' if near else left}")
        if current[0].is_retired:
            raise UnknownName(f"{current[0].id} has it, which is retired")
        return current[0].id

    def _known_of_kind(self, kind: str) -> list[str]:
        """The texts of the keys of one kind; one list for all of them, so that it is indexed once."""
        if kind not in self._by_kind:
            pairs = (key.partition(":") for key in self._keys.get("", {}))
            self._by_kind[kind] = [text for one, _, text in pairs if one == kind]
        return self._by_kind[kind]

    @cached_property
    def _by_kind(self) -> dict[str, list[str]]:
        return {}


_MOST = 3


def describe_key(key: str) -> str:
    """A key in words: `the id "7"`, `the address "ada@example.com"`."""
    kind, _, text = key.partition(":")
    return f'the {_KINDS.get(kind, kind)} "{text}"'


_KINDS = {"id": "id", "name": "name", "email": "address", "ref": "reference"}


def find_named(known: References, groups: Sequence[DraftGroup]) -> dict[int, Named]:
    """What each group names, by its number. A group that names somebody unknown is bad from then on."""
    found: dict[int, Named] = {}
    for group in groups:
        if not group.bad:
            found[group.number] = _read_named(known, group)
    memberships = _list_memberships(known, groups)
    for group in groups:
        if not group.bad and group.number in found:
            _place_member(known, group, found, memberships.get(group.seat, []))
    return found


def _read_named(known: References, group: DraftGroup) -> Named:
    named = Named()
    for row in group.rows:
        draft = row.draft
        named.reports_to = named.reports_to or _find_or_spoil(known, group, row, draft.parent, "reports to")
        named.owner = named.owner or _find_or_spoil(known, group, row, draft.owner, "is owned by")
        for key in draft.dotted:
            try:
                named.also.append(known.find(key, row))
            except UnknownName as error:
                named.lost.append(f"dotted line to {describe_key(key)}: {error}")
    if named.reports_to == group.seat:
        named.reports_to = ""
    named.also = [one for one in dict.fromkeys(named.also) if one not in {group.seat, named.reports_to}]
    named.at_top = not named.reports_to
    return named


def _find_or_spoil(known: References, group: DraftGroup, row: SourceRow, key: str, what: str) -> str:
    """The seat that a row names; "" if it names none, or if it is unknown, which makes the row bad."""
    if not key or group.bad:
        return ""
    try:
        return known.find(key, row)
    except UnknownName as error:
        group.bad = f"it {what} {describe_key(key)}, but {error}"
        return ""


def _list_memberships(known: References, groups: Sequence[DraftGroup]) -> dict[str, list[str]]:
    """The groups of each seat that is a member of some, as ids, whichever side says it."""
    found: dict[str, list[str]] = {}
    for group in groups:
        for row in group.rows if not group.bad else ():
            for key in row.draft.members:
                if member := _find_or_note(known, group, row, key, "member"):
                    found.setdefault(member, []).append(group.seat)
            for key in row.draft.member_of:
                if team := _find_or_note(known, group, row, key, "group"):
                    found.setdefault(group.seat, []).append(team)
    return found


def _find_or_note(known: References, group: DraftGroup, row: SourceRow, key: str, what: str) -> str:
    """The seat that a row names; "" with a note if it is unknown."""
    try:
        return known.find(key, row)
    except UnknownName as error:
        group.notes.append(f"the {what} {describe_key(key)} is left out: {error}")
        return ""


def _place_member(known: References, group: DraftGroup, found: Mapping[int, Named], teams: list[str]) -> None:
    """Place a seat that belongs to groups, or is owned by one, and that reports to nobody else.

    It reports to its group. If it is in several, it reports to the nearest one above all of them and has dotted lines
    to them: nothing says which of them is the first.
    """
    named = found[group.number]
    owner = known.by_seat.get(named.owner)
    is_owned_by_team = owner is not None and owner.first.kind is SeatKind.GROUP
    seat = known.index.org.seats.get(named.owner)
    if (is_owned_by_team or (seat and seat.is_group)) and group.first.kind is not SeatKind.GROUP and named.at_top:
        teams = teams or [named.owner]
    teams = [team for team in dict.fromkeys(teams) if team != group.seat]
    if not teams:
        return
    if not named.at_top:
        named.also = _drop_needless(known, found, group.seat, [*named.also, *teams], named.reports_to)
        return
    above = {team: _list_above(known, found, team) for team in teams}
    lowest = [team for team in teams if not any(team in above[other] for other in teams if other != team)]
    if len(lowest) == 1:
        named.reports_to = lowest[0]
    else:
        named.reports_to = _find_shared(lambda one: _find_told_boss(known, found, one), lowest, group.seat)
        named.near = _find_shared(lambda one: _find_any_boss(known, found, one), lowest, group.seat)
    named.at_top = not named.reports_to
    named.also = _drop_needless(known, found, group.seat, [*named.also, *sorted(lowest)], named.reports_to)


def _find_shared(find: Callable[[str], str], teams: Sequence[str], seat: str) -> str:
    """The nearest seat above all of the teams, and not below `seat`; "" if there is none."""
    above = [list(_walk_up(find, team)) for team in teams]
    shared = set.intersection(*map(set, above)) - {seat}
    return next((one for one in above[0] if one in shared), "")


def _drop_needless(
    known: References, found: Mapping[int, Named], seat: str, also: Iterable[str], reports_to: str
) -> list[str]:
    """Dotted lines to seats that are not above anyway, each once."""
    above = {seat, reports_to, *_list_above(known, found, reports_to)}
    return [one for one in dict.fromkeys(also) if one not in above]


def _list_above(known: References, found: Mapping[int, Named], seat: str) -> list[str]:
    """The seats above one, the nearest first, as the sources say it. What the org says would change with the import."""
    return list(_walk_up(lambda one: _find_told_boss(known, found, one), seat))


def _find_told_boss(known: References, found: Mapping[int, Named], seat: str) -> str:
    """Whom a seat reports to, as the sources say; "" if they do not."""
    group = known.by_seat.get(seat)
    named = found.get(group.number) if group else None
    return named.reports_to if named else ""


def _find_any_boss(known: References, found: Mapping[int, Named], seat: str) -> str:
    """Whom a seat reports to: as the sources say, else as the org says; "" if nobody."""
    held = known.index.org.seats.get(seat)
    return _find_told_boss(known, found, seat) or (held.reports_to if held else "")


def _walk_up(find: Callable[[str], str], seat: str) -> Iterator[str]:
    seen = {seat}
    while (seat := find(seat)) and seat not in seen:
        seen.add(seat)
        yield seat


def list_cycles(bosses: Mapping[str, str]) -> Iterator[list[str]]:
    """Each cycle of `bosses`, which maps seats to those they report to; every seat is visited once."""
    done: set[str] = set()
    for start in bosses:
        path: dict[str, None] = {}
        seat = start
        while seat in bosses and seat not in done and seat not in path:
            path[seat] = None
            seat = bosses[seat]
        done |= set(path)
        if seat in path:
            ids = list(path)
            yield ids[ids.index(seat) :]
