"""What keeps a change from being written: the errors that the org would have after it and has not before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orgtp.files.admission import too_large
from orgtp.files.load import Loaded, load
from orgtp.files.scores import read_scores, seat_of
from orgtp.files.tree import Files
from orgtp.model.change import Append, Change
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.problem import Problem, select_errors
from orgtp.model.score import Score


class WouldBreak(OrgtpError):
    """The org would be worse after the change than before."""

    text = "nothing was written, because the change would break the org:\n{problems}"


def check_change(before: Loaded, change: Change, files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Refuse a change that adds an error; those that are there already are nobody's fault here.

    `files` is the content of the changed files. Returns the problems that the change adds and that do not refuse it.
    Raises `WouldBreak`.
    """
    if all(isinstance(edit, Append) for edit in change.edits):
        return refuse_wrong_records(before.org, find_added_lines(before.files, files))
    return refuse_new_errors(before, files)


def find_added_lines(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> dict[str, bytes]:
    """What was appended to each file, as it will be read."""
    return {path: raw[len(old.get(path, b"")) :].lstrip(b"\n") for path, raw in new.items()}


def refuse_wrong_records(org: Org, added: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Check the lines that are added to score files, as they will be read, by the rules about values.

    A record is right or wrong by itself, and whoever adds it has looked its id up: so the org's other values do not
    matter, and neither does whatever else is wrong in it. Raises `WouldBreak`.
    """
    scores: dict[str, tuple[Score, ...]] = {}
    found: list[Problem] = []
    for path, raw in added.items():
        records, wrong = read_scores(path, raw)
        large = too_large(path, len(raw), raw.count(b"\n"))
        found += [large] if large else wrong
        scores[seat_of(path) or ""] = scores.get(seat_of(path) or "", ()) + (() if large else records)
    from orgtp.rules.records import check_records

    found += check_records(replace(org, scores=scores))
    return _raise_if_broken(found, select_errors(found))


def refuse_new_errors(before: Loaded, files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Refuse an org whose `files` bring errors that are not there `before`; all else that they bring is handed back.

    Raises `WouldBreak`.
    """
    known = {(problem.rule, problem.place.path, problem.message) for problem in before.found}
    after = load(Files({**before.files, **files}))
    new = [p for p in after.found if (p.rule, p.place.path, p.message) not in known]
    return _raise_if_broken(new, [problem for problem in new if problem in after.errors])


def _raise_if_broken(found: Iterable[Problem], wrong: Iterable[Problem]) -> tuple[Problem, ...]:
    lines = [f"  {problem.place}: {problem.message}. {problem.hint}".rstrip() for problem in wrong]
    if lines:
        raise WouldBreak(problems="\n".join(lines))
    return tuple(found)
