"""Lines of styled pieces, wrapped and painted by the ten thousand: what a `Text` of rich's can do, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len, chop_cells

from orgtp.render.terminal import Screen

# One line: pieces of text, each with its style.
Line = list[tuple[str, str]]
# The style of a place, which stays in one piece however long it is, so that it can be clicked and copied.
PLACE = "bold"


def flow_line(pieces: Line, width: int, indent: str) -> list[Line]:
    """The pieces on lines of at most `width` columns, broken between words; all but the first line are indented."""
    if columns("".join(text for text, _ in pieces)) <= width:
        return [pieces]
    lines: list[Line] = [[]]
    used = 0
    for word, style in _chop_long_words(_split_words(pieces), width - columns(indent)):
        if used and used + columns(word) > width:
            lines.append([(indent + word.lstrip(), style)])
            used = columns(indent + word.lstrip())
        else:
            lines[-1].append((word, style))
            used += columns(word)
    return lines


def _split_words(pieces: Line) -> Iterator[tuple[str, str]]:
    """The words, each with the blanks before it."""
    for text, style in pieces:
        blanks = ""
        for word in [text] if style == PLACE else text.split(" "):
            if word:
                yield blanks + word, style
                blanks = ""
            blanks += " "


def _chop_long_words(words: Iterable[tuple[str, str]], width: int) -> Iterator[tuple[str, str]]:
    """The words, those that are longer than a line cut into parts."""
    for word, style in words:
        if style == PLACE or columns(word) <= width:
            yield word, style
        else:
            yield from ((part, style) for part in chop_cells(word, max(width, 2)))


def columns(text: str) -> int:
    """How many columns a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def painted(lines: Iterable[Line], screen: Screen) -> str:
    """The lines as a string, with escape sequences for colour only where the screen has it."""
    if not screen.colour:
        return "".join(f"{''.join(text for text, _ in line)}\n" for line in lines)
    return "".join(f"{''.join(_coloured(text, style) for text, style in line)}\n" for line in lines)


def _coloured(text: str, style: str) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD) if style else text
