"""What orgtp has not read, it does not write over: files that are too large, links, ids in another spelling."""

from __future__ import annotations

import json

import pytest

from orgtp.files.tree import MAX_BYTES
from tests.conftest import Shell

MONTH = "scores/bot/2026-11.jsonl"
LINE = '{"id":"%s","at":"2026-11-16T12:00:00Z","metric":"number","period":"2026-W46","value":"12","by":"ada"}\n'


def _commit(org: Shell, path: str, text: str) -> str:
    org.write(path, text)
    org.git("add", "-A")
    org.git("commit", "-qm", "By hand")
    return org.head()


@pytest.mark.parametrize("fit", [0, 1, 2])
def test_a_score_file_never_grows_beyond_what_is_read(acme: Shell, fit: int) -> None:
    """8 MiB are read. A value that no longer fits is refused, and no line is lost."""
    acme("score", "add", "bot", "number", "13")
    long = len(acme.read(MONTH))
    line = (LINE % "x%06d").replace('"by"', '"note":"%s","by"')
    room = MAX_BYTES - fit * long - long // 2
    count = (room - long) // 4000
    note = "n" * (4000 - len(line % (0, "")))
    lines = [line % (number, note) for number in range(count)]
    lines[-1] = line % (count, note + "n" * ((room - long) % 4000))
    _commit(acme, MONTH, acme.read(MONTH) + "".join(lines))
    for _ in range(fit):
        acme("score", "add", "bot", "number", "13")
    before, head = acme.read(MONTH), acme.head()
    assert f"{MONTH}:1:1: larger than 8 MiB" in acme("score", "add", "bot", "number", "14", code=2).err
    assert (acme.read(MONTH), acme.head()) == (before, head)
    assert before.count("\n") == 1 + count + fit
    acme("validate")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (MONTH, ("score", "add", "bot", "number", "13")),
        ("retirements/bot.yaml", ("retire", "bot", "--to", "ada", "--reason", "Done", "--decided-by", "ada", "--yes")),
        ("seats/zed.yaml", ("seat", "add", "zed", "--role", "R", "--kind", "human")),
        ("seats/bot.yaml", ("seat", "set", "bot", "role=Other")),
    ],
)
def test_a_file_that_is_too_large_is_not_replaced(acme: Shell, path: str, words: tuple[str, ...]) -> None:
    text = LINE % "x" * 100_001 if path == MONTH else "# " + "x" * 300_000 + "\n"
    head = _commit(acme, path, text)
    ran = acme(*words, code=None)
    assert ran.code in {1, 2}, ran
    assert acme.head() == head
    assert acme.read(path) == text


def test_a_link_in_the_place_of_a_score_file_stays(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "12")
    path, elsewhere = acme.folder / MONTH, acme.folder.parent / "elsewhere.jsonl"
    path.rename(elsewhere)
    path.symlink_to("../../../elsewhere.jsonl")
    before, head = elsewhere.read_bytes(), acme.head()
    assert f"{MONTH} is a link" in acme("score", "add", "bot", "number", "13", code=2).err
    assert (path.is_symlink(), elsewhere.read_bytes(), acme.head()) == (True, before, head)


@pytest.mark.parametrize("line", [r'"id":"\u0061b"', r'"\u0069d":"ab"'])
def test_an_id_is_known_in_every_spelling(acme: Shell, line: str) -> None:
    acme("score", "add", "bot", "number", "12", "--id", "first")
    seat = acme.read("seats/ada.yaml")
    metric = '{name: Margin, outcome: Something, cadence: weekly, target: ">= 1"}'
    acme.write("seats/ada.yaml", f"{seat}metrics:\n  margin: {metric}\n")
    record = '{%s,"at":"2026-11-20T12:00:00Z","metric":"margin","period":"2026-W47","value":"1","by":"ada"}\n'
    head = _commit(acme, "scores/ada/2026-11.jsonl", record % line)
    said = acme("score", "add", "bot", "number", "3", "--id", "ab", code=2).err
    assert "the id ab belongs to another value: ada margin 2026-W47 = 1" in said
    assert "already recorded: ada margin" in acme("score", "add", "ada", "margin", "1", "--id", "ab").err
    assert acme.head() == head


def test_the_last_working_day_is_found_behind_a_long_holiday(acme: Shell) -> None:
    """What is replaced is said, whether the period is named or not."""
    days = [*(f"2025-12-{day}" for day in (24, 25, 26, 29, 30, 31)), *(f"2026-01-{day:02}" for day in range(1, 10))]
    acme.write("org.yaml", acme.read("org.yaml") + f"holidays: [{', '.join(days)}]\n")
    seat = acme.read("seats/bot.yaml").replace("2026-10-05", "2025-01-01")
    _commit(
        acme, "seats/bot.yaml", seat.replace("cadence: weekly, target: '>= 12'", "cadence: weekdays, target: '>= 12'")
    )
    for value, hour in (("5", 15), ("6", 16)):
        acme("score", "add", "bot", "number", value, ORGTP_NOW=f"2025-12-23T{hour}:00:00Z")
    words = ("score", "add", "bot", "number", "7", "--dry-run", "--json", "--for")
    plans = [acme(*words, period, ORGTP_NOW="2026-01-12T15:00:00Z") for period in ("last", "2025-12-23")]
    assert [plan.json["subject"] for plan in plans] == ["score(bot): number 2025-12-23 = 7 (was 6)"] * 2


def test_a_warning_names_the_line_in_the_whole_file(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "12")
    acme("score", "add", "bot", "money", "185000")
    ran = acme("score", "add", "bot", "number", "13", "--note", "=1+2")
    assert f"{MONTH}:3:" in ran.err, ran
    assert json.loads(acme.read(MONTH).splitlines()[2])["note"] == "=1+2"


def test_a_file_of_the_outbox_that_cannot_be_read_is_listed(acme: Shell) -> None:
    acme.write(".git/orgtp/outbox/x.json", "{")
    told = acme("sync", "--status", code=1).out
    assert "x.json" in told
    assert "the file cannot be read" in told
    assert "the outbox is empty" not in told
