"""Sources as values: the configuration of each, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from orgtp.model.problem import Place, Problem
from orgtp.sources.kind import MEASURING_KINDS, AskedFor

TIMEOUT, RETRIES = timedelta(seconds=30), 2


@dataclass(frozen=True, slots=True)
class Source:
    """One source of this machine. `wrong` says why it cannot be asked; "" if it can.

    `settings` may hold secrets, so `repr` leaves them out. `asked_for` is set for one that reads the record.
    """

    name: str
    kind: str
    settings: Mapping[str, Any] = field(repr=False)
    timeout: timedelta = TIMEOUT
    retries: int = RETRIES
    wrong: str = ""
    place: Place = Place("")  # noqa: RUF009  (immutable)
    asked_for: AskedFor | None = None

    @property
    def reads_record(self) -> bool:
        """Whether its value is that of a period that is over, computed from the org itself."""
        return self.kind in MEASURING_KINDS

    @property
    def period(self) -> str:
        """The period that it is asked for; "" if it is not asked for one."""
        return self.asked_for.period if self.asked_for else ""

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
    """The result of one source: its value as text, or None and `why`. `seconds` adds up all `tries`.

    `period` is the one that it was asked for, if it reads the record.
    """

    name: str
    value: str | None
    why: str
    seconds: Decimal
    tries: int
    period: str = ""
