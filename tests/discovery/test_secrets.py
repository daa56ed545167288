"""Values of an environment and arguments of command lines are in nothing that a scan returns."""

from __future__ import annotations

import json
import plistlib
from dataclasses import asdict

import pytest

from orgtp.discovery.scan import BadPatterns, ScanRequest, scan_machine
from orgtp.model.inventory.found import Discovered
from tests.discovery.conftest import DASH, Box, as_nobody, running

CANARY = "sk-canary-7f3a"
WITH = f"https://ada:{CANARY}@git.example.com/acme/{{}}.git"


def fill_with_secrets(box: Box) -> None:
    """Put the canary in every place that may hold a secret and is read."""
    box.write(
        "/etc/cron.d/agents",
        f"ANTHROPIC_API_KEY={CANARY}\nMAILTO={CANARY}@example.com\n"
        f"0 6 * * * ada KEY={CANARY} claude -p 'use {CANARY}' --token={CANARY}\n"
        f"1 6 * * * ada curl https://x:{CANARY}@example.com/ | claude -p\n"
        f"2 6 * * * ada bash /srv/{CANARY}/missing.sh && codex exec {CANARY}\n"
        f"3 6 * * * ada bash /srv/app/run.sh {CANARY}\n"
        f"4 6 * * * ada claude -p x % {CANARY}\n"
        f"5 6 * * * ada make -C /srv/app brief {CANARY} KEY={CANARY}\n"
        f"6 6 * * * ada cd /srv/app && npm run brief {CANARY}\n"
        f"7 6 * * * ada docker run -e KEY={CANARY} x/y:{CANARY} claude -p {CANARY}\n"
        f"8 6 * * * ada bash <<< {CANARY}; echo {CANARY} | claude -p\n",
    )
    box.write("/srv/app/Makefile", f"KEY = {CANARY}\nbrief:\n\tclaude -p $(KEY) {CANARY}\n")
    box.write("/srv/app/package.json", json.dumps({"scripts": {"brief": f"claude -p {CANARY}"}}))
    box.write("~/.mcp.json", json.dumps({"mcpServers": {"s": {"command": f"KEY={CANARY} npx -y server {CANARY}"}}}))
    box.write("/srv/app/run.sh", f"export KEY={CANARY}\nclaude -p '{CANARY}'\n")
    box.write("/var/spool/cron/crontabs/bo", f"TOKEN={CANARY}\n@daily gemini -p {CANARY}\n")
    unit = f"[Service]\nEnvironment=KEY={CANARY} 'OTHER={CANARY}'\n"
    unit += f"ExecStart=/usr/bin/env A={CANARY} claude -p '{CANARY}'\n"
    box.write("/etc/systemd/system/brief.service", unit)
    box.write("/etc/systemd/system/brief.service.d/x.conf", f"[Service]\nEnvironment=B={CANARY}\n")
    box.write("/etc/systemd/system/brief.timer", "[Timer]\nOnCalendar=daily\n")
    job = {
        "Label": "j",
        "ProgramArguments": ["claude", "-p", CANARY],
        "EnvironmentVariables": {"K": CANARY},
        "RunAtLoad": True,
    }
    box.write("/Library/LaunchDaemons/j.plist", plistlib.dumps(job))
    box.make_repository("/srv/app", WITH.format("app"))
    box.write("/srv/app/.claude/agents/dash.md", DASH)
    box.write(
        "/srv/app/compose.yaml",
        f"services:\n  x:\n    image: 'node'\n    command: claude -p {CANARY}\n    environment: [KEY={CANARY}]\n"
        f"    build: {{context: ., args: {{K: {CANARY}}}}}\n",
    )
    box.write(
        "/srv/app/.github/workflows/w.yml",
        f"on: push\nenv: {{KEY: {CANARY}}}\njobs:\n  a:\n    env: {{K: {CANARY}}}\n    steps:\n"
        f"      - uses: anthropics/claude-code-action@{CANARY}\n"
        f"        with: {{anthropic_api_key: {CANARY}, prompt: '{CANARY}'}}\n"
        f"      - run: KEY={CANARY} claude -p {CANARY}\n",
    )
    box.write(
        "/srv/app/.gitlab-ci.yml",
        f"variables: {{K: {CANARY}}}\na:\n  variables: {{K: {CANARY}}}\n  script: claude -p {CANARY}\n",
    )
    server = {"command": f"npx --token={CANARY}", "args": [CANARY], "env": {"K": CANARY}, "headers": {"A": CANARY}}
    far = {"url": f"https://u:{CANARY}@example.com/{CANARY}?k={CANARY}#{CANARY}"}
    odd = [f"TOKEN={CANARY} npx x", f"https://ada:{CANARY}@example.com", f"--token={CANARY}", [f"K={CANARY}", "npx"]]
    weird = {"url": f"//u:{CANARY}@[::1"}
    commands = {f"odd-{number}": {"command": command} for number, command in enumerate(odd)}
    servers = {**commands, "near": server, "far": far, "weird": weird}
    box.write("~/.claude.json", json.dumps({"mcpServers": servers, "oauth": CANARY}))
    box.write("~/.cursor/mcp.json", f'{{"mcpServers": {{"a": "{CANARY}"')
    box.write("~/.codex/config.toml", f"api_key = {CANARY}")
    nodes = [{"type": "n8n-nodes-base.webhook", "parameters": {"path": CANARY}, "webhookId": CANARY}]
    box.write(
        "/srv/app/n8n.json",
        json.dumps({"name": "n", "nodes": nodes, "connections": {}, "active": True, "pinData": CANARY}),
    )
    assistant = {"id": "asst_1", "object": "assistant", "instructions": CANARY, "metadata": {"k": CANARY}}
    box.write("/srv/app/assistants.json", json.dumps([assistant]))
    box.write("/srv/app/langgraph.json", json.dumps({"graphs": {"g": f"./{CANARY}.py:g"}, "env": {"K": CANARY}}))
    job = {"id": "1", "name": "b", "schedule": {"expr": "0 7 * * *"}, "payload": {"message": CANARY}}
    box.write("~/.openclaw/cron/jobs.json", json.dumps({"jobs": [job]}))


