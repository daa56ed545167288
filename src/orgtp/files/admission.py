"""Decide which files of a tree are read. A file that cannot be read or has a wrong name is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orgtp.files.scores import MAX_LINES
from orgtp.files.tree import HEAD, MAX_BYTES, SINGLE, TOP_NAMES, FileInfo
from orgtp.files.yaml import loader as yaml_read
from orgtp.model.commit import MAILMAP_PATH
from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.records.kinds import find_kind
from orgtp.model.text import ID_DESCRIPTION, is_id

_SEAT = re.compile(r"seats/([^/]+)\.yaml")


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
    kind, name = find_kind(path), _find_seat_in_name(path)
    is_known = path == HEAD or (kind and kind.find_key(path) is not None)
    if name is not None and not is_id(name):
        hint = f"The file name must be the seat's id: {ID_DESCRIPTION}."
        # A folder with another name in `scores/` is only unknown: it may be somebody's own.
        return Problem("bad-id", place, f'"{name}" is not an id', hint) if path.endswith(".yaml") else _report_odd(path)
    if is_known or name is not None:
        return find_size_problem(path, entry.size)
    if path.startswith("seats/"):
        return Problem("seat-file-name", place, "is in seats/ but is not a seat file", _suggest_file_name(path))
    return _report_odd(path)


def _report_odd(path: str) -> Problem:
    message = "is not a file that orgtp reads"
    return Problem("unknown-file", Place(path), message, _suggest_file_name(path), Severity.WARNING)


def _find_seat_in_name(path: str) -> str | None:
    """The name in a path that must be the id of a seat; None if there is none."""
    kind = find_kind(path)
    if kind is None:
        match = _SEAT.fullmatch(path)
        return match[1] if match else None
    name = path.removeprefix(kind.folder).removesuffix(kind.suffix)
    is_file = kind.suffix == ".yaml" and "/" not in name and path == kind.path_of(name)
    return kind.find_seat(path) if kind.seat_in_key and (is_file or kind.find_key(path) is not None) else None


def find_size_problem(path: str, size: int, lines: int = 0) -> Problem | None:
    """The problem of a file with too many bytes or lines; None if it is small enough."""
    if not path.endswith(".jsonl"):
        return Problem("yaml-too-large", Place(path), *yaml_read.TOO_LARGE) if size > yaml_read.MAX_BYTES else None
    what = f"larger than {MAX_BYTES // 1024 // 1024} MiB" if size > MAX_BYTES else f"more than {MAX_LINES:,} lines"
    if size <= MAX_BYTES and lines <= MAX_LINES:
        return None
    hint = "A score file contains one month of one seat. Find out what writes so much to it."
    kind = find_kind(path)
    if kind and not kind.seat_in_key:
        hint = f"It contains one line for each {kind.title}. Find out what writes so much to it."
    return Problem("too-large", Place(path), f"{what}, the most that orgtp reads", hint)


def _suggest_file_name(path: str) -> str:
    folder, _, name = path.partition("/")
    if name.endswith((".yml", ".YAML", ".YML")):
        return f"Rename it to {folder}/{name.rpartition('.')[0].lower()}.yaml."
    kind = find_kind(path) or find_kind(f"{folder}/")
    wanted = kind.example if kind else f"{folder}/SEAT.yaml"
    return f"Files here are named {wanted}. Rename it, or move it to another folder."
