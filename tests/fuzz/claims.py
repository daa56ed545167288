"""What holds of every input of each reader. A claim that does not hold raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import yaml

from orgtp import rules
from orgtp.files.load import NotAnOrg, load_org, sort_problems
from orgtp.files.scores import find_seat_of_scores, read_scores
from orgtp.files.tree import MemoryTree
from orgtp.files.yaml.fast_loader import NotPlain, load_plain_yaml, resolve_scalar
from orgtp.files.yaml.loader import NotStrict, YamlNode, decode_yaml, parse_nodes, read_document
from orgtp.model.errors import BadValue
from orgtp.model.period import parse_period
from orgtp.model.problem import Problem
from orgtp.model.target import parse_target, target_hint
from orgtp.model.text import did_you_mean, escape_control_chars, find_nearest, id_hint, is_id, one_line
from orgtp.model.value import Unit, ValueKind

NOW = datetime(2026, 11, 20, 23, tzinfo=UTC)
UNITS = [Unit(kind, "USD" if kind is ValueKind.MONEY else "") for kind in ValueKind]
SEAT, SCORES = "seats/eve.yaml", "scores/eve/2026-11.jsonl"


def in_file(problem: Problem, raw: bytes) -> None:
    """A problem stands where its file has a place, and says what to do."""
    # YAML ends a line in three ways, JSON Lines in one.
    rows = problem.place.path.endswith(".jsonl")
    ended = raw if rows else raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = ended.split(b"\n")
    assert 1 <= problem.place.line <= len(lines), problem
    longest = len(lines[problem.place.line - 1].decode(errors="replace")) + 1
    assert 1 <= problem.place.column <= longest, problem
    assert problem.message, problem
    assert problem.hint, problem


def yaml_is_strict(raw: bytes) -> None:
    """Bytes are a document or a problem at a place; both ways of reading agree, and so does PyYAML."""
    try:
        document = read_document(SEAT, raw)
    except NotStrict as error:
        in_file(error.problem, raw)
        return
    text = decode_yaml(SEAT, raw)
    node = parse_nodes(SEAT, text)
    assert same(document.data, node.data)
    assert document.marks.values.keys() >= document.marks.keys.keys()
    agrees(node, yaml.compose(text, Loader=yaml.CSafeLoader))
    try:
        plain = load_plain_yaml(text)
    except NotPlain:
        return
    assert same(plain, node.data)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all through."""
    return repr(one) == repr(other)


def agrees(node: YamlNode, theirs: Any) -> None:
    """What we read of a value is what PyYAML's own composer has: the text of each scalar, the order of each key."""
    if isinstance(theirs, yaml.ScalarNode):
        expected = theirs.value if theirs.style else resolve_scalar(theirs.value)
        assert same(node.data, expected), (node, theirs)
    elif isinstance(theirs, yaml.MappingNode):
        assert list(node.data) == [key.value for key, _ in theirs.value]
        for key, value in theirs.value:
            agrees(node.items[key.value][1], value)
    else:
        assert len(node.parts) == len(theirs.value)
        for part, value in zip(node.parts, theirs.value, strict=True):
            agrees(part, value)
    assert (node.line, node.column) == (theirs.start_mark.line + 1, theirs.start_mark.column + 1)


def a_score_file_is_read(raw: bytes) -> None:
    """Each line is a record or a problem at its line; a record is what JSON says, and is written as it was read."""
    records, problems = read_scores(SCORES, raw)
    for problem in problems:
        in_file(problem, raw.replace(b"\r", b"x"))
    places = [record.place.line for record in records]
    assert places == sorted(set(places))
    for record in records:
        line = json.loads(raw.split(b"\n")[record.place.line - 1])
        assert (line["id"], line["metric"], line["period"], line["value"]) == (
            record.id, record.metric, record.period, record.value,
        )  # fmt: skip
        again, wrong = read_scores("scores/eve/2026-12.jsonl", f"{record.line}\n".encode())
        assert not wrong
        assert again[0].value == record.value


def an_org_is_judged(files: Mapping[str, bytes]) -> None:
    """Any tree is an org and problems, and every rule can judge it."""
    try:
        loaded = load_org(MemoryTree(files))
    except NotAnOrg:
        assert "org.yaml" not in files
        return
    for problem in sort_problems([*loaded.problems, *rules.check_org(loaded.org, NOW)]):
        in_file(problem, loaded.files.get(problem.place.path, b""))
        assert len(problem.message) <= 400


def a_text_is_judged(text: str) -> None:
    """A target, a period and a value is what it says, or none."""
    target = parse_target(text)
    assert target is None or target.low <= target.high
    assert target_hint(text)
    period = parse_period(text)
    assert period is None or period.text == text
    for unit in UNITS:
        a_value_is_exact(unit, text)


def a_value_is_exact(unit: Unit, text: str) -> None:
    """What is read can be stored, is read back as the same amount, and has one stored form."""
    try:
        amount = unit.parse_amount(text)
    except BadValue:
        return
    stored = unit.format_stored(amount)
    assert isinstance(amount, Decimal)
    assert unit.parse_amount(stored) == amount
    assert unit.format_stored(unit.parse_amount(stored)) == stored
    assert unit.format_shown(stored)


def words_are_harmless(text: str) -> None:
    """Words of users stay on one line, and a near miss is a word that is known."""
    assert "\n" not in one_line(text)
    assert one_line(one_line(text)) == one_line(text)
    assert escape_control_chars(text).isprintable() or escape_control_chars(text) != text or text
    assert id_hint(text)
    known = ["ada", "bogdan", "dash", "radar"]
    assert find_nearest(text, known) in {*known, None}
    many = {f"seat-{number}": number for number in range(400)}
    assert find_nearest(text, many) in {*many, None}
    assert did_you_mean(text, known) == "" or not is_id(text) or find_nearest(text, known)
    assert find_seat_of_scores(text) is None or text.startswith("scores/")
