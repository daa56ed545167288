"""Keys that begin with `x-` belong to the user: orgtp keeps them, shows them, and tells who changed them."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from tests.conftest import Shell

KEYS = ("x-cost-centre=42", "x-links.wiki=https://wiki.example.com/bot", "metrics.number.x-crm=deals")
SHOWN = {
    "x-cost-centre": "42",
    "x-links.wiki": "https://wiki.example.com/bot",
    "metrics.number.x-crm": "deals",
}


@pytest.fixture
def owned(acme: Shell) -> Shell:
    """Acme, whose bot has keys of the user's own, in itself and in a metric."""
    acme("seat", "set", "bot", *KEYS)
    return acme


def test_seat_show(owned: Shell) -> None:
    out = owned("seat", "show", "bot").out
    own = dict(line.split() for line in out.split("your own keys\n")[1].splitlines())
    assert own == SHOWN
    assert owned("seat", "show", "bot", "--json").json["seat"]["own"] == SHOWN
    assert owned("seat", "show", "ada", "--json").json["seat"]["own"] == {}
    assert "your own keys" not in owned("seat", "show", "ada").out
    assert all(len(line) <= 40 for line in owned("seat", "show", "bot", COLUMNS="40").out.splitlines())


def test_a_diff_of_nothing_else(owned: Shell) -> None:
    data = owned("diff", "HEAD~1", "--json").json
    assert data["headline"] == "1 seat changed"
    assert {one["key"]: (one["before"], one["after"]) for one in data["fields"]} == {
        key: (None, value) for key, value in SHOWN.items()
    }
    assert {one["made"]["commit"] for one in data["fields"]} == {owned.head()}
    out = owned("diff", "HEAD~1").out
    assert "x-cost-centre: 42, new (by A Tester in " in out
    assert "metrics.number.x-crm: deals, new" in out
    assert "capability" not in out
    owned("seat", "set", "bot", "x-cost-centre=43", "x-links.wiki=")
    changed = {one["key"]: (one["before"], one["after"]) for one in owned("diff", "HEAD~1", "--json").json["fields"]}
    assert changed == {"x-cost-centre": ("42", "43"), "x-links.wiki": (SHOWN["x-links.wiki"], None)}
    assert "x-cost-centre: 42 → 43" in owned("diff", "HEAD~1", "--format", "markdown").out.replace("`", "")


def test_a_metric_that_goes_takes_its_own_keys_along(owned: Shell) -> None:
    owned("seat", "set", "bot", "metrics.number=")
    data = owned("diff", "HEAD~1", "--json").json
    assert [one["metric"] for one in data["metrics"]] == ["number"]
    assert data["fields"] == []


def test_org_yaml(acme: Shell) -> None:
    acme.write(
        "org.yaml", acme.read("org.yaml").replace("policy:", "policy:\n  x-note: agreed in May") + "x-ledger: acme-7\n"
    )
    assert acme("validate").code == 0
    data = acme("diff", "HEAD", "--json").json
    assert [(one["key"], one["before"], one["after"]) for one in data["policy"]] == [
        ("x-ledger", None, "acme-7"), ("policy.x-note", None, "agreed in May")
    ]  # fmt: skip
    acme.git("commit", "-qam", "Own keys")
    acme.write("org.yaml", acme.read("org.yaml").replace("x-ledger: acme-7\n", ""))
    (gone,) = acme("diff", "HEAD", "--json").json["policy"]
    assert (gone["key"], gone["before"], gone["after"]) == ("x-ledger", "acme-7", None)


def test_blame_and_history(owned: Shell) -> None:
    fields = {one["key"]: one for one in owned("seat", "blame", "bot", "--json").json["fields"]}
    assert {key: fields[key]["value"] for key in SHOWN} == SHOWN
    assert {fields[key]["commit"] for key in SHOWN} == {owned.head()}
    assert "x-cost-centre = 42" in owned("seat", "blame", "bot").out
    assert "x-cost-centre: 42, new" in owned("seat", "history", "bot").out


def test_they_are_no_change_of_the_seat_for_anybody_else(owned: Shell) -> None:
    """No rule minds them, and no check compares them."""
    assert owned("validate", "--base", "HEAD~1", "--strict", "--json").json["problems"] == []


OF_METRIC = {
    "x-crm": {"table": "deals", "columns": ["owner", "amount"], "limit": 42, "code": "042", "share": 0.25, "on": True},
    "x-note": None,
    "x-since": date(2026, 1, 5),
}
MOVES = {
    "renamed": ("metric rename bot number calls", ("bot", "calls")),
    "moved": ("metric move bot number --to ada", ("ada", "number")),
    "measured at another cadence": ("metric recadence bot number monthly", ("bot", "number-monthly")),
    "split off with its values": ("seat split bot --into line --role Line --metric number", ("line", "number")),
    "taken over from a retired seat": (
        "retire bot --move number=ada --reason Done. --decided-by ada --yes", ("ada", "number")
    ),
}  # fmt: skip


@pytest.mark.parametrize("has_values", [True, False], ids=["with values", "without values"])
@pytest.mark.parametrize("how", MOVES)
def test_a_metric_keeps_its_own_keys_where_it_goes(acme: Shell, how: str, has_values: bool) -> None:
    """Whatever is in them: lists, numbers, texts that look like numbers, and nothing."""
    data = yaml.safe_load(acme.read("seats/bot.yaml"))
    data["metrics"]["number"] |= OF_METRIC
    acme.write("seats/bot.yaml", yaml.safe_dump(data, sort_keys=False))
    acme.git("commit", "-qam", "Own keys")
    if has_values:
        acme("score", "add", "bot", "number", "15", "--for", "2026-W46")
    command, (seat, metric) = MOVES[how]
    acme(*command.split(), "--by", "ada")
    moved = yaml.safe_load(acme.read(f"seats/{seat}.yaml"))["metrics"][metric]
    assert {key: value for key, value in moved.items() if key.startswith("x-")} == OF_METRIC
    assert [key for key in moved if key.startswith("x-")] == list(OF_METRIC)
