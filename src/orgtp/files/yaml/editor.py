"""Edits of a YAML file as splices at the parser's marks: a one-value change is a one-line diff.

Comments, order, quotes, blank lines and line ends stay as they are. Each result is read back and compared
with what was wanted before anybody writes it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from orgtp.files.key_order import METRIC_ORDER, ORG_ORDER, SEAT_ORDER
from orgtp.files.yaml.dumper import entry, inline, inline_scalar, item, scalar
from orgtp.files.yaml.loader import NotStrict, YamlNode, read_node
from orgtp.model.change import Data, Drop, Set
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Keys

_ORDER = {key: place for order in (SEAT_ORDER, METRIC_ORDER, ORG_ORDER) for place, key in enumerate(order)}


class CannotEdit(OrgtpError):
    """The edit would not come out as wanted; the file is left as it was."""

    text = "{path}: cannot change {keys} without disturbing the rest of the file. Edit it by hand, then commit."


def edited(path: str, text: str, edit: Set | Drop) -> str:
    """`text`, the content of `path`, after `edit`. Raises `CannotEdit`, or `NotStrict` for a broken file."""
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    root = read_node(path, text)
    wanted = _wanted(path, root.data, edit)
    if repr(wanted) == repr(root.data):
        return mark + text
    out = _set(text, root, edit.keys, edit.value) if isinstance(edit, Set) else _drop(text, root, edit.keys)
    if _read_back(path, out, edit) != wanted:
        raise _cannot(path, edit)
    return mark + out


# Some editors on Windows begin a file with one; libyaml does not count it in its offsets.
_BOM = "\ufeff"


def _cannot(path: str, edit: Set | Drop) -> CannotEdit:
    return CannotEdit(path=path, keys=".".join(edit.keys))


def _read_back(path: str, text: str, edit: Set | Drop) -> Any:
    try:
        return read_node(path, text).data
    except NotStrict as error:
        raise _cannot(path, edit) from error


def _wanted(path: str, data: Any, edit: Set | Drop) -> Any:
    """The data after the edit. Raises `CannotEdit` where the way to the key leads through what is no mapping."""
    here = result = copy.deepcopy(data)
    for key in edit.keys[:-1]:
        below = here.get(key) if isinstance(here, dict) else None
        if isinstance(edit, Drop) and below is None:
            return data
        if below is None and isinstance(here, dict):
            here[key] = below = {}
        here = below
    if not isinstance(here, dict):
        raise _cannot(path, edit)
    if isinstance(edit, Set):
        here[edit.keys[-1]] = _plain(edit.value)
    else:
        here.pop(edit.keys[-1], None)
    return result


def _plain(value: Data) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _set(text: str, node: YamlNode, keys: Keys, value: Data) -> str:
    key, *rest = keys
    found = node.items.get(key)
    if found is None:
        return _insert(text, node, key, _nested(rest, value))
    if rest and found[1].items:
        return _set(text, found[1], tuple(rest), value)
    if node.style == "flow":
        return _replace_inline(text, found[1], _nested(rest, value))
    return _replace(text, *found, key, _nested(rest, value))


def _nested(keys: Sequence[str], value: Data) -> Data:
    return {keys[0]: _nested(keys[1:], value)} if keys else value


def _replace(text: str, key: YamlNode, old: YamlNode, name: str, value: Data) -> str:
    if old.style == "block" and old.parts and isinstance(value, (list, tuple)) and _grows(old, value):
        return _lengthen(text, old, value[len(old.parts) :])
    if old.style == "block" or (isinstance(value, Mapping) and name != "target"):
        return _replace_entry(text, key, old, name, value)
    new = scalar(value, old.style) if not isinstance(value, (Mapping, list, tuple)) else inline(value)
    lead = " " if old.start == old.end and text[old.start - 1 : old.start] == ":" else ""
    return text[: old.start] + lead + new + text[_scalar_end(text, old) :]


def _grows(old: YamlNode, value: Sequence[Data]) -> bool:
    """Whether a list begins as the old one is."""
    return repr(_plain(value[: len(old.parts)])) == repr(old.data)


def _lengthen(text: str, old: YamlNode, more: Sequence[Data]) -> str:
    """A list with more items, a line each; those that are there stay as they are."""
    lead = f"{' ' * (old.column - 1)}- "
    at = _item_end(text, old)
    lines = "".join(f"{lead}{item(value)}{_newline(text)}" for value in more)
    return text[:at] + ("" if text[:at].endswith("\n") else _newline(text)) + lines + text[at:]


def _replace_inline(text: str, old: YamlNode, value: Data) -> str:
    quoted = isinstance(value, str) and old.style in {"'", '"'}
    new = scalar(value, old.style, flow=True) if quoted else inline_scalar(value)
    return text[: old.start] + new + text[old.end :]


def _replace_entry(text: str, key: YamlNode, old: YamlNode, name: str, value: Data) -> str:
    start = _line_start(text, key.start)
    lines = entry(name, value, key.column - 1).replace("\n", _newline(text))
    return text[:start] + lines + text[_item_end(text, old) :]


def _insert(text: str, node: YamlNode, key: str, value: Data) -> str:
    if node.style == "flow" and node.items:
        sep, last = ", ", max(value.end for _, value in node.items.values())
        return text[:last] + sep + f"{scalar(key, flow=True)}: {inline_scalar(value)}" + text[last:]
    before = [name for name in node.items if _ORDER.get(name, -1) < _ORDER.get(key, len(_ORDER))]
    column = min(item.column for item, _ in node.items.values()) - 1
    at = _item_end(text, node.items[before[-1] if before else next(iter(node.items))][1])
    lead = "" if text[:at].endswith("\n") else _newline(text)
    return text[:at] + lead + entry(key, value, column).replace("\n", _newline(text)) + text[at:]


def _drop(text: str, node: YamlNode, keys: Keys) -> str:
    key, *rest = keys
    name, value = node.items[key]
    if len(rest) == 1 and value.style == "block" and len(value.items) == 1:
        return _replace_entry(text, name, value, key, {})
    if rest:
        return _drop(text, value, tuple(rest))
    if node.style == "flow":
        return _drop_inline(text, node, key)
    return text[: _line_start(text, name.start)] + text[_item_end(text, value) :]


def _drop_inline(text: str, node: YamlNode, key: str) -> str:
    """Take one key out of `{…}`, with the comma after it or, for the last one, before it."""
    items = list(node.items.values())
    at = list(node.items).index(key)
    if at + 1 < len(items):
        return text[: items[at][0].start] + text[items[at + 1][0].start :]
    start = items[at - 1][1].end if at else items[at][0].start
    return text[:start] + text[items[at][1].end :]


def _last(node: YamlNode) -> YamlNode:
    """The last scalar of `node`: a block collection's own end mark lies beyond the comments that follow it."""
    below = node.parts or [value for _, value in node.items.values()]
    return _last(below[-1]) if below and node.style == "block" else node


def _item_end(text: str, value: YamlNode) -> int:
    """The offset right after the line on which `value` ends."""
    end = text.find("\n", _scalar_end(text, _last(value)))
    return len(text) if end < 0 else end + 1


def _scalar_end(text: str, node: YamlNode) -> int:
    """Where `node` ends; libyaml counts the blank lines after a block scalar as its own, a reader does not."""
    return node.start + len(text[node.start : node.end].rstrip()) if node.style in {"|", ">"} else node.end


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
