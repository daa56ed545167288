"""What hides files of an org is a problem of every view that reads only a part of it, too."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orgtp.api.org import OrgHandle, open_org
from orgtp.git.tree_check import MalformedTree
from orgtp.model.problem import Problem
from tests.conftest import Shell
from tests.size import combine

VIEWS: dict[str, Callable[[OrgHandle], object]] = {
    "seat show": lambda handle: handle.seat("bot"),
    "context": lambda handle: handle.context("bot"),
    "scorecard": lambda handle: handle.scorecard(seat="bot"),
    "stale": lambda handle: handle.stale("bot"),
}


def _link(path: Path) -> None:
    """Put a link in the place of a folder, to another folder with the same files."""
    outside = path.parents[1] / f"outside-{path.name}"
    if path.exists():
        shutil.move(path, outside)
    else:
        outside.mkdir(parents=True)
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(outside)


def _file(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a folder\n", encoding="utf-8")


PLACES = ["scores", "scores/bot", "escalations", "escalations/silenced", "retirements"]
ALL_VIEWS: dict[str, Callable[[OrgHandle], object]] = {**VIEWS, "chart": lambda handle: handle.chart()}


def _find_problems(handle: OrgHandle, paths: set[str]) -> set[Problem]:
    return {problem for problem in handle.problems_so_far if problem.place.path in paths}


@pytest.fixture
def org(acme: Shell) -> Shell:
    """An org with a value and a silence of the bot."""
    acme("score", "add", "bot", "number", "13", "--for", "2026-W46")
    acme("escalate", "silence", "bot", "number", "--until", "2026-12-01", "--reason", "Moving", "--by", "ada")
    return acme


IN_GIT = [False, False, True, True]


# Each view with each broken place, which is a link for every other view.
@pytest.mark.parametrize(
    ("place", "make", "view", "in_git"),
    [
        (*broken, view, in_git)
        for place in PLACES
        for broken, view, in_git in combine([(place, _link), (place, _file)], VIEWS, IN_GIT)
    ],
)
def test_a_folder_that_is_none_is_reported(
    org: Shell, place: str, make: Callable[[Path], None], view: str, in_git: bool
) -> None:
    make(org.folder / place)
    if in_git:
        org.git("add", "-A")
        org.git("commit", "-qm", "Broken")
    rev = org.head() if in_git else None
    whole, part = open_org(org.folder, at=rev), open_org(org.folder, at=rev)
    whole.validate()
    expected = _find_problems(whole, {place})
    assert expected
    VIEWS[view](part)
    assert _find_problems(part, {place}) == expected


TWINS = [
    "Seats",
    "ORG.yaml",
    "Scores",
    "Policy",
    "seats/Bot.yaml",
    "retirements/BOT.yaml",
    "escalations/silenced/Bot.yaml",
]


def _write_twins(org: Shell, twin: str) -> None:
    for path in (twin.lower(), twin):
        if not (org.folder / path).exists():
            org.write(path if "." in path else f"{path}/notes.txt", "seat: bot\n")


@pytest.mark.parametrize("view", ALL_VIEWS)
@pytest.mark.parametrize("twin", TWINS)
def test_a_name_that_differs_only_by_case_is_reported(org: Shell, twin: str, view: str) -> None:
    """A file system that ignores case keeps one of the two."""
    _write_twins(org, twin)
    whole, part = open_org(org.folder), open_org(org.folder)
    whole.validate()
    expected = {one for one in _find_problems(whole, {twin}) if one.rule == "id-differs-by-case"}
    assert len(expected) == 1
    ALL_VIEWS[view](part)
    # The numbers of a seat need no retirement record.
    is_read = not (twin.startswith("retirements") and view in {"scorecard", "stale"})
    assert _find_problems(part, {twin}) == (expected if is_read else set())


@pytest.mark.parametrize("twin", TWINS)
def test_a_commit_with_names_that_differ_only_by_case_is_refused(org: Shell, twin: str) -> None:
    """What a reader on another file system would see is unknown."""
    _write_twins(org, twin)
    org.git("add", "-A")
    org.git("commit", "-qm", "Twins")
    with pytest.raises(MalformedTree, match="differ only by case"):
        open_org(org.folder, at=org.head()).validate()


def test_nothing_is_read_through_a_link(org: Shell) -> None:
    """The silence is there, behind the link, and counts for nobody, as in git."""
    _link(org.folder / "escalations")
    org.git("add", "-A")
    org.git("commit", "-qm", "Broken")
    for at in (None, org.head()):
        handle = open_org(org.folder, at=at)
        handle.stale("bot")
        assert not handle.org_about("bot").silences


@pytest.mark.parametrize("name", ["0000-01", "0001-01", "9998-12", "9999-12"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_month_of_any_name_is_read(org: Shell, view: str, name: str) -> None:
    (kept,) = (org.folder / "scores" / "bot").glob("*.jsonl")
    shutil.copy(kept, kept.with_name(f"{name}.jsonl"))
    whole, part = open_org(org.folder), open_org(org.folder)
    VIEWS[view](part)
    assert part.org.scores["bot"] == whole.snapshot.loaded.org.scores["bot"]
