"""Read JSON of other programs strictly: no key twice, no NaN, no deep nesting, and no number is a float."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from orgtp.importers.source_files import SourceFile, SourceReading
from orgtp.model.text import escape_control_chars

MOST_JSON_BYTES = 4 * 1024 * 1024
_MOST_LEVELS = 64
_SHOWN = 80
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


class BadJson(ValueError):
    """A text breaks one of the rules; the text says which."""


def is_json(path: Path) -> bool:
    """Whether a file may be JSON."""
    return path.suffix == ".json"


def read_json_object(reading: SourceReading, file: SourceFile) -> dict[str, Any] | None:
    """The object in a JSON file; None if it cannot be read, and then it is among the bad rows.

    Numbers are texts, as the file writes them.
    """
    raw = reading.read_bytes(file, MOST_JSON_BYTES)
    if raw is None:
        return None
    try:
        found = parse_json(raw)
    except json.JSONDecodeError as error:
        reading.refuse(f"{file.label}:{error.lineno}:{error.colno}", f"not JSON: {error.msg}")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reading.refuse(f"{file.label}:{line}", "not UTF-8 text. Save the file as UTF-8")
    except BadJson as error:
        reading.refuse(file.label, str(error))
    else:
        if isinstance(found, dict):
            return found
        reading.refuse(f"{file.label}:1", "not a JSON object")
    return None


def parse_json(raw: bytes, *, read_number: Callable[[str], Any] = str, read_whole: Callable[[str], Any] = str) -> Any:
    """The value in a JSON text. Numbers stay as they are written, unless two functions say what they become.

    Raises `BadJson` if it breaks a rule, and `ValueError` if it is not JSON.
    """
    text = raw.decode().removeprefix("\ufeff")
    _refuse_deep_nesting(text)
    return json.loads(
        text,
        object_pairs_hook=_make_object,
        parse_constant=_refuse_constant,
        parse_float=read_number,
        parse_int=read_whole,
    )


def _refuse_deep_nesting(text: str) -> None:
    level = 0
    for token in _TOKEN.finditer(text):
        level += (token[0] in "[{") - (token[0] in "]}")
        if level > _MOST_LEVELS:
            line = f"line {text.count(chr(10), 0, token.start()) + 1}: " if "\n" in text else ""
            raise BadJson(f"{line}nested deeper than {_MOST_LEVELS} levels")


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise BadJson(f'the key "{escape_control_chars(twice)[:_SHOWN]}" occurs twice in one object')
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise BadJson(f"{word} is not JSON")


def take_text(data: Any, *keys: str) -> str:
    """The text under keys, without the white space around it; "" if there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data.strip() if isinstance(data, str) else ""


def take_objects(data: Any, key: str) -> list[dict[str, Any]]:
    """The objects in the list under a key."""
    found = data.get(key) if isinstance(data, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def take_words(data: Any, key: str) -> list[str]:
    """The texts in the list under a key, or the one text."""
    found = data.get(key) if isinstance(data, dict) else None
    words = found if isinstance(found, list) else [found]
    return [one.strip() for one in words if isinstance(one, str) and one.strip()]
