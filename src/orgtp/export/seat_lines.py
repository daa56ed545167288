"""Whole seats as JSON Lines: an object for each, with all keys of its file. `orgtp import` reads them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.change import YamlData
from orgtp.model.seat import Seat, seat_path
from orgtp.render.json import escape_raw


def write_seat_lines(seats: Iterable[Seat], files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the line of each seat, as its file has it. A file that cannot be read has no line."""
    for seat in seats:
        path = seat_path(seat.id)
        try:
            data = read_document(path, files[path]).data if path in files else None
        except NotStrict:
            continue
        if isinstance(data, dict):
            yield escape_raw(_format_exactly(data)) + "\n"


def _format_exactly(value: YamlData) -> str:
    """JSON with the digits of the file: a number with decimals is not rounded."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quote(key)}: {_format_exactly(below)}" for key, below in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_format_exactly, value)) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else _quote(value)


def _quote(value: str | int | bool | None) -> str:
    return json.dumps(value, ensure_ascii=False)
