"""Two sources can count their people from 1, so an id alone makes nobody somebody else."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import Shell
from tests.imports.drafts import EMPTY, imported, load, people, person, plan

HOME = "ID,Name,Title,Manager ID\n1,Ada Lovelace,CEO,\n2,Bob Ray,Analyst,1\n3,Cleo Moss,Clerk,2\n"
ABROAD = "ID,Name,Title,Manager ID\n1,Zoe Petrov,Manager,\n2,Yan Li,Clerk,1\n"


@pytest.fixture(name="org")
def make_org(acme: Shell) -> Shell:
    """An org with the people of a table."""
    acme.write("hr.csv", HOME)
    acme("import", "hr.csv", "--under", "ada")
    return acme


def test_a_table_with_the_ids_of_another_changes_nobody(org: Shell) -> None:
    """The name of its file differs in a digit only."""
    before = org.head()
    org.write("hr2.csv", ABROAD)
    shown = org("import", "hr2.csv", "--dry-run", code=1, COLUMNS="10000").out
    assert "hr2.csv:2, 3: the id" in shown
    assert "gone" not in shown, "none of its rows is a seat of the first table"
    refused = org("import", "hr2.csv", code=1).err
    assert 'the id "1" is an alias of "ada-lovelace" ("Ada Lovelace"), and the name is another' in refused
    assert org.head() == before


def test_another_table_with_its_own_ids_is_imported_as_the_message_says(org: Shell) -> None:
    org.write("hr-abroad.csv", ABROAD)
    why = org("import", "hr-abroad.csv", code=1).err
    told = re.search(r'If "hr-abroad" has ids of its own, give its ids a prefix: (--map id-prefix=x-)', why)
    assert told
    org("import", "hr-abroad.csv", "--under", "ada", *shlex.split(told[1]))
    assert org("seat", "show", "yan-li", "--json").json["seat"]["reports_to"] == "zoe-petrov"
    assert "aliases: [x-2]" in org.read("seats/yan-li.yaml")
    # The prefix is remembered, and nobody of the first table is gone.
    org.write("hr-abroad.csv", ABROAD + "3,Uma Roy,Clerk,2\n")
    again = org("import", "hr-abroad.csv")
    assert "gone" not in again.err
    assert org("seat", "show", "uma-roy", "--json").json["seat"]["reports_to"] == "yan-li"


@pytest.mark.parametrize("name", ["Cleo Moss-Ray", 'Cleo "C" Moss', "Cleo $Moss"])
def test_who_has_a_new_name_is_imported_when_the_seat_has_it(org: Shell, name: str) -> None:
    quoted = name.replace('"', '""')
    org.write("hr.csv", HOME.replace("Clerk", "Head clerk").replace("Cleo Moss", f'"{quoted}"'))
    why = org("import", "hr.csv", code=1).err
    told = re.search(r"has a new name, type: orgtp (.+)\. If this is another source", why)
    assert told
    org(*shlex.split(told[1]))
    org("import", "hr.csv")
    seat = org("seat", "show", "cleo-moss", "--json").json["seat"]
    assert (seat["name"], seat["role"]) == (name, "Head clerk")


def test_a_name_can_have_the_last_name_first(org: Shell) -> None:
    org.write("hr.csv", HOME.replace("Cleo Moss", '"Moss, Cleo"'))
    org("import", "hr.csv")
    assert org("seat", "show", "cleo-moss", "--json").json["seat"]["name"] == "Moss, Cleo"


def test_an_address_or_a_reference_says_who_has_a_new_name() -> None:
    at: dict[str, Any] = {"emails": ("cleo@example.com",)}
    files = imported(EMPTY, [people(person(2, "1", "Cleo Moss", **at))])
    assert not plan(load(files).org, people(person(2, "1", "Cleo Ray", **at))).bad
    assert plan(load(files).org, people(person(2, "1", "Cleo Ray", emails=("other@example.com",)))).bad
    team = replace(person(2, "group:default/core", "Core"), role="Team")
    files = imported(EMPTY, [people(team, format_="backstage")])
    assert not plan(load(files).org, people(replace(team, name="Platform core"), format_="backstage")).bad


def test_two_tables_of_one_import_with_the_same_ids(acme: Shell) -> None:
    acme.write("hr.csv", HOME)
    acme.write("abroad.csv", ABROAD)
    why = acme("import", "hr.csv", "abroad.csv", "--under", "ada", code=1).err
    assert "If its file has ids of its own, import it alone, with --map id-prefix=x-" in why
