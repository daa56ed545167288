"""Edits: exactly the wanted data, and every line that the edit is not about stays as it was."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from orgtp.files.yaml.editor import CannotEdit, edit_yaml
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.change import DropKey, SetKey, YamlData

PATH = "seats/dash.yaml"
SEAT = """\
# yaml-language-server: $schema=../.orgtp/schema/seat.schema.json
# Dash watches the spend.
seat: dash
name: 'Dash'          # as clients know it
role: "Analytics"
kind: agent
status: active

owner: bogdan   # since the spring
mission: >
  Finds what moved in client ad spend,
  and tells.

capabilities:
  # The first of two.
  ad-anomaly-detection: Flags anomalies.

  pacing: Watches pacing.
# Numbers.
metrics:
  on-time: {name: On time, outcome: Clients stay, target: yes, cadence: weekly}
  anomalies:
    name: Anomalies
    outcome: No client loses a day
    target: ">= 95%"   # agreed in May
    cadence: weekly
# The end.
"""


def read(text: str) -> Any:
    return read_document(PATH, text.encode()).data


def changed(before: str, after: str) -> list[str]:
    """The lines of a diff, without those that stayed."""
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line for line in lines if line[0] in "+-"]


def set_(text: str, keys: str, value: YamlData) -> str:
    return edit_yaml(PATH, text, SetKey(PATH, tuple(keys.split(".")), value))


def drop(text: str, keys: str) -> str:
    return edit_yaml(PATH, text, DropKey(PATH, tuple(keys.split("."))))


@pytest.mark.parametrize(
    ("keys", "value", "line"),
    [
        ("owner", "david", "owner: david   # since the spring\n"),
        ("name", "Dash II", "name: 'Dash II'          # as clients know it\n"),
        ("name", "Dash's", "name: 'Dash''s'          # as clients know it\n"),
        ("role", "Data", 'role: "Data"\n'),
        ("status", "retired", "status: retired\n"),
        ("status", "yes", 'status: "yes"\n'),
        ("capabilities.pacing", "Watches: all", '  pacing: "Watches: all"\n'),
        ("metrics.anomalies.target", ">= 96%", '    target: ">= 96%"   # agreed in May\n'),
        (
            "metrics.on-time.target",
            "no",
            '  on-time: {name: On time, outcome: Clients stay, target: "no", cadence: weekly}\n',
        ),
        (
            "metrics.on-time.name",
            "Ads, on time",
            '  on-time: {name: "Ads, on time", outcome: Clients stay, target: yes, cadence: weekly}\n',
        ),
    ],
)
def test_a_change_of_one_value_is_a_diff_of_one_line(keys: str, value: str, line: str) -> None:
    after = set_(SEAT, keys, value)
    minus, plus = changed(SEAT, after)
    assert plus == f"+ {line}"
    assert minus.startswith("- ")


@pytest.mark.parametrize(
    ("keys", "value", "lines"),
    [
        ("reports_to", "radar", ["reports_to: radar\n"]),
        ("since", "2025-02-03", ["since: 2025-02-03\n"]),
        ("capabilities.new", "Does new things.", ["  new: Does new things.\n"]),
        ("metrics.anomalies.rollup", "mean", ["    rollup: mean\n"]),
        ("review_by", "2027-01-01", ["review_by: 2027-01-01\n"]),
        ("x-cost-center", "4711", ['x-cost-center: "4711"\n']),
        (
            "metrics.late",
            {"name": "Late", "outcome": "None", "target": "= 0", "cadence": "daily"},
            ["  late:\n", "    name: Late\n", "    outcome: None\n", '    target: "= 0"\n', "    cadence: daily\n"],
        ),
    ],
)
def test_a_new_key_adds_its_lines_and_touches_no_other(keys: str, value: YamlData, lines: list[str]) -> None:
    assert changed(SEAT, set_(SEAT, keys, value)) == [f"+ {line}" for line in lines]


def test_new_keys_go_where_the_design_has_them() -> None:
    text = "seat: dash\nname: Dash\nowner: bogdan\nmetrics:\n  m: {}\n"
    for key in ("since", "status", "reports_to", "capabilities"):
        text = set_(text, key, "x")
    assert list(read(text)) == ["seat", "name", "status", "owner", "reports_to", "since", "capabilities", "metrics"]


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ("owner", ["owner: bogdan   # since the spring\n"]),
        ("mission", ["mission: >\n", "  Finds what moved in client ad spend,\n", "  and tells.\n"]),
        ("capabilities.pacing", ["  pacing: Watches pacing.\n"]),
        (
            "metrics.on-time",
            ["  on-time: {name: On time, outcome: Clients stay, target: yes, cadence: weekly}\n"],
        ),
    ],
)
def test_a_dropped_key_takes_its_own_lines_only(keys: str, lines: list[str]) -> None:
    assert changed(SEAT, drop(SEAT, keys)) == [f"- {line}" for line in lines]


def test_a_dropped_key_of_a_line_of_several() -> None:
    after = drop(SEAT, "metrics.on-time.outcome")
    assert changed(SEAT, after)[1] == "+   on-time: {name: On time, target: yes, cadence: weekly}\n"


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        ("a.b", "a: {c: 2, 'd': yes}  # n\n"),
        ("a.c", "a: {b: 1, 'd': yes}  # n\n"),
        ("a.d", "a: {b: 1, c: 2}  # n\n"),
    ],
)
def test_a_dropped_key_in_braces_takes_its_comma(keys: str, after: str) -> None:
    assert drop("a: {b: 1, c: 2, 'd': yes}  # n\n", keys) == after


def test_the_only_key_in_braces_leaves_the_braces() -> None:
    assert drop("a: {b: 1}  # n\n", "a.b") == "a: {}  # n\n"


def test_the_last_key_of_a_mapping_leaves_an_empty_one() -> None:
    assert drop("seat: dash\ncapabilities:\n  ads: Flags.\nkind: agent\n", "capabilities.ads") == (
        "seat: dash\ncapabilities: {}\nkind: agent\n"
    )


def test_what_is_not_there_is_dropped_without_a_change() -> None:
    assert drop(SEAT, "email") == SEAT
    assert drop(SEAT, "email.work") == SEAT
    assert drop(SEAT, "metrics.none.name") == SEAT


def test_the_same_value_again_changes_nothing() -> None:
    assert set_(SEAT, "owner", "bogdan") == SEAT


@pytest.mark.parametrize(
    ("before", "keys", "value", "after"),
    [
        ("a: |\n  one\n  two\n\nb: 1\n", "a", "three", "a: three\n\nb: 1\n"),
        ("a: >-\n  one\n  two\n# c\nb: 1\n", "a", "three", "a: three\n# c\nb: 1\n"),
        ("a: one\n  two\n  three\nb: 1\n", "a", "four", "a: four\nb: 1\n"),
        ('a: "one\n  two"  # c\nb: 1\n', "a", "four", 'a: "four"  # c\nb: 1\n'),
        ("a:\nb: 1\n", "a", "x", "a: x\nb: 1\n"),
        ("a:   # later\nb: 1\n", "a", "x", "a: x   # later\nb: 1\n"),
        ("a: ~\n", "a", "x", "a: x\n"),
        ("a: 1", "a", "x", "a: x"),
        ("a: 1", "b", "x", "a: 1\nb: x\n"),
        ("a:\n  b: 1", "a.c", "x", "a:\n  b: 1\n  c: x\n"),
        ("a: {}\n", "a.b", "x", "a:\n  b: x\n"),
        ("{a: 1}\n", "b", "x", "{a: 1, b: x}\n"),
        ("a: [x, y]\n", "a", ["x"], "a: [x]\n"),
        ("a:\n  - x\n  - y\nb: 1\n", "a", ["x"], "a: [x]\nb: 1\n"),
        ("a:\n- x\n- y\nb: 1\n", "a", ["z"], "a: [z]\nb: 1\n"),
        ("a:\n    deep:\n        b: 1\n", "a.deep.c", "x", "a:\n    deep:\n        b: 1\n        c: x\n"),
        ("a: 1\nb: 2\n...\n", "b", "x", "a: 1\nb: x\n...\n"),
        ("---\na: 1\n", "a", "x", "---\na: x\n"),
        ("---\na: 1\n", "b", "x", "---\na: 1\nb: x\n"),
        ("\ufeffa: 1\nb: 2\n", "a", "x", "\ufeffa: x\nb: 2\n"),
        ("a: 🙂\nb: 名前  # 名\n", "b", "x", "a: 🙂\nb: x  # 名\n"),
        ('"a": 1\n', "a", "x", '"a": x\n'),
        ("target: '>= 1'\n", "target", {"2026-W01": ">= 2"}, 'target: {2026-W01: ">= 2"}\n'),
        ('target: {2026-W01: ">= 2"}\n', "target.2026-W30", ">= 3", 'target: {2026-W01: ">= 2", 2026-W30: ">= 3"}\n'),
    ],
)
def test_layouts(before: str, keys: str, value: YamlData, after: str) -> None:
    assert set_(before, keys, value) == after


def test_the_line_ends_of_windows_stay() -> None:
    before = SEAT.replace("\n", "\r\n")
    for edit in (
        SetKey(PATH, ("owner",), "x"),
        SetKey(PATH, ("metrics", "m"), {"a": "b"}),
        DropKey(PATH, ("mission",)),
    ):
        assert edit_yaml(PATH, before, edit) == edit_yaml(PATH, SEAT, edit).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("- a\n", SetKey(PATH, ("a",), "x")),
        ("just text\n", SetKey(PATH, ("a",), "x")),
        ("a: text\n", SetKey(PATH, ("a", "b"), "x")),
        ("a: [b]\n", SetKey(PATH, ("a", "b"), "x")),
        ("a: text\n", DropKey(PATH, ("a", "b"))),
        ("a: 1\n", DropKey(PATH, ("a",))),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_way_out(text: str, edit: SetKey | DropKey) -> None:
    with pytest.raises(CannotEdit, match="Edit it by hand"):
        edit_yaml(PATH, text, edit)


def test_a_broken_file_is_not_edited() -> None:
    with pytest.raises(NotStrict):
        set_("a: 1\na: 2\n", "a", "x")


def test_a_value_of_another_kind_is_a_change() -> None:
    """To Python, `1` and `true` are equal; to a person they are not."""
    assert edit_yaml(PATH, "x-level: 1\n", SetKey(PATH, ("x-level",), True)) == "x-level: true\n"


LISTS = """\
# Who records.
policy:
  scorekeepers: [tally, 'dash']   # two of them
  approvers:
    - david   # the founder
    - "ada"
routing:
  - seat: dash   # the first
    to: bogdan
    routes:
      - {kind: stale, to: david}
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("policy.scorekeepers.1", "  scorekeepers: [tally, 'new']   # two of them\n"),
        ("policy.approvers.0", "    - new   # the founder\n"),
        ("policy.approvers.1", '    - "new"\n'),
        ("routing.0.to", "    to: new\n"),
        ("routing.0.routes.0.to", "      - {kind: stale, to: new}\n"),
    ],
)
def test_an_item_of_a_list_is_set_on_its_own_line(keys: str, line: str) -> None:
    found = changed(LISTS, set_(LISTS, keys, "new"))
    assert [one[2:] for one in found if one[0] == "+"] == [line]
    assert len([one for one in found if one[0] == "-"]) == 1


@pytest.mark.parametrize("keys", ["policy.approvers.2", "routing.one.to", "policy.scorekeepers.-1"])
def test_an_item_that_a_list_does_not_have_cannot_be_set(keys: str) -> None:
    with pytest.raises(CannotEdit):
        set_(LISTS, keys, "new")
