"""Judging the name of a metric by its words: an outcome, an activity, a machine's own measure, or a wish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product

from orgtp.lazy_dataclass import dataclass
from orgtp.rules.metric_names import vocabulary as words
from orgtp.rules.metric_names.phrases import (
    Folded,
    Found,
    PhraseIndex,
    Span,
    chain_ends,
    find_near_pair,
    fold_word,
    fold_words,
    span_starting_at,
    split_phrases,
    split_words,
)

# What stands between a name and an id; no phrase has it, so none goes from one into the other.
_GAP = "|"
_NEAR = 3
_NEAR_MACHINE = 2
_CACHED = 1 << 16
_PER = {"per", "a", "an", "each", "every"}


class MetricSense(StrEnum):
    """What the words of a metric are about."""

    OUTCOME = "outcome"
    ACTIVITY = "activity"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True)
class Classification:
    """What a metric's words are about, and those that say so; where the id alone has them, that is said too."""

    sense: MetricSense
    word: str = ""

    @property
    def is_outcome(self) -> bool:
        """Whether the metric says what came of the work."""
        return self.sense is MetricSense.OUTCOME


@dataclass(frozen=True, slots=True, eq=False)
class MetricClassifier:
    """Somebody who knows the words of orgtp and of one org."""

    phrases: PhraseIndex

    def classify_metric(self, name: str, id_: str = "") -> Classification:
        """What the metric `id_` of this name is about."""
        return _classify(self, name, id_)

    def is_wish(self, name: str) -> bool:
        """Whether the name only wishes for something: no number in it, no time, nothing that has come of it."""
        row = split_words(name)
        found = self.phrases.find_phrases(row)
        counted = any(word[0].isdigit() for word in row)
        wished = _begins_as_wish(found) or _is_only_praise(found, len(row))
        return wished and not counted and not _is_cleared(found, row, "own outcome", "result", "time")


@lru_cache(maxsize=64)
def get_classifier(
    runtime: tuple[str, ...] = (), activity: tuple[str, ...] = (), outcome: tuple[str, ...] = ()
) -> MetricClassifier:
    """The judge who also knows an org's own words."""
    own = {"own runtime": runtime, "own activity": activity, "own outcome": outcome}
    return MetricClassifier(PhraseIndex({**_build_topics(), **own}))


def is_empty_outcome(outcome: str, *names: str) -> bool:
    """Whether the words of an outcome say none: a dash, TBD, or no more than one of `names`."""
    if len(outcome) > _LONGEST_NOTHING and not any(outcome[:1].lower() == name[:1].lower() for name in names):
        return False
    said = split_words(outcome)
    alike = [name for name in map(split_words, names) if len(name) == len(said)]
    if len(said) > _MOST_NOTHING and not alike:
        return False
    row = tuple(map(fold_word, said))
    return not row or row in _empty_outcomes() or any(row == tuple(map(fold_word, name)) for name in alike)


_MOST_NOTHING = 4
_LONGEST_NOTHING = 40


@cache
def _empty_outcomes() -> frozenset[Folded]:
    return frozenset(map(fold_words, split_phrases(words.NOTHING)))


def _build_topics() -> Mapping[str, list[str]]:
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
    topics = {topic: split_phrases(lines) for topic, lines in lists.items()}
    topics["result"] += _combine_phrases(*words.RESULT_WHO)
    return topics | {"of clients": _client_phrases()}


def _client_phrases() -> list[str]:
    own = (*words.CLIENTS_OWN, *words.OF_CLIENTS)
    after = _combine_phrases(words.CLIENTS_OWN, ("of, of our, of the",))
    return _combine_phrases(words.CLIENT, own) + _combine_phrases(after, words.CLIENT)


