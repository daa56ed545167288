"""Words: what an id looks like, what a mistyped one was meant to be, and text made safe for one line."""

from __future__ import annotations

import re
from collections.abc import Iterable

ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
ID_MEANS = "a lower-case letter, then up to 62 of a-z, 0-9 and -"

# C0, DEL and C1 drive terminals; the rest reorders or hides what a person reads (Unicode TR9, TR36).
_DANGEROUS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def is_id(text: str) -> bool:
    """Whether `text` may name an org, a seat, a metric or a capability."""
    return ID.fullmatch(text) is not None


def id_hint(text: str) -> str:
    """What an id is, and the one that `text` would make: `Did you mean "ada-lovelace"? An id is …`."""
    import unicodedata

    # An accent is dropped, not its letter: Léna is lena.
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    near = re.sub(r"[^a-z0-9]+", "-", bare.lower().replace("'", "")).strip("-")
    guess = f'Did you mean "{near}"? ' if is_id(near) else ""
    return f"{guess}An id is {ID_MEANS}."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, if any is near."""
    import difflib

    return next(iter(difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "bogdan"?`, or nothing where no known word is near."""
    near = nearest(word, known)
    return f'Did you mean "{near}"?' if near else ""


def one_line(text: str) -> str:
    """`text` on one line, every white space a single blank and every control character gone.

    What goes through here can neither drive a terminal nor begin a new line (a trailer, a log entry).
    """
    return " ".join(_DANGEROUS.sub(" ", text).split())


def visible(text: str) -> str:
    """`text` with each character that could drive a terminal shown as the escape that names it."""
    return _DANGEROUS.sub(lambda match: match[0].encode("unicode_escape", "backslashreplace").decode(), text)


def counted(number: int, noun: str, many: str = "") -> str:
    """`1 seat`, `3 seats`, `2 capabilities`."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
