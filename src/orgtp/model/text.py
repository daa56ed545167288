"""Text helpers: ids, suggestions for mistyped words, and removing unsafe characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

_ID_LENGTH = 63
ID_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,62}")
# A longer text is not a mistyped id, and searching for a similar one would be slow.
_LONGEST = 200
# With more known words than _MANY, only short words are found: those one edit away, or up to _VERY_MANY also those that
# share most of the rarest pairs of letters.
_MANY, _VERY_MANY, _SHORT = 300, 2_000, 32
_RARE_PAIRS, _COMPARED = 4, 3
_LEAST_ALIKE = 0.6
ID_DESCRIPTION = "a lower-case letter, then up to 62 of a-z, 0-9 and -"

# C0, DEL and C1 control terminals; the others reorder or hide text (Unicode TR9, TR36).
_DANGEROUS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def is_id(text: str) -> bool:
    """Whether `text` is a valid id of an org, seat, metric or capability."""
    return ID_PATTERN.fullmatch(text) is not None


def suggest_id(text: str) -> str:
    """The id that a name suggests: `Ada Lovelace` becomes `ada-lovelace`. "" if it has no letters or digits."""
    import unicodedata

    # Remove accents, but keep their letters: Léna becomes lena.
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text[:_LONGEST]) if not unicodedata.combining(mark))
    near = re.sub(r"[^a-z0-9]+", "-", bare.lower().replace("'", "")).strip("-")
    # An id begins with a letter: `a-3d-artist`.
    if near[:1].isdigit():
        near = f"seat-{near}" if near.isdigit() else f"a-{near}"
    near = near[:_ID_LENGTH].rstrip("-")
    return near if is_id(near) else ""


def id_hint(text: str) -> str:
    """The hint for an invalid id, with a suggestion: `Did you mean "ada-lovelace"? An id is …`."""
    near = suggest_id(text)
    guess = f'Did you mean "{near}"? ' if near else ""
    return f"{guess}An id is {ID_DESCRIPTION}."


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most similar to `word`; None if none is similar enough."""
    import difflib

    if len(word) > _LONGEST:
        return None
    known = known if isinstance(known, Collection) else list(known)
    if len(known) > _MANY:
        return _find_near_among_many(word.lower(), known)
    if any(_has_other_prefix(word.lower(), one) for one in known):
        return None
    return next(iter(difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=_LEAST_ALIKE)), None)


# Prefixes that make another word of one: `biweekly` is not a misspelling of `weekly`, nor `inactive` of `active`.
_PREFIXES = ("bi", "intra", "inter", "semi", "half", "tri", "multi", "twice", "every other", "in", "un", "non", "anti")


_COUNTED = re.compile(r"[0-9]+[ -]?([a-z]+?)s?")
# The median is not a misspelled mean, nor is none `on`.
_LOOK_ALIKE = {"median", "none"}


def _has_other_prefix(word: str, known: str) -> bool:
    """Whether `word` is another word: the known one with a prefix or a number before it, or one that looks alike."""
    counted = _COUNTED.fullmatch(word)
    if (counted and counted[1] == known) or word in _LOOK_ALIKE:
        return True
    return any(word.removeprefix(prefix).lstrip("- ") == known for prefix in _PREFIXES if word.startswith(prefix))


def _find_near_among_many(word: str, known: Collection[str]) -> str | None:
    """The known word one edit away from `word`, or else the most similar of those that share rare pairs of letters.

    Indexes find both, so that many words take little longer than a few.
    """
    import difflib

    if len(word) > _SHORT:
        return None
    index = _index_words(known)
    if near := min((name for part in _word_and_deletions(word) for name in index.edits.get(part, ())), default=None):
        return near
    if len(known) > _VERY_MANY:
        return None
    pairs = sorted((len(index.pairs.get(pair, ())), pair) for pair in _letter_pairs(word))
    rare = [index.pairs[pair] for number, pair in pairs if number][:_RARE_PAIRS]
    shared = Counter(name for names in rare if len(names) <= _MANY for name in names)
    alike = sorted(name for name, _ in shared.most_common(_COMPARED))
    return next(iter(difflib.get_close_matches(word, alike, n=1, cutoff=_LEAST_ALIKE)), None)


