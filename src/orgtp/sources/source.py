"""Sources as values: the configuration of each, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from orgtp.model.problem import Place, Problem

TIMEOUT, RETRIES = timedelta(seconds=30), 2


@dataclass(frozen=True, slots=True)
class Source:
    """One source of this machine. `wrong` says why it cannot be asked; "" if it can.

    `settings` may hold secrets, so `repr` leaves them out.
    """

    name: str
    kind: str
    settings: Mapping[str, Any] = field(repr=False)
    timeout: timedelta = TIMEOUT
    retries: int = RETRIES
    wrong: str = ""
    place: Place = Place("")  # noqa: RUF009  (immutable)

    @property
    def folder(self) -> Path:
        """The folder of the sources file, to which paths are relative."""
        return Path(self.place.path).absolute().parent


@dataclass(frozen=True, slots=True)
class Sources:
    """The content of a sources file: its sources by name, and its problems."""

    path: Path
    named: Mapping[str, Source]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceResult:
    """The result of one source: its value as text, or None and `why`. `seconds` adds up all `tries`."""

    name: str
    value: str | None
    why: str
    seconds: Decimal
    tries: int
