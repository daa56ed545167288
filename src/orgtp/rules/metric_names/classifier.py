"""Classifies a metric by the words of its name: an outcome, an activity, a measure of the machine, or a wish."""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product
from typing import Any

from orgtp.lazy_dataclass import dataclass
from orgtp.rules.metric_names.phrases import (
    Folded,
    Found,
    PhraseIndex,
    Span,
    chain_ends,
    find_near_pair,
    fold_word,
    fold_words,
    is_plural,
    span_starting_at,
    split_phrases,
    split_words,
)

# Separates a name from an id. No phrase contains it, so no match spans both.
_GAP = "|"
_NEAR = 3
_NEAR_MACHINE = 2
_CACHED = 1 << 16
_PER = {"per", "a", "an", "each", "every"}


class MetricSense(StrEnum):
    """What a metric measures."""

    OUTCOME = "outcome"
    ACTIVITY = "activity"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True)
class Classification:
    """What a metric measures, and the words that show it; the text says so if only the id has them."""

    sense: MetricSense
    word: str = ""

    @property
    def is_outcome(self) -> bool:
        """Whether the metric measures an outcome."""
        return self.sense is MetricSense.OUTCOME


@dataclass(frozen=True, slots=True, eq=False)
class MetricClassifier:
    """Classifies metrics with orgtp's words and those of one org.

    `machine_units` are the units that only a machine has. `is_former`: with the words of earlier versions.
    """

    phrases: PhraseIndex
    machine_units: frozenset[str]
    is_former: bool = False

    def classify_metric(self, name: str, id_: str = "", seconds: str = "") -> Classification:
        """Classify the metric with this name and id. `seconds` is its target, if that is a time of a few seconds."""
        return _classify(self, name, id_, seconds)

    def is_wish(self, name: str) -> bool:
        """Whether the name is only a wish: it has no number, no time and no result."""
        row = split_words(name)
        found = self.phrases.find_phrases(row)
        wished = _begins_as_wish(found) or _is_only_praise(found, len(row))
        return wished and not _has_figure(row) and not _is_cleared(found, row, "own outcome", "result", "time")

    def is_instruction(self, name: str, *, yes_no: bool) -> bool:
        """Whether the name says how to work, and not what came of it: `Always write tests`.

        With a target of yes or no (`yes_no`), so does `Clean code`, because it says nothing that can be seen.
        """
        row = split_words(name)
        found = self.phrases.find_phrases(row)
        if _has_figure(row) or _names_time(found, row) or _is_cleared(found, row, "own outcome", "result"):
            return False
        if yes_no and "measure" not in found and (_is_only_manner(found, len(row)) or _begins_as_manner(found, row)):
            return True
        return _begins_as_instruction(found) and not _is_cleared(found, row, "value")


def _has_figure(row: Sequence[str]) -> bool:
    return any(word[0].isdigit() for word in row)


@lru_cache(maxsize=64)
def get_classifier(
    runtime: tuple[str, ...] = (),
    activity: tuple[str, ...] = (),
    outcome: tuple[str, ...] = (),
    *,
    former: bool = False,
) -> MetricClassifier:
    """The classifier for an org with these words of its own; with the words of earlier versions if `former`."""
    own = {"own runtime": runtime, "own activity": activity, "own outcome": outcome}
    words = _load_vocabulary("former_vocabulary.toml" if former else _VOCABULARY)
    units = frozenset(split_phrases(words.get("machine_units", "")))
    return MetricClassifier(PhraseIndex({**_build_topics(words), **own}), units, former)


_VOCABULARY = "vocabulary.toml"


def is_empty_outcome(outcome: str, *names: str) -> bool:
    """Whether the text of an outcome says nothing: a dash, TBD, or one of `names`."""
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
    return frozenset(map(fold_words, split_phrases(_load_vocabulary(_VOCABULARY)["nothing"])))


