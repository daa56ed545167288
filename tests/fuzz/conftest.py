"""How much is tried: always the same little in `make test`; in `make fuzz`, what comes up in ORGTP_FUZZ seconds."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile(
    "bounded", max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=_SLOW
)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True, suppress_health_check=_SLOW)
SECONDS = float(os.environ.get("ORGTP_FUZZ", "0"))
PROFILE = settings.get_profile("long" if SECONDS else "bounded")


@pytest.fixture
def persistently() -> Callable[[Callable[[], Any]], None]:
    """Run a property once; in `make fuzz`, again with other examples until its time is over."""

    def run(prove: Callable[[], Any]) -> None:
        end = time.monotonic() + SECONDS
        prove()
        while time.monotonic() < end:
            prove()

    return run
