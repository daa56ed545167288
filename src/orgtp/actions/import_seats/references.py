"""Find the seats that rows name: whom they report to, who answers for them, and who belongs to a group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from orgtp.actions.import_seats.groups import DraftGroup, SeatIndex, SourceRow
from orgtp.lazy_dataclass import dataclass
from orgtp.model.seat import SeatKind
from orgtp.model.text import did_you_mean, join_with_and


@dataclass(slots=True)
class Named:
    """The seats that a group names, as ids: whom it reports to, with dotted lines, and who owns it; "" if nobody.

    `at_top`: the source says that it reports to nobody. `by_members`: a group of people says whom it reports to.
    """

    reports_to: str = ""
    also: list[str] = field(default_factory=list)
    owner: str = ""
    at_top: bool = False
    lost: list[str] = field(default_factory=list)


class UnknownName(Exception):
    """A row names a seat that there is not, or one of several."""


class References:
    """Everything that the rows of an import and the seats of the org are called."""

    def __init__(self, index: SeatIndex, groups: Sequence[DraftGroup]) -> None:
        self.index, self.groups = index, groups
        self.by_seat = {group.seat: group for group in groups if group.seat}
        self._keys: dict[str, dict[str, list[DraftGroup]]] = {}
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
            found = index.names.get(text, [])
        current = [seat for seat in found if not seat.is_retired] or list(found)
        if len(current) > 1:
            ids = join_with_and(sorted(seat.id for seat in current)[:_MOST])
            raise UnknownName(f"several seats have it: {ids}")
        if not current:
            # A number is another id and no misspelling.
            near = "" if text.isdigit() else did_you_mean(key, self._known_of_kind(kind)).replace(f'"{kind}:', '"')
            raise UnknownName(f"no row and no seat has it{f'. {near}' if near else ''}")
        if current[0].is_retired:
            raise UnknownName(f"{current[0].id} has it, which is retired")
        return current[0].id

    def _known_of_kind(self, kind: str) -> list[str]:
        """The keys of one kind; one list for all of them, so that it is indexed once."""
        if kind not in self._by_kind:
            self._by_kind[kind] = [key for key in self._keys.get("", {}) if key.startswith(f"{kind}:")]
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
    """The groups of each seat that is a member of some, as ids."""
    found: dict[str, list[str]] = {}
    for group in groups:
        for row in group.rows if not group.bad else ():
            for key in row.draft.members:
                try:
                    member = known.find(key, row)
                except UnknownName as error:
                    group.notes.append(f"the member {describe_key(key)} is left out: {error}")
                else:
                    found.setdefault(member, []).append(group.seat)
    return found


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
        shared = set.intersection(*(set(above[team]) for team in lowest))
        named.reports_to = next((one for one in above[lowest[0]] if one in shared and one != group.seat), "")
    named.at_top = not named.reports_to
    named.also = _drop_needless(known, found, group.seat, [*named.also, *sorted(lowest)], named.reports_to)


def _drop_needless(
    known: References, found: Mapping[int, Named], seat: str, also: Iterable[str], reports_to: str
) -> list[str]:
    """Dotted lines to seats that are not above anyway, each once."""
    above = {seat, reports_to, *_list_above(known, found, reports_to)}
    return [one for one in dict.fromkeys(also) if one not in above]


def _list_above(known: References, found: Mapping[int, Named], seat: str) -> list[str]:
    """The seats above one, the nearest first, as the sources and the org say it."""
    return list(_walk_up(lambda one: find_boss(known, found, one), seat))


def find_boss(known: References, found: Mapping[int, Named], seat: str) -> str:
    """Whom a seat reports to: as the source says, else as the org says; "" if nobody."""
    group = known.by_seat.get(seat)
    named = found.get(group.number) if group else None
    if named and named.reports_to:
        return named.reports_to
    held = known.index.org.seats.get(seat)
    return held.reports_to if held else ""


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
