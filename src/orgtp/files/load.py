"""Load a tree into an `Org` and a list of problems. Bad data never raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from orgtp.files.admission import admit_files, find_size_problem
from orgtp.files.org import OrgHead, read_org_head
from orgtp.files.record_readers import read_records
from orgtp.files.scores import find_seat_of_scores, read_scores
from orgtp.files.seat import read_seat
from orgtp.files.signers import check_forge_keys, read_signers
from orgtp.files.tree import HEAD, Tree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.problem import Place, Problem, select_errors, select_unread
from orgtp.model.records.kinds import RECORD_KINDS, SCORE
from orgtp.model.score import Score
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, SignerKey

Found = TypeVar("Found")
_LONGEST = 400


class NotAnOrg(OrgtpError):
    """There is no org.yaml at the given path."""

    text = "{where}: no org.yaml here. Set the org with --org DIR or ORGTP_ORG, or create one: orgtp init DIR"


class NoOrgAbove(NotAnOrg):
    """No path was given, and neither the current folder nor one above it has an org.yaml."""

    text = (
        "no org.yaml in this folder or above it. Set the org with --org DIR or ORGTP_ORG, or create one: orgtp init DIR"
    )


@dataclass(frozen=True)
class LoadedOrg:
    """A loaded tree: the org as far as it can be read, the problems, and the content of the files."""

    org: Org
    problems: tuple[Problem, ...]
    files: dict[str, bytes]

    @cached_property
    def all_problems(self) -> list[Problem]:
        """The problems of reading, and those that the rules find."""
        from orgtp import rules

        return [*self.problems, *rules.check_org(self.org)]

    def find_problems(self, now: datetime) -> list[Problem]:
        """All problems, with those that depend on the time."""
        from orgtp import rules

        return [*self.problems, *rules.check_org(self.org, now)]


def select_blocking(problems: Iterable[Problem]) -> list[Problem]:
    """The errors that no change by orgtp may add."""
    from orgtp import rules

    return [problem for problem in select_errors(problems) if problem.rule not in rules.LENIENT_RULES]


def load_org(tree: Tree, where: str = ".", scores: Mapping[str, tuple[Score, ...]] | None = None) -> LoadedOrg:
    """Load the org in `tree`. Raises `NotAnOrg` if it has no org.yaml.

    `scores` are used instead of the score files, for a tree without them.
    """
    entries = tree.entries()
    if not any(entry.path == HEAD and entry.plain for entry in entries):
        raise NotAnOrg(where=where)
    paths, problems = admit_files(entries)
    closed = {problem.place.path for problem in problems}
    files = check_files(paths, tree.read(paths), problems, closed)
    head, wrong = read_org_head(files.get(HEAD, b""))
    problems += wrong if HEAD in files else ()
    org = _assemble_org(head, files, problems, closed, scores)
    return LoadedOrg(org, tuple(problems), files)


def check_files(
    paths: Iterable[str], files: dict[str, bytes], problems: list[Problem], closed: set[str]
) -> dict[str, bytes]:
    """Those of `files` that could be read and are not too large. The others are problems, and added to `closed`."""
    for path in paths:
        raw = files.get(path)
        problem = (
            Problem("not-a-file", Place(path), "cannot be read", "Check its permissions.")
            if raw is None
            else find_size_problem(path, len(raw), raw.count(b"\n"))
        )
        if problem:
            problems.append(problem)
            closed.add(path)
            files.pop(path, None)
    return files


def _assemble_org(
    head: OrgHead,
    files: dict[str, bytes],
    problems: list[Problem],
    closed: set[str],
    scores: Mapping[str, tuple[Score, ...]] | None,
) -> Org:
    unreadable = closed | ({HEAD} if not head.id else set())
    seats = _read_folder_files("seats/", read_seat, files, problems, unreadable)
    records = read_records(files, problems, unreadable, [kind for kind in RECORD_KINDS if kind is not SCORE])
    scores = _read_all_scores(files, problems) if scores is None else scores
    broken = {find_seat_of_scores(problem.place.path) for problem in select_unread(problems)}
    return Org(
        id=head.id,
        name=head.name,
        note=head.note,
        zone=head.zone,
        holidays=head.holidays,
        holiday_names=dict(head.holiday_names),
        branch=head.branch,
        policy=head.policy,
        seats=seats,
        scores=scores,
        routing=head.routing,
        signers=_read_signer_keys(files, problems),
        version=head.version,
        unreadable=frozenset(unreadable),
        seats_with_unread_scores=frozenset(seat for seat in broken if seat),
        own=dict(head.own),
        marks=head.marks,
        **records,
    )


def _read_folder_files(
    folder: str,
    read: Callable[[str, bytes], tuple[Found | None, tuple[Problem, ...]]],
    files: dict[str, bytes],
    problems: list[Problem],
    unreadable: set[str],
) -> dict[str, Found]:
    """File name to content of each file of `folder` that `read` can read."""
    found: dict[str, Found] = {}
    for path in (path for path in files if path.startswith(folder)):
        item, wrong = read(path, files[path])
        problems.extend(wrong)
        if item is None:
            unreadable.add(path)
        else:
            found[path.removeprefix(folder).removesuffix(".yaml")] = item
    return found


def _read_signer_keys(files: dict[str, bytes], problems: list[Problem]) -> tuple[SignerKey, ...]:
    """The keys that may sign, from policy/allowed_signers."""
    problems += check_forge_keys(files[FORGE_KEYS_PATH]) if FORGE_KEYS_PATH in files else ()
    keys, wrong = read_signers(files[ALLOWED_SIGNERS_PATH]) if ALLOWED_SIGNERS_PATH in files else ((), ())
    problems += wrong
    return keys


def _read_all_scores(files: dict[str, bytes], problems: list[Problem]) -> dict[str, tuple[Score, ...]]:
    found: dict[str, list[Score]] = {}
    for path, raw in files.items():
        seat = find_seat_of_scores(path)
        if seat:
            records, wrong = read_scores(path, raw)
            found.setdefault(seat, []).extend(records)
            problems.extend(wrong)
    return {seat: tuple(records) for seat, records in found.items()}


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Problems sorted by file, line, column and rule, without duplicates, and with long texts cut."""
    return sorted({_shorten_problem(problem) for problem in problems}, key=_problem_sort_key)


def _problem_sort_key(problem: Problem) -> tuple[object, ...]:
    """`Problem.order` as plain values, which compare faster."""
    place = problem.place
    return (place.path, place.line, place.column, problem.rule, problem.message)


def _shorten_problem(problem: Problem) -> Problem:
    """The problem with message and hint cut to a readable length."""
    if len(problem.message) <= _LONGEST and len(problem.hint) <= _LONGEST:
        return problem
    return replace(problem, message=_cut_text(problem.message), hint=_cut_text(problem.hint))


def _cut_text(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