def _combine_phrases(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return [f"{one} {other}" for one, other in product(split_phrases(first), split_phrases(second))]


@lru_cache(maxsize=_CACHED)
def _classify(judge: MetricClassifier, name: str, id_: str) -> Classification:
    """The strictest of what the words say, unless others clear it."""
    written = [*split_words(name), _GAP, *split_words(id_)]
    found = judge.phrases.find_phrases(written)
    if not found:
        return Classification(MetricSense.OUTCOME)
    made = ("own outcome", "result", "value")
    if (span := _find_machine_measure(found, written)) and not _is_cleared(found, written, *made, "of clients"):
        return Classification(MetricSense.RUNTIME, _format_span(written, span))
    if (span := _find_mild_machine_measure(found, written)) and not _is_cleared(
        found, written, *made, "of clients", "time"
    ):
        return Classification(MetricSense.RUNTIME, _format_span(written, span))
    if (span := _find_activity(found, written)) and not _is_cleared(found, written, *made, "time", "quality"):
        return Classification(MetricSense.ACTIVITY, _format_span(written, span))
    return Classification(MetricSense.OUTCOME)


def _format_span(written: list[str], span: Span) -> str:
    told = " ".join(written[span[0] : span[1]]).lower()
    return told if span[0] < written.index(_GAP) else f"{told}, in its id"


def _find_machine_measure(found: Found, row: Sequence[str]) -> Span | None:
    """What no word of time makes an outcome of."""
    return _first_span(found, "own runtime", "hard") or _find_pair(found, row, "machine", len(words.RUNTIME_PAIRS))


def _find_mild_machine_measure(found: Found, row: Sequence[str]) -> Span | None:
    """A machine's measure that a word of time clears: `requests per hour`, `tasks an hour`."""
    for start, end in found.get("rated", ()):
        if row[end : end + 1] and row[end] in _PER and (unit := span_starting_at(found.get("rate", ()), end + 1)):
            return start, unit[1]
    return _first_span(found, "mild")


def _find_activity(found: Found, row: Sequence[str]) -> Span | None:
    named = _first_span(found, "own activity", "activity") or _find_counted(found, row)
    return named or _find_pair(found, row, "work", len(words.ACTIVITY_PAIRS))


def _first_span(found: Found, *topics: str) -> Span | None:
    return next((found[topic][0] for topic in topics if topic in found), None)


def _find_pair(found: Found, row: Sequence[str], kind: str, count: int) -> Span | None:
    most = _NEAR if kind == "work" else _NEAR_MACHINE
    for number in range(count):
        things = found.get(f"{kind} thing {number}")
        deeds = found.get(f"{kind} deed {number}") if things else None
        if things and deeds and (span := find_near_pair(things, deeds, most, row, _GAP)):
            return span
    return None


def _find_counted(found: Found, row: Sequence[str]) -> Span | None:
    """`number of messages`, `messages per day`, or `Cold calls` and no more."""
    if "countable" not in found:
        return None
    for start, end in found.get("counted", ()):
        if thing := _find_countable(found, end):
            return start, thing[1]
    thing = _find_countable(found, 0)
    if thing and (after := span_starting_at(found.get("counted after", ()), thing[1])):
        return thing[0], after[1]
    return thing if thing and row[thing[1]] == _GAP else None


def _find_countable(found: Found, start: int) -> Span | None:
    """What can be counted at `start`, after any words that leave it as bare as it is: `new client emails`."""
    spans = [
        thing
        for step in chain_ends(found.get("plain", ()), start)
        if (thing := span_starting_at(found["countable"], step))
    ]
    return spans[-1] if spans else None


def _is_cleared(found: Found, row: Sequence[str], *topics: str) -> bool:
    """Whether a phrase of these topics is there, where it is what it looks like."""
    unlike = found.get("no result", ())
    spans = (span for topic in topics for span in found.get(topic, ()))
    if any(not any(start <= span[0] and span[1] <= end for start, end in unlike) for span in spans):
        return True
    return _names_who_noticed(found, row) or ("time" in topics and _names_deadline(found, row))


def _names_deadline(found: Found, row: Sequence[str]) -> bool:
    """Whether it says by when: `by 8`, `by the end of the week`, `in two days`."""
    whens = {start for start, _ in found.get("when", ())}
    ends = [end for _, end in found.get("when after", ()) if end < len(row)]
    return any(row[end][0].isdigit() or end in whens for end in ends)


def _names_who_noticed(found: Found, row: Sequence[str]) -> bool:
    """Whether somebody whom the work is for noticed it: `that customers noticed`, `felt by our clients`."""
    return bool(find_near_pair(found.get("people", ()), found.get("noticed", ()), _NEAR_MACHINE, row, _GAP))


def _begins_as_wish(found: Found) -> bool:
    start = chain_ends(found.get("before wish", ()), 0)[-1]
    begins = span_starting_at(found.get("wish first", ()), start) and not span_starting_at(
        found.get("no wish", ()), start
    )
    return bool(begins or "wish anywhere" in found)


def _is_only_praise(found: Found, length: int) -> bool:
    """Whether it begins by wishing for what it praises, or is nothing but praise and virtues: `Great service`."""
    if "praise" in found and span_starting_at(
        found.get("wish deed", ()), chain_ends(found.get("before wish", ()), 0)[-1]
    ):
        return True
    kinds = ("praise", "virtue", "soft", "wish deed", "before wish")
    said = {at for kind in kinds for span in found.get(kind, ()) for at in range(*span)}
    return len(said) == length and ("praise" in found or "virtue" in found)
