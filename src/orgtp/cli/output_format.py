"""Whether the command that runs writes its view as a CSV table instead of JSON."""

from __future__ import annotations

_chosen = {"csv": False}


def choose_csv() -> None:
    """From now on, views are written as CSV tables where they would be written as JSON."""
    _chosen["csv"] = True


def is_csv_chosen() -> bool:
    """Whether views are written as CSV tables."""
    return _chosen["csv"]
