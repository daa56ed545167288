"""How the files of each kind of record are read: one reader for each entry of `orgtp.model.records.kinds`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orgtp.files.escalation import read_escalation, read_silences
from orgtp.files.explanation import read_explanations
from orgtp.files.org import read_retirement
from orgtp.files.scores import read_scores
from orgtp.files.todo import read_todo
from orgtp.model.problem import Problem
from orgtp.model.records.kinds import RecordKind, find_kind_of_file

# Path and content to what is in the file: one record, or None if it cannot be read; for JSON Lines, a tuple of records.
RecordReader = Callable[[str, bytes], tuple[Any, tuple[Problem, ...]]]

RECORD_READERS: Mapping[str, RecordReader] = {
    "score": read_scores,
    "retirement": read_retirement,
    "silenced": read_silences,
    "escalation": read_escalation,
    "explained": lambda _path, raw: read_explanations(raw),
    "todo": read_todo,
}


def read_record(kind: RecordKind, path: str, raw: bytes) -> tuple[Any, tuple[Problem, ...]]:
    """What is in a file of a kind, and the problems of the file."""
    return RECORD_READERS[kind.name](path, raw)


def read_records(
    files: Mapping[str, bytes], problems: list[Problem], unreadable: set[str], kinds: Iterable[RecordKind]
) -> dict[str, Any]:
    """The records of these kinds, by the field of `Org` that has them: by key, or all lines in the order of the files.

    Problems are added to `problems`, and a file that is not a record to `unreadable`.
    """
    found: dict[str, Any] = {kind.attribute: () if kind.is_lines else {} for kind in kinds}
    for path, raw in files.items():
        kind = find_kind_of_file(path)
        if kind is None or kind.attribute not in found:
            continue
        item, wrong = read_record(kind, path, raw)
        problems.extend(wrong)
        if kind.is_lines:
            found[kind.attribute] += item
        elif item is None:
            unreadable.add(path)
        else:
            found[kind.attribute][kind.find_key(path)] = item
    return found
