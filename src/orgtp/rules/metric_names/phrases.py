"""Finds phrases in a text by comparing whole normalised words. User text never becomes a regular expression."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product

Folded = tuple[str, ...]
Span = tuple[int, int]
Found = Mapping[str, list[Span]]

# Only the first words of a very long name are classified, so that none takes long.
MOST_WORDS = 60
_SHORT = 2
_WORD = re.compile(r"[^\W_]+")


def split_words(text: str) -> list[str]:
    """The first `MOST_WORDS` words of a text as written. An apostrophe does not split a word."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    words = _WORD.finditer(plain.replace("'", "").replace("\u2019", ""))
    return [match[0] for match in islice(words, MOST_WORDS)]


def fold_words(text: str) -> Folded:
    """The words of a text, each normalised by `fold_word`."""
    return tuple(map(fold_word, split_words(text)))


@lru_cache(maxsize=8192)
def fold_word(word: str) -> str:
    """Normalise a word: lower case, singular, without accents, in American spelling."""
    low = word.lower()
    if not low.isascii():
        low = "".join(mark for mark in unicodedata.normalize("NFKD", low) if not unicodedata.combining(mark))
    return _to_american(_to_singular(low))


def _to_singular(word: str) -> str:
    if len(word) <= _SHORT or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "ches", "shes", "xes")) else word[:-1]


def _to_american(word: str) -> str:
    for british, american in _SPELLINGS:
        if word.endswith(british):
            return word[: -len(british)] + american
    return word


_SPELLINGS = (
    ("isation", "ization"),
    *((f"{stem}s{end}", f"{stem}z{end}") for stem, end in product(("i", "y"), ("e", "ed", "ing"))),
)


class PhraseIndex:
    """The phrases of many topics, all found in one pass over a text.

    A one-word phrase in the plural matches only the plural: "hits" are web traffic, but a target can be "hit".
    """

    def __init__(self, topics: Mapping[str, Iterable[str]]) -> None:
        known: dict[tuple[Folded, str], list[str]] = {}
        for topic, texts in topics.items():
            for key in dict.fromkeys((fold_words(text), _plural_word(text)) for text in texts):
                known.setdefault(key, []).append(topic)
        self._by_first: dict[str, list[tuple[Folded, str, list[str]]]] = {}
        # The longest phrase comes first: it is the most specific.
        for phrase, plural in sorted(known, key=lambda key: len(key[0]), reverse=True):
            if phrase:
                self._by_first.setdefault(phrase[0], []).append((phrase, plural, known[phrase, plural]))

    def find_phrases(self, written: Sequence[str]) -> Found:
        """Map each topic to the spans of its phrases in a row of words, in their order."""
        row = tuple(map(fold_word, written))
        found: dict[str, list[Span]] = {}
        for start, word in enumerate(row):
            for phrase, plural, topics in self._by_first.get(word, ()):
                end = start + len(phrase)
                if row[start:end] == phrase and plural in {"", written[start].lower()}:
                    for topic in topics:
                        found.setdefault(topic, []).append((start, end))
        return found


def is_plural(word: str) -> bool:
    """Whether a word has the form of a plural."""
    return _to_singular(word.lower()) != word.lower()


def _plural_word(text: str) -> str:
    """The word of `text`, if it is a single word in the plural; otherwise ""."""
    words = split_words(text.lower())
    return words[0] if len(words) == 1 and is_plural(words[0]) else ""


def split_phrases(text: str) -> list[str]:
    """Split a comma-separated list of phrases."""
    return [phrase.strip() for phrase in text.split(",")]


def find_near_pair(
    things: Iterable[Span], verbs: Iterable[Span], most: int, row: Sequence[str], gap: str
) -> Span | None:
    """The span of a thing and a verb, in either order, with at most `most` words between them and no `gap`."""
    for thing, verb in product(things, verbs):
        first, second = sorted((thing, verb))
        if first[1] <= second[0] <= first[1] + most and gap not in row[first[1] : second[0]]:
            return first[0], second[1]
    return None


def chain_ends(spans: Iterable[Span], start: int) -> list[int]:
    """`start`, and the end of each of the adjacent `spans` that follow it."""
    ends = {span[0]: span[1] for span in reversed(list(spans))}
    found = [start]
    while found[-1] in ends:
        found.append(ends[found[-1]])
    return found


def span_starting_at(spans: Iterable[Span], start: int) -> Span | None:
    """The longest of `spans` that begins at `start`."""
    return next((span for span in spans if span[0] == start), None)