def _word_and_deletions(word: str) -> set[str]:
    """`word`, and `word` without each of its letters. Two words that share one of these are one edit apart."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _letter_pairs(word: str) -> set[str]:
    """The pairs of adjacent letters of a word, including its beginning."""
    return {f" {word}"[at : at + 2] for at in range(len(word))}


class _WordIndex(NamedTuple):
    """Known words by their deletions, and by the pairs of letters in them."""

    known: Collection[str]
    size: int
    edits: dict[str, list[str]]
    pairs: dict[str, list[str]]


def _index_words(known: Collection[str]) -> _WordIndex:
    """Index the known words. The last index is cached."""
    global _last  # noqa: PLW0603  (a file with ten thousand mistyped names asks ten thousand times)
    if _last.known is not known or _last.size != len(known):
        edits: dict[str, list[str]] = {}
        pairs: dict[str, list[str]] = {}
        for name in known:
            if len(name) <= _SHORT:
                for part in _word_and_deletions(name):
                    edits.setdefault(part, []).append(name)
                for pair in _letter_pairs(name) if len(known) <= _VERY_MANY else ():
                    pairs.setdefault(pair, []).append(name)
        _last = _WordIndex(known, len(known), edits, pairs)
    return _last


_last = _WordIndex((), 0, {}, {})


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "bogdan"?`, or "" if no known word is similar."""
    near = find_nearest(word, known)
    return f'Did you mean "{near}"?' if near else ""


def join_sentences(*parts: str) -> str:
    """Join the texts that are not empty, with a full stop after each but the last that has no other end."""
    whole = ""
    for part in filter(None, map(str.strip, parts)):
        end = "" if not whole or whole.endswith((".", "?", "!")) else "."
        whole = f"{whole}{end} {part}" if whole else part
    return whole


def fold_spelling(text: str) -> str:
    """`text` in lower case, with single spaces: equal for two spellings of the same name."""
    return " ".join(text.casefold().split())


def fold_name(text: str) -> str:
    """The name of a person as `fold_spelling` has it, with the first name first: `Moss, Cleo` is `cleo moss`."""
    last, comma, first = text.partition(",")
    return fold_spelling(f"{first} {last}" if comma and "," not in first else text)


def one_line(text: str) -> str:
    """`text` on one line, with single spaces and without control characters.

    The result can neither control a terminal nor begin a new line (a trailer, a log entry).
    """
    return " ".join(_DANGEROUS.sub(" ", text).split())


def plain_lines(text: str) -> str:
    """`text` with its line breaks, tabs as spaces, and without other control characters."""
    return "\n".join(_DANGEROUS.sub("", line.replace("\t", " ")) for line in text.split("\n"))


# Invisible characters that a language model still reads: fillers, shorthand and musical formats, tags, and all
# variation selectors except the two for emoji.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u3164\ufe00-\ufe0d\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# These join letters in some scripts and form emoji, but after ASCII or in long runs they are invisible.
_JOINER = "[\u200c\u200d\ufe0e\ufe0f]"
_IDLE = re.compile(f"(?<=[\x00-\x7f]){_JOINER}+|(?<={_JOINER}{{2}}){_JOINER}+")


def remove_invisible(text: str) -> str:
    """`text` without characters that people do not see but a language model reads."""
    return _IDLE.sub("", _HIDDEN.sub("", text))


def escape_control_chars(text: str) -> str:
    """`text` with each unsafe character replaced by its escape sequence."""
    return _DANGEROUS.sub(lambda match: match[0].encode("unicode_escape", "backslashreplace").decode(), text)


def count_noun(number: int, noun: str, many: str = "") -> str:
    """Format a number with its noun: `1 seat`, `3 seats`, `2 capabilities`."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def join_with_and(words: Iterable[str]) -> str:
    """Join words: `a`, `a and b`, `a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def remove_digits(text: str) -> str:
    """`text` without digits, so that reasons that differ only in a duration or process id compare equal."""
    return re.sub(r"[0-9]+", "", text)


_DIGITS = re.compile(r"([0-9]+)")


def make_name_key(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A key that sorts names as a reader expects: without case or accents, and numbers by their value (2 before 10)."""
    if not name.isascii():
        import unicodedata

        name = "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    parts = (part for part in _DIGITS.split(name.casefold()) if part)
    return tuple((True, 0, part) if not _DIGITS.fullmatch(part) else _make_number_key(part) for part in parts)


def _make_number_key(digits: str) -> tuple[bool, int, str]:
    """A key of a number of any length: one with more digits is greater."""
    plain = digits.lstrip("0")
    return (False, len(plain), plain)


# A spreadsheet runs a cell that begins with one of these as a formula. The wide forms are read like the narrow ones.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def neutralise_formula(text: str) -> str:
    """`text` as a cell that a spreadsheet does not run: one that looks like a formula begins with an apostrophe.

    A number such as `-5` stays as it is. `restore_formula` returns the original text of any result.
    """
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def restore_formula(cell: str) -> str:
    """The text that `neutralise_formula` made the cell from."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
