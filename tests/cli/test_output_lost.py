"""If the report of a change cannot be written, the exit code says what was done, so that nobody repeats it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPT, Shell
from tests.ledger.ledgers import lock_held

ADD = ("score", "add", "bot", "number", "12", "--by", "ada")
RETIRE = ("retire", "bot", "--to", "ada", "--reason", "R", "--decided-by", "ada", "--yes")
# Every kind of command that changes something, with what it says it has done.
CHANGES = [
    (ADD, "the change is committed: "),
    ((*ADD, "--json"), "the change is committed: "),
    (("seat", "set", "bot", "role=Other"), "the change is committed: "),
    (("seat", "add", "new", "--role", "R", "--kind", "human"), "the change is committed: "),
    ((*RETIRE, "--json"), "the change is committed: "),
    (("sync",), "the sync is done"),
    (("init", "../another"), "the org is created"),
]
READS = [("chart",), ("scorecard", "--json"), ("log",), (*ADD, "--dry-run"), ("sync", "--status")]


def _run(here: Shell, words: tuple[str, ...], how: str, **env: str) -> tuple[int, str]:
    """Run a command whose standard output is full, or a pipe that nobody reads."""
    full = [str(SCRIPT), *words]
    if how == "full":
        with Path("/dev/full").open("wb") as out:
            done = subprocess.run(full, cwd=here.folder, env=here.env(env), stdout=out, stderr=-1, check=False)
            return done.returncode, done.stderr.decode()
    job = subprocess.Popen(full, cwd=here.folder, env=here.env(env), stdout=-1, stderr=-1)
    assert job.stdout
    job.stdout.close()
    job.stdout = None
    _, err = job.communicate(timeout=60)
    return job.returncode, err.decode()


@pytest.mark.parametrize("how", ["full", "closed"])
@pytest.mark.parametrize(("words", "done"), CHANGES, ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_a_change_that_was_made_is_a_success(acme: Shell, words: tuple[str, ...], done: str, how: str) -> None:
    before = acme.head()
    code, err = _run(acme, words, how)
    assert (code, "Traceback" in err) == (0, False), err
    assert "the result could not be written to standard output (" in err
    assert f"), but {done}" in err
    assert (acme.head() != before) == ("committed" in done)


@pytest.mark.parametrize("how", ["full", "closed"])
def test_a_change_that_was_queued_is_queued(acme: Shell, how: str) -> None:
    with lock_held(acme):
        code, err = _run(acme, (*ADD, "--json"), how, ORGTP_WAIT="0")
    assert code == 75
    assert "but the change is queued" in err


@pytest.mark.parametrize("how", ["full", "closed"])
@pytest.mark.parametrize("words", READS, ids=lambda words: words[0])
def test_a_command_that_only_reads_has_failed(acme: Shell, words: tuple[str, ...], how: str) -> None:
    code, err = _run(acme, words, how)
    assert (code, "but" in err) == (2 if how == "full" else 141, False), err


@pytest.mark.parametrize("how", ["full", "closed"])
def test_a_plan_that_cannot_be_shown_is_not_carried_out(acme: Shell, how: str) -> None:
    before = acme.head()
    assert _run(acme, RETIRE, how)[0] == (2 if how == "full" else 141)
    assert acme.head() == before


def test_messages_that_cannot_be_written_change_nothing(acme: Shell) -> None:
    before = acme.head()
    with Path("/dev/full").open("wb") as full:
        words = [str(SCRIPT), *ADD, "--note", "=1+2"]
        assert (
            subprocess.run(words, cwd=acme.folder, env=acme.env(), stdout=full, stderr=full, check=False).returncode
            == 0
        )
    assert acme.head() != before
