"""What a change may cost: git processes, reads of the org, checks. These are counted, so no clock decides."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Shell
from tests.ledger.ledgers import VALUE, assert_whole, ids, python

MOST_PROCESSES = 6
_WRAPPER = """\
#!/bin/sh
echo "$@" >> "$GIT_CALLS"
exec {git} "$@"
"""


@pytest.fixture
def git_calls(tmp_path: Path) -> Path:
    """A file that lists each git process, once `git` is found in the folder that it is in."""
    folder = tmp_path / "bin"
    folder.mkdir()
    wrapper = folder / "git"
    wrapper.write_text(_WRAPPER.format(git=shutil.which("git")), encoding="utf-8")
    wrapper.chmod(0o755)
    return folder / "calls"


def run_counted(here: Shell, git_calls: Path, *words: str) -> list[str]:
    """The git processes that a command starts."""
    git_calls.write_text("", encoding="utf-8")
    path = f"{git_calls.parent}{os.pathsep}{os.environ['PATH']}"
    here(*words, PATH=path, GIT_CALLS=str(git_calls))
    return git_calls.read_text(encoding="utf-8").splitlines()


def test_a_value_in_a_work_tree_starts_at_most_six_git_processes(here: Shell, git_calls: Path) -> None:
    calls = run_counted(here, git_calls, *VALUE, "12", "--id", "first")
    assert 0 < len(calls) <= MOST_PROCESSES, calls
    again = run_counted(here, git_calls, *VALUE, "13", "--id", "second", "--by", "ada")
    # With an id of one's own, the cache of ids asks git what is new.
    assert len(again) <= MOST_PROCESSES + 1, again
    assert ids(here) == ["first", "second"]
    assert_whole(here)


def test_a_value_in_the_sample_does_too(sample: Shell, git_calls: Path) -> None:
    calls = run_counted(sample, git_calls, "score", "add", "radar", "briefing-by-8", "07:52", "--by", "radar")
    assert 0 < len(calls) <= MOST_PROCESSES, calls


def test_a_value_of_whoever_has_the_e_mail_does_too(here: Shell, git_calls: Path) -> None:
    here.write("seats/ada.yaml", here.read("seats/ada.yaml") + "email: Tester@Example.com\n")
    here.git("commit", "-qam", "Ada has an address")
    calls = run_counted(here, git_calls, *VALUE, "12")
    assert 0 < len(calls) <= MOST_PROCESSES, calls
    assert "Orgtp-By: ada" in here.git("log", "-1", "--format=%B").out


def test_a_value_in_a_bare_clone_starts_four(bare: Shell, git_calls: Path) -> None:
    calls = run_counted(bare, git_calls, *VALUE, "12")
    assert 0 < len(calls) <= MOST_PROCESSES - 2, calls


def count_calls(here: Shell, what: str) -> dict[str, int]:
    """How often each function is called while `tests.ledger.counted` does `what`."""
    done = python(here, "tests.ledger.counted", str(here.folder), what)
    out, _ = done.communicate(timeout=60)
    assert done.returncode == 0
    return dict(json.loads(out))


def test_a_value_loads_a_part_of_the_org_once_and_checks_the_record_once(here: Shell) -> None:
    calls = count_calls(here, "value")
    assert calls["orgtp.files.load.load_org"] == 1
    assert calls["orgtp.ledger.partial_tree.__post_init__"] == 1
    assert calls["orgtp.ledger.checks.refuse_wrong_records"] == 1
    assert [name for name in calls if name.startswith("orgtp.rules.") and ".check_" in name] == [
        "orgtp.rules.records.check_records"
    ]
    assert_whole(here)


def test_many_seats_are_written_without_work_that_grows_with_their_square(here: Shell) -> None:
    calls = count_calls(here, "seats")
    # The folder of seats is parsed once, not searched for each of them.
    assert calls["orgtp.git.tree._find_entry_span"] < 100
    # Each file is written once and read once, and no rule reads it again for the places of its keys.
    assert calls["orgtp.files.yaml.dumper.format_document"] == 200
    assert 200 <= calls["orgtp.files.yaml.fast_loader.load_plain_yaml"] < 210
    assert calls.get("orgtp.files.yaml.loader.parse_nodes", 0) < 10
    assert_whole(here)
    listed = here("seat", "list", "--json").json["seats"]
    assert {"new-0", "new-199"} <= {one["seat"] for one in listed}


def test_a_retirement_is_planned_once(here: Shell) -> None:
    assert count_calls(here, "retire")["orgtp.actions.retire.plan_retirement"] == 1
