"""The user's hooks are the user's: they run on the user's commits, and not on ours."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tests.canary.birds import Cage, hooks, within
from tests.conftest import Shell

_REFUSED = "#!/bin/sh\necho no >&2\nexit 1\n"


@pytest.mark.parametrize("where", ["hooks", "hooksPath", "global"])
def test_hooks_run_on_the_users_commits_alone(acme: Shell, cage: Cage, where: str) -> None:
    folder = hooks(cage, acme.folder / (".git/hooks" if where == "hooks" else "../own-hooks"))
    if where != "hooks":
        acme.git("config", "--global" if where == "global" else "--local", "core.hooksPath", str(folder.resolve()))
    cage.sung()
    acme("score", "add", "bot", "number", "13")
    acme("seat", "set", "bot", "mission=M")
    assert cage.sung() == set()
    acme.git("commit", "-q", "--allow-empty", "-m", "By hand")
    assert {"hook-pre-commit", "hook-commit-msg", "hook-post-commit", "hook-reference-transaction"} <= cage.sung()


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "reference-transaction"])
def test_a_hook_that_refuses_refuses_people_only(acme: Shell, name: str) -> None:
    path = acme.folder / ".git/hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(_REFUSED, encoding="utf-8")
    path.chmod(0o755)
    assert acme.git("commit", "--allow-empty", "-m", "x", code=None).code
    acme("score", "add", "bot", "number", "13")
    assert acme.git("status", "--porcelain").out == ""


# Git 2.54 and later runs hooks that the configuration names, whatever `core.hooksPath` says. This does what it does,
# for the two events of ours, before the git that is here.
_NEWER_GIT = """\
#!{python}
import os, subprocess, sys
words, git = sys.argv[1:], {git!r}
first = next((i for i, w in enumerate(words) if w in ("update-ref", "update-index")), None)
if first is not None:
    ask = lambda *more: subprocess.run([git, *words[:first], "config", *more], capture_output=True).stdout
    for row in ask("-z", "--list").split(b"\\0")[:-1]:
        name, _, command = row.partition(b"\\n")
        named = name.startswith(b"hook.") and name.endswith(b".command")
        if named and ask("--bool", os.fsdecode(name.removesuffix(b"command") + b"enabled")).strip() != b"false":
            subprocess.run(["sh", "-c", os.fsdecode(command)], stdin=subprocess.DEVNULL)
os.execv(git, [git, *words])
"""


def test_hooks_in_the_configuration(acme: Shell, cage: Cage) -> None:
    """A name may hold an equals sign, a blank, bytes that are no UTF-8: each is switched off."""
    git = acme.folder.parent / "bin/git"
    git.parent.mkdir()
    git.write_text(_NEWER_GIT.format(python=sys.executable, git=shutil.which("git")), encoding="utf-8")
    git.chmod(0o755)
    names = (b"bird", b"a=b", b"no-utf8-\xff", b"with space.and.dots", b"Upper", b"pre-commit")
    with (acme.folder / ".git/config").open("ab") as out:
        for number, name in enumerate(names):
            events = b"\tevent = reference-transaction\n\tevent = post-index-change\n"
            out.write(b'[hook "%s"]\n%s\tcommand = %s\n' % (name, events, bytes(cage.bird(f"named-{number}"))))
            out.write(b"\tenabled = true\n")
    newer = within(acme, {"PATH": f"{git.parent}:{os.environ['PATH']}"})
    newer.git("update-ref", "refs/heads/side", "HEAD")
    assert cage.sung() == {f"named-{number}" for number in range(len(names))}
    newer("score", "add", "bot", "number", "13")
    newer("seat", "set", "bot", "mission=M")
    assert cage.sung() == set()
    assert acme.git("log", "-1", "--format=%s").out.startswith("set(bot)")
