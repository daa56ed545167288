"""Sources as values: what the machine's file says of each, and what each said."""

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
    """One source of this machine. `wrong` says why it cannot be asked; "" where it can.

    `settings` may hold what nobody else should see, so they are never shown.
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
        """The folder of the sources file: relative paths begin there."""
        return Path(self.place.path).absolute().parent


@dataclass(frozen=True, slots=True)
class Sources:
    """What one sources file says: its sources by name, and what is wrong with it."""

    path: Path
    named: Mapping[str, Source]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What one source said: its value as text, or nothing and `why`. `seconds` is how long it was asked, in all."""

    name: str
    value: str | None
    why: str
    seconds: Decimal
    tries: int
