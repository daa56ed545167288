"""Read audit/explained.jsonl into `Explanation`s. See also schema/explained.schema.json."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from orgtp.files.scores import decode_json_line, find_text_error, parse_timestamp
from orgtp.model.explanation import COMMIT_ID, EXPLAINED_PATH, RULE_ID, Explanation
from orgtp.model.problem import Place, Problem
from orgtp.model.text import is_id

_RULE = "explanation-malformed"
_NEEDED = ("at", "commit", "rule", "reason", "decided_by")
_TEXTS = (*_NEEDED, "path", "by")
_HINT = "To see what changed since the last commit: git diff -- audit/explained.jsonl"


@lru_cache(maxsize=64)
def read_explanations(raw: bytes) -> tuple[tuple[Explanation, ...], tuple[Problem, ...]]:
    """The explanations in the content of the file, and the problems of its lines."""
    *lines, last = raw.split(b"\n")
    found: list[Explanation] = []
    problems: list[Problem] = []
    for number, line in enumerate([*lines, last] if last else lines, 1):
        one, why = parse_explanation(line, number)
        if one:
            found.append(one)
        else:
            problems.append(Problem(_RULE, Place(EXPLAINED_PATH, number), f"not an explanation: {why}", _HINT))
    if last:
        place = Place(EXPLAINED_PATH, len(lines) + 1, len(last.decode(errors="replace")) + 1)
        problems.append(Problem(_RULE, place, "the last line has no newline", "Add a newline at the end."))
    return tuple(found), tuple(problems)


def parse_explanation(line: bytes, number: int) -> tuple[Explanation | None, str]:
    """The explanation in a line, or the reason why it is none."""
    data, wrong = decode_json_line(line)
    why = wrong or find_text_error(data, _NEEDED, _TEXTS) or _find_format_error(data)
    if why:
        return None, why
    at = parse_timestamp(data["at"])
    if at is None:
        return None, '"at" is not a UTC time such as 2026-11-20T13:00:02Z'
    path, by = data.get("path", ""), data.get("by", "")
    place = Place(EXPLAINED_PATH, number)
    return Explanation(at, data["commit"], data["rule"], path, data["reason"], data["decided_by"], by, place), ""


def _find_format_error(data: dict[str, str]) -> str:
    """The reason why a text of an explanation has not the form that it needs; "" if all have."""
    return next((f'"{key}" is {what}' for key, what, fits in _FORMS if not fits(data.get(key, "x"))), "")


_FORMS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("commit", "not the full id of a commit", COMMIT_ID.fullmatch),
    ("rule", "not the id of a rule", RULE_ID.fullmatch),
    ("reason", "empty", str.strip),
    ("decided_by", "not an id", is_id),
    ("by", "not an id", is_id),
)
