"""The value of each key of a YAML file as text, to compare two versions of the file key by key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.org_pair import KeyValues
from orgtp.model.problem import Keys


def read_key_values(path: str, raw: bytes) -> KeyValues | None:
    """The keys of the YAML file `path` from the top down, each with its value as text; None if it cannot be read.

    A list is one value. A group of keys without any counts as absent.
    """
    try:
        document = read_document(path, raw)
    except NotStrict:
        return None
    return dict(_flatten_group((), document.data)) if isinstance(document.data, dict) else None


def _flatten_group(keys: Keys, group: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    for key, value in group.items():
        if isinstance(value, dict):
            yield from _flatten_group((*keys, key), value)
        else:
            yield (*keys, key), _format_value(value)


def _format_value(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return ", ".join(_format_value(item) for item in value)
    return json.dumps(value, ensure_ascii=False, default=str)
