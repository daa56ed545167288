"""The JSON Schemas: find them, and check files with jsonschema. Only `validate` uses this module."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.files.yaml.loader import NotStrict, YamlDocument, read_document
from orgtp.model.errors import OrgtpError
from orgtp.model.escalation import SILENCED_FOLDER
from orgtp.model.problem import Problem
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

# The schemas of the files of an org, which `init` copies into it.
NAMES = ("escalation", "explained", "org", "retirement", "score", "seat", "silenced")
# All schemas, including that of a machine's sources file.
ALL_NAMES = tuple(sorted((*NAMES, "sources")))
_SCHEMAS = {"org.yaml": "org", "seats": "seat", "retirements": "retirement", "escalations": "escalation"}


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
    return "silenced" if path.startswith(SILENCED_FOLDER) else _SCHEMAS.get(path.partition("/")[0])


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
