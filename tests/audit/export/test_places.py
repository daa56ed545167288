"""Where an export is made and written: every kind of repository and clone, and every file that may be in the way."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.audit.export.handed import export, unpacked
from tests.audit.keys import make_key
from tests.conftest import SCRIPT, Shell


def key(shell: Shell) -> list[str]:
    return ["--key", str(shell.home / "key")]


def made(shell: Shell, name: str, *words: str) -> bytes:
    """The bytes of an export."""
    shell("audit", "export", str(shell.home / name), *(words or key(shell)))
    return (shell.home / name).read_bytes()


def left(folder: Path) -> list[str]:
    """What an export that was refused left behind."""
    return sorted(path.name for path in folder.iterdir() if "zip" in path.name)


def test_the_same_ledger_gives_the_same_bytes(org: Shell) -> None:
    """Loose or packed, in a clone of any kind, whatever git's configuration says, and however often it is asked."""
    first = made(org, "a.zip")
    assert made(org, "b.zip", *key(org), "--full") == first
    org.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = org.at(org.folder.parent / "bare.git")
    bare.git("repack", "-qadf", "--window=50", "--depth=2")
    bare.git("commit-graph", "write", "--reachable")
    assert made(bare, "c.zip") == first
    for name, value in {
        "pack.compression": "9",
        "pack.threads": "4",
        "pack.window": "100",
        "core.compression": "1",
    }.items():
        org.git("config", "--global", name, value)
    org.git("gc", "-q", "--aggressive", "--prune=now")
    assert made(org, "d.zip") == first
    org.git("tag", "-a", "-m", "x", "v1")
    org.git("worktree", "add", "-q", "../tree", "-b", "other")
    assert made(org.at(org.folder.parent / "tree"), "e.zip") == first


def test_another_key_or_another_commit_gives_another_file(org: Shell) -> None:
    make_key(org.home, "other")
    first = made(org, "a.zip")
    assert made(org, "b.zip", "--key", str(org.home / "other")) != first
    org("score", "add", "bot", "number", "12")
    assert made(org, "c.zip") != first


def test_standard_output_has_the_same_bytes(org: Shell) -> None:
    words = [str(SCRIPT), "audit", "export", "-", *key(org)]
    done = subprocess.run(words, cwd=org.folder, env=org.env(), capture_output=True, check=True)
    assert done.stdout == made(org, "a.zip")
    assert "✓ intact" in done.stderr.decode()
    assert "--json" in org("audit", "export", "-", "--json", *key(org), code=2).err


def test_a_terminal_gets_no_zip(org: Shell) -> None:
    import pty

    leader, follower = pty.openpty()
    words = [str(SCRIPT), "audit", "export", "-", *key(org)]
    done = subprocess.run(words, cwd=org.folder, env=org.env(), stdout=follower, stderr=subprocess.PIPE, check=False)
    os.close(follower)
    os.close(leader)
    assert done.returncode == 2
    assert "terminal" in done.stderr.decode()


def test_no_key(org: Shell) -> None:
    said = org("audit", "export", "a.zip", code=2).err
    assert "--key" in said
    assert "user.signingkey" in said
    assert "--unsigned" in said
    assert "the file does not exist" in org("audit", "export", "a.zip", "--key", "nowhere", code=2).err
    said = org("audit", "export", "a.zip", "--key", "k", "--unsigned", code=2).err
    assert "give --unsigned or --key, not both" in said
    assert left(org.folder) == []


def test_the_key_that_git_signs_with(org: Shell) -> None:
    org.git("config", "--global", "user.signingkey", str(org.home / "key"))
    org("audit", "export", "../a.zip")
    assert (org.folder.parent / "a.zip").read_bytes() == made(org, "b.zip")


def test_never_over_a_file(org: Shell) -> None:
    target = org.folder.parent / "a.zip"
    for there in (lambda: target.write_text("mine", encoding="utf-8"), lambda: target.symlink_to("nowhere")):
        there()
        assert "--force" in org("audit", "export", str(target), *key(org), code=2).err
        org("audit", "export", str(target), *key(org), "--force")
        assert not target.is_symlink()
        assert target.read_bytes() == made(org, "b.zip", *key(org), "--force")
        target.unlink()
    assert "is a folder" in org("audit", "export", "..", *key(org), code=2).err
    assert "No such file" in org("audit", "export", "nowhere/a.zip", *key(org), code=2).err
    assert left(org.folder.parent) == []


