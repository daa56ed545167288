"""Merges of score files: what git does is never an accusation, and what the parents agree on is never moved."""

from __future__ import annotations

import random
from itertools import permutations

from orgtp.audit.rules.merged_lines import MergedLines
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from tests.conftest import Shell

Lines = list[bytes]


def _is_clean(parents: list[Lines], result: Lines) -> bool:
    merged = MergedLines(parents, result)
    return not any(map(merged.find_first_lost, parents)) and not list(merged.find_added())


def _may_be(parents: list[Lines], result: Lines) -> bool:
    """The rule in other words, for lines that are there once: order counts among the lines that nobody disputes."""
    *places, now = [{line: at for at, line in enumerate(lines)} for lines in (*parents, result)]
    orders = {
        pair: {at[pair[0]] < at[pair[1]] for at in places if pair[0] in at and pair[1] in at}
        for pair in permutations(result, 2)
    }
    disputed = {line for pair, order in orders.items() if len(order) > 1 for line in pair}
    return all(
        now[one] < now[other]
        for (one, other), order in orders.items()
        if order == {True} and not {one, other} & disputed
    )


def test_every_order_of_two_parents_is_judged_as_the_rule_says() -> None:
    """All results of up to four lines, for all pairs of parents that have some of them."""
    seen = {True: 0, False: 0}
    lines = [b"a", b"b", b"c", b"d"]
    orders = [list(one) for size in (2, 3) for one in permutations(lines, size)]
    chosen = random.Random(1).sample([(p, q) for p in orders for q in orders], 150)  # noqa: S311
    for parents in chosen:
        whole = sorted({line for parent in parents for line in parent})
        for result in permutations(whole):
            wanted = _may_be([*parents], list(result))
            assert _is_clean([*parents], list(result)) is wanted, (parents, result)
            seen[wanted] += 1
    assert min(seen.values()) > 200


def test_three_parents_are_judged_together() -> None:
    """Two of them disagree about two lines; the third one has neither, or agrees with one."""
    p, q = [b"x", b"a", b"b"], [b"x", b"b", b"a"]
    assert _is_clean([p, q, [b"x", b"c"]], [b"x", b"b", b"a", b"c"])
    assert _is_clean([p, q, [b"x", b"a", b"b"]], [b"x", b"b", b"a"])
    assert not _is_clean([p, p, [b"x", b"c"]], [b"x", b"b", b"a", b"c"])
    assert not _is_clean([p, q, [b"x", b"c"]], [b"c", b"x", b"b", b"a"])


def test_a_long_file_with_long_crossed_ends() -> None:
    base = [b"%d" % number for number in range(20_000)]
    mine, other = [b"m%d" % number for number in range(300)], [b"o%d" % number for number in range(300)]
    parents = [[*base, *mine, *other], [*base, *other, *mine]]
    assert _is_clean(parents, [*base, *other, *mine])
    assert not _is_clean(parents, [base[1], base[0], *base[2:], *other, *mine])


def test_whatever_git_merges_by_union_is_clean(shell: Shell) -> None:
    """Three branches that merge each other at random, with git's own union merge."""
    shell.write(".gitattributes", "f -text merge=union\n")
    shell.write("f", "b0\nb1\n")
    shell.git("init", "-q", "-b", "a")
    shell.git("add", ".")
    shell.git("commit", "-qm", "Begin")
    for name in ("b", "c"):
        shell.git("branch", name)
    chosen, merges, crossed = random.Random(7), 0, 0  # noqa: S311
    for number in range(60):
        here = chosen.choice("abc")
        shell.git("checkout", "-q", here)
        if number % 2:
            shell.write("f", f"{shell.read('f')}v{number}\n")
            shell.git("commit", "-qam", "More")
        else:
            before = shell.head()
            shell.git("merge", "-q", "--no-edit", "--no-ff", chosen.choice([name for name in "abc" if name != here]))
            if shell.head() == before:
                continue
            one, other, result = (_read(shell, rev) for rev in ("HEAD^1", "HEAD^2", "HEAD"))
            assert _is_clean([one, other], result), (one, other, result)
            merges += 1
            crossed += not (_in_order(one, result) and _in_order(other, result)) or len(set(result)) < len(result)
    assert merges > 15
    assert crossed > 0


def _read(shell: Shell, rev: str) -> Lines:
    return shell.git("show", f"{rev}:f").out.encode().splitlines()


def _in_order(lines: Lines, result: Lines) -> bool:
    rest = iter(result)
    return all(line in rest for line in lines)


SEAT = b"""seat: bot
name: Bot
role: R
kind: agent
status: active
owner: bot
metrics:
  m: {name: M, outcome: O, target: ">= 1", cadence: weekly}
"""
ROW = '{{"id":"{}","at":"2026-11-20T13:00:02Z","metric":"m","period":"2026-W47","value":"{}"}}\n'


def test_a_copy_of_a_line_does_not_become_the_value_that_counts() -> None:
    """Two values of one second: the later line counts, also where a merge wrote the earlier one once more below."""
    rows = f"{ROW.format('a', 1)}{ROW.format('b', 2)}{ROW.format('a', 1)}".encode()
    org = load_org(
        MemoryTree({"org.yaml": b"org: x\ntimezone: UTC\n", "seats/bot.yaml": SEAT, "scores/bot/2026-11.jsonl": rows})
    ).org
    assert [score.id for score in org.score_records("bot", "m")] == ["a", "b"]
    assert org.scores_in_force("bot", "m")["2026-W47"].value == "2"
