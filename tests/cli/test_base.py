"""`orgtp validate --base REV`: what a pull request may not do, on real clones of every depth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran, Shell

ROW = (
    '{{"id":"{id}","at":"2026-11-{day}T15:00:00Z","metric":"number","period":"{week}","value":"{value}","by":"ada"}}\n'
)
FILE = "scores/bot/2026-11.jsonl"
FIRST = ROW.format(id="a", day="06", week="2026-W45", value="12") + ROW.format(
    id="b", day="13", week="2026-W46", value="13"
)
MORE = ROW.format(id="c", day="20", week="2026-W47", value="14")
OTHERS = ROW.format(id="d", day="19", week="2026-W47", value="15")


@pytest.fixture
def hub(acme: Shell) -> Shell:
    """Acme with values, as others see it: a bare repository that everybody clones, beside Acme."""
    acme.write(FILE, FIRST)
    acme.git("add", ".")
    acme.git("commit", "-qm", "Two values")
    acme.git("clone", "-q", "--bare", ".", "../hub.git")
    hub = acme.at(acme.folder.parent / "hub.git")
    hub.git("config", "uploadpack.allowFilter", "true")
    acme.git("remote", "add", "origin", "../hub.git")
    acme.git("fetch", "-q", "origin")
    return hub


def change(shell: Shell, branch: str, edit: Callable[[Shell], None]) -> None:
    """A branch with a change on it, and the branch that is checked out."""
    shell.git("checkout", "-qb", branch)
    edit(shell)
    shell.git("add", "-A")
    shell.git("commit", "-qm", branch)


def found(ran: Ran) -> dict[str, str]:
    """Rule to severity, of what validate tells in JSON; rules of the org as it is are left out."""
    return {row["rule"]: row["severity"] for row in ran.json["problems"] if row["severity"] != "warning"}


def judged(shell: Shell, *words: str, code: int | None = None, base: str = "main") -> dict[str, str]:
    return found(shell("validate", "--base", base, "--json", *words, code=code))


def rewrite(shell: Shell) -> None:
    shell.write(FILE, FIRST.replace('"13"', '"99"'))


def retarget(shell: Shell) -> None:
    shell.write("seats/bot.yaml", shell.read("seats/bot.yaml").replace(">= 12", ">= 10"))


def add_row(shell: Shell) -> None:
    shell.write(FILE, FIRST + MORE)


# What it says.


def test_nothing_changed(hub: Shell, acme: Shell) -> None:
    assert judged(acme, code=0) == {}


def test_rows_are_added_and_never_changed(hub: Shell, acme: Shell) -> None:
    change(acme, "more", add_row)
    assert judged(acme, code=0) == {}
    change(acme, "other", rewrite)
    assert judged(acme, code=1) == {"score-row-changed": "error"}
    said = acme("validate", "--base", "main", code=1).out
    assert f'{FILE}:2:1: score-row-changed: the row number 2026-W46 was changed: value from "13" to "99"' in said


def test_what_is_not_committed_counts_as_well(hub: Shell, acme: Shell) -> None:
    rewrite(acme)
    assert judged(acme, code=1, base="HEAD") == {"score-row-changed": "error"}
    assert judged(acme, "--at", "HEAD", code=0, base="HEAD") == {}


def test_what_must_be_seen_is_a_notice_and_no_failure(hub: Shell, acme: Shell) -> None:
    change(acme, "easier", retarget)
    assert judged(acme, code=0) == {"target-changed": "notice"}
    assert judged(acme, "--strict", code=None)["target-changed"] == "notice"
    ran = acme("validate", "--base", "main")
    assert "target-changed (notice): the target of bot number changes from >= 12 to >= 10" in ran.out


def swap_names(shell: Shell) -> None:
    for seat, name in (("ada", "Bot"), ("bot", "Ada")):
        path = f"seats/{seat}.yaml"
        old = next(line for line in shell.read(path).splitlines() if line.startswith("name: "))
        shell.write(path, shell.read(path).replace(old, f"name: {name}"))


def add_lines(path: str, *lines: str) -> Callable[[Shell], None]:
    def edit(shell: Shell) -> None:
        before = shell.read(path) if (shell.folder / path).exists() else ""
        shell.write(path, before + "".join(f"{line}\n" for line in lines))

    return edit


SILENCE = "number: {until: 2027-11-01, by: ada, reason: Later.}"
UNKNOWN = '{"id":"u","at":"2026-11-20T16:00:00Z","metric":"number","period":"2026-W45","value":null,"note":"no idea"}'
UNSEEN: dict[str, tuple[Callable[[Shell], None], str]] = {
    "two names swapped": (swap_names, "seat-changed"),
    "a review put off": (add_lines("seats/bot.yaml", "review_by: 2036-01-01"), "seat-changed"),
    "an address taken": (add_lines("seats/bot.yaml", "email: ada@example.com"), "address-changed"),
    "alerts silenced": (add_lines("escalations/silenced/bot.yaml", SILENCE), "silence-changed"),
    "a miss made unavailable": (add_lines(FILE, UNKNOWN), "value-corrected"),
    "files hidden from reviewers": (add_lines(".gitattributes", "seats/** linguist-generated"), "attributes-changed"),
    "files hidden by a folder": (add_lines("scores/.gitattributes", "** -diff"), "attributes-changed"),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_hides_a_miss_or_who_answers_for_it_is_a_notice(hub: Shell, acme: Shell, name: str) -> None:
    edit, rule = UNSEEN[name]
    change(acme, "unseen", edit)
    assert judged(acme, code=0) == {rule: "notice"}
    assert judged(acme, "--at", "HEAD", code=0) == {rule: "notice"}


def test_a_deleted_seat(hub: Shell, acme: Shell) -> None:
    change(acme, "gone", lambda shell: (shell.folder / "seats/bot.yaml").unlink())
    assert judged(acme, code=1)["seat-deleted"] == "error"


def test_what_happened_to_trouble_is_only_added_to(acme: Shell) -> None:
    acme("escalate", "open", "bot", "The mailbox is full", "--by", "ada")
    acme.git("tag", "opened")
    acme("escalate", "resolve", "2026-11-20-bot-the-mailbox-is-full", "--note", "Archived", "--by", "ada")
    assert judged(acme, base="opened", code=0) == {"escalation-changed": "notice"}
    path = "escalations/2026-11-20-bot-the-mailbox-is-full.yaml"
    acme.write(path, acme.read(path).replace("Archived", "Archived long ago"))
    assert judged(acme, base="HEAD", code=1) == {"escalation-record-touched": "error"}


def test_a_retirement_by_the_command_is_fine_and_its_record_is_for_ever(sample: Shell) -> None:
    sample.git("tag", "before")
    words = ["--to", "dash,crystal", "--by", "david", "--reason", "Others do it better.", "--yes"]
    sample("retire", "jeff", *words)
    assert judged(sample, base="before", code=0) == {"seat-moved": "notice", "seat-retired": "notice"}
    sample.git("tag", "after")
    record = sample.read("retirements/jeff.yaml")
    sample.write("retirements/jeff.yaml", record.replace("Others do it better.", "It was lazy."))
    assert judged(sample, base="after", code=1) == {"retirement-record-touched": "error"}
    sample.write("retirements/jeff.yaml", record)
    sample.write("seats/jeff.yaml", sample.read("seats/jeff.yaml").replace("status: retired", "status: active"))
    assert judged(sample, base="after", code=1)["seat-brought-back"] == "error"


def test_retired_by_hand_without_a_record_or_with_work_left(sample: Shell) -> None:
    seat = sample.read("seats/jeff.yaml")
    sample.write("seats/jeff.yaml", seat.replace("status: active", "status: retired"))
    assert judged(sample, base="HEAD", code=1)["retired-without-record"] == "error"
    sample.write("seats/jeff.yaml", seat)
    sample.git("tag", "before")
    words = ["--to", "dash,crystal", "--by", "david", "--reason", "Others do it better.", "--yes"]
    sample("retire", "jeff", *words)
    dash = sample.read("seats/dash.yaml").splitlines(keepends=True)
    sample.write("seats/dash.yaml", "".join(line for line in dash if "ad-pacing-monitoring" not in line))
    assert judged(sample, base="before", code=1)["retired-with-work-left"] == "error"


def test_an_id_that_history_knows(hub: Shell, acme: Shell) -> None:
    acme.write("seats/old.yaml", acme.read("seats/bot.yaml").replace("seat: bot", "seat: old"))
    acme.git("add", ".")
    acme.git("commit", "-qm", "A seat that came")
    acme.git("rm", "-q", "seats/old.yaml")
    acme.git("commit", "-qm", "And went, before anybody looked")
    change(
        acme,
        "again",
        lambda shell: shell.write("seats/old.yaml", shell.read("seats/bot.yaml").replace(": bot", ": old")),
    )
    assert judged(acme, code=1)["id-used-again"] == "error"


# What it is compared with.


def test_what_the_base_got_meanwhile_is_nobodys_change(hub: Shell, acme: Shell) -> None:
    change(acme, "mine", retarget)
    acme.git("checkout", "-q", "main")
    add_row(acme)
    acme.git("commit", "-qam", "A value on main")
    acme.git("checkout", "-q", "mine")
    assert judged(acme, code=0) == {"target-changed": "notice"}


def test_a_union_merge_of_the_base_keeps_every_row(hub: Shell, acme: Shell) -> None:
    change(acme, "mine", add_row)
    acme.git("checkout", "-q", "main")
    acme.write(FILE, FIRST + OTHERS)
    acme.git("commit", "-qam", "A value on main")
    acme.git("checkout", "-q", "mine")
    acme.git("merge", "-q", "-m", "main into mine", "main")
    assert acme.read(FILE) == FIRST + MORE + OTHERS
    assert "score-row-changed" not in judged(acme, code=0)


def test_the_merge_commit_that_ci_checks_out(hub: Shell, acme: Shell) -> None:
    change(acme, "mine", rewrite)
    acme.git("checkout", "-q", "main")
    retarget(acme)
    acme.git("commit", "-qam", "Somebody else's target")
    acme.git("checkout", "-q", "--detach")
    acme.git("merge", "-q", "--no-ff", "-m", "Merge mine into main", "mine")
    assert judged(acme, code=1) == {"score-row-changed": "error"}


def test_two_ways_to_meet(hub: Shell, acme: Shell) -> None:
    """Criss-cross: each branch has merged the other, so the histories part at two commits."""
    change(acme, "mine", add_row)
    acme.git("checkout", "-q", "main")
    retarget(acme)
    acme.git("commit", "-qam", "On main")
    acme.git("branch", "was")
    acme.git("merge", "-q", "-m", "mine into main", "mine")
    acme.git("checkout", "-q", "mine")
    acme.git("merge", "-q", "-m", "main into mine", "was")
    assert len(acme.git("merge-base", "--all", "main", "mine").out.split()) == 2
    assert "score-row-changed" not in judged(acme, code=0)
    rewrite(acme)
    assert judged(acme, code=1)["score-row-changed"] == "error"


def test_a_bare_repository_and_its_branches(hub: Shell, acme: Shell) -> None:
    change(acme, "mine", rewrite)
    acme.git("push", "-q", "origin", "mine")
    ran = acme("--org", str(hub.folder), "validate", "--at", "mine", "--base", "main", "--json", code=1)
    assert found(ran) == {"score-row-changed": "error"}


def test_nothing_was_there_before(hub: Shell, acme: Shell) -> None:
    """Git's forty zeros: the first push to a branch that was not there."""
    assert judged(acme, base="0" * 40, code=0) == {}


