"""Compare the lines of a merged file with those of its parents.

A merge by union keeps every line of every parent. The order counts among the lines on which the parents agree. Two
people who merge each other's branches each have the other's lines last: about these lines their files do not agree, and
the next merge puts them, and what follows them, in one order or the other. Where both sides add lines close to each
other, git writes the lines between them once for each side. That is the same record, and it counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations


class MergedLines:
    """The lines of a merge (`result`) and of its `parents`. Line numbers count from 1."""

    def __init__(self, parents: Sequence[Sequence[bytes]], result: Sequence[bytes]) -> None:
        self.parents, self.result = parents, result

    def find_first_lost(self, parent: Sequence[bytes]) -> int:
        """Find the first line of a parent that is missing, or is before a line that it must follow; 0 if none is."""
        there = set(self.result)
        missing = next((number for number, line in enumerate(parent, 1) if line not in there), 0)
        return missing or (_find_out_of_order(parent, self.result) and self._find_moved(parent))

    def find_added(self) -> Iterator[int]:
        """Find the lines that no parent has, or that occur more often than in all parents together."""
        most: Counter[bytes] = Counter()
        for parent in self.parents:
            most += Counter(parent)
        new = Counter(self.result) - most
        for number, line in enumerate(self.result, 1):
            if new[line] > 0:
                new[line] -= 1
                yield number

    def _find_moved(self, parent: Sequence[bytes]) -> int:
        """Find the first line on whose place the parents agree, and that is not there in the result; 0 if none is."""
        fixed = [(number, line) for number, line in enumerate(parent, 1) if line not in self._without_place]
        at = _find_out_of_order([line for _, line in fixed], self.result)
        return fixed[at - 1][0] if at else 0

    @cached_property
    def _without_place(self) -> set[bytes]:
        """The lines on whose place the parents do not agree, and those that a parent has more than once."""
        copied = {line for parent in self.parents for line, count in Counter(parent).items() if count > 1}
        pairs = combinations(self.parents, 2)
        return copied.union(*(_find_disputed(one, other, copied) for one, other in pairs))


def _find_disputed(one: Sequence[bytes], other: Sequence[bytes], without: set[bytes]) -> set[bytes]:
    """Find the lines that are on different sides of another line in the two files."""
    places = {line: at for at, line in enumerate(other)}
    both = [line for line in one if line in places and line not in without]
    found: set[bytes] = set()
    last = -1
    for line in both:
        found |= {line} if places[line] < last else set()
        last = max(last, places[line])
    first = len(other)
    for line in reversed(both):
        found |= {line} if places[line] > first else set()
        first = min(first, places[line])
    return found


def _find_out_of_order(lines: Sequence[bytes], result: Sequence[bytes]) -> int:
    """Find the number of the first line that `result` does not have after the lines before it; 0 if it has all."""
    rest = iter(result)
    return next((number for number, line in enumerate(lines, 1) if line not in rest), 0)
