"""Explain YAML syntax errors to people who do not know terms such as token or scalar."""

from __future__ import annotations

import json
import re
from typing import Any

from orgtp.files.yaml.fast_loader import MAX_DEPTH
from orgtp.model.problem import Place, Problem

_BEGINS = 'a value cannot begin with "{mark}"'
# libyaml's message, ours, and whether to show where the construct begins (its context) or where the error is.
_MESSAGES = {
    "found character that cannot start any token": (_BEGINS, False),
    "did not find expected node content": (_BEGINS, False),
    "block sequence entries are not allowed in this context": (_BEGINS, False),
    "mapping keys are not allowed in this context": (_BEGINS, False),
    "did not find expected comment or line break": (_BEGINS, True),
    "did not find expected alphabetic or numeric character": (_BEGINS, True),
    "mapping values are not allowed in this context": ("unexpected colon", False),
    "did not find expected key": ("this does not fit what comes before it", False),
    "did not find expected '-' indicator": ("this does not fit the list above it", False),
    "found unexpected end of stream": ("the quote that opens here is never closed", True),
    "did not find expected ',' or ']'": ("the list that opens here is not closed correctly", True),
    "did not find expected ',' or '}'": ("the brace that opens here is not closed correctly", True),
    "could not find expected ':'": ("this line is neither a key nor a value", True),
    "found unknown escape character": ("unknown escape after a backslash", False),
}
# libyaml itself stops at a thousand levels, before we receive the event.
_TOO_DEEP = "exceeded maximum nesting depth"
DEEP = (f"nested deeper than {MAX_DEPTH} levels", "Use fewer levels.")
_TAB = "\t"
BREAK = re.compile(r"\r\n|\r|\n")
_ENTRY = re.compile(r"\s*(?:- +)?([A-Za-z0-9_-]+): +(\S.*)")


def explain_yaml_error(path: str, text: str, error: Any) -> Problem:
    """The problem for PyYAML's `error` in `text`: its place, a message and how to fix it."""
    reason = error.problem or "it cannot be read"
    if reason == _TOO_DEEP:
        return Problem("yaml-too-deep", Place(path, error.problem_mark.line + 1, error.problem_mark.column + 1), *DEEP)
    message, at_context = _MESSAGES.get(reason, (reason, False))
    mark = error.context_mark if at_context else error.problem_mark or error.context_mark
    lines = BREAK.split(text.removeprefix("\ufeff"))
    # For a text without a final newline, libyaml reports a line after the last one.
    line, column = (mark.line, mark.column) if mark.line < len(lines) else (len(lines) - 1, len(lines[-1]))
    if opened := _find_open_quote(lines, line, column):
        return Problem("yaml-syntax", Place(path, *opened), "not YAML: the quote that opens here is not closed", _CLOSE)
    if conflict := next((number for number, row in enumerate(lines, 1) if row.startswith("<<<<<<< ")), 0):
        return Problem("yaml-syntax", Place(path, conflict), *_CONFLICT)
    first = lines[line][column : column + 1]
    what = "a tab is used for indentation" if first == _TAB else _describe_yaml_error(message, first)
    remedy = _suggest_yaml_fix(lines[max(0, line - 1)], lines[line], reason)
    return Problem("yaml-syntax", Place(path, line + 1, column + 1), f"not YAML: {what}", remedy)


def _describe_yaml_error(message: str, first: str) -> str:
    return "something is missing here" if message == _BEGINS and not first else message.format(mark=first)


_CONFLICT = (
    "unresolved merge conflict",
    "Keep one side, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>.",
)


def _find_open_quote(lines: list[str], line: int, column: int) -> tuple[int, int] | None:
    """The line and column of the quote that closes right before the error, if it opens on an earlier line.

    An unclosed quote extends to the next quote in the file, and the parser only fails after that one.
    """
    quote = lines[line][max(0, column - 1) : column]
    if quote not in {"'", '"'}:
        return None
    opening = re.compile(rf"\s*[A-Za-z0-9_-]+: +{quote}[^{quote}]*")
    above = next((number for number in range(line - 1, -1, -1) if opening.fullmatch(lines[number])), None)
    return None if above is None else (above + 1, lines[above].index(quote) + 1)


def _suggest_yaml_fix(above: str, line: str, error: str) -> str:
    if any(_TAB in part[: len(part) - len(part.lstrip())] for part in (above, line)):
        return "Indent with spaces, not with tabs."
    if error in _REMEDIES:
        return _REMEDIES[error]
    return _suggest_quotes(line) or "Indent the line like its neighbours."


_CLOSE = "Close it on the same line, or put the whole value in quotes."
_REMEDIES = {
    "found unexpected end of stream": _CLOSE,
    "did not find expected ',' or ']'": _CLOSE,
    "did not find expected ',' or '}'": _CLOSE,
    "could not find expected ':'": "Write it as key: value, or indent it below the value that it continues.",
    "found unknown escape character": "Use single quotes, or double each backslash.",
}


# Hints that repeat a value of the file begin with these words, so that a reader of secrets can recognise them.
QUOTE_VALUE = "Put the value in quotes"


def _suggest_quotes(line: str) -> str:
    """A hint with the line's value in quotes; "" if quotes would not help."""
    match = _ENTRY.fullmatch(line.rstrip())
    if match is None or (match[2][0] not in _NEEDS and ": " not in match[2] and not match[2].endswith(":")):
        return ""
    bare = match[2][1:-1] if len(match[2]) > 1 and match[2][0] == match[2][-1] in "'\"" else match[2]
    return f"{QUOTE_VALUE}: {match[1]}: {json.dumps(bare, ensure_ascii=False)}"


_NEEDS = set("@`%*&!|>-?,[]{}'\"")