def test_what_came_between_two_merge_bases_is_kept_too(hub: Shell, acme: Shell) -> None:
    """A row that reached the branch by a merge, and was changed in that very merge, is found from the second base."""
    change(acme, "mine", retarget)
    acme.git("checkout", "-q", "main")
    acme.write(FILE, FIRST + MORE)
    acme.git("commit", "-qam", "A value on main")
    acme.git("branch", "was")
    acme.git("merge", "-q", "-m", "mine into main", "mine")
    acme.git("checkout", "-q", "mine")
    acme.git("merge", "-q", "--no-commit", "was")
    acme.write(FILE, FIRST + MORE.replace('"14"', '"41"'))
    acme.git("commit", "-qam", "main into mine, with a little help")
    assert len(acme.git("merge-base", "--all", "main", "mine").out.split()) == 2
    assert judged(acme, code=1)["score-row-changed"] == "error"


# Clones that have not all.


def clone(acme: Shell, name: str, *words: str) -> Shell:
    acme.git("clone", "-q", *words, f"file://{acme.folder.parent}/hub.git", f"../{name}")
    return acme.at(acme.folder.parent / name)


@pytest.fixture
def pushed(hub: Shell, acme: Shell) -> Shell:
    """Acme, with a changed row on the branch `mine`, merged with main's newest as CI does it: all on the hub."""
    change(acme, "mine", rewrite)
    acme.git("checkout", "-q", "main")
    retarget(acme)
    acme.git("commit", "-qam", "Somebody else's target")
    acme.git("checkout", "-qb", "merged")
    acme.git("merge", "-q", "--no-ff", "-m", "Merge mine into main", "mine")
    acme.git("push", "-q", "origin", "main", "mine", "merged")
    return acme


