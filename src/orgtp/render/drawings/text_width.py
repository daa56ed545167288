"""How wide a text is in the sans-serif fonts that a browser or a program for pictures may choose, at most.

The widths are those of Arial and of fonts with the same widths, with some room to spare for Inter, Segoe UI and Roboto.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from orgtp.model.text import one_line

# Characters by their width in Arial, in thousandths of the size of the font.
_WIDTHS = {
    mark: width
    for width, marks in {
        222: "ijl|'’‘",
        278: " !,./:;I[\\]ft·",
        334: "-()r`“”",
        390: '*^"{}°',
        500: "cksvxyzJ",
        556: "abdeghnopqu0123456789L#$_?–",
        584: "+<=>~≥≤−×",
        611: "FTZß",
        667: "ABEKPSVXY&",
        722: "CDHNRUw",
        778: "GOQ",
        833: "mM",
        889: "%æ",
        944: "W",
        1000: "—…ÆŒœ",
        1015: "@",
    }.items()
    for mark in marks
}
# Inter and Segoe UI are wider than Arial by less than this, and semibold text is wider by a tenth.
_SPARE, _BOLD = 106, 110
# Letters of other scripts: capitals and small ones of Greek and Cyrillic, the wide ones of East Asia, and the rest.
_CAPITAL, _SMALL, _WIDE, _OTHER = 800, 640, 1050, 900
_ELLIPSIS = "…"
_JOINER = "\u200d"


def measure_text(text: str, size: int, *, bold: bool = False) -> int:
    """The width in pixels, rounded up. `size` is in tenths of a pixel."""
    units = sum(map(_find_width, text)) * size * (_BOLD if bold else 100)
    return -(-units * _SPARE // 100_000_000)


@lru_cache(maxsize=50_000)
def fit_text(text: str, room: int, size: int, *, bold: bool = False) -> str:
    """The text on one line, cut to `room` pixels with an ellipsis at its end. `size` as above.

    The texts of a large chart are the same on each of its days, and on each page of a server.
    """
    line = one_line(text)
    if measure_text(line, size, bold=bold) <= room:
        return line
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if measure_text(line[:middle] + _ELLIPSIS, size, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    while low and low < len(line) and (_is_mark(line[low]) or line[low - 1] == _JOINER):
        low -= 1
    return line[:low].rstrip(" ,.:;-") + _ELLIPSIS


def _is_mark(mark: str) -> bool:
    """Whether a character belongs to the one before it."""
    return bool(unicodedata.combining(mark)) or unicodedata.category(mark) in {"Mn", "Me", "Cf", "Sk"}


def _find_width(mark: str) -> int:
    width = _WIDTHS.get(mark)
    if width is not None:
        return width
    if _is_mark(mark) and not mark.isascii():
        return 0
    if unicodedata.east_asian_width(mark) in {"W", "F"}:
        return _WIDE
    base = unicodedata.normalize("NFD", mark)[0]
    if base in _WIDTHS:
        return _WIDTHS[base]
    name = unicodedata.name(mark, "")
    if name.startswith(("GREEK", "CYRILLIC", "LATIN", "HEBREW")):
        return _CAPITAL if mark.isupper() else _SMALL
    return _OTHER
