"""A history in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class History:
    """How long a history is: its commits, its first and last date, how many of them carry a signature.

    A signature is only said to be there; whether it is good, and whose, is for the audit. `places` has the number of
    each commit that was asked for, counted from the first, parents before their children.
    """

    commits: int
    merges: int
    signed: int
    first: datetime
    last: datetime
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unsigned(self) -> int:
        """How many commits carry no signature."""
        return self.commits - self.signed
