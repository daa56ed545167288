"""Words: what an id looks like, what a mistyped one was meant to be, and text made safe for one line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

ID_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,62}")
# Longer than any id or key: nobody mistyped it, and looking for what was meant would take long.
_LONGEST = 200
# Of more known words than these, only those are looked for that are one slip away from a short one.
_MANY, _SHORT = 300, 24
ID_DESCRIPTION = "a lower-case letter, then up to 62 of a-z, 0-9 and -"

# C0, DEL and C1 drive terminals; the rest reorders or hides what a person reads (Unicode TR9, TR36).
_DANGEROUS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def is_id(text: str) -> bool:
    """Whether `text` may name an org, a seat, a metric or a capability."""
    return ID_PATTERN.fullmatch(text) is not None


def id_hint(text: str) -> str:
    """What an id is, and the one that `text` would make: `Did you mean "ada-lovelace"? An id is …`."""
    import unicodedata

    # An accent is dropped, not its letter: Léna is lena.
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text[:_LONGEST]) if not unicodedata.combining(mark))
    near = re.sub(r"[^a-z0-9]+", "-", bare.lower().replace("'", "")).strip("-")
    guess = f'Did you mean "{near}"? ' if is_id(near) else ""
    return f"{guess}An id is {ID_DESCRIPTION}."


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, if any is near."""
    import difflib

    if len(word) > _LONGEST:
        return None
    known = known if isinstance(known, Collection) else list(known)
    if len(known) > _MANY:
        return _find_one_edit_away(word.lower(), known)
    return next(iter(difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)), None)


def _find_one_edit_away(word: str, known: Collection[str]) -> str | None:
    """The known word that is nearly `word`; what that takes hardly grows with how many are known."""
    if len(word) > _SHORT:
        return None
    index = _deletion_index(known)
    return min((name for part in _word_and_deletions(word) for name in index.get(part, ())), default=None)


def _word_and_deletions(word: str) -> set[str]:
    """`word`, and what is left of it without one of its letters: two words that share one are a slip apart."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _deletion_index(known: Collection[str]) -> Mapping[str, list[str]]:
    """The known words by their parts; that of the words that were asked for last is kept."""
    global _last  # noqa: PLW0603  (who has ten thousand names to mend asks ten thousand times)
    words, size, index = _last
    if words is not known or size != len(known):
        index = {}
        for name in known:
            for part in _word_and_deletions(name) if len(name) <= _SHORT else ():
                index.setdefault(part, []).append(name)
        _last = (known, len(known), index)
    return index


_last: tuple[Collection[str], int, dict[str, list[str]]] = ((), 0, {})


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "bogdan"?`, or nothing where no known word is near."""
    near = find_nearest(word, known)
    return f'Did you mean "{near}"?' if near else ""


def one_line(text: str) -> str:
    """`text` on one line, every white space a single blank and every control character gone.

    What goes through here can neither drive a terminal nor begin a new line (a trailer, a log entry).
    """
    return " ".join(_DANGEROUS.sub(" ", text).split())


def plain_lines(text: str) -> str:
    """`text` with its lines as they are: a tab becomes a blank, and every other control character is gone."""
    return "\n".join(_DANGEROUS.sub("", line.replace("\t", " ")) for line in text.split("\n"))


# What shows nothing and is read by a model all the same: fillers, shorthand and musical formats, tags, all selectors of
# variants but the two of emoji.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u3164\ufe00-\ufe0d\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What joins letters of some scripts and makes emoji of signs; of many in a row, or behind ASCII, nobody sees anything.
_JOINER = "[\u200c\u200d\ufe0e\ufe0f]"
_IDLE = re.compile(f"(?<=[\x00-\x7f]){_JOINER}+|(?<={_JOINER}{{2}}){_JOINER}+")


def remove_invisible(text: str) -> str:
    """`text` without what nobody sees and a model reads all the same."""
    return _IDLE.sub("", _HIDDEN.sub("", text))


def escape_control_chars(text: str) -> str:
    """`text` with each character that could drive a terminal shown as the escape that names it."""
    return _DANGEROUS.sub(lambda match: match[0].encode("unicode_escape", "backslashreplace").decode(), text)


def count_noun(number: int, noun: str, many: str = "") -> str:
    """`1 seat`, `3 seats`, `2 capabilities`."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def join_with_and(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def remove_digits(text: str) -> str:
    """A reason without what differs each time: a process's number, how long it took."""
    return re.sub(r"[0-9]+", "", text)
