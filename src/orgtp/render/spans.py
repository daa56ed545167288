"""The text of every page: a line is a list of spans, and a span is a text with its style.

The terminal, Markdown and SVG each show the same lines. A style is one of rich's, such as `bold red`, or NAME, WORDS or
CODE. The text of a span in those three comes from users, and whatever shows the line makes it safe.
"""

from __future__ import annotations

from collections.abc import Sequence

from orgtp.model.period import Cadence

Span = tuple[str, str]
Line = list[Span]
NAME, WORDS, CODE = "name", "words", "code"
SHORT_COMMIT = 10


def join_spans(*parts: str | Span | Line) -> Line:
    """The parts as one line. A plain string is text of ours."""
    line: Line = []
    for part in parts:
        if isinstance(part, list):
            line += part
        else:
            line.append((part, "") if isinstance(part, str) else part)
    return line


def join_lines(lines: Sequence[Line], between: str = ", ") -> Line:
    """Lines side by side as one line."""
    return join_spans(*(part for number, line in enumerate(lines) for part in ((between, line) if number else (line,))))


def user_text(text: str | None) -> Line:
    """Text from a user."""
    return [(text or "", WORDS)]


def code_text(text: str | None) -> Line:
    """An id, a target or a value."""
    return [(text or "", CODE)]


def prefix_text(before: str, text: str | None) -> Line:
    """Text from a user after a text of ours; empty if there is no text."""
    return join_spans(before, user_text(text)) if text else []


def format_revision(given: str, commit: str) -> Line:
    """A commit, after the revision that the user gave; "the work tree" if `commit` is empty."""
    if not commit:
        return join_spans("the work tree")
    short = code_text(commit[:SHORT_COMMIT])
    return short if not given or commit.startswith(given) else join_spans(code_text(given), " (", short, ")")


def format_named_id(id_: str, name: str | None) -> Line:
    """A name, and its id in brackets."""
    return join_spans(user_text(name or id_), " (", code_text(id_), ")")


def format_seat(seat: str, name: str | None) -> Line:
    """The name of a seat, and its id in brackets."""
    return join_spans((name or seat, NAME), " (", code_text(seat), ")")


def format_seat_short(seat: str | None, name: str | None) -> Line:
    """The name of a seat, and its id if that is not the name in lower case."""
    if not seat:
        return join_spans("nobody")
    return [(name or seat, NAME)] if (name or seat).casefold() == seat else format_seat(seat, name)


def format_transition(before: Line, after: Line) -> Line:
    """`A → B`; `B, new` if `before` is empty; `A, gone` if `after` is empty."""
    if before and after:
        return join_spans(before, " → ", after)
    return join_spans(after, ", new") if after else join_spans(before, ", gone")


def format_text_change(before: str | None, after: str | None) -> Line:
    """The old and the new text of a user."""
    return format_transition(user_text(before) if before else [], user_text(after) if after else [])


def describe_cadence(cadence: str, per: str) -> str:
    """How often a value is recorded and, if several values are judged together, in which cells: `daily, per week`."""
    return cadence if Cadence(cadence).grain == per else f"{cadence}, per {per}"


def format_measured_on(metric: str, name: str, target: str | None, cadence: str, outcome: str) -> Line:
    """A metric that a seat is measured on: its name, target, cadence and outcome."""
    wanted = join_spans(": ", code_text(target)) if target else join_spans(": no target")
    return join_spans(
        "measured on ", format_named_id(metric, name), wanted, f", {cadence}", prefix_text(", for ", outcome)
    )
