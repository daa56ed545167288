"""Links, devices, pipes, sockets and submodules: none is opened, each is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Shell
from tests.hostile.cases import ADA, BASE, Case
from tests.hostile.measure import measured
from tests.hostile.objects import LINK, SUBMODULE, bare, blob
from tests.hostile.test_files import lay_out

SECRET = b"canary-3f1c"


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path has a hundred bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def _chain(path: Path) -> None:
    path.symlink_to(path.with_suffix(".two"))
    path.with_suffix(".two").symlink_to(path)


MAKERS: dict[str, Callable[[Path], None]] = {
    "out": lambda path: path.symlink_to("../../outside/eve.yaml"),
    "absolute": lambda path: path.symlink_to("/etc/passwd"),
    "zero": lambda path: path.symlink_to("/dev/zero"),
    "terminal": lambda path: path.symlink_to("/dev/stdin"),
    "process": lambda path: path.symlink_to("/proc/self/environ"),
    "nowhere": lambda path: path.symlink_to("nowhere"),
    "itself": lambda path: path.symlink_to(path.name),
    "loop": _chain,
    "pipe": os.mkfifo,
    "socket": _socket,
}


@pytest.fixture
def org(shell: Shell) -> Shell:
    """A small org in a work tree, and a secret beside it."""
    here = shell.at(shell.folder / "org")
    lay_out(here.folder, Case({}, set()))
    outside = shell.folder / "outside" / "seats"
    outside.mkdir(parents=True)
    for path in (outside / "eve.yaml", outside.parent / "eve.yaml"):
        path.write_bytes(ADA.replace(b"Founder", SECRET).replace(b"ada", b"eve"))
    (outside.parent / "2026-11.jsonl").write_bytes(SECRET)
    here.git("init", "-q")
    return here


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("path", ["seats/eve.yaml", "retirements/eve.yaml", "scores/ada/2026-11.jsonl"])
def test_what_is_no_file(org: Shell, path: str, name: str) -> None:
    (org.folder / path).parent.mkdir(parents=True, exist_ok=True)
    MAKERS[name](org.folder / path)
    told = measured(org, "validate", "--json")
    assert ("not-a-file", path, 1) in told.places
    assert SECRET.decode() not in told.out
    assert "root:" not in told.out
    assert measured(org, "chart").code == 1


@pytest.mark.parametrize("name", MAKERS)
def test_an_org_yaml_that_is_no_file(org: Shell, name: str) -> None:
    (org.folder / "org.yaml").unlink()
    MAKERS[name](org.folder / "org.yaml")
    told = measured(org, "validate", "--org", ".")
    assert (told.code, told.out) == (2, "")
    assert "no org.yaml here" in told.err


@pytest.mark.parametrize("folder", ["seats", "scores", "retirements"])
def test_a_folder_that_is_a_link(org: Shell, folder: str) -> None:
    """What it would hold is unknown, so nobody is blamed for it."""
    if folder == "seats":
        (org.folder / "seats/ada.yaml").unlink()
        (org.folder / "seats").rmdir()
    (org.folder / folder).symlink_to("../outside/seats")
    told = measured(org, "validate", "--json")
    assert told.places == {("not-a-file", folder, 1)}
    assert SECRET.decode() not in told.out


def test_a_folder_below_that_is_a_link(org: Shell) -> None:
    (org.folder / "scores").mkdir()
    (org.folder / "scores/ada").symlink_to("../../outside")
    (org.folder / "scores/loop").symlink_to("..")
    told = measured(org, "validate", "--json")
    assert told.places == {("not-a-file", "scores/ada", 1), ("not-a-file", "scores/loop", 1)}


def test_links_and_submodules_in_git(shell: Shell) -> None:
    here = bare(shell, {})
    link = (LINK, blob(here, b"/etc/passwd"))
    odd = {b"seats/eve.yaml": link, b"scores/ada": link, b"seats/sub.yaml": (SUBMODULE, "1" * 40)}
    told = measured(bare(shell, BASE, odd), "validate", "--json")
    assert told.places == {
        ("not-a-file", "seats/eve.yaml", 1),
        ("not-a-file", "scores/ada", 1),
        ("not-a-file", "seats/sub.yaml", 1),
    }


@pytest.mark.parametrize("mode", [LINK, SUBMODULE])
def test_an_org_yaml_in_git_that_is_no_file(shell: Shell, mode: bytes) -> None:
    oid = blob(bare(shell, {}), b"../outside/org.yaml")
    told = measured(bare(shell, {b"seats/ada.yaml": ADA}, {b"org.yaml": (mode, oid)}), "validate")
    assert (told.code, told.out) == (2, "")
    assert "no org.yaml" in told.err
