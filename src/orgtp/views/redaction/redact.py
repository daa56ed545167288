"""Leave parts of an org out, so that no view of the result can show them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, cast

from orgtp.model.inventory.imported import is_mission_unreviewed
from orgtp.model.org import Org
from orgtp.model.problem import Marks, Place, Problem
from orgtp.model.seat import Seat
from orgtp.views.redaction.parts import FIELD_SORTS, FieldSort, Part, Sort
from orgtp.views.redaction.people import PeopleNames

_ORIGINS = ("review", "escalation")


class Redactor:
    """Leaves parts out of an org and of what belongs to it."""

    def __init__(self, org: Org, parts: Collection[Part]) -> None:
        self.org, self.parts = org, frozenset(parts)
        self.people = PeopleNames(org) if Part.PEOPLE in self.parts else None

    def redact_org(self) -> Org:
        """The org without the parts."""
        return cast("Org", self._redact_record(self.org, None))

    def redact_problem(self, problem: Problem) -> Problem:
        """A problem without its words, which quote what is in the file: only the kind of file remains."""
        folder, slash, _ = problem.place.path.partition("/")
        where = f"a file in {folder}/" if slash else "a file"
        return Problem(problem.rule, Place(f"{folder}{slash}"), f"{where} could not be read", severity=problem.severity)

    def map_seat(self, seat: str) -> str:
        """The id of a seat in the redacted org."""
        return self.people.find_id(seat) if self.people else seat

    def clean_text(self, text: str) -> str:
        """A text that stays, without the names of people if they are left out."""
        return self.people.clean_text(text) if self.people else text

    def name_seat(self, seat: Seat, name: str) -> str:
        """The name of a seat, or of who holds it: of a person the role. A vacant seat has no holder, and no name."""
        if self.people is None or not name:
            return name
        return self.people.names[seat.id] if seat.is_human else self.people.clean_text(name)

    def _redact_record(self, one: Any, seat: Seat | None) -> Any:
        """A record with each field as its sort says. `seat` is the seat that it is a part of."""
        if isinstance(one, Seat):
            # Outsiders see no text of a foreign file that nobody has read.
            seat = one = dataclasses.replace(one, mission="") if is_mission_unreviewed(one) else one
        sorts = FIELD_SORTS[type(one)]
        changed = {}
        for field in dataclasses.fields(one):
            how = sorts[field.name]
            if how.sort is Sort.DROPPED or how.gone_with & self.parts:
                changed[field.name] = _get_default(field)
            else:
                changed[field.name] = self._redact_value(getattr(one, field.name), how, seat)
        return type(one)(**changed)

    def _redact_value(self, value: Any, how: FieldSort, seat: Seat | None) -> Any:
        if isinstance(value, Mapping):
            inner = FieldSort(how.sort)
            found = ((key, self._redact_value(one, inner, seat)) for key, one in value.items())
            return {self._redact_leaf(key, how.keys, seat): one for key, one in found}
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return tuple(self._redact_value(one, how, seat) for one in value)
        if isinstance(value, frozenset):
            return frozenset(self._redact_value(one, how, seat) for one in value)
        return self._redact_leaf(value, how.sort, seat)

    def _redact_leaf(self, value: Any, sort: Sort, seat: Seat | None) -> Any:
        if sort is Sort.RECORDS:
            return value if value is None else self._redact_record(value, seat)
        if sort is Sort.KEPT or not isinstance(value, str) or not value:
            return value
        if sort is Sort.NOTE:
            return "" if Part.NOTES in self.parts else self.clean_text(value)
        return self._without_people(value, sort, seat) if self.people else value

    def _without_people(self, value: str, sort: Sort, seat: Seat | None) -> str:
        people = cast("PeopleNames", self.people)
        if sort is Sort.METRIC:
            named, slash, metric = value.rpartition("/")
            return f"{people.find_id(named)}{slash}{people.clean_id(metric)}"
        if sort is Sort.ORIGIN:
            kind, _, id_ = value.partition(" ")
            return f"{kind} {people.clean_id(id_)}" if kind in _ORIGINS else people.clean_text(value)
        treat: dict[Sort, Callable[[str], str]] = {
            Sort.SEAT: people.find_id,
            Sort.ID: people.clean_id,
            Sort.TEXT: people.clean_text,
            Sort.NAME: partial(self.name_seat, cast("Seat", seat)),
        }
        return treat[sort](value)


def _get_default(field: dataclasses.Field[Any]) -> Any:
    """The value of a field that is left out."""
    if field.name == "marks":
        return Marks("")
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else ""
