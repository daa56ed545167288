"""`--format github`: workflow commands as the runner reads and its toolkit writes them, and an inert summary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from orgtp.model.problem import Problem, Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.problems.github import (
    MAX_ANNOTATIONS,
    SUMMARY_BYTES,
    find_unannotated,
    format_log_lines,
    format_workflow_command,
    problems_github,
    summary_markdown,
)
from tests.formats.hostile import NASTY, SETS, hostile, many
from tests.formats.readers import node, npm_file

SIGNS = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


@dataclass(frozen=True)
class Read:
    """A workflow command as the runner has it."""

    kind: str
    properties: dict[str, str]
    message: str


def unescaped(text: str, signs: dict[str, str]) -> str:
    for escape, sign in signs.items():
        text = text.replace(escape, sign)
    return text.replace("%25", "%")


def read(line: str) -> Read:
    """The runner's way (ActionCommand.TryParseV2): up to the second `::`, at the first blank, at commas, at `=`."""
    assert line.startswith("::")
    head, _, data = line[2:].partition("::")
    kind, _, rest = head.partition(" ")
    pairs = (part.partition("=") for part in rest.split(","))
    properties = {key: unescaped(value, SIGNS) for key, _, value in pairs}
    return Read(kind, properties, unescaped(data, {"%0D": "\r", "%0A": "\n"}))


def runs(line: str) -> bool:
    """Whether the runner sees a command in a line of a log, of its present form or its first."""
    return line.lstrip().startswith("::") or "##[" in line


@pytest.mark.parametrize("name", SETS)
def test_ten_of_a_kind_are_annotations_and_no_more(name: str) -> None:
    problems = SETS[name]
    lines = problems_github(problems).splitlines()
    left = set(find_unannotated(problems))
    shown = [problem for problem in problems if problem not in left]
    assert len(lines) == len(shown) == sum(min(MAX_ANNOTATIONS, count) for count in weights(problems).values())
    for line, problem in zip(lines, shown, strict=True):
        found = read(line)
        assert (found.kind, found.properties["title"]) == (problem.severity, problem.rule)
        where = (int(found.properties["line"]), int(found.properties["col"]))
        assert where == (problem.place.line, problem.place.column)
        assert escape_control_chars(problem.message.rstrip(".")) in found.message


def weights(problems: list[Problem]) -> dict[str, int]:
    return {severity: sum(problem.severity is severity for problem in problems) for severity in Severity}


def test_a_path_is_the_path() -> None:
    paths = [read(line).properties["file"] for line in problems_github(hostile()).splitlines()]
    assert "seats/a\nb\r\nc.yaml" in paths
    assert "seats/100%0A%25 %3A.yaml" in paths
    assert "seats/a:b,c=d::e.yaml" in paths
    assert "seats/👩🏽‍🚀🎉.yaml" in paths


def test_nothing_of_a_user_drives_the_log() -> None:
    text = problems_github(hostile()) + format_log_lines(hostile())
    assert [sign for sign in text if sign != "\n" and escape_control_chars(sign) != sign] == []
    assert text.count("\n") == 2 * len(hostile())


def test_the_toolkit_writes_the_same() -> None:
    folder = npm_file("@actions/core")
    asked = [
        {"kind": kind, "properties": {"file": text, "line": 3, "col": 7, "title": text}, "message": text}
        for text in NASTY.values()
        if not any("\ud800" <= sign <= "\udfff" for sign in text)
        for kind in ("error", "warning", "notice")
    ]
    lines = node(Path(__file__).with_name("toolkit.mjs"), str(folder), stdin=asked).split("\n")[:-1]
    ours = [format_workflow_command(one["kind"], one["properties"], one["message"]) for one in asked]  # type: ignore[arg-type]
    assert len(ours) > 50
    assert lines[0::2] == ours
    assert [read(line) for line in lines[1::2]] == [read(line) for line in ours]


def test_lines_of_the_log_hold_every_problem_and_no_command() -> None:
    for problems in SETS.values():
        lines = format_log_lines(problems).splitlines()
        assert len(lines) == len(problems)
        assert [line for line in lines if runs(line)] == []
    assert "##[" in str(NASTY.values())
    assert 'seats/s5.yaml:1:8: owner-unknown: owner "o10" is not a seat.' in format_log_lines(
        find_unannotated(many(11))
    )


class Seen(HTMLParser):
    """What a browser sees: which elements, and the text of each cell of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert attrs == []
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def browsed(markdown: str) -> Seen:
    seen = Seen()
    seen.feed(MarkdownIt("gfm-like", {"linkify": False}).render(markdown))
    return seen


@pytest.mark.parametrize("name", ["1", "11", "hostile"])
def test_the_summary_is_a_table_of_inert_text(name: str) -> None:
    seen = browsed(summary_markdown(SETS[name], "2 errors in 3 seats"))
    assert seen.tags <= {"h3", "table", "thead", "tbody", "tr", "th", "td", "code"}
    rows = [[cell.strip() for cell in seen.cells[n : n + 4]] for n in range(0, len(seen.cells), 4)]
    assert len(rows) == len(SETS[name])
    for row, problem in zip(rows, SETS[name], strict=True):
        assert row[:3] == [problem.severity, escape_control_chars(str(problem.place)), problem.rule]
        assert row[3].startswith(escape_control_chars(problem.message).rstrip("."))


def test_no_mention_link_or_issue_is_left_in_the_summary() -> None:
    text = summary_markdown(hostile(), "x")
    assert re.findall(r"@\w|https?:|www\.|(?<!&)#[0-9]|\]\(|!\[", text) == []


def test_the_summary_stops_before_there_is_no_room() -> None:
    text = summary_markdown(many(10_000), "x")
    assert len(text.encode()) <= SUMMARY_BYTES
    rows = text.count("\n| error |")
    assert rows > 1000
    assert text.endswith(f"\n{10_000 - rows} problems more left out: the summary has no room for them.\n")
    assert summary_markdown(many(11), "x", 100) == ""
    assert len(summary_markdown(many(11), "x", 1000).encode()) <= 1000
