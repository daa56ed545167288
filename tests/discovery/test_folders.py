"""Definitions in folders and repositories: what is an agent, what is a template, and what is listed at all."""

from __future__ import annotations

from hashlib import sha256

import pytest

from orgtp.discovery.scan import ScanLimits
from orgtp.importers.read import read_draft_sources
from orgtp.model.inventory.found import FoundKind
from orgtp.model.seat import DefinitionPlace
from tests.discovery.conftest import DASH, NAME, Box, pick, reasons, running

REMOTE = "https://ada:canary@git.example.com/acme/agents.git"


def test_an_agent_of_claude_code(box: Box) -> None:
    repository = box.make_repository("/srv/agents", REMOTE)
    box.write("/srv/agents/.claude/agents/ads/dash.md", DASH)
    box.commit(repository)
    (agent,) = box.scan("/srv/agents").agents
    assert (agent.kind, agent.source, agent.name) == (FoundKind.TEMPLATE, "Claude Code agents", "dash")
    assert agent.description == "Finds what moved in client ad spend."
    assert agent.tools == ("Read", "Grep", "Bash(git log:*)", "Write")
    assert agent.risks == ("can run programs", "can write files")
    place = DefinitionPlace(
        "git.example.com/acme/agents", ".claude/agents/ads/dash.md", sha256(DASH.encode()).hexdigest()
    )
    assert agent.place == place
    assert agent.trigger == ""


def test_an_agent_without_tools_has_all_tools(box: Box) -> None:
    box.write("/srv/a/.claude/agents/all.md", "---\nname: all\ndescription: x\n---\n")
    box.write("/srv/a/.claude/agents/read.md", "---\nname: read\ndescription: x\ntools: Read, Grep\n---\n")
    box.write("/srv/a/.github/agents/none.agent.md", "---\nname: none\ndescription: x\ntools: []\n---\n")
    box.write("/srv/a/.github/agents/edit.agent.md", "---\ndescription: x\ntools: ['edit', 'execute']\n---\n")
    risks = {agent.name: agent.risks for agent in box.scan("/srv").agents}
    assert risks == {
        "all": ("can run programs", "can write files"),
        "read": (),
        "none": (),
        "edit": ("can run programs", "can write files"),
    }


CREW = """researcher:
  role: Researcher of {topic}
  goal: Finds what is new.
  backstory: Long ago.
editor:
  role: Editor
  goal: Shortens it.
  backstory: Later.
"""
CARD = """{"name": "Dash", "description": "Finds spend.", "url": "https://a.example.com", "version": "1",
 "capabilities": {}, "defaultInputModes": [], "defaultOutputModes": [], "skills": []}"""
RECORD = """{"name": "Pip", "schema_version": "0.7.0", "description": "Tidies.", "version": "1", "skills": [{"id": 1}],
 "authors": ["x"], "created_at": "2026-01-01T00:00:00Z", "locators": [], "domains": []}"""
COPILOT = """kind: GptComponentMetadata
displayName: Ed
instructions: Edit the texts.
"""


