"""Edit a YAML file by splicing text at the parser's marks, so that a change of one value is a one-line diff.

Comments, order, quotes, blank lines and line endings are preserved. The result is parsed and compared with the intended
data before it is returned.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from orgtp.files.key_order import METRIC_ORDER, ORG_ORDER, SEAT_ORDER
from orgtp.files.yaml.dumper import format_inline, format_inline_part, format_scalar, format_yaml_entry
from orgtp.files.yaml.loader import NotStrict, YamlNode, parse_nodes
from orgtp.model.change import AppendItems, DropItems, DropKey, SetKey, YamlData
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Keys

_ORDER = {key: index for order in (SEAT_ORDER, METRIC_ORDER, ORG_ORDER) for index, key in enumerate(order)}


class CannotEdit(OrgtpError):
    """The edit would not give the intended result, so nothing is changed."""

    text = "{path}: cannot change {keys} without affecting the rest of the file. Edit it by hand, then commit."


def edit_yaml(path: str, text: str, change: SetKey | DropKey | AppendItems | DropItems) -> str:
    """Apply `change` to `text`, the content of `path`. Raises `CannotEdit`, or `NotStrict` for an invalid file."""
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    root = parse_nodes(path, text)
    edit = change if isinstance(change, SetKey | DropKey) else _set_items(root, change)
    wanted = _apply_to_data(path, root.data, edit)
    if repr(wanted) == repr(root.data):
        return mark + text
    if isinstance(change, DropItems) and isinstance(edit, SetKey):
        out = _drop_items(text, root, change)
    else:
        out = (
            _set_key(text, root, edit.keys, edit.value)
            if isinstance(edit, SetKey)
            else _drop_key(text, root, edit.keys)
        )
    if _read_back(path, out, edit) != wanted:
        raise _make_edit_error(path, edit)
    return mark + out


def _find_list(root: YamlNode, keys: Keys) -> YamlNode | None:
    """The list under `keys`, if there is one."""
    node: YamlNode | None = root
    for key in keys:
        node = node.items[key][1] if node and key in node.items else None
    return node if node and isinstance(node.data, list) else None


def _set_items(root: YamlNode, change: AppendItems | DropItems) -> SetKey | DropKey:
    """The list as it is after the change, or no list if it has no items."""
    found = _find_list(root, change.keys)
    old = list(found.data) if found else []
    if isinstance(change, AppendItems):
        return SetKey(change.path, change.keys, [*old, *change.items])
    rest = [item for item in old if not _is_named(item, change)]
    return SetKey(change.path, change.keys, rest) if rest else DropKey(change.path, change.keys)


def _is_named(item: object, change: DropItems) -> bool:
    return (item.get(change.by) if isinstance(item, dict) else item) in change.texts


def _drop_items(text: str, root: YamlNode, change: DropItems) -> str:
    """Remove items of a list: their lines from a block, or their places in `[…]`."""
    node = _find_list(root, change.keys)
    for part in reversed(node.parts if node else []):
        if node and _is_named(part.data, change):
            if node.style == "block":
                text = text[: _find_line_start(text, part.start)] + text[_find_item_end(text, part) :]
            else:
                text = _drop_part(text, part)
    return text


def _drop_part(text: str, part: YamlNode) -> str:
    """Remove one item from `[…]` with the comma after it or, for what is then the last one, before it."""
    after = text[part.end :].lstrip()
    if after.startswith(","):
        rest = after[1:].lstrip()
        return text[: part.start] + rest
    before = text[: part.start].rstrip()
    return before.removesuffix(",") + text[part.end :]


# Some Windows editors start a file with a byte order mark, which libyaml does not count in its offsets.
_BOM = "\ufeff"


def _make_edit_error(path: str, edit: SetKey | DropKey) -> CannotEdit:
    return CannotEdit(path=path, keys=".".join(edit.keys))


def _read_back(path: str, text: str, edit: SetKey | DropKey) -> Any:
    try:
        return parse_nodes(path, text).data
    except NotStrict as error:
        raise _make_edit_error(path, edit) from error


def _apply_to_data(path: str, data: Any, edit: SetKey | DropKey) -> Any:
    """Return the data after the edit. Raises `CannotEdit` if a parent of the key is not a mapping."""
    node = result = copy.deepcopy(data)
    for key in edit.keys[:-1]:
        if isinstance(node, list):
            node = _get_item(path, node, key, edit)
            continue
        below = node.get(key) if isinstance(node, dict) else None
        if isinstance(edit, DropKey) and below is None:
            return data
        if below is None and isinstance(node, dict):
            node[key] = below = {}
        node = below
    if isinstance(node, list) and isinstance(edit, SetKey):
        _get_item(path, node, edit.keys[-1], edit)
        node[int(edit.keys[-1])] = _to_plain_data(edit.value)
        return result
    if not isinstance(node, dict):
        raise _make_edit_error(path, edit)
    if isinstance(edit, SetKey):
        node[edit.keys[-1]] = _to_plain_data(edit.value)
    else:
        node.pop(edit.keys[-1], None)
    return result


def _get_item(path: str, items: list[Any], number: str, edit: SetKey | DropKey) -> Any:
    """The item of a list. Raises `CannotEdit` if it has no such item: an edit changes items and adds none."""
    if not number.isdecimal() or int(number) >= len(items):
        raise _make_edit_error(path, edit)
    return items[int(number)]


def _to_plain_data(value: YamlData) -> Any:
    if isinstance(value, Mapping):
        return {key: _to_plain_data(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_to_plain_data(item) for item in value]
    return value


def _set_key(text: str, node: YamlNode, keys: Keys, value: YamlData) -> str:
    key, *rest = keys
    if node.parts:
        return _set_item(text, node, int(key), rest, value)
    found = node.items.get(key)
    if found is None:
        return _insert_key(text, node, key, _nest_value(rest, value))
    if rest and (found[1].items or found[1].parts):
        return _set_key(text, found[1], tuple(rest), value)
    if node.style == "flow":
        return _replace_inline(text, found[1], _nest_value(rest, value))
    return _replace_value(text, *found, key, _nest_value(rest, value))


def _set_item(text: str, items: YamlNode, number: int, rest: Sequence[str], value: YamlData) -> str:
    """Set an item of a list, or a key below it, and leave the other items as they are."""
    old = items.parts[number]
    if rest:
        return _set_key(text, old, tuple(rest), value)
    if items.style == "flow" or old.style in {"flow", "block"}:
        return _replace_inline(text, old, value)
    return text[: old.start] + format_scalar(value, old.style) + text[_find_scalar_end(text, old) :]


def _nest_value(keys: Sequence[str], value: YamlData) -> YamlData:
    return {keys[0]: _nest_value(keys[1:], value)} if keys else value


def _replace_value(text: str, key: YamlNode, old: YamlNode, name: str, value: YamlData) -> str:
    if old.style == "block" and old.parts and isinstance(value, (list, tuple)) and _extends_list(old, value):
        return _append_items(text, old, value[len(old.parts) :])
    if old.style == "block" or (isinstance(value, Mapping) and name != "target"):
        return _replace_entry(text, key, old, name, value)
    new = format_scalar(value, old.style) if not isinstance(value, (Mapping, list, tuple)) else format_inline(value)
    lead = " " if old.start == old.end and text[old.start - 1 : old.start] == ":" else ""
    return text[: old.start] + lead + new + text[_find_scalar_end(text, old) :]


def _extends_list(old: YamlNode, value: Sequence[YamlData]) -> bool:
    """Whether the new list is the old one with items added at the end."""
    return repr(_to_plain_data(value[: len(old.parts)])) == repr(old.data)


def _append_items(text: str, old: YamlNode, more: Sequence[YamlData]) -> str:
    """Append items to a block list, one line each, without touching the existing lines."""
    lead = f"{' ' * (old.column - 1)}- "
    at = _find_item_end(text, old)
    lines = "".join(f"{lead}{format_inline(value)}{_detect_newline(text)}" for value in more)
    return text[:at] + ("" if text[:at].endswith("\n") else _detect_newline(text)) + lines + text[at:]


def _replace_inline(text: str, old: YamlNode, value: YamlData) -> str:
    quoted = isinstance(value, str) and old.style in {"'", '"'}
    new = format_scalar(value, old.style, flow=True) if quoted else format_inline_part(value)
    return text[: old.start] + new + text[old.end :]


def _replace_entry(text: str, key: YamlNode, old: YamlNode, name: str, value: YamlData) -> str:
    start = _find_line_start(text, key.start)
    lines = format_yaml_entry(name, value, key.column - 1).replace("\n", _detect_newline(text))
    return text[:start] + lines + text[_find_item_end(text, old) :]


def _insert_key(text: str, node: YamlNode, key: str, value: YamlData) -> str:
    if node.style == "flow" and node.items:
        sep, last = ", ", max(value.end for _, value in node.items.values())
        return text[:last] + sep + f"{format_scalar(key, flow=True)}: {format_inline_part(value)}" + text[last:]
    before = [name for name in node.items if _ORDER.get(name, -1) < _ORDER.get(key, len(_ORDER))]
    column = min(item.column for item, _ in node.items.values()) - 1
    at = _find_item_end(text, node.items[before[-1] if before else next(iter(node.items))][1])
    lead = "" if text[:at].endswith("\n") else _detect_newline(text)
    return text[:at] + lead + format_yaml_entry(key, value, column).replace("\n", _detect_newline(text)) + text[at:]


def _drop_key(text: str, node: YamlNode, keys: Keys) -> str:
    key, *rest = keys
    name, value = node.items[key]
    if len(rest) == 1 and value.style == "block" and len(value.items) == 1:
        return _replace_entry(text, name, value, key, {})
    if rest:
        return _drop_key(text, value, tuple(rest))
    if node.style == "flow":
        return _drop_inline(text, node, key)
    return text[: _find_line_start(text, name.start)] + text[_find_item_end(text, value) :]


def _drop_inline(text: str, node: YamlNode, key: str) -> str:
    """Remove one key from `{…}` with the comma after it or, for the last key, before it."""
    items = list(node.items.values())
    at = list(node.items).index(key)
    if at + 1 < len(items):
        return text[: items[at][0].start] + text[items[at + 1][0].start :]
    start = items[at - 1][1].end if at else items[at][0].start
    return text[:start] + text[items[at][1].end :]


def _find_last_scalar(node: YamlNode) -> YamlNode:
    """The last scalar of `node`: the end mark of a block collection is after the comments that follow it."""
    below = node.parts or [value for _, value in node.items.values()]
    return _find_last_scalar(below[-1]) if below and node.style == "block" else node


def _find_item_end(text: str, value: YamlNode) -> int:
    """The offset after the line on which `value` ends."""
    end = text.find("\n", _find_scalar_end(text, _find_last_scalar(value)))
    return len(text) if end < 0 else end + 1


def _find_scalar_end(text: str, node: YamlNode) -> int:
    """The end offset of `node`, without the blank lines that libyaml counts as part of a block scalar."""
    return node.start + len(text[node.start : node.end].rstrip()) if node.style in {"|", ">"} else node.end


def _find_line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _detect_newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
