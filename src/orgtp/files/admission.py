"""Decide which files of a tree are read. A file that cannot be read or has a wrong name is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orgtp.files.scores import MAX_LINES, find_seat_of_scores
from orgtp.files.tree import HEAD, MAX_BYTES, SINGLE, TOP_NAMES, FileInfo
from orgtp.files.yaml import loader as yaml_read
from orgtp.model.commit import MAILMAP_PATH
from orgtp.model.escalation import ESCALATION_ID as ESCALATION
from orgtp.model.escalation import ESCALATIONS_FOLDER, SILENCED_FOLDER
from orgtp.model.explanation import EXPLAINED_PATH
from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.text import ID_DESCRIPTION, is_id

_YAML = re.compile(r"(seats|retirements|escalations/silenced)/([^/]+)\.yaml")
_ESCALATION = re.compile(rf"{ESCALATIONS_FOLDER}({ESCALATION.pattern})\.yaml")


def admit_files(entries: Iterable[FileInfo]) -> tuple[list[str], list[Problem]]:
    """The paths of the files to read, and the problems of the others."""
    known = [entry for entry in entries if not _is_ignored(entry)]
    clashes = _find_case_clashes(known)
    problems = list(clashes.values())
    paths = []
    for entry in known:
        if problem := _find_path_problem(entry):
            is_reported = bool(clashes) and any(part in clashes for part in _list_path_prefixes(entry.path))
            problems += () if is_reported else (problem,)
        else:
            paths.append(entry.path)
    return paths, problems


def _is_ignored(entry: FileInfo) -> bool:
    name = entry.path.rpartition("/")[2]
    if entry.path == MAILMAP_PATH:
        # Git does not follow a link there either.
        return not entry.plain
    return name.startswith(".") or name == "README.md"


def _list_path_prefixes(path: str) -> Iterator[str]:
    """The folders of a path from the top down, then the path itself."""
    yield from (path[:at] for at, mark in enumerate(path) if mark == "/")
    yield path


def _find_case_clashes(entries: list[FileInfo]) -> dict[str, Problem]:
    """Path to problem for files and folders whose paths differ from another only by case."""
    odd = [path for entry in entries if (path := entry.path) != path.casefold()]
    if not odd:
        return {}
    # A part of an org may lack the files below a name at its top.
    first: dict[str, str] = {name: name for name in TOP_NAMES}
    for path in sorted((entry.path for entry in entries), key=lambda path: (path != path.casefold(), path)):
        for part in _list_path_prefixes(path):
            first.setdefault(part.casefold(), part)
    found: dict[str, Problem] = {}
    for path in odd:
        twin = next((part for part in _list_path_prefixes(path) if first[part.casefold()] != part), "")
        if twin and twin not in found:
            found[twin] = _build_clash_problem(path, twin, first[twin.casefold()])
    return found


def _build_clash_problem(path: str, part: str, other: str) -> Problem:
    message = f"{part} differs from {other} only by case"
    hint = f"Rename or remove it: a file system that ignores case keeps only one of them, so {other} may be lost."
    return Problem("id-differs-by-case", Place(path), message, hint)


def _find_path_problem(entry: FileInfo) -> Problem | None:
    path, place = entry.path, Place(entry.path)
    if not entry.plain:
        message = "is a link, a submodule or a device, not a file"
        return Problem("not-a-file", place, message, "Replace it with a regular file.")
    if path in SINGLE and path != HEAD:
        return None
    match = _YAML.fullmatch(path)
    known = path == HEAD or _ESCALATION.fullmatch(path) is not None
    if known or (match and is_id(match[2])) or is_id(find_seat_of_scores(path) or ""):
        return find_size_problem(path, entry.size)
    if match:
        return Problem(
            "bad-id", place, f'"{match[2]}" is not an id', f"The file name must be the seat's id: {ID_DESCRIPTION}."
        )
    if path.startswith("seats/"):
        return Problem("seat-file-name", place, "is in seats/ but is not a seat file", _suggest_file_name(path))
    return Problem("unknown-file", place, "is not a file that orgtp reads", _suggest_file_name(path), Severity.WARNING)


def find_size_problem(path: str, size: int, lines: int = 0) -> Problem | None:
    """The problem of a file with too many bytes or lines; None if it is small enough."""
    if not path.endswith(".jsonl"):
        return Problem("yaml-too-large", Place(path), *yaml_read.TOO_LARGE) if size > yaml_read.MAX_BYTES else None
    what = f"larger than {MAX_BYTES // 1024 // 1024} MiB" if size > MAX_BYTES else f"more than {MAX_LINES:,} lines"
    if size <= MAX_BYTES and lines <= MAX_LINES:
        return None
    hint = "A score file contains one month of one seat. Find out what writes so much to it."
    if path == EXPLAINED_PATH:
        hint = "It contains one line for each explained violation. Find out what writes so much to it."
    return Problem("too-large", Place(path), f"{what}, the most that orgtp reads", hint)


def _suggest_file_name(path: str) -> str:
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
    return f"Files here are named {wanted}. Rename it, or move it to another folder."
