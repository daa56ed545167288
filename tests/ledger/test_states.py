"""A person in the middle of something, another program at work: what can be written is, the rest is kept."""

from __future__ import annotations

import subprocess
import time

import pytest

from tests.conftest import SCRIPT, Shell
from tests.ledger.ledgers import FILE, VALUE, assert_swept, assert_whole, common_dir, ids, lock_held, records, status

HAND = '{"id":"hand-1","at":"2026-11-20T22:00:00Z","metric":"number","period":"2026-W46","value":"7"}\n'


@pytest.fixture
def forked(here: Shell) -> Shell:
    """A conflict in the making: `notes/plan.txt` is one thing on main and another on the branch `side`."""
    here(*VALUE, "12", "--id", "first")
    here.git("checkout", "-qb", "side")
    here.write("notes/plan.txt", "theirs\n")
    here.git("commit", "-qam", "Theirs")
    here.git("checkout", "-q", "main")
    here.write("notes/plan.txt", "ours\n")
    here.git("commit", "-qam", "Ours")
    return here


def _resolved(here: Shell) -> None:
    here.write("notes/plan.txt", "both\n")
    here.git("add", "notes/plan.txt")


# In the middle of a merge, of a rebase.


def test_in_the_middle_of_a_merge_that_is_then_finished(forked: Shell) -> None:
    forked.git("merge", "side", code=1)
    forked(*VALUE, "13", "--id", "second")
    assert status(forked) == ["UU notes/plan.txt"]
    _resolved(forked)
    forked.git("commit", "-qm", "Merged")
    assert forked.git("show", "--format=", "--name-only", "-m", "--first-parent", "HEAD").out == "notes/plan.txt\n"
    assert (ids(forked), status(forked)) == (["first", "second"], [])


def test_in_the_middle_of_a_merge_that_is_then_given_up(forked: Shell) -> None:
    forked.git("merge", "side", code=1)
    forked(*VALUE, "13", "--id", "second")
    forked.git("merge", "--abort")
    assert ids(forked) == ["first", "second"]
    assert_whole(forked)


def test_a_conflict_in_the_very_file_is_waited_for(forked: Shell) -> None:
    forked.git("checkout", "-q", "side")
    forked.git("rm", "-q", FILE)
    forked.git("commit", "-qm", "Taken away by hand")
    forked.git("checkout", "-q", "main")
    forked(*VALUE, "13", "--id", "second")
    forked.git("merge", "side", code=1)
    assert f"UD {FILE}" in status(forked)
    ran = forked(*VALUE, "14", "--id", "third", code=75)
    assert f"has an unfinished merge of {FILE}" in ran.err
    forked.git("merge", "--abort")
    forked(*VALUE, "15", "--id", "fourth")
    assert ids(forked) == ["first", "fourth", "second", "third"]
    assert_swept(forked)
    assert_whole(forked)


def test_in_the_middle_of_a_rebase_of_another_branch(forked: Shell) -> None:
    forked.git("checkout", "-q", "side")
    forked.git("rebase", "main", code=1)
    before = status(forked)
    forked(*VALUE, "13", "--id", "second")
    assert (ids(forked), status(forked)) == (["first", "second"], before)
    _resolved(forked)
    forked.git("rebase", "--continue", GIT_EDITOR="true")
    assert forked.git("symbolic-ref", "--short", "HEAD").out == "side\n"
    assert ids(forked) == ["first", "second"]
    assert_whole(forked)


@pytest.mark.parametrize("end", ["--abort", "--continue", "--skip"])
def test_in_the_middle_of_a_rebase_of_the_ledger_the_value_waits(forked: Shell, end: str) -> None:
    forked.git("rebase", "side", code=1)
    before = forked.git("rev-parse", "main").out
    ran = forked(*VALUE, "13", "--id", "second", code=75)
    assert "has an unfinished rebase of main" in ran.err
    assert "queued" in ran.err
    assert forked(*VALUE, "13", "--id", "second", "--json", code=75).json["outbox"] is True
    assert forked.git("rev-parse", "main").out == before
    _resolved(forked)
    forked.git("rebase", end, GIT_EDITOR="true")
    forked(*VALUE, "14", "--id", "third")
    assert ids(forked) == ["first", "second", "third"]
    assert_swept(forked)
    assert_whole(forked)


