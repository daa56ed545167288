"""Collecting: the metrics that name a source, what the sources of this machine say, and one commit of all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from orgtp.actions.collect import Heard, Wanted, heard, wanted, with_period, without_value
from orgtp.actions.record_scores import Entry, refuse_stranger
from orgtp.files.load import load
from orgtp.git.errors import NotNow
from orgtp.git.lock import locked
from orgtp.git.tree import GitTree
from orgtp.git.worktrees import within
from orgtp.ledger.append import post
from orgtp.ledger.batch import Ledger, Recorded
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.text import find_nearest
from orgtp.sources.config import SOURCES_INSIDE_ORG, refuse_inside
from orgtp.sources.run import ask_sources
from orgtp.sources.source import SourceResult, Sources

OnSourceResult = Callable[[SourceResult, Sequence[Heard]], None]


class NoSources(BadInput):
    """A machine without sources, with a file that nobody can read, or without any of those that were asked for."""

    text = "{what}"


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """What to collect: all, one seat's, or one metric's; `due`: only what has no value for its period yet.

    A value or a blank that says nothing new is written `always`, or else not. `period` "" is the current one; what has
    no such period is left out.
    """

    seat: str = ""
    metric: str = ""
    period: str = ""
    due: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of a run. `elsewhere` are the metrics whose source this machine does not know.

    `left` are those that have no such period.
    `escalated` is what became of the trouble that was found, and of trouble that is over.
    """

    said: tuple[SourceResult, ...]
    heard: tuple[Heard, ...]
    elsewhere: tuple[Wanted, ...]
    recorded: Recorded | None
    escalated: Recorded | None = None
    left: tuple[Wanted, ...] = ()

    @property
    def good(self) -> frozenset[tuple[str, str]]:
        """The seats and metrics whose source said a value."""
        return frozenset((one.seat, one.metric) for one in self.heard if one.value is not None)

    @property
    def blanks(self) -> tuple[Heard, ...]:
        """The metrics that have no value because their source failed."""
        return tuple(one for one in self.heard if one.value is None)


@dataclass(frozen=True)
class Collector:
    """One run on the ledger of an org, as the seat `by`; `new_id` makes an id for each record."""

    ledger: Ledger
    sources: Sources
    by: str
    new_id: Callable[[], str]

    def collect(
        self, request: CollectRequest, *, dry_run: bool = False, told: OnSourceResult | None = None
    ) -> Collected:
        """Ask each source once, and record what they say in one commit; a source that fails leaves a blank.

        `told` hears what a source said as soon as it is known, and what came of the metrics that name it. Raises
        `NoSources`, what `wanted` and `with_period` raise, and `NotYours` before anything is asked; then what `post`
        raises.
        """
        self._refuse_no_sources()
        org = self._load_ledger_org()
        some, left = self._select_metrics(org, request)
        here = {one.source: self.sources.named[one.source] for one in some if one.source in self.sources.named}
        for one in some:
            if one.source in here:
                refuse_stranger(org, one.seat, self.by)
        if some and not here and (request.seat or request.metric):
            raise NoSources(what=f"{describe_unknown_sources(some, self.sources)}. See: orgtp source list")
        said = tuple(
            ask_sources(here.values(), told=told and (lambda one: told(one, _match_results(org, some, [one]))))
        )
        # An org may change while its sources are asked.
        org = self._load_ledger_org()
        found = _match_results(org, [one for one in self._select_metrics(org, request)[0] if one in some], said)
        entries = [self._make_entry(one, request) for one in found]
        recorded = self._append_entries(entries, dry_run=dry_run) if entries else None
        elsewhere = tuple(one for one in some if one.source not in here)
        return Collected(said, found, elsewhere, recorded, left=tuple(left))

    def _append_entries(self, entries: list[Entry], *, dry_run: bool) -> Recorded:
        """One run after the other, so that each sees whether what it says is news. Whoever waits too long goes on."""
        with ExitStack() as held:
            with suppress(NotNow):
                held.enter_context(locked(self.ledger.repo, "collecting"))
            return post(self.ledger, entries, self.by, dry_run=dry_run)

    def _refuse_no_sources(self) -> None:
        if not self.sources.named:
            raise NoSources(what=_describe_no_sources(self.sources))
        # A bare repository, and a work tree in which nothing is checked out, have no org.yaml beside the file.
        if within(self.ledger.repo, self.sources.path):
            raise NoSources(what=SOURCES_INSIDE_ORG.format(self.sources.path))
        refuse_inside(self.sources.path)

    def _select_metrics(self, org: Org, request: CollectRequest) -> tuple[list[Wanted], list[Wanted]]:
        """What is to be collected, and what is left out for want of such a period."""
        named = wanted(org, request.seat, request.metric)
        some = with_period(org, self.ledger.now, named, request.period)
        fits = {(one.seat, one.metric) for one in some}
        left = [one for one in named if (one.seat, one.metric) not in fits]
        return without_value(org, some) if request.due else some, left

    def _load_ledger_org(self) -> Org:
        """The org as the ledger branch has it: what only somebody's work tree says is not collected yet."""
        repo = self.ledger.repo
        return load(GitTree(repo, self.ledger.tip()), str(repo.path)).org

    def _make_entry(self, one: Heard, request: CollectRequest) -> Entry:
        return Entry(one.seat, one.metric, one.value, self.new_id(), request.period, one.note, news=not request.always)


def _match_results(org: Org, some: Sequence[Wanted], said: Iterable[SourceResult]) -> tuple[Heard, ...]:
    return tuple(heard(org, some, {one.name: (one.value, one.why) for one in said}))


def describe_unknown_sources(some: Iterable[Wanted], sources: Sources) -> str:
    """What to say of the sources of `some`, which are not known here: their names, and what is meant perhaps."""
    near = {one.source: find_nearest(one.source, sources.named) for one in some}
    told = [f'"{name}"' + (f' (did you mean "{meant}"?)' if meant else "") for name, meant in sorted(near.items())]
    return f"this machine knows no source {', '.join(told)}"


def _describe_no_sources(sources: Sources) -> str:
    if sources.problems:
        first = sources.problems[0]
        return f"{first.place}: {first.message}. {first.hint}".rstrip()
    return f"this machine has no sources: {sources.path} names none. Set one up: orgtp source add --help"
