"""Read the review of a retirement from a YAML file."""

from __future__ import annotations

from pathlib import Path

from orgtp.files.key_order import REVIEW_KEYS
from orgtp.files.mapping_reader import MappingReader
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.errors import BadInput
from orgtp.model.problem import Problem

REVIEW_FILE_KEYS = ("reason", *REVIEW_KEYS)


def read_review(path: Path) -> dict[str, str]:
    """The keys reason, worked, failed, lesson and rehire of the file. Raises `BadInput` with the place."""
    try:
        document = read_document(str(path), path.read_bytes())
    except OSError as error:
        raise BadInput(what=f"{path} cannot be read: {error.strerror}") from error
    except NotStrict as error:
        raise _make_bad_input(error.problem) from error
    problems: list[Problem] = []
    if not isinstance(document.data, dict):
        raise BadInput(what=f"{path}: the file has no keys. Begin it with worked: …")
    fields = MappingReader(document.data, document.marks, problems, what="the review")
    fields.refuse_unknown_keys(REVIEW_FILE_KEYS)
    texts = {key: fields.text(key) for key in REVIEW_FILE_KEYS if key in document.data}
    if problems:
        raise _make_bad_input(problems[0])
    return texts


def _make_bad_input(problem: Problem) -> BadInput:
    return BadInput(what=f"{problem.place}: {problem.message}. {problem.hint}")
