"""Open the YAML file of a record: its top-level mapping, strictly read."""

from __future__ import annotations

from dataclasses import replace

from orgtp.files.mapping_reader import MappingReader
from orgtp.files.seat import build_mapping_problem
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.problem import Problem
from orgtp.model.records.kinds import find_kind_of_file

# The rule for a value of a record that is none of those that its key may have.
BAD_RECORD = "bad-record"


def read_mapping(path: str, raw: bytes, problems: list[Problem], what: str) -> MappingReader | None:
    """The top-level mapping of a file; None, and a problem, if there is none. Messages call the mapping `what`."""
    try:
        document = read_document(path, raw)
    except NotStrict as error:
        problems.append(error.problem)
        return None
    if not isinstance(document.data, dict):
        kind = find_kind_of_file(path)
        hint = f"See: orgtp schema {kind.schema}" if kind else ""
        problems.append(replace(build_mapping_problem(path), hint=hint))
        return None
    return MappingReader(document.data, document.marks, problems, what=what)
