"""The same id in two clones: what says the same is one record, and anything else is left out and reported."""

from __future__ import annotations

import pytest

from tests.sync.clones import Clones, add, assert_one_line, assert_same, records, values


def test_the_same_value_with_the_same_id_is_one_record(clones: Clones) -> None:
    add(clones.a, "12", "--id", "run-1", "--push")
    add(clones.b, "12.0", "--id", "run-1", "--note", "a retry elsewhere")
    ran = clones.b("sync")
    assert "left out" not in ran.err
    assert [record["id"] for record in records(clones.remote)] == ["run-1"]
    clones.a("sync")
    assert_same(clones, clones.a, clones.b)


@pytest.mark.parametrize(
    ("words", "new"),
    [
        (("bot", "number", "13"), "bot number 2026-W47 = 13"),
        (("cat", "number", "12"), "cat number 2026-W47 = 12"),
        (("bot", "number", "12", "--for", "2026-W46"), "bot number 2026-W46 = 12"),
        (("bot", "number", "--unavailable", "nobody counted"), "bot number 2026-W47 unavailable"),
    ],
)
def test_another_value_with_the_same_id_is_left_out_and_reported(
    clones: Clones, words: tuple[str, ...], new: str
) -> None:
    add(clones.a, "12", "--id", "run-1", "--push")
    clones.b("score", "add", *words, "--id", "run-1", "--by", "ada")
    add(clones.b, "14", "--for", "2026-W45", "--id", "run-2")
    ran = clones.b("sync", code=1)
    assert (
        "left out: the id run-1 belongs to another value on the remote: bot number 2026-W47 = 12, recorded at"
        in ran.err
    )
    assert f"The local one is {new}, recorded at" in ran.err
    assert values(clones.remote) == ["12", "14"]
    assert clones.b("sync").err == ""
    clones.a("sync")
    assert_one_line(clones.remote)
    assert_same(clones, clones.a, clones.b)


def test_the_remedy_records_the_value_again(clones: Clones) -> None:
    add(clones.a, "12", "--id", "run-1", "--push")
    add(clones.b, "13", "--for", "2026-W46", "--id", "run-1")
    remedy = clones.b("sync", code=1).err.strip().partition("record it again: orgtp ")[2].split()
    clones.b(*remedy, "--push")
    assert values(clones.remote) == ["12", "13"]


def test_json_shows_both_records(clones: Clones) -> None:
    add(clones.a, "12", "--id", "run-1", "--push")
    add(clones.b, "13", "--id", "run-1")
    dry = clones.b("sync", "--dry-run", "--json", code=1).json
    (row,) = clones.b("sync", "--json", code=1).json["left_out"]
    assert dry["left_out"] == [row]
    assert [(row[side]["seat"], row[side]["value"], row[side]["id"]) for side in ("local", "remote")] == [
        ("bot", "13", "run-1"),
        ("bot", "12", "run-1"),
    ]


def test_a_command_that_pushes_says_that_its_value_was_left_out(clones: Clones) -> None:
    add(clones.a, "12", "--id", "run-1", "--push")
    ran = clones.b("score", "add", "bot", "number", "13", "--id", "run-1", "--by", "ada", "--push", "--json", code=1)
    assert ran.json["sent"] == "left out"
    assert "the id run-1 belongs to another value on the remote" in ran.err
    assert values(clones.remote) == ["12"]


def test_a_withdrawal_is_not_the_same_as_an_unavailable_value(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.b("sync")
    clones.a(
        "score", "withdraw", "bot", "number", "--for", "2026-W47", "--reason", "x", "--by", "ada", "--id", "w", "--push"
    )
    clones.b("score", "add", "bot", "number", "--unavailable", "x", "--by", "ada", "--id", "w")
    ran = clones.b("sync", code=1)
    assert "the id w belongs to another value on the remote: bot number 2026-W47 withdrawn" in ran.err


def test_a_withdrawal_comes_together_with_the_other_side(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.b("sync")
    add(clones.a, "5", "--for", "2026-W46", "--push")
    clones.b("score", "withdraw", "bot", "number", "--for", "2026-W47", "--reason", "counted twice", "--by", "ada")
    clones.b("sync")
    assert [(record["value"], record.get("void")) for record in records(clones.remote)] == [
        ("12", None), ("5", None), (None, True),
    ]  # fmt: skip
    assert clones.b.git("log", "-1", "--format=%(trailers:key=Orgtp-Action,valueonly)").out.strip() == "withdraw"
    assert clones.b("audit", "verify", "--json", code=None).json["violations"] == []