def test_a_shallow_clone_of_the_merge_and_of_the_base(pushed: Shell) -> None:
    """As actions/checkout has it by default: the merge alone, and the base fetched beside it."""
    here = clone(pushed, "shallow", "--depth=1", "--branch=merged")
    here.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    assert here.git("merge-base", "origin/main", "HEAD", code=1).out == ""
    assert judged(here, base="origin/main", code=1) == {"score-row-changed": "error"}


def test_a_shallow_clone_that_does_not_reach_says_so(pushed: Shell) -> None:
    here = clone(pushed, "shallow", "--depth=1", "--branch=mine")
    ran = here("validate", "--base", "origin/main", code=4)
    assert 'this clone has no commit "origin/main"' in ran.out
    assert "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main" in " ".join(ran.out.split())
    here.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    ran = here("validate", "--base", "origin/main", code=4)
    assert "this clone is shallow" in ran.out
    assert "git fetch --unshallow" in ran.out
    here.git("fetch", "-q", "--unshallow", "origin")
    assert judged(here, base="origin/main", code=1) == {"score-row-changed": "error"}


def test_what_else_is_wrong_is_told_where_the_base_is_not_reached(pushed: Shell) -> None:
    here = clone(pushed, "shallow", "--depth=1", "--branch=mine")
    here.write("seats/ada.yaml", "seat: ada\n")
    assert {"base-not-reached", "missing-key"} <= judged(here, base="origin/main", code=1).keys()


