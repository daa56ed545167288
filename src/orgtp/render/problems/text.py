"""Show problems on a terminal: place and message, the line with a mark under the place, and the hint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.text import count_noun, escape_control_chars, one_line
from orgtp.render.problems.excerpt import Excerpts
from orgtp.render.problems.grouping import ProblemGroup, group_problems
from orgtp.render.spans import Line
from orgtp.render.terminal import PLACE, Screen, render_lines, wrap_line
from orgtp.rules.pull_request.base import BASE_NOT_REACHED

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTICE: "bold cyan"}
# A group names at most so many files, and so many ranges of lines in a file; the JSON has every place.
_NAMED, _PIECES = 5, 30
_ALL = "each of them in full: add --full"


def problems_text(
    problems: Iterable[Problem],
    files: Mapping[str, bytes],
    screen: Screen,
    *,
    full: bool = False,
    imported: Collection[str] = (),
) -> str:
    """The problems in the order given, with their lines of `files`.

    Equal problems are shown once, at their first place. Of many problems of one rule, the first are shown and the
    others counted, in whatever files they are. Problems about the files `imported`, of seats that an import proposed,
    take one line for each rule. With `full`, every problem is shown.
    """
    excerpts = Excerpts(files, screen.width)
    groups = group_problems(problems, full=full, imported=imported)
    return render_lines(_format_problem_lines(groups, excerpts, screen.width), screen)


def describe_imported_problems(found: Sequence[Problem]) -> str:
    """All problems of one rule about imported seats as one sentence: how many, an example, and its hint.

    `seat-same-name: 200 findings about imported seats, such as seats/p1.yaml:2:7: … HINT`
    """
    first, total = found[0], sum(1 + one.unlisted for one in found)
    what = f"{count_noun(total, 'finding')} about imported seats, such as {first.place}" if total > 1 else first.place
    return one_line(f"{first.rule}: {what}: {first.message.rstrip('.')}. {first.hint}")


def _format_problem_lines(groups: Iterable[ProblemGroup], excerpts: Excerpts, width: int) -> Iterator[Line]:
    shown: Place | None = None
    apart = short = False
    for entry in groups:
        if apart:
            yield []
        if entry.imported:
            yield from wrap_line(_format_imported_line(entry), width, "  ")
            apart, short = False, short or bool(entry.others)
            continue
        first = entry.first
        # Problems at the same place share one excerpt.
        excerpt = _excerpt(first, excerpts) if first.place != shown else []
        yield from _format_group(entry, excerpt, width)
        shown = first.place if _is_about_its_line(first) else None
        # Problems that share a hint have no empty line between them.
        apart, short = entry.hinted or not first.hint, short or bool(entry.counted)
    if short:
        yield from ([], *wrap_line([(_ALL, "dim")], width, ""))


def _excerpt(problem: Problem, excerpts: Excerpts) -> list[Line]:
    return excerpts.format_lines(problem.place, _STYLES[problem.severity]) if _is_about_its_line(problem) else []


def _is_about_its_line(problem: Problem) -> bool:
    """Whether the line at its place is what is wrong. A problem of git has a place only because all problems have."""
    return problem.rule != BASE_NOT_REACHED.id


def _format_group(entry: ProblemGroup, excerpt: list[Line], width: int) -> Iterator[Line]:
    """A problem: place and message, excerpt, hint, other places, and how many more of its rule follow."""
    yield from wrap_line(_format_group_heading(entry.first), width, "  ")
    yield from excerpt
    if entry.hinted and entry.first.hint:
        yield from wrap_line([("  " + one_line(entry.first.hint), "")], width, "  ")
    if entry.others:
        more = f"  and {len(entry.others)} more like it: {_format_other_places(entry.others)}"
        yield from wrap_line([(more, "dim")], width, "  ")
    if entry.counted:
        # These are shown nowhere else, so they have the colour of their severity.
        more = f"  and {len(entry.counted)} more of {entry.first.rule}"
        where = f" in {_format_counted_places(entry.counted)}"
        yield from wrap_line([(more, _STYLES[entry.first.severity]), (where, "")], width, "  ")


def _format_group_heading(problem: Problem) -> Line:
    """`seats/dash.yaml:7:8: owner-unknown: owner "bogdn" is not a seat`."""
    weight = "" if problem.severity is Severity.ERROR else f" ({problem.severity})"
    message = one_line(problem.message).rstrip(".")
    return [
        (f"{escape_control_chars(str(problem.place))}:", PLACE),
        (f" {problem.rule}{weight}:", _STYLES[problem.severity]),
        (f" {message}", ""),
    ]


def _format_imported_line(entry: ProblemGroup) -> Line:
    """`warning: seat-same-name: 200 findings about imported seats, such as …`."""
    severity = entry.first.severity
    return [(f"{severity}: ", _STYLES[severity]), (describe_imported_problems([entry.first, *entry.others]), "")]


def _format_other_places(problems: Sequence[Problem]) -> str:
    """`scores/dash/2026-09.jsonl (12 lines), seats/dash.yaml:3`."""
    counts = Counter(problem.place.path for problem in problems)
    lines = {problem.place.path: problem.place.line for problem in problems}
    named = [
        f"{escape_control_chars(path)} ({number} lines)"
        if number > 1
        else f"{escape_control_chars(path)}:{lines[path]}"
        for path, number in list(counts.items())[:_NAMED]
    ]
    rest = len(counts) - _NAMED
    return ", ".join([*named, *([count_noun(rest, "more file")] if rest > 0 else [])])


def _format_counted_places(problems: Sequence[Problem]) -> str:
    """The files of the problems, each with its lines. Of many files, their number and the first of them."""
    lines: dict[str, set[int]] = {}
    for problem in problems:
        lines.setdefault(problem.place.path, set()).add(problem.place.line)
    if len(lines) > _NAMED:
        return f"{len(lines)} files: {_format_other_places(problems)}"
    return "; ".join(
        f"{escape_control_chars(path)}: {_format_line_ranges(sorted(found))}" for path, found in lines.items()
    )


def _format_line_ranges(lines: Sequence[int]) -> str:
    """Lines as ranges; of very many the first, and the last line."""
    pieces: list[list[int]] = []
    for line in lines:
        if pieces and line == pieces[-1][-1] + 1:
            pieces[-1][1:] = [line]
        else:
            pieces.append([line])
    named = ", ".join("–".join(map(str, piece)) for piece in pieces[:_PIECES])
    more = f" and others up to {lines[-1]}" if len(pieces) > _PIECES else ""
    return f"{'lines' if len(lines) > 1 else 'line'} {named}{more}"
