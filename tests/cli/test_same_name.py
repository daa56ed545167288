"""Where two seats have one name, their rows say which is which by the role."""

from __future__ import annotations

import pytest

from tests.conftest import NOW, Shell

METRIC = "metrics:\n  {0}: {{name: {0}, outcome: Clients stay, cadence: weekly, target: '>= 5'}}\n"


@pytest.fixture
def firm(acme: Shell) -> Shell:
    """Gwen Ito holds two seats, each with a metric; Ada has one as well."""
    acme.write("seats/ada.yaml", acme.read("seats/ada.yaml") + METRIC.format("rent"))
    for seat, role in (("ops", "Operations"), ("sales", "Sales")):
        lines = [f"seat: {seat}", f"name: {seat}", f"role: {role}", "kind: human", "status: active", "reports_to: ada"]
        acme.write(f"seats/{seat}.yaml", "\n".join([*lines, "since: 2026-10-05", METRIC.format(f"{seat}-calls")]))
    acme.git("add", ".")
    acme.git("commit", "-qm", "Two seats", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    for seat in ("ops", "sales"):
        acme("seat", "set", seat, "name=Gwen Ito", "--by", "ada")
    return acme


def test_the_headings_of_the_scorecard(firm: Shell) -> None:
    out = firm("scorecard").out
    heads = [line.split("  ")[0] for line in out.splitlines() if line.startswith(("Gwen", "Ada"))]
    assert heads == ["Ada", "Gwen Ito, Operations", "Gwen Ito, Sales"]


def test_a_name_that_is_the_only_one_has_no_role(firm: Shell) -> None:
    firm("seat", "set", "sales", "name=Eve", "--by", "ada")
    out = firm("scorecard").out
    assert "Gwen Ito, Operations" not in out
    assert "Gwen Ito" in out


def test_a_retired_seat_of_the_same_name_does_not_count(firm: Shell) -> None:
    firm("retire", "sales", "--reason", "Merged.", "--decided-by", "ada", "--yes", "--by", "ada")
    assert "Gwen Ito, Operations" not in firm("scorecard").out


def test_what_is_stale(firm: Shell) -> None:
    out = firm("stale", code=None, ORGTP_NOW="2026-11-24T18:00:00-05:00").out
    assert "Gwen Ito, Operations" in out
    assert "Gwen Ito, Sales" in out


def test_a_seat_that_was_handed_over_names_its_holder_once(firm: Shell) -> None:
    firm("seat", "handover", "ops", "--to", "Gwen Ito", "--from", "2026-11-20", "--by", "ada")
    assert "(Gwen Ito)" not in firm("scorecard").out


def test_every_name_is_plain_in_json_and_csv(firm: Shell) -> None:
    rows = firm("scorecard", "--json").json["rows"]
    assert {row["seat"] for row in rows} >= {"ops", "sales"}
    assert "Gwen Ito, Operations" not in firm("scorecard", "--format", "csv").out
