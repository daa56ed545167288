"""MCP servers in settings of clients, and lists that other tools export."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orgtp.model.inventory.found import FoundKind
from tests.discovery.conftest import Box, pick, reasons, running, triggers
from tests.importers.reading import deadline

SERVER = {"command": "/usr/bin/npx", "args": ["-y", "server", "--token", "canary"], "env": {"KEY": "canary"}}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("~/.config/Claude/claude_desktop_config.json", {"mcpServers": {"ads": SERVER}}),
        ("~/Library/Application Support/Claude/claude_desktop_config.json", {"mcpServers": {"ads": SERVER}}),
        ("~/.claude.json", {"mcpServers": {"ads": SERVER}, "numStartups": 3}),
        ("~/.claude.json", {"projects": {"/srv/app": {"mcpServers": {"ads": SERVER}}}}),
        ("~/.cursor/mcp.json", {"mcpServers": {"ads": SERVER}}),
        ("~/.config/Code/User/mcp.json", {"servers": {"ads": {"type": "stdio", **SERVER}}, "inputs": []}),
        ("~/.gemini/settings.json", {"mcpServers": {"ads": SERVER}}),
        ("~/.codeium/windsurf/mcp_config.json", {"mcpServers": {"ads": SERVER}}),
        ("~/.config/zed/settings.json", {"context_servers": {"ads": SERVER}}),
        (
            "~/.config/opencode/opencode.json",
            {"mcp": {"ads": {"type": "local", "command": ["/usr/bin/npx", "-y", "x"]}}},
        ),
        ("/srv/app/.mcp.json", {"mcpServers": {"ads": SERVER}}),
        ("/srv/app/.vscode/mcp.json", {"servers": {"ads": SERVER}}),
        ("/srv/app/.cursor/mcp.json", {"mcpServers": {"ads": SERVER}}),
    ],
)
def test_a_server_in_the_settings_of_a_client(box: Box, path: str, text: dict[str, Any]) -> None:
    box.write("/srv/app/x", "")
    box.write(path, "// settings\n" + json.dumps(text, indent=1))
    found = box.scan("/srv")
    (agent,) = found.agents
    assert (agent.kind, agent.name, agent.program) == (FoundKind.CONNECTOR, "ads", "npx")
    assert agent.place.path.endswith("#ads")
    assert "canary" not in repr(found)


def test_servers_of_codex_are_in_toml(box: Box) -> None:
    text = 'model = "x"\n[mcp_servers.ads]\ncommand = "npx"\nargs = ["canary"]\n[mcp_servers.ads.env]\nKEY = "canary"\n'
    box.write("~/.codex/config.toml", text)
    found = box.scan()
    assert [(agent.name, agent.program) for agent in found.agents] == [("ads", "npx")]
    assert "canary" not in repr(found)


def test_of_an_address_only_the_host_is_kept(box: Box) -> None:
    servers = {"far": {"type": "http", "url": "https://ada:canary@mcp.example.com:8443/canary?token=canary"}}
    box.write("~/.mcp.json", json.dumps({"mcpServers": servers}))
    found = box.scan()
    assert [agent.description for agent in found.agents] == ["at mcp.example.com"]
    assert "canary" not in repr(found)


def test_settings_without_servers_and_settings_that_are_broken(box: Box) -> None:
    box.write("~/.gemini/settings.json", '{"theme": "dark", "mcp": {"allowed": ["x"]}}')
    box.write("~/.cursor/mcp.json", '{"mcpServers": ')
    box.write("~/.codex/config.toml", "a = [")
    found = box.scan()
    assert not found.agents
    assert reasons(found) == {
        "~/.codex/config.toml": "it is not TOML, or nested too deeply",
        "~/.cursor/mcp.json": "it is not JSON, or nested too deeply",
    }
    assert {what: count for what, count in found.looked_at if count} == {"client settings": 3}


MODEL = {"type": "@n8n/n8n-nodes-langchain.lmChatOpenAi"}
ASKS_BY_ADDRESS = {"type": "n8n-nodes-base.httpRequest", "parameters": {"url": "https://api.openai.com/v1/responses"}}


def make_workflow(**more: Any) -> dict[str, Any]:
    rule = {"interval": [{"field": "cronExpression", "expression": "0 6 * * *"}]}
    secret = {"parameters": {"text": "canary"}, "credentials": {"x": {"name": "canary"}}}
    nodes = [
        {"type": "n8n-nodes-base.scheduleTrigger", "parameters": {"rule": rule}},
        {"type": "@n8n/n8n-nodes-langchain.agent", **secret},
    ]
    return {"name": "Brief", "nodes": nodes, "connections": {}, "active": True, **more}


def test_an_active_workflow_of_n8n_runs(box: Box) -> None:
    box.write("/srv/n8n/brief.json", json.dumps(make_workflow()))
    found = box.scan("/srv")
    assert triggers(found) == [("Brief", "schedule 0 6 * * *", "n8n")]
    assert running(found)[0].description == "n8n workflow with a language model"
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"active": False}, FoundKind.TEMPLATE),
        ({"isArchived": True}, FoundKind.TEMPLATE),
        ({"nodes": [{"type": "n8n-nodes-base.manualTrigger"}, MODEL]}, FoundKind.TEMPLATE),
        ({"nodes": [{"type": "n8n-nodes-base.webhook", "disabled": True}, MODEL]}, FoundKind.TEMPLATE),
        ({"nodes": [{"type": "n8n-nodes-base.webhook"}, MODEL]}, FoundKind.RUNNING),
        ({"nodes": [{"type": "n8n-nodes-base.scheduleTrigger"}, ASKS_BY_ADDRESS]}, FoundKind.RUNNING),
    ],
)
def test_what_makes_a_workflow_of_n8n_run(box: Box, change: dict[str, Any], kind: FoundKind) -> None:
    box.write("/srv/workflows/x.json", json.dumps([make_workflow(id="1", **change)]))
    assert [agent.kind for agent in box.scan("/srv").agents] == [kind]


def test_a_workflow_of_n8n_without_a_language_model_is_no_agent_and_is_counted(box: Box) -> None:
    nodes = [{"type": "n8n-nodes-base.scheduleTrigger"}, {"type": "n8n-nodes-base.googleSheets"}]
    box.write("/srv/n8n/sheets.json", json.dumps(make_workflow(nodes=nodes)))
    found = box.scan("/srv")
    assert not found.agents
    (left_out,) = found.skipped
    assert (left_out.why, left_out.on_purpose) == ("n8n workflows without a language model: no agents", True)


def test_json_that_only_mentions_n8n_is_no_workflow(box: Box) -> None:
    box.write("/srv/n8n/mapping.json", json.dumps({"nodes": {"n8n": "x"}, "n8n-nodes-base.cron": "claude -p"}))
    box.write("/srv/n8n/package.json", json.dumps({"name": "n8n-nodes-base", "nodes": ["n8n-nodes-base"]}))
    found = box.scan("/srv")
    assert not found.agents
    assert found.count_read == 2


def test_assistants_of_openai(box: Box) -> None:
    tools = [{"type": "code_interpreter"}]
    common = {"object": "assistant", "instructions": "canary"}
    assistants = [
        {"id": "asst_1", "name": "Dash", "description": "Finds spend.", "tools": tools, **common},
        {"id": "asst_2", "name": None, "tools": [], **common},
    ]
    box.write("/srv/assistants.json", json.dumps({"object": "list", "data": assistants}))
    found = box.scan("/srv")
    assert [(agent.name, agent.tools, agent.risks, agent.place.path.rpartition("#")[2]) for agent in found.agents] == [
        ("Dash", ("code_interpreter",), ("can run programs",), "asst_1"),
        ("asst_2", (), (), "asst_2"),
    ]
    assert "canary" not in repr(found)


def test_an_export_that_is_named_itself_may_have_any_name(box: Box) -> None:
    box.write("/srv/x.json", json.dumps(make_workflow()))
    assert not box.scan("/srv").agents
    assert [agent.name for agent in box.scan("/srv/x.json").agents] == ["Brief"]
    box.write("/srv/y.json", "{}")
    assert list(reasons(box.scan("/srv/y.json")).values()) == ["unknown format"]
    box.write("/srv/z.bin", "{}")
    found = box.scan("/srv/z.bin")
    assert (list(reasons(found).values()), found.count_read) == (["unknown format"], 0)


def test_graphs_of_langgraph(box: Box) -> None:
    graphs = {"brief": "./src/brief.py:graph", "tidy": {"path": "./src/tidy.py:graph", "description": "Tidies."}}
    box.write("/srv/app/langgraph.json", json.dumps({"graphs": graphs, "env": {"KEY": "canary"}}))
    found = box.scan("/srv")
    assert [(agent.name, agent.description) for agent in pick(found, FoundKind.TEMPLATE)] == [
        ("brief", ""),
        ("tidy", "Tidies."),
    ]
    assert "canary" not in repr(found)


def test_jobs_of_openclaw(box: Box) -> None:
    daily = {"kind": "cron", "expr": "0 7 * * *"}
    jobs = [
        {"id": "1", "name": "Brief", "enabled": True, "schedule": daily, "payload": {"message": "canary"}},
        {"id": "2", "name": "Look", "schedule": {"kind": "every", "everyMs": 1_800_000}},
        {"id": "3", "name": "Off", "enabled": False, "schedule": {"kind": "at", "at": "2026-01-01T00:00:00Z"}},
    ]  # fmt: skip
    box.write("~/.openclaw/cron/jobs.json", json.dumps({"version": 1, "jobs": jobs}))
    found = box.scan()
    assert triggers(found) == [("Brief", "schedule 0 7 * * *", "openclaw"), ("Look", "every 30 minutes", "openclaw")]
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == ["Off"]
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    "raw", ['{"' + '\\"' * 400_000, "{" + "/* " * 300_000, "{" + "//" * 400_000, "{" + ", " * 400_000]
)
def test_json_that_nothing_closes_takes_no_time(box: Box, raw: str) -> None:
    """To look for the end again from each mark would take hours."""
    box.write("/srv/agents/.mcp.json", raw)
    with deadline(30):
        found = box.scan("/srv")
    assert list(reasons(found).values()) == ["it is not JSON, or nested too deeply"]


def test_comments_and_commas_are_left_out_of_json_and_stay_in_its_texts(box: Box) -> None:
    box.write("/srv/agents/.mcp.json", '{"mcpServers": {"a/*b": {"command": "npx",}, /* x */ }} // end')
    assert [agent.name for agent in box.scan("/srv").agents] == ["a/*b"]
