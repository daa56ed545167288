"""Ways in which a merge tampers: what it loses, adds or changes stands in no commit of a branch."""

from __future__ import annotations

from collections.abc import Sequence

from tests.audit.scene import BOT, CAT, RECORD, Leaf, Scene, line
from tests.audit.ways import Found, side

_CAT = "seats/cat.yaml"


def _parted(scene: Scene) -> tuple[str, str]:
    """Two branches, each with a value of its own, and what a merge by union makes of them."""
    side(scene)
    scene.append(line("s1"), on=["side"], to="side")
    scene.append(line("m1"))
    scene.checkout()
    return "side", f"{scene.text(BOT)}{line('s1')}\n"


def merge_by_union(scene: Scene) -> Sequence[Found]:
    """Nobody tampers: git puts both values into the file."""
    _, whole = _parted(scene)
    scene.git("merge", "-q", "-m", "Merge", "side")
    assert scene.text(BOT) == whole
    return []


def merge_ours(scene: Scene) -> Sequence[Found]:
    """`git merge -s ours`: the branch counts as merged, and its value is gone."""
    _parted(scene)
    scene.git("merge", "-q", "-s", "ours", "-m", "Merge", "side")
    return [Found("merge-lost-lines", scene.tip(), BOT, 4, line("s1"), None)]


def merge_theirs(scene: Scene) -> Sequence[Found]:
    """`git merge -X theirs`, with an attribute that puts union out of force: our value is gone."""
    _parted(scene)
    (scene.shell.folder / ".git/info").mkdir(exist_ok=True)
    scene.shell.write(".git/info/attributes", "scores/** merge\n")
    scene.git("merge", "-q", "-X", "theirs", "-m", "Merge", "side")
    return [Found("merge-lost-lines", scene.tip(), BOT, 4, line("m1"), None)]


def merge_by_driver(scene: Scene) -> Sequence[Found]:
    """An attribute names a driver that always takes our side."""
    _parted(scene)
    scene.git("config", "merge.mine.driver", "true")
    scene.shell.write(".git/info/attributes", "scores/** merge=mine\n")
    scene.git("merge", "-q", "-m", "Merge", "side")
    return [Found("merge-lost-lines", scene.tip(), BOT, 4, line("s1"), None)]


def criss_cross(scene: Scene) -> Sequence[Found]:
    """Nobody tampers: two people merge each other's branch, and then one of them merges the other's again."""
    _crossed(scene)
    scene.git("merge", "-q", "--no-edit", "side")
    assert {line("m1"), line("s1")} <= set(scene.lines())
    return []


def _crossed(scene: Scene) -> None:
    """Two branches that have merged each other: each has its own value before that of the other."""
    _parted(scene)
    scene.git("branch", "-q", "old-main", "main")
    scene.git("merge", "-q", "--no-edit", "side")
    scene.checkout("side")
    scene.git("merge", "-q", "--no-edit", "old-main")
    scene.checkout("main")
    assert scene.lines()[-2:] == [line("m1"), line("s1")]
    assert scene.lines(rev="side")[-2:] == [line("s1"), line("m1")]


def criss_cross_that_goes_on(scene: Scene) -> Sequence[Found]:
    """Nobody tampers: both go on recording, and merge each other again and again."""
    _crossed(scene)
    for number in range(3):
        for branch, other in (("main", "side"), ("side", "main")):
            scene.append(line(f"{branch[0]}{number}x"), on=[branch], to=branch)
            scene.checkout(branch)
            scene.git("merge", "-q", "--no-edit", "--no-ff", other)
    scene.checkout("main")
    scene.git("merge", "-q", "--no-edit", "side")
    return []


def lines_between_that_git_writes_twice(scene: Scene) -> Sequence[Found]:
    """Nobody tampers: where both sides add lines above and below the same line, git writes that line twice."""
    shared = line("n1")
    side(scene)
    side(scene, "third")
    scene.append(line("s1"), on=["side"], to="side")
    scene.append(shared, on=["third"], to="third")
    scene.append(line("m1"))
    scene.commit({BOT: f"{scene.text(BOT)}{shared}\n"}, "Merge\n", on=["main", "third"])
    scene.commit({BOT: f"{scene.text(BOT, 'side')}{shared}\n"}, "Merge\n", on=["side", "third"], to="side")
    scene.append(line("m2"))
    scene.append(line("s2"), on=["side"], to="side")
    scene.checkout()
    scene.git("merge", "-q", "--no-edit", "side")
    assert scene.lines().count(shared) == 2
    return []


def criss_cross_that_loses(scene: Scene) -> Sequence[Found]:
    """The last merge of two people who merged each other drops a value."""
    _crossed(scene)
    text = scene.text(BOT).replace(f"{line('s1')}\n", "")
    commit = scene.commit({BOT: text}, "Merge\n", on=["main", "side"])
    return [
        Found("merge-lost-lines", commit, BOT, 5, line("s1"), None),
        Found("merge-lost-lines", commit, BOT, 4, line("s1"), None),
    ]


