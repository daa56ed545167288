"""What tests of changing commands look at: the newest commit, its message and its trailers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import Shell


def subject(here: Shell) -> str:
    """The subject of the newest commit."""
    return here.git("log", "-1", "--format=%s").out.strip()


def body(here: Shell) -> str:
    """The whole message of the newest commit, below its subject."""
    return here.git("log", "-1", "--format=%b").out


def trailers(here: Shell) -> list[str]:
    """The trailers of the newest commit, as git reads them."""
    message = here.git("log", "-1", "--format=%B").out
    return here.git("interpret-trailers", "--parse", stdin=message).out.splitlines()


def touched(here: Shell) -> dict[str, str]:
    """Path to `added/deleted` lines of the newest commit."""
    rows = (row.split("\t") for row in here.git("show", "--numstat", "--format=", "HEAD").out.splitlines() if row)
    return {path: f"{added}/{deleted}" for added, deleted, path in rows}


@contextmanager
def nothing_written(here: Shell) -> Iterator[None]:
    """Check that the branch, the index and the work tree are left as they are."""
    before = here.head(), here.git("status", "--porcelain", "-uall").out, here.git("diff", "HEAD").out
    yield
    assert before == (here.head(), here.git("status", "--porcelain", "-uall").out, here.git("diff", "HEAD").out)


@contextmanager
def refused(here: Shell) -> Iterator[None]:
    """Check that a retirement of Jeff left nothing behind."""
    with nothing_written(here):
        yield
    assert not (here.folder / "retirements/jeff.yaml").exists()
