"""Folders of agents, their front matter, and the address of the repository that they are in."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.importers.agent_files import parse_agent, read
from orgtp.importers.agent_paths import find_agent_folder, list_folders_below
from orgtp.importers.formats import SourceRequest
from orgtp.importers.front_matter import FrontMatter, read_front_matter
from orgtp.importers.repositories import RepositoryFinder, name_machine, read_repository_name, shorten_address
from orgtp.importers.source_files import name_foreign_source
from orgtp.model.inventory.draft import SeatDraft
from tests.size import choose_size


def write_agent(path: Path, name: str = "dash", description: str = "Watches spend.", more: str = "") -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = f"---\nname: {name}\ndescription: {description}\n{more}---\n# Dash\n".encode()
    path.write_bytes(raw)
    return raw


def read_drafts(path: Path) -> dict[str, SeatDraft]:
    return {Path(draft.where).name.rpartition(":")[0]: draft for draft in read(SourceRequest(path, {}, {})).drafts}


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "protocol.file.allow=always", "-c", "user.name=A", "-c", "user.email=a@example.com", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout


# Front matter


def front_matter(text: str) -> FrontMatter:
    found = read_front_matter(text)
    assert found is not None
    return found


def test_front_matter_that_is_yaml_is_read_as_yaml() -> None:
    found = front_matter("---\nname: dash\ndescription: >-\n  Watches\n  spend.\ntools: [Read, 'Grep']\n---\nBody\n")
    assert (found.text("name"), found.text("description"), found.fault) == ("dash", "Watches spend.", "")
    assert (found.words("tools"), found.body) == (("Read", "Grep"), "Body\n")


NOT_YAML = {
    'name: dash\ndescription: Use this when: "spend moved"\nmodel: x\n': 'Use this when: "spend moved"',
    "name: dash\ndescription: 'It's ready'\nmodel: x\n": "It's ready",
    "name: dash\ndescription: Use it.\n\n<example>\nContext: x: y\nuser: hello\n</example>\nmodel: x\n": (
        "Use it.\n\n<example>\nContext: x: y\nuser: hello\n</example>"
    ),
    "name: dash\ndescription: @team watches\nmodel: x\n": "@team watches",
    "name: dash\n\tdescription: tab\ndescription: Watches.\nmodel: x\n": "Watches.",
    "name: dash\ndescription: |\n  one: two\n three: [\nmodel: x\n": "one: two\nthree: [",
    "name: dash\ndescription: first\ndescription: second\nmodel: x\n": "first",
    "name: dash\r\ndescription: a: b\r\nmodel: x\r\n": "a: b",
}


@pytest.mark.parametrize("block", NOT_YAML)
def test_front_matter_that_is_not_yaml_is_read_line_by_line(block: str) -> None:
    found = front_matter(f"---\n{block}---\nBody\n")
    assert found.fault.startswith("line ")
    assert (found.text("description"), found.text("model")) == (NOT_YAML[block], "x")
    assert found.text("name").startswith("dash")


@pytest.mark.parametrize(
    "text", ["", "# Title\n", "---\nname: x\n", " ---\nname: x\n---\n", "--- x\n---\n", "----\n---\n"]
)
def test_text_without_front_matter_has_none(text: str) -> None:
    assert read_front_matter(text) is None


@pytest.mark.parametrize("text", ["---\n---\n", "---\n# comment\n---\n", "---\njust text\n---\n", "---\n- a\n---\n"])
def test_front_matter_without_keys_defines_no_agent(text: str) -> None:
    assert front_matter(text).values == {}
    assert parse_agent(text.encode()) is None


def test_a_list_of_tools_keeps_commas_in_brackets() -> None:
    found = front_matter("---\ntools: Read, Agent(worker, researcher), Bash(git log:*), 'Write'\n---\n")
    assert found.words("tools") == ("Read", "Agent(worker, researcher)", "Bash(git log:*)", "Write")
    assert found.words("missing") == ()


@settings(max_examples=choose_size(60, 2000), deadline=None)
@given(st.text(alphabet="a:-|>'\"[]{}#&*!%@`, \t\r\n\0\u2028\ufeff", max_size=80))
def test_any_front_matter_is_read_or_is_none(block: str) -> None:
    found = read_front_matter(f"---\nname: dash\n{block}\ndescription: Watches.\n---\nBody\n")
    # A line of three dashes in it ends it.
    assert found is not None
    assert found.fault or found.text("name").startswith("dash") or found.values == {}
    assert all(isinstance(key, str) for key in found.values)


@settings(max_examples=choose_size(60, 2000), deadline=None)
@given(st.text(max_size=60))
def test_a_description_that_yaml_writes_is_read_back(text: str) -> None:
    written = json.dumps(text)
    found = read_front_matter(f"---\nname: dash\ndescription: {written}\n---\n")
    assert found is not None
    assert (found.fault, found.text("description")) == ("", text.strip())


# Paths

FOLDERS = {
    ".claude/agents/a.md": (".claude/agents", ()),
    "x/.claude/agents/web/deep/a.md": (".claude/agents", ("web", "deep")),
    ".github/agents/a.agent.md": (".github/agents", ()),
    "plugins/web/agents/a.md": ("agents", ()),
    "agents/web/a.md": ("agents", ("web",)),
    "agents/a.txt": ("", ()),
    "my-agents/a.md": ("", ()),
    "agents.md": ("", ()),
    ".claude/commands/a.md": ("", ()),
}


@pytest.mark.parametrize("path", FOLDERS)
def test_the_path_says_which_files_may_be_agents(path: str) -> None:
    folder, below = FOLDERS[path]
    assert find_agent_folder(PurePosixPath(path)) == folder
    assert not folder or list_folders_below(PurePosixPath(path)) == below


# Drafts


def test_the_description_is_the_mission_and_headings_are_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".claude" / "agents" / "dash.md"
    raw = write_agent(file, more="tools: Read\n") + b"## Capabilities\n- Does everything\n"
    file.write_bytes(raw)
    (draft,) = read_drafts(tmp_path).values()
    assert draft.mission == "Watches spend."
    assert "everything" not in repr(draft)
    assert (draft.owner, draft.parent, draft.content, draft.emails) == ("", "", {}, ())
    assert draft.runs_from[0].sha256 == sha256(raw).hexdigest()


def test_the_role_is_the_folder_or_else_the_name_and_said_not_to_be_known(tmp_path: Path) -> None:
    write_agent(tmp_path / ".claude" / "agents" / "finance" / "dash.md")
    write_agent(tmp_path / ".claude" / "agents" / "radar.md", name="radar")
    found = read_drafts(tmp_path)
    assert (found["dash.md"].role, found["dash.md"].unknown) == (
        "finance",
        ("role (the name of its folder stands for it)",),
    )
    assert (found["radar.md"].role, found["radar.md"].unknown) == ("radar", ("role (the name stands for it)",))


@pytest.mark.parametrize("start", [".", ".claude", ".claude/agents", ".claude/agents/finance"])
def test_the_same_agent_is_read_from_any_folder_above_it(start: str, tmp_path: Path) -> None:
    raw = write_agent(tmp_path / ".claude" / "agents" / "finance" / "dash.md")
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://git.example.com/acme/x.git")
    (draft,) = read_drafts(tmp_path / start).values()
    (place,) = draft.runs_from
    assert draft.role == "finance"
    assert (place.repo, place.path) == ("git.example.com/acme/x", ".claude/agents/finance/dash.md")
    assert place.sha256 == sha256(raw).hexdigest()


def test_a_folder_without_the_usual_places_is_read_by_its_front_matter(tmp_path: Path) -> None:
    write_agent(tmp_path / "collection" / "web" / "dash.md")
    (tmp_path / "collection" / "README.md").write_text("# Collection\n", encoding="utf-8")
    (tmp_path / "collection" / "page.md").write_text("---\ndescription: A page\n---\n", encoding="utf-8")
    source = read(SourceRequest(tmp_path / "collection", {}, {}))
    assert [draft.name for draft in source.drafts] == ["dash"]
    assert source.notes == ("left out: 2 Markdown files without the front matter of an agent",)


def test_the_same_text_in_many_repositories_has_one_hash(tmp_path: Path) -> None:
    for number in range(14):
        write_agent(tmp_path / f"repo-{number}" / ".claude" / "agents" / "dash.md")
        (tmp_path / f"repo-{number}" / ".git").mkdir()
    drafts = read(SourceRequest(tmp_path, {}, {})).drafts
    places = [draft.runs_from[0] for draft in drafts]
    assert len(drafts) == 14
    assert {place.repo for place in places} == {f"repo-{number}" for number in range(14)}
    assert len({place.sha256 for place in places}) == 1
    assert {draft.aliases for draft in drafts} == {()}


def test_characters_that_are_not_utf8_are_said_to_be_unknown(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "dash.md").write_bytes(b"---\nname: dash\ndescription: caf\xe9\n---\n")
    (draft,) = read_drafts(tmp_path).values()
    assert draft.mission == "caf\ufffd"
    assert "the characters that are not UTF-8, which are shown as \ufffd" in draft.unknown


NAMES = {"Code Reviewer 🤖": "", "中文": "file-name", "__x__": "", "🤖": "file-name", "Ünïcode": ""}


@pytest.mark.parametrize("name", NAMES)
def test_an_id_comes_from_the_file_if_the_name_has_no_latin_letter(name: str, tmp_path: Path) -> None:
    write_agent(tmp_path / "agents" / "file-name.md", name=name)
    (draft,) = read_drafts(tmp_path).values()
    assert (draft.name, draft.id_hint) == (name, NAMES[name])


HOOKS = "hooks:\n  Stop:\n    - command: curl -H 'Authorization: hunter2'\n"
OTHER = "color: blue\napi_key: hunter2\n"
SERVERS = "mcpServers:\n  - tracker:\n      env: {TOKEN: hunter2}\n"


def test_nothing_below_hooks_and_servers_is_shown(tmp_path: Path) -> None:
    write_agent(tmp_path / "agents" / "yaml.md", more=HOOKS.replace(": hunter2", " hunter2") + SERVERS + OTHER)
    write_agent(tmp_path / "agents" / "other.md", more=HOOKS + SERVERS)
    found = read_drafts(tmp_path)
    shown = {name: [(lost.what, lost.text) for lost in draft.lost] for name, draft in found.items()}
    others = [("color", "blue"), ("api_key", "(not shown)")]
    assert shown["yaml.md"] == [("hooks", "Stop"), ("mcpServers", "tracker"), *others]
    assert shown["other.md"] == [("hooks", "(not shown)"), ("mcpServers", "(not shown)")]


# Repositories

ADDRESSES = {
    "https://git.example.com/acme/agents.git": "git.example.com/acme/agents",
    "https://ada:hunter2@git.example.com/acme/agents": "git.example.com/acme/agents",
    "https://git.example.com:8443/acme/agents/": "git.example.com:8443/acme/agents",
    "git@git.example.com:acme/agents.git": "git.example.com/acme/agents",
    "ssh://git@Git.Example.com:2222/acme/agents.git": "git.example.com/acme/agents",
    "git://git.example.com/acme/sub/agents": "git.example.com/acme/sub/agents",
    "/srv/git/agents.git": "agents",
    "../agents.git": "agents",
    "file:///srv/git/agents.git/": "agents",
    r"C:\git\agents": "agents",
    "work:acme/agents.git": "agents",
    "ext::sh -c touch% x": "",
    "https://hunter2@/": "",
    "a\nb": "",
    "https://git.example.com/acme/\u202egents": "",
    "": "",
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_has_no_scheme_user_or_ending(url: str) -> None:
    assert shorten_address(url) == ADDRESSES[url]


CONFIGS = {
    '[remote "origin"]\n\turl = git@git.example.com:acme/x.git\n': "git.example.com/acme/x",
    '[remote "up"]\nurl=https://git.example.com/up\n[remote "origin"]\nurl=https://example.com/x\n': "example.com/x",
    '[remote "up"]\n  URL = "https://git.example.com/acme/up" ; mine\n': "git.example.com/acme/up",
    '[remote "a"]\nurl=https://git.example.com/a\n[remote "b"]\nurl=https://git.example.com/b\n': "folder",
    '[Remote "origin"] url = https://git.example.com/acme/x # c\n': "git.example.com/acme/x",
    '[remote "origin"]\nurl = https://git.example.com/\\\nacme/x\n': "git.example.com/acme/x",
    '[url "https://other.example.com/"]\n\tinsteadOf = git\n': "folder",
    "[include]\n\tpath = /etc/passwd\n": "folder",
    '[branch "main"]\n\tremote = origin\n\turl = https://git.example.com/no\n': "folder",
    "not a config \x00 [[[": "folder",
    "": "folder",
}


@pytest.mark.parametrize("config", CONFIGS)
def test_the_name_of_a_repository_is_read_from_its_settings(config: str, tmp_path: Path) -> None:
    root = tmp_path / "folder"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "config").write_text(config, encoding="utf-8")
    assert read_repository_name(root) == CONFIGS[config]


@pytest.mark.parametrize("url", [url for url in ADDRESSES if "\n" not in url and url])
def test_git_writes_settings_that_are_read_back(url: str, tmp_path: Path) -> None:
    root = tmp_path / "folder"
    root.mkdir()
    git(root, "init", "-q")
    git(root, "config", "remote.origin.url", url)
    assert read_repository_name(root) == (ADDRESSES[url] or "folder")


def test_linked_work_trees_and_submodules_are_repositories_too(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    for root in (inner, outer):
        root.mkdir()
        git(root, "init", "-q", "-b", "main")
        write_agent(root / ".claude" / "agents" / f"{root.name}.md", name=root.name)
        git(root, "add", ".")
        git(root, "commit", "-qm", "Begin")
        git(root, "remote", "add", "origin", f"https://git.example.com/acme/{root.name}.git")
    git(outer, "submodule", "--quiet", "add", str(inner), "below")
    git(outer / "below", "remote", "set-url", "origin", "https://git.example.com/acme/inner")
    git(outer, "worktree", "add", "-q", str(tmp_path / "linked"))
    found = read_drafts(outer)
    assert {draft.runs_from[0].text for draft in found.values()} == {
        "git.example.com/acme/outer/.claude/agents/outer.md",
        "git.example.com/acme/inner/.claude/agents/inner.md",
    }
    (linked,) = [draft for draft in read_drafts(tmp_path / "linked").values() if draft.name == "outer"]
    assert linked.runs_from == found["outer.md"].runs_from


def test_a_file_in_no_repository_is_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    raw = write_agent(tmp_path / ".claude" / "agents" / "dash.md")
    place = RepositoryFinder().place(tmp_path / ".claude" / "agents" / "dash.md", raw)
    assert (place.repo, place.path) == (name_machine(), ".claude/agents/dash.md")
    monkeypatch.setenv("HOME", "/nowhere")
    assert RepositoryFinder().place(tmp_path / "dash.md", raw).path == (tmp_path / "dash.md").as_posix().lstrip("/")


def test_git_settings_that_are_a_fifo_or_lead_nowhere_do_no_harm(tmp_path: Path) -> None:
    import os

    (tmp_path / "fifo" / ".git").mkdir(parents=True)
    os.mkfifo(tmp_path / "fifo" / ".git" / "config")
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost" / ".git").write_text("gitdir: /nowhere/at/all\n", encoding="utf-8")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / ".git").write_bytes(b"gitdir: \x00\xff\n")
    assert [read_repository_name(tmp_path / name) for name in ("fifo", "lost", "odd")] == ["fifo", "lost", "odd"]


def test_a_source_is_known_again_by_its_repository_or_its_name(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    (root / "teams").mkdir()
    (root / "teams" / "org-2026.yaml").touch()
    (tmp_path / "org-2026-11.yaml").touch()
    names = [name_foreign_source(path) for path in (root, root / "teams", root / "teams" / "org-2026.yaml")]
    assert names == ["root", "root/teams", "root/teams/org-2026.yaml"]
    assert name_foreign_source(tmp_path / "org-2026-11.yaml") == "org"
