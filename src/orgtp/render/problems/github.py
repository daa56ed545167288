"""Format problems for GitHub: workflow commands, which become annotations, and a table for the step summary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from orgtp.model.problem import Problem
from orgtp.model.text import count_noun, escape_control_chars
from orgtp.render.problems.common import format_problem, to_unicode_path

# GitHub shows so many annotations of each kind for a step, and silently drops the rest.
MAX_ANNOTATIONS = 10
# The greatest size of a step summary. GitHub rejects a larger one as a whole.
SUMMARY_BYTES = 1024 * 1024
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
# The runner still recognises the old syntax of commands anywhere in a line.
_OLD_COMMAND = re.compile(r"##(?=\[)")
_LAST_LINE = 200


def format_workflow_command(kind: str, properties: Mapping[str, object], message: str) -> str:
    """`::error file=…,line=…::message`, escaped for the runner."""
    parts = ",".join(f"{key}={_escape_signs(str(value), _PROPERTY)}" for key, value in properties.items())
    return f"::{kind} {parts}::{_escape_signs(message, _DATA)}"


def _escape_signs(text: str, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)


def problems_github(problems: Iterable[Problem]) -> str:
    """The problems that become annotations, as workflow commands on lines of their own."""
    return "".join(f"{_format_annotation(problem)}\n" for problem in _split_at_limit(problems)[0])


def find_unannotated(problems: Iterable[Problem]) -> list[Problem]:
    """The problems beyond the limit of annotations."""
    return _split_at_limit(problems)[1]


def _split_at_limit(problems: Iterable[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Of each severity, `MAX_ANNOTATIONS` problems, and the others. The first problem of each rule comes first."""
    found = list(problems)
    seen: set[tuple[str, str]] = set()
    first, later = list[int](), list[int]()
    for at, problem in enumerate(found):
        (later if (problem.rule, problem.severity) in seen else first).append(at)
        seen.add((problem.rule, problem.severity))
    counts: Counter[str] = Counter()
    parts: tuple[set[int], set[int]] = (set(), set())
    for at in (*first, *later):
        counts[found[at].severity] += 1
        parts[counts[found[at].severity] > MAX_ANNOTATIONS].add(at)
    shown, rest = ([found[at] for at in sorted(part)] for part in parts)
    return shown, rest


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
    """A path without control characters, except line breaks, which the caller escapes."""
    return "".join(sign if sign in _DATA else escape_control_chars(sign) for sign in path)


def format_log_lines(problems: Iterable[Problem]) -> str:
    """Problems as lines of the log, none of which contains a command of the runner."""
    return "".join(f"- {_OLD_COMMAND.sub('# #', _line(problem))}\n" for problem in problems)


def _line(problem: Problem) -> str:
    return escape_control_chars(f"{problem.severity}: {problem.place}: {problem.rule}: {format_problem(problem)}")


def summary_markdown(problems: Sequence[Problem], title: str, room: int = SUMMARY_BYTES, also_in_base: str = "") -> str:
    """The problems as a table in at most `room` bytes, and how many are left out. Empty if not even that fits.

    `also_in_base` is a line below it on the problems that the base of a comparison has as well. Text from users becomes
    no link, image, mention or markup.
    """
    head = f"\n### orgtp validate: {_escape_html(title)}\n\n| | Where | Rule | What |\n| --- | --- | --- | --- |\n"
    last = f"\n{_escape_html(also_in_base)}\n" if also_in_base else ""
    rows, used = [], len(head.encode()) + len(last.encode()) + _LAST_LINE
    for row in _format_summary_rows(problems):
        used += len(row.encode())
        if used > room:
            break
        rows.append(row)
    left = len(problems) - len(rows)
    rest = f"\n{count_noun(left, 'problem')} more left out: the summary has no room for them.\n" if left else ""
    return f"{head}{''.join(rows)}{rest}{last}" if used <= room or rows else ""


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
    """Text as code, in which GitHub finds no mention, issue or commit."""
    return f"<code>{_escape_html(text)}</code>"


def _escape_html(text: str) -> str:
    """Text without any markup of Markdown or HTML."""
    return "".join(sign if _is_plain(sign) else f"&#{ord(sign)};" for sign in escape_control_chars(text))


def _is_plain(sign: str) -> bool:
    return sign.isalnum() or sign == " " or not sign.isascii()
