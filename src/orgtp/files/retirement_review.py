"""A review of a retirement, brought as a YAML file."""

from __future__ import annotations

from pathlib import Path

from orgtp.files.key_order import REVIEW_KEYS
from orgtp.files.mapping_reader import Fields
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.errors import BadInput
from orgtp.model.problem import Problem

KEYS = ("reason", *REVIEW_KEYS)


def read_review(path: Path) -> dict[str, str]:
    """What the file says of reason, worked, failed, lesson and rehire. Raises `BadInput` with the place."""
    try:
        document = read_document(str(path), path.read_bytes())
    except OSError as error:
        raise BadInput(what=f"{path} cannot be read: {error.strerror}") from error
    except NotStrict as error:
        raise _bad(error.problem) from error
    problems: list[Problem] = []
    if not isinstance(document.data, dict):
        raise BadInput(what=f"{path}: not a mapping of keys. Begin it with worked: …")
    fields = Fields(document.data, document.marks, problems, what="the review")
    fields.only(KEYS)
    told = {key: fields.text(key) for key in KEYS if key in document.data}
    if problems:
        raise _bad(problems[0])
    return told


def _bad(problem: Problem) -> BadInput:
    return BadInput(what=f"{problem.place}: {problem.message}. {problem.hint}")
