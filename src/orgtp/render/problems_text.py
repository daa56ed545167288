"""Problems as lines for people: where and what, the line itself with a mark under the place, and the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.words import counted, one_line, visible
from orgtp.render.json_text import summary
from orgtp.render.page import Screen
from orgtp.render.problems_excerpt import Excerpts
from orgtp.render.problems_lines import PLACE, Line, flow, painted

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTICE: "bold cyan"}
# So many files of a group are named; the JSON has every place.
_NAMED = 5


def problems_text(problems: Iterable[Problem], files: Mapping[str, bytes], screen: Screen) -> str:
    """Problems in the order given, with the lines of `files` that they are about.

    Equal findings are told once, at the first of their places.
    """
    excerpts = Excerpts(files, screen.width)
    return painted(_lines(_groups(problems), excerpts, screen.width), screen)


def _groups(problems: Iterable[Problem]) -> Iterable[list[Problem]]:
    """Problems that say the same, together."""
    groups: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        key = (problem.rule, problem.severity, problem.message, problem.hint)
        groups.setdefault(key, []).append(problem)
    return groups.values()


def _lines(groups: Iterable[list[Problem]], excerpts: Excerpts, width: int) -> Iterator[Line]:
    shown: Place | None = None
    for group in groups:
        if shown:
            yield []
        # What is at the same place as the last one stands below the same line.
        line = excerpts.lines(group[0].place, _STYLES[group[0].severity]) if group[0].place != shown else []
        yield from _entry(group, line, width)
        shown = group[0].place


def _entry(group: list[Problem], excerpt: list[Line], width: int) -> Iterator[Line]:
    """One finding: where and what, the line, the hint, and where else."""
    first, *others = group
    yield from flow(_head(first), width, "  ")
    yield from excerpt
    if first.hint:
        yield from flow([("  " + one_line(first.hint), "")], width, "  ")
    if others:
        yield from flow([(f"  and {len(others)} more like it: {_places(others)}", "dim")], width, "  ")


def _head(problem: Problem) -> Line:
    """`seats/dash.yaml:7:8: owner-unknown: owner "bogdn" is not a seat`; the place in one piece, to be clicked."""
    weight = "" if problem.severity is Severity.ERROR else f" ({problem.severity})"
    message = one_line(problem.message).rstrip(".")
    return [
        (f"{visible(str(problem.place))}:", PLACE),
        (f" {problem.rule}{weight}:", _STYLES[problem.severity]),
        (f" {message}", ""),
    ]


def _places(problems: Sequence[Problem]) -> str:
    """`scores/dash/2026-09.jsonl (12 lines), seats/dash.yaml:3`."""
    counts = Counter(problem.place.path for problem in problems)
    lines = {problem.place.path: problem.place.line for problem in problems}
    named = [
        f"{visible(path)} ({number} lines)" if number > 1 else f"{visible(path)}:{lines[path]}"
        for path, number in list(counts.items())[:_NAMED]
    ]
    rest = len(counts) - _NAMED
    return ", ".join([*named, *([counted(rest, "more file")] if rest > 0 else [])])


def verdict(problems: list[Problem], seats: int) -> str:
    """The last line: how many of what; below it how to read more, where there is anything."""
    counts = summary(problems, seats)
    told = [counted(counts[f"{noun}s"], noun) for noun in ("error", "warning", "notice") if counts[f"{noun}s"]]
    worst = min(problems, key=lambda problem: list(Severity).index(problem.severity), default=None)
    more = f"\nwhat a rule means: orgtp rule {worst.rule}" if worst else ""
    return f"{', '.join(told) if told else 'no problems'} in {counted(seats, 'seat')}{more}"
