"""The names of people, and what stands instead of them: the roles of their seats."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from orgtp.model.escalation import slugify_text
from orgtp.model.org import Org
from orgtp.model.seat import Seat

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
# A word with no letter or digit beside it.
_WHOLE = r"(?<![^\W_]){}(?![^\W_])"
_NO_ROLE = "Person"
_UNKNOWN = "unknown"
_SOMEBODY = "a person"
_LEAST = 2
_BETWEEN_NAMES = re.compile(r"[\s.,()'\u2019-]+")


class PeopleNames:
    """The public names and ids of all seats of an org, and texts without the names of people.

    A person's seat has the name of its role, with a number if several have the same. The names are found where a person
    has them: in the name of a seat or of its holders, each word of it with a capital letter, and the id. A seat that is
    named in the org and whose file cannot be read may be a person's, so its id is replaced, too.
    """

    def __init__(self, org: Org) -> None:
        self.org = org
        self.names: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        people = sorted((seat for seat in org.seats.values() if seat.is_human), key=lambda seat: seat.id)
        unread = sorted(_list_unread_seats(org))
        words: dict[str, str] = {}
        for seat in people:
            for word in _list_names(seat):
                words.setdefault(word, seat.id)
        words |= {id_: id_ for id_ in unread}
        # A role can name another person.
        clean_role = _make_replacer(dict.fromkeys(words, _SOMEBODY))
        for seat in people:
            self.names[seat.id] = self._choose_name(clean_role(seat.role))
        self._replacements = {word: self.names.get(seat, _UNKNOWN) for word, seat in words.items()}
        for seat in people:
            self.ids[seat.id] = self._choose_id(slugify_text(self.names[seat.id]))
        for id_ in [*unread, *sorted(org.seats.keys() - self.ids.keys())]:
            self.ids[id_] = self._choose_id(_UNKNOWN if id_ in unread else self.clean_id(id_))

    def _choose_name(self, role: str) -> str:
        wanted = " ".join(role.split()) or _NO_ROLE
        taken = {name.casefold() for name in self.names.values()}
        return next(name for name in _number(wanted, " ") if name.casefold() not in taken)

    def _choose_id(self, wanted: str) -> str:
        taken = set(self.ids.values())
        start = wanted if wanted[:1].isalpha() else f"seat-{wanted}".rstrip("-")
        return next(id_ for id_ in _number(start, "-") if id_ not in taken)

    def find_id(self, seat: str) -> str:
        """The public id of a seat; the same one each time for a seat that is not known."""
        if seat and seat not in self.ids:
            self.ids[seat] = self._choose_id(_UNKNOWN)
        return self.ids[seat] if seat else ""

    @cached_property
    def _in_text(self) -> Callable[[str], str]:
        return _make_replacer(self._replacements)

    @cached_property
    def _in_id(self) -> Callable[[str], str]:
        words = {_make_slug(word): slugify_text(public) for word, public in self._replacements.items()}
        return _make_replacer({slug: public for slug, public in words.items() if slug})

    def clean_text(self, text: str) -> str:
        """A text without the names and addresses of people."""
        return self._in_text(_ADDRESS.sub("(address)", text)) if text else text

    def clean_id(self, id_: str) -> str:
        """An id, or another word, without the names of people."""
        return self._in_id(id_)


def _list_names(seat: Seat) -> Iterator[str]:
    """The texts by which people know who holds a seat: its id, the name, each part of the name, and the addresses.

    A part that begins with a small letter is no name (`van`), and a word of the seat's own role says no more than it.
    """
    roles = {word.casefold() for word in [seat.role, *seat.role.split()]}
    holders = [one.name for one in seat.holders if one.name]
    # A seat that passes from one person to another may have a name of its own, which is not a person's.
    for name in holders or [seat.name]:
        parts = [part for part in _BETWEEN_NAMES.split(name) if len(part) >= _LEAST and not part[0].islower()]
        for word in [name, *parts]:
            if word.casefold() not in roles:
                yield from (form for one in (word, word.upper()) for form in _normalize(one))
    if seat.id not in roles:
        yield seat.id
    yield from seat.every_email


def _normalize(text: str) -> Iterator[str]:
    yield unicodedata.normalize("NFC", text)
    yield unicodedata.normalize("NFD", text)


def _make_slug(word: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")
    return slug if len(slug) >= _LEAST else ""


def _make_replacer(words: Mapping[str, str]) -> Callable[[str], str]:
    """What replaces whole words, the longest first. Scripts without capital letters have no spaces between words."""
    if not words:
        return lambda text: text
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    forms = (
        _WHOLE.format(re.escape(word)) if word.upper() != word.lower() else re.escape(word) for word in longest_first
    )
    pattern = re.compile("|".join(forms))
    return lambda text: pattern.sub(lambda match: words[match[0]], text)


def _number(wanted: str, between: str) -> Iterator[str]:
    yield wanted
    number = 2
    while True:
        yield f"{wanted}{between}{number}"
        number += 1


def _list_unread_seats(org: Org) -> Iterable[str]:
    """The ids of seats whose files cannot be read."""
    paths = (path.partition("/") for path in org.unreadable)
    ids = {name.split("/")[0].removesuffix(".yaml") for folder, _, name in paths if folder in {"seats", "retirements"}}
    return ids - org.seats.keys()
