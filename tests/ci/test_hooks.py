"""Plain git hooks, as `docs/ci.md` has them word for word, in real repositories."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Ran, Shell, shell_path

DOCS = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
PRE_COMMIT, PRE_PUSH, PRE_RECEIVE = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", DOCS, re.S)


def install(git_dir: Path, name: str, text: str) -> None:
    """Put a hook where git runs it."""
    hook = git_dir / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(text, encoding="utf-8")
    hook.chmod(0o755)


def git(org: Shell, *words: str, code: int | None = 0) -> Ran:
    """Git, with `orgtp` on the PATH that its hooks see."""
    return org.git(*words, code=code, PATH=shell_path())


def commit(org: Shell, what: str) -> None:
    """Commit everything that is there."""
    git(org, "add", "--all")
    git(org, "commit", "-qm", what)


def edit(org: Shell, path: str, there: str, instead: str) -> None:
    """Change a file, which must have what is changed."""
    assert there in org.read(path)
    org.write(path, org.read(path).replace(there, instead))


@pytest.fixture
def guarded(acme: Shell) -> Shell:
    """An org with a score, pushed to a bare repository that has the hook."""
    acme("score", "add", "bot", "number", "14", "--by", "ada")
    acme.git("init", "-q", "--bare", "-b", "main", "../server.git")
    install(acme.folder.parent / "server.git", "pre-receive", PRE_RECEIVE)
    acme.git("remote", "add", "origin", "../server.git")
    git(acme, "push", "-q", "origin", "main")
    return acme


def served(org: Shell, ref: str = "refs/heads/main") -> str:
    """Where a branch of the server is."""
    return org.git("--git-dir", "../server.git", "rev-parse", "--quiet", "--verify", ref, code=None).out.strip()


def refused(org: Shell, *words: str) -> str:
    """What a push says that is refused; no branch of the server may move."""
    before = org.git("--git-dir", "../server.git", "for-each-ref").out
    said = git(org, "push", *words, code=1).err
    assert org.git("--git-dir", "../server.git", "for-each-ref").out == before
    assert "pre-receive hook declined" in said
    return said


def test_good_push_goes_through(guarded: Shell) -> None:
    assert served(guarded) == guarded.head()
    edit(guarded, "seats/bot.yaml", "role: Desk", "role: Front desk")
    commit(guarded, "A better word")
    git(guarded, "push", "-q", "origin", "main")
    assert served(guarded) == guarded.head()


def test_push_that_breaks_the_org_is_refused(guarded: Shell) -> None:
    edit(guarded, "seats/bot.yaml", "owner: ada", "owner: adda")
    commit(guarded, "Typo")
    said = refused(guarded, "origin", "main")
    assert "seats/bot.yaml:6:8" in said
    assert 'Did you mean "ada"?' in said


def test_first_push_that_breaks_the_org_is_refused(acme: Shell) -> None:
    acme.git("init", "-q", "--bare", "-b", "main", "../server.git")
    install(acme.folder.parent / "server.git", "pre-receive", PRE_RECEIVE)
    edit(acme, "seats/bot.yaml", "owner: ada", "owner: adda")
    commit(acme, "Typo")
    assert "seats/bot.yaml:6:8" in refused(acme, "../server.git", "main")


def test_push_that_rewrites_a_score_is_refused(guarded: Shell) -> None:
    """Nothing is wrong with the org as it would be: only the comparison tells."""
    path = "scores/bot/2026-11.jsonl"
    edit(guarded, path, '"value":"14"', '"value":"15"')
    commit(guarded, "A better number")
    assert guarded("validate").code == 0
    assert path in refused(guarded, "origin", "main")


def test_main_branch_is_not_rewound_forced_or_deleted(guarded: Shell) -> None:
    guarded.git("checkout", "-qb", "other", "HEAD~1")
    assert "refs/heads/main only accepts new commits" in refused(guarded, "--force", "origin", "other:main")
    assert "refs/heads/main only accepts new commits" in refused(guarded, "origin", ":main")


@pytest.fixture
def unborn(guarded: Shell) -> Shell:
    """The same, on a server whose own HEAD is a branch that was never pushed."""
    server = guarded.folder.parent / "server.git"
    shutil.rmtree(server)
    guarded.git("init", "-q", "--bare", "-b", "master", str(server))
    install(server, "pre-receive", PRE_RECEIVE)
    git(guarded, "push", "-q", "origin", "main")
    assert served(guarded, "HEAD") == ""
    return guarded


def test_main_branch_is_guarded_where_head_is_another(unborn: Shell) -> None:
    path = "scores/bot/2026-11.jsonl"
    edit(unborn, path, '"value":"14"', '"value":"15"')
    commit(unborn, "A better number")
    assert path in refused(unborn, "origin", "main")
    unborn.git("checkout", "-qb", "topic")
    assert path in refused(unborn, "origin", "topic")


def test_main_branch_is_not_forced_where_head_is_another(unborn: Shell) -> None:
    """Neither back, nor to a commit beside it that is in order."""
    unborn.git("reset", "-q", "--hard", "HEAD~1")
    assert "refs/heads/main only accepts new commits" in refused(unborn, "--force", "origin", "main")
    edit(unborn, "seats/bot.yaml", "role: Desk", "role: Front desk")
    commit(unborn, "A better word")
    assert "refs/heads/main only accepts new commits" in refused(unborn, "--force", "origin", "main")


def test_new_branch_is_held_to_what_it_could_bring_to_main(guarded: Shell) -> None:
    guarded.git("checkout", "-qb", "topic")
    guarded.git("rm", "-q", "seats/bot.yaml", "scores/bot/2026-11.jsonl")
    commit(guarded, "Away with it")
    assert "seats/bot.yaml" in refused(guarded, "origin", "topic")


def test_other_branches_come_move_and_go(guarded: Shell) -> None:
    guarded.git("checkout", "-qb", "topic")
    edit(guarded, "seats/bot.yaml", "role: Desk", "role: Front desk")
    commit(guarded, "A better word")
    git(guarded, "push", "-q", "origin", "topic")
    git(guarded, "commit", "-q", "--amend", "-m", "A better word for it")
    git(guarded, "push", "-q", "--force", "origin", "topic")
    assert served(guarded, "refs/heads/topic") == guarded.head()
    git(guarded, "push", "-q", "origin", ":topic")
    assert served(guarded, "refs/heads/topic") == ""


def test_tags_are_nobodys_business(guarded: Shell) -> None:
    guarded.git("tag", "v1")
    git(guarded, "push", "-q", "origin", "v1")
    assert served(guarded, "refs/tags/v1") == guarded.head()


def test_one_bad_branch_refuses_the_whole_push(guarded: Shell) -> None:
    edit(guarded, "seats/bot.yaml", "role: Desk", "role: Front desk")
    commit(guarded, "A better word")
    guarded.git("checkout", "-qb", "topic")
    edit(guarded, "seats/bot.yaml", "owner: ada", "owner: adda")
    commit(guarded, "Typo")
    assert "seats/bot.yaml:6:8" in refused(guarded, "origin", "main", "topic")


def test_pre_commit_hook_refuses_what_is_broken(acme: Shell) -> None:
    install(acme.folder / ".git", "pre-commit", PRE_COMMIT)
    edit(acme, "seats/bot.yaml", "role: Desk", "role: Front desk")
    commit(acme, "A better word")
    edit(acme, "seats/bot.yaml", "owner: ada", "owner: adda")
    ran = git(acme, "commit", "-qam", "Typo", code=1)
    assert "seats/bot.yaml:6:8" in ran.out + ran.err


def test_pre_commit_hook_refuses_what_rewrites_the_record(acme: Shell) -> None:
    """`validate` says it before the commit, too, because the history would keep it for good."""
    acme("score", "add", "bot", "number", "14", "--by", "ada")
    acme.write("seats/pip.yaml", acme.read("seats/bot.yaml").replace("seat: bot", "seat: pip"))
    commit(acme, "One more")
    install(acme.folder / ".git", "pre-commit", PRE_COMMIT)
    acme.git("rm", "-q", "seats/pip.yaml")
    assert "seats/pip.yaml:1:1: seat-deleted" in acme("validate", code=1).out
    ran = git(acme, "commit", "-qm", "Away with it", code=1)
    assert "seats/pip.yaml:1:1: seat-deleted" in ran.out + ran.err
    acme.git("reset", "-q", "--hard")
    edit(acme, "scores/bot/2026-11.jsonl", '"value":"14"', '"value":"15"')
    assert "scores/bot/2026-11.jsonl:1:1: score-row-changed (warning)" in acme("validate").out
    ran = git(acme, "commit", "-qam", "A better number", code=1)
    assert "scores/bot/2026-11.jsonl:1:1: score-row-changed" in ran.out + ran.err


def test_pre_commit_hook_lets_the_first_commit_through(acme: Shell) -> None:
    """There is no HEAD yet to compare with; the org itself is to be in order all the same."""
    shutil.rmtree(acme.folder / ".git")
    acme.git("init", "-q", "-b", "main")
    install(acme.folder / ".git", "pre-commit", PRE_COMMIT)
    edit(acme, "seats/bot.yaml", "owner: ada", "owner: adda")
    acme.git("add", ".")
    ran = git(acme, "commit", "-qm", "The org as text", code=1)
    assert "seats/bot.yaml:6:8" in ran.out + ran.err
    edit(acme, "seats/bot.yaml", "owner: adda", "owner: ada")
    commit(acme, "The org as text")
    assert acme.git("rev-list", "--count", "HEAD").out == "1\n"


def test_pre_push_hook_looks_at_the_commit_that_is_pushed(guarded: Shell) -> None:
    """What the work tree has by now does not count, and a comparison with the remote is made."""
    (guarded.folder.parent / "server.git" / "hooks" / "pre-receive").unlink()
    install(guarded.folder / ".git", "pre-push", PRE_PUSH)
    path = "scores/bot/2026-11.jsonl"
    edit(guarded, path, '"value":"14"', '"value":"15"')
    commit(guarded, "A better number")
    ran = git(guarded, "push", "-q", "origin", "main", code=1)
    assert path in ran.out + ran.err
    guarded.git("reset", "-q", "--hard", "HEAD~1")
    edit(guarded, "seats/bot.yaml", "role: Desk", "role: Front desk")
    commit(guarded, "A better word")
    edit(guarded, "seats/bot.yaml", "owner: ada", "owner: adda")
    git(guarded, "push", "-q", "origin", "main")
    git(guarded, "push", "-q", "origin", ":refs/heads/nowhere", code=None)
    assert served(guarded) == guarded.head()
