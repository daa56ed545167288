"""JSON Lines of seats: what an export writes is read again without loss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.export.seat_lines import write_seat_lines
from orgtp.files.load import load_org
from orgtp.files.seat import read_seat
from orgtp.files.tree import MemoryTree
from orgtp.files.yaml.dumper import format_document
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.importers.seat_lines import DRAFT_KEYS
from orgtp.model.inventory.draft import SeatDraft
from orgtp.model.problem import select_errors
from orgtp.model.seat import Seat, seat_path
from tests.conftest import Shell
from tests.files.judges import ORGS
from tests.files.test_schema_any import changed
from tests.importers.reading import read_file
from tests.size import choose_size


def good_files() -> Iterator[tuple[str, bytes]]:
    """The seats of all orgs of the tests whose files can be read without an error, and that are not retired."""
    for files in ORGS.values():
        for path, raw in files.items():
            if path.startswith("seats/") and path.endswith(".yaml"):
                seat, problems = read_seat(path, raw)
                if seat and seat.declared == seat.id and not select_errors(problems) and not seat.is_retired:
                    yield path, raw


def build_seat(draft: SeatDraft) -> Seat:
    """The seat whose file says what a draft says, key by key."""
    content: dict[str, Any] = {
        "seat": draft.id_hint,
        "name": draft.name,
        "role": draft.role,
        "kind": str(draft.kind),
        "owner": draft.owner.removeprefix("id:"),
        "reports_to": draft.parent.removeprefix("id:"),
        "also_reports_to": [one.removeprefix("id:") for one in draft.dotted],
        "mission": draft.mission,
        "email": list(draft.emails),
        "aliases": list(draft.aliases),
        "runs_from": [
            {key: text for key in ("repo", "path", "sha256") if (text := getattr(one, key))} for one in draft.runs_from
        ],
    }
    assert {*content} == DRAFT_KEYS
    content = {key: value for key, value in content.items() if value} | dict(draft.content)
    seat, problems = read_seat(seat_path(draft.id_hint), format_document(content).encode())
    assert seat
    assert not select_errors(problems)
    return seat


def read_back(path: str, raw: bytes, folder: Path) -> Seat:
    """The seat of a file after an export and a read."""
    seat, _ = read_seat(path, raw)
    assert seat
    lines = "".join(write_seat_lines([seat], {path: raw}))
    source = read_file(folder / "seats.jsonl", lines, format_="seats")
    assert not source.bad
    (draft,) = source.drafts
    return build_seat(draft)


def test_every_seat_of_the_tests_comes_back_as_it_was(tmp_path: Path) -> None:
    files = list(good_files())
    assert len(files) > 100
    for path, raw in files[:: choose_size(7, 1)]:
        seat, _ = read_seat(path, raw)
        assert seat
        again = read_back(path, raw, tmp_path)
        assert again == seat
        assert again.own == seat.own
        assert {key: metric.own for key, metric in again.metrics.items()} == {
            key: metric.own for key, metric in seat.metrics.items()
        }


@settings(max_examples=choose_size(150, 2000), deadline=None)
@given(made=changed("seat"))
def test_any_seat_that_can_be_read_comes_back_as_it_was(
    made: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    # A line without a status is a proposal; a file needs one.
    made = {"status": "proposed"} | made | {"seat": "dash"}
    raw, path = format_document(made).encode(), "seats/dash.yaml"
    seat, problems = read_seat(path, raw)
    folder = tmp_path_factory.getbasetemp()
    if seat is None or select_errors(problems):
        # What is wrong with the file is wrong with its line.
        source = read_file(folder / "seats.jsonl", json.dumps(made, default=str) + "\n", format_="seats")
        assert [one.where for one in source.bad] == ["seats.jsonl:1"]
    elif not seat.is_retired:
        again = read_back(path, raw, folder)
        assert again == seat
        assert again.own == seat.own


@settings(max_examples=choose_size(100, 1000), deadline=None)
@given(
    data=st.recursive(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
        | st.integers(-(10**18), 10**18)
        | st.decimals(-1000, 1000, places=3)
        | st.booleans()
        | st.none(),
        lambda below: (
            st.lists(below, max_size=3)
            | st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), below, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_whatever_is_under_a_key_of_the_user_comes_back(data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = {"seat": "dash", "name": "Dash", "role": "Analytics", "kind": "human", "status": "active", "x-mine": data}
    raw = format_document(made).encode()
    try:
        before = read_document("seats/dash.yaml", raw).data
    except NotStrict:
        return
    seat, _ = read_seat("seats/dash.yaml", raw)
    assert seat
    lines = "".join(write_seat_lines([seat], {"seats/dash.yaml": raw}))
    (draft,) = read_file(tmp_path_factory.getbasetemp() / "s.jsonl", lines, format_="seats").drafts
    assert draft.content["x-mine"] == before["x-mine"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "it is not JSON"),
        ('"dash"', "a line must be one object"),
        ('{"name": "Dash"}', 'it has no "seat"'),
        ('{"seat": "Dash Board"}', '"Dash Board" is not a valid id. Did you mean "dash-board"?'),
        ('{"seat": "dash", "seat": "dash"}', 'the key "seat" occurs twice'),
        ('{"seat": "dash", "x-n": NaN}', "NaN is not JSON"),
        ('{"seat": "dash", "nmae": "Dash"}', "nmae"),
        ('{"seat": "dash", "name": "Dash", "owner_name": "Ada"}', "orgtp export FILE --format seats"),
        ('{"seat": "dash", "name": "\\ud800"}', "a text or a number that a YAML file cannot have"),
        ('{"seat": "dash", "x-a": ' + "[" * 200 + "]" * 200 + "}", "nested deeper than 64 levels"),
        ('{"seat": "dash", "x-a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper than 64 levels"),
        ('{"seat": "dash", "x-a": "' + "a" * 300_000 + '"}', "more than 256 KiB"),
        ('{"seat": "dash", "x-a": "' + "a" * 600_000 + '"}', "the line has more than 512 KiB"),
        ('{"seat": "dash", "x-a": ' + "9" * 5000 + "}", "it is not JSON"),
    ],
)
def test_a_line_that_is_no_seat_is_bad_and_the_others_are_read(line: str, words: str, tmp_path: Path) -> None:
    good = '{"seat": "ada", "name": "Ada", "role": "CEO", "kind": "human", "status": "active"}'
    source = read_file(tmp_path / "s.jsonl", f"{line}\n\n{good}\r\n", format_="seats")
    assert [draft.where for draft in source.drafts] == ["s.jsonl:3"]
    assert [(one.where, one.text) for one in source.bad] == [("s.jsonl:1", line)]
    assert words in source.bad[0].why


def test_a_seat_twice_and_retired_seats(tmp_path: Path) -> None:
    line = '{"seat": "ada", "name": "Ada", "role": "CEO", "kind": "human", "status": "%s"}\n'
    source = read_file(
        tmp_path / "s.jsonl", line % "active" + line % "active" + line.replace("ada", "jeff") % "retired"
    )
    assert [one.why for one in source.bad] == ['line 1 has the seat "ada", too']
    assert source.notes == ("1 seat left out, because retired",)


def test_the_command_writes_what_is_read(sample: Shell) -> None:
    ran = sample("export", "seats.jsonl", "--format", "seats")
    assert ran.out == "seats.jsonl: 13 seats\n"
    source = read_file(sample.folder / "seats.jsonl")
    assert source.format == "seats"
    files = {f"seats/{path.name}": path.read_bytes() for path in (sample.folder / "seats").iterdir()}
    org = load_org(MemoryTree({"org.yaml": (sample.folder / "org.yaml").read_bytes(), **files})).org
    assert {draft.id_hint: build_seat(draft) for draft in source.drafts} == {
        seat.id: seat for seat in org.seats.values() if not seat.is_retired
    }
    assert sample("export", "-", "--format", "seats", "--seat", "dash").out.count("\n") == 1


def test_the_table_of_seats_is_not_taken_for_whole_seats(sample: Shell) -> None:
    sample("export", "tables", "--format", "jsonl")
    source = read_file(sample.folder / "tables" / "seats.jsonl")
    assert not source.drafts
    assert all("orgtp export FILE --format seats" in one.why for one in source.bad)
