"""What all tests share: the installed `orgtp`, run as a user runs it, on real git repositories in temporary folders."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.runner import Runner

NOW = "2026-11-20T18:00:00-05:00"
ROOT = Path(__file__).parents[1]
SCRIPT = Path(sys.executable).with_name("orgtp")
ACCEPT = bool(os.environ.get("ORGTP_ACCEPT"))
TIMEOUT = 120

# A shell lets a command in the background ignore Ctrl-C, and its children inherit that. The tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def base_env() -> dict[str, str]:
    """What every process of a test has in its environment, and all that the server of the runner has."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **measured}


RUNNER = Runner(base_env)


def shell_path() -> str:
    """The PATH for lines of shell that call `orgtp`: it runs in forks there, too."""
    return RUNNER.path(SCRIPT)


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs `orgtp` and `git` in one folder, with a clean environment and a clock that stands still."""

    folder: Path
    home: Path

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment with nothing of the developer's own in it."""
        base = {"HOME": str(self.home), "ORGTP_NOW": NOW, "GIT_CONFIG_NOSYSTEM": "1", "TMPDIR": str(self.home)}
        return {**base_env(), **base, **(more or {})}

    def __call__(self, *words: str, stdin: str = "", code: int | None = 0, **env: str) -> Ran:
        """Run `orgtp WORDS` in a fork that is like a process of its own, and check its exit code (None: any)."""
        full = [str(SCRIPT), *words]
        if not RUNNER.can_run(self.env(env)):
            return self._run(full, stdin, code, env)
        done = RUNNER.run(full, self.folder, self.env(env), stdin.encode(), TIMEOUT)
        return self._checked(done.code, done.out, done.err, full, code)

    def process(self, *words: str, stdin: str = "", code: int | None = 0, **env: str) -> Ran:
        """The same in a real process: for tests that are about the process itself."""
        return self._run([str(SCRIPT), *words], stdin, code, env)

    def git(self, *words: str, stdin: str = "", code: int | None = 0, **env: str) -> Ran:
        """Run `git WORDS`, and check its exit code."""
        return self._run(["git", *words], stdin, code, env)

    def _run(self, words: list[str], stdin: str, code: int | None, env: Mapping[str, str]) -> Ran:
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.env(env),
            input=stdin.encode(),
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        return self._checked(done.returncode, done.stdout, done.stderr, words, code)

    def _checked(self, returned: int, out: bytes, err: bytes, words: list[str], code: int | None) -> Ran:
        ran = Ran(returned, out.decode(), err.decode())
        assert "Traceback" not in ran.err, ran.err
        assert code is None or ran.code == code, f"{words}\nexit code {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def at(self, folder: Path) -> Shell:
        """The same in another folder."""
        return Shell(folder, self.home)

    def read(self, path: str) -> str:
        """A file of the folder."""
        return (self.folder / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """Write a file of the folder."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def unpack(self) -> None:
        """Make a file of each packed object of the repository."""
        packs = (self.folder / ".git/objects/pack").rename(self.home / "packs")
        for pack in packs.glob("*.pack"):
            with pack.open("rb") as objects:
                words = ["git", "unpack-objects", "-q"]
                subprocess.run(words, cwd=self.folder, env=self.env(), stdin=objects, check=True)

    def head(self) -> str:
        """The commit that is checked out."""
        return self.git("rev-parse", "HEAD").out.strip()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder of its own, with a git identity in it."""
    return make_home(tmp_path / "home")


@pytest.fixture
def shell(tmp_path: Path, home: Path) -> Shell:
    """A shell in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Shell(folder, home)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the share of each worker with some of the long tests, so that none runs when the others are done."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.get_closest_marker("long")]
    rest = [item for item in items if not item.get_closest_marker("long")]
    ordered: list[pytest.Item] = []
    for number in range(workers):
        # As pytest-xdist shares them out.
        mine, share = long[number::workers], (len(items) - len(ordered)) // (workers - number)
        count = max(0, share - len(mine))
        ordered += [*mine, *rest[:count]]
        del rest[:count]
    items[:] = [*ordered, *rest]


def pytest_collection_finish() -> None:
    """Leave the tests themselves out of garbage collection; they are millions of objects, and stay."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """End the server of the runner."""
    RUNNER.close()


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name`: the first worker that needs it has `make` fill it; all share it, and copy what they change."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    shared.mkdir(exist_ok=True)
    folder, done = shared / name, shared / f"{name}.made"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def make_home(folder: Path, more: str = "") -> Path:
    """Make a home folder with a git identity in it."""
    folder.mkdir()
    text = "[user]\n\tname = A Tester\n\temail = tester@example.com\n" + more
    (folder / ".gitconfig").write_text(text, encoding="utf-8")
    return folder


def _make_sample(base: Path) -> None:
    shell = Shell(base, make_home(base / "home"))
    shell("init", "--sample", "sneeze-it")
    # One pack instead of 1,800 files, which every copy would have, too.
    shell.at(base / "sneeze-it").git("gc", "-q")


@pytest.fixture(scope="session")
def sample_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample org as `init --sample` makes it at `NOW`, in one pack."""
    return make_once(tmp_path_factory, "sample", _make_sample) / "sneeze-it"


@pytest.fixture
def sample(shell: Shell, sample_made: Path) -> Shell:
    """A shell in a fresh copy of the sample org."""
    folder = shell.folder / "sneeze-it"
    shutil.copytree(sample_made, folder, symlinks=True)
    return shell.at(folder)


def _make_unreviewed(made: Path, base: Path) -> None:
    """Write the history of the sample again without the commits of its reviews, to-dos and briefings."""
    shell = Shell(base, make_home(base / "home"))
    told = Shell(made, shell.home).git("fast-export", "main", "--", ".", *(f":!{name}" for name in _LOOP)).out
    shell.git("init", "-qb", "main", "sneeze-it")
    here = shell.at(base / "sneeze-it")
    here.git("fast-import", "--quiet", stdin=told)
    here.git("checkout", "-qf", "main")
    here.git("repack", "-qad")


_LOOP = ("reviews", "todos", "briefings")


@pytest.fixture(scope="session")
def unreviewed_made(sample_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample org as if it had neither reviews nor to-dos nor briefings, to be copied."""
    return make_once(tmp_path_factory, "unreviewed", partial(_make_unreviewed, sample_made)) / "sneeze-it"


@pytest.fixture
def unreviewed(shell: Shell, unreviewed_made: Path) -> Shell:
    """A shell in a fresh copy of the sample org before its first weekly review."""
    folder = shell.folder / "sneeze-it"
    shutil.copytree(unreviewed_made, folder, symlinks=True)
    return shell.at(folder)


def _make_acme(base: Path) -> None:
    shell = Shell(base, make_home(base / "home"))
    shell("init", "acme", "--name", "Acme", "--timezone", "America/New_York")
    here = shell.at(shell.folder / "acme")
    here.write(
        "seats/ada.yaml", "seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nsince: 2026-01-05\n"
    )
    targets = {"number": ">= 12", "percent": ">= 95%", "money": ">= USD 185000", "span": "<= 1h", "clock": "by 08:00"}
    rows = [
        f"  {name}: {{name: {name}, outcome: Something, cadence: weekly, target: '{target}'}}"
        for name, target in targets.items()
    ]
    rows.append("  done: {name: done, outcome: Something, cadence: weekly, target: 'yes'}")
    lines = ["seat: bot", "name: Bot", "role: Desk", "kind: agent", "status: active", "owner: ada", "reports_to: ada"]
    lines += ["since: 2026-10-05", "retire_when: The desk is empty for a month."]
    here.write("seats/bot.yaml", "\n".join([*lines, "metrics:", *rows, ""]))
    here.git("add", ".")
    here.git("commit", "-qm", "Two seats", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)


@pytest.fixture(scope="session")
def acme_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small org, to be copied."""
    return make_once(tmp_path_factory, "acme", _make_acme) / "acme"


@pytest.fixture
def acme(shell: Shell, acme_made: Path) -> Shell:
    """A shell in a fresh copy of a small org: Ada owns herself, and a bot with one metric of every kind."""
    folder = shell.folder / "acme"
    shutil.copytree(acme_made, folder, symlinks=True)
    return shell.at(folder)


@pytest.fixture
def matches_snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with a file beside the test; `make snapshots` writes the file anew."""

    def check(name: str, text: str) -> None:
        path = Path(request.path).with_name(name)
        if ACCEPT:
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{path} is not what is printed now; see: make snapshots"

    return check
