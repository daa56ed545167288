"""Who set what, held against a plain model of it on histories that nobody would make by hand."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.git.log import list_commits_touching
from orgtp.git.repo import Repo
from orgtp.history import blame
from orgtp.history.blame import Blame, FileStates
from orgtp.history.facts import make_fact_reader
from orgtp.history.seat_lines import SeatLines
from tests.size import choose_size

PATH = "seats/ada.yaml"
# Git names it before the file of the seat.
OTHER = "seats/aaa.yaml"
KEYS = ("role", "mission", "status")


@dataclass(frozen=True)
class Made:
    """A commit of the model: its parents by number, its date, and the file: values and a layout, or something odd."""

    parents: tuple[int, ...]
    date: int
    file: tuple[str, ...] | None
    other: int

    @property
    def text(self) -> str | None:
        """The file's content; none where it is not there."""
        if self.file is None:
            return None
        if self.file == ("broken",):
            return "seat: [\n"
        role, mission, status, layout = self.file
        return f"# {layout}\nseat: ada\nname: Ada\nrole: {role}\nkind: human\nstatus: {status}\nmission: {mission}\n"

    def value(self, key: str) -> str | None:
        """What the file says under `key`."""
        return self.file[KEYS.index(key)] if self.file and self.file != ("broken",) else None


