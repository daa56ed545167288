"""Ask sources in parallel, each in a separate process, so that a failing source does not affect the others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from decimal import Decimal
from threading import Event
from typing import Any

from orgtp.sources.kind import SourceFailed, find_kinds
from orgtp.sources.process import ask_module
from orgtp.sources.source import Source, SourceResult
from orgtp.sources.value import check_value
from orgtp.sources.worker import shorten_reason

NOT_ASKED = "not asked in time"
_WORKER = "orgtp.sources.worker"
# A pipe accepts this much without a reader.
_MOST_FED = 32 * 1024
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


def ask_sources(
    sources: Iterable[Source],
    on_result: Callable[[SourceResult], None] | None = None,
    *,
    jobs: int = 8,
    within: timedelta = timedelta(minutes=10),
) -> list[SourceResult]:
    """Ask the sources and return their results, sorted by name. `on_result` is called with each result at once.

    At most `jobs` sources are asked at a time, and the whole run takes no longer than `within`. Every source is asked
    once before any is retried, so that a source that hangs does not delay one that works.
    """
    run = _AskRun(time.monotonic() + within.total_seconds(), max(1, jobs), Event())
    results: list[SourceResult] = []
    for result in run.ask_all(sorted(sources, key=lambda source: source.name)):
        results.append(result)
        if on_result:
            on_result(result)
    return sorted(results, key=lambda result: (result.name, result.period))


@dataclass(frozen=True, slots=True)
class _Turn:
    """One source, its latest result, and the earliest time of its next attempt (monotonic clock)."""

    source: Source
    result: SourceResult
    again: bool = True
    at: float = 0.0

    @property
    def is_over(self) -> bool:
        return not self.again or self.result.value is not None or self.result.tries > self.source.retries


@dataclass(frozen=True)
class _AskRun:
    """One run: its deadline (monotonic clock), the number of parallel jobs, and whether it was cancelled."""

    until: float
    jobs: int
    stop: Event

    def ask_all(self, sources: Iterable[Source]) -> Iterator[SourceResult]:
        turns = [
            _Turn(one, SourceResult(one.name, None, shorten_reason(one.wrong or NOT_ASKED), Decimal(0), 0, one.period))
            for one in sources
        ]
        yield from (turn.result for turn in turns if turn.source.wrong)
        turns = [turn for turn in turns if not turn.source.wrong]
        while turns:
            left = []
            for turn in self._ask_round(turns):
                if turn.is_over:
                    yield turn.result
                else:
                    left.append(turn)
            turns = sorted(left, key=lambda turn: turn.at)

    def _ask_round(self, turns: list[_Turn]) -> Iterator[_Turn]:
        """Ask each source once more, and give each a fair share of the time left."""
        rounds = -(-len(turns) // self.jobs)
        share = max(0.0, self.until - time.monotonic()) / max(1, rounds)
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                for done in as_completed([pool.submit(self._ask_once, turn, share) for turn in turns]):
                    yield done.result()
            except BaseException:
                self.stop.set()
                raise

    def _ask_once(self, turn: _Turn, share: float) -> _Turn:
        """Ask the source and return its next turn. If no time is left, return the turn unchanged and final."""
        begun = max(time.monotonic(), turn.at)
        if begun >= self.until or self.stop.wait(begun - time.monotonic()):
            return replace(turn, again=False)
        try:
            value, why, again = self._fetch_value(turn.source, share), "", False
        except SourceFailed as failed:
            value, why, again = None, shorten_reason(failed.why), failed.again
        ended = time.monotonic()
        tries = turn.result.tries + 1
        seconds = turn.result.seconds + Decimal(round((ended - begun) * 1000)).scaleb(-3)
        result = SourceResult(turn.source.name, value, why, seconds, tries, turn.source.period)
        return _Turn(turn.source, result, again, ended + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (tries - 1)))

    def _fetch_value(self, source: Source, share: float) -> str:
        """Ask the source once, for no longer than its share of the time. Raises `SourceFailed`."""
        seconds = min(source.timeout.total_seconds(), share)
        until = min(self.until, time.monotonic() + seconds)
        asked_for = asdict(source.asked_for) if source.asked_for else None
        request = {"kind": _find_kind_location(source), "settings": source.settings, "asked_for": asked_for}
        fed = json.dumps(request).encode()
        if len(fed) > _MOST_FED:
            raise SourceFailed("its settings are too long", again=False)
        try:
            answer, code = ask_module(_WORKER, fed, source.folder, until, self.stop)
        except OSError as error:
            raise SourceFailed(f"it cannot be asked: {error.strerror or error}") from error
        if not answer:
            raise SourceFailed(self._describe_no_answer(seconds, code))
        return _parse_answer(answer)

    def _describe_no_answer(self, seconds: float, code: int | None) -> str:
        if code is not None:
            return f"it ended without an answer: {_describe_exit(code)}"
        if time.monotonic() >= self.until:
            return "no answer before the time limit of the whole run"
        return f"no answer within {_format_duration(timedelta(seconds=round(seconds, 1)))}"


def _find_kind_location(source: Source) -> str:
    entry = find_kinds().get(source.kind)
    if entry is None:
        raise SourceFailed(f'the kind "{source.kind}" is not installed', again=False)
    return entry.value


def _parse_answer(answer: bytes) -> str:
    """Return the value of an answer. Plugin code can write to the pipe, so the answer is not trusted."""
    try:
        parsed: Any = json.loads(answer)
        value, why, again = parsed.get("value"), parsed.get("why"), parsed.get("again")
    except (ValueError, AttributeError, RecursionError) as error:
        raise SourceFailed("its answer is malformed") from error
    if isinstance(value, str):
        return check_value(value)
    raise SourceFailed(why if isinstance(why, str) else "its answer is malformed", again=again is not False)


def _describe_exit(code: int) -> str:
    from signal import Signals

    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _format_duration(span: timedelta) -> str:
    from orgtp.model.value import Unit, ValueKind

    return Unit(ValueKind.DURATION).format_stored(Decimal(span // timedelta(milliseconds=1)).scaleb(-3))
