"""Ways to make a file of the record go, or be something else than a file."""

from __future__ import annotations

from collections.abc import Sequence

from tests.audit.scene import BOT, CAT, LINK, OCTOBER, PROGRAM, RECORD, SUBMODULE, Changes, Leaf, Scene, line
from tests.audit.ways import Found

_MODULE = "1" * 40


def score_file_deleted(scene: Scene) -> Sequence[Found]:
    """A month goes."""
    return [Found("score-file-deleted", scene.commit({BOT: None}), BOT, 0, BOT, None)]


def score_file_renamed(scene: Scene) -> Sequence[Found]:
    """The month of one seat becomes that of another."""
    to = "scores/cat/2026-10.jsonl"
    commit = scene.commit({to: scene.text(OCTOBER), OCTOBER: None})
    return [Found("score-file-deleted", commit, OCTOBER, 0, OCTOBER, to)]


def score_file_renamed_and_edited(scene: Scene) -> Sequence[Found]:
    """The same, with a nicer number: as git sees it, a file goes and another comes."""
    to = "scores/cat/2026-10.jsonl"
    edited = scene.text(OCTOBER).replace('"7"', '"8"')
    commit = scene.commit({to: edited, OCTOBER: None})
    return [
        Found("score-file-deleted", commit, OCTOBER, 0, OCTOBER, None),
        Found("score-id-taken", commit, to, 1, OCTOBER, edited.rstrip("\n")),
    ]


def score_file_moved_away(scene: Scene) -> Sequence[Found]:
    """The month is moved to where nobody reads it."""
    commit = scene.commit({"archive/2026-11.jsonl": scene.text(BOT), BOT: None})
    return [Found("score-file-deleted", commit, BOT, 0, BOT, "archive/2026-11.jsonl")]


def score_file_copied(scene: Scene) -> Sequence[Found]:
    """The month of one seat is also that of another."""
    copy = "scores/cat/2026-10.jsonl"
    text = scene.lines(OCTOBER)[0]
    return [Found("score-id-taken", scene.commit({copy: f"{text}\n"}), copy, 1, OCTOBER, text)]


def score_file_deleted_and_begun_anew(scene: Scene) -> Sequence[Found]:
    """A month goes, and comes again with other values under the old ids; that it went is told."""
    old = scene.lines(CAT)[0]
    gone = scene.commit({CAT: None})
    scene.append(old.replace('"5"', '"50"'), path=CAT)
    return [Found("score-file-deleted", gone, CAT, 0, CAT, None)]


def _made(scene: Scene, mode: str, content: str) -> Sequence[Found]:
    return [Found("score-file-mode", scene.commit({BOT: Leaf(mode, content)}), BOT, 0, "100644", mode)]


def score_file_executable(scene: Scene) -> Sequence[Found]:
    """The month becomes a program."""
    return _made(scene, PROGRAM, scene.text(BOT))


def score_file_link(scene: Scene) -> Sequence[Found]:
    """The month becomes a link to a file outside of the history."""
    return _made(scene, LINK, "/tmp/2026-11.jsonl")  # noqa: S108


def score_file_submodule(scene: Scene) -> Sequence[Found]:
    """The month becomes a submodule."""
    return _made(scene, SUBMODULE, _MODULE[: len(scene.tip())])


def score_file_folder(scene: Scene) -> Sequence[Found]:
    """The month becomes a folder, with the old file in it."""
    inner = f"{BOT}/{BOT.rpartition('/')[2]}"
    commit = scene.commit({BOT: None, inner: scene.text(BOT)})
    return [Found("score-file-deleted", commit, BOT, 0, BOT, inner)]


def scores_link(scene: Scene) -> Sequence[Found]:
    """The folder of all values becomes a link to somewhere else."""
    commit = scene.commit({"scores": Leaf(LINK, "/srv/scores")})
    gone = [Found("score-file-deleted", commit, path, 0, path, None) for path in (BOT, CAT, OCTOBER)]
    return [*gone, Found("not-a-file", commit, "scores", 0, None, LINK)]


def scores_of_a_seat_link(scene: Scene) -> Sequence[Found]:
    """The values of a seat that has none yet are a link to those of another one."""
    commit = scene.commit({"scores/ada": Leaf(LINK, "bot")})
    return [Found("not-a-file", commit, "scores/ada", 0, None, LINK)]


def link_where_a_month_will_be(scene: Scene) -> Sequence[Found]:
    """The month to come is a link before it begins."""
    path = "scores/bot/2026-12.jsonl"
    commit = scene.commit({path: Leaf(LINK, "2026-11.jsonl")})
    return [Found("score-file-mode", commit, path, 0, None, LINK)]


# Seats, records, and the org itself.


def _odd(scene: Scene, path: str, leaf: Leaf, before: str | None = "100644") -> Sequence[Found]:
    return [Found("not-a-file", scene.commit({path: leaf}), path, 0, before, leaf.mode)]


def seat_link(scene: Scene) -> Sequence[Found]:
    """A seat becomes a link to a file outside of the history."""
    return _odd(scene, "seats/bot.yaml", Leaf(LINK, "/tmp/bot.yaml"))  # noqa: S108


def seat_submodule(scene: Scene) -> Sequence[Found]:
    """A seat becomes a submodule."""
    return _odd(scene, "seats/bot.yaml", Leaf(SUBMODULE, _MODULE))


def record_link(scene: Scene) -> Sequence[Found]:
    """A retirement record becomes a link."""
    return _odd(scene, RECORD, Leaf(LINK, "/tmp/old.yaml"))  # noqa: S108


def org_link(scene: Scene) -> Sequence[Found]:
    """The file that says what the org is becomes a link."""
    return _odd(scene, "org.yaml", Leaf(LINK, "/tmp/org.yaml"))  # noqa: S108


def seats_link(scene: Scene) -> Sequence[Found]:
    """The folder of all seats becomes a link."""
    names = ("ada", "bot", "cat", "old")
    oids = {name: scene.oid(f"seats/{name}.yaml") for name in names}
    commit = scene.commit({"seats": Leaf(LINK, "/srv/seats")})
    gone = [Found("seat-deleted", commit, f"seats/{name}.yaml", 0, oids[name], None) for name in names if name != "old"]
    return [*gone, Found("not-a-file", commit, "seats", 0, None, LINK)]


def org_removed(scene: Scene) -> Sequence[Found]:
    """The file that says what the org is goes."""
    before = scene.oid("org.yaml")
    return [Found("org-removed", scene.commit({"org.yaml": None}), "org.yaml", 0, before, None)]


def odd_paths(scene: Scene) -> Sequence[Found]:
    """Files that are none of the org's, under names with everything that a name can have, are nobody's business."""
    names = ('no\nte"s/ä\t.txt', "notes/\udcff\udcfe", ":100644 100644 a b M", "-O", "scores.txt", "seats/README")
    changes: Changes = dict.fromkeys(names, "text\n")
    scene.commit(changes)
    scene.commit(dict.fromkeys(names))
    scene.append(line("n1"))
    return []
