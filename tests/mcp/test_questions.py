"""The questions of docs/mcp.md: what each needs is asked, and the answer is what the files of the sample say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from orgtp.cli.servers.mcp_install import ASK as ASK_FIRST
from tests.conftest import ROOT, Shell
from tests.mcp.clients import call, served

PAGE = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
ASK = PAGE.partition("## Questions to ask\n")[2].partition("\n## ")[0]


def questions() -> list[str]:
    """Those of the page, each on one line."""
    return [" ".join(found.split()) for found in re.findall(r"^- \*(.*?)\*$", ASK, re.S | re.M)]


def _files(shell: Shell) -> dict[str, Any]:
    """Every living seat, as its file has it: what the answers are held against is read here, and not by orgtp."""
    found = {}
    for path in sorted((shell.folder / "seats").glob("*.yaml")):
        seat = yaml.safe_load(path.read_text(encoding="utf-8"))
        if seat["status"] != "retired":
            found[seat["seat"]] = seat
    return found


def _depth(files: dict[str, Any], seat: str) -> int:
    above = files[seat].get("reports_to")
    return 1 + _depth(files, above) if above else 0


def _place(files: dict[str, Any], seat: str) -> dict[str, Any]:
    """Where a seat is, by its file and those around it."""
    own = files[seat]
    above, owner = own.get("reports_to"), own.get("owner", seat)
    assert files[owner]["kind"] == "human"
    return {
        "seat": seat,
        "name": own["name"],
        "role": own["role"],
        "kind": own["kind"],
        "status": own["status"],
        "owner": owner,
        "human_owner": files[owner]["name"],
        "reports_to": above,
        "reports_to_kind": files[above]["kind"] if above else None,
        "depth": _depth(files, seat),
        "span": sum(other.get("reports_to") == seat for other in files.values()),
    }


def _which_are_agents(shell: Shell) -> None:
    """All of them, with every metric and its outcome, and where each is relative to the people."""
    files = _files(shell)
    for kind, many in (("agent", 8), ("human", 4)):
        found = call(served(shell), "org_chart", kind=kind)
        assert (len(found["seats"]), found["total"], found["truncated"], found["problems_total"]) == (
            many,
            many,
            False,
            0,
        )
        assert {seat["seat"] for seat in found["seats"]} == {name for name, own in files.items() if own["kind"] == kind}
        for seat in found["seats"]:
            own = files[seat["seat"]]
            assert {key: seat[key] for key in _place(files, seat["seat"])} == _place(files, seat["seat"])
            assert seat["capabilities"] == own.get("capabilities", {})
            told = {one["metric"]: (one["name"], one["outcome"], one["cadence"]) for one in seat["metrics"]}
            assert told == {id_: (of["name"], of["outcome"], of["cadence"]) for id_, of in own["metrics"].items()}
            for one in seat["metrics"]:
                assert one["target"] in str(own["metrics"][one["metric"]]["target"])
    assert found["org"] == "sneeze-it"
    # All of it at once is the chart from the top down: whoever is above comes first.
    order = [seat["seat"] for seat in call(served(shell), "org_chart")["seats"]]
    assert set(order) == set(files)
    assert all(order.index(own["reports_to"]) < order.index(name) for name, own in files.items() if "reports_to" in own)


def _what_is_off(shell: Shell) -> None:
    """Every number is there with its state; what is off says since when, what is unknown says why."""
    found = call(served(shell), "scorecard")
    files = _files(shell)
    assert {(row["seat"], row["metric"]) for row in found["rows"]} == {
        (name, metric) for name, own in files.items() for metric in own["metrics"]
    }
    states = {(row["seat"], row["metric"]): row["state"] for row in found["rows"]}
    assert states["penny", "days-to-pay"] == "unavailable"
    assert states["jeff", "invoices-reconciled"] == "off"
    by_seat = {row["seat"]: row for row in found["rows"] if row["metric"] == "days-to-pay"}
    assert by_seat["penny"]["cells"][-1]["value"] is None
    assert by_seat["penny"]["cells"][-1]["note"].startswith("source broken")
    owners = {seat["seat"]: seat["human_owner"] for seat in call(served(shell), "list_seats")["seats"]}
    assert (owners["penny"], owners["jeff"]) == ("Janine", "Bogdan")


def _which_drift(shell: Shell) -> None:
    """Each seat with its health and why, and for a flag its period and its odds."""
    found = call(served(shell), "health", state=["drifting"])
    for one in found["metrics"]:
        assert one["variation"] == "concern"
        assert one["since"]
        assert one["odds"]["per_quarter"]
    assert found["expected_false"] == shell("health", "--json").json["expected_false"]
    every = call(served(shell), "health")
    assert every["seats"] == shell("health", "--json").json["seats"]


def _who_is_dash(shell: Shell) -> None:
    (known,) = call(served(shell), "list_seats", find="Dash analytics")["seats"]
    found, own = call(served(shell), "get_seat", seat=known["seat"])["seat"], _files(shell)["dash"]
    for key in ("name", "role", "mission", "retire_when", "capabilities"):
        assert found[key] == own[key]


def _days_to_payment(shell: Shell) -> None:
    """Every value since, in order, with what is blank as blank."""
    (row,) = [row for row in call(served(shell), "scorecard", weeks=13, seat="penny")["rows"] if "pay" in row["metric"]]
    found = call(served(shell), "metric_history", seat="penny", metric=row["metric"])
    lines = [
        json.loads(line)
        for path in sorted((shell.folder / "scores" / "penny").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    told = [(one["period"], one["value"], one["note"] or None) for one in found["scores"]]
    assert sorted(told, key=str) == sorted(
        ((one["period"], one["value"], one.get("note")) for one in lines if one["metric"] == row["metric"]), key=str
    )
    assert any(value is None and note for _, value, note in told)
    assert not found["truncated"]


def _what_changed(shell: Shell) -> None:
    """What was decided since then; with its values, the commits that git has, as far as there is room."""
    decided = call(served(shell), "what_changed", since="2026-11-01")
    assert {"set"} <= {one["action"] for one in decided["commits"]}
    assert "score" not in {one["action"] for one in decided["commits"]}
    found = call(served(shell), "what_changed", since="2026-11-01", scores=True, limit=1000)
    commits = shell.git("rev-list", f"{found['base']['revision']}..HEAD").out.split()
    told = [one["commit"] for one in found["commits"]]
    assert told == commits[: len(told)]
    assert found["truncated"] is (len(told) < len(commits))
    assert len(told) > 20
    begin = shell.git("log", "-1", "--format=%cI", found["base"]["revision"]).out
    assert begin < "2026-11-01T"
    assert all(one["what"] for one in found["commits"])
    assert found["headline"]


def _what_became_of_echo(shell: Shell) -> None:
    (echo,) = call(served(shell), "list_seats", status="retired")["seats"]
    found = call(served(shell), "get_seat", seat=echo["seat"])
    record = yaml.safe_load(shell.read("retirements/echo.yaml"))
    told = found["seat"]["retirement"]
    assert (told["decided_by"], told["reason"], told["review"]["lesson"]) == (
        record["decided_by"],
        record["reason"],
        record["review"]["lesson"],
    )
    heirs = {one["what"]: one["seat"] for one in found["hands_to"]}
    assert {what: heirs[what] for what in record["capabilities"]} == record["capabilities"]


def _how_it_looked(shell: Shell) -> None:
    """As git has it: Echo was there."""
    found = call(served(shell), "org_chart", at="2026-08-31")
    assert found["as_of"].startswith("2026-08-31T23:59:59")
    assert "echo" in {seat["seat"] for seat in found["seats"]}
    files = shell.git("ls-tree", "--name-only", f"{found['revision']}:seats").out.split()
    assert {f"{seat['seat']}.yaml" for seat in found["seats"]} == set(files)


ASKED: dict[str, Callable[[Shell], None]] = {
    "Use OTP to show me the org chart for sneeze-it.": _which_are_agents,
    "What is off target, late or unknown": _what_is_off,
    "Which seats are drifting": _which_drift,
    "Who is Dash": _who_is_dash,
    "How have the days to payment changed": _days_to_payment,
    "What changed since the first of November?": _what_changed,
    "What happened to Echo": _what_became_of_echo,
    "What did the chart look like at the end of August?": _how_it_looked,
}


def test_each_question_is_asked_here() -> None:
    assert len(questions()) == len(ASKED)
    assert all(asked.startswith(begin) for asked, begin in zip(questions(), ASKED, strict=True))
    assert questions()[0] == ASK_FIRST.format(org="sneeze-it")
    assert questions()[0] == (
        "Use OTP to show me the org chart for sneeze-it. Which seats are agents, what are their business metrics, and "
        "how are they positioned relative to the human seats?"
    )


@pytest.mark.parametrize("begin", ASKED)
def test_a_question(asked: Shell, begin: str) -> None:
    ASKED[begin](asked)


def test_the_block_to_paste() -> None:
    """It is the one that is installed, but for the paths."""
    (block,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.S | re.M)
    server = {"command": "/path/to/orgtp", "args": ["--org", "/path/to/sneeze-it", "mcp"]}
    assert json.loads(block) == {"mcpServers": {"orgtp-sneeze-it": server}}
