"""Read score files (JSON Lines, one record per line) into `Score`s. See also schema/score.schema.json."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from sys import intern
from typing import Any

from orgtp.model.period import parse_period
from orgtp.model.problem import Place, Problem
from orgtp.model.score import MAX_CASES, SCORE_ID, Score
from orgtp.model.text import is_id

_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
# A line exactly as orgtp writes it, without JSON escapes. Most lines match, and a regular expression reads them fast.
PLAIN_LINE = re.compile(
    rb'\{"id":"(?P<id>[A-Za-z0-9._-]{1,64})",'
    rb'"at":"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)",'
    rb'"metric":"(?P<metric>[a-z][a-z0-9-]{0,62})",'
    rb'"period":"(?P<period>[0-9WQT+-]{1,18})","value":(?:null(?P<void>,"void":true)?|"(?P<value>[ !#-\[\]-~]{1,200})")'
    rb'(?:,"n":(?P<n>[1-9][0-9]{0,11}))?'
    rb'(?:,"by":"(?P<by>[a-z][a-z0-9-]{0,62})")?(?:,"note":"(?P<note>[ !#-\[\]-~]{0,2000})")?\}'
)
_PLAIN_LINE = re.compile(re.sub(r"\?P<[a-z]+>", "", PLAIN_LINE.pattern.decode()).join(("^", r"\n")), re.MULTILINE)
_HALF = re.compile("[\ud800-\udfff]")
_PATH = re.compile(r"scores/([^/]+)/[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl")
# More lines than any month of a seat has: fifty hourly metrics make 37,200.
MAX_LINES = 100_000
_LONGEST = 256 * 1024
_MAX_PROBLEMS = 10_000

ScoresRead = tuple[tuple[Score, ...], tuple[Problem, ...]]
# The last content of each file and its records: of a file that has grown, only the new lines are read.
_known: dict[str, tuple[bytes, ScoresRead]] = {}
_MAX_CACHED_FILES = 16384


def read_scores(path: str, raw: bytes) -> ScoresRead:
    """The records of the file `path`, and the problems of its lines."""
    begun, (scores, problems) = known = _known.get(path, (b"", ((), ())))
    if raw == begun:
        return scores, problems
    if len(raw) < len(begun) and raw.endswith(b"\n") and begun.startswith(raw):
        # An earlier content of a file that has grown since.
        lines = raw.count(b"\n")
        return _keep_first_lines(scores, lines), tuple(one for one in problems if one.place.line <= lines)
    if not raw.startswith(begun) or not begun.endswith(b"\n"):
        begun, scores, problems = b"", (), ()
    more, wrong = _read_score_lines(path, raw[len(begun) :], begun.count(b"\n") + 1)
    found = (scores + more, problems + wrong)
    if len(raw) >= len(known[0]):
        if len(_known) >= _MAX_CACHED_FILES:
            _known.clear()
        _known[path] = (raw, found)
    return found


def _keep_first_lines(scores: tuple[Score, ...], lines: int) -> tuple[Score, ...]:
    return scores[: bisect_right(scores, lines, key=lambda score: score.place.line)]


def _read_score_lines(path: str, raw: bytes, first: int) -> ScoresRead:
    """The records and problems of lines; the first line has the number `first`."""
    plain = _read_plain_lines(path, raw, first)
    return _read_any_lines(path, raw, first) if plain is None else (plain, ())


def _read_plain_lines(path: str, raw: bytes, first: int) -> tuple[Score, ...] | None:
    """The records if every line matches `PLAIN_LINE`; None if a line needs the full JSON parser."""
    rows = _PLAIN_LINE.findall(raw.decode("ascii")) if raw.isascii() else []
    # Each match is one whole line, so equal counts mean that every line matched.
    if not rows or len(rows) != raw.count(b"\n") or not raw.endswith(b"\n"):
        return None
    seat, found = find_seat_of_scores(path) or "", []
    for number, (id_, at, metric, period, void, value, n, by, note) in enumerate(rows, first):
        time = parse_timestamp(at)
        if time is None or parse_period(period) is None:
            return None
        place = Place(path, number)
        found.append(
            Score(
                id_,
                time,
                seat,
                intern(metric),
                intern(period),
                value or None,
                intern(by),
                note,
                bool(void),
                place,
                int(n) if n else None,
            )
        )
    return tuple(found)


def _read_any_lines(path: str, raw: bytes, first: int) -> ScoresRead:
    """The records of any lines, and a problem for each line that is not a record."""
    *lines, last = raw.split(b"\n")
    problems: list[Problem] = []
    if last:
        place = Place(path, first + len(lines), len(last.decode(errors="replace")) + 1)
        hint = "Add a newline at the end. If the line is cut off, remove it, and record the value again."
        problems.append(Problem("score-no-newline", place, "the last line has no newline", hint))
    whole = [*lines, last] if last else lines
    records = [_read_score_line(line, Place(path, number), problems) for number, line in enumerate(whole, first)]
    return tuple(record for record in records if record), tuple(_limit_problems(problems))


def _limit_problems(problems: list[Problem]) -> list[Problem]:
    """The problems, limited to a number that a person can still read."""
    if len(problems) <= _MAX_PROBLEMS:
        return problems
    left = f"not a score, nor are {len(problems) - _MAX_PROBLEMS:,} more lines"
    return [*problems[:_MAX_PROBLEMS], replace(problems[_MAX_PROBLEMS], message=left)]


def find_seat_of_scores(path: str) -> str | None:
    """The seat id of a score file; None if `path` is not that of a score file."""
    match = _PATH.fullmatch(path)
    return match[1] if match else None


def _read_score_line(line: bytes, place: Place, problems: list[Problem]) -> Score | None:
    data, at, wrong = parse_score_line(line)
    if at:
        return build_score(data, at, place)
    hint = f"To see what changed since the last commit: git diff -- {place.path}"
    problems.append(Problem("score-malformed", place, f"not a score: {wrong}", hint))
    return None


def parse_score_line(line: bytes) -> tuple[dict[str, Any], datetime | None, str | None]:
    """The data and time of a line, or the reason why it is not a record."""
    if plain := PLAIN_LINE.fullmatch(line):
        data: dict[str, Any] = {key: text.decode() for key, text in plain.groupdict().items() if text is not None}
        data.setdefault("value", None)
        data |= {"void": True} if "void" in data else {}
        data |= {"n": int(data["n"])} if "n" in data else {}
        at = parse_timestamp(data["at"])
        if at and parse_period(data["period"]):
            return data, at, None
    data, why = decode_json_line(line)
    wrong = why or find_text_error(data, _NEEDED, _TEXTS, null="value") or _find_value_error(data)
    return (data, None, wrong) if wrong else (data, parse_timestamp(data["at"]), None)


def decode_json_line(line: bytes) -> tuple[Any, str]:
    """The JSON value in a line, or the reason why it cannot be read."""
    if len(line) > _LONGEST:
        return {}, f"the line is longer than {_LONGEST // 1024} KiB"
    try:
        return _DECODER.decode(line.decode()), ""
    except (ValueError, RecursionError) as error:
        return {}, _explain_bad_line(line, error)


def _explain_bad_line(line: bytes, error: Exception) -> str:
    """The reason why a line is not JSON."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return str(error) if isinstance(error, _DuplicateKey) else "it is not JSON" if line.strip() else "the line is empty"


