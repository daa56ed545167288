"""One member of a JSON file set, by a splice: comments, order, indentation and all that is not it stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from json.decoder import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn

from orgtp.model.errors import OrgtpError

# A string, so that what stands in it is left alone; or what JSON with comments has and JSON has not.
_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])')
_BLANK = re.compile(r"[^\r\n]")
_MARK = "\ufeff"
_INDENT = "  "


class NotJson(OrgtpError):
    """A text is not JSON, or not an object where one is needed; `line` and `column` count from 1."""

    text = "{line}:{column}: {what}"


class CannotSplice(OrgtpError):
    """What came of an edit is not what it was to be; nothing is lost, for nothing was written."""

    text = "this file is laid out in a way that cannot be edited here"


@dataclass(frozen=True)
class _ObjectSpan:
    """Where an object stands in a text: its braces, and its members' beginnings and the spans of their values."""

    start: int
    end: int
    members: dict[str, tuple[int, int, int]]


def parse_json_object(text: str, *, comments: bool = False) -> dict[str, Any]:
    """The object that `text` is; none of its members where it is empty. Raises `NotJson`."""
    bare = _strip_comments(text, comments=comments)
    if not bare.strip():
        return {}
    data = _decode_json(bare)
    if not isinstance(data, dict):
        _raise_not_json(bare, _skip_space(bare, 0), "an object is needed here: {}")
    return data


def set_json_member(text: str, path: Sequence[str], value: Any, *, comments: bool = False) -> str:
    """`text` with `value` at `path`, whose last key is new or replaced. Objects on the way are made where none is.

    `comments`: it may have comments, and commas after the last member. Raises `NotJson`, `CannotSplice`.
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
    """The same text, of the same length, as plain JSON: what only JSON with comments has becomes space."""
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
    """`text` with the value set in the object that begins `at`."""
    if not bare.startswith("{", at):
        _raise_not_json(bare, at, "an object is needed here: {}")
    here = _scan_object(bare, at)
    key, *rest = path
    if key in here.members:
        begin, start, end = here.members[key]
        if rest:
            return _splice_member(text, bare, start, tuple(rest), value)
        return text[:start] + _format_replacement(text, begin, value) + text[end:]
    for outer in reversed(rest):
        value = {outer: value}
    return _insert_member(text, here, f"{json.dumps(key, ensure_ascii=False)}: ", value)


def _scan_object(bare: str, start: int) -> _ObjectSpan:
    """Where the members of the object are that begins at `start`. Of a key that is there twice, the last one counts."""
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
    """The first place from `at` on that is no space."""
    while at < len(bare) and bare[at] in " \t\r\n":
        at += 1
    return at


def _insert_member(text: str, here: _ObjectSpan, key: str, value: Any) -> str:
    """`text` with a member more at the end of an object, laid out as its neighbours are."""
    last = max((end for _, _, end in here.members.values()), default=here.start + 1)
    inside = text[last : here.end]
    # In `bare` a comma after the last member is blank already.
    comma = "" if not here.members or "," in _COMMENT.sub(_blank_match, inside) else ","
    before, after = text[:last] + comma + inside.rstrip(), text[here.end :]
    newline = "\r\n" if "\r\n" in text else "\n"
    begin = max((begin for begin, _, _ in here.members.values()), default=None)
    if begin is not None and not _begins_line(text, begin):
        return f"{before} {key}{_format_compact(value)}{after}"
    outer = _indent_at(text, here.start)
    inner = _indent_at(text, begin) if begin is not None else outer + _detect_indent(text)
    whole = key + _format_indented(value, _detect_indent(text), inner, newline)
    return f"{before}{newline}{inner}{whole}{newline}{outer}{after}"


def _format_replacement(text: str, begin: int, value: Any) -> str:
    """A value in place of another one."""
    if not _begins_line(text, begin):
        return _format_compact(value)
    return _format_indented(value, _detect_indent(text), _indent_at(text, begin), "\r\n" if "\r\n" in text else "\n")


def _format_compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _format_indented(value: Any, unit: str, indent: str, newline: str) -> str:
    return json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", newline + indent)


def _begins_line(text: str, at: int) -> bool:
    """Whether nothing but space stands before `at` on its line."""
    return at > 0 and not text[text.rfind("\n", 0, at) + 1 : at].strip() and "\n" in text[:at]


def _indent_at(text: str, at: int) -> str:
    """The space that the line of `at` begins with."""
    line = text[text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _detect_indent(text: str) -> str:
    """One step of the text's indentation: that of the first line that has any."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else _INDENT