def test_no_secret_is_in_what_is_found(box: Box) -> None:
    fill_with_secrets(box)
    found = box.scan("/srv")
    # Everything was found, so the secrets were read.
    assert len(running(found)) >= 12
    assert {what for what, _ in found.looked_at} >= {
        "crontab",
        "systemd",
        "launchd",
        "client settings",
        "compose files",
    }
    assert CANARY not in repr(found)
    assert CANARY not in json.dumps(asdict(found), default=str)


def test_no_secret_can_be_guessed_from_a_hash(box: Box) -> None:
    """The identity of an entry of the machine does not change with its arguments and environment."""
    hashes = []
    for secret in ("one", "two"):
        box.write("/etc/cron.d/agents", f"KEY={secret}\n0 6 * * * ada claude -p {secret}\n")
        box.write("/etc/systemd/system/b.service", f"[Service]\nEnvironment=K={secret}\nExecStart=claude -p {secret}\n")
        hashes.append([agent.place.sha256 for agent in box.scan().agents])
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 2


def test_no_secret_is_in_the_error_of_a_broken_file_of_patterns(box: Box) -> None:
    own = box.write("~/discover.yaml", f"files: [{CANARY}\n")
    with pytest.raises(BadPatterns) as raised:
        box.scan(patterns=own)
    assert "discover.yaml" in str(raised.value)


def test_nothing_is_printed_or_written(box: Box, capfd: pytest.CaptureFixture[str]) -> None:
    fill_with_secrets(box)
    before = sorted(path for path in box.root.rglob("*"))
    box.scan("/srv")
    assert capfd.readouterr() == ("", "")
    assert sorted(path for path in box.root.rglob("*")) == before


def test_a_scan_of_nothing_asks_for_nothing() -> None:
    with as_nobody():
        found = scan_machine(ScanRequest(parts=frozenset()))
    assert found == Discovered((), (), ())
