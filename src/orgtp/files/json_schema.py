"""The JSON Schemas: find them, and check files with jsonschema. Only `validate` uses this module."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.files.yaml.loader import NotStrict, YamlDocument, read_document
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Problem
from orgtp.model.records.kinds import RECORD_KINDS, find_kind
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

# The schemas of the files of an org, which `init` copies into it.
NAMES = tuple(sorted({"org", "seat", *(kind.schema for kind in RECORD_KINDS if kind.schema)}))
# All schemas, including that of a machine's sources file.
ALL_NAMES = tuple(sorted((*NAMES, "sources")))


class UnknownSchema(OrgtpError):
    """No schema has this name."""

    text = 'there is no schema "{name}". {hint}'


def shipped_dir(name: str) -> Path:
    """A folder that is shipped with orgtp: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parents[1] / name


def read_schema(name: str) -> str:
    """The text of the JSON Schema `name`. Raises `UnknownSchema`."""
    if name not in ALL_NAMES:
        hint = f"{did_you_mean(name, ALL_NAMES)} There are: {', '.join(ALL_NAMES)}."
        raise UnknownSchema(name=name, hint=hint.strip())
    return (shipped_dir("schema") / f"{name}.schema.json").read_text(encoding="utf-8")


def find_schema_problems(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """The problems that jsonschema finds in YAML files. Files that are not strict YAML are skipped."""
    for path, raw in files.items():
        name = find_schema_name(path)
        if name:
            try:
                document = read_document(path, raw)
            except NotStrict:
                continue
            yield from _list_schema_errors(name, document)


def find_schema_name(path: str) -> str | None:
    """The name of the schema of a file; None if it has none."""
    kind = find_kind(path)
    if kind:
        return kind.schema or None if not kind.is_lines else None
    return {"org.yaml": "org", "seats": "seat"}.get(path.partition("/")[0])


@cache
def _load_validator(name: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(read_schema(name)))


@cache
def _load_fast_validator(name: str) -> Callable[[Any], bool]:
    """A validator that only answers yes or no, a hundred times faster than the one with messages."""
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(json.loads(read_schema(name))).is_valid


def _is_valid(name: str, data: Any) -> bool:
    try:
        return _load_fast_validator(name)(data)
    except ValueError:
        # Data that the fast validator does not support, such as a decimal.
        return False


def _list_schema_errors(name: str, document: YamlDocument) -> Iterator[Problem]:
    if _is_valid(name, document.data):
        return
    for error in _load_validator(name).iter_errors(document.data):
        place = document.marks.value_place(*(str(key) for key in error.absolute_path))
        yield Problem("schema", place, f"schema: {_shorten_message(error)}", f"See: orgtp schema {name}")


def _shorten_message(error: ValidationError) -> str:
    text: Any = error.message
    return str(text) if len(str(text)) <= _LONGEST else f"{str(text)[:_LONGEST]}…"


_LONGEST = 200
