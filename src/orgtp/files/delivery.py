"""Read the files of deliveries (JSON Lines) into `Delivery`s. See also schema/briefing.schema.json."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from orgtp.files.scores import decode_json_line, find_text_error, parse_timestamp
from orgtp.model.explanation import COMMIT_ID
from orgtp.model.problem import Place, Problem
from orgtp.model.records.briefing import Delivery
from orgtp.model.score import SCORE_ID
from orgtp.model.text import is_id

_RULE = "delivery-malformed"
_NEEDED = ("id", "at", "to", "day")
_TEXTS = (*_NEEDED, "commit", "by", "note")
_LONGEST_NOTE = 2000


@lru_cache(maxsize=64)
def read_deliveries(path: str, raw: bytes) -> tuple[tuple[Delivery, ...], tuple[Problem, ...]]:
    """The deliveries in the content of a file, and the problems of its lines."""
    *lines, last = raw.split(b"\n")
    found: list[Delivery] = []
    problems: list[Problem] = []
    hint = f"To see what changed since the last commit: git diff -- {path}"
    for number, line in enumerate([*lines, last] if last else lines, 1):
        one, why = parse_delivery(line, Place(path, number))
        if one:
            found.append(one)
        else:
            problems.append(Problem(_RULE, Place(path, number), f"not a delivery: {why}", hint))
    if last:
        place = Place(path, len(lines) + 1, len(last.decode(errors="replace")) + 1)
        problems.append(Problem(_RULE, place, "the last line has no newline", "Add a newline at the end."))
    return tuple(dict.fromkeys(found)), tuple(problems)


def parse_delivery(line: bytes, place: Place) -> tuple[Delivery | None, str]:
    """The delivery in a line, or the reason why it is none."""
    data, wrong = decode_json_line(line)
    why = wrong or find_text_error(data, _NEEDED, _TEXTS) or _find_format_error(data)
    if why:
        return None, why
    at, day = parse_timestamp(data["at"]), _parse_day(data["day"])
    if at is None:
        return None, '"at" is not a UTC time such as 2026-11-20T13:00:02Z'
    if day is None:
        return None, '"day" is not a date such as 2026-11-20'
    rest = {key: data.get(key, "") for key in ("commit", "by", "note")}
    return Delivery(data["id"], at, data["to"], day, **rest, place=place), ""


def _find_format_error(data: dict[str, str]) -> str:
    """The reason why a text has not the form that it needs; "" if all have."""
    if not SCORE_ID.fullmatch(data["id"]):
        return '"id" has other characters than A-Z, a-z, 0-9, ".", "_" and "-", or more than 64'
    if "commit" in data and not COMMIT_ID.fullmatch(data["commit"]):
        return '"commit" is not the full id of a commit'
    if len(data.get("note", "")) > _LONGEST_NOTE:
        return f'"note" is longer than {_LONGEST_NOTE} characters'
    wrong = [key for key in ("to", "by") if not is_id(data.get(key, "x"))]
    return f'"{wrong[0]}" is not an id' if wrong else ""


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == _ISO_DAY else None
    except ValueError:
        return None


_ISO_DAY = len("2026-11-20")
