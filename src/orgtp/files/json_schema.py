"""The JSON Schemas: where they are, and what jsonschema says of a file by them. Only `validate` comes here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.files.yaml.loader import Document, NotStrict, read_document
from orgtp.model.errors import OrgtpError
from orgtp.model.escalation import SILENCED_FOLDER
from orgtp.model.problem import Problem
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

# Of the files in an org, each of which has a copy there.
NAMES = ("escalation", "org", "retirement", "score", "seat", "silenced")
# And of what is a machine's own.
ALL_NAMES = tuple(sorted((*NAMES, "sources")))
_SCHEMAS = {"org.yaml": "org", "seats": "seat", "retirements": "retirement", "escalations": "escalation"}


class UnknownSchema(OrgtpError):
    """No schema has this name."""

    text = 'there is no schema "{name}". {hint}'


def shipped(name: str) -> Path:
    """A folder that travels with orgtp: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parents[1] / name


def schema_text(name: str) -> str:
    """The JSON Schema `name`, as it is in the file. Raises `UnknownSchema`."""
    if name not in ALL_NAMES:
        hint = f"{did_you_mean(name, ALL_NAMES)} There are: {', '.join(ALL_NAMES)}."
        raise UnknownSchema(name=name, hint=hint.strip())
    return (shipped("schema") / f"{name}.schema.json").read_text(encoding="utf-8")


def schema_problems(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """What jsonschema finds in the YAML files of an org (a file that is not strict YAML has its problem already)."""
    for path, raw in files.items():
        name = schema_of(path)
        if name:
            try:
                document = read_document(path, raw)
            except NotStrict:
                continue
            yield from _found(name, document)


def schema_of(path: str) -> str | None:
    """The name of the schema of a file; nothing where it has none."""
    return "silenced" if path.startswith(SILENCED_FOLDER) else _SCHEMAS.get(path.partition("/")[0])


@cache
def _validator(name: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema_text(name)))


@cache
def _quick(name: str) -> Callable[[Any], bool]:
    """The schema's plain yes or no, from a validator that is a hundred times faster than the one with the words."""
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(json.loads(schema_text(name))).is_valid


def _fits(name: str, data: Any) -> bool:
    try:
        return _quick(name)(data)
    except ValueError:
        # Data that the quick one does not know, such as a decimal.
        return False


def _found(name: str, document: Document) -> Iterator[Problem]:
    if _fits(name, document.data):
        return
    for error in _validator(name).iter_errors(document.data):
        place = document.marks.value_place(*(str(key) for key in error.absolute_path))
        yield Problem("schema", place, f"schema: {_message(error)}", f"See: orgtp schema {name}")


def _message(error: ValidationError) -> str:
    text: Any = error.message
    return str(text) if len(str(text)) <= _LONGEST else f"{str(text)[:_LONGEST]}…"


_LONGEST = 200
