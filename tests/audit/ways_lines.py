"""Lines that should never have been added: each is put at the end of a score file, as the fourth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.audit.scene import BOT, Scene, line
from tests.audit.ways import Found


def _added(scene: Scene, text: str | bytes, rule: str, said: str) -> Sequence[Found]:
    raw = text.encode() if isinstance(text, str) else text
    commit = scene.commit({BOT: scene.text(BOT).encode() + raw + b"\n"})
    return [Found(rule, commit, BOT, 4, None, said)]


def of_another_month(scene: Scene) -> Sequence[Found]:
    """A value is put into the file of another month, where nobody looks for it."""
    text = line("n1", at="2026-10-20T13:00:02Z")
    return _added(scene, text, "score-misfit", text)


def of_no_metric(scene: Scene) -> Sequence[Found]:
    """A value of something that the seat is not measured on."""
    text = line("n1", metric="nothing")
    return _added(scene, text, "score-misfit", text)


def of_another_kind(scene: Scene) -> Sequence[Found]:
    """A time of day, where a number belongs."""
    text = line("n1", "07:52")
    return _added(scene, text, "score-misfit", text)


def not_as_stored(scene: Scene) -> Sequence[Found]:
    """A number that is not written as numbers are stored."""
    text = line("n1", "12.0")
    return _added(scene, text, "score-misfit", text)


def of_another_period(scene: Scene) -> Sequence[Found]:
    """A value of a day, of a metric that has weeks."""
    text = line("n1", period="2026-11-20")
    return _added(scene, text, "score-misfit", text)


def of_no_period(scene: Scene) -> Sequence[Found]:
    """A value of a week that no year has."""
    text = line("n1", period="2026-W54")
    return _added(scene, text, "score-malformed", text)


def blank_without_note(scene: Scene) -> Sequence[Found]:
    """Nobody knows the value, and nobody says why."""
    text = line("n1", None)
    return _added(scene, text, "score-misfit", text)


def blank_with_blank_note(scene: Scene) -> Sequence[Found]:
    """The reason is a blank, too."""
    text = line("n1", None, note=" ")
    return _added(scene, text, "score-misfit", text)


def not_json(scene: Scene) -> Sequence[Found]:
    """Words."""
    return _added(scene, "twelve", "score-malformed", "twelve")


def empty_line(scene: Scene) -> Sequence[Found]:
    """Nothing."""
    return _added(scene, "", "score-malformed", "")


def carriage_return(scene: Scene) -> Sequence[Found]:
    """A line that ends as on Windows: to JSON that is a blank, and the record is the same for every reader."""
    scene.append(f"{line('n1')}\r")
    return []


def byte_order_mark(scene: Scene) -> Sequence[Found]:
    """A mark before the line that no editor shows."""
    return _added(scene, "\ufeff" + line("n1"), "score-malformed", "\ufeff" + line("n1"))


def nul_byte(scene: Scene) -> Sequence[Found]:
    """A NUL in the line: some readers stop there."""
    text = line("n1", note="xy").replace("xy", "x\0y")
    return _added(scene, text, "score-malformed", text)


def not_utf8(scene: Scene) -> Sequence[Found]:
    """A byte that is no UTF-8."""
    raw = line("n1", note="xy").encode().replace(b"xy", b"x\xffy")
    return _added(scene, raw, "score-malformed", raw.decode(errors="replace"))


def very_long(scene: Scene) -> Sequence[Found]:
    """A line of a million letters."""
    text = line("n1", note="x" * 1_000_000)
    return _added(scene, text, "score-malformed", text[:400])


def key_twice(scene: Scene) -> Sequence[Found]:
    """A value twice in one record: each reader takes the one that it likes."""
    text = line("n1").replace('"value":"12"', '"value":"12","value":"99"')
    return _added(scene, text, "score-malformed", text)


def key_twice_in_disguise(scene: Scene) -> Sequence[Found]:
    """The same, the second key spelled with an escape."""
    text = line("n1").replace('"value":"12"', '"value":"12","valu\\u0065":"99"')
    return _added(scene, text, "score-malformed", text)


def bare_number(scene: Scene) -> Sequence[Found]:
    """A number that is not text: what reads it as a float changes it."""
    text = line("n1").replace('"12"', "12")
    return _added(scene, text, "score-malformed", text)


def not_utc(scene: Scene) -> Sequence[Found]:
    """A moment in another zone than UTC."""
    text = line("n1", at="2026-11-20T13:00:02+01:00")
    return _added(scene, text, "score-malformed", text)


def no_such_day(scene: Scene) -> Sequence[Found]:
    """A moment of a day that November does not have."""
    text = line("n1", at="2026-11-31T13:00:02Z")
    return _added(scene, text, "score-malformed", text)


def without_newline(scene: Scene) -> Sequence[Found]:
    """A good record, left open at its end."""
    commit = scene.commit({BOT: scene.text(BOT) + line("n1")})
    return [Found("score-malformed", commit, BOT, 4, None, line("n1"))]


def of_nobody(scene: Scene) -> Sequence[Found]:
    """Values of a seat that is not there, under a name that hides itself."""
    path = 'scores/b\n\t"\x1b[2J\\ \udcff/2026-11.jsonl'
    return [Found("score-misfit", scene.append(line("n1"), path=path), path, 1, None, line("n1"))]


def with_key_of_tomorrow(scene: Scene) -> Sequence[Found]:
    """A key that this version does not know is kept, and is no harm."""
    scene.append(line("n1", later="x"))
    return []


LINES: tuple[Callable[[Scene], Sequence[Found]], ...] = (
    of_another_month, of_no_metric, of_another_kind, not_as_stored, of_another_period, blank_without_note,
    blank_with_blank_note, of_nobody,
)  # fmt: skip
MALFORMED: tuple[Callable[[Scene], Sequence[Found]], ...] = (
    of_no_period, not_json, empty_line, byte_order_mark, nul_byte, not_utf8, very_long, key_twice,
    key_twice_in_disguise, bare_number, not_utc, no_such_day, without_newline,
)  # fmt: skip
