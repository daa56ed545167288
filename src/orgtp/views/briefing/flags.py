"""The metrics that health flags and did not flag a working day ago."""

from __future__ import annotations

from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.briefing.types import NewFlag


def list_new_flags(scope: BriefingScope) -> tuple[NewFlag, ...]:
    """The new flags, with their odds."""
    del scope
    return ()
