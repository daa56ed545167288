"""Ways to tamper with seats, retirements and dates."""

from __future__ import annotations

from collections.abc import Sequence

from tests.audit.scene import BOT, RECORD, Scene, line
from tests.audit.ways import Found

_OLD, _CAT = "seats/old.yaml", "seats/cat.yaml"
_HOUR = 3600


def record_changed(scene: Scene) -> Sequence[Found]:
    """The record of a retirement tells another reason."""
    lines = scene.lines(RECORD)
    number = next(n for n, text in enumerate(lines, 1) if "Done" in text)
    was = lines[number - 1]
    commit = scene.edit(RECORD, "Done", "Was no good")
    return [Found("retirement-changed", commit, RECORD, number, was, was.replace("Done", "Was no good"))]


def record_extended(scene: Scene) -> Sequence[Found]:
    """A remark is put at the end of a record."""
    number = len(scene.lines(RECORD)) + 1
    commit = scene.commit({RECORD: f"{scene.text(RECORD)}# But he was right.\n"})
    return [Found("retirement-changed", commit, RECORD, number, None, "# But he was right.")]


def record_removed(scene: Scene) -> Sequence[Found]:
    """The record of a retirement goes."""
    first = scene.lines(RECORD)[0]
    return [Found("retirement-changed", scene.commit({RECORD: None}), RECORD, 1, first, None)]


def record_renamed(scene: Scene) -> Sequence[Found]:
    """The record is put under another name."""
    first = scene.lines(RECORD)[0]
    commit = scene.commit({RECORD: None, "retirements/old-1.yaml": scene.text(RECORD)})
    return [Found("retirement-changed", commit, RECORD, 1, first, None)]


def record_executable(scene: Scene) -> Sequence[Found]:
    """The record becomes a program."""
    from tests.audit.scene import PROGRAM, Leaf

    commit = scene.commit({RECORD: Leaf(PROGRAM, scene.text(RECORD))})
    return [Found("retirement-changed", commit, RECORD, 0, "100644", PROGRAM)]


def seat_deleted(scene: Scene) -> Sequence[Found]:
    """A seat at work is deleted, not retired."""
    before = scene.oid(_CAT)
    return [Found("seat-deleted", scene.commit({_CAT: None}), _CAT, 0, before, None)]


def seat_renamed(scene: Scene) -> Sequence[Found]:
    """A seat gets another id, and so a past of its own."""
    before = scene.oid(_CAT)
    commit = scene.commit({_CAT: None, "seats/kit.yaml": scene.text(_CAT).replace("cat", "kit")})
    return [Found("seat-deleted", commit, _CAT, 0, before, None)]


def seat_of_retired_deleted(scene: Scene) -> Sequence[Found]:
    """No tamper: the file of a seat that was retired may go, its record stays."""
    scene.commit({_OLD: None})
    return []


def retired_brought_back(scene: Scene) -> Sequence[Found]:
    """A seat that was retired is at work again."""
    return [Found("id-reused", scene.edit(_OLD, "retired", "active"), _OLD, 0, "retired", "active")]


def id_used_after_retirement(scene: Scene) -> Sequence[Found]:
    """The file of a retired seat goes, and later a new seat takes its id."""
    scene.commit({_OLD: None})
    commit = scene.commit({_OLD: scene.text(_CAT).replace("cat", "old")})
    return [Found("id-reused", commit, _OLD, 0, None, None)]


def id_used_after_deletion(scene: Scene) -> Sequence[Found]:
    """A seat is deleted, and comes back as another one."""
    text, before = scene.text(_CAT), scene.oid(_CAT)
    gone = scene.commit({_CAT: None})
    scene.bury(5)
    back = scene.commit({_CAT: text.replace("Desk", "Door")})
    return [Found("seat-deleted", gone, _CAT, 0, before, None), Found("id-reused", back, _CAT, 0, None, None)]


# Dates.


def back_dated(scene: Scene) -> Sequence[Found]:
    """A commit that wants to have been there in the spring."""
    commit = scene.append(line("n1"), at=1_775_000_000)
    return [Found("date-back", commit, "", 0, "2026-11-20T07:00:00Z", "2026-03-31T23:33:20Z")]


def future_dated(scene: Scene) -> Sequence[Found]:
    """A commit of the next century."""
    commit = scene.append(line("n1"), at=4_102_444_800)
    return [Found("date-future", commit, "", 0, "now", "2100-01-01T00:00:00Z")]


def of_before_all(scene: Scene) -> Sequence[Found]:
    """A commit of the year 1969."""
    raw = scene.raw("cat-file", "commit", scene.append(line("n1")))
    head, _, message = raw.partition(b"\n\n")
    rows = head.split(b"\n")
    rows[-1] = b"committer A Tester <tester@example.com> -86400 +0000"
    commit = scene.move(scene.object("commit", b"\n".join(rows) + b"\n\n" + message))
    return [Found("date-back", commit, "", 0, "2026-11-20T07:00:00Z", "1969-12-31T00:00:00Z")]


def no_date_at_all(scene: Scene) -> Sequence[Found]:
    """A commit whose date is no number."""
    raw = scene.raw("cat-file", "commit", scene.append(line("n1")))
    stamp = raw.split(b"\n")[-3].rpartition(b"> ")[2]
    commit = scene.move(scene.object("commit", raw.replace(b"> " + stamp, b"> soon", 2)))
    return [Found("date-back", commit, "", 0, "2026-11-20T07:00:00Z", "1970-01-01T00:00:00Z")]


def author_date_alone(scene: Scene) -> Sequence[Found]:
    """No tamper: when something was first written may be long ago, as after a rebase."""
    scene.append(line("n1"), wrote=1_775_000_000)
    return []


def clock_a_little_back(scene: Scene) -> Sequence[Found]:
    """No tamper: two clocks differ by an hour."""
    at = scene.now()
    scene.append(line("n1"), at=at)
    scene.append(line("n2"), path=BOT, at=at - _HOUR)
    return []


def parents_in_the_message(scene: Scene) -> Sequence[Found]:
    """A commit whose headers are odd, and whose message names other parents: what it did is what its header says."""
    was = scene.lines()[1]
    base = scene.tip()
    tree = scene.git("rev-parse", scene.edit(BOT, '"12"', '"99"') + "^{tree}")
    heads = f"tree {tree}\nparent {base}\nauthor Nobody\ncommitter Nobody <> {scene.now()} +0000\n"
    commit = scene.move(scene.object("commit", f"{heads}\nWork\nparent {base}\nparent {base}\n".encode()))
    back = Found("date-back", commit, "", 0, "2026-11-20T07:00:00Z", "1970-01-01T00:00:00Z")
    return [Found("score-rewritten", commit, BOT, 2, was, was.replace('"12"', '"99"')), back]
