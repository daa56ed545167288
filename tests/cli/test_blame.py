"""`orgtp seat blame`: who last set each field, when, and in which commit."""

from __future__ import annotations

from typing import Any

from tests.conftest import Shell


def told(here: Shell, *words: str) -> dict[str, dict[str, Any]]:
    """Each field of the bot with who set it."""
    return {field["key"]: field for field in here("seat", "blame", "bot", *words, "--json").json["fields"]}


def by_hand(here: Shell, old: str, new: str, message: str, author: str = "A <a@example.com>") -> str:
    """A commit that puts `new` for `old` in the bot's file; its id."""
    text = here.read("seats/bot.yaml")
    assert old in text
    here.write("seats/bot.yaml", text.replace(old, new))
    here.git("commit", "-qam", message, "--author", author)
    return here.head()


def test_by_seat_by_author_and_in_which_commit(acme: Shell) -> None:
    first = acme.head()
    acme("seat", "set", "ada", "email=Ada@Example.com")
    commit = acme("seat", "set", "bot", "metrics.percent.target=>= 90%", "--by", "ada", "--json").json["commit"]
    hand = by_hand(acme, "role: Desk", "role: Counter", "R", "Lovelace <ada@example.com>")
    strange = by_hand(acme, "since: 2026-10-05", "since: 2026-10-06", "S", "Stranger <s@example.com>")
    fields = told(acme)
    keys = ("metrics.percent.target", "role", "since", "name")
    assert [fields[key]["commit"] for key in keys] == [commit, hand, strange, first]
    assert [fields[key]["by"] for key in keys] == ["ada", "ada", None, None]
    assert [fields[key]["author"] for key in keys[1:3]] == ["Lovelace", "Stranger"]
    assert fields["metrics.percent.target"]["action"] == "set"
    lines = acme("seat", "blame", "bot").out.splitlines()
    assert lines[0].split()[2:] == [strange[:10], "Stranger", "since", "=", "2026-10-06"]
    assert [line.split()[3] for line in lines[1:3]] == ["Ada", "A"], "newest first; that Ada did it is a claim"
    assert list(acme("seat", "blame", "bot", "--at", first, "--json").json["fields"][0].values())[2] == first


def test_layout_spelling_and_what_was_taken_back_set_nothing(acme: Shell) -> None:
    first = acme.head()
    by_hand(acme, "role: Desk\n", "role:   'Desk'  # as ever\n", "Layout")
    by_hand(acme, "'>= 95%'", '">=95%"', "Spelling")
    by_hand(acme, "owner: ada\n", "", "Moved")
    acme.write("seats/bot.yaml", "owner: ada\n" + acme.read("seats/bot.yaml"))
    acme.git("commit", "-qam", "Moved back")
    fields = told(acme)
    assert {fields[key]["commit"] for key in ("role", "metrics.percent.target")} == {first}
    assert fields["owner"]["commit"] == acme.head(), "it was gone for a while, and somebody brought it back"


def test_a_file_that_was_broken_for_a_while(acme: Shell) -> None:
    first, text = acme.head(), acme.read("seats/bot.yaml")
    acme.write("seats/bot.yaml", "<<<<<<< seat: [\n")
    acme.git("commit", "-qam", "Broken")
    acme.write("seats/bot.yaml", text.replace("role: Desk", "role: Counter"))
    acme.git("commit", "-qam", "Mended")
    fields = told(acme)
    assert (fields["role"]["commit"], fields["owner"]["commit"]) == (acme.head(), first)


def test_a_merge_sets_only_what_neither_side_has(acme: Shell) -> None:
    first = acme.head()
    acme.git("checkout", "-qb", "side")
    side = by_hand(acme, "role: Desk", "role: Side desk", "Side")
    acme.git("checkout", "-q", "main")
    main = by_hand(acme, "since: 2026-10-05", "since: 2026-10-06", "Main")
    acme.git("merge", "-q", "--no-commit", "side")
    text = acme.read("seats/bot.yaml").replace("name: Bot", "name: Robot")
    acme.write("seats/bot.yaml", text)
    acme.git("commit", "-qam", "Merge")
    fields = told(acme)
    assert [fields[key]["commit"] for key in ("role", "since", "name", "owner")] == [side, main, acme.head(), first]


def test_dated_targets_capabilities_waivers_and_keys_of_ones_own(acme: Shell) -> None:
    commit = acme("seat", "set", "bot", "metrics.percent.target.2026-W40=>= 97%", "--by", "ada", "--json").json[
        "commit"
    ]
    own = acme("seat", "set", "bot", "x-desk.floor=2", "capabilities.greet=Greets.", "--json").json["commit"]
    fields = told(acme)
    assert fields["metrics.percent.target.2026-W40"]["commit"] == commit
    assert (fields["x-desk.floor"]["value"], fields["x-desk.floor"]["commit"]) == ("2", own)
    assert fields["capabilities.greet"]["commit"] == own


def test_what_is_not_committed_yet(acme: Shell) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("role: Desk", "role: Counter"))
    fields = told(acme)
    assert (fields["role"]["commit"], fields["role"]["committed"]) == (None, False)
    assert fields["owner"]["commit"] == acme.head()
    assert acme("seat", "blame", "bot").out.startswith("not committed yet")
    assert told(acme, "--at", "HEAD")["role"]["value"] == "Desk"
    acme.write("seats/new.yaml", "seat: new\nname: New\nrole: R\nkind: human\nstatus: active\n")
    assert acme("seat", "blame", "new").out.count("not committed yet") == len(
        acme("seat", "blame", "new").out.splitlines()
    )


def test_from_a_bare_repository_and_from_a_shallow_one(acme: Shell) -> None:
    by_hand(acme, "role: Desk", "role: Counter", "R")
    acme.git("clone", "-q", "--bare", ".", "../bare.git")
    assert acme("--org", "../bare.git", "seat", "blame", "bot").out == acme("seat", "blame", "bot").out
    acme.git("commit", "-q", "--allow-empty", "-m", "E")
    acme.git("clone", "-q", "--depth", "2", f"file://{acme.folder}", "../shallow")
    shallow = acme.at(acme.folder.parent / "shallow")
    assert {field["commit"] for field in told(shallow).values()} == {None}, "nobody knows who set it before"
    assert "before the history here" in shallow("seat", "blame", "bot").out


def test_who_is_what_is_told_only_if_asked(acme: Shell) -> None:
    assert "agent" not in acme("seat", "blame", "bot").out
    assert "kind = agent" in acme("seat", "blame", "bot", "--kind").out


def test_widths(sample: Shell) -> None:
    for width in ("40", "80", "200"):
        assert max(map(len, sample("seat", "blame", "crystal", COLUMNS=width).out.splitlines())) <= int(width)


def test_a_field_is_told_before_git_has_gone_through_the_history(acme: Shell) -> None:
    """Git gets no further than to a commit that is missing; what was set after that is told all the same."""
    first = acme.head()
    acme.git("commit", "-q", "--allow-empty", "-m", "Between")
    by_hand(acme, "role: Desk", "role: Counter", "R")
    (acme.folder / ".git/objects" / first[:2] / first[2:]).unlink()
    ran = acme("seat", "blame", "bot", code=2)
    assert ran.out.endswith("role = Counter\n")
    assert "git log failed" in ran.err
