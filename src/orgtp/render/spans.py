"""The words that differences are told with: parts of lines, each with its sort, for terminals and Markdown alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from orgtp.model.value import Unit
from orgtp.views.diff.types import Made

SHORT_COMMIT = 10


class SpanKind(Enum):
    """What a part of a line is: words of ours, a name, other words of users, or an id or value."""

    OURS = auto()
    NAME = auto()
    WORDS = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line."""

    text: str
    kind: SpanKind = SpanKind.OURS


SpanLine = tuple[Span, ...]


def format_revision(given: str, commit: str) -> SpanLine:
    """One of the two moments: as the person named it, and the commit that it is."""
    if not commit:
        return join_spans("the work tree")
    short = code_span(commit[:SHORT_COMMIT])
    return (
        join_spans(short) if not given or commit.startswith(given) else join_spans(code_span(given), " (", short, ")")
    )


def join_spans(*parts: Span | str | Iterable[Span]) -> SpanLine:
    """Parts in a row; a plain string is ours."""
    out: list[Span] = []
    for part in parts:
        out += [Span(part)] if isinstance(part, str) else [part] if isinstance(part, Span) else part
    return tuple(out)


def user_span(text: str | None) -> Span:
    """Words of users."""
    return Span(text or "", SpanKind.WORDS)


def code_span(text: str | None) -> Span:
    """An id, a target or a value."""
    return Span(text or "", SpanKind.CODE)


def format_named_id(id_: str, name: str | None) -> SpanLine:
    """A thing by its name and, beside it, its id."""
    return join_spans(user_span(name or id_), " (", code_span(id_), ")")


def format_seat(seat: str, name: str | None) -> SpanLine:
    """A seat by its name and id."""
    return join_spans(Span(name or seat, SpanKind.NAME), " (", code_span(seat), ")")


def format_seat_short(seat: str | None, name: str | None) -> SpanLine:
    """A seat by its name; by its id, too, where the name does not say it."""
    if not seat:
        return join_spans("nobody")
    return (
        join_spans(Span(name or seat, SpanKind.NAME)) if (name or seat).casefold() == seat else format_seat(seat, name)
    )


def format_transition(before: Span | None, after: Span | None) -> SpanLine:
    """`A → B`, `A, new` or `A, gone`."""
    if before and after:
        return join_spans(before, " → ", after)
    return join_spans(after, ", new") if after else join_spans(before or "", ", gone")


def prefix_text(before: str, text: str | None) -> SpanLine:
    """Words of users behind words of ours, where there are any."""
    return join_spans(before, user_span(text)) if text else ()


def format_text_change(before: str | None, after: str | None) -> SpanLine:
    """Words of users, and what became of them."""
    return format_transition(user_span(before) if before else None, user_span(after) if after else None)


def format_measured_on(metric: str, name: str, target: str | None, cadence: str, outcome: str) -> SpanLine:
    """What a seat is measured on."""
    wanted = join_spans(": ", code_span(target)) if target else join_spans(": no target")
    return join_spans(
        "measured on ", format_named_id(metric, name), wanted, f", {cadence}", prefix_text(", for ", outcome)
    )


def format_change_author(by: Made | None) -> SpanLine:
    """By whom, and in which commit, behind what they made; nothing where nobody knows."""
    return join_spans(" (", *format_change_author_lines(by), ")") if by else ()


def format_change_author_lines(by: Made | None) -> list[SpanLine]:
    """The same on a line of its own."""
    return (
        [join_spans("by ", user_span(by.by_name or by.author), " in ", code_span(by.commit[:SHORT_COMMIT]))]
        if by
        else []
    )


def join_with_commas(parts: Sequence[SpanLine]) -> SpanLine:
    """Lines beside each other."""
    return join_spans(*(part for number, one in enumerate(parts) for part in ((", ", one) if number else (one,))))


def format_value_span(value: str | None, measure: Unit | None) -> Span:
    """A value as a person reads it."""
    if value is None:
        return Span("unavailable")
    return code_span(measure.format_shown(value) if measure else value)
