"""Shared by the formats for machines: the sentence of a problem, its path, and its fingerprint."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from orgtp.model.problem import Problem

_LINE = re.compile(r"\bline [0-9]+")
_DIGITS = 32


def compute_fingerprints(problems: Iterable[Problem]) -> list[str]:
    """A fingerprint for each problem, unique in the report, by which a platform recognises it in the next run.

    It is a hash of the rule, the path, the message, and the number among equal problems. Line numbers are left out, in
    the message too, so that a line added above does not make an old problem a new one.
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
    """The message and the hint, as sentences."""
    message = problem.message.rstrip(".")
    return f"{message}. {problem.hint}" if problem.hint else f"{message}."


def to_unicode_path(path: str) -> str:
    """A path with bytes that are not UTF-8 as escapes, because JSON cannot contain them."""
    return path.encode("utf-8", "backslashreplace").decode()


def encode_path(path: str) -> bytes:
    """The bytes of a path in the file system."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return to_unicode_path(path).encode()
