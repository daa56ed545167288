"""Importing an export of whole seats gives the same org; importing it twice, or into the same org, changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.actions.import_seats.plan import plan_import
from orgtp.actions.import_seats.request import ImportRequest
from orgtp.export.seat_lines import write_seat_lines
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.files.yaml.dumper import format_document
from orgtp.model.change import CreateFile
from orgtp.model.inventory.draft import DraftSource
from orgtp.model.problem import select_errors
from orgtp.model.seat import Seat
from tests.conftest import Shell
from tests.files.judges import ORGS
from tests.importers.reading import read_file
from tests.size import choose_size

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
HEAD = b"org: acme\nname: Acme\ntimezone: UTC\n"


def export(files: dict[str, bytes], folder: Path) -> DraftSource:
    """What an import reads of an export of the org with these files."""
    seats = load_org(MemoryTree(files)).org.seats.values()
    return read_file(folder / "seats.jsonl", "".join(write_seat_lines(seats, files)) or "\n", format_="seats")


def import_into(files: dict[str, bytes], source: DraftSource) -> dict[str, bytes]:
    """The files of an org after an import, which may only create files."""
    plan = plan_import(load_org(MemoryTree(files)).org, [source], ImportRequest(), NOW)
    assert not plan.bad
    assert not plan.questions
    made: dict[str, bytes] = {}
    for edit in plan.change.edits:
        assert isinstance(edit, CreateFile)
        made[edit.path] = (edit.content if isinstance(edit.content, str) else format_document(edit.content)).encode()
    return files | made


def read_seats(files: dict[str, bytes]) -> dict[str, Seat]:
    return {key: seat for key, seat in load_org(MemoryTree(files)).org.seats.items() if not seat.is_retired}


def own_keys(seats: dict[str, Seat]) -> dict[str, dict[str, str]]:
    """The keys of users. What an import remembers is its own."""
    return {
        key: {name: text for name, text in seat.own.items() if not name.startswith("x-imported.")}
        for key, seat in seats.items()
    }


def check_round_trip(files: dict[str, bytes], folder: Path) -> None:
    source = export(files, folder)
    empty = {"org.yaml": files["org.yaml"]}
    again = import_into(empty, source)
    assert read_seats(again) == read_seats(files)
    assert own_keys(read_seats(again)) == own_keys(read_seats(files))
    assert import_into(again, source) == again
    assert import_into(files, source) == files


def list_good_orgs() -> list[str]:
    """The orgs of the tests that have no error."""
    return [
        name
        for name, files in ORGS.items()
        if "org.yaml" in files and not select_errors(load_org(MemoryTree(files)).all_problems)
    ]


def test_every_org_of_the_tests_comes_back_as_it_was(tmp_path: Path) -> None:
    names = list_good_orgs()
    assert len(names) > 300
    for name in names[:: choose_size(9, 1)]:
        check_round_trip(ORGS[name], tmp_path)


# What one line can have: it is made and not filtered, because most random texts would be filtered out.
TEXT = st.text(
    st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S"], include_characters=" "), min_size=1, max_size=20
).map(lambda text: text.strip() or "x")
ID = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
METRIC = st.fixed_dictionaries(
    {
        "name": TEXT,
        "outcome": TEXT,
        "target": st.sampled_from([">= 1", "<= 5%", "by 08:00", "yes"]),
        "cadence": st.just("weekly"),
    },
    optional={"x-mine": TEXT, "due": st.just("mon 12:00"), "source": ID},
)
EXTRA = st.fixed_dictionaries(
    {},
    optional={
        "mission": TEXT,
        "since": st.just("2026-01-05"),
        "retire_when": TEXT,
        "review_by": st.just("2027-01-05"),
        "inputs": st.dictionaries(ID, TEXT, min_size=1, max_size=2),
        "capabilities": st.dictionaries(ID, TEXT, min_size=1, max_size=2),
        "metrics": st.dictionaries(ID, METRIC, min_size=1, max_size=2),
        "holders": st.just({"2026-08-01": {"name": "Gwen", "email": "gwen@example.com"}}),
        "x-mine": st.dictionaries(ID, TEXT | st.integers(), max_size=2) | TEXT,
    },
)


@st.composite
def orgs(draw: st.DrawFn) -> dict[str, bytes]:
    """An org of a few seats: a person at the top, and people, agents and groups below."""
    files, ids = {"org.yaml": HEAD}, draw(st.lists(ID, min_size=1, max_size=6, unique=True))
    people: list[str] = []
    for number, seat in enumerate(ids):
        kind = draw(st.sampled_from(["human", "agent", "group"])) if number else "human"
        content: dict[str, Any] = {"seat": seat, "name": draw(TEXT), "role": draw(TEXT), "kind": kind}
        content["status"] = draw(st.sampled_from(["active", "proposed"])) if number else "active"
        if kind != "human" or (people and draw(st.booleans())):
            content["owner"] = draw(st.sampled_from(people))
        if number:
            content["reports_to"] = draw(st.sampled_from(ids[:number]))
        # A second line to the same seat says nothing.
        others = [one for one in ids[:number] if one != content.get("reports_to")]
        dotted = draw(st.lists(st.sampled_from(others), max_size=1)) if others else []
        content |= {"also_reports_to": dotted} if dotted else {}
        if kind != "group" and draw(st.booleans()):
            content["email"] = f"{seat}@example.com"
        if draw(st.booleans()):
            content["aliases"] = [f"{seat.upper()}-{number}"]
        if kind == "agent" and draw(st.booleans()):
            place = {"repo": "git.example.com/acme/agents", "path": f"agents/{seat}.md", "sha256": f"{number:064x}"}
            content["runs_from"] = [place, {"path": "b.md"}] if draw(st.integers(1, 2)) > 1 else [place]
        files[f"seats/{seat}.yaml"] = format_document(content | draw(EXTRA)).encode()
        people += [seat] if kind == "human" and content["status"] == "active" else []
    return files


@settings(max_examples=choose_size(60, 1000), deadline=None)
@given(files=orgs())
def test_any_org_comes_back_as_it_was(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    check_round_trip(files, tmp_path_factory.getbasetemp())


def test_the_commands_bring_an_org_back(sample: Shell, shell: Shell) -> None:
    sample("export", str(shell.folder / "seats.jsonl"), "--format", "seats")
    shell("init", "again", "--name", "Again", "--timezone", "America/New_York")
    again = shell.at(shell.folder / "again")
    again("import", "../seats.jsonl")
    keys = ("seat", "name", "role", "kind", "status", "owner", "reports_to", "mission", "since", "capabilities")
    rows = [one("sql", "select * from seats order by seat", "--json").json["rows"] for one in (again, sample)]
    ours, theirs = ([{key: row[key] for key in keys} for row in some if row["status"] != "retired"] for some in rows)
    assert ours == theirs
    head = again.head()
    again("import", "../seats.jsonl")
    assert again.head() == head
