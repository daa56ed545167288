"""Never cry wolf, in a small size; ORGTP_EXAMPLES says how many stories, and then they are others each time."""

from __future__ import annotations

import os

import pytest

from tests.audit.legal import Legal
from tests.sync.machine import stateful

FEW = 5


@pytest.mark.long
def test_whatever_is_legal_is_intact_for_everybody() -> None:
    asked = os.environ.get("ORGTP_EXAMPLES", "")
    figures = stateful(int(asked or FEW), 20, same=not asked, machine=Legal, what="legal stories")
    for what in ("score", "sync", "verify"):
        assert f" x {what}" in figures
