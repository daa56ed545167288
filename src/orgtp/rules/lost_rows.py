"""Which rows of a score file are not there any more, or not where they were among the others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from orgtp.model.compared import Compared
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.words import counted, listed
from orgtp.rules.rule import Finding


def restore(compared: Compared, path: str) -> str:
    """How a file is taken back as it was."""
    return f"Take it back from the base: git checkout {compared.base[:10]} -- {path}"


def lost_rows(compared: Compared, path: str, raw: bytes) -> Iterator[Finding]:
    """Every row of a score file that is not there any more, or not where it was among the others."""
    rows, now = _rows(raw), _rows(compared.new.get(path, b""))
    missing = _missing(rows, now)
    if len(missing) == len(rows):
        what = f"all {counted(len(rows), 'row')} of this file are gone or changed"
        yield Finding(Place(path), what, restore(compared, path))
        return
    seat = path.split("/")[1]
    was = {score.place.line: score for score in compared.before.scores.get(seat, ()) if score.place.path == path}
    ids = {score.id: score for score in compared.after.scores.get(seat, ()) if score.place.path == path}
    for line in missing:
        old = was.get(line)
        new = ids.get(old.id) if old else None
        place = new.place if new else Place(path, min(line, len(now)))
        yield Finding(place, _became(line, old, new), _RECORD)


_RECORD = "Put the row back as it was, at its place; a wrong value is corrected by: orgtp score add"


def _rows(raw: bytes) -> list[bytes]:
    return raw.removesuffix(b"\n").split(b"\n") if raw else []


def _missing(rows: list[bytes], now: list[bytes]) -> list[int]:
    """The numbers, from 1, of the rows that `now` has not, in the order that they had."""
    places: dict[bytes, list[int]] = {}
    for number, row in enumerate(now):
        places.setdefault(row, []).append(number)
    missing, at = [], 0
    for number, row in enumerate(rows, 1):
        found = places.get(row, [])
        spot = bisect_left(found, at)
        if spot == len(found):
            missing.append(number)
        else:
            at = found[spot] + 1
    return missing


def _became(line: int, old: Score | None, new: Score | None) -> str:
    """What became of a row."""
    if old is None:
        return f"line {line} of the base is gone or changed"
    if new is None:
        return f"the row {old.metric} {old.period} = {_value(old)} was removed"
    pairs = {key: (getattr(old, key), getattr(new, key)) for key in ("metric", "period", "value", "at", "by", "note")}
    told = [f"{key} was {_said(was)}, is {_said(now)}" for key, (was, now) in pairs.items() if was != now]
    row = f"the row {old.metric} {old.period}"
    return f"{row} was changed: {listed(told)}" if told else f"{row} was moved, or is written otherwise"


def _value(score: Score) -> str:
    return _said(score.value)


def _said(value: object) -> str:
    return "unavailable" if value is None else f'"{value}"'