def test_a_shallow_clone_cannot_know_every_id(pushed: Shell) -> None:
    here = clone(pushed, "shallow", "--depth=1", "--branch=main")
    here.write("seats/new.yaml", here.read("seats/bot.yaml").replace("seat: bot", "seat: new"))
    assert judged(here, base="HEAD", code=0)["history-short"] == "notice"


@pytest.mark.parametrize("left_out", ["blob:none", "tree:0"])
def test_a_partial_clone_gets_what_it_needs(pushed: Shell, left_out: str) -> None:
    here = clone(pushed, "partial", f"--filter={left_out}", "--branch=mine")
    missing = here.git("rev-list", "--objects", "--all", "--missing=print").out
    assert "?" in missing
    assert judged(here, base="origin/main", code=1) == {"score-row-changed": "error"}


def test_a_partial_clone_without_trees_cannot_know_every_id(pushed: Shell) -> None:
    here = clone(pushed, "partial", "--filter=tree:0", "--branch=mine")
    here.write("seats/new.yaml", here.read("seats/bot.yaml").replace("seat: bot", "seat: new"))
    assert judged(here, base="origin/main", code=1)["history-short"] == "notice"


def test_a_partial_clone_whose_remote_is_gone_says_what_is_missing(pushed: Shell) -> None:
    here = clone(pushed, "partial", "--filter=blob:none", "--branch=mine")
    here.git("remote", "set-url", "origin", str(Path("/nowhere/hub.git")))
    ran = here("validate", "--base", "origin/main", code=4)
    assert "this partial clone lacks 1 object of commit" in ran.out
    assert "get all objects: git fetch --refetch --no-filter origin" in " ".join(ran.out.split())
    here.git("remote", "set-url", "origin", str(pushed.folder.parent / "hub.git"))
    here.git("fetch", "-q", "--refetch", "--no-filter", "origin")
    assert "?" not in here.git("rev-list", "--objects", "--all", "--missing=print").out


