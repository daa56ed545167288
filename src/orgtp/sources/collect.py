"""Collect values: select the metrics that name a source, ask the sources, and record the results in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC

from orgtp.actions.collect import (
    CollectedValue,
    CollectTarget,
    check_collected,
    list_collect_targets,
    refuse_ended,
    set_period,
    targets_without_value,
)
from orgtp.actions.record_scores import NewScore, check_recorder
from orgtp.files.load import LoadedOrg, load_org
from orgtp.git.errors import GitFailed, TemporaryFailure
from orgtp.git.lock import hold_lock
from orgtp.git.tree import GitTree
from orgtp.git.worktrees import is_inside_repo
from orgtp.ledger.append import OrgFallback, append_scores
from orgtp.ledger.batch import Ledger, RecordedChange
from orgtp.model.due import is_over
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.problem import Problem, select_unread
from orgtp.model.text import find_nearest
from orgtp.sources.config import SOURCES_INSIDE_ORG, refuse_inside
from orgtp.sources.kind import AskedFor
from orgtp.sources.run import ask_sources
from orgtp.sources.source import Source, SourceResult, Sources

OnSourceResult = Callable[[SourceResult, Sequence[CollectedValue]], None]


class NoSources(BadInput):
    """The machine has no sources, its sources file cannot be read, or it has none of the requested sources."""

    text = "{what}"


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """What to collect: every metric, those of one seat, or one metric. `due` selects metrics without a value yet.

    An unchanged value or blank is recorded only with `always`. `period` "" is the current period; metrics whose cadence
    has no such period are skipped.
    """

    seat: str = ""
    metric: str = ""
    period: str = ""
    due: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """The result of a run. `elsewhere` are the metrics whose source this machine does not have.

    `left` are the metrics that have no such period. `escalated` is the record of the escalations that the run opened or
    resolved. `unread` are the errors in the org's files, for which metrics may be missing.
    """

    said: tuple[SourceResult, ...]
    heard: tuple[CollectedValue, ...]
    elsewhere: tuple[CollectTarget, ...]
    recorded: RecordedChange | None
    escalated: RecordedChange | None = None
    left: tuple[CollectTarget, ...] = ()
    unread: tuple[Problem, ...] = ()

    @property
    def good(self) -> frozenset[tuple[str, str]]:
        """The seats and metrics whose source returned a value."""
        return frozenset((one.seat, one.metric) for one in self.heard if one.value is not None)

    @property
    def blanks(self) -> tuple[CollectedValue, ...]:
        """The metrics that have no value because their source failed."""
        return tuple(one for one in self.heard if one.value is None)


@dataclass(frozen=True)
class Collector:
    """One run against the ledger of an org, acting as the seat `by`. `new_id` returns an id for each record.

    `fallback` is the org to use if the ledger branch cannot be read. The values are queued then.
    """

    ledger: Ledger
    sources: Sources
    by: str
    new_id: Callable[[], str]
    fallback: OrgFallback | None = None

    def collect(
        self, request: CollectRequest, *, dry_run: bool = False, on_result: OnSourceResult | None = None
    ) -> Collected:
        """Ask each source once and record all results in one commit; a source that fails is recorded as a blank.

        `on_result` is called with each source's result and the values of its metrics as soon as they are known. Raises
        `NoSources`, `NotAllowedToRecord`, and what `list_collect_targets` and `set_period` raise, before any source is
        asked; then what `append_scores` raises.
        """
        self._refuse_no_sources()
        org = self._load_ledger_org().org
        some, left = self._select_metrics(org, request)
        known = self._find_sources(some)
        for one in some:
            if one.source in self.sources.named:
                check_recorder(org, one.seat, self.by)
        if some and not known and (request.seat or request.metric):
            raise NoSources(
                what=f"{describe_unknown_sources(some, self.sources)}. List the sources with: orgtp source list"
            )
        said = tuple(ask_sources(known, on_result and (lambda one: on_result(one, _match_results(org, some, [one])))))
        # The org may have changed while its sources were asked.
        loaded = self._load_ledger_org()
        org = loaded.org
        found = _match_results(org, [one for one in self._select_metrics(org, request)[0] if one in some], said)
        entries = [self._make_entry(one, request) for one in found]
        recorded = self._append_entries(entries, dry_run=dry_run) if entries else None
        elsewhere = tuple(one for one in some if one.source not in self.sources.named)
        unread = tuple(select_unread(loaded.problems))
        return Collected(said, found, elsewhere, recorded, left=tuple(left), unread=unread)

    def _find_sources(self, some: Iterable[CollectTarget]) -> list[Source]:
        """Return the sources of `some` that this machine has; one that reads the record once for each period."""
        found: dict[tuple[str, str], Source] = {}
        for one in some:
            source = self.sources.named.get(one.source)
            if source and source.reads_record:
                asked_for = AskedFor(str(self.ledger.repo.path), self.ledger.tip(), self._now, one.period)
                source = replace(source, asked_for=asked_for)
            if source:
                found[source.name, source.period] = source
        return list(found.values())

    @property
    def _now(self) -> str:
        return self.ledger.now.astimezone(UTC).isoformat()

    def _choose_period(self, source: str, request: CollectRequest) -> str:
        """Return the name of the period to collect: unless the request says it, what is over for the record itself."""
        known = self.sources.named.get(source)
        return request.period or ("last" if known and known.reads_record else "")

    def _set_periods(self, org: Org, named: Sequence[CollectTarget], request: CollectRequest) -> list[CollectTarget]:
        """Return the targets that have a period to collect, each with its own; see `set_period`."""
        found: list[CollectTarget] = []
        for period in dict.fromkeys(self._choose_period(one.source, request) for one in named):
            group = [one for one in named if self._choose_period(one.source, request) == period]
            # A metric of the record may have no period that is over yet; nobody asked for one.
            with suppress(*([] if period == request.period else [BadInput])):
                found += set_period(org, self.ledger.now, group, period)
        return sorted(found, key=lambda one: (one.seat, one.metric))

    def _append_entries(self, entries: list[NewScore], *, dry_run: bool) -> RecordedChange:
        """Record under a lock, so that each run knows what is new. A run that waits too long continues without it."""
        with ExitStack() as locks:
            with suppress(TemporaryFailure):
                locks.enter_context(hold_lock(self.ledger.repo, "collecting"))
            return append_scores(self.ledger, entries, self.by, dry_run=dry_run, fallback=self.fallback)

    def _refuse_no_sources(self) -> None:
        if not self.sources.named:
            raise NoSources(what=_describe_no_sources(self.sources))
        # `refuse_inside` looks for org.yaml, which a bare repository or an empty work tree does not have.
        if is_inside_repo(self.ledger.repo, self.sources.path):
            raise NoSources(what=SOURCES_INSIDE_ORG.format(self.sources.path))
        refuse_inside(self.sources.path)

    def _select_metrics(self, org: Org, request: CollectRequest) -> tuple[list[CollectTarget], list[CollectTarget]]:
        """Return the metrics to collect, and those skipped because their cadence has no such period."""
        named = list_collect_targets(org, request.seat, request.metric)
        some = self._set_periods(org, named, request)
        fits = {(one.seat, one.metric) for one in some}
        left = [one for one in named if (one.seat, one.metric) not in fits]
        if not some and (request.seat or request.metric):
            refuse_ended(org, self.ledger.now, left)
        left = [one for one in left if not is_over(org, org.metric(one.seat, one.metric), self.ledger.now)]
        return targets_without_value(org, some) if request.due else some, left

    def _load_ledger_org(self) -> LoadedOrg:
        """Load the org from the ledger branch. Uncommitted changes in a work tree do not count yet."""
        repo = self.ledger.repo
        try:
            return load_org(GitTree(repo, self.ledger.tip()), str(repo.path))
        except GitFailed:
            if self.fallback is None:
                raise
            return self.fallback()

    def _make_entry(self, one: CollectedValue, request: CollectRequest) -> NewScore:
        return NewScore(
            one.seat,
            one.metric,
            one.value,
            self.new_id(),
            self._choose_period(one.source, request),
            one.note,
            news=not request.always,
        )


def _match_results(org: Org, some: Sequence[CollectTarget], said: Iterable[SourceResult]) -> tuple[CollectedValue, ...]:
    found = [
        value
        for one in said
        for value in check_collected(
            org,
            [target for target in some if one.period in {"", target.period}],
            {one.name: (one.value, one.why)},
        )
    ]
    return tuple(sorted(found, key=lambda one: (one.seat, one.metric)))


def describe_unknown_sources(some: Iterable[CollectTarget], sources: Sources) -> str:
    """Return a message that names the sources of `some` that this machine does not have, with suggestions."""
    near = {one.source: find_nearest(one.source, sources.named) for one in some}
    names = [f'"{name}"' + (f' (did you mean "{meant}"?)' if meant else "") for name, meant in sorted(near.items())]
    return f"this machine has no source {', '.join(names)}"


def _describe_no_sources(sources: Sources) -> str:
    if sources.problems:
        first = sources.problems[0]
        return f"{first.place}: {first.message}. {first.hint}".rstrip()
    return f"this machine has no sources: {sources.path} has none. To add one, see: orgtp source add --help"
