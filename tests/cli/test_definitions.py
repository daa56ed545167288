"""`aliases` and `runs_from` of a seat: set, shown, compared, undone, exported, and kept by every other command."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Shell

HASH = "3f2a" * 16
FILE = "git.example.com/acme/agents:agents/dash.md"


@pytest.fixture
def known(sample: Shell) -> Shell:
    """The sample, where Dash has two aliases and two files, one of them with a hash. All are invented."""
    sample("seat", "set", "dash", "aliases=D-0117, component:default/dash", f"runs_from={FILE},agents/local.md")
    text = sample.read("seats/dash.yaml").replace("agents/dash.md}", f"agents/dash.md, sha256: {HASH}}}")
    sample.write("seats/dash.yaml", text)
    sample.git("commit", "-qam", "The file of Dash was reviewed")
    return sample


def test_they_are_written_as_in_the_docs(known: Shell) -> None:
    text = known.read("seats/dash.yaml")
    assert "aliases: [D-0117, component:default/dash]\n" in text
    first = f"{{repo: git.example.com/acme/agents, path: agents/dash.md, sha256: {HASH}}}"
    assert f"runs_from:\n  - {first}\n  - {{path: agents/local.md}}\n" in text
    known("validate", "--strict")


def test_one_value_is_a_list_too_and_none_removes_the_key(known: Shell) -> None:
    known("seat", "set", "dash", "aliases=D-0117", "runs_from=agents/local.md")
    assert "aliases: [D-0117]\n" in known.read("seats/dash.yaml")
    assert "runs_from:\n  - {path: agents/local.md}\n" in known.read("seats/dash.yaml")
    known("seat", "set", "dash", "aliases=", "runs_from=")
    assert "aliases" not in known.read("seats/dash.yaml")
    assert "runs_from" not in known.read("seats/dash.yaml")


def test_a_file_that_stays_keeps_the_hash_of_its_review(known: Shell) -> None:
    subject = known("seat", "set", "dash", f"runs_from=git.example.com:8080/a/b:x.md,{FILE}").out
    assert f"runs_from = git.example.com:8080/a/b:x.md, {FILE}" in subject
    places = known("seat", "show", "dash", "--json").json["seat"]["runs_from"]
    assert places == [
        {"repo": "git.example.com:8080/a/b", "path": "x.md", "sha256": ""},
        {"repo": "git.example.com/acme/agents", "path": "agents/dash.md", "sha256": HASH},
    ]


def test_a_hash_after_an_at_sign_says_that_the_file_was_reviewed(known: Shell) -> None:
    known("seat", "set", "dash", f"runs_from={FILE}@{'0' * 64},agents/local.md@{HASH}")
    places = known("seat", "show", "dash", "--json").json["seat"]["runs_from"]
    assert [(place["repo"], place["sha256"]) for place in places] == [(FILE.partition(":")[0], "0" * 64), ("", HASH)]


def test_a_colon_in_the_path_of_a_file_that_is_there_is_part_of_it(known: Shell) -> None:
    path = "agents/a:b.md"
    text = known.read("seats/dash.yaml").replace("{path: agents/local.md}", f'{{path: "{path}", sha256: {HASH}}}')
    known.write("seats/dash.yaml", text)
    known.git("commit", "-qam", "A path with a colon")
    known("seat", "set", "dash", f"runs_from={path}")
    assert known("seat", "show", "dash", "--json").json["seat"]["runs_from"] == [
        {"repo": "", "path": path, "sha256": HASH}
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("runs_from=../dash.md", 'path "../dash.md" is not valid'),
        ("runs_from=git.example.com/a:/etc/passwd", 'path "/etc/passwd" is not valid'),
        ("runs_from=https://bot:invented-token@git.example.com/a:dash.md", "repo is not valid"),
        ("aliases=D-1,D-2,D-1", 'the alias "D-1" is in the list twice'),
    ],
)
def test_what_is_not_valid_is_refused_without_repeating_a_password(known: Shell, value: str, said: str) -> None:
    before = known.head()
    found = known("seat", "set", "dash", value, code=2)
    assert said in found.err
    assert "invented-token" not in found.out + found.err
    assert known.head() == before


def test_seat_show_has_both(known: Shell) -> None:
    text = " ".join(known("seat", "show", "dash", COLUMNS="200").out.split())
    assert "aliases D-0117, component:default/dash" in text
    assert "runs from git.example.com/acme/agents/agents/dash.md sha256 3f2a3f2a3f2a agents/local.md" in text
    assert known("seat", "show", "dash", "--json").json["seat"]["aliases"] == ["D-0117", "component:default/dash"]
    # An empty list, not an absent key, for a seat without any.
    bare = known("seat", "show", "crystal", "--json").json["seat"]
    assert (bare["aliases"], bare["runs_from"], bare["imported"]) == ([], [], None)


def test_two_seats_with_the_same_are_a_warning_whose_remedy_works(known: Shell) -> None:
    done = known("seat", "set", "crystal", "aliases=d-0117,C-1", "runs_from=agents/local.md")
    assert "dash and crystal share the alias D-0117" in done.err
    assert "dash and crystal both run from agents/local.md" in done.err
    known("seat", "set", "dash", "aliases=component:default/dash")
    known("seat", "set", "crystal", "runs_from=")
    known("validate", "--strict")


def test_a_retired_seat_keeps_its_own_and_another_may_have_them_after_it(known: Shell) -> None:
    known("retire", "dash", "--to", "crystal", "--reason", "Crystal does it.", "--by", "david", "--yes")
    assert "aliases: [D-0117, component:default/dash]\n" in known.read("seats/dash.yaml")
    assert HASH in known.read("seats/dash.yaml")
    known("seat", "set", "crystal", "aliases=D-0117", f"runs_from={FILE}")
    rules = {one["rule"] for one in known("validate", "--json").json["problems"]}
    assert not rules & {"alias-shared", "runs-from-shared"}


@pytest.mark.parametrize(
    "words",
    [
        ("seat", "rename", "dash", "--name", "Dash 2"),
        ("seat", "move", "dash", "--reports-to", "david"),
        ("seat", "own", "dash", "--owner", "david"),
        ("seat", "pause", "dash", "--reason", "The ad API moves."),
        ("seat", "split", "dash", "--into", "dash-2", "--name", "Dash Two", "--metric", "variance-before-call"),
    ],
    ids=lambda words: words[1],
)
def test_other_commands_keep_them(known: Shell, words: tuple[str, ...]) -> None:
    known(*words)
    seat = known("seat", "show", "dash", "--json").json["seat"]
    assert seat["aliases"] == ["D-0117", "component:default/dash"]
    assert seat["runs_from"][0]["sha256"] == HASH
    known("validate")


def test_diff_says_it_in_words_and_undo_takes_it_back(known: Shell) -> None:
    known("seat", "set", "dash", "aliases=D-0117", f"runs_from={FILE}")
    said = known("diff", "HEAD~1", COLUMNS="300").out
    assert "aliases: D-0117, component:default/dash → D-0117" in said
    assert (
        "defined in: git.example.com/acme/agents/agents/dash.md (sha256 3f2a3f2a3f2a3f2a), agents/local.md → " in said
    )
    known("undo", "HEAD")
    assert known("diff", "HEAD~2", "--json").json["fields"] == []
    assert known("seat", "show", "dash", "--json").json["seat"]["aliases"] == ["D-0117", "component:default/dash"]


def test_another_hash_is_a_change(known: Shell) -> None:
    known.write("seats/dash.yaml", known.read("seats/dash.yaml").replace(HASH, "0" * 64))
    (change,) = known("diff", "HEAD", "--json").json["fields"]
    assert change["key"] == "runs_from"
    assert "(sha256 0000000000000000)" in change["after"]


def test_the_history_of_a_seat_says_who_set_them(known: Shell) -> None:
    keys = {row["key"]: row["value"] for row in known("seat", "blame", "dash", "--json").json["fields"]}
    assert keys["aliases"] == "D-0117, component:default/dash"
    assert keys["runs_from"].startswith("git.example.com/acme/agents/agents/dash.md (sha256 ")


def test_they_are_exported(known: Shell) -> None:
    rows = map(json.loads, known("export", "-", "--table", "seats", "--format", "jsonl").out.splitlines())
    found = next(row for row in rows if row["seat"] == "dash")
    assert found["aliases"] == "D-0117, component:default/dash"
    assert found["runs_from"] == {"git.example.com/acme/agents/agents/dash.md": HASH, "agents/local.md": ""}
    assert found["mission_from"] is None


def test_outsiders_do_not_see_them_and_the_page_of_the_seat_has_them(known: Shell) -> None:
    known("site", "inside")
    page = known.read("inside/seat/dash.html")
    assert "D-0117, component:default/dash" in page
    assert "<code>git.example.com/acme/agents/agents/dash.md</code>" in page
    known("site", "outside", "--without", "notes")
    written = "".join(path.read_text("utf-8", "replace") for path in (known.folder / "outside").rglob("*.html"))
    assert "Dash" in written
    assert "D-0117" not in written
    assert "git.example.com" not in written
