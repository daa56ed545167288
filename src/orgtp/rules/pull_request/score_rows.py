"""Finds the rows of a score file that a pull request added, removed, changed or moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import zip_longest

from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.text import count_noun, join_with_and
from orgtp.rules.rule import Finding


def list_added_scores(compared: OrgPair) -> Iterator[Score]:
    """Yield the records that are new in the changed files."""
    paths = compared.new.keys()
    for scores in compared.after.scores.values():
        yield from (one for one in scores if one.place.path in paths and one.id not in compared.before.score_ids)


def restore_hint(compared: OrgPair, path: str) -> str:
    """A hint with the command that restores a file from the base."""
    return f"Restore it from the base: git checkout {compared.base[:10]} -- {path}"


def find_lost_rows(compared: OrgPair, path: str, raw: bytes) -> Iterator[Finding]:
    """Yield a finding for each row of a score file that was removed, changed or moved; one finding if all rows were."""
    rows, now = _split_rows(raw), _split_rows(compared.new.get(path, b""))
    seat = path.split("/")[1]
    was = {score.place.line: score for score in compared.before.scores.get(seat, ()) if score.place.path == path}
    # A line that is not a record may be removed, and so may a duplicate of a record that stays.
    missing = [line for line in _missing_row_numbers(rows, now) if line in was and not _is_copy(compared, was[line])]
    if missing and len(missing) == len(was):
        what = f"all {count_noun(len(missing), 'row')} of this file were removed or changed"
        yield Finding(Place(path), what, restore_hint(compared, path))
        return
    ids = {score.id: score for score in compared.after.scores.get(seat, ()) if score.place.path == path}
    for line in missing:
        new = ids.get(was[line].id)
        yield Finding(
            new.place if new else Place(path, min(line, len(now)) or 1), _describe_change(was[line], new), _RECORD
        )
    if not missing and compared.appends_only and not compared.new.get(path, b"").startswith(raw):
        line = next((n for n, (old, new) in enumerate(zip_longest(rows, now), 1) if old != new), len(rows))
        what = "this line differs from the committed file, in which lines are only added at the end"
        yield Finding(Place(path, line), what, restore_hint(compared, path))


def _is_copy(compared: OrgPair, score: Score) -> bool:
    """Whether a row repeats the id of an earlier row that still exists."""
    first = compared.before.score_ids[score.id]
    return first is not score and score.id in compared.after.score_ids


_RECORD = "Restore the row in its place; a new row corrects a wrong value."


def _split_rows(raw: bytes) -> list[bytes]:
    return raw.removesuffix(b"\n").split(b"\n") if raw else []


def _missing_row_numbers(rows: list[bytes], now: list[bytes]) -> list[int]:
    """The numbers, from 1, of the rows that are missing in `now` or not in their old order."""
    places: dict[bytes, list[int]] = {}
    for number, row in enumerate(now):
        places.setdefault(row, []).append(number)
    seen: dict[bytes, int] = {}
    found: list[tuple[int, int]] = []
    for number, row in enumerate(rows, 1):
        turn = seen[row] = seen.get(row, -1) + 1
        if turn < len(places.get(row, ())):
            found.append((number, places[row][turn]))
    in_order = _longest_in_order(found)
    return [number for number in range(1, len(rows) + 1) if number not in in_order]


def _longest_in_order(found: list[tuple[int, int]]) -> set[int]:
    """The rows of a longest subsequence still in order (patience sorting), so that the fewest count as moved."""
    ends: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for at, (_, place) in enumerate(found):
        spot = bisect_left(ends, place)
        before.append(chain[spot - 1] if spot else -1)
        ends[spot : spot + 1], chain[spot : spot + 1] = [place], [at]
    rows, at = set(), chain[-1] if chain else -1
    while at >= 0:
        rows.add(found[at][0])
        at = before[at]
    return rows


def _describe_change(old: Score, new: Score | None) -> str:
    """Say what happened to a row."""
    if new is None:
        return f"the row {old.metric} {old.period} = {_format_value(old.value)} was removed"
    pairs = {key: (getattr(old, key), getattr(new, key)) for key in ("metric", "period", "value", "at", "by", "note")}
    changes = [
        f"{key} from {_format_value(was)} to {_format_value(now)}" for key, (was, now) in pairs.items() if was != now
    ]
    row = f"the row {old.metric} {old.period} was"
    return f"{row} changed: {join_with_and(changes)}" if changes else f"{row} moved or written differently"


def _format_value(value: object) -> str:
    return "unavailable" if value is None else f'"{value}"'
