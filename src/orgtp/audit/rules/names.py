"""Names that records claim: who recorded a value, acted on an escalation, silenced a metric or explained a violation.

In a signed commit, each new record must name the signer, or nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orgtp.model.org import Org
from orgtp.model.records.kinds import SCORE, RecordKind, find_kind_of_file


@dataclass(frozen=True, slots=True)
class ClaimedName:
    """A seat that a new record names as the one that acted: the path, the line (0: none), and what the record is."""

    seat: str
    path: str
    what: str
    line: int = 0


def find_claimed_names(before: Sequence[Org], after: Org, paths: Sequence[str]) -> Iterator[ClaimedName]:
    """Find the seats that the new records in `paths` name, except for values, which are read line by line.

    `before` are the orgs of all parents. A merge adds nothing that one of them has.
    """
    for path in sorted(paths):
        kind = find_kind_of_file(path)
        if kind and kind is not SCORE:
            find = _find_in_lines if kind.is_lines else _find_in_file
            yield from find(kind, before, after, path)


def _find_in_file(kind: RecordKind, before: Sequence[Org], after: Org, path: str) -> Iterator[ClaimedName]:
    new, *old = (getattr(org, kind.attribute).get(kind.find_key(path)) for org in (after, *before))
    if new is not None:
        for seat, what, line in kind.find_actors([one for one in old if one is not None], new):
            yield ClaimedName(seat, path, what, line)


def _find_in_lines(kind: RecordKind, before: Sequence[Org], after: Org, path: str) -> Iterator[ClaimedName]:
    known, lines = [line for org in before for line in _list_lines(kind, org, path)], _list_lines(kind, after, path)
    for one in lines:
        if one not in known:
            yield from (ClaimedName(seat, path, what, line) for seat, what, line in kind.find_actors((), one))


def _list_lines(kind: RecordKind, org: Org, path: str) -> Iterable[object]:
    return [line for line in getattr(org, kind.attribute) if line.place.path == path]
