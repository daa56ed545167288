"""What the chart and the scorecard of the sample look like at three widths, in a pipe, and without colour."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Shell

WIDTHS = ("40", "80", "200")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", ["chart", "scorecard"])
def test_view_at_width(sample: Shell, matches_snapshot: Callable[[str, str], None], command: str, width: str) -> None:
    ran = sample(command, COLUMNS=width)
    assert all(len(line) <= int(width) for line in ran.out.splitlines())
    matches_snapshot(f"{command}-{width}.txt", ran.out)


def test_chart_with_everything(sample: Shell, matches_snapshot: Callable[[str, str], None]) -> None:
    matches_snapshot("chart-all-kind.txt", sample("chart", "--all", "--kind", COLUMNS="200").out)


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_chart_as_graph(sample: Shell, matches_snapshot: Callable[[str, str], None], form: str) -> None:
    matches_snapshot(f"chart.{form}", sample("chart", "--format", form).out)


def test_retirement_plan(sample: Shell, matches_snapshot: Callable[[str, str], None]) -> None:
    words = ("retire", "jeff", "--to", "dash,crystal", "--reason", "Why not", "--by", "david", "--dry-run")
    matches_snapshot("retire.txt", sample(*words, COLUMNS="100").out)


def test_seat_page(sample: Shell, matches_snapshot: Callable[[str, str], None]) -> None:
    matches_snapshot("seat-echo.txt", sample("seat", "show", "echo", COLUMNS="80").out)
    matches_snapshot("seat-dash.txt", sample("seat", "show", "dash", COLUMNS="80").out)
