"""A score file: JSON Lines, one record a line, read into `Score`s. schema/score.schema.json says the same of a line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from sys import intern
from typing import Any

from orgtp.model.period import parse_period
from orgtp.model.problem import Place, Problem
from orgtp.model.score import SCORE_ID, Score
from orgtp.model.text import is_id

_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
# A line as orgtp writes it, with nothing in it that JSON would write otherwise: most lines are, and are read at once.
PLAIN = re.compile(
    rb'\{"id":"(?P<id>[A-Za-z0-9._-]{1,64})",'
    rb'"at":"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)",'
    rb'"metric":"(?P<metric>[a-z][a-z0-9-]{0,62})",'
    rb'"period":"(?P<period>[0-9WQT-]{1,16})","value":(?:null|"(?P<value>[ !#-\[\]-~]{1,200})")'
    rb'(?:,"by":"(?P<by>[a-z][a-z0-9-]{0,62})")?(?:,"note":"(?P<note>[ !#-\[\]-~]{0,2000})")?\}'
)
_PLAIN_LINE = re.compile(re.sub(r"\?P<[a-z]+>", "", PLAIN.pattern.decode()).join(("^", r"\n")), re.MULTILINE)
_HALF = re.compile("[\ud800-\udfff]")
_PATH = re.compile(r"scores/([^/]+)/[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl")
# More lines than any month of a seat has: fifty metrics by the hour make 37,200.
MAX_LINES = 100_000
_LONGEST = 256 * 1024
_MOST_TOLD = 10_000

Read = tuple[tuple[Score, ...], tuple[Problem, ...]]
# The last content of each file and what it held: a file that has grown is read on from where it ended.
_known: dict[str, tuple[bytes, Read]] = {}
_MOST_KNOWN = 16384


def read_scores(path: str, raw: bytes) -> Read:
    """The records of the file `path`, and what is wrong with its lines."""
    begun, (scores, problems) = known = _known.get(path, (b"", ((), ())))
    if not raw.startswith(begun) or not begun.endswith(b"\n"):
        begun, scores, problems = b"", (), ()
    more, wrong = _lines(path, raw[len(begun) :], begun.count(b"\n") + 1)
    found = (scores + more, problems + wrong)
    if len(raw) >= len(known[0]):
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[path] = (raw, found)
    return found


def _lines(path: str, raw: bytes, first: int) -> Read:
    """The records of lines that begin with the number `first`."""
    plain = _plain_records(path, raw, first)
    return _any_lines(path, raw, first) if plain is None else (plain, ())


def _plain_records(path: str, raw: bytes, first: int) -> tuple[Score, ...] | None:
    """The records of lines that are all as orgtp writes them; None where only the slow way can say what one holds."""
    rows = _PLAIN_LINE.findall(raw.decode("ascii")) if raw.isascii() else []
    # Each match is one whole line, so where there are as many as lines, nothing is left over.
    if not rows or len(rows) != raw.count(b"\n") or not raw.endswith(b"\n"):
        return None
    seat, found = seat_of(path) or "", []
    for number, (id_, at, metric, period, value, by, note) in enumerate(rows, first):
        moment = _moment(at)
        if moment is None or parse_period(period) is None:
            return None
        place = Place(path, number)
        found.append(Score(id_, moment, seat, intern(metric), intern(period), value or None, intern(by), note, place))
    return tuple(found)


def _any_lines(path: str, raw: bytes, first: int) -> Read:
    """The records of any lines, and what is wrong with each that is none."""
    *lines, last = raw.split(b"\n")
    problems: list[Problem] = []
    if last:
        place = Place(path, first + len(lines), len(last.decode(errors="replace")) + 1)
        hint = "Add a newline at the end; if the line was cut short, write the value again with orgtp score add."
        problems.append(Problem("score-no-newline", place, "the last line has no newline", hint))
    whole = [*lines, last] if last else lines
    records = [_record(line, Place(path, number), problems) for number, line in enumerate(whole, first)]
    return tuple(record for record in records if record), tuple(_told(problems))


def _told(problems: list[Problem]) -> list[Problem]:
    """The problems; of very many, those that a person may still want to see."""
    if len(problems) <= _MOST_TOLD:
        return problems
    left = f"not a score: nor are {len(problems) - _MOST_TOLD:,} lines more"
    return [*problems[:_MOST_TOLD], replace(problems[_MOST_TOLD], message=left)]


def seat_of(path: str) -> str | None:
    """The seat whose scores stand in the file `path`; nothing where the path is no score file's."""
    match = _PATH.fullmatch(path)
    return match[1] if match else None