FILES = st.one_of(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from(["active", "paused"]), st.sampled_from("12")
    ),
    st.sampled_from([None, ("broken",)]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """A dozen commits at most, most on two earlier ones, with dates that may be anything."""
    made: list[Made] = []
    for number in range(draw(st.integers(4, 12))):
        some = (
            st.lists(st.integers(0, number - 1), min_size=min(2, number), max_size=2, unique=True)
            if number
            else st.just([])
        )
        parents = tuple(draw(some))
        kept = st.sampled_from([made[parent].file for parent in parents]) if parents else FILES
        date = 1_700_000_000 + draw(st.integers(0, 20)) * 60
        made.append(Made(parents, date, draw(st.one_of(kept, FILES)), draw(st.integers(0, 2))))
    return made


def stream(made: list[Made]) -> Iterator[str]:
    """The history as `git fast-import` reads it."""
    for number, commit in enumerate(made):
        yield f"commit refs/heads/main\nmark :{number + 1}\ncommitter A <a@example.com> {commit.date} +0000\n"
        yield f"data 1\n{number % 10}\n"
        links = ["from", *["merge"] * len(commit.parents)]
        yield "".join(f"{link} :{parent + 1}\n" for link, parent in zip(links, commit.parents, strict=False))
        yield f"deleteall\nM 100644 inline {OTHER}\ndata 1\n{commit.other}\n"
        if commit.text is not None:
            yield f"M 100644 inline {PATH}\ndata {len(commit.text)}\n{commit.text}\n"
    yield "done\n"


def setter(made: list[Made], here: int, key: str, value: str, since: int) -> int:
    """Who set a value: the plain model. A file as a parent has it is that parent's; one that is broken says nothing."""
    commit = made[here]
    same = [parent for parent in commit.parents if made[parent].text == commit.text]
    if same:
        return setter(made, same[0], key, value, since)
    since = since if commit.file == ("broken",) else here
    for parent in commit.parents:
        if made[parent].file == ("broken",) or made[parent].value(key) == value:
            return setter(made, parent, key, value, since)
    return since


def read(commit: Made, path: str) -> str | None:
    """The content of a file at a commit."""
    return {PATH: commit.text, OTHER: str(commit.other)}.get(path)


def write(made: list[Made], name: str) -> tuple[Repo, dict[str, int]]:
    """The history as a repository, and the number of each commit."""
    subprocess.run(["git", "init", "-q", "--bare", name], check=True)
    command = ["git", "-C", name, "fast-import", "--quiet", "--done", "--export-marks=marks"]
    subprocess.run(command, input="".join(stream(made)).encode(), check=True)
    rows = (row.split() for row in (Path(name) / "marks").read_text().splitlines())
    return Repo(Path(name), bare=True), {commit: int(mark[1:]) - 1 for mark, commit in rows}


@pytest.mark.parametrize("most", [blame._MOST_PATHS, 0])
@settings(max_examples=choose_size(40, 100), deadline=None)
@given(histories())
def test_as_the_model_says(most: int, made: list[Made]) -> None:
    tip = len(made) - 1
    made[tip] = Made(made[tip].parents, made[tip].date, made[tip].file or ("a", "x", "active", "1"), made[tip].other)
    if made[tip].file == ("broken",):
        return
    with tempfile.TemporaryDirectory() as name:
        repo, numbers = write(made, name)
        wanted: dict[tuple[str, str], object] = {(PATH, key): made[tip].value(key) for key in KEYS}
        head = next(commit for commit, number in numbers.items() if number == tip)
        # Of many files, git is asked for their folders, which have other files.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blame, "_MOST_PATHS", most)
            setters = Blame(FileStates(repo, make_fact_reader()), wanted).find_setters(head)
            found = {spot[1]: numbers[commit.id] for spot, commit in setters if commit}
    if most:
        assert found == {key: setter(made, tip, key, str(made[tip].value(key)), tip) for key in KEYS}
        return
    # Of several parents with the same file, git follows one that has the same folder. What it finds set the value, too.
    assert found.keys() == set(KEYS)
    for key, number in found.items():
        assert made[number].value(key) == made[tip].value(key)
        befores = [made[parent] for parent in made[number].parents]
        # A file that cannot be read says nothing about what was there before.
        if all(before.file != ("broken",) for before in befores):
            assert made[tip].value(key) not in [before.value(key) for before in befores]


@settings(max_examples=choose_size(40, 150), deadline=None)
@given(histories())
def test_one_pass_finds_the_commits_of_each_file(made: list[Made]) -> None:
    with tempfile.TemporaryDirectory() as name:
        repo, numbers = write(made, name)
        for head in numbers:
            lines = SeatLines.read(repo, head)
            for path in (PATH, OTHER, "seats/none.yaml"):
                paths = [path, f"retirements/{path}"]
                alone = list_commits_touching(repo, head, paths)
                known = lines.find_commits(paths)
                if known is None:
                    assert any(
                        all(read(made[parent], path) != read(one, path) for parent in one.parents)
                        for one in made
                        if len(one.parents) > 1
                    )
                else:
                    assert [commit.id for commit in known] == [commit.id for commit in alone]


def test_many_files_cost_git_no_more_than_their_folder(tmp_path: Path) -> None:
    count = 200
    files = [f'M 100644 inline scores/s{n}/2026-11.jsonl\ndata <<X\n{{"id": "r{n}"}}\nX\n' for n in range(count)]
    begun = "commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\na\n"
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    script = f"{begun}{''.join(files)}done\n".encode()
    subprocess.run(["git", "-C", str(tmp_path), "fast-import", "--quiet", "--done"], input=script, check=True)
    repo = Repo(tmp_path, bare=True)
    asked: list[tuple[str, ...]] = []

    class Counting(Repo):
        def start(self, *words: str, **more: Any) -> Any:
            asked.append(words)
            return super().start(*words, **more)

    counting = Counting(tmp_path, bare=True)
    wanted: dict[tuple[str, str], object] = {(f"scores/s{n}/2026-11.jsonl", f"r{n}"): True for n in range(count)}
    head = repo.require_commit("main")
    reader = make_fact_reader([key for _, key in wanted])
    found = dict(Blame(FileStates(counting, reader), wanted).find_setters(head))
    assert found.keys() == wanted.keys()
    assert {commit.id for commit in found.values() if commit} == {head}
    (log,) = (words for words in asked if "log" in words)
    assert log[log.index("--") + 1 :] == ("scores",)
