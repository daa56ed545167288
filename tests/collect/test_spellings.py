"""A spelling of a value means the same wherever it is entered: typed, in a file, in JSON, by a source, by a client."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.collect.conftest import Fed
from tests.mcp.clients import call, refusal, served


@pytest.fixture(autouse=True)
def clean_environment(fed: Fed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of `Shell`, because the MCP server runs in this process."""
    for name, value in fed.shell.env().items():
        monkeypatch.setenv(name, value)


def type_it(fed: Fed, text: str, code: int) -> str:
    return fed.shell("score", "add", "bot", "talks", text, code=code).err


def import_csv(fed: Fed, text: str, code: int) -> str:
    return fed.shell("score", "add", "--from", "-", stdin=f'seat,metric,value\nbot,talks,"{text}"\n', code=code).err


def import_json_text(fed: Fed, text: str, code: int) -> str:
    row = json.dumps({"seat": "bot", "metric": "talks", "value": text})
    return fed.shell("score", "add", "--from", "-", stdin=row, code=code).err


def import_json_number(fed: Fed, text: str, code: int) -> str:
    row = f'{{"seat": "bot", "metric": "talks", "value": {text}}}'
    return fed.shell("score", "add", "--from", "-", stdin=row, code=code).err


def run_command(fed: Fed, text: str, code: int) -> str:
    fed.set_up(talks=text)
    return fed.collect("--metric", "talks", code=1 if code else 0).err


def read_json(fed: Fed, text: str, code: int) -> str:
    path = Path(fed.shell.home / "answer.json")
    path.write_text(f'{{"talks": {text}}}', encoding="utf-8")
    fed.set_up(talks={"file": {"path": str(path), "pointer": "/talks"}, "retries": 0})
    return fed.collect("--metric", "talks", code=1 if code else 0).err


def read_csv(fed: Fed, text: str, code: int) -> str:
    path = Path(fed.shell.home / "answer.csv")
    path.write_text(f'talks\n"{text}"\n', encoding="utf-8")
    fed.set_up(talks={"file": {"path": str(path), "column": "talks", "rollup": "sum"}, "retries": 0})
    return fed.collect("--metric", "talks", code=1 if code else 0).err


def ask_client(fed: Fed, text: str, code: int) -> str:
    server, value = served(fed.shell, "bot", allow_write=True), {"seat": "bot", "metric": "talks", "value": text}
    return refusal(server, "add_score", **value) if code else str(call(server, "add_score", **value)["subject"])


Way = Callable[[Fed, str, int], str]
TEXTS: tuple[Way, ...] = (type_it, import_csv, import_json_text, run_command, read_csv, ask_client)
NUMBERS: tuple[Way, ...] = (import_json_number, read_json)


@pytest.mark.parametrize("way", [*TEXTS, *NUMBERS], ids=lambda way: way.__name__)
@pytest.mark.parametrize(("text", "stored"), [("1e-05", "0.00001"), ("1E3", "1000"), ("0.1", "0.1")])
def test_a_number_is_the_same_number_at_every_interface(fed: Fed, way: Way, text: str, stored: str) -> None:
    way(fed, text, 0)
    assert [row["value"] for row in fed.rows()] == [stored]


@pytest.mark.parametrize("way", TEXTS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("text", ["0,500", "00,125", "1,2345", "-0,500"])
def test_a_comma_that_groups_nothing_is_refused_at_every_interface(fed: Fed, way: Way, text: str) -> None:
    assert text in way(fed, text, 2)
    assert not [row for row in fed.rows() if row["value"] is not None]


# A rollup of rows adds up plain numbers only.
@pytest.mark.parametrize("way", [way for way in TEXTS if way is not read_csv], ids=lambda way: way.__name__)
@pytest.mark.parametrize(
    ("target", "text", "stored"),
    [
        ("<= 2s", "1.8s", "1.8s"),
        ("<= 100ms", "36ms", "0.036s"),
        ("by 23:00", "24:15", "24:15"),
        ("<= 1h", "1,200s", "20m"),
    ],
)
def test_a_duration_and_a_time_are_the_same_at_every_interface(
    fed: Fed, way: Way, target: str, text: str, stored: str
) -> None:
    # A target of a few seconds needs a reason.
    reason = "metrics.talks.waive.metric-runtime=Clients are greeted by a person."
    fed.shell("seat", "set", "bot", f"metrics.talks.target={target}", *([reason] if text.endswith("s") else []))
    way(fed, text, 0)
    assert [row["value"] for row in fed.rows()] == [stored]


def test_a_target_takes_the_same_numbers(fed: Fed) -> None:
    for target in (">= 1e-05", "<= 1E3"):
        fed.shell("seat", "set", "bot", f"metrics.talks.target={target}")
        assert fed.shell("validate").code == 0
    said = fed.shell("seat", "set", "bot", "metrics.talks.target=>= 0,500", code=2).err
    assert 'Did you mean ">= 0.500"?' in said