class _DuplicateKey(ValueError):
    """A record has a key twice. JSON readers disagree which of the two counts."""


def _refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _DuplicateKey("it has a key twice")
    return data


_DECODER = json.JSONDecoder(object_pairs_hook=_refuse_duplicate_keys)
_NEEDED = ("id", "at", "metric", "period", "value")
_TEXTS = ("id", "at", "metric", "period", "by", "note", "value")


def find_text_error(data: Any, needed: Iterable[str], texts: Iterable[str], null: str = "") -> str:
    """The reason why the JSON of a line is not an object with the keys `needed`, and with text in those of `texts`.

    The key `null` may also be null. Returns "" if nothing is wrong.
    """
    if not isinstance(data, dict):
        return "a line must be one JSON object"
    for key in needed:
        if key not in data:
            return f'it has no "{key}"'
    for key in texts:
        text = data.get(key, "")
        if not isinstance(text, str) and (key != null or text is not None):
            return f'"{key}" is not text in double quotes'
        # JSON can escape half of a surrogate pair, which cannot be printed.
        if text and _HALF.search(text):
            return f'"{key}" contains half of a surrogate pair'
    return ""


def _find_value_error(data: dict[str, Any]) -> str | None:
    if not SCORE_ID.fullmatch(data["id"]):
        return '"id" is not 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-"'
    for key in ("metric", "by"):
        if not is_id(data.get(key, "x")):
            return f'"{key}" is not an id'
    if parse_period(data["period"]) is None:
        return f'"{data["period"]}" is not a period'
    if data["value"] == "":
        return '"value" is empty'
    if "void" in data and (data["void"] is not True or data["value"] is not None):
        return '"void" can only be true, and "value" is null then, because the record withdraws a value'
    return _find_other_error(data)


def _find_other_error(data: dict[str, Any]) -> str | None:
    n = data.get("n", 1)
    if type(n) is not int or not 1 <= n <= MAX_CASES:
        return f'"n" is not a whole number from 1 to {MAX_CASES}, the number of cases'
    return None if parse_timestamp(data["at"]) else '"at" is not a UTC time such as 2026-11-20T13:00:02Z'


@lru_cache(maxsize=4096)
def parse_timestamp(text: str) -> datetime | None:
    """The time in a text such as `2026-11-20T13:00:02Z`; None if it is not a UTC time in this form."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _AT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def build_score(data: dict[str, Any], at: datetime, place: Place) -> Score:
    """The record in the line at `place`."""
    return Score(
        id=data["id"],
        at=at,
        seat=find_seat_of_scores(place.path) or "",
        # A million records share a few texts, so intern them.
        metric=intern(data["metric"]),
        period=intern(data["period"]),
        value=data["value"],
        by=intern(data.get("by", "")),
        note=data.get("note", ""),
        void=data.get("void", False),
        n=data.get("n"),
        place=place,
    )
