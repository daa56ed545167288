"""Judging the name of a metric by its words: an outcome, an activity, a machine's own measure, or a wish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product

from orgtp.rules.metric_names import vocabulary as words
from orgtp.rules.metric_names.phrases import (
    Folded,
    Found,
    Phrases,
    Span,
    beginning,
    fold,
    folded,
    listed,
    near,
    split,
    steps,
)

# What stands between a name and an id; no phrase has it, so none goes from one into the other.
_GAP = "|"
_NEAR = 3
_NEAR_MACHINE = 2
_CACHED = 1 << 16
_PER = {"per", "a", "an", "each", "every"}


class Sense(StrEnum):
    """What the words of a metric are about."""

    OUTCOME = "outcome"
    ACTIVITY = "activity"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a metric's words are about, and those that say so; where the id alone has them, that is said too."""

    sense: Sense
    word: str = ""

    @property
    def is_outcome(self) -> bool:
        """Whether the metric says what came of the work."""
        return self.sense is Sense.OUTCOME


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Somebody who knows the words of orgtp and of one org."""

    phrases: Phrases

    def verdict(self, name: str, id_: str = "") -> Verdict:
        """What the metric `id_` of this name is about."""
        return _judged(self, name, id_)

    def is_wish(self, name: str) -> bool:
        """Whether the name only wishes for something: no number in it, no time, nothing that has come of it."""
        row = split(name)
        found = self.phrases.scan(row)
        counted = any(word[0].isdigit() for word in row)
        wished = _wishes(found) or _praises(found, len(row))
        return wished and not counted and not _cleared(found, row, "own outcome", "result", "time")


@lru_cache(maxsize=64)
def judge_of(runtime: tuple[str, ...] = (), activity: tuple[str, ...] = (), outcome: tuple[str, ...] = ()) -> Judge:
    """The judge who also knows an org's own words."""
    own = {"own runtime": runtime, "own activity": activity, "own outcome": outcome}
    return Judge(Phrases({**_topics(), **own}))


def says_nothing(outcome: str, *names: str) -> bool:
    """Whether the words of an outcome say none: a dash, TBD, or no more than one of `names`."""
    if len(outcome) > _LONGEST_NOTHING and not any(outcome[:1].lower() == name[:1].lower() for name in names):
        return False
    said = split(outcome)
    alike = [name for name in map(split, names) if len(name) == len(said)]
    if len(said) > _MOST_NOTHING and not alike:
        return False
    row = tuple(map(fold, said))
    return not row or row in _nothing() or any(row == tuple(map(fold, name)) for name in alike)


_MOST_NOTHING = 4
_LONGEST_NOTHING = 40


@cache
def _nothing() -> frozenset[Folded]:
    return frozenset(map(folded, listed(words.NOTHING)))


def _topics() -> Mapping[str, list[str]]:
    lists = {
        "hard": words.RUNTIME,
        "mild": words.RUNTIME_MILD,
        "rated": words.RUNTIME_RATES[0],
        "rate": words.RUNTIME_RATES[1],
        "activity": words.ACTIVITY,
        "countable": words.COUNTABLE,
        "counted": words.COUNTED,
        "counted after": words.COUNTED_AFTER,
        "plain": words.PLAIN,
        "result": words.RESULT,
        "value": words.VALUE,
        "time": words.TIME,
        "when after": words.WHEN_AFTER,
        "when": words.WHEN,
        "quality": words.QUALITY,
        "no result": words.NO_RESULT,
        "wish first": words.WISH_FIRST,
        "wish anywhere": words.WISH_ANYWHERE,
        "no wish": words.NO_WISH,
        "before wish": words.BEFORE_WISH,
        "wish deed": words.WISH_DEED,
        "praise": words.WISH_PRAISE,
        "virtue": words.WISH_VIRTUE,
        "soft": words.WISH_SOFT,
        "people": words.RESULT_NOTICED[0],
        "noticed": words.RESULT_NOTICED[1],
    }
    for name, pairs in (("machine", words.RUNTIME_PAIRS), ("work", words.ACTIVITY_PAIRS)):
        for number, (things, deeds) in enumerate(pairs):
            lists |= {f"{name} thing {number}": things, f"{name} deed {number}": deeds}
    topics = {topic: listed(lines) for topic, lines in lists.items()}
    topics["result"] += _one_after_another(*words.RESULT_WHO)
    return topics | {"of clients": _of_clients()}


def _of_clients() -> list[str]:
    own = (*words.CLIENTS_OWN, *words.OF_CLIENTS)
    after = _one_after_another(words.CLIENTS_OWN, ("of, of our, of the",))
    return _one_after_another(words.CLIENT, own) + _one_after_another(after, words.CLIENT)


