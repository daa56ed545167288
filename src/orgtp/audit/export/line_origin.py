"""Which commit brought each correction and each retirement record of an org."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orgtp.audit.export.origins import Line, line_of, origins
from orgtp.audit.export.report import corrected_by
from orgtp.files.load import Loaded
from orgtp.git.repo import Repo
from orgtp.model.problem import Place
from orgtp.model.seat import retirement_path


def brought(repo: Repo, tip: str, loaded: Loaded) -> Callable[[Place], str | None]:
    """A function that says which commit brought the correction or the record at a place; None where nobody knows."""
    lines = dict(_lines(loaded))
    found = origins(repo, tip, set(lines.values()), loaded.files)
    known = {place: found[line] for place, line in lines.items() if line in found}
    return lambda place: known.get(Place(place.path, place.line))


def _lines(loaded: Loaded) -> Iterator[tuple[Place, Line]]:
    for _, score in corrected_by(loaded.org):
        path, line = score.place.path, score.place.line
        yield Place(path, line), line_of(path, loaded.files[path], line)
    for seat in loaded.org.retirements:
        path = retirement_path(seat)
        yield Place(path), Line(path, 0, len(loaded.files[path]))
