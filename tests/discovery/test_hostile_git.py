"""Repositories that are made to run programs, or to show what is not theirs, when git reads them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from orgtp.discovery.scan import ScanLimits
from orgtp.git.foreign_history import UnreadableHistory, read_file_histories
from tests.discovery.conftest import ADA, DASH, Box, reasons

PATH = "agents/dash.md"


@pytest.fixture
def hostile(box: Box) -> Path:
    """A repository whose settings, hooks and attributes create a file on each git command that uses them."""
    repository = box.make_repository("/srv/agents", "https://git.example.com/acme/agents.git")
    box.write(f"/srv/agents/{PATH}", DASH)
    box.commit(repository, ADA, "2025-02-03")
    mark = f"touch {box.root}/ran-"
    script = box.write("/srv/run", f'#!/bin/sh\ntouch "{box.root}/ran-$(basename "$0")"\n')
    script.chmod(0o755)
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        (repository / ".git/hooks").mkdir(exist_ok=True)
        (repository / ".git/hooks" / name).symlink_to(script)
    box.write("/srv/included", f'[core]\n\tfsmonitor = "{mark}include"\n\tpager = "{mark}include-pager"\n')
    config = f"""[core]
	fsmonitor = "{mark}fsmonitor"
	hooksPath = {repository}/.git/hooks
	sshCommand = "{mark}ssh"
	pager = "{mark}pager"
	editor = "{mark}editor"
	askPass = "{script}"
	gitProxy = "{mark}proxy"
	alternateRefsCommand = "{mark}alternate"
	attributesFile = {repository}/attributes
	worktree = /
[include]
	path = {box.root}/srv/included
[includeIf "gitdir:/"]
	path = {box.root}/srv/included
[diff]
	external = "{mark}diff"
[diff "bad"]
	textconv = "{mark}textconv"
	command = "{mark}diff-driver"
[filter "bad"]
	clean = "{mark}clean"
	smudge = "{mark}smudge"
	process = "{mark}process"
	required = true
[log]
	showSignature = true
	mailmap = true
[gpg]
	program = "{script}"
[gpg "ssh"]
	program = "{script}"
	defaultKeyCommand = "{mark}key"
[credential]
	helper = "!{mark}credential"
[mailmap]
	file = {box.root}/srv/mailmap
[uploadpack]
	packObjectsHook = "{mark}pack"
[remote "origin"]
	promisor = true
	partialclonefilter = blob:none
	uploadpack = "{mark}upload"
	url = "ext::{mark}ext"
	vcs = bad
[extensions]
	partialClone = origin
[alias]
	log = "!{mark}alias"
	cat-file = "!{mark}alias"
[trailer "x"]
	command = "{mark}trailer"
[submodule "x"]
	update = "!{mark}submodule"
"""
    (repository / ".git/config").write_text(config)
    (repository / "attributes").write_text("* diff=bad filter=bad\n")
    (repository / ".git/info").mkdir(exist_ok=True)
    (repository / ".git/info/attributes").write_text("* diff=bad filter=bad\n")
    box.write("/srv/mailmap", "<evil@example.com> <ada@example.com>\n")
    return repository


def list_marks(box: Box) -> list[str]:
    return sorted(path.name for path in box.root.glob("ran-*"))


def test_the_repository_is_as_hostile_as_it_looks(box: Box, hostile: Path) -> None:
    """Otherwise the other tests would prove nothing."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for words in (["status"], ["log", "-p"], ["-c", "core.fsmonitor=false", "status"]):
        subprocess.run(["git", *words], cwd=hostile, env=clean, capture_output=True, timeout=60, check=False)
    assert len(list_marks(box)) >= 2


def test_a_scan_runs_nothing_that_a_repository_configures(box: Box, hostile: Path) -> None:
    (agent,) = box.scan("/srv").agents
    assert list_marks(box) == []
    assert [(author.who, author.share) for author in agent.authors] == [(ADA, 100)]
    assert agent.started == "2025-02-03"


def test_a_scan_changes_nothing_in_a_repository(box: Box, hostile: Path) -> None:
    def list_state() -> list[tuple[str, int]]:
        return sorted((str(path), path.lstat().st_mtime_ns) for path in hostile.rglob("*"))

    before = list_state()
    box.scan("/srv")
    assert list_state() == before


def test_variables_about_another_repository_do_not_matter(
    box: Box, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.pager")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"touch {box.root}/ran-env")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {box.root}/ran-env-diff")
    assert box.scan("/srv").agents[0].started == "2025-02-03"
    assert list_marks(box) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_the_repository_of_another_user_is_read(box: Box) -> None:
    repository = box.make_repository("/srv/agents")
    box.write(f"/srv/agents/{PATH}", DASH)
    box.commit(repository, ADA, "2025-02-03")
    for path in [repository, *repository.rglob("*")]:
        os.chown(path, 65534, 65534)
    assert box.scan("/srv").agents[0].started == "2025-02-03"


def test_objects_of_another_repository_are_not_read(box: Box) -> None:
    """A repository that borrows objects could show the authors of one that its maker cannot read."""
    secret = box.make_repository("/secret")
    box.write(f"/secret/{PATH}", DASH)
    box.commit(secret, "secret@example.com", "2025-02-03")
    commit = box.git(secret, "rev-parse", "HEAD").strip()
    repository = box.make_repository("/srv/agents")
    box.write(f"/srv/agents/{PATH}", DASH)
    (repository / ".git/HEAD").write_text(f"{commit}\n")
    for setting in ("alternates", "http-alternates"):
        (repository / ".git/objects/info").mkdir(exist_ok=True)
        (repository / ".git/objects/info" / setting).write_text(f"{secret}/.git/objects\n")
    found = box.scan("/srv")
    assert "secret@example.com" not in repr(found)
    assert list(reasons(found).values()) == ["git cannot read its history"]
    for folder in (repository / ".git/objects").iterdir():
        if folder.name in {"pack", "info"}:
            subprocess.run(["rm", "-rf", str(folder)], check=True)
    for folder in (secret / ".git/objects").iterdir():
        (repository / ".git/objects" / folder.name).symlink_to(folder)
    found = box.scan("/srv")
    assert "secret@example.com" not in repr(found)


