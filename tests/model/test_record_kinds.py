"""Every kind of record takes part in every step, or its entry says why not.

A kind is added with an entry in `orgtp.model.records.kinds`, a reader, and an example in `record_examples.py`.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orgtp.files.json_schema import NAMES
from orgtp.files.load import LoadedOrg, load_org
from orgtp.files.record_readers import RECORD_READERS
from orgtp.files.tree import MemoryTree
from orgtp.model.org import Org
from orgtp.model.problem import select_errors
from orgtp.model.records.kinds import (
    KINDS_BY_NAME,
    RECORD_KINDS,
    SCORE,
    Growth,
    RecordKind,
    find_kind_of_file,
    is_append_only,
    list_attribute_lines,
)
from orgtp.model.records.steps import RecordStep
from orgtp.model.references.find import each_reference
from orgtp.model.references.kinds import REFERENCE_KINDS
from orgtp.views.tables.build import build_tables
from orgtp.views.tables.columns import TABLES_BY_NAME, list_tables_of
from tests.audit.signing import judged, make_signed
from tests.conftest import Shell, make_home, make_once
from tests.model.record_examples import RECORD_EXAMPLES, RecordExample
from tests.sync.clones import Clones, copied, made

NOW = datetime(2026, 11, 20, 23, tzinfo=UTC)
_ADA = "seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nsince: 2026-01-05\n"
_BOT = "seat: {}\nname: B\nrole: Desk\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\nsince: 2026-01-05\n"
_METRICS = 'metrics:\n  number: {name: n, outcome: o, target: ">= 12", cadence: weekly}\n'
FILES = {
    "org.yaml": "org: acme\nname: Acme\ntimezone: America/New_York\n",
    "seats/ada.yaml": _ADA,
    "seats/bot.yaml": _BOT.format("bot") + _METRICS,
    "seats/cat.yaml": _BOT.format("cat").replace("active", "retired") + "capabilities:\n  cat-things: x\n" + _METRICS,
}
EVERY_KIND = pytest.mark.parametrize("kind", RECORD_KINDS, ids=lambda kind: kind.name)


def example_of(kind: RecordKind) -> RecordExample:
    assert kind.name in RECORD_EXAMPLES, f"add an example of the kind {kind.name} to tests/model/record_examples.py"
    return RECORD_EXAMPLES[kind.name]


def load(*files: tuple[str, str]) -> LoadedOrg:
    found = {path: text.encode() for path, text in {**FILES, **dict(files)}.items()}
    return load_org(MemoryTree(found))


def is_left_out(kind: RecordKind, step: RecordStep) -> bool:
    """Whether the entry says why the kind has no part in a step."""
    reason = kind.left_out.get(step, "")
    assert not reason or (reason[0].isupper() and reason.endswith(".")), f"{kind.name} {step}: write a sentence"
    return bool(reason)


@pytest.fixture(scope="session")
def clones_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "clones-of-kinds", lambda base: made(base, make_home(base / "home")))


@pytest.fixture
def clones(clones_made: Path, tmp_path: Path) -> Clones:
    home = make_home(tmp_path / "home", '[protocol "file"]\n\tallow = always\n')
    return copied(Clones(clones_made, home), tmp_path / "clones", home)


def commit(here: Shell, kind: RecordKind, text: str | None, *, push: bool = False) -> None:
    """Write the file of the example, with what it needs, and commit it by hand."""
    one = example_of(kind)
    for path, more in one.with_.items():
        here.write(path, more)
    if text is None:
        (here.folder / one.path).unlink()
    else:
        here.write(one.path, text)
    here.git("add", "-A")
    here.git("commit", "-qm", f"Write {one.path}")
    if push:
        here.git("push", "-q", "origin", "HEAD:main")


def rules_of_base(here: Shell) -> set[str]:
    found = here("validate", "--base", "HEAD~1", "--json", code=None).json["problems"]
    return {row["rule"] for row in found}


def test_every_example_is_of_a_kind() -> None:
    assert RECORD_EXAMPLES.keys() == KINDS_BY_NAME.keys() == RECORD_READERS.keys()
    for name, one in RECORD_EXAMPLES.items():
        assert find_kind_of_file(one.path) is KINDS_BY_NAME[name]


@EVERY_KIND
def test_a_kind_says_where_it_is(kind: RecordKind) -> None:
    assert bool(kind.path) != bool(kind.folder), "a kind has a folder, or a single file"
    assert kind.folder == "" or kind.folder.endswith("/")
    assert kind.attribute in {field.name for field in dataclasses.fields(Org)}, f"add the field {kind.attribute} to Org"
    key = kind.find_key(example_of(kind).path)
    assert key is not None
    assert kind.path_of(key) == example_of(kind).path
    assert is_append_only(example_of(kind).path) == kind.is_lines
    assert (kind.growth is Growth.LINES) == (kind.path or kind.suffix).endswith(".jsonl")
    assert (kind.place + ("" if kind.path else "**") in list_attribute_lines()) == kind.is_lines


@EVERY_KIND
def test_a_kind_is_loaded(kind: RecordKind) -> None:
    assert kind.schema in NAMES, f"add schema/{kind.schema}.schema.json"
    one = example_of(kind)
    without, found = load(), load((one.path, one.later), *one.with_.items())
    assert getattr(found.org, kind.attribute) != getattr(without.org, kind.attribute)
    wrong = [problem for problem in select_errors(found.all_problems) if problem.place.path == one.path]
    assert not wrong
    broken = load((one.path, "what: [\n"))
    assert any(problem.place.path == one.path for problem in broken.problems)


@EVERY_KIND
def test_a_pull_request_may_only_let_it_grow(kind: RecordKind, clones: Clones) -> None:
    if is_left_out(kind, RecordStep.BASE):
        return
    one, here = example_of(kind), clones.a
    commit(here, kind, one.first)
    if one.later != one.first:
        commit(here, kind, one.later)
        assert kind.base_rule not in rules_of_base(here)
    commit(here, kind, one.forbidden)
    assert kind.base_rule in rules_of_base(here)
    commit(here, kind, one.later)
    commit(here, kind, None)
    assert kind.base_rule in rules_of_base(here) or (kind is SCORE and "score-row-changed" in rules_of_base(here))


@EVERY_KIND
def test_the_audit_finds_what_was_lost_or_changed(kind: RecordKind, clones: Clones) -> None:
    if is_left_out(kind, RecordStep.AUDIT):
        return
    one, here = example_of(kind), clones.a
    commit(here, kind, one.first)
    assert here("audit", "verify", "--json", code=None).json["violations"] == []
    commit(here, kind, one.forbidden)
    changed = [row["rule"] for row in here("audit", "verify", "--json", code=None).json["violations"]]
    assert changed == [kind.audit_rule]
    commit(here, kind, None)
    lost = here("audit", "verify", "--json", code=None).json["violations"][1:]
    assert {row["path"] for row in lost} == {one.path}


@EVERY_KIND
def test_a_signature_says_who_may_write_it(kind: RecordKind, shell: Shell) -> None:
    assert not is_left_out(kind, RecordStep.AUTHORITY), "who may write is checked for every kind"
    one, signed = example_of(kind), make_signed(shell)
    signed.admit("ada", "bot", "clerk")
    signed.commit({one.path: one.first, **one.with_}, "ada")
    assert not judged(signed.shell).violations
    signed.commit({one.path: one.later if one.later != one.first else f"{one.first}x-a: b\n"}, one.outsider)
    assert ("signer-not-allowed", one.path) in judged(signed.shell).said


@EVERY_KIND
def test_a_record_names_the_signer_or_nobody(kind: RecordKind, shell: Shell) -> None:
    one, signed = example_of(kind), make_signed(shell)
    if not one.actor:
        # A retirement names who decided it, which the audit compares in its own way.
        assert kind.name == "retirement", f"{kind.name}: name the actor of the example"
        return
    signed.admit("ada", "bob", "bot", "clerk")
    other = next(name for name in ("ada", "bob") if name != one.actor)
    if kind.growth is not Growth.FIXED:
        signed.commit({one.path: one.first, **one.with_}, "ada")
    signed.commit({one.path: one.later}, other)
    assert any(rule != "signer-not-allowed" for rule, path in judged(signed.shell).said if path == one.path)


@EVERY_KIND
def test_what_two_people_write_comes_together(kind: RecordKind, clones: Clones) -> None:
    assert not is_left_out(kind, RecordStep.SYNC), "every kind has a merge"
    one = example_of(kind)
    commit(clones.a, kind, one.first, push=True)
    clones.b.git("pull", "-q")
    if one.later != one.first:
        commit(clones.a, kind, one.later, push=True)
        commit(clones.b, kind, one.theirs)
        clones.b("sync")
    text = clones.b.read(one.path)
    assert all(part in text for part in one.kept), text
    if kind.growth is Growth.FIXED:
        # Where both add one, both stay if the kind says how, or a person has to decide; nothing is lost.
        commit(clones.a, kind, None, push=True)
        clones.b.git("pull", "-q")
        commit(clones.a, kind, one.first, push=True)
        commit(clones.b, kind, one.forbidden)
        key = kind.find_key(one.path)
        if kind.name_beside and key is not None:
            clones.b("sync")
            assert clones.b.read(one.path) == one.first
            assert clones.b.read(kind.path_of(kind.name_beside(key, 2))) == one.forbidden
            return
        assert clones.b("sync", code=None).code != 0
        assert clones.b.read(one.path) == one.forbidden


@EVERY_KIND
def test_it_waits_in_the_outbox_or_says_why_not(kind: RecordKind) -> None:
    # That a value waits while another process writes is tested in tests/ledger.
    assert is_left_out(kind, RecordStep.OUTBOX) != (kind is SCORE), (
        f"{kind.name}: give the reason in left_out, or let `ledger/outbox.py` keep it and test that"
    )


@EVERY_KIND
def test_it_is_exported(kind: RecordKind) -> None:
    if is_left_out(kind, RecordStep.EXPORT):
        assert not list_tables_of(kind)
        return
    assert list_tables_of(kind), f"give the entry of the kind {kind.name} its tables"
    one = example_of(kind)
    table = list_tables_of(kind)[0]
    rows = [len(list(build_tables(found.org, NOW).rows(table.name))) for found in (load(), load((one.path, one.later)))]
    assert rows[0] < rows[1]
    for shown in list_tables_of(kind):
        assert shown is TABLES_BY_NAME[shown.name]
        built = build_tables(load((one.path, one.later)).org, NOW).rows(shown.name)
        assert all(len(row) == len(shown.columns) for row in built)


@EVERY_KIND
def test_the_names_in_it_are_known(kind: RecordKind) -> None:
    if is_left_out(kind, RecordStep.NAMES):
        return
    assert any(known.schema == kind.schema for known in REFERENCE_KINDS), (
        f"add {kind.name} to model/references/kinds.py"
    )
    one = example_of(kind)
    found = list(each_reference(load((one.path, one.later)).org, records=True))
    assert any(reference.path == one.path for reference in found)


@EVERY_KIND
def test_diff_shows_it(kind: RecordKind, clones: Clones) -> None:
    if is_left_out(kind, RecordStep.DIFF):
        return
    one = example_of(kind)
    commit(clones.a, kind, one.first)
    if kind.growth is Growth.FIXED and kind.seat_in_key:
        # The seat shows that it was retired; of the record, a change.
        commit(clones.a, kind, one.forbidden)
    before = {"from", "to", "headline", "unreadable", "format", "org", "as_of"}
    found = clones.a("diff", "HEAD~1", "HEAD", "--json").json
    assert [key for key, rows in found.items() if key not in before and isinstance(rows, list) and rows], found


@EVERY_KIND
def test_undo_has_an_answer(kind: RecordKind, clones: Clones) -> None:
    assert not is_left_out(kind, RecordStep.UNDO), "undo has an answer for every kind"
    for path, text in example_of(kind).with_.items():
        clones.a.write(path, text)
    clones.a.git("add", ".")
    clones.a.git("commit", "-qm", "What it needs", "--allow-empty")
    commit(clones.a, kind, example_of(kind).first)
    ran = clones.a("undo", "HEAD", "--by", "ada", code=None)
    assert example_of(kind).undo in ran.out + ran.err
