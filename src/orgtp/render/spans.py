"""The words that differences are told with: parts of lines, each with its sort, for terminals and Markdown alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from orgtp.model.value import Unit
from orgtp.views.diff.types import Made

SHORT = 10


class Sort(Enum):
    """What a part of a line is: words of ours, a name, other words of users, or an id or value."""

    OURS = auto()
    NAME = auto()
    WORDS = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line."""

    text: str
    sort: Sort = Sort.OURS


Line = tuple[Span, ...]


def end(given: str, commit: str) -> Line:
    """One of the two moments: as the person named it, and the commit that it is."""
    if not commit:
        return line("the work tree")
    short = code(commit[:SHORT])
    return line(short) if not given or commit.startswith(given) else line(code(given), " (", short, ")")


def line(*parts: Span | str | Iterable[Span]) -> Line:
    """Parts in a row; a plain string is ours."""
    out: list[Span] = []
    for part in parts:
        out += [Span(part)] if isinstance(part, str) else [part] if isinstance(part, Span) else part
    return tuple(out)


def words(text: str | None) -> Span:
    """Words of users."""
    return Span(text or "", Sort.WORDS)


def code(text: str | None) -> Span:
    """An id, a target or a value."""
    return Span(text or "", Sort.CODE)


def called(id_: str, name: str | None) -> Line:
    """A thing by its name and, beside it, its id."""
    return line(words(name or id_), " (", code(id_), ")")


def subject(seat: str, name: str | None) -> Line:
    """A seat by its name and id."""
    return line(Span(name or seat, Sort.NAME), " (", code(seat), ")")


def who(seat: str | None, name: str | None) -> Line:
    """A seat by its name; by its id, too, where the name does not say it."""
    if not seat:
        return line("nobody")
    return line(Span(name or seat, Sort.NAME)) if (name or seat).casefold() == seat else subject(seat, name)


def went(before: Span | None, after: Span | None) -> Line:
    """`A → B`, `A, new` or `A, gone`."""
    if before and after:
        return line(before, " → ", after)
    return line(after, ", new") if after else line(before or "", ", gone")


def told(before: str, text: str | None) -> Line:
    """Words of users behind words of ours, where there are any."""
    return line(before, words(text)) if text else ()


def change(before: str | None, after: str | None) -> Line:
    """Words of users, and what became of them."""
    return went(words(before) if before else None, words(after) if after else None)


def measured(metric: str, name: str, target: str | None, cadence: str, outcome: str) -> Line:
    """What a seat is measured on."""
    wanted = line(": ", code(target)) if target else line(": no target")
    return line("measured on ", called(metric, name), wanted, f", {cadence}", told(", for ", outcome))


def made(by: Made | None) -> Line:
    """By whom, and in which commit, behind what they made; nothing where nobody knows."""
    return line(" (", *made_below(by), ")") if by else ()


def made_below(by: Made | None) -> list[Line]:
    """The same on a line of its own."""
    return [line("by ", words(by.by_name or by.author), " in ", code(by.commit[:SHORT]))] if by else []


def listed(parts: Sequence[Line]) -> Line:
    """Lines beside each other."""
    return line(*(part for number, one in enumerate(parts) for part in ((", ", one) if number else (one,))))


def shown(value: str | None, measure: Unit | None) -> Span:
    """A value as a person reads it."""
    if value is None:
        return Span("unavailable")
    return code(measure.format_shown(value) if measure else value)