def _record(line: bytes, place: Place, problems: list[Problem]) -> Score | None:
    data, at, wrong = read_line(line)
    if at:
        return score_of(data, at, place)
    hint = f"What was changed since the last commit: git diff -- {place.path}"
    problems.append(Problem("score-malformed", place, f"not a score: {wrong}", hint))
    return None


def read_line(line: bytes) -> tuple[dict[str, Any], datetime | None, str | None]:
    """A line's data and moment, or what keeps it from being a record."""
    if plain := PLAIN.fullmatch(line):
        data = {key: text.decode() for key, text in plain.groupdict().items() if text is not None}
        data.setdefault("value", None)
        at = _moment(data["at"])
        if at and parse_period(data["period"]):
            return data, at, None
    if len(line) > _LONGEST:
        return {}, None, f"the line is longer than {_LONGEST // 1024} KiB"
    try:
        data = _DECODER.decode(line.decode())
        wrong = _shape(data, escaped=b"\\u" in line)
    except (ValueError, RecursionError) as error:
        return {}, None, _why(line, error)
    return (data, None, wrong) if wrong else (data, _moment(data["at"]), None)


def _why(line: bytes, error: Exception) -> str:
    """What keeps a line from being JSON."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return str(error) if isinstance(error, _Twice) else "it is not JSON" if line.strip() else "the line is empty"


class _Twice(ValueError):
    """A key stands twice in one record: readers would disagree which of the two counts."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _Twice("a key is there twice")
    return data


_DECODER = json.JSONDecoder(object_pairs_hook=_once)
_NEEDED = ("id", "at", "metric", "period", "value")
_TEXTS = ("id", "at", "metric", "period", "by", "note", "value")


def _shape(data: Any, *, escaped: bool) -> str | None:
    """What keeps `data` from being a record; nothing where it is one. `escaped`: the line has escapes in it."""
    if not isinstance(data, dict):
        return "a line holds one JSON object"
    for key in _NEEDED:
        if key not in data:
            return f'it has no "{key}"'
    for key in _TEXTS:
        if not isinstance(data.get(key, ""), str) and (key != "value" or data[key] is not None):
            return f'"{key}" is not text in double quotes'
    # JSON can escape half of a character; nothing can print it.
    half = next((key for key in _TEXTS if _HALF.search(data.get(key) or "")), None) if escaped else None
    return f'"{half}" holds half of a character' if half else _words(data)


def _words(data: dict[str, str]) -> str | None:
    if not SCORE_ID.fullmatch(data["id"]):
        return '"id" is not 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-"'
    for key in ("metric", "by"):
        if not is_id(data.get(key, "x")):
            return f'"{key}" is not an id'
    if parse_period(data["period"]) is None:
        return f'"{data["period"]}" is not a period'
    if data["value"] == "":
        return '"value" is empty'
    return None if _moment(data["at"]) else '"at" is not a moment in UTC such as 2026-11-20T13:00:02Z'


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _AT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def score_of(data: dict[str, Any], at: datetime, place: Place) -> Score:
    """The record that a line of the file `place` holds."""
    return Score(
        id=data["id"],
        at=at,
        seat=seat_of(place.path) or "",
        # The same few words in a million records: kept once.
        metric=intern(data["metric"]),
        period=intern(data["period"]),
        value=data["value"],
        by=intern(data.get("by", "")),
        note=data.get("note", ""),
        place=place,
    )
