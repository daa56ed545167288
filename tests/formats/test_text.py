"""`--format text`: the place, the line, the mark under it and the way out, on a screen of any width."""

from __future__ import annotations

import time

import pytest

from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.words import visible
from orgtp.render.page import Screen, width_of
from orgtp.render.problems_text import problems_text, verdict
from tests.formats.hostile import NASTY, SETS, equal, hostile, many

PIPE = Screen()


def shown(line: str, column: int, screen: Screen = PIPE, path: str = "seats/a.yaml") -> list[str]:
    """The line of an excerpt and the one with its mark."""
    text = problems_text([Problem("r", Place(path, 1, column), "m")], {path: line.encode()}, screen)
    return text.splitlines()[1:]


def test_one_problem() -> None:
    files = {"seats/dash.yaml": b"seat: dash\n\nowner: bogdn # who?\n"}
    problem = Problem(
        "owner-unknown", Place("seats/dash.yaml", 3, 8), 'owner "bogdn" is not a seat.', 'Did you mean "bo"?'
    )
    assert problems_text([problem], files, PIPE) == (
        'seats/dash.yaml:3:8: owner-unknown: owner "bogdn" is not a seat\n'
        "  3 | owner: bogdn # who?\n"
        "    |        ^^^^^\n"
        '  Did you mean "bo"?\n'
    )


@pytest.mark.parametrize(
    ("line", "column", "marked"),
    [
        ("owner: bogdn", 8, "bogdn"),
        ("target: about ten # no", 9, "about ten"),
        ('name: "a: b" # c', 7, '"a: b"'),
        ("name: 'it''s'", 7, "'it'"),
        ("ownr: ada", 1, "ownr"),
        ("m: {name: N, target: about ten}", 22, "about ten"),
        ("at: 12:30", 5, "12:30"),
        ("k: [a, b]", 4, "["),
        ("name: 'open", 7, "'open"),
        ('name: "open', 7, '"'),
        ("株: 会社 x", 4, "会社 x"),
    ],
)
def test_what_is_marked(line: str, column: int, marked: str) -> None:
    source, mark = shown(line, column)
    assert source == f"  1 | {line}"
    assert mark.removeprefix("    | ").lstrip() == "^" * width_of(marked)
    before = source[: source.index(line) + column - 1]
    assert width_of(mark[: mark.index("^")]) == width_of(before)


def test_the_mark_is_below_the_place_behind_tabs_and_odd_signs() -> None:
    assert shown("a:\tbad", 4) == ["  1 | a:  bad", "    |     ^^^"]
    assert shown("\x1b[31m: bad", 8) == ["  1 | \\x1b[31m: bad", "    |           ^^^"]


def test_the_mark_of_a_place_beyond_the_line_is_at_its_end() -> None:
    assert shown("seat: a", 50) == ["  1 | seat: a", "    |        ^"]


@pytest.mark.parametrize(
    ("raw", "place"), [(b"", (1, 1)), (b"a\n", (9, 1)), (b"a\n\n", (2, 1)), (b"a" * 10, (1, 10**9))]
)
def test_no_line_no_excerpt(raw: bytes, place: tuple[int, int]) -> None:
    text = problems_text([Problem("r", Place("org.yaml", *place), "m")], {"org.yaml": raw}, PIPE)
    assert text.count("\n") == 1


def test_each_file_has_its_own_lines() -> None:
    files = {"seats/a.yaml": b"a: 1\na: 2\n", "seats/b.yaml": b"b: 1\nb: 2\n"}
    places = [("seats/a.yaml", 2), ("seats/b.yaml", 2), ("seats/a.yaml", 1)]
    found = [Problem("r", Place(*place), f"m{n}") for n, place in enumerate(places)]
    lines = problems_text(found, files, PIPE).splitlines()
    assert [line for line in lines if " | " in line and "^" not in line] == ["  2 | a: 2", "  2 | b: 2", "  1 | a: 1"]


