"""Collecting: the metrics that name a source, what the sources of this machine say, and one commit of all of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from orgtp.actions.collect import Heard, Wanted, heard, wanted
from orgtp.actions.scores import Entry, refuse_stranger
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.sources.ask import ask
from orgtp.sources.source import Said, Sources
from orgtp.store.git_lock import locked
from orgtp.store.git_tree import GitTree
from orgtp.store.load import load
from orgtp.store.not_now import NotNow
from orgtp.store.post import post
from orgtp.store.record import Ledger, Recorded

_INSIDE = (
    "{} stands within the org. Whoever may change a file there could run a command here: keep it outside, as in "
    "~/.config/orgtp/sources.yaml"
)


class NoSources(BadInput):
    """A machine without sources, or with a file of them that nobody can read."""

    text = "{what}"


@dataclass(frozen=True, slots=True)
class Request:
    """What to collect: all, one seat's, or one metric's; `due`: only what has no value for its period yet.

    A value or a blank that says nothing new is written `always`, or else not. `period` "" is the current one.
    """

    seat: str = ""
    metric: str = ""
    period: str = ""
    due: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of a run. `elsewhere` are the metrics whose source this machine does not know.

    `escalated` is what became of the trouble that was found, and of trouble that is over.
    """

    said: tuple[Said, ...]
    heard: tuple[Heard, ...]
    elsewhere: tuple[Wanted, ...]
    recorded: Recorded | None
    escalated: Recorded | None = None

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
        self, request: Request, *, dry_run: bool = False, told: Callable[[Said], None] | None = None
    ) -> Collected:
        """Ask each source once, and record what they say in one commit; a source that fails leaves a blank.

        Raises `NoSources`, what `wanted` raises, and `NotYours` before anything is asked; then what `post` raises.
        """
        some = self._wanted(request)
        here = {one.source: self.sources.named[one.source] for one in some if one.source in self.sources.named}
        said = tuple(ask(here.values(), told=told))
        values = {one.name: (one.value, one.why) for one in said}
        # An org may change while its sources are asked.
        org = self._org()
        found = tuple(heard(org, [one for one in self._of(org, request) if one in some], values))
        entries = [self._entry(one, request) for one in found]
        recorded = self._posted(entries, dry_run=dry_run) if entries else None
        return Collected(said, found, tuple(one for one in some if one.source not in here), recorded)

    def _posted(self, entries: list[Entry], *, dry_run: bool) -> Recorded:
        """One run after the other, so that each sees whether what it says is news. Whoever waits too long goes on."""
        with ExitStack() as held:
            with suppress(NotNow):
                held.enter_context(locked(self.ledger.repo, "collecting"))
            return post(self.ledger, entries, self.by, dry_run=dry_run)

    def _wanted(self, request: Request) -> list[Wanted]:
        if not self.sources.named:
            raise NoSources(what=_none(self.sources))
        if self.sources.path.resolve().is_relative_to(self.ledger.repo.path.resolve()):
            raise NoSources(what=_INSIDE.format(self.sources.path))
        org = self._org()
        some = self._of(org, request)
        for one in some:
            refuse_stranger(org, one.seat, self.by)
        return some

    def _of(self, org: Org, request: Request) -> list[Wanted]:
        return wanted(org, self.ledger.now, request.seat, request.metric, due=request.due)

    def _org(self) -> Org:
        """The org as the ledger branch has it: what only somebody's work tree says is not collected yet."""
        repo = self.ledger.repo
        return load(GitTree(repo, self.ledger.tip()), str(repo.path)).org

    def _entry(self, one: Heard, request: Request) -> Entry:
        return Entry(one.seat, one.metric, one.value, self.new_id(), request.period, one.note, news=not request.always)


def _none(sources: Sources) -> str:
    if sources.problems:
        first = sources.problems[0]
        return f"{first.place}: {first.message}. {first.hint}".rstrip()
    return f"this machine has no sources: {sources.path} names none. Set one up: orgtp source add --help"
