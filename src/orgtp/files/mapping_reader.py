"""Reading the keys of one mapping, strictly: what does not fit is a problem at its place, and the rest goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, TypeVar

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Keys, Marks, Problem
from orgtp.model.text import did_you_mean, id_hint, is_id

Choice = TypeVar("Choice", bound=StrEnum)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
_TYPES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    Decimal: "a number",
    list: "a list",
    dict: "a group of keys",
}
# What stands under the keys that a file must have.
_LIKE = {
    "kind": "agent (or human)",
    "status": "active",
    "cadence": "weekly",
    "target": '">= 95%"',
    "timezone": "America/New_York",
    "org": "my-company",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """One mapping of a document, where it stands, and the list that its problems go to."""

    data: Mapping[str, Any]
    marks: Marks
    problems: list[Problem]
    keys: Keys = ()
    what: str = "the file"

    def problem(self, rule: str, key: str, message: str, hint: str) -> None:
        """Note a problem with the value under `key`."""
        self.problems.append(Problem(rule, self.marks.value_place(*self.keys, key), message, hint))

    def text(self, key: str, *, required: bool = False) -> str:
        """The text under `key`; "" where it is missing or is no text."""
        value = self.data.get(key)
        # Nearly always: tens of thousands of texts are read in a big org.
        if type(value) is str and value.strip():
            return value
        return self._odd_text(key, required=required) if required or key in self.data else ""

    def _odd_text(self, key: str, *, required: bool) -> str:
        """What stands where a text belongs and is none."""
        value = self._value(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong(key, _TYPES[str], value)
            return ""
        if not value.strip():
            self.problem(
                "empty-text", key, f"{key} is empty", "Write it, or leave the key out." if not required else "Write it."
            )
        return value if value.strip() else ""

    def id(self, key: str, *, required: bool = False, named: str = "") -> str:
        """The id under `key`, which a problem calls `named`."""
        text = self._word(key, required=required)
        if text and not is_id(text):
            self.problem("bad-id", key, f'{named or key} "{text}" is not an id', id_hint(text))
            return ""
        return text

    def choice(self, key: str, options: type[Choice], default: Choice, rule: str, *, required: bool = False) -> Choice:
        """One of the words of `options`."""
        text = self._word(key, required=required)
        try:
            return options(text) if text else default
        except ValueError:
            known = f"It is one of: {', '.join(options)}."
            self.problem(rule, key, f'{key} "{text}" is not known', f"{did_you_mean(text, options)} {known}".strip())
            return default

    def day(self, key: str, *, required: bool = False, named: str = "") -> date | None:
        """The date under `key`, which a problem calls `named`."""
        text = self._word(key, required=required)
        try:
            return _day(text) if text else None
        except ValueError:
            hint = "Write the day as year-month-day, as in 2026-11-20."
            self.problem("bad-date", key, f'{named or key} "{text}" is not a date', hint)
            return None

    def moment(self, key: str, *, required: bool = False) -> datetime | None:
        """The moment in UTC under `key`."""
        text = self.text(key, required=required)
        try:
            return _instant(text) if text else None
        except ValueError:
            hint = 'Write it in UTC and in quotes: "2026-11-20T13:00:02Z".'
            self.problem("bad-moment", key, f'{key} "{text}" is not a moment', hint)
            return None

    def flag(self, key: str) -> bool:
        """The yes or no under `key`; no where it is missing or is neither."""
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            self._wrong(key, _TYPES[bool], value)
        return value is True

    def count(self, key: str) -> int:
        """The whole number, from 0 on, under `key`; 0 where there is none."""
        value = self._value(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self._wrong(key, "a whole number from 0 on", value)
            return 0
        return value or 0

    def ids(self, key: str) -> tuple[str, ...]:
        """A list of ids."""
        below = self._list(key)
        return tuple(below.id(number, named=key) for number in below.data)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates."""
        below = self._list(key)
        return tuple(day for number in below.data if (day := below.day(number, named=key)))

    def listed(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        below = self._list(key)
        return tuple(text for number in below.data if (text := below.text(number)))

    def groups(self, key: str, what: str, *, required: bool = False) -> list[Fields]:
        """A list of mappings, each of which a problem calls `what`."""
        below = self._list(key, required=required)
        found = (below.below(number, required=True, what=what) for number in below.data)
        return [fields for fields in found if fields]

    def _list(self, key: str, *, required: bool = False) -> Fields:
        """The items of a list by their numbers."""
        value = self._value(key, required=required)
        if value is not None and not isinstance(value, list):
            self._wrong(key, _TYPES[list], value)
        items = {str(n): item for n, item in enumerate(value)} if isinstance(value, list) else {}
        return Fields(items, self.marks, self.problems, (*self.keys, key), key)

    def below(self, key: str, *, required: bool = False, what: str = "") -> Fields | None:
        """The mapping under `key`."""
        value = self._value(key, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(key, _TYPES[dict], value)
            return None
        return Fields(value, self.marks, self.problems, (*self.keys, key), what or key)

    def texts(self, key: str, *, named: bool = False) -> dict[str, str]:
        """A mapping of ids to texts (to further ids, if `named`)."""
        fields = self.below(key)
        if fields is None:
            return {}
        fields.keys_are_ids()
        return {
            name: fields.id(name, required=True) if named else fields.text(name, required=True) for name in fields.data
        }

    def keys_are_ids(self) -> None:
        """Note every key of this mapping that is no id."""
        for name in self.data:
            if not is_id(name):
                place = self.marks.key_place(*self.keys, name)
                self.problems.append(Problem("bad-id", place, f'"{name}" is not an id', id_hint(name)))

    def only(self, known: Iterable[str]) -> None:
        """Note every key that is neither in `known` nor the user's own (`x-…`)."""
        names = list(known)
        for name in self.data:
            if name not in names and not name.startswith("x-"):
                hint = did_you_mean(name, names) or f"Keys of your own begin with x-. Known here: {', '.join(names)}."
                place = self.marks.key_place(*self.keys, name)
                self.problems.append(Problem("unknown-key", place, f'unknown key "{name}" in {self.what}', hint))

    def _value(self, key: str, *, required: bool = False) -> Any:
        if key not in self.data:
            if required:
                # Where an editor shows it: at the name of what lacks the key.
                place = self.marks.key_place(*self.keys) if self.keys else self.marks.value_place()
                line = f"{key}: {_LIKE.get(key) or self._like(key)}"
                self.problems.append(
                    Problem("missing-key", place, f'{self.what} has no "{key}"', f"Add a line: {line}")
                )
            return None
        if self.data[key] is None:
            remedy = "Write one." if required else "Write one, or leave the key out."
            self.problem("wrong-type", key, f"{key} has no value", remedy)
        return self.data[key]

    def _like(self, key: str) -> str:
        """What stands under `key` in a file of this name: the file's id, or words of one's own."""
        return PurePosixPath(self.marks.path).stem if key == "seat" else "…"

    def _word(self, key: str, *, required: bool) -> str:
        """The text under `key`, or the number there as text: it is no id, date or word either, and is told as such."""
        value = self.data.get(key)
        odd = type(value) is not str and isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        return str(value) if odd else self.text(key, required=required)

    def _wrong(self, key: str, wanted: str, value: Any) -> None:
        found = _TYPES.get(type(value), _TYPES[int])
        self.problem("wrong-type", key, f"{key} is {found}, where {wanted} belongs", _instead(key, wanted, value))


def _instead(key: str, wanted: str, value: Any) -> str:
    """What to write where `value` stands."""
    if wanted == _TYPES[str] and isinstance(value, (bool, int, Decimal)):
        return f'Put it in quotes: {key}: "{str(value).lower() if isinstance(value, bool) else value}".'
    if wanted == _TYPES[list] and isinstance(value, str):
        return f"Write it as {key}: [{value}]."
    if wanted == _TYPES[dict]:
        return f"Write {key}: alone on its line, and below it, indented, a line for each: name: …"
    return f"Write {wanted} there, or leave the key out."


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _instant(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC)