def test_a_shallow_clone_has_nothing_to_hand_over(org: Shell) -> None:
    org.git("clone", "-q", "--depth", "2", f"file://{org.folder}", "../shallow")
    shallow = org.at(org.folder.parent / "shallow")
    said = shallow("audit", "export", "../a.zip", *key(org), code=4).err
    assert "shallow" in said
    assert "git fetch --unshallow" in said
    assert left(org.folder.parent) == []
    shallow.git("fetch", "-q", "--unshallow")
    assert made(shallow, "a.zip") == made(org, "b.zip")


def test_a_partial_clone_has_nothing_to_hand_over(org: Shell) -> None:
    org.git("config", "uploadpack.allowFilter", "true")
    org.git("clone", "-q", "--filter=blob:none", f"file://{org.folder}", "../partial")
    partial = org.at(org.folder.parent / "partial")
    said = partial("audit", "export", "../a.zip", *key(org), code=4).err
    assert "git clone, without" in said
    assert left(org.folder.parent) == []


@pytest.mark.parametrize("rev", ["main", "main~4"])
def test_a_missing_object_leaves_no_file(org: Shell, rev: str) -> None:
    """Without one of long ago, the bundle ends early when half of the zip file is written."""
    blob = org.git("rev-parse", f"{rev}:scores/bot/2026-11.jsonl").out.strip()
    (org.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    said = org("audit", "export", "../a.zip", *key(org), code=4).err
    assert "Nothing was written" in said
    assert left(org.folder.parent) == []


def test_grafts_and_replace_refs_are_not_handed_over(org: Shell) -> None:
    first = unpacked_bundle(org, "a")
    org.git("replace", "main", "main~2")
    (org.folder / ".git/info").mkdir(exist_ok=True)
    (org.folder / ".git/info/grafts").write_text(org.git("rev-parse", "main").out, encoding="utf-8")
    assert unpacked_bundle(org, "b") == first


def unpacked_bundle(shell: Shell, name: str) -> bytes:
    return (export(shell, name=name).shell.folder / "ledger.bundle").read_bytes()


def test_a_clone_that_has_the_ledger_from_elsewhere_alone(org: Shell) -> None:
    org.git("checkout", "-q", "--detach")
    org.git("clone", "-q", ".", "../clone", "--branch", "main")
    clone = org.at(org.folder.parent / "clone")
    clone.git("checkout", "-q", "--detach")
    clone.git("branch", "-D", "main")
    assert made(clone, "a.zip") == made(org, "b.zip")


def test_sha256(shell: Shell) -> None:
    shell.git("init", "-q", "--object-format=sha256", "-b", "main", "long")
    shell("init", "long", "--name", "Long")
    here = shell.at(shell.folder / "long")
    here("seat", "add", "ada", "--role", "R", "--kind", "human", "--since", "2026-01-05")
    handed = export(here)
    assert len(handed.report["revision"]) == 64
    for command in handed.commands:
        handed.run(command)


def test_from_a_plain_folder(shell: Shell) -> None:
    shell.write("org.yaml", "org: plain\ntimezone: UTC\n")
    assert "git" in shell("audit", "export", "a.zip", "--unsigned", code=2).err


def test_python(org: Shell) -> None:
    """The api writes to a file that is open, or to a path."""
    script = (
        "import io, pathlib, orgtp\n"
        "out = io.BytesIO()\n"
        "found = orgtp.open('.').export(out, unsigned=True)\n"
        "orgtp.open('.').export(pathlib.Path('../p.zip'), unsigned=True)\n"
        "assert out.getvalue() == pathlib.Path('../p.zip').read_bytes()\n"
        "print(found.verdict, len(found.seats))\n"
    )
    words = [str(SCRIPT.with_name("python")), "-c", script]
    done = subprocess.run(words, cwd=org.folder, env=org.env(), capture_output=True, check=False)
    assert (done.stdout, done.returncode) == (b"intact 3\n", 0), done.stderr
    assert unpacked(org.folder.parent / "p.zip", org).report["checkpoint"]["fingerprint"] is None


@pytest.mark.parametrize("words", [[], ["a.zip", "b.zip"]])
def test_one_file_is_named(org: Shell, words: list[str]) -> None:
    assert "audit export" in org("audit", "export", *words, code=2).err
