"""What reading a hostile repository starts and opens: git, and files of the org, of the program and of the system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SCRIPT, Shell
from tests.hostile.cases import ADA, LAUGHS, LINE, Case
from tests.hostile.test_files import lay_out

CALL = re.compile(r'(execve|openat|open|readlink|connect|unlink|mkdir|rename)\((?:AT_FDCWD, )?"((?:[^"\\]|\\.)*)"(.*)')
TRACED = "execve,open,openat,connect,unlink,unlinkat,mkdir,mkdirat,rename,renameat,renameat2"
COMMANDS = (("validate",), ("validate", "--json"), ("validate", "--at", "HEAD"), ("chart",), ("scorecard",), ("log",))
# What names a program in git's configuration.
PROGRAMS = (
    "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command",
    "core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "gpg.program", "core.alternateRefsCommand",
)  # fmt: skip
# What every program of a system opens: its libraries, the time zones, the words of its language.
SYSTEM = (
    "/usr/",
    "/lib",
    "/etc/ld.so",
    "/etc/gitconfig",
    "/etc/localtime",
    "/proc/",
    "/dev/null",
    "/sys/",
    "/etc/passwd",
)


@pytest.fixture
def traced(shell: Shell) -> Shell:
    """An org with links out of it, programs that its configuration and its attributes name, and broken files."""
    here = shell.at(shell.folder / "org")
    files = {
        b"seats/laughs.yaml": LAUGHS,
        b"seats/tag.yaml": b"a: !!python/object/apply:os.system ['touch pwned']\n",
        b"scores/ada/2026-11.jsonl": repr(LINE).encode(),
        b".gitattributes": b"* filter=evil diff=evil merge=evil\n",
        b".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = ext::touch pwned\n',
    }
    lay_out(here.folder, Case(files, set()))
    outside = shell.folder / "outside"
    outside.mkdir()
    (outside / "eve.yaml").write_bytes(ADA)
    here.git("init", "-q")
    here.git("add", ".")
    here.git("commit", "-qm", "Hostile")
    for key in PROGRAMS:
        here.git("config", key, "touch pwned")
    hook = here.folder / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\ntouch pwned\n")
    hook.chmod(0o755)
    (here.folder / "seats/eve.yaml").symlink_to("../../outside/eve.yaml")
    (here.folder / "scores/eve").symlink_to("../../outside")
    return here


def calls(shell: Shell, *words: str) -> list[tuple[str, str, bool]]:
    """Each call that a command made: its name, the file it named, and whether it came back with something."""
    log = shell.home / "strace"
    command = ["strace", "-f", "-qq", "-s", "4096", "-e", f"trace={TRACED}", "-o", str(log), str(SCRIPT), *words]
    done = subprocess.run(command, cwd=shell.folder, env=shell.env(), capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    found = [match for line in log.read_text(errors="replace").splitlines() if (match := CALL.search(line))]
    assert found
    return [(match[1], match[2], "= -1" not in match[3]) for match in found]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_only_git_is_started_and_nothing_outside_is_opened(traced: Shell, words: tuple[str, ...]) -> None:
    assert shutil.which("strace"), "install strace: apt-get install strace"
    made = calls(traced, *words)
    started = {Path(path).name for name, path, worked in made if name == "execve" and worked}
    assert started <= {"orgtp", "git"}, started
    ours = (str(traced.folder), str(traced.home), sys.prefix, sys.base_prefix, str(Path(SCRIPT).parents[2]), *SYSTEM)
    roots = tuple({os.path.realpath(path) for path in ours} | set(ours))
    opened = {path for name, path, worked in made if name == "openat" and worked and path.startswith("/")}
    assert {path for path in opened if not path.startswith(roots) and path not in {"/", "/dev/urandom"}} == set()
    assert not [path for _, path, _ in made if "outside" in path]
    assert not [path for _, path, worked in made if worked and path.endswith(("eve.yaml", "scores/eve"))]
    assert not (traced.folder / "pwned").exists()
