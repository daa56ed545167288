"""Browsers, a written site of the sample, and a big org, for the tests of the web pages.

The browsers live as long as a worker stays in this folder: Playwright keeps an event loop running in its thread, and
tests elsewhere start loops of their own.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.conftest import Shell, make_home, make_once
from tests.web.browsers import start_chromium, start_firefox, start_playwright
from tools.big_org import Shape, make_big_org

# Every seat has two values at least, and the newest ones are of the week in which the tests are.
THOUSAND = Shape(seats=1000, commits=4000)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What starts browsers."""
    with start_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium."""
    with start_chromium(playwright) as browser:
        yield browser


@pytest.fixture(scope="package")
def firefox(playwright: Playwright) -> Iterator[Browser]:
    """Firefox, in light colours."""
    with start_firefox(playwright) as browser:
        yield browser


def _write_site(sample: Path, base: Path) -> None:
    shell = Shell(base, make_home(base / "home"))
    shutil.copytree(sample, base / "sneeze-it", symlinks=True)
    shell.at(base / "sneeze-it")("site", str(base / "site"))


@pytest.fixture(scope="session")
def sample_site(sample_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `orgtp site` writes of the sample. Nobody changes it."""
    return make_once(tmp_path_factory, "sample-site", partial(_write_site, sample_made)) / "site"


def _make_thousand(base: Path) -> None:
    make_home(base / "home")
    make_big_org(base / "big.git", THOUSAND)
    subprocess.run(["git", "clone", "-q", str(base / "big.git"), str(base / "big")], check=True)


@pytest.fixture(scope="session")
def thousand_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An org of 1,000 seats, to be copied by those who change it."""
    return make_once(tmp_path_factory, "thousand", _make_thousand) / "big"


@pytest.fixture
def thousand(shell: Shell, thousand_made: Path) -> Shell:
    """A shell in a fresh copy of an org of 1,000 seats: a hundred managers, and whom they answer for."""
    folder = shell.folder / "big"
    shutil.copytree(thousand_made, folder, symlinks=True)
    return shell.at(folder)
