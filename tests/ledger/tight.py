"""Places where nothing more can be written: a disk that is full, one that is read-only."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import SCRIPT, Ran, Shell
from tests.ledger.ledgers import VALUE, assert_swept, assert_whole, copied, ids

_FILLER = "filler"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own at `folder`; only root can have one."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def is_root() -> bool:
    """Whether disks can be mounted here."""
    return os.geteuid() == 0


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The disk at `folder`, as one that cannot be written."""
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)


@contextmanager
def sealed(folder: Path) -> Iterator[None]:
    """The folder as one in which nothing can be written, whoever tries."""
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    """Fill the disk at `folder` to the last byte."""
    with (folder / _FILLER).open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"." * 4096)
        except OSError:
            return


def make_room(folder: Path) -> None:
    """Take away what `fill` wrote."""
    (folder / _FILLER).unlink()


def fills_up(here: Shell, disk: Path, free: int) -> int:
    """A value where so many KiB are free: written, kept or refused as the exit code says, and there once in the end."""
    here(*VALUE, "12", "--id", "first")
    (disk / "room").write_bytes(b"." * free * 1024)
    fill(disk)
    (disk / "room").unlink()
    ran = here(*VALUE, "13", "--id", "tight", code=None)
    _as_it_said(here, ran)
    make_room(disk)
    return _there_in_the_end(here, ran)


def may_not_grow(here: Shell, blocks: int) -> int:
    """The same where no file may grow beyond so many blocks of 512 bytes."""
    rows = [{"seat": "bot", "metric": "number", "value": str(n), "id": f"r{n}"} for n in range(40)]
    here("score", "add", "--from", "-", stdin="\n".join(json.dumps(row) for row in rows))
    ran = _limited(here, blocks, *VALUE, "13", "--id", "tight")
    _as_it_said(here, ran)
    return _there_in_the_end(here, ran)


def _as_it_said(here: Shell, ran: Ran) -> None:
    assert ran.code in {0, 75, 2}, ran
    assert ("tight" in ids(here)) == (ran.code == 0), ran
    assert ("nothing is recorded" in ran.err) == (ran.code == 2), ran


def _there_in_the_end(here: Shell, ran: Ran) -> int:
    """The next value writes what was kept, and a retry what was refused."""
    here(*VALUE, "14", "--id", "after")
    assert ("tight" in ids(here)) == (ran.code != 2), ran
    here(*VALUE, "13", "--id", "tight")
    assert ids(here).count("tight") == 1
    assert_swept(here)
    assert_whole(here)
    return ran.code


def _limited(here: Shell, blocks: int, *words: str) -> Ran:
    limited = ["sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh", str(SCRIPT), *words]
    done = subprocess.run(limited, cwd=here.folder, env=here.env(), capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def tight(made_once: Path, base: Path, step: int) -> str:
    """Both, with less and more room in turn."""
    codes = [may_not_grow(copied(made_once, base / f"limit-{blocks}"), blocks) for blocks in range(0, 40, step)]
    for free in range(0, 96, 4 * step) if is_root() else ():
        with small_disk(base / f"disk-{free}", 8) as disk:
            codes.append(fills_up(copied(made_once, disk / "base"), disk, free))
    counts = ", ".join(f"{codes.count(code)} {word}" for code, word in ((0, "written"), (75, "kept"), (2, "refused")))
    return f"{len(codes)} values with too little room: {counts}; all there once in the end"