def test_a_link_to_the_objects_of_another_repository_is_not_followed(box: Box) -> None:
    secret = box.make_repository("/secret")
    box.write(f"/secret/{PATH}", DASH)
    box.commit(secret, "secret@example.com", "2025-02-03")
    commit = box.git(secret, "rev-parse", "HEAD").strip()
    repository = box.make_repository("/srv/agents")
    box.write(f"/srv/agents/{PATH}", DASH)
    (repository / ".git/HEAD").write_text(f"{commit}\n")
    (repository / ".git/objects").rename(repository / ".git/unused")
    (repository / ".git/objects").symlink_to(secret / ".git/objects")
    found = box.scan("/srv")
    assert "secret@example.com" not in repr(found)
    assert list(reasons(found).values()) == ["its objects are those of another repository"]


@pytest.mark.parametrize("pointer", ["../" * 3000, "a" * 300, "\0", "../agents/.git", "/dev/zero"])
def test_a_pointer_of_a_work_tree_that_leads_nowhere_ends_no_scan(box: Box, pointer: str) -> None:
    """A path that the system refuses would end it before the other repositories are looked at."""
    box.write("/srv/agents/.git", f"gitdir: {pointer}\n")
    box.write(f"/srv/agents/{PATH}", DASH)
    other = box.make_repository("/srv/other")
    box.write(f"/srv/other/{PATH}", DASH.replace("Dash", "Other"))
    box.commit(other, ADA, "2025-02-03")
    found = box.scan("/srv")
    assert [author.who for agent in found.agents for author in agent.authors] == [ADA]
    assert len(reasons(found)) == 1


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("HEAD", "", "its HEAD cannot be read"),
        ("HEAD", "ref: refs/heads/../../../../etc/passwd\n", "its HEAD cannot be read"),
        ("HEAD", "ref: /etc/passwd\n", "its HEAD cannot be read"),
        ("HEAD", "ref: refs/heads/.invalid\n", ""),
        ("HEAD", "0" * 40, "git cannot read its history"),
        ("HEAD", "--output=/tmp/x", "its HEAD cannot be read"),
        ("packed-refs", "x" * 1000, ""),
        ("shallow", "x\n", ""),
        ("commondir", "/nowhere\n", "its .git is not a repository"),
    ],
)
def test_files_of_a_repository_that_are_wrong(box: Box, name: str, text: str, why: str) -> None:
    repository = box.make_repository("/srv/agents")
    box.write(f"/srv/agents/{PATH}", DASH)
    box.commit(repository)
    (repository / ".git" / name).write_text(text)
    found = box.scan("/srv")
    assert [agent.name for agent in found.agents] == ["dash"]
    assert list(reasons(found).values()) == ([why] if why else [])


@pytest.mark.parametrize(
    "text", ["gitdir: /nowhere\n", "gitdir: .\n", "gitdir: \n", "x", "gitdir: ../\0\n", "gitdir: /proc/self\n"]
)
def test_a_pointer_to_a_repository_that_leads_nowhere(box: Box, text: str) -> None:
    box.write("/srv/agents/.git", text)
    box.write(f"/srv/agents/{PATH}", DASH)
    found = box.scan("/srv")
    assert [agent.name for agent in found.agents] == ["dash"]
    assert list(reasons(found).values()) == ["its .git is not a repository"]


def test_pipes_in_place_of_objects_do_not_hang_it(box: Box) -> None:
    repository = box.make_repository("/srv/agents")
    box.write(f"/srv/agents/{PATH}", DASH)
    box.commit(repository)
    commit = box.git(repository, "rev-parse", "HEAD").strip()
    os.mkfifo(repository / ".git/objects/pack/pack-1.idx")
    file = repository / ".git/objects" / commit[:2] / commit[2:]
    file.unlink()
    os.mkfifo(file)
    found = box.scan("/srv", limits=ScanLimits(history_seconds=2))
    assert [agent.name for agent in found.agents] == ["dash"]
    (why,) = reasons(found).values()
    assert why in {"its history takes longer than 2 seconds", "git cannot read its history"}
    os.mkfifo(repository / ".git/fifo")
    (repository / ".git/HEAD").unlink()
    os.mkfifo(repository / ".git/HEAD")
    assert list(reasons(box.scan("/srv")).values()) == ["its HEAD cannot be read"]


def test_paths_and_addresses_are_data(box: Box) -> None:
    """Names that look like options or patterns, and an address with a control character."""
    repository = box.make_repository("/srv/agents")
    for name in ("--output=x.md", ":(glob)**.md", "*.md", "a b.md"):
        box.write(f"/srv/agents/agents/{name}", DASH.replace("dash", f"n{len(name)}"))
    box.commit(repository, "a\x1b[31m@example.com", "2025-02-03")
    found = box.scan("/srv")
    assert len(found.agents) == 4
    assert {agent.started for agent in found.agents} == {"2025-02-03"}
    assert {author.who for agent in found.agents for author in agent.authors} == {"a [31m@example.com"}
    assert not (repository / "x.md").exists()


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(UnreadableHistory, match="not a repository"):
        read_file_histories(tmp_path, ["x"], 10, 10)
