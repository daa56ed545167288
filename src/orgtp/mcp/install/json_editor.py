"""Sets one member of a JSON file and leaves everything else, such as comments and indentation, as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from json.decoder import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn

from orgtp.model.errors import OrgtpError

# A string, which is skipped, or a comment.
_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])')
_BLANK = re.compile(r"[^\r\n]")
_MARK = "\ufeff"
_INDENT = "  "


class NotJson(OrgtpError):
    """A text that is not JSON, or not an object where one is required. `line` and `column` count from 1."""

    text = "{line}:{column}: {what}"


class CannotSplice(OrgtpError):
    """The result of an edit would be wrong, so nothing was written."""

    text = "the layout of this file does not allow an automatic edit"


@dataclass(frozen=True)
class _ObjectSpan:
    """Where an object is in a text: its braces, and for each member its start and the span of its value."""

    start: int
    end: int
    members: dict[str, tuple[int, int, int]]


def parse_json_object(text: str, *, comments: bool = False) -> dict[str, Any]:
    """Parse a JSON object; an empty text is an empty object. Raises `NotJson`."""
    bare = _strip_comments(text, comments=comments)
    if not bare.strip():
        return {}
    data = _decode_json(bare)
    if not isinstance(data, dict):
        _raise_not_json(bare, _skip_space(bare, 0), "an object is required: {}")
    return data


def set_json_member(text: str, path: Sequence[str], value: Any, *, comments: bool = False) -> str:
    """Return `text` with `value` at `path`. Missing objects on the path are created.

    With `comments`, it may have comments and trailing commas. Raises `NotJson`, `CannotSplice`.
    """
    wanted = _set_in_data(parse_json_object(text, comments=comments), path, value)
    if not _strip_comments(text, comments=comments).strip():
        return json.dumps(wanted, indent=_INDENT, ensure_ascii=False) + "\n"
    bare = _strip_comments(text, comments=comments)
    made = _splice_member(text, bare, _skip_space(bare, 0), tuple(path), value)
    if parse_json_object(made, comments=comments) != wanted:
        raise CannotSplice
    return made


def _set_in_data(data: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    key, *rest = path
    below = data.get(key)
    return {**data, key: _set_in_data(below if isinstance(below, dict) else {}, rest, value) if rest else value}


def _strip_comments(text: str, *, comments: bool) -> str:
    """The text as plain JSON of the same length: comments and trailing commas become spaces."""
    bare = " " + text[1:] if text.startswith(_MARK) else text
    if not comments:
        return bare
    return _LAST_COMMA.sub(_blank_match, _COMMENT.sub(_blank_match, bare))


def _blank_match(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else _BLANK.sub(" ", found[0])


def _decode_json(bare: str) -> Any:
    try:
        return json.loads(bare, parse_constant=_refuse_nonfinite)
    except JSONDecodeError as error:
        _raise_not_json(bare, error.pos, error.msg)
    except RecursionError:
        _raise_not_json(bare, 0, "this is nested too deeply")
    except ValueError as error:
        _raise_not_json(bare, 0, str(error))


def _refuse_nonfinite(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _raise_not_json(bare: str, at: int, what: str) -> NoReturn:
    line = bare.count("\n", 0, at) + 1
    raise NotJson(line=line, column=at - bare.rfind("\n", 0, at), what=what)


def _splice_member(text: str, bare: str, at: int, path: tuple[str, ...], value: Any) -> str:
    """`text` with the value set in the object that begins at `at`."""
    if not bare.startswith("{", at):
        _raise_not_json(bare, at, "an object is required: {}")
    span = _scan_object(bare, at)
    key, *rest = path
    if key in span.members:
        begin, start, end = span.members[key]
        if rest:
            return _splice_member(text, bare, start, tuple(rest), value)
        return text[:start] + _format_replacement(text, begin, value) + text[end:]
    for outer in reversed(rest):
        value = {outer: value}
    return _insert_member(text, span, f"{json.dumps(key, ensure_ascii=False)}: ", value)


def _scan_object(bare: str, start: int) -> _ObjectSpan:
    """Find the members of the object that begins at `start`. The last one of a duplicate key counts."""
    members, at = {}, _skip_space(bare, start + 1)
    while bare[at] != "}":
        begin = _skip_space(bare, at + 1) if bare[at] == "," else at
        key, at = JSONDecoder().raw_decode(bare, begin)
        value = _skip_space(bare, _skip_space(bare, at) + 1)
        _, end = JSONDecoder().raw_decode(bare, value)
        members[key] = (begin, value, end)
        at = _skip_space(bare, end)
    return _ObjectSpan(start, at, members)


def _skip_space(bare: str, at: int) -> int:
    """The first index from `at` on that is not a space."""
    while at < len(bare) and bare[at] in " \t\r\n":
        at += 1
    return at


def _insert_member(text: str, span: _ObjectSpan, key: str, value: Any) -> str:
    """`text` with a new last member of an object, formatted like its neighbours."""
    last = max((end for _, _, end in span.members.values()), default=span.start + 1)
    inside = text[last : span.end]
    # A trailing comma is blanked in `bare`, but still present in `text`.
    comma = "" if not span.members or "," in _COMMENT.sub(_blank_match, inside) else ","
    before, after = text[:last] + comma + inside.rstrip(), text[span.end :]
    newline = "\r\n" if "\r\n" in text else "\n"
    begin = max((begin for begin, _, _ in span.members.values()), default=None)
    if begin is not None and not _begins_line(text, begin):
        return f"{before} {key}{_format_compact(value)}{after}"
    outer = _indent_at(text, span.start)
    inner = _indent_at(text, begin) if begin is not None else outer + _detect_indent(text)
    whole = key + _format_indented(value, _detect_indent(text), inner, newline)
    return f"{before}{newline}{inner}{whole}{newline}{outer}{after}"


def _format_replacement(text: str, begin: int, value: Any) -> str:
    """Format a value that replaces another."""
    if not _begins_line(text, begin):
        return _format_compact(value)
    return _format_indented(value, _detect_indent(text), _indent_at(text, begin), "\r\n" if "\r\n" in text else "\n")


def _format_compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _format_indented(value: Any, unit: str, indent: str, newline: str) -> str:
    return json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", newline + indent)


def _begins_line(text: str, at: int) -> bool:
    """Whether only spaces precede `at` on its line."""
    return at > 0 and not text[text.rfind("\n", 0, at) + 1 : at].strip() and "\n" in text[:at]


def _indent_at(text: str, at: int) -> str:
    """The indentation of the line of `at`."""
    line = text[text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _detect_indent(text: str) -> str:
    """One level of the text's indentation: that of the first indented line."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else _INDENT
