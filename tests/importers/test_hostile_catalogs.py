"""Files and folders that mean harm, or are merely broken, in each format of catalogs and agents."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from orgtp.files import foreign_files
from orgtp.files.foreign_files import UnreadableFile, list_folder, read_regular_file
from orgtp.importers.draft_texts import MOST_MISSION, MOST_NAME
from orgtp.importers.formats import FORMATS, BadSource, SourceRequest
from orgtp.importers.json_files import parse_json
from orgtp.model.inventory.draft import DraftSource
from orgtp.model.text import one_line
from tests.size import choose_size

FORMAT = {one.name: one for one in FORMATS}
# A file that each format reads if it is given by its path.
FILE = {
    "backstage": "catalog-info.yaml",
    "peribolos": "org.yaml",
    "crewai": "agents.yaml",
    "copilot-studio": "agent.mcs.yml",
    "a2a": "agent-card.json",
    "oasf": "record.json",
    "agents": "dash.md",
}
YAML = ["backstage", "peribolos", "crewai", "copilot-studio"]
JSON = ["a2a", "oasf"]


def read(format_: str, path: Path) -> DraftSource:
    return FORMAT[format_].read(SourceRequest(path, {}, {}))


def make_text(format_: str, name: str, description: str) -> str:
    """A file with one agent or group of this name and description."""
    name_, text = json.dumps(name), json.dumps(description)
    card = f'"name": {name_}, "description": {text}'
    return {
        "backstage": f"apiVersion: backstage.io/v1alpha1\nkind: Group\n"
        f"metadata: {{name: x, title: {name_}, description: {text}}}\nspec: {{type: team}}\n",
        "peribolos": f"orgs:\n  x:\n    name: {name_}\n    description: {text}\n    members: []\n",
        "crewai": f"{name_}:\n  role: r\n  goal: {text}\n",
        "copilot-studio": f"kind: GptComponentMetadata\ndisplayName: {name_}\ndescription: {text}\n",
        "a2a": f'{{{card}, "skills": [], "supportedInterfaces": []}}',
        "oasf": f'{{{card}, "schema_version": "1.0.0", "skills": []}}',
        "agents": f"---\nname: {name_}\ndescription: {text}\n---\n",
    }[format_]


def write(folder: Path, format_: str, raw: bytes) -> Path:
    path = folder / FILE[format_]
    path.write_bytes(raw)
    return path


def test_the_plain_file_of_each_format_is_read(tmp_path: Path) -> None:
    for format_ in FILE:
        path = write(tmp_path, format_, make_text(format_, "Dash", "Watches.").encode())
        (draft,) = read(format_, path).drafts
        assert (draft.name, draft.mission, draft.lost == () or format_ == "oasf") == ("Dash", "Watches.", True)


RAW: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 100,
    "NUL": b"name: a\x00b\n",
    "not UTF-8": b"orgs:\n  a:\n    members: [\xff\xfe]\n",
    "UTF-16": "orgs:\n  a: {}\n".encode("utf-16"),
    "a scalar": b"42",
    "a list": b"[1, 2]",
    "deep YAML": b"[" * 10_000,
    "deep mappings": b"a:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 600)),
    "a bomb": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(ord("b"), ord("m"))),
    "an endless text": b"'" + b"x" * 1_000_000,
    "only comments": b"# a\n" * 1000,
    "an entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
}


@pytest.mark.parametrize("format_", FILE)
@pytest.mark.parametrize("what", RAW)
def test_a_file_that_is_not_of_the_format_is_one_clear_error(what: str, format_: str, tmp_path: Path) -> None:
    path = write(tmp_path, format_, RAW[what])
    with pytest.raises(BadSource) as caught:
        read(format_, path)
    message = str(caught.value)
    assert str(path) in message
    assert message.endswith("Nothing was written.")
    assert len(message) < 1000
    assert message.isprintable()


@pytest.mark.parametrize("format_", FILE)
def test_recognising_never_fails(format_: str, tmp_path: Path) -> None:
    for raw in RAW.values():
        path = write(tmp_path, format_, raw)
        for one in (FORMAT[name] for name in FILE):
            assert one.recognise(path, raw[: 64 * 1024]) in {True, False}
            assert one.recognise(tmp_path, b"") in {True, False}


HOSTILE_NAME = "Da\u202esh\x1b[31m\u200b\u0007\U000e0041 " + "x" * 500
HOSTILE_TEXT = "Watches\x1b]0;owned\x07 spend\u202e.\n\u2066Second\u200bline\u2069\n" + "y" * 1_000_000


@pytest.mark.parametrize("format_", FILE)
def test_names_and_texts_are_made_harmless_and_what_is_cut_is_listed(format_: str, tmp_path: Path) -> None:
    path = write(tmp_path, format_, make_text(format_, HOSTILE_NAME, HOSTILE_TEXT).encode())
    (draft,) = read(format_, path).drafts
    assert draft.name == one_line(draft.name)
    assert draft.name.startswith("Da sh")
    assert len(draft.name) <= MOST_NAME
    assert draft.role == one_line(draft.role)
    assert len(draft.mission) <= MOST_MISSION
    assert all(line.isprintable() for line in draft.mission.split("\n"))
    lost = {one.what: one.text for one in draft.lost}
    rest = next(text for what, text in lost.items() if what.endswith("after 4,000 characters"))
    assert len(draft.mission) + len(rest) > 1_000_000
    assert any("U+202E" in text for what, text in lost.items() if what.startswith("invisible characters"))
    assert all(one_line(alias) == alias for alias in (*draft.aliases, *draft.keys))
    assert not any(sign in text for text in lost.values() for sign in "\x1b\x07\u202e")


@pytest.mark.parametrize("format_", JSON)
@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ('{"name": "a", "name": "b"}', 'the key "name" occurs twice'),
        ('{"name": "a", "skills": [{"id": 1, "id": 2}]}', 'the key "id" occurs twice'),
        ('{"name": "a", "version": NaN}', "NaN is not JSON"),
        ('{"name": "a", "version": -Infinity}', "-Infinity is not JSON"),
        ('{"name": "a",\n "skills": [}', ":2:13: not JSON: Expecting value"),
        ('{"a":' * 10_000 + "1", "nested deeper than 64 levels"),
        ("[" * 100_000, "nested deeper than 64 levels"),
        ('"a"', ":1: not a JSON object"),
        ('{"version": "1"}', "without a name"),
    ],
)
def test_json_that_breaks_a_rule_is_refused(raw: str, message: str, format_: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"Nothing was written") as caught:
        read(format_, write(tmp_path, format_, raw.encode()))
    assert message in str(caught.value)


def test_numbers_stay_as_they_are_written() -> None:
    assert parse_json(b'{"a": 1e999999999, "b": %s, "c": 0.10}' % (b"9" * 100_000)) == {
        "a": "1e999999999",
        "b": "9" * 100_000,
        "c": "0.10",
    }


def test_brackets_in_texts_are_no_nesting() -> None:
    text = "[" * 1000 + '\\"' + "{" * 1000
    assert parse_json(json.dumps([text]).encode()) == [text]


@pytest.mark.parametrize("format_", FILE)
def test_a_file_of_a_hundred_megabytes_is_refused_without_being_read(format_: str, tmp_path: Path) -> None:
    path = tmp_path / FILE[format_]
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(BadSource, match=r"larger than \d+ MiB"):
        read(format_, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * 1024 * 1024


@pytest.mark.parametrize("format_", FILE)
def test_a_fifo_a_link_and_a_folder_in_place_of_a_file_are_left_alone(format_: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    write(outside, format_, make_text(format_, "Outside", "x").encode())
    folder = tmp_path / "folder" / "agents"
    (folder / "sub" / FILE[format_]).mkdir(parents=True)
    (folder / "linked").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "here").mkdir()
    (folder / "here" / FILE[format_]).symlink_to(outside / FILE[format_])
    (folder / "fifo").mkdir()
    os.mkfifo(folder / "fifo" / FILE[format_])
    (folder / "good").mkdir()
    write(folder / "good", format_, make_text(format_, "Good", "x").encode())
    assert FORMAT[format_].recognise(folder, b"")
    source = read(format_, folder)
    assert [draft.name for draft in source.drafts] == ["Good"]
    assert "3 links not followed" in source.notes


@pytest.mark.parametrize("format_", FILE)
def test_a_fifo_that_is_named_is_refused_and_never_waited_for(format_: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE[format_])
    with pytest.raises(BadSource, match="not a regular file"):
        read(format_, tmp_path / FILE[format_])


def test_the_folders_of_other_programs_and_of_git_are_not_looked_at(tmp_path: Path) -> None:
    for folder in ("node_modules/x", "vendor", ".git", "mine"):
        (tmp_path / folder / ".claude" / "agents").mkdir(parents=True)
        (tmp_path / folder / ".claude" / "agents" / "dash.md").write_text(make_text("agents", "Dash", "x"))
    source = read("agents", tmp_path)
    assert len(source.drafts) == 1
    assert source.notes == ("2 folders of other programs not looked at, such as node_modules",)


def test_a_hundred_thousand_files_are_looked_at_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = choose_size(2_000, foreign_files.MOST_ENTRIES)
    monkeypatch.setattr(foreign_files, "MOST_ENTRIES", most)
    wide = tmp_path / "wide"
    wide.mkdir()
    for number in range(most + 10):
        os.close(os.open(wide / str(number), os.O_CREAT | os.O_WRONLY))
    found = list_folder(tmp_path)
    assert len(found.files) == most - 1, "the folder itself counts"
    assert found.notes == (f"only the first {most:,} files and folders were looked at",)


def test_a_folder_that_is_deeper_than_the_limit_is_not_looked_at(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(foreign_files.MOST_LEVELS + 2):
        folder /= "a"
        folder.mkdir()
        (folder / "file").touch()
    found = list_folder(tmp_path)
    assert len(found.files) == foreign_files.MOST_LEVELS
    assert found.notes == ("1 folder deeper than 24 levels not looked at",)


def test_a_name_that_is_no_text_is_written_so_that_it_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "agents"
    folder.mkdir()
    (folder / os.fsdecode(b"d\xff\x1b[31m.md")).write_text(make_text("agents", "Dash", "x"), encoding="utf-8")
    (draft,) = read("agents", tmp_path).drafts
    assert draft.where.isprintable()
    draft.where.encode()
    draft.runs_from[0].path.encode()


@pytest.mark.parametrize("what", ["folder", "missing", "file"])
def test_reading_a_file_says_why_it_cannot(what: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"x" * 2000)
    reasons = {"folder": "not a regular file", "missing": "No such file", "file": "larger than 1 KiB"}
    with pytest.raises(UnreadableFile, match=reasons[what]):
        read_regular_file(tmp_path / what, 1024)
