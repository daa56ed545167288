"""`--format text`: the place, the line, the mark under it and the way out, on a screen of any width."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.problems.summary import format_summary
from orgtp.render.problems.text import problems_text
from orgtp.render.terminal import LEGEND, Screen, measure_width, to_plain_text, wrap_legend
from orgtp.rules.pull_request.base import BASE_NOT_REACHED
from tests.effort import count_calls
from tests.formats.hostile import NASTY, SETS, equal, hostile, many

PIPE = Screen()
SCORES = "scores/bot/2026-11.jsonl"


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
    assert mark.removeprefix("    | ").lstrip() == "^" * measure_width(marked)
    before = source[: source.index(line) + column - 1]
    assert measure_width(mark[: mark.index("^")]) == measure_width(before)


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
    assert max(measure_width(source), measure_width(mark)) <= width
    assert "株" in source
    at = measure_width(source[: source.index("株")])
    assert mark[at] == "^"
    assert "…" in source


@pytest.mark.parametrize(("length", "whole"), [(199, True), (200, True), (201, False)])
def test_a_pipe_shows_two_hundred_columns_of_a_line(length: int, whole: bool) -> None:
    line = '{"id":"a","note":"'.ljust(length - 2, "x") + '"}'
    source, mark = shown(line, 1, PIPE, SCORES)
    assert (source == f"  1 | {line}") == whole
    assert measure_width(source) <= len("  1 | ") + 200
    assert mark == "    | ^"


def told_of(*each: tuple[str, str, int, str]) -> list[Problem]:
    """Problems of rule, path, line and hint, no two of which say the same."""
    return [
        Problem(rule, Place(path, line), f"message {n}", hint) for n, (rule, path, line, hint) in enumerate(each, 1)
    ]


def test_a_hint_that_several_share_is_given_once_below_the_last() -> None:
    problems = told_of(("r", "org.yaml", 1, "Do it."), ("r", "org.yaml", 2, "Do it."), ("r", "org.yaml", 3, "Do that."))
    assert problems_text(problems, {"org.yaml": b"a: 1\nb: 2\nc: 3\n"}, PIPE) == (
        "org.yaml:1:1: r: message 1\n"
        "  1 | a: 1\n"
        "    | ^\n"
        "org.yaml:2:1: r: message 2\n"
        "  2 | b: 2\n"
        "    | ^\n"
        "  Do it.\n"
        "\n"
        "org.yaml:3:1: r: message 3\n"
        "  3 | c: 3\n"
        "    | ^\n"
        "  Do that.\n"
    )


@pytest.mark.parametrize("other", [("s", "a.yaml", 2, "H."), ("r", "b.yaml", 2, "H."), ("r", "a.yaml", 2, "I.")])
def test_what_differs_in_rule_file_or_hint_has_its_own(other: tuple[str, str, int, str]) -> None:
    text = problems_text(told_of(("r", "a.yaml", 1, "H."), other, ("r", "a.yaml", 3, "H.")), {}, PIPE)
    assert text.count("\n  H.\n") + text.count("\n  I.\n") == 3
    assert text.count("\n\n") == 2


def test_what_has_no_hint_stays_apart() -> None:
    text = problems_text(told_of(("r", "a.yaml", 1, ""), ("r", "a.yaml", 2, "")), {}, PIPE)
    assert text == "a.yaml:1:1: r: message 1\n\na.yaml:2:1: r: message 2\n"


def test_five_of_a_rule_in_a_row_are_told_whole() -> None:
    text = problems_text(told_of(*(("r", SCORES, line, "H.") for line in range(1, 6))), {}, PIPE)
    assert text == "".join(f"{SCORES}:{n}:1: r: message {n}\n" for n in range(1, 6)) + "  H.\n"


def test_of_more_than_five_three_are_told_and_the_rest_counted() -> None:
    problems = told_of(*(("score-duplicate-id", SCORES, line, "Take it out.") for line in range(1, 32)))
    assert problems_text(problems, {}, PIPE).splitlines() == [
        *(f"{SCORES}:{n}:1: score-duplicate-id: message {n}" for n in (1, 2, 3)),
        "  Take it out.",
        f"  and 28 more of score-duplicate-id in {SCORES}: lines 4–31",
        "",
        "each of them in full: add --full",
    ]


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([4, 5, 6], "lines 4–6"),
        ([4, 6, 7, 9], "lines 4, 6–7, 9"),
        ([9, 9, 9], "line 9"),
        ([4, 4, 5], "lines 4–5"),
        (list(range(4, 64, 2)), f"lines {', '.join(map(str, range(4, 64, 2)))}"),
        (list(range(4, 66, 2)), f"lines {', '.join(map(str, range(4, 64, 2)))} and others up to 64"),
    ],
)
def test_what_is_counted_has_its_lines(lines: list[int], named: str) -> None:
    problems = told_of(*(("r", "org.yaml", line, "H.") for line in [1, 2, 3, *lines]))
    assert f"\n  and {len(lines)} more of r in org.yaml: {named}\n" in problems_text(problems, {}, PIPE)


def test_what_is_counted_counts_in_every_file() -> None:
    problems = [Problem("r", Place(f"seats/s{n}.yaml", line), f"message {line}") for n in range(8) for line in range(9)]
    lines = problems_text(problems, {}, PIPE).splitlines()
    files = ", ".join(f"seats/s{n}.yaml (6 lines)" for n in range(5))
    assert lines[-3] == f"  and 48 more of r in 8 files: {files}, 3 more files"
    assert lines[1].startswith("  and 7 more like it: ")


def test_many_of_a_rule_fold_across_files_and_whatever_lies_between() -> None:
    each = [(rule, f"seats/s{n:03}.yaml", 7) for n in range(240) for rule in ("many", "also-many")]
    each.insert(99, ("single", "seats/s049.yaml", 3))
    text = problems_text(told_of(*((*row, f"Hint {n}.") for n, row in enumerate(each))), {}, PIPE)
    others = f"{', '.join(f'seats/s00{n}.yaml:7' for n in range(3, 8))}, 232 more files"
    assert text.splitlines() == [
        "seats/s000.yaml:7:1: many: message 1",
        "seats/s001.yaml:7:1: many: message 3",
        "seats/s002.yaml:7:1: many: message 5",
        "  Hint 4.",
        f"  and 237 more of many in 237 files: {others}",
        "",
        "seats/s000.yaml:7:1: also-many: message 2",
        "seats/s001.yaml:7:1: also-many: message 4",
        "seats/s002.yaml:7:1: also-many: message 6",
        "  Hint 5.",
        f"  and 237 more of also-many in 237 files: {others}",
        "",
        "seats/s049.yaml:3:1: single: message 100",
        "  Hint 99.",
        "",
        "each of them in full: add --full",
    ]


def test_full_shows_every_one() -> None:
    problems = [*told_of(*(("r", f"seats/s{n}.yaml", 7, f"Hint {n}.") for n in range(240))), *equal(67)]
    lines = problems_text(problems, {}, PIPE, full=True).splitlines()
    assert [line.partition(": ")[0] for line in lines if line.startswith(("seats/", "scores/"))] == [
        str(problem.place) for problem in problems
    ]
    assert sum(line.startswith("  Hint ") for line in lines) == 240
    assert not any(" more " in line or "--full" in line for line in lines)


def test_a_hidden_problem_is_of_the_weight_that_is_shown() -> None:
    weights = [Severity.WARNING] * 4 + [Severity.ERROR] * 4
    problems = [Problem("r", Place("org.yaml", n), f"m{n}", "", weight) for n, weight in enumerate(weights, 1)]
    assert problems_text(problems, {}, PIPE).count("org.yaml:") == 8


RUNS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("rs"), st.integers(1, 12)), min_size=1, max_size=8)


@given(RUNS, st.integers(1, 30), st.integers(1, 30))
def test_none_is_lost_in_any_mix(runs: list[tuple[str, str, int]], messages: int, hints: int) -> None:
    rows = [(path, rule) for path, rule, length in runs for _ in range(length)]
    problems = [
        Problem(rule, Place(f"{path}.yaml", n), f"message {n % messages}", f"Hint {n % hints}.")
        for n, (path, rule) in enumerate(rows, 1)
    ]
    text = problems_text(problems, {}, PIPE)
    told = len(re.findall(r"^[ab]\.yaml:\d+:1: ", text, re.MULTILINE))
    assert told + sum(map(int, re.findall(r"^  and (\d+) more ", text, re.MULTILINE))) == len(problems)


def test_a_base_that_is_not_here_has_no_line() -> None:
    here = Place("org.yaml", 1, 1)
    problems = [Problem(BASE_NOT_REACHED.id, here, "m", "Fetch it."), Problem("r", here, "n")]
    text = problems_text(problems, {"org.yaml": b"org: x\n"}, PIPE)
    assert text == ("org.yaml:1:1: base-not-reached: m\n  Fetch it.\n\norg.yaml:1:1: r: n\n  1 | org: x\n    | ^^^\n")


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
    assert [line for line in lines if measure_width(line) > width] == []
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
    assert [sign for sign in text if sign != "\n" and escape_control_chars(sign) != sign] == []
    assert name in text.split("Hint")[0]


@pytest.mark.parametrize("name", NASTY)
def test_a_path_among_what_is_counted_drives_no_terminal(name: str) -> None:
    text = problems_text([Problem("r", Place(f"scores/{NASTY[name]}", n), f"m{n}") for n in range(1, 9)], {}, PIPE)
    assert f" more of r in scores/{escape_control_chars(NASTY[name])}: lines 4–8\n" in text
    assert [sign for sign in text if sign != "\n" and escape_control_chars(sign) != sign] == []


@pytest.mark.parametrize("width", [40, 80])
def test_what_is_counted_fits_the_screen(width: int) -> None:
    text = problems_text(told_of(*(("r", SCORES, 2 * n, "H.") for n in range(1, 60))), {}, Screen(width))
    assert [line for line in text.splitlines() if measure_width(line) > width] == []
    assert " ".join(text.split()).count("and 56 more of r in") == 1


@pytest.mark.parametrize("number", [1, 9])
def test_colours_mark_and_change_no_word(number: int) -> None:
    files = {"seats/s0.yaml": b"seat: x, y\n"}
    problems = [dataclasses.replace(each, place=Place("seats/s0.yaml", 1, 7)) for each in equal(2) + many(number)]
    coloured = problems_text(problems, files, Screen(80, colour=True))
    plain = coloured
    for code in ("\x1b[1;31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"):
        assert code in coloured
        plain = plain.replace(code, "")
    assert plain == problems_text(problems, files, Screen(80))


@pytest.mark.parametrize("name", SETS)
def test_every_problem_is_told(name: str) -> None:
    lines = problems_text(SETS[name], {}, PIPE).splitlines()
    heads = [line for line in lines if ": owner-unknown" in line or ": score-malformed" in line]
    more = sum(int(line.split()[1]) for line in lines if line.startswith("  and "))
    assert len(heads) + more == len(SETS[name])


def test_ten_thousand_in_gaps_are_told_in_a_few_lines() -> None:
    problems = [Problem("r", Place(SCORES, 1 + 2 * n), f"m{n}") for n in range(10_000)]
    text, calls = count_calls(lambda: problems_text(problems, {SCORES: b"x\n" * 20_000}, PIPE))
    # It takes half of this.
    assert calls < 20 * len(problems)
    assert text.endswith(" and others up to 19999\n\neach of them in full: add --full\n")
    assert len(text) < 1000


def test_a_file_is_read_once_for_all_of_its_problems() -> None:
    files = {f"seats/s{n}.yaml": b"owner: somebody\n" * 1000 for n in range(10)}
    text, calls = count_calls(lambda: problems_text(many(10_000), files, Screen(80), full=True))
    # It takes half of this. To look for each line from the top of its file is a call for each line above it.
    assert calls < 200 * 10_000
    assert text.count("^^^^^^^^") == 10_000


def test_only_the_beginning_of_a_long_line_has_excerpts() -> None:
    """So that ten thousand problems in one line do not read it ten thousand times."""
    raw = ("{" + "".join(f'k{n}: "x, ' for n in range(10_000)) + "}").encode()
    found = [Problem("r", Place("org.yaml", 1, 2 + 12 * n), f"m{n}") for n in range(10_000)]
    text = problems_text(found, {"org.yaml": raw}, Screen(80), full=True)
    assert text.count("org.yaml:1:") == 10_000
    assert text.count("  1 | ") == sum(problem.place.column <= 2_000 for problem in found) == 167


@pytest.mark.parametrize("width", [1, 2, 7, 13])
def test_a_screen_of_hardly_any_width_is_no_trouble(width: int) -> None:
    text = problems_text(hostile(), {}, Screen(width), full=True)
    assert [p for p in hostile() if f"{escape_control_chars(str(p.place))}:\n" not in text] == []


def test_the_verdict_counts_and_says_where_to_read() -> None:
    assert format_summary([], 13) == "no problems in 13 seats"
    found = [*many(2), *many(1, Severity.WARNING)]
    assert format_summary(found, 3) == "2 errors, 1 warning in 3 seats\nwhat a rule means: orgtp rule owner-unknown"


def test_the_verdict_names_up_to_three_rules_the_worst_first() -> None:
    weights = [Severity.NOTICE, Severity.WARNING, Severity.ERROR, Severity.ERROR, Severity.WARNING]
    found = [Problem(f"rule-{n}", Place("org.yaml", n), "m", "", weight) for n, weight in enumerate(weights)]
    named = [format_summary(found[:number], 1).partition("orgtp rule ")[2] for number in range(1, 6)]
    assert named == [
        "rule-0",
        "rule-1 (also: rule-0)",
        "rule-2 (also: rule-1, rule-0)",
        "rule-2 (also: rule-3, rule-1)",
        "rule-2 (also: rule-3, rule-1)",
    ]


def test_the_verdict_counts_what_the_text_only_counts() -> None:
    assert format_summary(many(10_000), 3).startswith("10000 errors in 3 seats\n")


@pytest.mark.parametrize("width", range(14, 90))
def test_a_legend_keeps_each_mark_with_its_words(width: int) -> None:
    lines = [to_plain_text(line) for line in wrap_legend(LEGEND, width)]
    assert all(len(line) <= width for line in lines)
    assert [entry for line in lines for entry in line.split("   ")] == LEGEND.split("   ")


def test_an_entry_of_a_legend_that_is_longer_than_a_line_is_broken_between_words() -> None:
    assert [to_plain_text(line) for line in wrap_legend("✓ on   ! stale: a value is late", 12)] == [
        "✓ on   !",
        "stale: a",
        "value is",
        "late",
    ]
