"""Repositories whose ids are SHA-256."""

from __future__ import annotations

import pytest

from tests.conftest import Shell

_METRICS = "metrics:\n  m: {name: M, outcome: O, cadence: weekly, target: '>= 12'}\n"


@pytest.fixture
def long_ids(shell: Shell) -> Shell:
    """A small org in a SHA-256 repository."""
    here = shell.at(shell.folder / "org")
    shell.git("init", "-q", "--object-format=sha256", "-b", "main", "org")
    made = shell("init", "org", "--name", "Org", "--json").json
    assert len(made["commit"]) == 64
    here("seat", "add", "ada", "--role", "R", "--kind", "human", "--since", "2026-01-05")
    here("seat", "add", "bot", "--role", "R", "--kind", "agent", "--owner", "ada", "--since", "2026-10-05")
    here.write("seats/bot.yaml", here.read("seats/bot.yaml") + _METRICS)
    here.git("commit", "-qam", "A metric")
    return here


def _sound(shell: Shell) -> None:
    assert shell.git("fsck", "--strict").err == ""


def test_everything_works(long_ids: Shell) -> None:
    first = long_ids("score", "add", "bot", "m", "13", "--json").json["commit"]
    rows = "seat,metric,value\n" + "".join(f"bot,m,{number}\n" for number in range(150))
    long_ids("score", "add", "--from", "-", stdin=rows)
    long_ids("seat", "set", "bot", "mission=M")
    long_ids("retire", "bot", "--to", "ada", "--move", "m=ada", "--by", "ada", "--reason", "R", "--yes")
    assert len(first) == 64
    assert [c["commit"] for c in long_ids("log", "--json").json["commits"]] == long_ids.git(
        "rev-list", "main"
    ).out.split()
    assert long_ids("validate", "--json").json["summary"]["errors"] == 0
    assert "Bot" in long_ids("chart", "--at", first).out
    assert "Bot" not in long_ids("chart").out
    assert long_ids("chart", "--json").json["dirty"] is False
    assert long_ids.git("status", "--porcelain").out == ""
    _sound(long_ids)


def test_a_bare_clone(long_ids: Shell) -> None:
    long_ids.git("clone", "-q", "--bare", ".", "../org.git")
    bare = long_ids.at(long_ids.folder.parent / "org.git")
    for number in range(3):
        bare("score", "add", "bot", "m", str(number))
    assert len(bare("score", "list", "bot", "--json").json["scores"]) == 3
    assert bare.git("rev-list", "--count", "main").out == "7\n"
    _sound(bare)
    long_ids.git("config", "receive.denyCurrentBranch", "ignore")
    bare("sync")
    assert long_ids.git("rev-parse", "main").out == bare.git("rev-parse", "main").out


def test_out_of_the_outbox(long_ids: Shell) -> None:
    """More than a few at once go into git as one pack."""
    (long_ids.folder / ".git/index.lock").touch()
    for number in range(4):
        long_ids("score", "add", "bot", "m", str(number), code=75, ORGTP_WAIT="0")
    (long_ids.folder / ".git/index.lock").unlink()
    long_ids("score", "add", "bot", "m", "9")
    assert len(long_ids("score", "list", "bot", "--json").json["scores"]) == 5
    assert long_ids.git("status", "--porcelain").out == ""
    _sound(long_ids)
