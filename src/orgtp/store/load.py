"""See, the first step: a tree becomes an `Org` and a list of problems. Bad data never raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.problem import Place, Problem, Severity, errors
from orgtp.model.score import Score
from orgtp.model.words import ID_MEANS, is_id
from orgtp.store.org_file import Head, read_head, read_retirement
from orgtp.store.score_file import read_scores, seat_of
from orgtp.store.seat_file import read_seat
from orgtp.store.trees import HEAD, MAX_BYTES, Entry, Tree

Found = TypeVar("Found")
_YAML = re.compile(r"(seats|retirements)/([^/]+)\.yaml")


class NotAnOrg(OrgtpError):
    """There is no org.yaml where one was looked for."""

    text = "{where}: no org.yaml here. Name the org with --org DIR or ORGTP_ORG, or make one: orgtp init DIR"


@dataclass(frozen=True)
class Loaded:
    """What a tree holds: the org as far as it can be read, what could not, and the files themselves."""

    org: Org
    problems: tuple[Problem, ...]
    files: dict[str, bytes]

    @cached_property
    def errors(self) -> list[Problem]:
        """All that keeps the org from being valid: what could not be read, and every rule that is broken."""
        from orgtp import rules

        return errors([*self.problems, *rules.check(self.org)])


def load(tree: Tree, where: str = ".") -> Loaded:
    """Read the org in `tree`. Raises `NotAnOrg` where it has no org.yaml."""
    problems: list[Problem] = []
    paths = [entry.path for entry in tree.entries() if _wanted(entry, problems)]
    files = tree.read(paths)
    if HEAD not in paths:
        raise NotAnOrg(where=where)
    closed = [path for path in paths if path not in files]
    problems += [Problem("not-a-file", Place(path), "cannot be read", "Look at its permissions.") for path in closed]
    head, wrong = read_head(files.get(HEAD, b""))
    problems += wrong if HEAD in files else ()
    return Loaded(_org(head, files, problems, closed), tuple(problems), files)


def _wanted(entry: Entry, problems: list[Problem]) -> bool:
    """Whether the file is one to read; where it should be and is not, that is a problem."""
    name = entry.path.rpartition("/")[2]
    if name.startswith(".") or name == "README.md":
        return False
    if problem := _unfit(entry):
        problems.append(problem)
        return False
    return True


def _unfit(entry: Entry) -> Problem | None:
    path, place = entry.path, Place(entry.path)
    if not entry.plain:
        return Problem("not-a-file", place, "a link or a device, not a file", "Put the file itself there.")
    if entry.size > MAX_BYTES:
        return Problem("too-large", place, "larger than 64 MiB, so it was not read", "A score file holds one month.")
    match = _YAML.fullmatch(path)
    if (match and is_id(match[2])) or path == HEAD or is_id(seat_of(path) or ""):
        return None
    if match:
        return Problem("bad-id", place, f'"{match[2]}" is not an id', f"A file is named for its seat: {ID_MEANS}.")
    return Problem("unknown-file", place, "not a file that orgtp reads", _remedy(path), Severity.WARNING)


def _remedy(path: str) -> str:
    folder, _, name = path.partition("/")
    if name.endswith((".yml", ".YAML", ".YML")):
        return f"Rename it to {folder}/{name.rpartition('.')[0].lower()}.yaml."
    wanted = {"scores": "scores/SEAT/2026-11.jsonl"}.get(folder, f"{folder}/SEAT.yaml")
    return f"Files here are named {wanted}; move it elsewhere in the repository."


def _org(head: Head, files: dict[str, bytes], problems: list[Problem], closed: list[str]) -> Org:
    unreadable = {*closed, *([HEAD] if not head.id else [])}
    seats = _read_all("seats/", read_seat, files, problems, unreadable)
    records = _read_all("retirements/", read_retirement, files, problems, unreadable)
    return Org(
        id=head.id,
        name=head.name,
        zone=head.zone,
        branch=head.branch,
        policy=head.policy,
        seats=seats,
        scores=_scores(files, problems),
        retirements=records,
        unreadable=frozenset(unreadable),
        marks=head.marks,
    )


def _read_all(
    folder: str,
    read: Callable[[str, bytes], tuple[Found | None, tuple[Problem, ...]]],
    files: dict[str, bytes],
    problems: list[Problem],
    unreadable: set[str],
) -> dict[str, Found]:
    """Every file of `folder` by its name, as far as it can be read."""
    found: dict[str, Found] = {}
    for path in (path for path in files if path.startswith(folder)):
        item, wrong = read(path, files[path])
        problems.extend(wrong)
        if item is None:
            unreadable.add(path)
        else:
            found[path.removeprefix(folder).removesuffix(".yaml")] = item
    return found


def _scores(files: dict[str, bytes], problems: list[Problem]) -> dict[str, tuple[Score, ...]]:
    found: dict[str, list[Score]] = {}
    for path, raw in files.items():
        seat = seat_of(path)
        if seat:
            records, wrong = read_scores(path, raw)
            found.setdefault(seat, []).extend(records)
            problems.extend(wrong)
    return {seat: tuple(records) for seat, records in found.items()}


def by_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by file, line, column and rule, each once."""
    return sorted(set(problems), key=lambda problem: problem.order)
