"""How much of a long test is run: a little in `make test`, the same each time, and all of it in `make torture`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import product
from typing import Any, TypeVar

T = TypeVar("T")
# `make torture` sets it.
FULL = bool(os.environ.get("ORGTP_FULL"))


def choose_size(little: T, full: T) -> T:
    """What `make test` takes, or what `make torture` takes."""
    return full if FULL else little


def combine(*axes: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Each value of each axis, in turn, with one of the others: as many as the longest has. In full, all of them."""
    values = [list(axis) for axis in axes]
    longest = max(map(len, values))
    few = [tuple(axis[number % len(axis)] for axis in values) for number in range(longest)]
    return choose_size(few, list(product(*values)))
