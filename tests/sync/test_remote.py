"""A remote that is down, refuses, lost its answer, or was rewritten: told apart, and nothing is lost in any."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import pytest

import orgtp
from orgtp.git import remote as git_remote
from tests.conftest import Ran, Shell
from tests.sync.clones import Clones, add, assert_one_line, assert_same, state, values, witness
from tests.sync.race import line


def hook(clones: Clones, text: str) -> Path:
    """Give the remote a pre-receive hook."""
    path = clones.remote.folder / "hooks/pre-receive"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def over_ssh(clones: Clones, lost: float) -> dict[str, str]:
    """Let clone `a` speak to the remote through a line that loses the answers of this share of pushes."""
    clones.a.git("remote", "set-url", "origin", f"ssh://here{clones.remote.folder}")
    return line(clones.folder / "line", lost, seed=1)


def cure(ran: Ran) -> list[str]:
    """The commands that the alarm prints, each on a line of its own."""
    found = [line.strip() for line in ran.err.splitlines() if line.startswith("  git ")]
    assert found, ran.err
    return found


def run(here: Shell, commands: list[str]) -> None:
    """Do what was printed."""
    for command in commands:
        here.git(*shlex.split(command)[1:])


def test_a_remote_that_is_down_gets_it_later(clones: Clones) -> None:
    clones.remote.folder.rename(clones.folder / "away.git")
    ran = clones.a("score", "add", "bot", "number", "12", "--by", "ada", "--push", code=75)
    assert ran.out.split()[0] == clones.a.head()[:10]
    assert "cannot be reached" in ran.err
    before = state(clones.a)
    assert "cannot be reached" in clones.a("sync", code=75).err
    assert state(clones.a) == before
    (clones.folder / "away.git").rename(clones.remote.folder)
    clones.a("sync")
    assert values(clones.remote) == ["12"]
    assert_same(clones, clones.a)


def test_a_remote_that_refuses_says_why_and_gets_it_when_it_takes_it(clones: Clones) -> None:
    path = hook(clones, "echo 'Not on a Friday.' >&2\necho fetch first >&2\nexit 1")
    add(clones.a, "12")
    ran = clones.a("sync", code=75)
    assert "refuses the push: Not on a Friday; fetch first. Your commits are safe" in ran.err
    assert values(clones.a) == ["12"]
    assert values(clones.remote) == []
    path.unlink()
    clones.a("sync")
    assert values(clones.remote) == ["12"]


def test_an_update_hook_that_refuses_the_branch_is_told_by_its_words(clones: Clones) -> None:
    hook(clones, "exit 0").rename(clones.remote.folder / "hooks/update")
    (clones.remote.folder / "hooks/update").write_text("#!/bin/sh\necho GH006: Protected branch >&2\nexit 1\n")
    ran = clones.a("score", "add", "bot", "number", "12", "--by", "ada", "--push", "--json", code=75)
    assert (ran.json["sent"], "GH006: Protected branch" in ran.json["why"]) == ("refused", True)


def test_a_remote_that_takes_no_force_refuses_nothing_of_ours(clones: Clones) -> None:
    clones.remote.git("config", "receive.denyNonFastForwards", "true")
    clones.remote.git("config", "receive.denyDeletes", "true")
    add(clones.b, "12", "--push")
    add(clones.a, "13", "--push")
    assert values(clones.remote) == ["12", "13"]


def test_an_answer_that_was_lost_is_looked_up(clones: Clones) -> None:
    env = over_ssh(clones, lost=1.0)
    add(clones.a, "12", "--push", env=env)
    assert (clones.folder / "line/pushes").read_text() == "lost\n"
    assert values(clones.remote) == ["12"]
    clones.a("sync", code=0, **env)
    assert (clones.folder / "line/pushes").read_text() == "lost\n"
    assert_same(clones, clones.a)


def test_an_answer_that_was_lost_with_the_line_is_looked_up_later(clones: Clones) -> None:
    """The push arrives and its answer does not; then nobody answers at all, and others push."""
    path = hook(clones, f"touch {clones.folder}/arrived")
    env = over_ssh(clones, lost=1.0)
    script = clones.folder / "ssh"
    script.write_text(f'#!/bin/sh\ntest -e {clones.folder}/arrived && exit 255\nexec {env["GIT_SSH_COMMAND"]} "$@"\n')
    script.chmod(0o755)
    broken = {**env, "GIT_SSH_COMMAND": str(script)}
    add(clones.a, "12", "--push", code=75, env=broken)
    assert values(clones.remote) == ["12"]
    path.unlink()
    add(clones.b, "13", "--push")
    clones.a("sync", code=0, **env)
    add(clones.a, "14", "--push", env=env)
    assert values(clones.remote) == ["12", "13", "14"]
    assert_same(clones, clones.a)
    assert_one_line(clones.remote)


def test_a_remote_set_back_to_an_older_commit_is_an_alarm(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    add(clones.a, "13")
    clones.remote.git("update-ref", "refs/heads/main", "main~1")
    before = state(clones.a), witness(clones.a)
    ran = clones.a("sync", code=1)
    assert "ALARM" in ran.err
    assert (state(clones.a), witness(clones.a)) == before
    run(clones.a, cure(ran))
    clones.a("sync")
    assert values(clones.remote) == ["12", "13"]
    assert_same(clones, clones.a)


def test_a_remote_that_was_rewritten_is_an_alarm_and_what_is_ours_comes_back(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.b.git("commit", "-q", "--amend", "-m", "Another past")
    clones.b.git("push", "-qf", "origin", "main")
    add(clones.a, "13")
    before = state(clones.a), witness(clones.a)
    ran = clones.a("score", "add", "bot", "number", "14", "--by", "ada", "--push", "--json", code=1)
    assert (ran.json["sent"], ran.json["exit_code"]) == ("rewritten", 1)
    assert witness(clones.a) == before[1]
    run(clones.a, cure(clones.a("sync", code=1)))
    clones.a("sync")
    assert values(clones.remote) == ["12", "13", "14"]
    assert clones.remote.git("log", "--format=%s", "main").out.count("Another past") == 1
    assert_same(clones, clones.a)


@pytest.mark.parametrize("synced", [True, False], ids=["seen by a sync", "seen by the clone"])
def test_a_branch_that_is_gone_from_the_remote_is_an_alarm(clones: Clones, synced: bool) -> None:
    add(clones.a, "12", *(["--push"] if synced else []))
    clones.remote.git("update-ref", "-d", "refs/heads/main")
    before = state(clones.a), witness(clones.a)
    ran = clones.a("sync", code=1)
    assert "now has no such branch" in ran.err
    assert (state(clones.a), witness(clones.a)) == before
    run(clones.a, cure(ran))
    clones.a("sync")
    assert values(clones.remote) == ["12"]
    assert_same(clones, clones.a)


def test_a_new_address_is_a_new_remote(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.a.at(clones.folder).git("init", "-q", "--bare", "-b", "main", "new.git")
    clones.a.git("remote", "set-url", "origin", str(clones.folder / "new.git"))
    clones.a("sync")
    assert values(clones.a.at(clones.folder / "new.git")) == ["12"]


def test_a_history_that_has_nothing_in_common_stops(clones: Clones) -> None:
    here = clones.a.at(clones.folder)
    here("init", "other")
    other = clones.a.at(clones.folder / "other")
    other.git("remote", "add", "origin", str(clones.remote.folder))
    before = state(other)
    assert "is unrelated to" in other("sync", code=1).err
    assert state(other) == before
    assert clones.remote.git("rev-list", "--count", "main").out == "2\n"


@pytest.mark.parametrize("url", ["https://user:secret@127.0.0.1:1/x.git", "https://user:se@cret@127.0.0.1:1/x.git"])
@pytest.mark.parametrize(
    "words",
    [
        ("sync",),
        ("sync", "--status"),
        ("sync", "--status", "--json"),
        ("score", "add", "bot", "number", "12", "--by", "ada", "--push", "--json"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_password_in_an_address_is_never_printed(clones: Clones, url: str, words: tuple[str, ...]) -> None:
    clones.a.git("remote", "set-url", "origin", url)
    ran = clones.a(*words, code=None)
    assert ran.code == (75 if "--status" not in words else 0)
    assert "127.0.0.1:1/x.git" in ran.out + ran.err
    assert "cret" not in ran.out + ran.err
    assert "secret" not in clones.a.git("reflog", "main").out


def test_init_prints_no_password_either(clones: Clones) -> None:
    here = clones.a.at(clones.folder)
    ran = here("init", "more", "--remote", "https://user:secret@127.0.0.1:1/x.git", code=75)
    assert "secret" not in ran.out + ran.err
    clones.a.git("remote", "set-url", "origin", "https://user:secret@127.0.0.1:1/x.git")
    clones.a.git("rm", "-qr", ".")
    ran = here("init", "a", "--remote", str(clones.folder / "new.git"), code=2)
    assert "secret" not in ran.out + ran.err


@pytest.mark.parametrize("url", ["ext::sh -c true %S", "--upload-pack=touch", "foo::https://user:secret@host/x"])
def test_an_address_that_is_a_program_or_an_option_is_refused(clones: Clones, url: str) -> None:
    clones.a.git("config", "remote.origin.url", url)
    ran = clones.a("sync", code=2)
    assert "git remote -v" in ran.err
    assert "secret" not in ran.err


def test_nothing_that_lies_in_the_git_dir_of_the_network_counts(clones: Clones) -> None:
    """Who hands over a clone may have written anything into it."""
    add(clones.a, "12", "--push")
    net = clones.a.folder / ".git/orgtp/net"
    elsewhere = clones.folder / "elsewhere"
    clones.a.at(clones.folder).git("init", "-q", "--bare", "elsewhere")
    hostile = f'[core]\n\tsshCommand = "touch {clones.folder}/ran;"\n[extensions]\n\tworktreeConfig = true\n'
    with (elsewhere / "config").open("a") as out:
        out.write(hostile)
    (net / "commondir").write_text(f"{elsewhere}\n")
    (net / "config.worktree").write_text(hostile)
    clones.a.git("remote", "set-url", "origin", f"ssh://127.0.0.1:1{clones.remote.folder}")
    clones.a("sync", code=75)
    assert not (clones.folder / "ran").exists()


def test_a_remote_that_never_ends_is_given_up(clones: Clones, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that git started lives on and holds its pipes: nobody waits for those."""
    over_ssh(clones, lost=0.0)
    for name, value in clones.a.env({"GIT_SSH_COMMAND": "sleep 20;", "GIT_SSH_VARIANT": "simple"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(git_remote, "_SECONDS", 0.2)
    before, start = state(clones.a), time.monotonic()
    with pytest.raises(git_remote.RemoteUnreachable, match="git did not finish within"):
        orgtp.open(clones.a.folder).ledger.sync()
    assert time.monotonic() - start < 15
    assert state(clones.a) == before


def test_a_remote_inside_the_repository_is_refused(clones: Clones) -> None:
    """A remote on this machine runs its own hooks; one that came with the repository could run anything."""
    marker = clones.folder / "marker"
    clones.a.git("init", "-q", "--bare", "evil.git")
    evil = clones.a.folder / "evil.git/hooks/pre-receive"
    evil.write_text(f"#!/bin/sh\ntouch {marker}\n", encoding="utf-8")
    evil.chmod(0o755)
    for url in ("evil.git", "./evil.git", str(evil.parents[1]), f"file://{evil.parents[1]}", ".git"):
        clones.a.git("remote", "set-url", "origin", url)
        assert "is inside the repository itself" in clones.a("sync", code=2).err
    ran = clones.a("score", "add", "bot", "number", "12", "--by", "ada", "--push", code=2)
    assert "is inside the repository itself" in ran.err
    assert values(clones.a) == []
    assert not marker.exists()


def test_a_witness_that_a_killed_sync_left_locked_is_freed(clones: Clones) -> None:
    clones.a("sync")
    ref = clones.a.git("for-each-ref", "--format=%(refname)", "refs/orgtp/seen").out.strip()
    for name in (ref, "refs/remotes/origin/main"):
        clones.a.write(f".git/{name}.lock", "")
    add(clones.a, "12", "--push")
    assert values(clones.remote) == ["12"]
    (clones.a.folder / ".git/refs/remotes/origin/main.lock").unlink()


def test_an_address_that_is_none_hides_no_commit_and_no_outbox(clones: Clones) -> None:
    clones.by_hand(clones.a, "org.yaml", clones.a.read("org.yaml") + "  push: true\n", push=False)
    clones.a.git("remote", "set-url", "origin", "codecommit::us-east-1://repo")
    ran = clones.a("score", "add", "bot", "number", "12", "--by", "ada", "--json", code=2)
    assert ran.json["commit"] == clones.a.head()
    assert "orgtp does not support the address" in ran.json["why"]
    assert "orgtp does not support the address" in clones.a("sync", "--status").out
