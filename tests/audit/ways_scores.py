"""Ways to tamper with the lines of a score file."""

from __future__ import annotations

from collections.abc import Sequence

from tests.audit.scene import BOT, CAT, Scene, line
from tests.audit.ways import Found, side


def value_edited(scene: Scene) -> Sequence[Found]:
    """A number of the past is made a nicer one."""
    was = scene.lines()[1]
    return [Found("score-rewritten", scene.edit(BOT, '"12"', '"99"'), BOT, 2, was, was.replace('"12"', '"99"'))]


def value_removed(scene: Scene) -> Sequence[Found]:
    """A number that somebody does not like is taken out."""
    _, second, third = scene.lines()
    return [Found("score-rewritten", scene.edit(BOT, f"{second}\n", ""), BOT, 2, second, third)]


def lines_reordered(scene: Scene) -> Sequence[Found]:
    """The correction and what it corrects change places, so that the old value counts again."""
    first, second, third = scene.lines()
    commit = scene.commit({BOT: f"{first}\n{third}\n{second}\n"})
    return [Found("score-rewritten", commit, BOT, 2, second, third)]


def file_cut_off(scene: Scene) -> Sequence[Found]:
    """The last two values go."""
    first, second, _ = scene.lines()
    return [Found("score-rewritten", scene.commit({BOT: f"{first}\n"}), BOT, 2, second, None)]


def file_cut_within_a_line(scene: Scene) -> Sequence[Found]:
    """The file ends in the middle of its last line."""
    was = scene.lines()[2]
    return [Found("score-rewritten", scene.commit({BOT: scene.text(BOT)[:-11]}), BOT, 3, was, was[:-10])]


def file_emptied(scene: Scene) -> Sequence[Found]:
    """The file stays, and nothing is in it."""
    return [Found("score-rewritten", scene.commit({BOT: ""}), BOT, 1, scene.lines(rev="main~1")[0], None)]


def last_newline_removed(scene: Scene) -> Sequence[Found]:
    """Only the newline at the end goes: the next value would be glued to the last one."""
    was = scene.lines()[2]
    return [Found("score-rewritten", scene.commit({BOT: scene.text(BOT)[:-1]}), BOT, 3, was, was)]


def line_put_in_the_middle(scene: Scene) -> Sequence[Found]:
    """A value is put among the old ones, as if it had been there all the time."""
    second = scene.lines()[1]
    commit = scene.edit(BOT, f"{second}\n", f"{line('m1')}\n{second}\n")
    return [Found("score-rewritten", commit, BOT, 2, second, line("m1"))]


def line_put_before_all(scene: Scene) -> Sequence[Found]:
    """A value is put before the first one."""
    first = scene.lines()[0]
    return [
        Found("score-rewritten", scene.commit({BOT: f"{line('m1')}\n{scene.text(BOT)}"}), BOT, 1, first, line("m1"))
    ]


def line_without_newline_extended(scene: Scene) -> Sequence[Found]:
    """A line is left open, and made another one by what a later commit puts at its end."""
    half = line("n1")[:-1] + ',"note":"x'
    first = scene.commit({BOT: scene.text(BOT) + half})
    second = scene.commit({BOT: scene.text(BOT) + 'y"}\n'})
    return [
        Found("score-malformed", first, BOT, 4, None, half),
        Found("score-rewritten", second, BOT, 4, half, half + 'y"}'),
    ]


def line_after_one_without_newline(scene: Scene) -> Sequence[Found]:
    """An open line is closed by a later commit, and then something comes that is no record."""
    first = scene.commit({BOT: scene.text(BOT) + line("n1")})
    second = scene.commit({BOT: scene.text(BOT) + f"\n{line('n2')}\nno record\n"})
    return [
        Found("score-malformed", first, BOT, 4, None, line("n1")),
        Found("score-malformed", second, BOT, 6, None, "no record"),
    ]


