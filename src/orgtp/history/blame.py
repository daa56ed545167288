"""Blame: for each fact of a few files, find the commit that gave it its current value.

A commit sets a fact if no parent has the fact with the same value. So a merge that takes one side's value sets nothing,
and neither does a change of layout or one that was reverted. Renames are not guessed, and no diff is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property

from orgtp.git.ancestry import read_shallow_commits
from orgtp.git.log import NEXT_COMMIT, trace_files
from orgtp.git.repo import Repo
from orgtp.git.tree import find_blob_ids
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.views.seats.fields import THERE, Spot

# The facts of one file by key; None for a file that cannot be read.
Facts = Mapping[str, object]
FactReader = Callable[[str, bytes], Facts | None]
_ABSENT: Facts = {}


@dataclass(frozen=True)
class FileStates:
    """The facts of files at commits. `reads` turns the content of a file into facts."""

    repo: Repo
    reads: FactReader
    _known: dict[tuple[str, str], Facts | None] = field(default_factory=dict)

    def read_facts(self, path: str, oid: str) -> Facts | None:
        """The facts of the file `path` with the content `oid`; "" or zeros stand for no file. Raises `GitFailed`."""
        if (path, oid) not in self._known:
            found = self.repo.require(oid) if oid.strip("0") else None
            facts = self.reads(path, found.raw) if found and found.type == "blob" else _ABSENT
            self._known[path, oid] = {**facts, THERE: True} if facts is not None and facts is not _ABSENT else facts
        return self._known[path, oid]


# The facts to trace at one commit: path, key, and the setter found so far.
OpenFacts = dict[str, dict[str, Commit | None]]
# Up to this many paths are named to git; with more, their folders are. Git compares each file that a commit changed
# with each path: naming 900 files of an org of 1,000 seats takes a hundred times as long as naming their folder.
_MOST_PATHS = 20


@dataclass
class Blame:
    """Finds who set the facts `wanted`: (path, key) to current value; None for a fact that is not there."""

    states: FileStates
    wanted: Mapping[Spot, object]
    _open: dict[str, OpenFacts] = field(default_factory=dict)
    _seen: dict[str, Commit] = field(default_factory=dict)

    def find_setters(self, head: str | None, without: str = "") -> Iterator[tuple[Spot, Commit | None]]:
        """Each fact with the commit that set it, as they are found; None if the fact is not committed yet.

        Facts set in the history of `without`, or before the start of a shallow clone, are left out.
        """
        traced: OpenFacts = {}
        ids = find_blob_ids(self.states.repo, head, {path for path, _ in self.wanted}) if head else {}
        for path, key in self.wanted:
            facts = self.states.read_facts(path, ids.get(path, ""))
            if facts is None or self._is_wanted_value((path, key), facts):
                traced.setdefault(path, {})[key] = None
            else:
                yield (path, key), None
        if head is not None and traced:
            yield from self._walk_commits(trace_files(self.states.repo, head, *_choose_paths(traced), without), traced)

    def _walk_commits(self, commits: Iterable[Commit], traced: OpenFacts) -> Iterator[tuple[Spot, Commit | None]]:
        """Walk the commits until all facts are found. At the first commit, all facts of `traced` have their value."""
        left = sum(map(len, traced.values()))
        self._open[NEXT_COMMIT] = traced
        for commit in commits:
            self._seen[commit.id] = commit
            if NEXT_COMMIT in self._open:
                self._open[commit.id] = self._open.pop(NEXT_COMMIT)
            for found in self._find_set_facts(commit):
                yield found
                left -= 1
            if not left:
                return

    def _is_wanted_value(self, spot: Spot, facts: Facts) -> bool:
        """Whether a fact has its current value among `facts`."""
        return facts.get(spot[1]) == self.wanted[spot]

    def _find_set_facts(self, commit: Commit) -> Iterator[tuple[Spot, Commit | None]]:
        """The facts that a commit set. The others pass to its parents, and on to parents that were already visited."""
        waiting = [commit]
        while waiting:
            commit = waiting.pop()
            for spot, setter, heir in self._trace_facts(commit, self._open.pop(commit.id, {})):
                if heir is None and commit.id not in self._shallow_commits:
                    yield spot, setter
                elif heir:
                    self._open.setdefault(heir, {}).setdefault(spot[0], {})[spot[1]] = setter
            waiting += [
                self._seen[parent] for parent in commit.parents if parent in self._seen and parent in self._open
            ]

    @cached_property
    def _shallow_commits(self) -> frozenset[str]:
        """The first commits of a shallow clone: their facts were set there or earlier."""
        return read_shallow_commits(self.states.repo)

    def _trace_facts(self, commit: Commit, traced: OpenFacts) -> Iterator[tuple[Spot, Commit | None, str | None]]:
        """Each fact with the setter known at `commit`, and the parent that has the same value.

        Parent None: the setter is final. Parent "": the setter is unknown.
        """
        touched: dict[str, tuple[str, tuple[str, ...]]]
        if commit.paths:
            touched = {one.path: (one.new, (one.old,)) for one in commit.paths if one.path in traced}
            here = {path: traced.pop(path) for path in touched}
            # The rest is passed on as it is: a copy of it at each commit would cost files times commits.
            self._pass_to_parent(traced, commit.parents)
        else:
            # A merge that differs from all its parents.
            ids = [find_blob_ids(self.states.repo, one, traced) for one in (commit.id, *commit.parents)]
            touched = {path: (ids[0][path], tuple(before[path] for before in ids[1:])) for path in traced}
            here = traced
        for path, (new, old) in touched.items():
            after, before = self.states.read_facts(path, new), [self.states.read_facts(path, one) for one in old]
            for key, since in here[path].items():
                same = (
                    n for n, facts in enumerate(before) if facts is None or self._is_wanted_value((path, key), facts)
                )
                # Where a parent has the same file, nothing was set, whatever another one has.
                is_same_file = new in old
                heir = old.index(new) if is_same_file else next(same, None)
                # A file that cannot be read may still contain what was there before.
                setter = since if after is None or is_same_file else commit
                yield (path, key), setter, None if heir is None else "".join(commit.parents[heir : heir + 1])

    def _pass_to_parent(self, rest: OpenFacts, parents: tuple[str, ...]) -> None:
        """Pass the facts that a commit did not touch to its parent."""
        for parent in parents[:1]:
            known = self._open.setdefault(parent, rest)
            if known is not rest:
                for path, keys in rest.items():
                    known.setdefault(path, {}).update(keys)


def _choose_paths(traced: OpenFacts) -> tuple[list[str], int]:
    """The paths to name to git, and the most files that a commit changes below them (0: unknown).

    They are all files, or their top-level folders if there are many.
    """
    if len(traced) <= _MOST_PATHS:
        return sorted(traced), len(traced)
    return sorted({path.partition("/")[0] for path in traced}), 0
