"""The tools select what the commands select; answers can be compact, and longer ones are read page by page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Shell
from tests.mcp.clients import call, refusal, served

VIEWS = {
    "org_chart": ("chart", "seats"),
    "scorecard": ("scorecard", "rows"),
    "list_seats": ("seat list", "seats"),
    "health": ("health", "metrics"),
}


@pytest.mark.parametrize("tool", VIEWS)
@pytest.mark.parametrize(
    "given",
    [
        {"root": "radar"},
        {"owner": "janine", "only": "agent"},
        {"state": ["off", "late"]},
        {"state": ["drifting"]},
        {"sort": "misses"},
        {"sort": "state", "only": "agent"},
        {"seat": "penny"},
    ],
    ids=str,
)
def test_the_same_as_the_command(asked: Shell, tool: str, given: dict[str, Any]) -> None:
    view, key = VIEWS[tool]
    words = []
    for name, value in given.items():
        words += [f"--{name}", ",".join(value) if isinstance(value, list) else value]
    # The tool that finds seats finds retired ones, too.
    words += {"seat list": ["--all"], "scorecard": ["--weeks", "6"]}.get(view, [])
    found = call(served(asked), tool, **given)
    told = asked(*view.split(), *words, "--json").json
    assert [(row["seat"], row.get("metric")) for row in found[key]] == [
        (row["seat"], row.get("metric")) for row in told[key]
    ]
    assert found["left_out"] == told["left_out"]


def test_a_cut_chart_says_how_many_are_below(asked: Shell) -> None:
    found = call(served(asked), "org_chart", depth=1)
    assert (found["hidden_below"], found["left_out"]["seats"]) == ({"janine": 1, "kristen": 1, "radar": 5}, 7)


@pytest.mark.parametrize("tool", VIEWS)
def test_words_that_are_not_known(asked: Shell, tool: str) -> None:
    server = served(asked)
    assert refusal(server, tool, state=["drfting"]).startswith("state.0: Input should be 'on', 'off'")
    assert refusal(server, tool, sort="mises").startswith("sort: Input should be")
    assert refusal(server, tool, owner="dahs") == 'unknown seat "dahs". Did you mean "dash"?'


def test_what_models_send_for_nothing_and_for_one(asked: Shell) -> None:
    """An empty word among choices is none, a single word is a list of one, and an earlier name still works."""
    server = served(asked)
    assert call(server, "org_chart", only="", status="", sort="", state=[])["total"] == 12
    assert call(server, "scorecard", state="off")["rows"] == call(server, "scorecard", state=["off"])["rows"]
    assert call(server, "scorecard", state="off, late")["total"] == 4
    assert call(server, "org_chart", kind="human")["seats"] == call(server, "org_chart", only="human")["seats"]
    assert call(server, "validate", severity="")["total"] == call(server, "validate")["total"]


class TestCompactScorecard:
    def test_has_what_a_reader_needs(self, asked: Shell) -> None:
        server = served(asked)
        full, short = (call(server, "scorecard", detail=word) for word in ("full", "compact"))
        assert (full["detail"], short["detail"]) == ("full", "compact")
        assert full["rows"] == asked("scorecard", "--weeks", "6", "--json").json["rows"]
        for long, row in zip(full["rows"], short["rows"], strict=True):
            assert row.keys() < long.keys()
            assert {key: long[key] for key in row if key != "cells"} == {k: row[k] for k in row if k != "cells"}
            for cell, told in zip(long["cells"], row["cells"], strict=True):
                assert {key: value for key, value in cell.items() if key in told} == told
                assert (cell["note"], cell["partial"], cell["corrected"]) == (
                    told.get("note"), told.get("partial", False), told.get("corrected", False)
                )  # fmt: skip
        assert len(json.dumps(short)) < 0.55 * len(json.dumps(full))

    def test_is_used_where_the_full_one_would_be_cut(self, sample: Shell) -> None:
        """A COO with 97 metrics gets all of them, without asking for anything."""
        text = sample.read("seats/dash.yaml")
        metric = "name: M\n    outcome: Clients stay\n    target: '>= 1'\n    cadence: weekly\n"
        more = "".join(f"  m{number}:\n    {metric}" for number in range(73))
        sample.write("seats/dash.yaml", text.rstrip("\n") + f"\n{more}")
        server = served(sample)
        found = call(server, "scorecard")
        assert (found["detail"], found["truncated"], len(found["rows"]), found["total"]) == ("compact", False, 97, 97)
        cut = call(server, "scorecard", detail="full")
        assert cut["truncated"]
        assert "detail=compact" in cut["narrow"]
        # A limit is what was asked for, so nothing is shortened because of it.
        assert call(server, "scorecard", limit=3)["detail"] == "full"


class TestPages:
    @pytest.mark.parametrize(
        ("tool", "key", "given"),
        [
            ("org_chart", "seats", {}),
            ("list_seats", "seats", {}),
            ("scorecard", "rows", {}),
            ("scorecard", "rows", {"detail": "compact", "only": "agent"}),
            ("validate", "problems", {}),
            ("metric_history", "scores", {"seat": "penny", "metric": "days-to-pay"}),
        ],
    )
    def test_together_they_are_everything(self, asked: Shell, tool: str, key: str, given: dict[str, Any]) -> None:
        server, pages, offset = served(asked), [], 0
        whole = call(server, tool, **given)
        while offset is not None:
            page = call(server, tool, **given, limit=5, offset=offset)
            assert (page["total"], page["truncated"]) == (whole["total"], page["next_offset"] is not None)
            pages.append(page[key])
            offset = page["next_offset"]
        # The values of a metric are read back from the newest.
        ordered = pages[::-1] if tool == "metric_history" else pages
        assert [row for rows in ordered for row in rows] == whole[key]

    @pytest.mark.parametrize("offset", [10**30, 12, -3])
    def test_any_number(self, asked: Shell, offset: int) -> None:
        found = call(served(asked), "org_chart", offset=offset)
        assert len(found["seats"]) == (12 if offset < 0 else 0)
        assert found["next_offset"] is None


def test_heirs_in_either_form(asked: Shell) -> None:
    server = served(asked, "tally", allow_write=True)
    plans = [
        call(server, "propose_retirement", seat="jeff", heirs=heirs)["plan"]
        for heirs in (
            {"ad-pacing-monitoring": "dash", "project-reconciliation": "crystal"},
            ["ad-pacing-monitoring=dash", "project-reconciliation = crystal"],
            "ad-pacing-monitoring=dash, project-reconciliation=crystal",
        )
    ]
    assert plans[0] == plans[1] == plans[2]
    assert plans[0]["capabilities"] == {"ad-pacing-monitoring": "dash", "project-reconciliation": "crystal"}
    assert "is not ID=SEAT" in refusal(server, "propose_retirement", seat="jeff", heirs=["dash"])
