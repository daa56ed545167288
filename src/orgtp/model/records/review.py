"""Reviews: the record of one weekly review. It never changes once it is committed."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Marks


class ReviewDecision(StrEnum):
    """What a review decided about a row."""

    FIX = "fix"
    WATCH = "watch"
    CASE = "case"
    NO_ACTION = "no-action"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A row that the review discussed: the metric, its state then, what changed, the fix, and the to-do for it."""

    seat: str
    metric: str = ""
    state: str = ""
    changed: str = ""
    fix: str = ""
    decision: ReviewDecision = ReviewDecision.NO_ACTION
    todo: str = ""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that the review left out, and why."""

    seat: str
    why: str


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a week (`2026-W48`), the last one that was over when it began.

    `began` and `ended` are None if the file has no valid time. `rating` is None if nobody rated it.
    """

    week: str
    began: datetime | None = None
    ended: datetime | None = None
    led_by: str = ""
    present: tuple[str, ...] = ()
    rows: tuple[ReviewRow, ...] = ()
    rating: int | None = None
    skipped: tuple[SkippedRow, ...] = ()
    declared: str = ""
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def path(self) -> str:
        """Its file."""
        return f"reviews/{self.week}.yaml"
