"""Problems as text: the place that editors and terminals link, what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from orgtp.model.problem import Problem, Severity
from orgtp.model.words import counted
from orgtp.render.json_text import summary
from orgtp.render.page import Screen, joined, say, text_of

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def problems_text(problems: Iterable[Problem], screen: Screen) -> str:
    """One line a problem, in the order given."""
    return text_of((_line(problem) for problem in problems), screen)


def _line(problem: Problem) -> Text:
    """`seats/dash.yaml:7:8: owner "bogdn" is not a seat. Did you mean "bogdan"? [owner-unknown]`."""
    weight = "" if problem.severity is Severity.ERROR else f"{problem.severity}: "
    message = problem.message.rstrip(".")
    said = f"{message}. {problem.hint}" if problem.hint else f"{message}."
    place = say(str(problem.place), "bold")
    return joined(place, ": ", (weight, _STYLES[problem.severity]), say(said), (f" [{problem.rule}]", "dim"))


def verdict(problems: list[Problem], seats: int) -> str:
    """The last line: how many of what."""
    counts = summary(problems, seats)
    told = [counted(counts[f"{noun}s"], noun) for noun in ("error", "warning", "notice") if counts[f"{noun}s"]]
    return f"{', '.join(told) if told else 'no problems'} in {counted(seats, 'seat')}"
