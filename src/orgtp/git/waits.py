"""Who is told that somebody is waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar


class Waits:
    """Told once a wait takes longer than a moment; nobody is, unless a door says who."""

    tell: ClassVar[Callable[[str], None] | None] = None