def criss_cross_that_reorders(scene: Scene) -> Sequence[Found]:
    """The last merge of two people who merged each other moves a line on whose place both agree."""
    _crossed(scene)
    first, second, third, *rest = scene.lines()
    lines = [first, third, second, *rest]
    commit = scene.commit({BOT: "".join(f"{one}\n" for one in lines)}, "Merge\n", on=["main", "side"])
    return [Found("merge-lost-lines", commit, BOT, 3, third, None)] * 2


def criss_cross_that_moves_a_new_line(scene: Scene) -> Sequence[Found]:
    """The last merge puts a line that only one of them has before the lines that it follows there."""
    _crossed(scene)
    scene.append(line("m9"))
    first, *others, newest = scene.lines()
    lines = [first, newest, *others]
    commit = scene.commit({BOT: "".join(f"{text}\n" for text in lines)}, "Merge\n", on=["main", "side"])
    return [Found("merge-lost-lines", commit, BOT, 6, newest, None)]


def criss_cross_that_triples(scene: Scene) -> Sequence[Found]:
    """The last merge writes a line more often than both of them together."""
    _crossed(scene)
    commit = scene.commit({BOT: scene.text(BOT) + f"{line('s1')}\n" * 2}, "Merge\n", on=["main", "side"])
    return [Found("merge-added-lines", commit, BOT, 5, None, line("s1"))]


def evil_merge_adds(scene: Scene) -> Sequence[Found]:
    """A merge brings a value that stands on neither side."""
    other, whole = _parted(scene)
    commit = scene.commit({BOT: f"{whole}{line('e1')}\n"}, "Merge\n", on=["main", other])
    return [Found("merge-added-lines", commit, BOT, 6, None, line("e1"))]


def evil_merge_doubles(scene: Scene) -> Sequence[Found]:
    """A merge writes a value twice."""
    other, whole = _parted(scene)
    commit = scene.commit({BOT: f"{whole}{line('s1')}\n"}, "Merge\n", on=["main", other])
    return [Found("merge-added-lines", commit, BOT, 5, None, line("s1"))]


def evil_merge_loses(scene: Scene) -> Sequence[Found]:
    """A merge takes out an old value that both sides have."""
    other, whole = _parted(scene)
    second = scene.lines()[1]
    commit = scene.commit({BOT: whole.replace(f"{second}\n", "")}, "Merge\n", on=["main", other])
    return [Found("merge-lost-lines", commit, BOT, 2, second, None)] * 2


def evil_merge_edits(scene: Scene) -> Sequence[Found]:
    """A merge changes an old value."""
    other, whole = _parted(scene)
    was = scene.lines()[1]
    now = was.replace('"12"', '"99"')
    commit = scene.commit({BOT: whole.replace(was, now)}, "Merge\n", on=["main", other])
    lost = Found("merge-lost-lines", commit, BOT, 2, was, None)
    return [lost, lost, Found("merge-added-lines", commit, BOT, 2, None, now)]


def evil_merge_reorders(scene: Scene) -> Sequence[Found]:
    """A merge puts the newest value before the old ones: others count then."""
    other, _ = _parted(scene)
    first, second, third, _ = scene.lines()
    lines = [first, third, second, line("m1"), line("s1")]
    commit = scene.commit({BOT: "".join(f"{one}\n" for one in lines)}, "Merge\n", on=["main", other])
    return [Found("merge-lost-lines", commit, BOT, 3, third, None)] * 2


def evil_merge_deletes(scene: Scene) -> Sequence[Found]:
    """A merge takes out a whole month."""
    other, whole = _parted(scene)
    commit = scene.commit({CAT: None, BOT: whole}, "Merge\n", on=["main", other])
    return [Found("score-file-deleted", commit, CAT, 0, CAT, None)]


def evil_merge_links(scene: Scene) -> Sequence[Found]:
    """A merge makes a month a link."""
    other, whole = _parted(scene)
    commit = scene.commit({CAT: Leaf("120000", "x"), BOT: whole}, "Merge\n", on=["main", other])
    return [Found("score-file-mode", commit, CAT, 0, "100644", "120000")]


def evil_merge_changes_record(scene: Scene) -> Sequence[Found]:
    """A merge changes a retirement record."""
    other, whole = _parted(scene)
    text = scene.text(RECORD).replace("Done", "Done well")
    commit = scene.commit({RECORD: text, BOT: whole}, "Merge\n", on=["main", other])
    number, was, now = _differs(scene, commit)
    return [Found("retirement-changed", commit, RECORD, number, was, now)]


def _differs(scene: Scene, commit: str) -> tuple[int, str, str]:
    """The first line of the record that is another one than in the parent of `commit`."""
    pairs = zip(scene.lines(RECORD, f"{commit}^"), scene.lines(RECORD, commit), strict=False)
    return next((number, was, now) for number, (was, now) in enumerate(pairs, 1) if was != now)


