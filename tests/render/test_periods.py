"""The names of periods on a page."""

from __future__ import annotations

import pytest

from orgtp.render.wording.periods import name_earliest


@pytest.mark.parametrize(
    ("periods", "name"),
    [
        # In the order of the texts, these would be the other ones.
        (["2026-W47", "2026-11-20"], "W47"),
        (["2026-W47", "2026-Q3"], "Q3"),
        (["2026-W02", "2025-W51"], "W51"),
        (["2026-08", "2026-W30"], "W30"),
        ([], ""),
    ],
)
def test_the_earliest_of_periods_of_all_sizes(periods: list[str], name: str) -> None:
    assert name_earliest(periods) == name