def test_more_new_seats_than_a_command_line_takes(hub: Shell, acme: Shell) -> None:
    text = acme.read("seats/bot.yaml").partition("metrics:")[0]
    for number in range(1200):
        acme.write(f"seats/new-{number}.yaml", text.replace("seat: bot", f"seat: new-{number}"))
    assert set(judged(acme, base="HEAD", code=1)) == {"no-metric"}


# What does not fit.


def test_histories_that_never_met(hub: Shell, acme: Shell) -> None:
    acme.git("checkout", "-q", "--orphan", "fresh")
    acme.git("commit", "-qm", "A history of its own")
    ran = acme("validate", "--base", "main", code=4)
    assert "have no common commit in this clone" in ran.out


def test_a_plain_folder_has_no_base(shell: Shell) -> None:
    shell.write("plain/org.yaml", "org: plain\ntimezone: UTC\n")
    assert "git -C" in shell("--org", "plain", "validate", "--base", "main", code=2).err


@pytest.mark.parametrize("base", ["", "0", "000", "nowhere", "--output=x", "main:org.yaml", "HEAD^{tree}"])
def test_a_base_that_is_no_commit(hub: Shell, acme: Shell, base: str) -> None:
    ran = acme("validate", f"--base={base}", code=4)
    assert "base-not-reached" in ran.out
    assert not (acme.folder / "x").exists()


# Tricks.


def test_a_file_that_is_hidden_is_not_gone_and_not_forgiven(hub: Shell, acme: Shell) -> None:
    """A score file that became a link, or too large to read, is an error of its own."""
    (acme.folder / FILE).unlink()
    (acme.folder / FILE).symlink_to("/dev/null")
    assert judged(acme, code=1) == {"not-a-file": "error"}


def test_what_attributes_made_of_a_file_is_not_what_is_judged(hub: Shell, acme: Shell) -> None:
    """The commit has another row than the disk, for git converts it; a file that somebody changed is their own."""
    acme.write(".gitattributes", "scores/** -text merge=union\nscores/bot/** text working-tree-encoding=UTF-16LE\n")
    raw = FIRST.replace('"13"', '"99"').encode()
    encoded = acme.folder / "encoded"
    encoded.write_bytes(raw)
    oid = acme.git("hash-object", "-w", "--no-filters", "encoded").out.strip()
    acme.git("checkout", "-qb", "mine")
    acme.git("add", ".gitattributes")
    acme.git("update-index", "--cacheinfo", f"100644,{oid},{FILE}")
    acme.git("commit", "-qm", "Encoded")
    here = clone_of(acme, "mine")
    assert judged(here, "--at", "HEAD", code=1, base="origin/main")["score-row-changed"] == "error"
    assert judged(here, code=1, base="origin/main")["not-as-committed"] == "error"


def clone_of(acme: Shell, branch: str, name: str = "cloned") -> Shell:
    acme.git("push", "-q", "-f", "origin", branch, "main")
    return clone(acme, name, f"--branch={branch}")


