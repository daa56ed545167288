"""Who set what: for each fact of a few files, the commit that made it what it is, found in git's objects.

A commit sets a fact where none of its parents has it as the commit has it. So a merge that takes what one side has sets
nothing, and neither does a change of layout, or one that was taken back. No rename is guessed, no diff is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property

from orgtp.git.ancestry import read_shallow_commits
from orgtp.git.log import NEXT_COMMIT, trace_files
from orgtp.git.repo import Repo
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.views.seat_fields import THERE, Spot

# The facts of one file by their keys; of a file that cannot be read, none are known.
Facts = Mapping[str, object]
FactReader = Callable[[str, bytes], Facts | None]
_ABSENT: Facts = {}


@dataclass(frozen=True)
class FileStates:
    """What files say at commits: `reads` makes facts of a file's content."""

    repo: Repo
    reads: FactReader
    _known: dict[tuple[str, str], Facts | None] = field(default_factory=dict)

    def read_facts(self, path: str, oid: str) -> Facts | None:
        """The facts of the file `path` with the content `oid`: an id, `COMMIT:PATH`, or zeros where there is none."""
        if (path, oid) not in self._known:
            found = self.repo.read(oid) if oid.strip("0") else None
            facts = self.reads(path, found.raw) if found and found.type == "blob" else _ABSENT
            self._known[path, oid] = {**facts, THERE: True} if facts is not None and facts is not _ABSENT else facts
        return self._known[path, oid]

    def read_facts_at(self, path: str, commit: str) -> Facts | None:
        """The facts of the file at a commit."""
        return self.read_facts(path, f"{commit}:{path}")


# What is looked for at one commit: path, key, and who set it as far as is known so far.
OpenFacts = dict[str, dict[str, Commit | None]]
# So many paths go on one command line; of more, their folders do.
_MOST_PATHS = 1000


@dataclass
class Blame:
    """Looks for who set the facts `wanted`: what they are, by path and key; None for what is not there."""

    states: FileStates
    wanted: Mapping[Spot, object]
    _held: dict[str, OpenFacts] = field(default_factory=dict)
    _seen: dict[str, Commit] = field(default_factory=dict)

    def find_setters(self, head: str | None, without: str = "") -> Iterator[tuple[Spot, Commit | None]]:
        """Each fact with the commit that set it, as they are found; None for what is not committed yet.

        What was set before the history that is here, or in what `without` has, is left out: nobody knows.
        """
        held: OpenFacts = {}
        for path, key in self.wanted:
            facts = self.states.read_facts_at(path, head) if head else _ABSENT
            if facts is None or self._is_wanted_value((path, key), facts):
                held.setdefault(path, {})[key] = None
            else:
                yield (path, key), None
        if head is not None and held:
            yield from self._walk_commits(trace_files(self.states.repo, head, _shorten_path_list(held), without), held)

    def _walk_commits(self, commits: Iterable[Commit], held: OpenFacts) -> Iterator[tuple[Spot, Commit | None]]:
        """Go from commit to commit until all is found. The first of them made everything that is `held` what it is."""
        left = sum(map(len, held.values()))
        self._held[NEXT_COMMIT] = held
        for commit in commits:
            self._seen[commit.id] = commit
            if NEXT_COMMIT in self._held:
                self._held[commit.id] = self._held.pop(NEXT_COMMIT)
            for found in self._settle_commit(commit):
                yield found
                left -= 1
            if not left:
                return

    def _is_wanted_value(self, spot: Spot, facts: Facts) -> bool:
        """Whether a fact is there as it is wanted."""
        return facts.get(spot[1]) == self.wanted[spot]

    def _settle_commit(self, commit: Commit) -> Iterator[tuple[Spot, Commit | None]]:
        """What a commit set of what it holds; the rest goes to its parents, and on where those are known already."""
        waiting = [commit]
        while waiting:
            here = waiting.pop()
            for spot, setter, heir in self._trace_facts(here, self._held.pop(here.id, {})):
                if heir is None and here.id not in self._shallow_commits:
                    yield spot, setter
                elif heir:
                    self._held.setdefault(heir, {}).setdefault(spot[0], {})[spot[1]] = setter
            waiting += [self._seen[parent] for parent in here.parents if parent in self._seen and parent in self._held]

    @cached_property
    def _shallow_commits(self) -> frozenset[str]:
        """The commits whose parents a shallow clone has not: what they say was set there or before."""
        return read_shallow_commits(self.states.repo)

    def _trace_facts(self, here: Commit, held: OpenFacts) -> Iterator[tuple[Spot, Commit | None, str | None]]:
        """Of each fact, who set it as far as is known at `here`, and the parent that has it, too.

        No parent (None): that is who set it. One that nobody can name (""): nobody knows.
        """
        touched: dict[str, tuple[str, tuple[str, ...]]]
        if here.paths:
            touched = {one.path: (one.new, (one.old,)) for one in here.paths if one.path in held}
            self._pass_to_parent({path: keys for path, keys in held.items() if path not in touched}, here.parents)
        else:
            # A merge that is like none of its parents.
            touched = {p: (f"{here.id}:{p}", tuple(f"{parent}:{p}" for parent in here.parents)) for p in held}
        for path, (new, old) in touched.items():
            after, before = self.states.read_facts(path, new), [self.states.read_facts(path, one) for one in old]
            for key, since in held[path].items():
                same = (
                    n for n, facts in enumerate(before) if facts is None or self._is_wanted_value((path, key), facts)
                )
                heir = next(same, None)
                # Of a file that cannot be read, nobody knows what it said: what was there before may be there still.
                setter = since if after is None else here
                yield (path, key), setter, None if heir is None else "".join(here.parents[heir : heir + 1])

    def _pass_to_parent(self, rest: OpenFacts, parents: tuple[str, ...]) -> None:
        """What a commit has not touched is as its parent has it."""
        for parent in parents[:1]:
            known = self._held.setdefault(parent, rest)
            if known is not rest:
                for path, keys in rest.items():
                    known.setdefault(path, {}).update(keys)


def _shorten_path_list(held: OpenFacts) -> list[str]:
    """The paths to ask git for: all of them, or, of very many, what they are below."""
    return sorted(held if len(held) <= _MOST_PATHS else {path.partition("/")[0] for path in held})