def edited_and_put_back(scene: Scene) -> Sequence[Found]:
    """A number is another one for a while, for the day of the report; then it is as before."""
    was = scene.lines()[1]
    now = was.replace('"12"', '"99"')
    first, second = scene.edit(BOT, '"12"', '"99"'), scene.edit(BOT, '"99"', '"12"')
    return [Found("score-rewritten", first, BOT, 2, was, now), Found("score-rewritten", second, BOT, 2, now, was)]


def edited_long_ago(scene: Scene) -> Sequence[Found]:
    """A number is changed, and a hundred harmless commits come on top."""
    found = value_edited(scene)
    scene.bury(100)
    return found


def edited_on_a_merged_branch(scene: Scene) -> Sequence[Found]:
    """A number is changed on a branch, which a pull request brings in among other things."""
    was = scene.lines()[1]
    side(scene)
    tamper = scene.edit(BOT, '"12"', '"99"', on=["side"], to="side")
    scene.append(line("n1"), path=CAT)
    scene.checkout()
    scene.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    return [
        Found("score-rewritten", tamper, BOT, 2, was, was.replace('"12"', '"99"')),
        Found("merge-lost-lines", scene.tip(), BOT, 2, was, None),
    ]


def id_used_again(scene: Scene) -> Sequence[Found]:
    """A second record has the id of the first: which of them is meant by it?"""
    return [Found("score-id-taken", scene.append(line("b3", "99")), BOT, 4, BOT, line("b3", "99"))]


def id_used_again_in_other_words(scene: Scene) -> Sequence[Found]:
    """The same, in JSON that is spelled otherwise: with blanks, and an escape."""
    spelled = line("b3", "99").replace('"id":"b3"', '"id": "\\u00623"')
    return [Found("score-id-taken", scene.append(spelled), BOT, 4, BOT, spelled)]


def id_used_in_another_file(scene: Scene) -> Sequence[Found]:
    """A record of another seat takes the id of one that is there."""
    return [Found("score-id-taken", scene.append(line("b3"), path=CAT), CAT, 2, BOT, line("b3"))]


def id_used_on_another_branch(scene: Scene) -> Sequence[Found]:
    """Two branches give one id to two values, and are merged."""
    side(scene)
    scene.append(line("n1", "20"), at=scene.now() + 3600)
    scene.append(line("n1", "30"), path=CAT, on=["side"], to="side")
    scene.checkout()
    scene.git("merge", "-q", "-m", "Merge", "side")
    other = scene.tip("side")
    # Which of the two git tells first is its own affair.
    first = scene.git("rev-list", "--reverse", "--topo-order", "main").split().index(other)
    second = scene.git("rev-list", "--reverse", "--topo-order", "main").split().index(scene.tip("main^1"))
    if first > second:
        return [Found("score-id-taken", other, CAT, 2, BOT, line("n1", "30"))]
    return [Found("score-id-taken", scene.tip("main^1"), BOT, 4, CAT, line("n1", "20"))]


def id_used_twice_in_one_commit(scene: Scene) -> Sequence[Found]:
    """One commit brings two records of one id, in two files."""
    changes = {BOT: f"{scene.text(BOT)}{line('n1')}\n", CAT: f"{scene.text(CAT)}{line('n1')}\n"}
    return [Found("score-id-taken", scene.commit(changes), CAT, 2, BOT, line("n1"))]


def id_in_other_case(scene: Scene) -> Sequence[Found]:
    """An id that differs by case alone is another id."""
    scene.append(line("B3"))
    return []


def picked_to_another_branch(scene: Scene) -> Sequence[Found]:
    """A commit of a value is picked from a branch, and the branch is merged later: it is the same value, once."""
    side(scene)
    scene.append(line("n1"), on=["side"], to="side")
    scene.append(line("n2"), path=CAT)
    scene.checkout()
    scene.git("cherry-pick", "side")
    scene.git("merge", "-q", "-m", "Merge", "side")
    assert scene.text(BOT).count('"n1"') == 1
    return []
