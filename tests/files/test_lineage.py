"""Who set what, held against a plain model of it on histories that nobody would make by hand."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.git.repo import Repo
from orgtp.history.blame import Blame, FileStates
from orgtp.history.facts import make_fact_reader

PATH = "seats/ada.yaml"
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
        return self.file[KEYS.index(key)] if self.file else None


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
        yield f"deleteall\nM 100644 inline other\ndata 1\n{commit.other}\n"
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


@settings(max_examples=150, deadline=None)
@given(histories())
def test_as_the_model_says(made: list[Made]) -> None:
    tip = len(made) - 1
    made[tip] = Made(made[tip].parents, made[tip].date, made[tip].file or ("a", "x", "active", "1"), made[tip].other)
    if made[tip].file == ("broken",):
        return
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["git", "init", "-q", "--bare", name], check=True)
        command = ["git", "-C", name, "fast-import", "--quiet", "--done", "--export-marks=marks"]
        subprocess.run(command, input="".join(stream(made)).encode(), check=True)
        rows = (row.split() for row in (Path(name) / "marks").read_text().splitlines())
        marks = {commit: mark for mark, commit in rows}
        wanted: dict[tuple[str, str], object] = {(PATH, key): made[tip].value(key) for key in KEYS}
        lineage = Blame(FileStates(Repo(Path(name), bare=True), make_fact_reader()), wanted)
        head = next(commit for commit, mark in marks.items() if mark == f":{tip + 1}")
        found = {spot[1]: int(marks[commit.id][1:]) - 1 for spot, commit in lineage.find_setters(head) if commit}
    assert found == {key: setter(made, tip, key, str(made[tip].value(key)), tip) for key in KEYS}
