"""However large an org is, an answer has room in a client's context, and says where it was cut."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp.types import GetPromptResult

from orgtp.mcp.answer import measure_size, shrink_to_fit
from tests.conftest import Shell
from tests.mcp.clients import call, served, talk

SEAT = """\
seat: {0}
name: {0}
role: {1}
kind: agent
status: active
owner: david
reports_to: jeff
mission: {1}
"""
VALUES = st.recursive(
    st.text(max_size=9) | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)
)


def test_whatever_is_asked_has_room(sample: Shell) -> None:
    """A seat above five hundred, each with a long word for itself."""
    for number in range(500):
        sample.write(f"seats/w{number}.yaml", SEAT.format(f"w{number}", "long " * 60))
    server = served(sample, "tally", allow_write=True)
    for tool in ("get_seat", "propose_retirement", "seat_context"):
        found = call(server, tool, seat="jeff")
        assert len(json.dumps(found)) < 90_000
        assert tool == "propose_retirement" or found.get("truncated") or found["left_out"]
    for name in ("seat-review", "retirement-case"):
        prompt = talk(server, partial(_prompt, name))
        assert len(prompt.messages[0].content.text) < 70_000  # type: ignore[union-attr]


async def _prompt(name: str, client: Client) -> GetPromptResult:
    return await client.get_prompt(name, {"seat": "jeff"})


# A busy machine is no failure.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_what_is_cut_has_room_or_nothing_that_can_be_cut(value: Any) -> None:
    whole = {"all": value, "id": "x"}
    cut, short = shrink_to_fit(whole, 60)
    assert cut["id"] == "x"
    assert measure_size(cut) <= 60 or not any(len(one) > 1 for one in _lists(cut))
    assert bool(short) is (cut != whole)


def _lists(value: Any) -> list[list[Any]]:
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return ([value] if isinstance(value, list) else []) + [one for item in items for one in _lists(item)]
