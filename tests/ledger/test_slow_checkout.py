"""What is recorded while git checks out the ledger branch is not taken back by the next commit in that work tree.

Git reads the branch first and writes HEAD last, so the work tree ends with the files from before.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from tests.conftest import NOW, SCRIPT, Shell
from tests.ledger.kills import cutter
from tests.ledger.ledgers import FILE, VALUE, assert_swept, assert_whole, common_dir, ids, leftovers, lock_held, status
from tests.size import combine

DATES = {"GIT_AUTHOR_DATE": NOW, "GIT_COMMITTER_DATE": NOW}
SEAT = ("seat", "set", "bot")
# What may be recorded meanwhile, each with a file that has it on the ledger branch.
CHANGES = [
    ((*VALUE, "77"), FILE),
    (("score", "add", "cat", "number", "77"), "scores/cat/2026-11.jsonl"),
    ((*SEAT, "role=Changed"), "seats/bot.yaml"),
    (("seat", "add", "new", "--role", "R", "--kind", "human"), "seats/new.yaml"),
    (
        ("retire", "cat", "--to", "bot", "--by", "ada", "--reason", "R", "--decided-by", "ada", "--yes"),
        "retirements/cat.yaml",
    ),
]


def _wait_for(what: str, is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < until, what
        time.sleep(0.01)


def _commit(here: Shell, *words: str) -> None:
    here.git("commit", *words, GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)


@pytest.fixture
def away(here: Shell) -> Shell:
    """A work tree on a branch of its own. Checking out main from there waits for the file `go` in the home folder."""
    here(*VALUE, "12", "--id", "first")
    go = here.home / "go"
    here.git("config", "--global", "filter.slow.smudge", f"while [ ! -e '{go}' ]; do sleep 0.02; done; cat")
    here.git("config", "--global", "filter.slow.clean", "cat")
    here.write(".git/info/attributes", "*.slow filter=slow\n")
    here.write("a.slow", "main\n")
    here.git("add", "a.slow")
    _commit(here, "-qm", "A large file")
    here.git("checkout", "-qb", "side")
    here.write("a.slow", "side\n")
    _commit(here, "-qam", "Another")
    return here


@contextmanager
def under_way(at: Shell, *words: str) -> Iterator[None]:
    """`git checkout main` in the work tree `at`, which writes the files after the block."""
    git_dir = at.folder / at.git("rev-parse", "--git-dir").out.strip()
    job = subprocess.Popen(["git", "checkout", "-q", *words], cwd=at.folder, env=at.env(), stderr=subprocess.PIPE)
    _wait_for("git has locked its index", (git_dir / "index.lock").exists)
    yield
    (at.home / "go").touch()
    _, err = job.communicate(timeout=20)
    assert job.returncode == 0, err


def _commit_all(at: Shell) -> None:
    """A commit of everything, as the person in the work tree makes it next."""
    at.write("notes/plan.txt", "mine\n")
    _commit(at, "-qam", "My plan")
    assert at.git("show", "--format=", "--name-only", "HEAD").out == "notes/plan.txt\n"


@pytest.mark.parametrize(
    ("words", "path", "later"),
    [(*change, later) for change, later in combine(CHANGES, ["value", "seat", "sync", "nothing-new"])],
)
def test_the_next_command_brings_the_work_tree_up_to_date(
    away: Shell, words: tuple[str, ...], path: str, later: str
) -> None:
    with under_way(away, "main"):
        away(*words, ORGTP_WAIT="0")
    assert away.git("branch", "--show-current").out == "main\n"
    recorded = away.git("show", f"main:{path}").out
    assert away.git("diff", "--cached", "--name-only").out != ""
    commands = {
        "value": (*VALUE, "5", "--id", "later"),
        "seat": ("seat", "set", "ada", "mission=Later"),
        "sync": ("sync",),
        "nothing-new": (*VALUE, "12", "--id", "first"),
    }
    away(*commands[later])
    assert status(away) == []
    assert away.read(path).startswith(recorded)
    _commit_all(away)
    assert away.git("show", f"main:{path}").out.startswith(recorded)
    assert "intact" in away("audit", "verify").out
    assert (leftovers(away), status(away)) == ([], [])


READING = [
    ("stale",),
    ("scorecard",),
    ("chart",),
    ("score", "list"),
    ("seat", "list"),
    ("seat", "show", "bot"),
    ("sync", "--status"),
    ("audit", "verify"),
    ("validate",),
    ("log",),
    ("diff", "HEAD"),
    ("context", "bot"),
    ("chart", "--at", "HEAD"),
]


@pytest.mark.parametrize(("words", "linked"), combine(READING, [False, True]))
def test_a_command_that_only_reads_brings_the_work_tree_up_to_date_too(
    away: Shell, words: tuple[str, ...], linked: bool
) -> None:
    at = away
    if linked:
        _git_at_once(away, "worktree", "add", "-q", "-b", "other", "../linked", "side")
        at = away.at(away.folder.parent / "linked")
    with under_way(at, "main"):
        away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
    assert status(at) != []
    ran = at(*words, code=None)
    assert "could not be updated" not in ran.err
    assert status(at) == []
    assert '"accepted"' in at.read(FILE)
    _commit_all(at)
    assert ids(at) == ["accepted", "first"]
    assert (leftovers(at), status(at)) == ([], [])


def test_the_answer_itself_has_what_was_recorded(away: Shell) -> None:
    with under_way(away, "main"):
        away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
        away(*SEAT, "role=Changed", ORGTP_WAIT="0")
    assert "77" in away("score", "list", "bot").out
    away.git("checkout", "-q", "side")
    (away.home / "go").unlink()
    with under_way(away, "main"):
        away(*SEAT, "role=Again", ORGTP_WAIT="0")
    assert "Again" in away("seat", "show", "bot").out


@pytest.mark.parametrize("cause", ["index-locked", "another-orgtp", "a-persons-change"])
def test_a_command_that_reads_says_so_if_the_work_tree_cannot_be_updated_now(away: Shell, cause: str) -> None:
    with under_way(away, "main"):
        away(*SEAT, "role=Changed", ORGTP_WAIT="0")
    if cause == "index-locked":
        (away.folder / ".git/index.lock").touch()
    elif cause == "a-persons-change":
        away.write("seats/bot.yaml", away.read("seats/bot.yaml") + "x-mine: 1\n")
    before = away.read("seats/bot.yaml")
    with lock_held(away) if cause == "another-orgtp" else nullcontext():
        ran = away("seat", "show", "bot")
    assert "the work tree could not be updated: " in ran.err
    assert "Desk" in ran.out
    assert "Changed" not in ran.out
    assert away.read("seats/bot.yaml") == before


def test_a_clone_whose_lock_cannot_be_opened_says_so(away: Shell) -> None:
    with under_way(away, "main"):
        away(*SEAT, "role=Changed", ORGTP_WAIT="0")
    (away.folder / ".git/orgtp/lock").unlink()
    (away.folder / ".git/orgtp/lock").mkdir()
    ran = away("chart", code=None)
    assert ran.code == 0
    assert "the work tree could not be updated: " in ran.err


def test_several_moves_were_missed(away: Shell) -> None:
    with under_way(away, "main"):
        for n in range(3):
            away(*VALUE, str(n), "--id", f"missed-{n}", ORGTP_WAIT="0")
            away(*SEAT, f"role=Role {n}", ORGTP_WAIT="0")
    away(*VALUE, "5", "--id", "later")
    assert status(away) == []
    assert "role: Role 2" in away.read("seats/bot.yaml")
    assert len(away.read(FILE).splitlines()) == 5
    assert_whole(away)


def test_the_checkout_began_between_two_moves(away: Shell) -> None:
    """So the files are neither those of the first missed commit nor those of the last."""
    away(*SEAT, "role=Before")
    away(*VALUE, "1", "--id", "before")
    with under_way(away, "main"):
        away(*SEAT, "role=Meanwhile", ORGTP_WAIT="0")
        away(*VALUE, "2", "--id", "meanwhile", ORGTP_WAIT="0")
    away(*VALUE, "5", "--id", "later")
    assert status(away) == []
    assert "role: Meanwhile" in away.read("seats/bot.yaml")
    assert_whole(away)


def test_it_was_detached_before(away: Shell) -> None:
    away.git("checkout", "-q", "--detach")
    with under_way(away, "main"):
        away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
    away(*VALUE, "5", "--id", "later")
    assert status(away) == []
    _commit_all(away)
    assert ids(away) == ["accepted", "first", "later"]


def test_in_a_linked_work_tree(away: Shell) -> None:
    _git_at_once(away, "worktree", "add", "-q", "-b", "other", "../linked", "side")
    linked = away.at(away.folder.parent / "linked")
    with under_way(linked, "main"):
        away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
    away(*VALUE, "5", "--id", "later")
    assert (status(away), status(linked)) == ([], [])
    _commit_all(linked)
    assert ids(away) == ["accepted", "first", "later"]
    assert_whole(linked)


def _git_at_once(here: Shell, *words: str) -> None:
    """Run git without the slow filter."""
    here.git(*words, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="filter.slow.smudge", GIT_CONFIG_VALUE_0="cat")


def test_what_a_sync_received_meanwhile(away: Shell) -> None:
    away.git("clone", "-q", "--bare", ".", "../remote.git")
    away.git("remote", "add", "origin", "../remote.git")
    _git_at_once(away, "clone", "-q", "-b", "main", "../remote.git", "../other")
    away.at(away.folder.parent / "other")(*VALUE, "77", "--id", "received", "--push")
    with under_way(away, "main"):
        away("sync", ORGTP_WAIT="0")
    away(*VALUE, "5", "--id", "later")
    assert status(away) == []
    _commit_all(away)
    assert ids(away) == ["first", "later", "received"]


# What a person does in the work tree meanwhile stays.


def test_work_of_a_person_on_other_files_stays(away: Shell) -> None:
    with under_way(away, "main"):
        away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
    away.write("notes/plan.txt", "staged\n")
    away.git("add", "notes/plan.txt")
    away.write("notes/kept.txt", "dirty\n")
    away(*VALUE, "5", "--id", "later")
    assert status(away) == [" M notes/kept.txt", "M  notes/plan.txt"]
    assert '"accepted"' in away.read(FILE)


def test_a_line_that_a_person_adds_to_the_score_file_stays(away: Shell) -> None:
    with under_way(away, "main"):
        away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
    mine = away.read(FILE).replace('"first"', '"mine"')
    away.write(FILE, away.read(FILE) + mine)
    away(*VALUE, "5", "--id", "later")
    assert away.read(FILE) == away.git("show", f"main:{FILE}").out + mine
    assert status(away) == [f" M {FILE}"]


def test_a_seat_file_that_a_person_edits_stays_and_is_named(away: Shell) -> None:
    with under_way(away, "main"):
        away(*SEAT, "role=Changed", ORGTP_WAIT="0")
    mine = away.read("seats/bot.yaml") + "x-mine: 1\n"
    away.write("seats/bot.yaml", mine)
    ran = away(*VALUE, "5", "--id", "later")
    assert "the work tree could not be updated: seats/bot.yaml has uncommitted changes" in ran.err
    assert away.read("seats/bot.yaml") == mine
    # Not even a commit of what is staged takes the change back.
    assert away.git("diff", "--cached").out == ""
    (outdated,) = away("sync", "--status", "--json").json["outdated"]
    assert (outdated["path"], outdated["why"][:14]) == (str(away.folder), "seats/bot.yaml")
    away.git("checkout", "-q", "--", "seats/bot.yaml")
    away(*VALUE, "6", "--id", "latest")
    assert away("sync", "--status", "--json").json["outdated"] == []
    assert_whole(away)


@pytest.mark.parametrize("edited", [False, True])
def test_an_earlier_version_that_a_person_stages_after_the_checkout_stays(away: Shell, edited: bool) -> None:
    """It looks like a work tree that fell behind, but the file was written after HEAD."""
    away(*SEAT, "role=Changed")
    (away.home / "go").touch()
    away.git("checkout", "-q", "main")
    time.sleep(0.05)
    away.git("checkout", "-q", "HEAD~1", "--", "seats/bot.yaml")
    if edited:
        away.write("seats/bot.yaml", away.read("seats/bot.yaml") + "x-mine: 1\n")
    before = away.read("seats/bot.yaml")
    away(*VALUE, "5", "--id", "later")
    assert away.read("seats/bot.yaml") == before
    assert "seats/bot.yaml" in "".join(status(away))
    if not edited:
        assert status(away) == ["M  seats/bot.yaml"]


@pytest.mark.parametrize("words", [(*VALUE, "5", "--id", "later"), (*SEAT, "role=Later")], ids=["value", "seat"])
def test_another_program_holds_the_index_when_the_work_tree_could_catch_up(away: Shell, words: tuple[str, ...]) -> None:
    """The command waits for it, and then finds the index behind."""
    with under_way(away, "main"):
        away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
        away(*SEAT, "role=Meanwhile", ORGTP_WAIT="0")
    lock = away.folder / ".git/index.lock"
    lock.touch()
    job = subprocess.Popen([str(SCRIPT), *words], cwd=away.folder, env=away.env(), stdout=-3, stderr=-3)
    _wait_for("orgtp waits for the index", (away.folder / ".git/orgtp-index.token").exists)
    lock.unlink()
    assert job.wait(60) == 0
    assert status(away) == []
    assert '"accepted"' in away.read(FILE)
    assert_whole(away)


def test_a_work_tree_that_came_back_in_order_is_left_alone(away: Shell) -> None:
    away(*SEAT, "role=Changed")
    away(*VALUE, "77", "--id", "accepted")
    (away.home / "go").touch()
    away.git("checkout", "-q", "main")
    away.write("seats/bot.yaml", away.read("seats/bot.yaml") + "x-mine: 1\n")
    ran = away(*VALUE, "5", "--id", "later")
    assert "could not be updated" not in ran.err
    assert status(away) == [" M seats/bot.yaml"]
    assert not (common_dir(away) / "orgtp/outdated").exists()


# Locks.


def test_an_index_that_another_program_holds_off_the_branch_is_not_waited_for(away: Shell) -> None:
    lock = away.folder / ".git/index.lock"
    lock.touch()
    away(*VALUE, "77", "--id", "accepted", ORGTP_WAIT="0")
    assert (ids(away), lock.exists()) == (["accepted", "first"], True)


def test_every_index_is_locked_while_the_branch_moves(here: Shell) -> None:
    """Also of work trees on other branches; the next command releases all locks of one that was killed."""
    here.git("worktree", "add", "-q", "-b", "side", "../side")
    here.git("worktree", "add", "-q", "--detach", "../detached")
    git_dirs = [here.folder / ".git", *sorted((here.folder / ".git/worktrees").iterdir())]
    with cutter(here) as cut:
        assert cut("killed", "RefTransaction.commit", "alone")["signal"]
        assert [(path / "index.lock").samefile(path / "orgtp-index.token") for path in git_dirs] == [True] * 3
        cut("after")
        assert leftovers(here) == []
        cut("killed")


@pytest.mark.parametrize("at", ["RefTransaction.commit", "RefTransaction.close", "Checkout.update_files"])
@pytest.mark.parametrize("ref", ["refs/heads/side", "refs/heads/unborn"])
def test_a_lock_is_released_wherever_head_is_by_then(here: Shell, at: str, ref: str) -> None:
    """Moving HEAD alone needs no lock of the index: the end of a rebase does so."""
    here.git("branch", "side")
    with cutter(here) as cut:
        assert cut("killed", at, "alone")["signal"]
        here.git("symbolic-ref", "HEAD", ref)
        cut("after")
        assert leftovers(here) == []
        here.git("symbolic-ref", "HEAD", "refs/heads/main")
        cut("again")
        assert status(here) == []
        cut("killed")


def test_a_rebase_loop_beside_many_values_leaves_no_lock(here: Shell) -> None:
    here(*VALUE, "1", "--id", "first")
    here.git("checkout", "-qb", "side")
    _commit(here, "-q", "--allow-empty", "-m", "Theirs")
    loop = "while [ ! -e ../stop ]; do git rebase -q main; git checkout -q main; git checkout -q side; done"
    job = subprocess.Popen(["sh", "-c", loop], cwd=here.folder, env=here.env(DATES), stdout=-3, stderr=-3)
    given = ["first"]
    try:
        for n in range(25):
            given.append(f"v{n}")
            here(*VALUE, str(n), "--id", f"v{n}", code=None)
    finally:
        (here.folder.parent / "stop").touch()
        job.wait(60)
    here.git("rebase", "--abort", code=None)
    here.git("checkout", "-q", "-f", "main")
    here(*VALUE, "99", "--id", "last")
    assert ids(here) == sorted([*given, "last"])
    assert leftovers(here) == []
    assert_swept(here)
    assert status(here) == []
    assert "intact" in here("audit", "verify").out
