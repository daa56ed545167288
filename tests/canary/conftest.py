"""The cage, the hostile org in it, and the marks that must not be there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.audit.keys import make_key
from tests.canary.birds import Cage, commit_baits, infest, settle, tree_state
from tests.conftest import Shell, make_home, make_once

_METRICS = "metrics:\n  number: {name: N, outcome: O, cadence: weekly, target: '>= 12'}"


@pytest.fixture(scope="session")
def _hatched(tmp_path_factory: pytest.TempPathFactory, sample_made: Path) -> tuple[Cage, Path]:
    """The cage and the hostile sample org, made once."""
    base = tmp_path_factory.mktemp("canary")
    home = make_home(base / "home")
    cage = Cage(base / "cage")
    settle(cage, home)
    org = Shell(base / "org", home)
    shutil.copytree(sample_made, org.folder, symlinks=True)
    commit_baits(org, cage)
    infest(org, cage)
    cage.sung()
    return cage, org.folder


def make_acme(shell: Shell) -> Shell:
    """A small org: Ada owns herself, and a bot with two metrics."""
    shell("init", "acme", "--name", "Acme", "--timezone", "America/New_York")
    here = shell.at(shell.folder / "acme")
    for name, rest in (("ada", "kind: human"), ("bot", "kind: agent\nowner: ada\nreports_to: ada\n" + _METRICS)):
        head = f"seat: {name}\nname: {name.title()}\nrole: R\nstatus: active\nsince: 2026-01-05\n"
        here.write(f"seats/{name}.yaml", f"{head}{rest}\n")
    here.git("add", ".")
    here.git("commit", "-qm", "Two seats")
    return here


@pytest.fixture(scope="session")
def _acme_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small org of the other tests, made once."""
    base = make_once(tmp_path_factory, "canary-acme", lambda base: make_acme(Shell(base, make_home(base / "home"))))
    return base / "acme"


@pytest.fixture
def acme(shell: Shell, _acme_made: Path) -> Shell:
    """A shell in a fresh copy of it."""
    folder = shell.folder / "acme"
    shutil.copytree(_acme_made, folder, symlinks=True)
    return shell.at(folder)


@pytest.fixture
def cage(_hatched: tuple[Cage, Path]) -> Cage:
    """The cage, with no mark in it."""
    _hatched[0].sung()
    return _hatched[0]


@pytest.fixture
def hostile(shell: Shell, cage: Cage, _hatched: tuple[Cage, Path]) -> Shell:
    """A shell in a fresh copy of the hostile org."""
    folder = shell.folder / "hostile"
    shutil.copytree(_hatched[1], folder, symlinks=True)
    make_key(shell.folder, "key")
    return shell.at(folder)


@pytest.fixture
def untouched(cage: Cage) -> dict[str, bytes]:
    """The repository elsewhere, as it is and must stay."""
    return tree_state(cage.elsewhere)
