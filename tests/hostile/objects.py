"""Commits with anything in them, made of git objects: names and links that no file system would take."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import Shell

FILE, LINK, FOLDER, SUBMODULE = b"100644", b"120000", b"40000", b"160000"


def bare(shell: Shell, files: Mapping[bytes, bytes], odd: Mapping[bytes, tuple[bytes, str]] | None = None) -> Shell:
    """A bare repository whose one commit holds `files`, and `odd` entries as (mode, object id)."""
    folder = shell.folder / "hostile.git"
    shell.git("init", "-q", "--bare", "-b", "main", str(folder))
    here = shell.at(folder)
    entries = {path: (FILE, blob(here, raw)) for path, raw in files.items()} | dict(odd or {})
    commit = said(here, ["commit-tree", tree(here, entries), "-m", "Hostile"])
    here.git("update-ref", "refs/heads/main", commit)
    return here


def said(shell: Shell, words: list[str], stdin: bytes = b"") -> str:
    """The line that a git command says."""
    done = subprocess.run(
        ["git", *words], cwd=shell.folder, env=shell.env(), input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def blob(shell: Shell, raw: bytes) -> str:
    """The id of a new blob."""
    return said(shell, ["hash-object", "-w", "--stdin"], raw)


def large_blob(shell: Shell, path: Path, size: int) -> str:
    """The id of a new blob of `size` zeros, written by git itself."""
    with path.open("wb") as file:
        file.truncate(size)
    return said(shell, ["-c", "core.bigFileThreshold=1g", "-c", "core.compression=1", "hash-object", "-w", str(path)])


def tree(shell: Shell, entries: Mapping[bytes, tuple[bytes, str]]) -> str:
    """The id of a new tree; names are taken as they are, whatever git thinks of them."""
    below: dict[bytes, dict[bytes, tuple[bytes, str]]] = {}
    here: dict[bytes, tuple[bytes, str]] = {}
    for path, entry in entries.items():
        head, slash, rest = path.partition(b"/")
        if slash:
            below.setdefault(head, {})[rest] = entry
        else:
            here[head] = entry
    here |= {name: (FOLDER, tree(shell, inner)) for name, inner in below.items()}
    rows = sorted((name + (b"/" if mode == FOLDER else b""), mode, name, oid) for name, (mode, oid) in here.items())
    raw = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(oid) for _, mode, name, oid in rows)
    return said(shell, ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], raw)
