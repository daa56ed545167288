"""Read the keys of one mapping strictly: an invalid value is a problem at its place, and reading continues."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, TypeVar

from orgtp.files.scores import parse_timestamp
from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Keys, Marks, Problem
from orgtp.model.text import did_you_mean, id_hint, is_id

Choice = TypeVar("Choice", bound=StrEnum)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    Decimal: "a number",
    list: "a list",
    dict: "a group of keys",
}
# Example values of required keys.
_EXAMPLES = {
    "kind": "agent (or human, or group)",
    "status": "active",
    "cadence": "weekly",
    "target": '">= 95%"',
    "timezone": "America/New_York",
    "org": "my-company",
}


@dataclass(frozen=True, slots=True)
class MappingReader:
    """Reads one mapping of a document, and adds problems to a list. `what` names the mapping in messages."""

    data: Mapping[str, Any]
    marks: Marks
    problems: list[Problem]
    keys: Keys = ()
    what: str = "the file"

    def add_problem(self, rule: str, key: str, message: str, hint: str) -> None:
        """Add a problem with the value under `key`."""
        self.problems.append(Problem(rule, self.marks.value_place(*self.keys, key), message, hint))

    def text(self, key: str, *, required: bool = False, named: str = "") -> str:
        """The text under `key`; "" if it is missing or not text. Messages about its type call it `named`."""
        value = self.data.get(key)
        # The usual case first, for speed: a big org has tens of thousands of texts.
        if type(value) is str and value.strip():
            return value
        return self._read_odd_text(key, required=required, named=named) if required or key in self.data else ""

    def _read_odd_text(self, key: str, *, required: bool, named: str = "") -> str:
        """Add a problem for a value that is missing or is not a text."""
        value = self._get_value(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._add_type_problem(key, _TYPES[str], value, named)
            return ""
        if not value.strip():
            self.add_problem(
                "empty-text",
                key,
                f"{named or key} is empty",
                "Give a value, or remove the key." if not required else "Give a value.",
            )
        return value if value.strip() else ""

    def id(self, key: str, *, required: bool = False, named: str = "") -> str:
        """The id under `key`; messages call it `named`."""
        text = self._read_text_or_number(key, required=required)
        if text and not is_id(text):
            self.add_problem("bad-id", key, f'{named or key} "{text}" is not an id', id_hint(text))
            return ""
        return text

    def choice(self, key: str, options: type[Choice], default: Choice, rule: str, *, required: bool = False) -> Choice:
        """The value under `key`, one of `options`."""
        text = self._read_text_or_number(key, required=required)
        try:
            return options(text) if text else default
        except ValueError:
            known = f"It is one of: {', '.join(options)}."
            self.add_problem(
                rule, key, f'{key} "{text}" is not known', f"{did_you_mean(text, options)} {known}".strip()
            )
            return default

    def day(self, key: str, *, required: bool = False, named: str = "") -> date | None:
        """The date under `key`; messages call it `named`."""
        text = self._read_text_or_number(key, required=required)
        try:
            return _parse_iso_day(text) if text else None
        except ValueError:
            hint = "Write the date as year-month-day, for example 2026-11-20."
            self.add_problem("bad-date", key, f'{named or key} "{text}" is not a date', hint)
            return None

    def timestamp(self, key: str, *, required: bool = False) -> datetime | None:
        """The time in UTC under `key`."""
        text = self.text(key, required=required)
        found = parse_timestamp(text) if text else None
        if text and found is None:
            hint = 'Write it in UTC and in quotes: "2026-11-20T13:00:02Z".'
            self.add_problem("bad-moment", key, f'{key} "{text}" is not a date and time', hint)
        return found

    def flag(self, key: str) -> bool:
        """The boolean under `key`; false if it is missing or not a boolean."""
        value = self._get_value(key)
        if value is not None and not isinstance(value, bool):
            self._add_type_problem(key, _TYPES[bool], value)
        return value is True

    def count(self, key: str) -> int:
        """The whole number, 0 or greater, under `key`; 0 if it is missing."""
        value = self._get_value(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self._add_type_problem(key, "a whole number of 0 or more", value)
            return 0
        return value or 0

    def ids(self, key: str) -> tuple[str, ...]:
        """A list of ids."""
        below = self.list_items(key)
        return tuple(below.id(number, named=key) for number in below.data)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates."""
        below = self.list_items(key)
        return tuple(day for number in below.data if (day := below.day(number, named=key)))

    def text_list(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        below = self.list_items(key)
        return tuple(text for number in below.data if (text := below.text(number)))

    def groups(self, key: str, what: str, *, required: bool = False) -> list[MappingReader]:
        """A list of mappings; messages call each of them `what`."""
        below = self.list_items(key, required=required)
        found = (below.mapping(number, required=True, what=what) for number in below.data)
        return [fields for fields in found if fields]

    def list_items(self, key: str, *, required: bool = False) -> MappingReader:
        """The items of a list as a mapping from index to item."""
        value = self._get_value(key, required=required)
        if value is not None and not isinstance(value, list):
            self._add_type_problem(key, _TYPES[list], value)
        items = {str(n): item for n, item in enumerate(value)} if isinstance(value, list) else {}
        return MappingReader(items, self.marks, self.problems, (*self.keys, key), key)

    def mapping(self, key: str, *, required: bool = False, what: str = "") -> MappingReader | None:
        """The mapping under `key`."""
        value = self._get_value(key, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._add_type_problem(key, _TYPES[dict], value)
            return None
        return MappingReader(value, self.marks, self.problems, (*self.keys, key), what or key)

    def texts(self, key: str, *, named: bool = False) -> dict[str, str]:
        """A mapping of ids to texts (or to ids, if `named`)."""
        fields = self.mapping(key)
        if fields is None:
            return {}
        fields.check_keys_are_ids()
        return {
            name: fields.id(name, required=True) if named else fields.text(name, required=True) for name in fields.data
        }

    def check_keys_are_ids(self) -> None:
        """Add a problem for each key of this mapping that is not an id."""
        for name in self.data:
            if not is_id(name):
                place = self.marks.key_place(*self.keys, name)
                self.problems.append(Problem("bad-id", place, f'"{name}" is not an id', id_hint(name)))

    def refuse_unknown_keys(self, known: Iterable[str]) -> None:
        """Add a problem for each key that is neither in `known` nor the user's own (`x-…`)."""
        names = list(known)
        for name in self.data:
            if name not in names and not name.startswith("x-"):
                hint = did_you_mean(name, names) or f"Your own keys must begin with x-. Known keys: {', '.join(names)}."
                place = self.marks.key_place(*self.keys, name)
                self.problems.append(Problem("unknown-key", place, f'unknown key "{name}" in {self.what}', hint))

    def _get_value(self, key: str, *, required: bool = False) -> Any:
        if key not in self.data:
            if required:
                # Point to the name of the mapping that lacks the key, where an editor can show it.
                place = self.marks.key_place(*self.keys) if self.keys else self.marks.value_place()
                line = f"{key}: {_EXAMPLES.get(key) or self._example_value(key)}"
                self.problems.append(
                    Problem("missing-key", place, f'{self.what} has no "{key}"', f"Add a line: {line}")
                )
            return None
        if self.data[key] is None:
            remedy = "Add one." if required else "Add one, or remove the key."
            self.add_problem("wrong-type", key, f"{key} has no value", remedy)
        return self.data[key]

    def _example_value(self, key: str) -> str:
        """An example value for `key`: the id in the file name for `seat`, else an ellipsis."""
        return PurePosixPath(self.marks.path).stem if key == "seat" else "…"

    def _read_text_or_number(self, key: str, *, required: bool) -> str:
        """The text under `key`, or a number as text, so that the message is about the wrong id, date or word."""
        value = self.data.get(key)
        odd = type(value) is not str and isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        return str(value) if odd else self.text(key, required=required)

    def _add_type_problem(self, key: str, wanted: str, value: Any, named: str = "") -> None:
        found, name = _TYPES.get(type(value), _TYPES[int]), named or key
        self.add_problem(
            "wrong-type", key, f"{name} is {found}, but must be {wanted}", _suggest_value(name, wanted, value)
        )


# Hints that repeat a value of the file begin with these words, so that a reader of secrets can recognise them.
QUOTE_IT = "Put it in quotes"
WRITE_AS = "Write it as"


def _suggest_value(key: str, wanted: str, value: Any) -> str:
    """What to write instead of `value`."""
    if wanted == _TYPES[str] and isinstance(value, (bool, int, Decimal)):
        return f'{QUOTE_IT}: {key}: "{str(value).lower() if isinstance(value, bool) else value}".'
    if wanted == _TYPES[list] and isinstance(value, str):
        return f"{WRITE_AS} {key}: [{value}]."
    if wanted == _TYPES[dict]:
        return f"Write {key}: on a line of its own, and below it one indented line for each entry: name: …"
    return f"Write {wanted}, or remove the key."


def parse_day(text: str) -> date | None:
    """The date `2026-11-20`; None for any other text."""
    try:
        return _parse_iso_day(text)
    except ValueError:
        return None


def _parse_iso_day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)