def evil_merge_removes_seat(scene: Scene) -> Sequence[Found]:
    """A merge takes out a seat that is at work."""
    other, whole = _parted(scene)
    before = scene.oid(_CAT)
    commit = scene.commit({_CAT: None, BOT: whole}, "Merge\n", on=["main", other])
    return [Found("seat-deleted", commit, _CAT, 0, before, None)]


def octopus(scene: Scene) -> Sequence[Found]:
    """Nobody tampers: three branches at once, each with a value in a file of its own."""
    for name, path in (("one", BOT), ("two", CAT), ("three", "scores/bot/2026-12.jsonl")):
        side(scene, name)
        at = "2026-12-01T13:00:02Z" if name == "three" else "2026-11-20T13:00:02Z"
        scene.append(line(name, at=at), path=path, on=[name], to=name)
    scene.checkout()
    scene.git("merge", "-q", "-m", "Merge", "one", "two", "three")
    return []


def octopus_loses(scene: Scene) -> Sequence[Found]:
    """A merge of three branches that loses the value of the second one."""
    for name in ("one", "two"):
        side(scene, name)
        scene.append(line(name), on=[name], to=name)
    text = f"{scene.text(BOT)}{line('two')}\n"
    commit = scene.commit({BOT: text}, "Merge\n", on=["main", "one", "two"])
    return [Found("merge-lost-lines", commit, BOT, 4, line("one"), None)]


def _retired(scene: Scene, branch: str, reason: str) -> None:
    """Retire the cat on a branch."""
    scene.checkout(branch)
    moves = ("--move", "cat-things=bot", "--move", "old-things=bot")
    words = ("retire", "cat", *moves, "--reason", reason, "--decided-by", "ada", "--by", "ada", "--yes")
    scene.shell(*words, ORGTP_NOW="2026-11-20T13:00:00Z")


def merge_undoes_retirement(scene: Scene) -> Sequence[Found]:
    """`git merge -s ours` of a branch that retired a seat: it is at work again, and its record gone."""
    scene.minutes = 70
    record = _on_side(scene)
    scene.git("merge", "-q", "-s", "ours", "-m", "Merge", "side")
    return [
        Found("retirement-changed", scene.tip(), "retirements/cat.yaml", 1, record, None),
        Found("id-reused", scene.tip(), _CAT, 0, "retired", "active"),
    ]


def _on_side(scene: Scene) -> str:
    """Retire the cat on the ledger branch, move that to the side, and say the first line of its record."""
    base = scene.tip()
    _retired(scene, "main", "Done")
    scene.move(scene.tip(), "side")
    scene.move(base)
    scene.checkout()
    scene.append(line("m1"))
    scene.checkout()
    return scene.lines("retirements/cat.yaml", "side")[0]


def merge_replaces_record(scene: Scene) -> Sequence[Found]:
    """Two branches retired a seat, for two reasons; the merge keeps one record, and the other is gone."""
    base = scene.tip()
    _retired(scene, "main", "Done")
    theirs = scene.move(scene.tip(), "side")
    scene.move(base)
    _retired(scene, "main", "Was no good")
    scene.minutes = 70
    commit = scene.commit({}, "Merge\n", on=["main", "side"])
    path = "retirements/cat.yaml"
    pairs = zip(scene.lines(path, theirs), scene.lines(path, commit), strict=True)
    number, was, now = next((n, was, now) for n, (was, now) in enumerate(pairs, 1) if was != now)
    return [Found("retirement-changed", commit, path, number, was, now)]


def unrelated_history(scene: Scene) -> Sequence[Found]:
    """Nobody tampers: another project with a history of its own is merged in."""
    scene.commit({"lib/README": "A library\n"}, "Library\n", on=[], to="side")
    scene.commit({"lib/README": "A library\n"}, "Merge\n", on=["main", "side"])
    return []


def unrelated_history_with_values(scene: Scene) -> Sequence[Found]:
    """A second root brings values out of nowhere, of a seat that was not there."""
    root = scene.commit({"scores/bot/2026-12.jsonl": f"{line('u1')}\n"}, "Values\n", on=[], to="side")
    scene.commit({"scores/bot/2026-12.jsonl": f"{line('u1')}\n"}, "Merge\n", on=["main", "side"])
    return [Found("score-misfit", root, "scores/bot/2026-12.jsonl", 1, None, line("u1"))]


def parent_twice(scene: Scene) -> Sequence[Found]:
    """A commit that names its parent twice, so that it looks like a merge of nothing."""
    was = scene.lines()[1]
    now = was.replace('"12"', '"99"')
    commit = scene.commit({BOT: scene.text(BOT).replace(was, now)}, on=["main", "main"])
    lost = Found("merge-lost-lines", commit, BOT, 2, was, None)
    return [lost, lost, Found("merge-added-lines", commit, BOT, 2, None, now)]