@cache
def _load_vocabulary(file: str) -> dict[str, Any]:
    """The word lists of a file: topic to a text of phrases, or to pairs of such texts."""
    raw = pkgutil.get_data(__package__, file)
    return tomllib.loads((raw or b"").decode())


def _build_topics(words: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """The phrases of each topic."""
    lists = {topic: text for topic, text in words.items() if isinstance(text, str) and topic not in _NOT_SEARCHED}
    lists |= {"rated": words["runtime_rates"]["things"], "rate": words["runtime_rates"]["unit"]}
    lists |= {"people": words["result_noticed"]["people"], "noticed": words["result_noticed"]["verbs"]}
    for name in ("runtime_pairs", "activity_pairs"):
        for number, pair in enumerate(words[name]):
            lists |= {f"{name} thing {number}": pair["things"], f"{name} verb {number}": pair["verbs"]}
    topics = {topic: split_phrases(text) for topic, text in lists.items()}
    topics["result"] += _combine_phrases(words["result_who"]["people"], words["result_who"]["verbs"])
    own, after_of = words["clients_own"], _combine_phrases(words["clients_own"], "of, of our, of the")
    topics["of clients"] = _combine_phrases(words["client"], f"{own}, {words['of_clients']}")
    topics["of clients"] += _combine_phrases(",".join(after_of), words["client"])
    return topics


# Topics that are only parts of phrases, or not used for names.
_NOT_SEARCHED = {"client", "clients_own", "of_clients", "nothing"}


def _combine_phrases(first: str, second: str) -> list[str]:
    return [f"{one} {other}" for one, other in product(split_phrases(first), split_phrases(second))]


@lru_cache(maxsize=_CACHED)
def _classify(classifier: MetricClassifier, name: str, id_: str, seconds: str) -> Classification:
    """Return the strictest sense that the words have, unless other words clear it."""
    written = [*split_words(name), _GAP, *split_words(id_)]
    found = classifier.phrases.find_phrases(written)
    made = ("own outcome", "result", "value")
    span = _find_machine_measure(classifier, found, written)
    if span and not _is_cleared(found, written, *made, "of clients"):
        return Classification(MetricSense.RUNTIME, _format_span(written, span))
    if (span := _find_mild_machine_measure(found, written)) and not _is_cleared(
        found, written, *made, "of clients", "time"
    ):
        return Classification(MetricSense.RUNTIME, _format_span(written, span))
    if seconds and not _is_about_people(found) and not _is_cleared(found, written, *made, "of clients", "quality"):
        return Classification(MetricSense.RUNTIME, f"a target of {seconds}")
    if (span := _find_activity(found, written)) and not _is_cleared(found, written, *made, "time", "quality"):
        return Classification(MetricSense.ACTIVITY, _format_span(written, span))
    return Classification(MetricSense.OUTCOME)


def _format_span(written: list[str], span: Span) -> str:
    text = " ".join(written[span[0] : span[1]]).lower()
    return text if span[0] < written.index(_GAP) else f"{text}, in its id"


def _find_machine_measure(classifier: MetricClassifier, found: Found, row: Sequence[str]) -> Span | None:
    """A measure of the machine that no word of time clears."""
    if span := _first_span(found, "own runtime"):
        return span
    if "people_ask" in found or "human_service" in found or "of_steel" in found:
        return None
    return (
        _first_span(found, "runtime")
        or _find_machine_amount(classifier.machine_units, found, row)
        or _find_few_seconds(found, row)
        or _find_first_machine_measure(found, row)
        or _find_pair(found, row, "runtime_pairs", _NEAR_MACHINE)
    )


def _is_about_people(found: Found) -> bool:
    """Whether the text names people, what they ask, the service that they give, or what they work with."""
    return not found.keys().isdisjoint({"people", "people_ask", "human_service", "of_steel"})


def _find_machine_amount(units: frozenset[str], found: Found, row: Sequence[str]) -> Span | None:
    """An amount that only a machine has: `200 ms`, `50KB` or `Size in KB`."""
    for start, end in found.get("machine_units", ()):
        if start and (row[start - 1][0].isdigit() or row[start - 1].lower() == "in"):
            return start - 1, end
    for at, word in enumerate(row):
        if word.lstrip(_DIGITS).lower() in units and word[0].isdigit():
            return at, at + 1
    return None


def _find_few_seconds(found: Found, row: Sequence[str]) -> Span | None:
    """An amount of a few seconds near something that only a machine does so fast: `Initial load < 3s`."""
    spans = [
        (at, at + 1 + (word[-1:] not in {"s", "S"}))
        for at, word in enumerate(row)
        if (number := word.rstrip("sS")).isdigit()
        and int(number[:_DIGITS_OF_SECONDS]) <= _FEW
        and (number != word or (row[at + 1 : at + 2] and row[at + 1].lower() in _SECONDS))
    ]
    return find_near_pair(found.get("fast", ()), spans, _NEAR_SECONDS, row, _GAP)


_FEW, _DIGITS_OF_SECONDS, _NEAR_SECONDS = 10, 3, 5
_SECONDS = {"s", "sec", "secs", "second", "seconds"}
_DIGITS = "0123456789"


def _find_first_machine_measure(found: Found, row: Sequence[str]) -> Span | None:
    """A measure that is a machine's if the name, or the id, says no more than that and how much."""
    gap = row.index(_GAP)
    said = {at for kind in ("filler", "before_runtime") for span in found.get(kind, ()) for at in range(*span)}
    for start, end in found.get("runtime_first", ()):
        words = range(gap) if start < gap else range(gap + 1, len(row))
        if all(start <= at < end or at in said or row[at][0].isdigit() for at in words):
            return start, end
    return None


def _find_mild_machine_measure(found: Found, row: Sequence[str]) -> Span | None:
    """A measure of the machine that a word of time clears: `requests per hour`, `tasks an hour`."""
    if "of_steel" in found:
        return None
    for start, end in found.get("rated", ()):
        if row[end : end + 1] and row[end] in _PER and (unit := span_starting_at(found.get("rate", ()), end + 1)):
            return start, unit[1]
    return _first_span(found, "runtime_mild")


def _find_activity(found: Found, row: Sequence[str]) -> Span | None:
    named = _first_span(found, "own activity", "activity") or _find_counted(found, row)
    return named or _find_pair(found, row, "activity_pairs", _NEAR)


def _first_span(found: Found, *topics: str) -> Span | None:
    return next((found[topic][0] for topic in topics if topic in found), None)


def _find_pair(found: Found, row: Sequence[str], kind: str, most: int) -> Span | None:
    for number in range(len(_load_vocabulary(_VOCABULARY)[kind])):
        things = found.get(f"{kind} thing {number}")
        verbs = found.get(f"{kind} verb {number}") if things else None
        if things and verbs and (span := find_near_pair(things, verbs, most, row, _GAP)):
            return span
    return None


def _find_counted(found: Found, row: Sequence[str]) -> Span | None:
    """A counted thing: `number of messages`, `messages per day`, or `Cold calls` alone."""
    if "countable" not in found:
        return None
    for start, end in found.get("counted", ()):
        if thing := _find_countable(found, end):
            return start, thing[1]
    thing = _find_countable(found, 0)
    if thing and (after := span_starting_at(found.get("counted_after", ()), thing[1])):
        return thing[0], after[1]
    return thing if thing and row[thing[1]] == _GAP else None


def _find_countable(found: Found, start: int) -> Span | None:
    """The countable thing at `start`, after any plain adjectives: `new client emails`."""
    spans = [
        thing
        for step in chain_ends(found.get("plain", ()), start)
        if (thing := span_starting_at(found["countable"], step))
    ]
    return spans[-1] if spans else None


def _is_cleared(found: Found, row: Sequence[str], *topics: str) -> bool:
    """Whether the text has a phrase of these topics that is not part of a `no_result` phrase."""
    unlike = found.get("no_result", ())
    spans = (span for topic in topics for span in found.get(topic, ()))
    if any(not any(start <= span[0] and span[1] <= end for start, end in unlike) for span in spans):
        return True
    return _names_who_noticed(found, row) or ("time" in topics and _names_deadline(found, row))


def _names_time(found: Found, row: Sequence[str]) -> bool:
    """Whether the text says by when. "Before" and "within" alone do not: `Think before you answer`."""
    times = (row[start:end] for start, end in found.get("time", ()))
    return any(len(words) > 1 or words[0].lower() not in {"before", "within"} for words in times) or _names_deadline(
        found, row
    )


def _names_deadline(found: Found, row: Sequence[str]) -> bool:
    """Whether the text has a deadline: `by 8`, `by the end of the week`, `in two days`."""
    whens = {start for start, _ in found.get("when", ())}
    ends = [end for _, end in found.get("when_after", ()) if end < len(row)]
    return any(row[end][0].isdigit() or end in whens for end in ends)


def _begins_as_instruction(found: Found) -> bool:
    """Whether the text begins with words that no measure begins with: `Always`, `Do not`, `You`."""
    starts = chain_ends(found.get("before_wish", ()), 0)
    begins, excluded = (
        any(span_starting_at(found.get(topic, ()), at) for at in starts)
        for topic in ("instruction_first", "no_instruction")
    )
    return begins and not excluded


def _begins_as_manner(found: Found, row: Sequence[str]) -> bool:
    """Whether the name begins with a verb that says how to work: `Cite sources`, but not `Choose a new bank`."""
    start = chain_ends(found.get("before_wish", ()), 0)[-1]
    if not row[start:] or is_plural(row[start]) or span_starting_at(found.get("no_manner_first", ()), start):
        return False
    rest = [span for span in found.get("manner", ()) if span[0] > start]
    if verb := span_starting_at(found.get("manner_first", ()), start):
        what = row[verb[1] : verb[1] + 1]
        # What follows an article is a thing that can be delivered, unless it is a word on how to work.
        return bool(rest) or not what or what[0].lower() not in _ARTICLES
    return bool(rest and span_starting_at(found.get("deliver_first", ()), start))


_ARTICLES = {"the", "a", "an", "our", "all", "every", "each", "this", "these", "new", "another"}


def _is_only_manner(found: Found, length: int) -> bool:
    """Whether the name consists of words on how to work, and of words that say nothing: `Clean and readable code`."""
    said = {at for kind in ("manner", "filler") for span in found.get(kind, ()) for at in range(*span)}
    return "manner" in found and len(said) == length


def _names_who_noticed(found: Found, row: Sequence[str]) -> bool:
    """Whether the people served noticed it: `that customers noticed`, `felt by our clients`."""
    return bool(find_near_pair(found.get("people", ()), found.get("noticed", ()), _NEAR_MACHINE, row, _GAP))


def _begins_as_wish(found: Found) -> bool:
    start = chain_ends(found.get("before_wish", ()), 0)[-1]
    begins = span_starting_at(found.get("wish_first", ()), start) and not span_starting_at(
        found.get("no_wish", ()), start
    )
    return bool(begins or "wish_anywhere" in found)


def _is_only_praise(found: Found, length: int) -> bool:
    """Whether the name wishes for something praised, or is only praise and virtues: `Great service`."""
    if "wish_praise" in found and span_starting_at(
        found.get("wish_verb", ()), chain_ends(found.get("before_wish", ()), 0)[-1]
    ):
        return True
    kinds = ("wish_praise", "wish_virtue", "wish_soft", "wish_verb", "before_wish")
    said = {at for kind in kinds for span in found.get(kind, ()) for at in range(*span)}
    return len(said) == length and ("wish_praise" in found or "wish_virtue" in found)
