"""Which files of a tree are read at all. One that is not, and belongs there, is a problem at its path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orgtp.files.scores import MAX_LINES, seat_of
from orgtp.files.tree import HEAD, MAX_BYTES, SINGLE, FileInfo
from orgtp.files.yaml import loader as yaml_read
from orgtp.model.escalation import ESCALATION_ID as ESCALATION
from orgtp.model.escalation import ESCALATIONS_FOLDER, SILENCED_FOLDER
from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.text import ID_DESCRIPTION, is_id

_YAML = re.compile(r"(seats|retirements|escalations/silenced)/([^/]+)\.yaml")
_ESCALATION = re.compile(rf"{ESCALATIONS_FOLDER}({ESCALATION.pattern})\.yaml")


def sifted(entries: Iterable[FileInfo]) -> tuple[list[str], list[Problem]]:
    """The paths of the files to read, and what is wrong with the others."""
    known = [entry for entry in entries if not _left_alone(entry)]
    clashes = _clashes(known)
    problems = list(clashes.values())
    paths = []
    for entry in known:
        if problem := _unfit(entry):
            problems += () if _under(entry.path, clashes) else (problem,)
        else:
            paths.append(entry.path)
    return paths, problems


def _left_alone(entry: FileInfo) -> bool:
    name = entry.path.rpartition("/")[2]
    return name.startswith(".") or name == "README.md"


def _under(path: str, clashes: dict[str, Problem]) -> bool:
    return bool(clashes) and any(part in clashes for part in _parts(path))


def _parts(path: str) -> Iterator[str]:
    """A path's folders from the top down, and itself."""
    yield from (path[:at] for at, mark in enumerate(path) if mark == "/")
    yield path


def _clashes(entries: list[FileInfo]) -> dict[str, Problem]:
    """The files and folders whose paths differ from another's only by case, by path."""
    odd = [path for entry in entries if (path := entry.path) != path.casefold()]
    if not odd:
        return {}
    first: dict[str, str] = {}
    for path in sorted((entry.path for entry in entries), key=lambda path: (path != path.casefold(), path)):
        for part in _parts(path):
            first.setdefault(part.casefold(), part)
    found: dict[str, Problem] = {}
    for path in odd:
        twin = next((part for part in _parts(path) if first[part.casefold()] != part), "")
        if twin and twin not in found:
            found[twin] = _clash(path, twin, first[twin.casefold()])
    return found


def _clash(path: str, part: str, other: str) -> Problem:
    message = f"{part} differs from {other} only by case"
    hint = f"Rename it or take it out: a disk that does not tell the two apart keeps one, and {other} may be lost."
    return Problem("id-differs-by-case", Place(path), message, hint)


def _unfit(entry: FileInfo) -> Problem | None:
    path, place = entry.path, Place(entry.path)
    if not entry.plain:
        message = "a link, a submodule or a device, not a file"
        return Problem("not-a-file", place, message, "Put the file itself there.")
    if path in SINGLE and path != HEAD:
        return None
    match = _YAML.fullmatch(path)
    known = path == HEAD or _ESCALATION.fullmatch(path) is not None
    if known or (match and is_id(match[2])) or is_id(seat_of(path) or ""):
        return too_large(path, entry.size)
    if match:
        return Problem(
            "bad-id", place, f'"{match[2]}" is not an id', f"A file is named for its seat: {ID_DESCRIPTION}."
        )
    if path.startswith("seats/"):
        return Problem("seat-file-name", place, "a file in seats/ that is no seat", _remedy(path))
    return Problem("unknown-file", place, "not a file that orgtp reads", _remedy(path), Severity.WARNING)


def too_large(path: str, size: int, lines: int = 0) -> Problem | None:
    """The problem of a file of more bytes or lines than are read."""
    if not path.endswith(".jsonl"):
        return Problem("yaml-too-large", Place(path), *yaml_read.TOO_LARGE) if size > yaml_read.MAX_BYTES else None
    what = f"larger than {MAX_BYTES // 1024 // 1024} MiB" if size > MAX_BYTES else f"more than {MAX_LINES:,} lines"
    if size <= MAX_BYTES and lines <= MAX_LINES:
        return None
    hint = "A score file holds one month of one seat: see what wrote so much there."
    return Problem("too-large", Place(path), f"{what}, so it was not read", hint)


def _remedy(path: str) -> str:
    folder, _, name = path.partition("/")
    if name.endswith((".yml", ".YAML", ".YML")):
        return f"Rename it to {folder}/{name.rpartition('.')[0].lower()}.yaml."
    silenced = (
        f"{SILENCED_FOLDER}SEAT.yaml"
        if path.startswith(SILENCED_FOLDER)
        else f"{ESCALATIONS_FOLDER}2026-11-20-SEAT-WHAT.yaml"
    )
    other = {"scores": "scores/SEAT/2026-11.jsonl", "escalations": silenced}
    wanted = other.get(folder, f"{folder}/SEAT.yaml")
    return f"Files here are named {wanted}; move it elsewhere in the repository."
