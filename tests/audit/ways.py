"""What a way to tamper is: something done to a scene, and all that the audit must find of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.audit.scene import Scene


@dataclass(frozen=True, order=True)
class Found:
    """A violation as the audit must tell it, to the letter but for its words."""

    rule: str
    commit: str
    path: str = ""
    line: int = 0
    before: str | None = None
    after: str | None = None


# What is done to a scene; the violations that it leaves, in any order.
Way = Callable[[Scene], Sequence[Found]]


def told(violations: Sequence[dict[str, object]]) -> list[str]:
    """The violations of a report as `Found`s, in an order of their own."""
    keys = ("rule", "commit", "path", "line", "before", "after")
    rows = ({key: row[key] for key in keys} for row in violations)
    return sorted(str(Found(**_without_clock(row))) for row in rows)  # type: ignore[arg-type]


def _without_clock(row: dict[str, object]) -> dict[str, object]:
    """What a commit of the future is held against is the clock of this machine, which no test knows."""
    return {**row, "before": "now"} if row["rule"] == "date-future" else row


def meant(found: Sequence[Found]) -> list[str]:
    """The same of what was meant to be found."""
    return sorted(map(str, found))


def side(scene: Scene, name: str = "side", rev: str = "main") -> str:
    """A branch that begins where `rev` is."""
    return scene.move(scene.tip(rev), name)