def test_a_submodule_in_the_checkout_is_seen(hub: Shell, acme: Shell) -> None:
    acme.git("checkout", "-qb", "mine")
    acme.git("update-index", "--add", "--cacheinfo", f"160000,{acme.head()},seats/evil.yaml")
    acme.git("commit", "-qm", "A module where a seat would be")
    assert judged(clone_of(acme, "mine"), code=1, base="origin/main") == {"not-a-file": "error"}


def test_the_date_of_a_commit_is_its_authors_word(hub: Shell, acme: Shell) -> None:
    future = MORE.replace("2026-11-20", "2029-11-20").replace("2026-W47", "2026-W46").replace("2026-11.", "2029-11.")
    change(acme, "mine", lambda shell: shell.write("scores/bot/2029-11.jsonl", future))
    acme.git("commit", "--amend", "-q", "--no-edit", GIT_COMMITTER_DATE="2030-01-01T00:00:00Z")
    assert judged(acme, "--at", "HEAD", code=1)["score-in-future"] == "error"


def test_work_that_moved_on_by_commands_is_not_left_over(sample: Shell) -> None:
    """What a retired seat did may have moved again before anybody looked."""
    why = ["--by", "david", "--reason", "Others do it better.", "--yes"]
    sample.git("tag", "before")
    sample("seat", "set", "jeff", "capabilities.ad-pacing-monitoring=")
    sample("seat", "set", "dash", "capabilities.ad-pacing-monitoring=Compares spend with the plan.")
    sample("retire", "jeff", "--to", "crystal", *why)
    moves = [f"--move={name}=crystal" for name in ("ad-anomaly-detection", "ad-pacing-monitoring")]
    sample("retire", "dash", "--to", "crystal", *moves, *why)
    assert "error" not in judged(sample, base="before", code=0).values()


def test_broken_rows_and_copies_can_be_mended(hub: Shell, acme: Shell) -> None:
    acme.write(FILE, FIRST + "<<<<<<< HEAD\n\n" + FIRST)
    acme.git("commit", "-qam", "Merged badly")
    assert judged(acme, base="HEAD~", code=1).keys() == {"score-malformed", "score-duplicate-id", "score-out-of-order"}
    change(acme, "mend", lambda shell: shell.write(FILE, FIRST))
    assert judged(acme, code=0) == {}


def test_attributes_and_replaced_objects_fool_nobody(hub: Shell, acme: Shell) -> None:
    change(acme, "mine", rewrite)
    acme.write(".gitattributes", "* -diff binary\n")
    old, new = (acme.git("rev-parse", f"{rev}:{FILE}").out.strip() for rev in ("main", "mine"))
    acme.git("replace", old, new)
    assert judged(acme, code=1)["score-row-changed"] == "error"


def test_a_broken_base_is_mended_in_peace(hub: Shell, acme: Shell) -> None:
    good = acme.read("seats/bot.yaml")
    acme.write("seats/bot.yaml", "seat: bot\nname: 'Bot\n")
    acme.git("commit", "-qam", "Broken")
    change(acme, "mend", lambda shell: shell.write("seats/bot.yaml", good))
    assert judged(acme, code=0) == {}


# A hook on the server.


HOOK = """#!/bin/sh
while read old new ref; do
  orgtp --org "$PWD" validate --at "$new" --base "$old" >&2 || exit 1
done
"""


def test_a_server_sees_what_is_being_pushed(hub: Shell, acme: Shell) -> None:
    """In pre-receive, the new commits lie in a quarantine that only git's environment names."""
    import sys

    hook = hub.folder / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.replace("orgtp ", f"{Path(sys.executable).with_name('orgtp')} "), encoding="utf-8")
    hook.chmod(0o755)
    add_row(acme)
    acme.git("commit", "-qam", "A value")
    acme.git("push", "-q", "origin", "main")
    rewrite(acme)
    acme.git("commit", "-qam", "Another past")
    ran = acme.git("push", "-q", "origin", "main", code=1)
    assert "score-row-changed" in ran.err
    assert hub.git("show", f"main:{FILE}").out == FIRST + MORE
