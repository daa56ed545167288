"""Numbers as a page shows them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.target import Target, format_target, parse_target
from orgtp.model.value import Unit, ValueKind
from orgtp.render.wording.figures import format_full_figure, format_grid_figure, format_short_figure


def read_target(text: str) -> Target:
    found = parse_target(text)
    assert found
    return found


@pytest.mark.parametrize(
    ("target", "value", "in_grid", "short", "full"),
    [
        (">= 90%", "89.96", "89.96", "89.96%", "89.96%"),
        (">= 90%", "75.98", "76.0", "76.0%", "75.98%"),
        (">= 95%", "96", "96", "96%", "96%"),
        (">= 12", "13100", "13,100", "13,100", "13,100"),
        (">= 0", "-3.25", "\u22123.2", "\u22123.2", "\u22123.25"),
        ("= 0", "0.04", "0.04", "0.04", "0.04"),
        ("<= 1", "0.0043", "0.004", "0.004", "0.0043"),
        ("<= USD 15000", "13100.4", "13,100", "USD 13,100", "USD 13,100.40"),
        (">= USD 0", "-20", "\u221220", "USD \u221220", "USD \u221220"),
        ("<= 4h", "3h40m", "3h40m", "3h40m", "3h40m"),
        ("<= 4h", "4h10s", "4h10s", "4h10s", "4h10s"),
        ("<= 4h", "3h40m12.5s", "3h40m", "3h40m", "3h40m12.5s"),
        ("by 08:00", "07:52:31", "07:53", "07:53", "07:52:31"),
        ("by 08:00", "08:00:20", "08:00:20", "08:00:20", "08:00:20"),
        ("by 08:00", "4/5", "4/5", "4/5", "4/5"),
        ("yes", "no", "no", "no", "no"),
    ],
)
def test_a_value_in_a_grid_on_a_chart_and_beside_it(
    target: str, value: str, in_grid: str, short: str, full: str
) -> None:
    one = read_target(target)
    assert format_grid_figure(value, one.unit, [one]) == in_grid
    assert format_short_figure(value, one.unit, [one]) == short
    assert format_full_figure(value, one.unit) == full


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (">= 45%", "≥ 45%"),
        ("<= 32", "≤ 32"),
        ("= 0", "= 0"),
        (">= USD 185000", "≥ USD 185,000"),
        ("<= USD 12.5", "≤ USD 12.50"),
        ("3..6", "3–6"),
        ("not 3%..6.55%", "not 3–6.55%"),
        ("-5..5", "\u22125 to 5"),
        ("USD 1000..USD 2500", "USD 1,000–2,500"),
        ("1h..2h", "1h–2h"),
        ("by 08:00", "by 08:00"),
        ("before 24:15", "before 24:15"),
        ("yes", "yes"),
        ("no", "no"),
        (None, ""),
    ],
)
def test_a_target(target: str | None, shown: str) -> None:
    assert format_target(target) == shown


def test_what_is_not_known_has_no_figure() -> None:
    assert format_grid_figure(None, None) == ""
    assert format_full_figure(None, None) == "unknown"


@given(
    value=st.decimals(min_value=-(10**6), max_value=10**6, places=4),
    bound=st.decimals(min_value=-100, max_value=100, places=1),
    operator=st.sampled_from([">=", "<=", "="]),
)
def test_no_value_is_rounded_across_its_target(value: Decimal, bound: Decimal, operator: str) -> None:
    unit = Unit(ValueKind.NUMBER)
    target = Target(f"{operator} {bound}", unit, operator, bound, bound)
    stored = unit.format_stored(value)
    shown = Decimal(format_grid_figure(stored, unit, [target]).replace("\u2212", "-").replace(",", ""))
    assert target.is_met(shown) == target.is_met(value)
    assert bool(shown) == bool(value)
    assert abs(shown - value) <= Decimal("0.05")
