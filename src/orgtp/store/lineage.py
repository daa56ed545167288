"""Who set what: for each fact of a few files, the commit that made it what it is, found in git's objects.

A commit sets a fact where none of its parents has it as the commit has it. So a merge that takes what one side has sets
nothing, and neither does a change of layout, or one that was taken back. No rename is guessed, no diff is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from orgtp.model.commit import Commit
from orgtp.store.git import Repo
from orgtp.store.git_log import touching

# The facts of one file by their keys; of a file that cannot be read, none are known.
Facts = Mapping[str, object]
Reads = Callable[[str, bytes], Facts | None]
# A path and a key of it.
Spot = tuple[str, str]
# Under this key stands whether there is a file at all.
THERE = ""
_ABSENT: Facts = {}


@dataclass(frozen=True)
class States:
    """What files say at commits: `reads` makes facts of a file's content."""

    repo: Repo
    reads: Reads
    _known: dict[tuple[str, str], Facts | None] = field(default_factory=dict)

    def of(self, path: str, oid: str) -> Facts | None:
        """The facts of the file `path` with the content `oid`: an id, `COMMIT:PATH`, or zeros where there is none."""
        if (path, oid) not in self._known:
            found = self.repo.read(oid) if oid.strip("0") else None
            facts = self.reads(path, found.raw) if found and found.type == "blob" else _ABSENT
            self._known[path, oid] = {**facts, THERE: True} if facts is not None and facts is not _ABSENT else facts
        return self._known[path, oid]

    def at(self, path: str, commit: str) -> Facts | None:
        """The facts of the file at a commit."""
        return self.of(path, f"{commit}:{path}")


@dataclass
class Lineage:
    """Looks for who set the facts `wanted`: what they are, by path and key; None for what is not there."""

    states: States
    wanted: Mapping[Spot, object]
    _held: dict[str, dict[Spot, Commit | None]] = field(default_factory=dict)
    _seen: dict[str, Commit] = field(default_factory=dict)

    def setters(self, head: str | None, without: str = "") -> Iterator[tuple[Spot, Commit | None]]:
        """Each fact with the commit that set it, as they are found; None for what is not committed yet.

        What was set before the history that is here, or in what `without` has, is left out: nobody knows.
        """
        now = {spot: self.states.at(spot[0], head) if head else _ABSENT for spot in self.wanted}
        held = {spot: None for spot, facts in now.items() if facts is None or self._is(spot, facts)}
        yield from ((spot, None) for spot in self.wanted if spot not in held)
        if head is not None and held:
            yield from self._walked(touching(self.states.repo, head, sorted({path for path, _ in held}), without), held)

    def _walked(self, commits: Iterable[Commit], held: Mapping[Spot, None]) -> Iterator[tuple[Spot, Commit | None]]:
        """Go from commit to commit until all is found. The first of them made everything that is `held` what it is."""
        left = len(held)
        for commit in commits:
            if not self._seen:
                self._held[commit.id] = dict(held)
            self._seen[commit.id] = commit
            for found in self._settled(commit.id):
                yield found
                left -= 1
            if not left:
                return

    def _is(self, spot: Spot, facts: Facts) -> bool:
        """Whether a fact is there as it is wanted."""
        return facts.get(spot[1]) == self.wanted[spot]

    def _settled(self, commit: str) -> Iterator[tuple[Spot, Commit | None]]:
        """What a commit set of what it holds; the rest goes to its parents, and on where those are known already."""
        waiting = [self._seen[commit]]
        while waiting:
            here = waiting.pop()
            for spot, since in self._held.pop(here.id, {}).items():
                setter, heir = self._told(here, spot, since)
                if heir is None and here.id not in self._cut:
                    yield spot, setter
                elif heir:
                    self._held.setdefault(heir, {})[spot] = setter
                    waiting += [self._seen[heir]] if heir in self._seen else []

    @cached_property
    def _cut(self) -> frozenset[str]:
        """The commits whose parents a shallow clone has not: what they say was set there or before."""
        try:
            return frozenset((self.states.repo.common_dir / "shallow").read_text(encoding="ascii").split())
        except OSError:
            return frozenset()

    def _told(self, here: Commit, spot: Spot, since: Commit | None) -> tuple[Commit | None, str | None]:
        """Who set a fact, as far as is known at `here`, and the parent that has it, too.

        No parent (None): that is who set it. One that nobody can name (""): nobody knows.
        """
        path = spot[0]
        touched = next((touched for touched in here.paths if touched.path == path), None)
        if here.paths and touched is None:
            return since, next(iter(here.parents), "")
        after = self.states.of(path, touched.new) if touched else self.states.at(path, here.id)
        before = [self.states.of(path, touched.old)] if touched else [self.states.at(path, one) for one in here.parents]
        # Of a file that cannot be read, nobody knows what it said: what was there before may be there still.
        setter = since if after is None else here
        same = (number for number, facts in enumerate(before) if facts is None or self._is(spot, facts))
        heir = next(same, None)
        return setter, None if heir is None else "".join(here.parents[heir : heir + 1])
