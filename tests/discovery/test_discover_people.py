"""Who is asked, and what becomes of who hears of new agents."""

from __future__ import annotations

import pytest

from tests.cli.terminal import on_terminal
from tests.conftest import Shell
from tests.discovery.discover_agents import add_agent, make_repository


@pytest.fixture
def agents(shell: Shell) -> Shell:
    """A repository of agents beside the org."""
    return make_repository(shell)


def test_a_retired_seat_hears_no_more(acme: Shell) -> None:
    acme("seat", "add", "eve", "--role", "Desk", "--kind", "human", "--reports-to", "ada", "--by", "ada")
    acme("org", "set", "policy.discover.to=eve", "--by", "ada")
    assert "discover" in acme("retire", "eve", "--to", "ada", "--reason", "R", "--by", "ada", "--dry-run").out
    acme("retire", "eve", "--to", "ada", "--reason", "R", "--by", "ada", "--yes")
    assert "eve" not in acme.read("org.yaml")
    assert acme("validate", "--json").json["summary"]["errors"] == 0
    acme("audit", "verify")


def test_who_is_no_active_person_cannot_be_named(acme: Shell) -> None:
    ran = acme("org", "set", "policy.discover.to=bot", "--by", "ada", code=2)
    assert 'discover.to: "bot" is not a human seat' in ran.err
    ran = acme("org", "set", "policy.discover=ada", "--by", "ada", code=2)
    assert "policy.discover.to=VALUE" in ran.err


def test_a_person_is_asked_for_the_owner_and_offered_the_only_suggestion(sample: Shell, agents: Shell) -> None:
    seen = on_terminal(sample, "discover", "../agents", "--propose", "--by", "david", answers=[("Who answers", "\n")])
    assert "suggested by their authors and code owners: kristen, for 1 of 1 agent" in seen.text
    assert "Who answers for 1 agent? (the id of a seat) [kristen]" in seen.text
    assert sample("seat", "show", "report", "--json").json["seat"]["owner"] == "kristen"


def test_of_several_suggestions_none_is_offered(sample: Shell, agents: Shell) -> None:
    add_agent(agents, "ledger", minute=5)
    seen = on_terminal(
        sample, "discover", "../agents", "--propose", "--by", "david", answers=[("Who answers", "david\n")]
    )
    assert "Who answers for 2 agents? (the id of a seat):" in seen.text
    assert sample("seat", "show", "ledger", "--json").json["seat"]["owner"] == "david"
