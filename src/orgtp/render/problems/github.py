"""Problems as GitHub shows them: workflow commands, which become annotations, and a table for the step summary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from orgtp.model.problem import Problem
from orgtp.model.text import count_noun, escape_control_chars
from orgtp.render.problems.common import format_problem, to_unicode_path

# GitHub makes so many annotations of each kind in a step, and drops the rest without a word.
MAX_ANNOTATIONS = 10
# What it takes as a step's summary; one byte more, and it takes none of it.
SUMMARY_BYTES = 1024 * 1024
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
# The runner still looks for commands of its first form anywhere in a line.
_OLD_COMMAND = re.compile(r"##(?=\[)")
_LAST_LINE = 200


def format_workflow_command(kind: str, properties: Mapping[str, object], message: str) -> str:
    """`::error file=…,line=…::message`, each part escaped as the runner reads it."""
    parts = ",".join(f"{key}={_escape_signs(str(value), _PROPERTY)}" for key, value in properties.items())
    return f"::{kind} {parts}::{_escape_signs(message, _DATA)}"


def _escape_signs(text: str, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)


def problems_github(problems: Iterable[Problem]) -> str:
    """The problems that become annotations, as workflow commands, one a line."""
    return "".join(f"{_format_annotation(problem)}\n" for problem in _split_at_limit(problems)[0])


def find_unannotated(problems: Iterable[Problem]) -> list[Problem]:
    """The problems for which GitHub has no room among the annotations."""
    return _split_at_limit(problems)[1]


def _split_at_limit(problems: Iterable[Problem]) -> tuple[list[Problem], list[Problem]]:
    """The first `SHOWN` of each kind, and all others."""
    counts: Counter[str] = Counter()
    parts: tuple[list[Problem], list[Problem]] = ([], [])
    for problem in problems:
        counts[problem.severity] += 1
        parts[counts[problem.severity] > MAX_ANNOTATIONS].append(problem)
    return parts


def _format_annotation(problem: Problem) -> str:
    place = problem.place
    where = {
        "file": _escape_path(to_unicode_path(place.path)),
        "line": place.line,
        "col": place.column,
        "title": problem.rule,
    }
    message = escape_control_chars(problem.message.rstrip(".")) + (
        f".\n{escape_control_chars(problem.hint)}" if problem.hint else "."
    )
    return format_workflow_command(problem.severity, where, message)


def _escape_path(path: str) -> str:
    """A path without what drives a terminal; line breaks stay, for they are escaped."""
    return "".join(sign if sign in _DATA else escape_control_chars(sign) for sign in path)


def format_log_lines(problems: Iterable[Problem]) -> str:
    """Problems as lines of the log, in none of which the runner finds a command."""
    return "".join(f"- {_OLD_COMMAND.sub('# #', _line(problem))}\n" for problem in problems)


def _line(problem: Problem) -> str:
    return escape_control_chars(f"{problem.severity}: {problem.place}: {problem.rule}: {format_problem(problem)}")


def summary_markdown(problems: Sequence[Problem], title: str, room: int = SUMMARY_BYTES) -> str:
    """All problems as a table in at most `room` bytes, and how many are left out of it. Empty where not even that fits.

    The summary is a page of the repository's: what users wrote can be no link, image, mention or markup in it.
    """
    head = f"\n### orgtp validate: {_escape_html(title)}\n\n| | Where | Rule | What |\n| --- | --- | --- | --- |\n"
    rows, used = [], len(head.encode()) + _LAST_LINE
    for row in _format_summary_rows(problems):
        used += len(row.encode())
        if used > room:
            break
        rows.append(row)
    left = len(problems) - len(rows)
    rest = f"\n{count_noun(left, 'problem')} more left out: there is no room for more here.\n" if left else ""
    return f"{head}{''.join(rows)}{rest}" if used <= room or rows else ""


def _format_summary_rows(problems: Iterable[Problem]) -> Iterator[str]:
    for problem in problems:
        cells = (
            str(problem.severity),
            _format_html_code(str(problem.place)),
            _format_html_code(problem.rule),
            _format_html_code(format_problem(problem)),
        )
        yield f"| {' | '.join(cells)} |\n"


def _format_html_code(text: str) -> str:
    """Text as code: GitHub looks for no mention, issue or commit in there."""
    return f"<code>{_escape_html(text)}</code>"


def _escape_html(text: str) -> str:
    """Text of which no sign means anything in Markdown or HTML."""
    return "".join(sign if _is_plain(sign) else f"&#{ord(sign)};" for sign in escape_control_chars(text))


def _is_plain(sign: str) -> bool:
    return sign.isalnum() or sign == " " or not sign.isascii()
