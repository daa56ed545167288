"""While orgtp waits for a lock, a person goes on working; and what fails is neither lost nor written later."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import SCRIPT, Shell
from tests.ledger.ledgers import lock_held

ADD = ("score", "add", "bot", "number", "12", "--by", "ada")


@contextmanager
def waiting(here: Shell, *words: str) -> Iterator[None]:
    """A command that waits for `index.lock` until the block is over; it must succeed then."""
    lock = here.folder / ".git/index.lock"
    lock.touch()
    job = subprocess.Popen([str(SCRIPT), *words], cwd=here.folder, env=here.env(), stdout=-3, stderr=-3)
    until = time.monotonic() + 20
    while not (here.folder / ".git/orgtp-index.token").exists() and time.monotonic() < until:
        time.sleep(0.02)
    yield
    lock.unlink()
    assert job.wait(60) == 0


def test_an_edit_in_the_meantime_stays(acme: Shell) -> None:
    acme(*ADD)
    path = f"scores/bot/{next((acme.folder / 'scores/bot').iterdir()).name}"
    with waiting(acme, *ADD):
        acme.write(path, acme.read(path) + "mine\n")
    assert acme.read(path).endswith("mine\n")
    assert acme.read(path).count('"number"') == 2
    assert acme.git("status", "--porcelain").out == f" M {path}\n"


def test_a_seat_file_that_is_edited_in_the_meantime_is_not_written_over(acme: Shell) -> None:
    lock = acme.folder / ".git/index.lock"
    lock.touch()
    words = [str(SCRIPT), "seat", "set", "bot", "role=New"]
    job = subprocess.Popen(words, cwd=acme.folder, env=acme.env(), stdout=-3, stderr=subprocess.PIPE, text=True)
    while not (acme.folder / ".git/orgtp-index.token").exists():
        time.sleep(0.02)
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml") + "x-mine: 1\n")
    lock.unlink()
    _, err = job.communicate(timeout=60)
    assert (job.returncode, "seats/bot.yaml has uncommitted changes" in err) == (2, True)
    assert acme.read("seats/bot.yaml").endswith("x-mine: 1\n")


def test_a_branch_that_is_left_in_the_meantime_is_let_be(acme: Shell) -> None:
    acme.git("branch", "other")
    with waiting(acme, *ADD):
        acme.git("symbolic-ref", "HEAD", "refs/heads/other")
    assert acme.git("status", "--porcelain").out == ""
    assert "number" in acme.git("show", "main", "--stat", "--format=%s").out


def test_one_that_waits_keeps_no_other_back(acme: Shell) -> None:
    """A value whose file is in a merge conflict waits; the next one, of another seat, is written."""
    acme("seat", "add", "two", "--role", "Two", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
    acme(
        "seat", "set", "two", *(f"metrics.n.{key}" for key in ("name=N", "outcome=O", "target=>= 1", "cadence=weekly"))
    )
    acme(*ADD)
    path = f"scores/bot/{next((acme.folder / 'scores/bot').iterdir()).name}"
    acme.git("checkout", "-qb", "other")
    for branch, text in (("other", "theirs"), ("main", "ours")):
        acme.git("checkout", "-q", branch)
        acme.write(".gitattributes", "")
        acme.write(path, acme.read(path).replace('"12"', f'"{text}"'))
        acme.git("commit", "-qam", text)
    acme.git("merge", "other", code=1)
    assert "has an unfinished merge of" in acme(*ADD, code=75).err
    acme("score", "add", "two", "n", "1", "--by", "ada")
    acme("score", "add", "two", "n", "2", "--by", "ada")
    waits = acme("sync", "--status", "--json").json["waiting"]
    assert [row["seat"] for row in waits] == ["bot"]


def test_what_fails_while_it_waits_is_not_written_later(acme: Shell) -> None:
    with lock_held(acme):
        assert "ORGTP_WAIT" in acme(*ADD, code=2, ORGTP_WAIT="abc").err
    assert acme("sync", "--status", "--json").json["waiting"] == []


def test_files_of_a_person_that_begin_as_ours_do_are_let_be(acme: Shell) -> None:
    acme(*ADD)
    acme.write("scores/bot/.orgtp-draft", "mine")
    (acme.folder / "scores/bot/.orgtp-1-2026-11.jsonl").mkdir()
    acme.write(".git/index.lock", "")
    acme(*ADD, code=75, ORGTP_WAIT="0.1")
    (acme.folder / ".git/index.lock").unlink()
    acme(*ADD)
    assert acme.read("scores/bot/.orgtp-draft") == "mine"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("journal", '{"ref":"refs/heads/main","old":1,"new":2,"at":0}'),
        ("journal", '{"ref":"refs/heads/../../x","old":null,"new":"2","at":0.5}'),
        ("journal", "{ cut"),
        ("ids.sqlite", "no database"),
    ],
)
def test_what_somebody_put_into_our_folder_stops_nothing(acme: Shell, name: str, text: str) -> None:
    acme(*ADD)
    acme.write(f".git/orgtp/{name}", text)
    acme(*ADD, "--id", "mine")
    assert acme.git("rev-list", "--count", "HEAD").out == "4\n"


def test_a_lot_that_cannot_be_read_is_told(acme: Shell) -> None:
    acme(*ADD)
    for name, text in (("a", "{ cut"), ("b", json.dumps({"by": ["x"], "author": 1, "scores": [], "held": ""}))):
        acme.write(f".git/orgtp/outbox/{name}.json", text)
    acme(*ADD)
    ran = acme("sync", code=1)
    assert ran.err.count("cannot be read") == 2


def test_a_commit_from_the_far_future_stops_nothing(acme: Shell) -> None:
    acme.git("commit", "-q", "--allow-empty", "-m", "x", GIT_COMMITTER_DATE="@999999999999 +0000")
    acme(*ADD)
    assert acme.git("log", "-1", "--format=%cs %s").out.startswith("2026-11-20 score(bot): number")


def test_a_copied_repository_follows_no_work_tree_of_the_first(acme: Shell, tmp_path: Path) -> None:
    acme.git("checkout", "-qb", "other")
    acme.git("worktree", "add", "-q", "../linked", "main")
    subprocess.run(["cp", "-r", str(acme.folder), str(acme.folder.parent / "copy")], check=True)
    copy = acme.at(acme.folder.parent / "copy")
    copy(*ADD)
    assert acme.at(acme.folder.parent / "linked").git("status", "--porcelain").out == ""
