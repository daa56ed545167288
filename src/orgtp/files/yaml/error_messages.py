"""What is wrong with a text that is not YAML, said to somebody who has never heard of a token or a scalar."""

from __future__ import annotations

import json
import re
from typing import Any

from orgtp.files.yaml.fast_loader import MAX_DEPTH
from orgtp.model.problem import Place, Problem

_BEGINS = 'a text cannot begin with "{mark}"'
# libyaml's words, ours, and whether the place to look at is where the thing began (its context) or where it broke.
_PLAINLY = {
    "found character that cannot start any token": (_BEGINS, False),
    "did not find expected node content": (_BEGINS, False),
    "block sequence entries are not allowed in this context": (_BEGINS, False),
    "mapping keys are not allowed in this context": (_BEGINS, False),
    "did not find expected comment or line break": (_BEGINS, True),
    "did not find expected alphabetic or numeric character": (_BEGINS, True),
    "mapping values are not allowed in this context": ("a colon that cannot stand here", False),
    "did not find expected key": ("this does not fit what stands before it", False),
    "did not find expected '-' indicator": ("this does not fit the list above it", False),
    "found unexpected end of stream": ("the quote that opens here is never closed", True),
    "did not find expected ',' or ']'": ("the list that opens here is not closed as it should be", True),
    "did not find expected ',' or '}'": ("the brace that opens here is not closed as it should be", True),
    "could not find expected ':'": ("a line that is no key and no value", True),
    "found unknown escape character": ("a backslash that means nothing here", False),
}
# libyaml gives up by itself on what is deeper than a thousand levels, before we have seen the event.
_TOO_DEEP = "exceeded maximum nesting depth"
DEEP = (f"nested deeper than {MAX_DEPTH} levels", "Write it with fewer levels.")
_TAB = "\t"
BREAK = re.compile(r"\r\n|\r|\n")
_ENTRY = re.compile(r"\s*(?:- +)?([A-Za-z0-9_-]+): +(\S.*)")


def explained(path: str, text: str, error: Any) -> Problem:
    """The problem that `error`, PyYAML's, reports of `text`: its place, what it is and how to mend it."""
    said = error.problem or "it cannot be read"
    if said == _TOO_DEEP:
        return Problem("yaml-too-deep", Place(path, error.problem_mark.line + 1, error.problem_mark.column + 1), *DEEP)
    plainly, at_context = _PLAINLY.get(said, (said, False))
    mark = error.context_mark if at_context else error.problem_mark or error.context_mark
    lines = BREAK.split(text.removeprefix("\ufeff"))
    # libyaml ends a text without a last newline on a line more than it has.
    line, column = (mark.line, mark.column) if mark.line < len(lines) else (len(lines) - 1, len(lines[-1]))
    if opened := _open_quote(lines, line, column):
        return Problem("yaml-syntax", Place(path, *opened), "not YAML: the quote that opens here is not closed", _CLOSE)
    if conflict := next((number for number, row in enumerate(lines, 1) if row.startswith("<<<<<<< ")), 0):
        return Problem("yaml-syntax", Place(path, conflict), *_CONFLICT)
    first = lines[line][column : column + 1]
    message = "a tab, where blanks belong" if first == _TAB else _said(plainly, first)
    remedy = _remedy(lines[max(0, line - 1)], lines[line], said)
    return Problem("yaml-syntax", Place(path, line + 1, column + 1), f"not YAML: {message}", remedy)


def _said(plainly: str, first: str) -> str:
    return "something is missing here" if plainly == _BEGINS and not first else plainly.format(mark=first)


_CONFLICT = (
    "a merge conflict that was not resolved",
    "Keep one side of it, and take out the lines that begin with <<<<<<<, ======= and >>>>>>>.",
)


def _open_quote(lines: list[str], line: int, column: int) -> tuple[int, int] | None:
    """Where the quote was opened that closes right before the error, if that is on a line above.

    A forgotten quote swallows every line up to the next one, and only what stands after that is refused.
    """
    quote = lines[line][max(0, column - 1) : column]
    if quote not in {"'", '"'}:
        return None
    opening = re.compile(rf"\s*[A-Za-z0-9_-]+: +{quote}[^{quote}]*")
    above = next((number for number in range(line - 1, -1, -1) if opening.fullmatch(lines[number])), None)
    return None if above is None else (above + 1, lines[above].index(quote) + 1)


def _remedy(above: str, here: str, said: str) -> str:
    if any(_TAB in part[: len(part) - len(part.lstrip())] for part in (above, here)):
        return "Indent with blanks, not with tabs."
    if said in _REMEDIES:
        return _REMEDIES[said]
    return _quoted(here) or "Put the line under the one above it, at the same indent as its neighbours."


_CLOSE = "Close it on the same line, or put the whole text in quotes."
_REMEDIES = {
    "found unexpected end of stream": _CLOSE,
    "did not find expected ',' or ']'": _CLOSE,
    "did not find expected ',' or '}'": _CLOSE,
    "could not find expected ':'": "Write it as key: value, or indent it below the text that it continues.",
    "found unknown escape character": "Write the text in single quotes, or each backslash twice.",
}


def _quoted(line: str) -> str:
    """The line again, its value in quotes; nothing where the line has no value that quotes would mend."""
    match = _ENTRY.fullmatch(line.rstrip())
    if match is None or (match[2][0] not in _NEEDS and ": " not in match[2] and not match[2].endswith(":")):
        return ""
    bare = match[2][1:-1] if len(match[2]) > 1 and match[2][0] == match[2][-1] in "'\"" else match[2]
    return f"Put the text in quotes: {match[1]}: {json.dumps(bare, ensure_ascii=False)}"


_NEEDS = set("@`%*&!|>-?,[]{}'\"")
