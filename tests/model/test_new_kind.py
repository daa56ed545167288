"""A new kind of record is one entry: with its type, its reader and its schema, every command treats it as a record.

The kind is added to a copy of the code, as CONTRIBUTING.md says, and the copy is run.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Shell, make_home
from tests.sync.clones import Clones, copied, made
from tests.test_contributing import run_changed

_TYPE = '''"""Gifts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gift:
    """What a seat was given."""

    id: str
    what: str
    to: str
    by: str = ""
'''
_READER = '''"""Read gifts."""

from pathlib import PurePosixPath

from orgtp.files.record_mapping import read_mapping
from orgtp.model.records.gift import Gift


def read_gift(path, raw):
    """The gift in a file, and its problems."""
    problems = []
    fields = read_mapping(path, raw, problems, "the gift")
    if fields is None:
        return None, tuple(problems)
    fields.refuse_unknown_keys(("what", "to", "by"))
    what, to, by = fields.text("what", required=True), fields.id("to", required=True), fields.id("by")
    return Gift(PurePosixPath(path).stem, what, to, by), tuple(problems)
'''
_ENTRY = """GIFT = RecordKind(
    name="gift",
    title="gift",
    example="gifts/WHAT.yaml",
    attribute="gifts",
    growth=Growth.FIXED,
    folder="gifts/",
    key=r"[a-z]+(?:-[0-9]+)?",
    schema="gift",
    find_subjects=lambda one: [one.to],
    name_beside=lambda key, number: f"{key}-{number}",
    actions={"gift": "gift"},
    tables=(
        RecordTable(
            Table("gifts", "Gifts.", ("id",), tuple(Column(name, ".") for name in ("id", "seat", "what")), BY_SEAT),
            lambda id_, one, _today: [(id_, one.to, one.what)],
        ),
    ),
    undo="a gift such as {key} is kept.",
)
"""
_FIELD = "    gifts: Mapping[str, object] = field(default_factory=dict)\n"
_SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["what", "to"],
    "additionalProperties": False,
    "properties": {"what": {"type": "string"}, "to": {"type": "string"}, "by": {"type": "string"}},
}
# Where the rest goes: a file, a line of it, and what comes before that line.
_PLACES = (
    ("model/records/kinds.py", "# Every kind. Where one folder", f"{_ENTRY}\n"),
    ("model/records/kinds.py", "from orgtp.model.records.table import", "from orgtp.model.records.table import *\n"),
    ("files/record_readers.py", '    "review": read_weekly_review,', '    "gift": read_gift,\n'),
    ("files/record_readers.py", "from orgtp.files.org import", "from orgtp.files.gift import read_gift\n"),
    (
        "model/org.py",
        "    deliveries: tuple[Delivery, ...]",
        _FIELD,
    ),
)
CAKE = "what: A cake\nto: bot\nby: ada\n"


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code with the kind in it."""
    folder = tmp_path_factory.mktemp("code")
    package = folder / "src" / "orgtp"
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "schema", folder / "schema")
    for shipped in ("sample-org", "templates"):
        (folder / shipped).symlink_to(ROOT / shipped)
    (folder / "schema" / "gift.schema.json").write_text(json.dumps(_SCHEMA), encoding="utf-8")
    (package / "model" / "records" / "gift.py").write_text(_TYPE, encoding="utf-8")
    (package / "files" / "gift.py").write_text(_READER, encoding="utf-8")
    for path, before, more in _PLACES:
        text = (package / path).read_text(encoding="utf-8")
        assert text.count(f"\n{before}") == 1, f"{path} has no line that begins with {before}"
        (package / path).write_text(text.replace(f"\n{before}", f"\n{more}{before}"), encoding="utf-8")
    kinds = package / "model" / "records" / "kinds.py"
    text = kinds.read_text(encoding="utf-8")
    assert text.count("REVIEW, BRIEFING)") == 1
    kinds.write_text(text.replace("REVIEW, BRIEFING)", "REVIEW, BRIEFING, GIFT)"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    base = tmp_path_factory.mktemp("gifts")
    (base / "made").mkdir()
    made(base / "made", make_home(base / "made-home"))
    home = make_home(base / "home", '[protocol "file"]\n\tallow = always\n')
    return copied(Clones(base / "made", home), base / "clones", home)


def commit(here: Shell, path: str, text: str | None) -> None:
    if text is None:
        (here.folder / path).unlink()
    else:
        here.write(path, text)
    here.git("add", "-A")
    here.git("commit", "-qm", f"Write {path}")


def find_rules(here: Shell, code: Path, *words: str) -> set[str]:
    """The rules that are violated in the folder of the kind."""
    found = run_changed(here, code, *words, "--json").json
    return {row["rule"] for row in found.get("problems", found.get("violations")) if "gifts/" in json.dumps(row)}


def test_a_kind_with_one_entry_takes_part_everywhere(clones: Clones, code: Path) -> None:
    a, b = clones.a, clones.b
    # It is loaded: what is right is no problem, and what is wrong has its place.
    commit(a, "gifts/cake.yaml", CAKE)
    assert find_rules(a, code, "validate") == set()
    a.write("gifts/tea.yaml", "what: Tea\nto: bot\nfor: ada\n")
    a.write("gifts/Coffee.md", "Coffee\n")
    assert {"unknown-key", "unknown-file"} <= find_rules(a, code, "validate")
    for name in ("tea.yaml", "Coffee.md"):
        (a.folder / "gifts" / name).unlink()

    # It is exported.
    rows = run_changed(a, code, "sql", "select id, seat, what from gifts", "--json").json["rows"]
    assert [list(row.values()) if isinstance(row, dict) else row for row in rows] == [["cake", "bot", "A cake"]]

    # Undo says what becomes of it.
    undone = run_changed(a, code, "undo", "HEAD", "--by", "ada")
    assert "a gift such as cake is kept." in undone.out + undone.err

    # Two people who add the same one keep both.
    a.git("push", "-q", "origin", "HEAD:main")
    commit(b, "gifts/cake.yaml", CAKE.replace("A cake", "A pie"))
    synced = run_changed(b, code, "sync")
    assert synced.code == 0, synced.out + synced.err
    assert (b.read("gifts/cake.yaml"), b.read("gifts/cake-2.yaml")) == (CAKE, CAKE.replace("A cake", "A pie"))
    assert find_rules(b, code, "audit", "verify") == set()

    # It never changes.
    commit(a, "gifts/cake.yaml", CAKE.replace("A cake", "Nothing"))
    assert find_rules(a, code, "validate", "--base", "HEAD~1") == {"record-touched"}
    assert find_rules(a, code, "audit", "verify") == {"record-changed"}
