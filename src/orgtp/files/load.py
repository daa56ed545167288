"""See, the first step: a tree becomes an `Org` and a list of problems. Bad data never raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from orgtp.files.admission import sifted, too_large
from orgtp.files.escalation import read_escalation, read_silences
from orgtp.files.org import Head, read_head, read_retirement
from orgtp.files.scores import read_scores, seat_of
from orgtp.files.seat import read_seat
from orgtp.files.signers import forges_problems, read_signers
from orgtp.files.tree import HEAD, Readable, Tree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.escalation import ESCALATIONS_FOLDER, SILENCED_FOLDER
from orgtp.model.org import Org
from orgtp.model.problem import Place, Problem, select_errors
from orgtp.model.score import Score
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, SignerKey

Found = TypeVar("Found")
_LONGEST = 400


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
    def found(self) -> list[Problem]:
        """What could not be read, and every rule that is broken."""
        from orgtp import rules

        return [*self.problems, *rules.check_org(self.org)]

    @cached_property
    def errors(self) -> list[Problem]:
        """What no change of orgtp's own may bring."""
        from orgtp import rules

        return [problem for problem in select_errors(self.found) if problem.rule not in rules.LENIENT_RULES]


def load(tree: Tree, where: str = ".", scores: Mapping[str, tuple[Score, ...]] | None = None) -> Loaded:
    """Read the org in `tree`. Raises `NotAnOrg` where it has no org.yaml.

    `scores` stand in for those of a tree that is without them.
    """
    entries = tree.entries()
    if not any(entry.path == HEAD and entry.plain for entry in entries):
        raise NotAnOrg(where=where)
    paths, problems = sifted(entries)
    closed = {problem.place.path for problem in problems}
    files = _read_files(tree, paths, problems, closed)
    head, wrong = read_head(files.get(HEAD, b""))
    problems += wrong if HEAD in files else ()
    org = _org(head, files, problems, closed, scores)
    return Loaded(org, tuple(problems), files)


def _read_files(tree: Readable, paths: list[str], problems: list[Problem], closed: set[str]) -> dict[str, bytes]:
    """The content of the files; one that cannot be read, or holds more than its entry said, is `closed`."""
    return check_files(paths, tree.read(paths), problems, closed)


def check_files(
    paths: Iterable[str], files: dict[str, bytes], problems: list[Problem], closed: set[str]
) -> dict[str, bytes]:
    """Those of the files that could be read, and are no larger than they may be; the others are `closed`."""
    for path in paths:
        raw = files.get(path)
        problem = _unreadable(path) if raw is None else too_large(path, len(raw), raw.count(b"\n"))
        if problem:
            problems.append(problem)
            closed.add(path)
            files.pop(path, None)
    return files


def _unreadable(path: str) -> Problem:
    return Problem("not-a-file", Place(path), "cannot be read", "Look at its permissions.")


def _org(
    head: Head,
    files: dict[str, bytes],
    problems: list[Problem],
    closed: set[str],
    scores: Mapping[str, tuple[Score, ...]] | None,
) -> Org:
    unreadable = closed | ({HEAD} if not head.id else set())
    seats = _read_all("seats/", read_seat, files, problems, unreadable)
    records = _read_all("retirements/", read_retirement, files, problems, unreadable)
    silences = _read_all(SILENCED_FOLDER, read_silences, files, problems, unreadable)
    trouble = {path: raw for path, raw in files.items() if not path.startswith(SILENCED_FOLDER)}
    escalations = _read_all(ESCALATIONS_FOLDER, read_escalation, trouble, problems, unreadable)
    return Org(
        id=head.id,
        name=head.name,
        zone=head.zone,
        holidays=head.holidays,
        branch=head.branch,
        policy=head.policy,
        seats=seats,
        scores=_scores(files, problems) if scores is None else scores,
        retirements=records,
        escalations=escalations,
        silences=silences,
        routing=head.routing,
        signers=_signers(files, problems),
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


def _signers(files: dict[str, bytes], problems: list[Problem]) -> tuple[SignerKey, ...]:
    """The keys of those who may sign."""
    problems += forges_problems(files[FORGE_KEYS_PATH]) if FORGE_KEYS_PATH in files else ()
    keys, wrong = read_signers(files[ALLOWED_SIGNERS_PATH]) if ALLOWED_SIGNERS_PATH in files else ((), ())
    problems += wrong
    return keys


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
    """Problems by file, line, column and rule, each once, and each short enough to be read."""
    return sorted({_short(problem) for problem in problems}, key=_order)


def _order(problem: Problem) -> tuple[object, ...]:
    """`Problem.order` in plain parts, which compare faster."""
    place = problem.place
    return (place.path, place.line, place.column, problem.rule, problem.message)


def _short(problem: Problem) -> Problem:
    """The problem, its words cut where they quote more of a file than anybody reads."""
    if len(problem.message) <= _LONGEST and len(problem.hint) <= _LONGEST:
        return problem
    return replace(problem, message=_cut(problem.message), hint=_cut(problem.hint))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
