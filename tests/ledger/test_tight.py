"""Nothing can be written: the disk is full, a file may not grow, the repository is read-only, the clock jumps back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SCRIPT, Shell
from tests.ledger.kills import cutter
from tests.ledger.ledgers import FILE, VALUE, assert_swept, assert_whole, copied, ids, leftovers, lock_held, status
from tests.ledger.tight import fill, fills_up, is_root, make_room, may_not_grow, read_only, sealed, small_disk

EARLIER = "2026-11-20T17:00:00-05:00"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 8) as folder:
        yield folder


# Who is not root has no disk of their own to fill; the limits on files below stand in.
root = pytest.mark.skipif(not is_root(), reason="only root can mount a disk to fill")


@root
def test_on_a_full_disk_a_value_is_kept_and_written_when_there_is_room(disk: Path, made_once: Path) -> None:
    here = copied(made_once, disk / "base")
    here(*VALUE, "12", "--id", "first")
    before = here.head()
    fill(disk)
    ran = here(*VALUE, "13", "--id", "full", code=75)
    assert "queued: " in ran.err
    assert (here.head(), ids(here)) == (before, ["first"])
    again = here(*VALUE, "13", "--id", "full", code=None)
    assert again.code in {2, 75}
    make_room(disk)
    here(*VALUE, "14", "--id", "after")
    assert ids(here) == ["after", "first", "full"]
    assert_swept(here)
    assert_whole(here)


@root
def test_on_a_disk_that_was_always_full_nothing_is_pretended(disk: Path, made_once: Path) -> None:
    here = copied(made_once, disk / "base")
    fill(disk)
    ran = here(*VALUE, "13", "--id", "full", code=2)
    assert "nothing is recorded" in ran.err
    assert leftovers(here) == []
    make_room(disk)
    here(*VALUE, "13", "--id", "full")
    assert ids(here) == ["full"]
    assert_swept(here)
    assert_whole(here)


@root
@pytest.mark.parametrize("free", [4, 12, 24, 48])
def test_a_disk_that_fills_up_on_the_way(disk: Path, made_once: Path, free: int) -> None:
    fills_up(copied(made_once, disk / "base"), disk, free)


@root
def test_a_repository_that_is_read_only(disk: Path, made_once: Path) -> None:
    here = copied(made_once, disk / "base")
    here(*VALUE, "12", "--id", "first")
    with read_only(disk):
        ran = here(*VALUE, "13", "--id", "second", code=2)
        assert "Read-only file system" in ran.err
        assert "nothing is recorded" in ran.err
        assert "12" in here("score", "list").out
        assert "already recorded" in here(*VALUE, "12", "--id", "first", code=None).err
    assert ids(here) == ["first"]
    here(*VALUE, "13", "--id", "second")
    assert ids(here) == ["first", "second"]
    assert_whole(here)


@root
def test_a_git_dir_of_somebody_else(here: Shell) -> None:
    """As one who may read and not write: refused and said, and nothing is half done."""
    here(*VALUE, "12", "--id", "first")
    here.git("config", "--global", "safe.directory", "*")
    subprocess.run(["chmod", "-R", "a+rX", here.home.parent], check=True)
    for parent in (here.home, *here.home.parents):
        parent.chmod(parent.stat().st_mode | 0o055)
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(SCRIPT), *VALUE, "13", "--id", "no"]
    ran = subprocess.run(words, cwd=here.folder, env=here.env(), capture_output=True, text=True, check=False)
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False), ran.stderr
    assert "Permission denied" in ran.stderr
    assert ids(here) == ["first"]
    assert_whole(here)


@pytest.mark.parametrize("blocks", [0, 1, 2, 4, 8, 16])
def test_files_may_not_grow(here: Shell, blocks: int) -> None:
    may_not_grow(here, blocks)


# A work tree that could not follow.


@root
def test_a_work_tree_that_could_not_follow_does_so_with_the_next_value(here: Shell) -> None:
    """The commit stands, and what the work tree lacks is not left out of it later."""
    here.write("notes/plan.txt", "dirty\n")
    here(*VALUE, "12", "--id", "first")
    with sealed(here.folder / "scores/bot"):
        for turn in range(2):
            assert "the work tree could not be updated" in here(*VALUE, "13", "--id", f"sealed-{turn}").err
            assert status(here) == [" M notes/plan.txt", f" M {FILE}"]
        here("score", "add", "cat", "number", "13", "--id", "elsewhere")
    here(*VALUE, "14", "--id", "after")
    assert len(here.read(FILE).splitlines()) == 4
    assert_whole(here, [" M notes/plan.txt"])


@root
@pytest.mark.parametrize("at", ["_write_journal", "RefTransaction.commit", "RefTransaction.close", "_close_journal"])
def test_a_crash_while_a_work_tree_could_not_follow(here: Shell, at: str) -> None:
    with cutter(here) as cut:
        with sealed(here.folder / "scores/bot"):
            cut("sealed-1")
            cut(at, at)
        cut("after")
        assert len(here.read(FILE).splitlines()) == len(ids(here))
        cut(at)


@root
def test_what_a_person_adds_while_the_work_tree_is_behind_stays_theirs(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    with sealed(here.folder / "scores/bot"):
        here(*VALUE, "13", "--id", "sealed")
    mine = here.read(FILE).replace("first", "mine")
    here.write(FILE, here.read(FILE) + mine)
    here(*VALUE, "14", "--id", "after")
    assert here.read(FILE) == here.git("show", f"main:{FILE}").out + mine
    assert_whole(here, [f" M {FILE}"])


def test_a_clock_that_jumps_back_an_hour(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    with lock_held(here):
        here(*VALUE, "13", "--id", "kept", code=75, ORGTP_WAIT="0")
    here(*VALUE, "14", "--id", "second", ORGTP_NOW=EARLIER)
    dates = here.git("log", "--format=%ct", "main", "--", FILE).out.split()
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == 3
    (counts,) = [line for line in here("score", "list", "--json").json["scores"] if line["counts"]]
    assert counts["value"] == "14"
    assert here("score", "list", "--json", "--at", "HEAD").json["scores"][-1]["value"] == "14"
    assert_swept(here)
    assert_whole(here)