def _one_after_another(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return [f"{one} {other}" for one, other in product(listed(first), listed(second))]


@lru_cache(maxsize=_CACHED)
def _judged(judge: Judge, name: str, id_: str) -> Verdict:
    """The strictest of what the words say, unless others clear it."""
    written = [*split(name), _GAP, *split(id_)]
    found = judge.phrases.scan(written)
    if not found:
        return Verdict(Sense.OUTCOME)
    made = ("own outcome", "result", "value")
    if (span := _hard(found, written)) and not _cleared(found, written, *made, "of clients"):
        return Verdict(Sense.RUNTIME, _said(written, span))
    if (span := _mild(found, written)) and not _cleared(found, written, *made, "of clients", "time"):
        return Verdict(Sense.RUNTIME, _said(written, span))
    if (span := _busy(found, written)) and not _cleared(found, written, *made, "time", "quality"):
        return Verdict(Sense.ACTIVITY, _said(written, span))
    return Verdict(Sense.OUTCOME)


def _said(written: list[str], span: Span) -> str:
    told = " ".join(written[span[0] : span[1]]).lower()
    return told if span[0] < written.index(_GAP) else f"{told}, in its id"


def _hard(found: Found, row: Sequence[str]) -> Span | None:
    """What no word of time makes an outcome of."""
    return _first(found, "own runtime", "hard") or _paired(found, row, "machine", len(words.RUNTIME_PAIRS))


def _mild(found: Found, row: Sequence[str]) -> Span | None:
    """A machine's measure that a word of time clears: `requests per hour`, `tasks an hour`."""
    for start, end in found.get("rated", ()):
        if row[end : end + 1] and row[end] in _PER and (unit := beginning(found.get("rate", ()), end + 1)):
            return start, unit[1]
    return _first(found, "mild")


def _busy(found: Found, row: Sequence[str]) -> Span | None:
    named = _first(found, "own activity", "activity") or _counted(found, row)
    return named or _paired(found, row, "work", len(words.ACTIVITY_PAIRS))


def _first(found: Found, *topics: str) -> Span | None:
    return next((found[topic][0] for topic in topics if topic in found), None)


def _paired(found: Found, row: Sequence[str], kind: str, count: int) -> Span | None:
    most = _NEAR if kind == "work" else _NEAR_MACHINE
    for number in range(count):
        things = found.get(f"{kind} thing {number}")
        deeds = found.get(f"{kind} deed {number}") if things else None
        if things and deeds and (span := near(things, deeds, most, row, _GAP)):
            return span
    return None


def _counted(found: Found, row: Sequence[str]) -> Span | None:
    """`number of messages`, `messages per day`, or `Cold calls` and no more."""
    if "countable" not in found:
        return None
    for start, end in found.get("counted", ()):
        if thing := _countable(found, end):
            return start, thing[1]
    thing = _countable(found, 0)
    if thing and (after := beginning(found.get("counted after", ()), thing[1])):
        return thing[0], after[1]
    return thing if thing and row[thing[1]] == _GAP else None


def _countable(found: Found, start: int) -> Span | None:
    """What can be counted at `start`, after any words that leave it as bare as it is: `new client emails`."""
    spans = [thing for step in steps(found.get("plain", ()), start) if (thing := beginning(found["countable"], step))]
    return spans[-1] if spans else None


def _cleared(found: Found, row: Sequence[str], *topics: str) -> bool:
    """Whether a phrase of these topics is there, where it is what it looks like."""
    unlike = found.get("no result", ())
    spans = (span for topic in topics for span in found.get(topic, ()))
    if any(not _within(span, unlike) for span in spans):
        return True
    return _noticed(found, row) or ("time" in topics and _when(found, row))


def _within(span: Span, others: list[Span] | tuple[()]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _when(found: Found, row: Sequence[str]) -> bool:
    """Whether it says by when: `by 8`, `by the end of the week`, `in two days`."""
    whens = {start for start, _ in found.get("when", ())}
    ends = [end for _, end in found.get("when after", ()) if end < len(row)]
    return any(row[end][0].isdigit() or end in whens for end in ends)


def _noticed(found: Found, row: Sequence[str]) -> bool:
    """Whether somebody whom the work is for noticed it: `that customers noticed`, `felt by our clients`."""
    return bool(near(found.get("people", ()), found.get("noticed", ()), _NEAR_MACHINE, row, _GAP))


def _wishes(found: Found) -> bool:
    start = steps(found.get("before wish", ()), 0)[-1]
    begins = beginning(found.get("wish first", ()), start) and not beginning(found.get("no wish", ()), start)
    return bool(begins or "wish anywhere" in found)


def _praises(found: Found, length: int) -> bool:
    """Whether it begins by wishing for what it praises, or is nothing but praise and virtues: `Great service`."""
    if "praise" in found and beginning(found.get("wish deed", ()), steps(found.get("before wish", ()), 0)[-1]):
        return True
    kinds = ("praise", "virtue", "soft", "wish deed", "before wish")
    said = {at for kind in kinds for span in found.get(kind, ()) for at in range(*span)}
    return len(said) == length and ("praise" in found or "virtue" in found)
