"""Many clones record for one seat and month at the same moment, over a line that loses answers."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT, Shell
from tests.sync.clones import Clones, assert_one_line, assert_same, made, values

_LINE = Path(__file__).with_name("lossy.py")
# What may put a sync off, as the programs that sync are told: an answer that was lost, or others that were quicker.
_LEGAL = {"down", "busy"}


def race(folder: Path, clones: int, values: int, lost: float, seed: int) -> str:
    """Let `clones` clones record and send `values` values each, the share `lost` of answers lost; the figures.

    Every value is on the remote once, its history is one line, and every clone ends up as the remote is.
    """
    where, shells = _laid_out(folder, clones)
    env = line(folder / "line", lost, seed)
    start = time.monotonic()
    put_off = _run(shells, values, env)
    seconds = time.monotonic() - start
    _check(where, shells, values)
    told = Counter((folder / "line/pushes").read_text(encoding="utf-8").split())
    return (
        f"race: {clones} clones x {values} values, {clones * values} on the remote once, in one line; "
        f"{told.total()} pushes, {told['lost']} answers lost, put off: {dict(put_off)}; "
        f"{clones * values / seconds:.1f} values a second"
    )


def line(folder: Path, lost: float, seed: int) -> dict[str, str]:
    """The environment in which ssh is a line that loses this share of the answers to a push, and its notes."""
    folder.mkdir(parents=True)
    (folder / "lost").write_text(str(lost), encoding="utf-8")
    (folder / "seed").write_text(str(seed), encoding="utf-8")
    words = [sys.executable, "-I", "-S", str(_LINE), str(folder)]
    return {"GIT_SSH_COMMAND": shlex.join(words), "GIT_SSH_VARIANT": "simple"}


def _laid_out(folder: Path, count: int) -> tuple[Clones, list[Shell]]:
    home = folder / "home"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = A Tester\n\temail = tester@example.com\n", encoding="utf-8")
    where = made(folder, home)
    shells = [where.a, where.b, *(where.clone(f"c{number}") for number in range(2, count))][:count]
    for here in shells:
        here.git("remote", "set-url", "origin", f"ssh://here{where.remote.folder}")
    return where, shells


def _run(shells: list[Shell], count: int, env: Mapping[str, str]) -> Counter[str]:
    """Start all at one moment; the reasons why syncs were put off."""
    racers = [_racer(here, number, count, env) for number, here in enumerate(shells)]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "there\n"
    outs = []
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        out, _ = racer.communicate(timeout=1800)
        assert racer.returncode == 0, out
        outs += json.loads(out)
    assert set(outs) <= _LEGAL, outs
    return Counter(outs)


def _racer(here: Shell, number: int, count: int, env: Mapping[str, str]) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.sync.racer", str(here.folder), str(number), str(count)]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=ROOT, env=here.env(env), stdin=pipe, stdout=pipe, text=True)


def _check(where: Clones, shells: list[Shell], count: int) -> None:
    # Each has sent what it had; once more, and each has what the others sent after it.
    wanted = sorted(f"{number}.{turn:03}1" for number in range(len(shells)) for turn in range(count))
    assert sorted(values(where.remote)) == wanted
    for here in shells:
        here.git("remote", "set-url", "origin", str(where.remote.folder))
        here("sync")
        assert here.git("fsck", "--strict", "--no-dangling").code == 0
    assert_same(where, *shells)
    assert_one_line(where.remote)
