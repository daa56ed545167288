"""What a pull request adds to the problems of its base: told by rule, file, message and line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.problem import Place, Problem
from orgtp.rules.pull_request.known_problems import split_known
from orgtp.rules.rule import MAX_PER_RULE, limit_problems

PATH = "seats/bot.yaml"


def problem(line: int, message: str = "m", rule: str = "r", path: str = PATH) -> Problem:
    return Problem(rule, Place(path, line), message)


def added(found: list[Problem], now: str, known: list[Problem], before: str) -> list[int]:
    """The lines of the problems that are not in the base, of one file with these texts."""
    split = split_known(found, {PATH: now.encode()}, known, {PATH: before.encode()})
    assert sorted([*split.problems, *split.also_in_base], key=id) == sorted(found, key=id)
    return [one.place.line for one in split.problems]


def test_what_was_there_before_is_not_added() -> None:
    assert added([problem(2)], "a\nb\n", [problem(2)], "a\nb\n") == []


def test_a_line_that_moved_is_known() -> None:
    assert added([problem(3)], "new\na\nb\n", [problem(2)], "a\nb\n") == []


def test_a_line_that_was_edited_and_says_the_same_is_known() -> None:
    assert added([problem(1)], "owner: bogdn # who?\n", [problem(1)], "owner: bogdn\n") == []


def test_another_mistake_in_place_of_an_old_one_is_added() -> None:
    found, known = problem(1, 'owner "zed" is not a seat'), problem(1, 'owner "bogdn" is not a seat')
    assert added([found], "owner: zed\n", [known], "owner: bogdn\n") == [1]


def test_another_number_in_the_line_is_another_mistake() -> None:
    found, known = problem(1, 'value "6" is wrong'), problem(1, 'value "5" is wrong')
    assert added([found], "6\n", [known], "5\n") == [1]


def test_a_number_that_counts_what_is_elsewhere_may_change() -> None:
    found, known = problem(1, "nor from 12 seats below it"), problem(1, "nor from 3 seats below it")
    assert added([found], "seat: bot\n", [known], "seat: bot\n") == []


def test_of_equal_problems_the_one_in_the_new_line_is_added() -> None:
    rows = "first\nsecond\n"
    assert added([problem(1), problem(2)], "new\nfirst\n", [problem(1)], "first\n") == [1]
    assert added([problem(1), problem(2), problem(3)], f"{rows}new\n", [problem(1), problem(2)], rows) == [3]


def test_one_more_of_the_same_is_one_more() -> None:
    assert len(added([problem(1), problem(2)], "a\na\n", [problem(1)], "a\n")) == 1


def test_the_rule_and_the_file_tell_problems_apart() -> None:
    assert added([problem(1, rule="s")], "a\n", [problem(1)], "a\n") == [1]
    assert added([problem(1)], "a\n", [problem(1, path="seats/ada.yaml")], "a\n") == [1]


def test_what_is_only_counted_is_not_lost_behind_the_limit() -> None:
    def flood(number: int) -> list[Problem]:
        return list(limit_problems(problem(n) for n in range(1, number + 1)))

    text = "a\n" * (MAX_PER_RULE + 9)
    assert added(flood(MAX_PER_RULE + 5), text, flood(MAX_PER_RULE + 5), text) == []
    assert len(added(flood(MAX_PER_RULE + 6), text, flood(MAX_PER_RULE + 5), text)) == 1


ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("rs")), max_size=12)


@given(ROWS, ROWS)
def test_no_more_is_known_than_the_base_has(now: list[tuple[str, str]], before: list[tuple[str, str]]) -> None:
    sides = [
        ([problem(n, rule=rule) for n, (_, rule) in enumerate(rows, 1)], "".join(f"{line}\n" for line, _ in rows))
        for rows in (now, before)
    ]
    new = added(*sides[0], *sides[1])
    for rule in "rs":
        counts = [sum(one == rule for _, one in rows) for rows in (now, before)]
        assert sum(now[line - 1][1] == rule for line in new) == max(0, counts[0] - counts[1])