def test_a_file_that_was_not_read_has_no_excerpt() -> None:
    assert problems_text([Problem("not-a-file", Place("seats/x.yaml"), "m", "H.")], {}, PIPE).splitlines() == [
        "seats/x.yaml:1:1: not-a-file: m",
        "  H.",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_lines_of_yaml_end_as_its_reader_ends_them(ending: str) -> None:
    raw = ending.join(["a: 1", "b: 2", "c: 3"]).encode()
    lines = problems_text([Problem("r", Place("org.yaml", 3, 4), "m")], {"org.yaml": raw}, PIPE).splitlines()
    assert lines[1:] == ["  3 | c: 3", "    |    ^"]


def test_lines_of_scores_end_with_a_line_feed_alone() -> None:
    raw = '{"note":"a\u2028b"}\n{"note":"c"}\n'.encode()
    path = "scores/a/2026-11.jsonl"
    assert "\n  2 | {" in problems_text([Problem("r", Place(path, 2), "m")], {path: raw}, PIPE)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("column", [1, 300, 595])
def test_a_long_line_is_cut_around_the_place(width: int, column: int) -> None:
    line = "".join(f"{n:05}" for n in range(120))
    source, mark = shown(f"{line[: column - 1]}株 {line[column + 1 :]}", column, Screen(width))
    assert max(width_of(source), width_of(mark)) <= min(width, 120)
    assert "株" in source
    at = width_of(source[: source.index("株")])
    assert mark[at] == "^"
    assert "…" in source


def test_equal_findings_are_told_once() -> None:
    elsewhere = [Problem("score-malformed", Place("scores/radar/2026-10.jsonl", 4), "no JSON")]
    lines = problems_text([*equal(67), *elsewhere], {}, PIPE).splitlines()
    assert lines == [
        "scores/dash/2026-11.jsonl:1:1: score-malformed: no JSON",
        "  and 67 more like it: scores/dash/2026-11.jsonl (66 lines), scores/radar/2026-10.jsonl:4",
    ]


def test_a_group_names_some_files_and_counts_the_rest() -> None:
    found = [Problem("r", Place(f"seats/s{n}.yaml", 3), "same") for n in range(9)]
    (_, more) = problems_text(found, {}, PIPE).splitlines()
    assert more.startswith("  and 8 more like it: seats/s1.yaml:3, ")
    assert more.endswith("seats/s5.yaml:3, 3 more files")


def test_problems_at_one_place_stand_below_one_line() -> None:
    found = [Problem(rule, Place("org.yaml", 1, 1), "m") for rule in ("a", "b")]
    text = problems_text(found, {"org.yaml": b"org: x\n"}, PIPE)
    assert text.splitlines() == ["org.yaml:1:1: a: m", "  1 | org: x", "    | ^^^", "", "org.yaml:1:1: b: m"]


def test_weights_are_named() -> None:
    heads = [problems_text(many(1, severity), {}, PIPE).split(": ")[1] for severity in Severity]
    assert heads == ["owner-unknown", "owner-unknown (warning)", "owner-unknown (notice)"]


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    words = "The owner of a seat is a person who answers for it, 株式会社株式会社株式会社株式会社 and nobody else. "
    problem = Problem("owner-unknown", Place("seats/a.yaml", 3, 8), words * 2, "https://example.com/" + "x" * 90)
    lines = problems_text([problem], {"seats/a.yaml": b"\n\nowner: " + b"y" * 99}, Screen(width)).splitlines()
    assert len(lines) > 5
    assert [line for line in lines if width_of(line) > width] == []
    assert lines[0].startswith("seats/a.yaml:3:8: owner-unknown:")


def test_a_place_is_never_broken() -> None:
    path = f"scores/{'long-' * 12}id/2026-11.jsonl"
    assert problems_text([Problem("r", Place(path), "m")], {}, Screen(40)).splitlines()[0] == f"{path}:1:1:"


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("screen", [PIPE, Screen(40)])
def test_nothing_of_a_user_drives_the_terminal(name: str, screen: Screen) -> None:
    (problem,) = (problem for problem in hostile() if problem.message.startswith(f"{name}:"))
    raw = f"{NASTY[name]}\n".encode("utf-8", "surrogateescape" if "\ud800" not in NASTY[name] else "replace")
    text = problems_text([problem], {problem.place.path: raw * 30}, screen)
    assert [sign for sign in text if sign != "\n" and visible(sign) != sign] == []
    assert name in text.split("Hint")[0]


def test_colours_mark_and_change_no_word() -> None:
    files = {"seats/s0.yaml": b"seat: x, y\n"}
    coloured = problems_text(many(1), files, Screen(80, colour=True))
    plain = coloured
    for code in ("\x1b[1;31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"):
        assert code in coloured
        plain = plain.replace(code, "")
    assert plain == problems_text(many(1), files, Screen(80))


@pytest.mark.parametrize("name", SETS)
def test_every_problem_is_told(name: str) -> None:
    lines = problems_text(SETS[name], {}, PIPE).splitlines()
    heads = [line for line in lines if ": owner-unknown" in line or ": score-malformed" in line]
    more = sum(int(line.split()[1]) for line in lines if line.startswith("  and "))
    assert len(heads) + more == len(SETS[name])


def test_ten_thousand_take_no_time() -> None:
    files = {f"seats/s{n}.yaml": b"owner: somebody\n" * 1000 for n in range(10)}
    begin = time.process_time()
    text = problems_text(many(10_000), files, Screen(80))
    # Measured: an eighth of this. A line that is sought anew from the top each time takes far longer.
    assert time.process_time() - begin < 2
    assert text.count("^^^^^^^^") == 10_000


def test_ten_thousand_in_one_line_take_no_time() -> None:
    raw = ("{" + "".join(f'k{n}: "x, ' for n in range(10_000)) + "}").encode()
    found = [Problem("r", Place("org.yaml", 1, 2 + 12 * n), f"m{n}") for n in range(10_000)]
    begin = time.process_time()
    text = problems_text(found, {"org.yaml": raw}, Screen(80))
    assert time.process_time() - begin < 2
    assert text.count("org.yaml:1:") == 10_000
    assert text.count("  1 | ") > 100


@pytest.mark.parametrize("width", [1, 2, 7, 13])
def test_a_screen_of_hardly_any_width_is_no_trouble(width: int) -> None:
    text = problems_text(hostile(), {}, Screen(width))
    assert [p for p in hostile() if f"{visible(str(p.place))}:\n" not in text] == []


def test_the_verdict_counts_and_says_where_to_read() -> None:
    assert verdict([], 13) == "no problems in 13 seats"
    found = [*many(2), *many(1, Severity.WARNING)]
    assert verdict(found, 3) == "2 errors, 1 warning in 3 seats\nwhat a rule means: orgtp rule owner-unknown"