def test_agents_of_the_formats_that_are_imported_too(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    box.write("/srv/app/src/crew/config/agents.yaml", CREW)
    box.write("/srv/app/.well-known/agent-card.json", CARD)
    box.write("/srv/app/oasf/pip.json", RECORD)
    box.write("/srv/app/bot/agent.mcs.yml", COPILOT)
    box.write("/srv/app/config/agents.yaml", "host: example.com\n")
    box.write("/srv/app/oasf/other.json", "{}")
    found = box.scan("/srv")
    assert [(agent.source, agent.name, agent.description, agent.place.path) for agent in found.agents] == [
        ("A2A agent cards", "Dash", "Finds spend.", ".well-known/agent-card.json"),
        ("Copilot Studio agents", "Ed", "Edit the texts.", "bot/agent.mcs.yml"),
        ("OASF records", "Pip", "Tidies.", "oasf/pip.json"),
        ("CrewAI agents", "editor", "Shortens it.", "src/crew/config/agents.yaml#editor"),
        ("CrewAI agents", "researcher", "Finds what is new.", "src/crew/config/agents.yaml#researcher"),
    ]
    assert not found.skipped


def test_a_folder_of_agents_that_is_given_itself(box: Box) -> None:
    box.write("~/.claude/agents/dash.md", DASH)
    box.write("/srv/agents/team/pip.md", DASH.replace("dash", "pip"))
    assert [agent.name for agent in box.scan("/home/ada/.claude/agents", parts=frozenset()).agents] == ["dash"]
    assert [agent.name for agent in box.scan("/srv/agents/team", parts=frozenset()).agents] == ["pip"]


def test_the_places_are_those_of_an_import(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent that was imported from its folder is the one that a scan finds there, in a repository or in none."""
    monkeypatch.setattr("orgtp.importers.repositories.name_machine", lambda: NAME)
    box.make_repository("/srv/app", REMOTE)
    for path in ("/srv/app/.claude/agents/dash.md", "/srv/app/agents/x/pip.md"):
        box.write(path, DASH.replace("dash", path[-6:-3]))
    box.make_repository("/srv/alone")
    box.write("/srv/alone/agents/ed.md", DASH.replace("dash", "ed"))
    for folder in ("app", "alone"):
        (source,) = read_draft_sources([box.root / "srv" / folder], "agents", {}, {})
        imported = sorted((place.text, place.sha256) for draft in source.drafts for place in draft.runs_from)
        found = box.scan(f"/srv/{folder}", parts=frozenset()).agents
        assert sorted((agent.place.text, agent.place.sha256) for agent in found) == imported


def test_pages_of_text_in_folders_of_agents_are_no_agents(box: Box) -> None:
    box.write("/srv/a/agents/README.md", "# Agents\n")
    box.write("/srv/a/agents/notes.md", "Some notes about n8n and claude -p.\n")
    box.write("/srv/a/agents/page.md", "---\nlayout: default\n---\nA page.\n")
    box.write("/srv/a/mapping.py", "MAPPING = {'n8n': 'claude -p'}\n")
    found = box.scan("/srv")
    assert not found.agents
    assert found.count_read == 3


def test_front_matter_that_is_not_yaml_is_read_by_its_lines(box: Box) -> None:
    box.write("/srv/a/agents/odd.md", '---\nname: odd\ndescription: Use this when: "x" [y\n---\n')
    (agent,) = box.scan("/srv").agents
    assert (agent.name, agent.description) == ("odd", 'Use this when: "x" [y')


def test_397_agents_of_three_collections_are_templates(box: Box) -> None:
    """As many as in three real collections, with as many texts that occur twice and front matter that is not YAML."""
    for number in range(397):
        repository = f"/srv/collection-{number % 3}"
        odd = "description: Use when: [x\n" if number % 10 == 0 else f"description: Does thing {number}.\n"
        text = f"---\nname: agent-{number if number < 380 else number - 100}\n{odd}---\nText {number % 390}\n"
        box.write(f"{repository}/plugins/p{number % 7}/agents/a{number}.md", text)
    for number in range(3):
        box.make_repository(f"/srv/collection-{number}", f"https://git.example.com/x/collection-{number}")
    found = box.scan("/srv")
    assert not running(found)
    assert sum(1 + len(agent.copies) for agent in found.agents) == 397
    assert {agent.kind for agent in found.agents} == {FoundKind.TEMPLATE}
    assert found.repositories == tuple(f"git.example.com/x/collection-{number}" for number in range(3))
    assert found == box.scan("/srv")


def test_the_same_text_in_14_repositories_is_one_agent_with_14_places(box: Box) -> None:
    for number in range(14):
        box.make_repository(f"/srv/r{number:02}", f"https://git.example.com/acme/r{number:02}")
        box.write(f"/srv/r{number:02}/.claude/agents/dash.md", DASH)
    (agent,) = box.scan("/srv").agents
    assert agent.place.repo == "git.example.com/acme/r00"
    assert [place.repo for place in agent.copies] == [f"git.example.com/acme/r{number:02}" for number in range(1, 14)]


def test_a_second_work_tree_is_the_same_place(box: Box) -> None:
    repository = box.make_repository("/srv/main", REMOTE)
    box.write("/srv/main/.claude/agents/dash.md", DASH)
    box.commit(repository)
    box.git(repository, "worktree", "add", "-q", "-b", "other", "../linked")
    (agent,) = box.scan("/srv").agents
    assert agent.copies == ()
    assert agent.started == "2026-03-01"


def test_nested_repositories_have_their_own_places(box: Box) -> None:
    box.make_repository("/srv/outer", "https://git.example.com/acme/outer")
    box.make_repository("/srv/outer/inner", "https://git.example.com/acme/inner")
    box.write("/srv/outer/agents/a.md", DASH)
    box.write("/srv/outer/inner/agents/b.md", DASH.replace("dash", "pip"))
    places = [agent.place.text for agent in box.scan("/srv").agents]
    assert places == ["git.example.com/acme/inner/agents/b.md", "git.example.com/acme/outer/agents/a.md"]


def test_a_folder_in_a_repository_has_the_places_of_the_repository(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    box.write("/srv/agents/team/agents/dash.md", DASH)
    (agent,) = box.scan("/srv/agents/team").agents
    assert agent.place.path == "team/agents/dash.md"
    (agent,) = box.scan("/srv/agents/team/agents/dash.md").agents
    assert agent.place.path == "team/agents/dash.md"


def test_a_bare_repository_is_not_looked_at_and_said(box: Box) -> None:
    box.git(box.root, "init", "-q", "--bare", "srv/store.git")
    found = box.scan("/srv")
    assert [(where.rpartition("/")[2], why) for where, why in reasons(found).items()] == [
        ("store.git", "a bare repository: its files are not checked out")
    ]
    assert found.count_read == 0


def test_fixtures_and_examples_are_counted_and_not_listed(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    box.write("/srv/app/tests/fixtures/.claude/agents/a.md", DASH)
    box.write("/srv/app/examples/agents/b.md", DASH.replace("dash", "b"))
    box.write("/srv/app/examples/compose.yaml", "services: {x: {command: claude -p x, image: y}}\n")
    box.write("/srv/app/agents/c.md", DASH.replace("dash", "c"))
    found = box.scan("/srv")
    assert [agent.name for agent in found.agents] == ["c"]
    said = {where.partition("/app/")[2]: why for where, why in reasons(found).items()}
    assert said["tests/fixtures/.claude/agents"] == "examples, tests or fixtures: 1 definition not listed"
    assert "examples/agents" in said


def test_a_fixture_that_a_crontab_starts_is_an_agent(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    box.write("/srv/app/examples/.claude/agents/a.md", DASH)
    box.write("/etc/cron.d/x", "0 6 * * * ada claude -p @/srv/app/examples/.claude/agents/a.md\n")
    (agent,) = running(box.scan("/srv"))
    assert agent.name == "dash"


def test_a_folder_of_repositories_may_be_called_examples(box: Box) -> None:
    box.make_repository("/srv/examples/real", REMOTE)
    box.write("/srv/examples/real/agents/a.md", DASH)
    assert len(box.scan("/srv").agents) == 1


def test_what_is_in_a_pack_of_templates_is_a_template(box: Box) -> None:
    box.make_repository("/srv/pack", REMOTE)
    box.write("/srv/pack/templates/agents/a.md", DASH)
    box.write("/srv/pack/templates/compose.yaml", "services: {x: {command: claude -p x, image: y}}\n")
    found = box.scan("/srv")
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == ["dash", "x"]
    assert not running(found)


def test_folders_of_other_people_are_not_entered(box: Box) -> None:
    for name in ("node_modules/x", "vendor/y", ".venv/lib/site-packages/z", "third_party"):
        box.write(f"/srv/app/{name}/.claude/agents/a.md", DASH)
    found = box.scan("/srv")
    assert not found.agents
    assert reasons(found) == {
        "1 folder .venv": "files of other people or programs",
        "1 folder node_modules": "files of other people or programs",
        "1 folder third_party": "files of other people or programs",
        "1 folder vendor": "files of other people or programs",
    }


def test_personas_are_one_agent_a_folder(box: Box) -> None:
    box.make_repository("/srv/ed", "https://git.example.com/acme/ed-the-agent")
    for name in ("HEARTBEAT.md", "IDENTITY.md", "SOUL.md"):
        box.write(f"/srv/ed/{name}", f"# {name}\n")
        box.write(f"/srv/jo/workspace/{name}", f"# jo {name}\n")
    found = box.scan("/srv")
    assert [(agent.name, agent.place.path.rpartition("/")[2]) for agent in found.agents] == [
        ("ed-the-agent", "SOUL.md"),
        ("workspace", "SOUL.md"),
    ]
    assert {agent.kind for agent in found.agents} == {FoundKind.TEMPLATE}


def test_the_workspace_of_openclaw_runs_by_its_heartbeat(box: Box) -> None:
    box.write("~/.openclaw/workspace/SOUL.md", "# Ed\n")
    box.write("~/.openclaw/workspace/HEARTBEAT.md", "- Look at the mail.\n")
    box.write("~/.openclaw/workspace-jo/SOUL.md", "# Jo\n")
    found = box.scan()
    assert [(agent.name, agent.trigger) for agent in running(found)] == [("workspace", "heartbeat of OpenClaw")]
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == ["workspace-jo"]


def test_instructions_are_counted_apart(box: Box) -> None:
    box.write("/srv/a/AGENTS.md", "Use make.\n")
    box.write("/srv/a/b/CLAUDE.md", "Use make too.\n")
    found = box.scan("/srv")
    assert [agent.name for agent in found.agents] == ["AGENTS.md", "CLAUDE.md"]
    assert {agent.kind for agent in found.agents} == {FoundKind.INSTRUCTIONS}


def test_instructions_and_empty_files_with_the_same_text_are_told_apart(box: Box) -> None:
    for name in ("a", "b"):
        box.write(f"/srv/{name}/AGENTS.md", "Use make.\n")
        box.write(f"/srv/{name}/SOUL.md", "")
    found = box.scan("/srv")
    assert [(agent.kind.value, agent.name) for agent in found.agents] == [
        ("template", "a"), ("template", "b"), ("instructions", "AGENTS.md"), ("instructions", "AGENTS.md"),
    ]  # fmt: skip


def test_the_files_of_seats_are_found_changed_or_gone(box: Box) -> None:
    repository = box.make_repository("/srv/agents", REMOTE)
    box.write("/srv/agents/agents/same.md", DASH)
    box.write("/srv/agents/bin/changed.sh", "claude -p two\n")
    box.commit(repository)
    name = "git.example.com/acme/agents"
    same = DefinitionPlace(name, "agents/same.md", sha256(DASH.encode()).hexdigest())
    changed = DefinitionPlace(name, "bin/changed.sh", sha256(b"claude -p one\n").hexdigest())
    gone = DefinitionPlace(name, "agents/gone.md", "0" * 64)
    elsewhere = DefinitionPlace("git.example.com/acme/other", "agents/x.md", "0" * 64)
    wrong = DefinitionPlace(name, "../../etc/passwd", "0" * 64)
    found = box.scan("/srv", seats=(same, changed, gone, elsewhere, wrong))
    assert {one.place: one.sha256 for one in found.files} == {
        same: same.sha256,
        changed: sha256(b"claude -p two\n").hexdigest(),
        gone: None,
    }


def test_what_became_of_the_entries_of_a_machine(box: Box) -> None:
    box.write("/var/spool/cron/crontabs/bo", "0 6 * * * claude -p x\n")
    box.write("~/.mcp.json", '{"mcpServers": {"ads": {"command": "npx"}}}')
    box.write("~/bin/free.sh", "claude -p x\n")
    digest = sha256(b"claude -p x\n").hexdigest()
    paths = {
        "crontab/bo#claude": True, "crontab/bo#codex": None, "crontab/cy#claude": "unknown", ".mcp.json#ads": True,
        ".mcp.json#gone": None, "bin/free.sh": digest, "bin/gone.sh": None, "etc/systemd/system/gone.service": None,
    }  # fmt: skip
    found = box.scan(seats=tuple(DefinitionPlace(NAME, path, "0" * 64) for path in paths))
    now = {agent.place.path: agent.place.sha256 for agent in found.agents}
    assert {file.place.path: file.sha256 for file in found.files} == {
        path: now[path] if state is True else state for path, state in paths.items() if state != "unknown"
    }


def test_one_of_two_clones_that_has_the_reviewed_file_is_enough(box: Box) -> None:
    for number in (1, 2):
        box.make_repository(f"/srv/clone{number}", REMOTE)
        box.write(f"/srv/clone{number}/run.sh", f"claude -p {number}\n")
    place = DefinitionPlace("git.example.com/acme/agents", "run.sh", sha256(b"claude -p 2\n").hexdigest())
    (file,) = box.scan("/srv", seats=(place,)).files
    assert file.sha256 == place.sha256


def test_a_place_that_does_not_exist_is_said(box: Box) -> None:
    found = box.scan("/srv/nothing")
    assert list(reasons(found).values()) == ["it does not exist"]
    assert found.count_read == 0


def test_limits_are_said(box: Box) -> None:
    for number in range(20):
        box.write(f"/srv/a/b/c/agents/x{number}.md", DASH + str(number))
    limits = ScanLimits(depth=2)
    assert "deeper than 2 folders" in reasons(box.scan("/srv", limits=limits)).values()
    found = box.scan("/srv", limits=ScanLimits(files=5))
    assert (found.count_read, len(found.agents)) == (5, 5)
    assert reasons(found)["more files"] == "only 5 files are opened"
    found = box.scan("/srv", limits=ScanLimits(entries=10))
    assert len(found.agents) == 6
    assert "only 10 names are looked at in all" in reasons(found).values()
    found = box.scan("/srv", limits=ScanLimits(file_bytes=1024))
    assert len(found.agents) == 20
    box.write("/srv/a/agents/big.md", DASH + "x" * 2000)
    assert "larger than 1 KiB" in reasons(box.scan("/srv", limits=ScanLimits(file_bytes=1024))).values()
