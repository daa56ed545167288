"""Reading the keys of one mapping, strictly: what does not fit is a problem at its place, and the rest goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from orgtp.model.problem import Keys, Marks, Problem
from orgtp.model.words import ID_MEANS, did_you_mean, is_id

Choice = TypeVar("Choice", bound=StrEnum)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES = {str: "text", bool: "true or false", int: "a number", Decimal: "a number", list: "a list", dict: "a mapping"}


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
        self.problems.append(Problem(rule, self.marks.value(*self.keys, key), message, hint))

    def text(self, key: str, *, required: bool = False) -> str:
        """The text under `key`; "" where it is missing or is no text."""
        value = self._value(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong(key, "text", value)
            return ""
        if not value.strip():
            self.problem(
                "empty-text", key, f"{key} is empty", "Write it, or leave the key out." if not required else "Write it."
            )
        return value if value.strip() else ""

    def id(self, key: str, *, required: bool = False) -> str:
        """The id under `key`."""
        text = self.text(key, required=required)
        if text and not is_id(text):
            self.problem("bad-id", key, f'{key} "{text}" is not an id', f"An id is {ID_MEANS}.")
            return ""
        return text

    def choice(self, key: str, options: type[Choice], default: Choice, rule: str, *, required: bool = False) -> Choice:
        """One of the words of `options`."""
        text = self.text(key, required=required)
        if not text:
            return default
        if text in list(options):
            return options(text)
        known = ", ".join(options)
        self.problem(
            rule, key, f'{key} "{text}" is not known', f"{did_you_mean(text, options)} It is one of: {known}.".strip()
        )
        return default

    def day(self, key: str, *, required: bool = False) -> date | None:
        """The date under `key`."""
        text = self.text(key, required=required)
        try:
            return _day(text) if text else None
        except ValueError:
            self.problem("bad-date", key, f'{key} "{text}" is not a date', "Write it as 2026-11-20.")
            return None

    def count(self, key: str) -> None:
        """Check the whole number, from 0 on, under `key`."""
        value = self._value(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self._wrong(key, "a whole number from 0 on", value)

    def ids(self, key: str) -> tuple[str, ...]:
        """A list of ids."""
        value = self._value(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self._wrong(key, "a list", value)
            return ()
        below = Fields(
            {str(n): item for n, item in enumerate(value)}, self.marks, self.problems, (*self.keys, key), key
        )
        return tuple(below.id(str(number)) for number in range(len(value)))

    def below(self, key: str, *, required: bool = False, what: str = "") -> Fields | None:
        """The mapping under `key`."""
        value = self._value(key, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(key, "a mapping", value)
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
                place = self.marks.key(*self.keys, name)
                self.problems.append(Problem("bad-id", place, f'"{name}" is not an id', f"An id is {ID_MEANS}."))

    def only(self, known: Iterable[str]) -> None:
        """Note every key that is neither in `known` nor the user's own (`x-…`)."""
        names = list(known)
        for name in self.data:
            if name not in names and not name.startswith("x-"):
                hint = did_you_mean(name, names) or f"Keys of your own begin with x-. Known here: {', '.join(names)}."
                place = self.marks.key(*self.keys, name)
                self.problems.append(Problem("unknown-key", place, f'unknown key "{name}" in {self.what}', hint))

    def _value(self, key: str, *, required: bool = False) -> Any:
        if key not in self.data:
            if required:
                place = self.marks.value(*self.keys)
                self.problems.append(Problem("missing-key", place, f'{self.what} has no "{key}"', f"Add {key}: to it."))
            return None
        if self.data[key] is None:
            self._wrong(key, "text" if required else "something", None)
        return self.data[key]

    def _wrong(self, key: str, wanted: str, value: Any) -> None:
        found = "nothing" if value is None else _TYPES.get(type(value), "something else")
        in_quotes = wanted == "text" and isinstance(value, (bool, int, Decimal))
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        hint = f'Put it in quotes: {key}: "{shown}".' if in_quotes else f"Write {wanted} there, or leave the key out."
        self.problem("wrong-type", key, f"{key} is {found}, where {wanted} belongs", hint)


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)