# A person's own edits.


def test_a_score_file_that_is_edited_keeps_the_edit(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    here.write(FILE, here.read(FILE) + HAND)
    here(*VALUE, "13", "--id", "second")
    assert ids(here) == ["first", "second"]
    added = [
        line for line in here.git("diff", "HEAD").out.splitlines() if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert added == [f"+{HAND.strip()}"]
    assert status(here) == [f" M {FILE}"]
    here.git("commit", "-qam", "By hand")
    assert ids(here) == ["first", "hand-1", "second"]
    assert_whole(here)


def test_a_score_file_that_is_staged_keeps_the_edit_and_a_later_one(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    here.write(FILE, here.read(FILE) + HAND)
    here.git("add", FILE)
    here.write(FILE, here.read(FILE) + HAND.replace("hand-1", "hand-2"))
    here(*VALUE, "13", "--id", "second")
    assert (ids(here), status(here)) == (["first", "second"], [f"MM {FILE}"])
    here.git("commit", "-qm", "What was staged")
    assert ids(here) == ["first", "hand-1", "second"]
    here.git("commit", "-qam", "The rest")
    assert ids(here) == ["first", "hand-1", "hand-2", "second"]
    assert_whole(here)


def test_a_new_score_file_that_is_not_known_to_git(here: Shell) -> None:
    here.write(FILE, HAND)
    here(*VALUE, "12", "--id", "first")
    assert (ids(here), status(here)) == (["first"], [f" M {FILE}"])
    here.git("commit", "-qam", "By hand")
    assert ids(here) == ["first", "hand-1"]
    assert_whole(here)


def test_a_score_file_that_was_taken_away_stays_away_and_the_value_lands(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    (here.folder / FILE).unlink()
    here(*VALUE, "13", "--id", "second")
    assert (ids(here), status(here)) == (["first", "second"], [f" D {FILE}"])
    here.git("checkout", "-q", "--", FILE)
    assert_whole(here)


def test_what_is_staged_stays_staged(here: Shell) -> None:
    here.write("notes/plan.txt", "staged\n")
    here.write("notes/new.txt", "new\n")
    here.git("add", "notes/plan.txt", "notes/new.txt")
    here.git("rm", "-q", "notes/draft.txt")
    before = here.git("diff", "--cached").out
    here(*VALUE, "12", "--id", "first")
    assert here.git("diff", "--cached").out == before
    assert here.git("show", "--format=", "--name-only", "HEAD").out == f"{FILE}\n"
    assert_whole(here, ["D  notes/draft.txt", "A  notes/new.txt", "M  notes/plan.txt"])


@pytest.mark.parametrize("staged", [True, False])
def test_a_seat_file_that_is_edited_is_not_written_over(here: Shell, staged: bool) -> None:
    here.write("seats/bot.yaml", here.read("seats/bot.yaml").replace("Desk", "Desks"))
    if staged:
        here.git("add", "seats/bot.yaml")
    before = here.head(), status(here), here.read("seats/bot.yaml")
    ran = here("seat", "set", "bot", "role=Clerk", code=2)
    assert "seats/bot.yaml has uncommitted changes" in ran.err
    assert (here.head(), status(here), here.read("seats/bot.yaml")) == before
    here("seat", "set", "cat", "role=Clerk")
    assert_whole(here, before[1])


# Other programs.


def test_another_programs_index_lock_is_left_and_the_value_kept(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    here.write(".git/index.lock", "")
    ran = here(*VALUE, "13", "--id", "second", code=75, ORGTP_WAIT="0.3")
    assert "another git command is running in" in ran.err
    assert (here.folder / ".git/index.lock").read_bytes() == b""
    (here.folder / ".git/index.lock").unlink()
    here(*VALUE, "14", "--id", "third")
    assert ids(here) == ["first", "second", "third"]
    assert_swept(here)
    assert_whole(here)


@pytest.mark.parametrize("content", ["", "{head}\n"])
@pytest.mark.parametrize(("lock", "what"), [("refs/heads/main.lock", "the branch main"), ("HEAD.lock", "HEAD")])
def test_another_programs_lock_of_the_branch_is_left_and_the_value_kept(
    here: Shell, lock: str, what: str, content: str
) -> None:
    """Also an empty one: nothing tells it from the lock of a git command that runs now."""
    here(*VALUE, "12", "--id", "first")
    path = here.folder / ".git" / lock
    here.write(f".git/{lock}", content.format(head=here.head()))
    ran = here(*VALUE, "13", "--id", "second", code=75, ORGTP_WAIT="0.3")
    assert f"queued: another git command has locked {what}: {path} exists." in ran.err
    assert f"remove the file: rm {path}. The change is written with the next value" in ran.err
    assert "seems to be running" not in ran.err
    assert path.exists()
    path.unlink()
    here(*VALUE, "14", "--id", "third")
    assert ids(here) == ["first", "second", "third"]
    assert_swept(here)
    assert_whole(here)


def test_a_lock_that_is_held_too_long_is_named_and_the_value_kept(here: Shell) -> None:
    with lock_held(here):
        ran = here(*VALUE, "12", "--id", "first", code=75, ORGTP_WAIT="0.3")
        assert "process 4711 (a slow one) since 09:00:00" in ran.err
        again = here(*VALUE, "12", "--id", "first", "--json", code=75, ORGTP_WAIT="0.3").json
        assert (again["commit"], again["outbox"]) == (None, True)
        refused = here("seat", "set", "bot", "role=Clerk", code=None, ORGTP_WAIT="0.3")
        assert refused.code == 2
        assert "Nothing was written" in refused.err
    here(*VALUE, "13", "--id", "second")
    assert ids(here) == ["first", "second"]
    assert_swept(here)
    assert_whole(here)


def test_what_waits_and_fits_no_more_keeps_nobody_back(here: Shell) -> None:
    """A value of a seat that was retired meanwhile stays where it is, and is not lost."""
    with lock_held(here):
        here("score", "add", "cat", "number", "12", "--id", "late", code=75, ORGTP_WAIT="0")
        here(*VALUE, "13", "--id", "early", code=75, ORGTP_WAIT="0")
    here("retire", "cat", "--to", "bot", "--by", "ada", "--reason", "Done", "--decided-by", "ada", "--yes")
    here(*VALUE, "14", "--id", "next")
    assert ids(here) == ["early", "next"]
    (left,) = (common_dir(here) / "orgtp/outbox").glob("*.json")
    assert "late" in left.read_text(encoding="utf-8")


def test_what_waits_with_an_id_that_is_used_for_another_value_is_kept_and_named(here: Shell) -> None:
    with lock_held(here):
        for second, value in enumerate(("12", "12.0", "13")):
            now = f"2026-11-20T18:00:0{second}-05:00"
            here(*VALUE, value, "--id", "same", code=75, ORGTP_WAIT="0", ORGTP_NOW=now)
    here(*VALUE, "14", "--id", "next")
    assert [(record["id"], record["value"]) for record in records(here)] == [("same", "12"), ("next", "14")]
    (left,) = (common_dir(here) / "orgtp/outbox").glob("*.json")
    held = "the id same belongs to another value: bot number 2026-W47 = 12, recorded at"
    assert held in left.read_text(encoding="utf-8")
    assert held in here("sync", code=1).err
    (waiting,) = here("sync", "--status", "--json").json["waiting"]
    assert (waiting["value"], held in waiting["held"]) == ("13", True)
    left.unlink()
    assert_whole(here)


def test_a_withdrawal_that_waits_is_written_as_one(here: Shell) -> None:
    here(*VALUE, "12", "--by", "ada")
    words = ("score", "withdraw", "bot", "number", "--for", "2026-W47", "--reason", "counted twice", "--by", "ada")
    with lock_held(here):
        ran = here(*words, code=75, ORGTP_WAIT="0")
        assert "queued" in ran.err
        (waiting,) = here("sync", "--status", "--json").json["waiting"]
        assert (waiting["value"], waiting["void"]) == (None, True)
        assert "withdrawn: counted twice" in here("sync", "--status").out
    here("score", "add", "cat", "number", "5")
    assert [(record["value"], record.get("void", False)) for record in records(here)] == [
        ("12", False), (None, True), ("5", False),
    ]  # fmt: skip
    actions = here.git("log", "-2", "--format=%(trailers:key=Orgtp-Action,valueonly,separator=)").out.split()
    assert actions == ["score", "withdraw"]
    assert_whole(here)


def test_one_id_by_many_at_once_is_one_value(here: Shell) -> None:
    words = [str(SCRIPT), *VALUE, "12", "--id", "same"]
    jobs = [subprocess.Popen(words, cwd=here.folder, env=here.env(), stdout=-3, stderr=-3) for _ in range(8)]
    assert [job.wait(60) for job in jobs] == [0] * 8
    assert ids(here) == ["same"]
    assert_swept(here)
    assert_whole(here)


HOOKS = (
    "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction", "post-index-change",
    "post-checkout", "post-rewrite", "update", "pre-receive", "post-update",
)  # fmt: skip


@pytest.mark.parametrize("by", ["folder", "config"])
def test_a_persons_hooks_do_not_run(here: Shell, by: str) -> None:
    folder = here.folder / (".git/hooks" if by == "folder" else ".git/their-hooks")
    folder.mkdir()
    for name in HOOKS:
        (folder / name).write_text(f"#!/bin/sh\ntouch '{here.home}/ran-{name}'\nexit 1\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    if by == "config":
        here.git("config", "core.hooksPath", str(folder))
    here(*VALUE, "12", "--id", "first")
    assert list(here.home.glob("ran-*")) == []
    here.git("commit", "--allow-empty", "-qm", "Theirs", code=1)
    assert list(here.home.glob("ran-*")) != []


def test_an_edit_within_the_second_in_which_a_file_was_staged_is_seen(here: Shell) -> None:
    """Git compares seconds and sizes, and looks closer only at what is as young as its index."""
    time.sleep(1 - time.time() % 1)
    here.write("notes/plan.txt", "mine\n")
    here.git("add", "notes/plan.txt")
    here.write("notes/plan.txt", "more\n")
    time.sleep(1 - time.time() % 1)
    here(*VALUE, "12", "--id", "first")
    assert_whole(here, ["MM notes/plan.txt"])


def test_what_waits_for_a_metric_that_ended_meanwhile_is_kept_and_named_with_the_new_id(here: Shell) -> None:
    with lock_held(here):
        here(*VALUE, "12", "--for", "2026-W47", "--id", "late", code=75, ORGTP_WAIT="0")
        here(*VALUE, "11", "--for", "2026-W46", "--id", "early", code=75, ORGTP_WAIT="0")
    here("metric", "rename", "bot", "number", "calls", "--after", "2026-W46", "--by", "ada")
    said = here("sync", code=1).err
    (left,) = (common_dir(here) / "orgtp/outbox").glob("*.json")
    assert "late" in left.read_text(encoding="utf-8")
    assert "orgtp score add bot calls VALUE --for 2026-W47" in said
    (waiting,) = here("sync", "--status", "--json").json["waiting"]
    assert waiting["value"] == "12"
    assert "bot number ended after 2026-W46" in waiting["held"]
    # The value of the old id's own period is written.
    assert "early" in ids(here)
    left.unlink()
    assert_whole(here)
