"""What the formats for machines share: the sentence of a problem, its path, and its fingerprint."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from orgtp.model.problem import Problem

_LINE = re.compile(r"\bline [0-9]+")
_DIGITS = 32


def compute_fingerprints(problems: Iterable[Problem]) -> list[str]:
    """One for each problem, unique in the report: of its rule, path and message, and its number among equal ones.

    By it a platform knows a problem of the last run again. Where it stands is left out, in the message, too: a line
    that is added above makes no old problem a new one.
    """
    seen: Counter[str] = Counter()
    found = []
    for problem in problems:
        same = "\0".join((problem.rule, problem.place.path, _LINE.sub("line", problem.message)))
        seen[same] += 1
        whole = f"{same}\0{seen[same]}".encode("utf-8", "surrogatepass")
        found.append(sha256(whole).hexdigest()[:_DIGITS])
    return found


def format_problem(problem: Problem) -> str:
    """What is wrong and the way out, as sentences."""
    message = problem.message.rstrip(".")
    return f"{message}. {problem.hint}" if problem.hint else f"{message}."


def to_unicode_path(path: str) -> str:
    """A path as it is, but for bytes of it that are no UTF-8: those are escapes, for no JSON can hold them."""
    return path.encode("utf-8", "backslashreplace").decode()


def encode_path(path: str) -> bytes:
    """A path as the file system has it."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return to_unicode_path(path).encode()
