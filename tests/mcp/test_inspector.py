"""A client of other people: the protocol's inspector, from npm, which starts the server by the block of `--install`.

It is written in TypeScript, on an SDK of its own. Each call is a process, and starts a server: there are few of them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orgtp.mcp.tools import TOOLS
from tests.conftest import NOW, Shell
from tests.formats.readers import npm_file
from tests.mcp.test_schemas import READ, WRITE

_SERVER = "orgtp-sneeze-it"
_OLDEST = 20
# Its exit code where a tool answered with an error.
TOOL_ERROR = 5
_OUTPUTS = {tool.name: tool.output for tool in TOOLS}


def _inspector() -> Sequence[str]:
    """How it is called; without node, or with one that is too old for it, the test is skipped."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here; Debian: apt-get install nodejs npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < _OLDEST:
        pytest.skip(f"node is {version} here, and the inspector needs {_OLDEST} or later")
    launcher = npm_file("@modelcontextprotocol/inspector/clients/launcher/build/index.js")
    return (node, str(launcher), "--cli")


@pytest.fixture(scope="module")
def config(asked: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The block that a client is given, in a file."""
    path = tmp_path_factory.mktemp("inspector") / "mcp.json"
    path.write_text(asked("mcp", "--install", "claude-code", "--dry-run").out, encoding="utf-8")
    return path


def _ask(shell: Shell, config: Path, *words: str, code: int = 0, era: str = "legacy") -> Any:
    """What it prints, as JSON; on an error, what it prints to standard error too."""
    words = ("--config", str(config), "--server", _SERVER, "--protocol-era", era, "--format", "json", *words)
    done = subprocess.run(
        [*_inspector(), *words, "-e", f"ORGTP_NOW={NOW}", "-e", "GIT_CONFIG_NOSYSTEM=1"],
        cwd="/",
        env=shell.env(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)["result"]


def _call(shell: Shell, config: Path, tool: str, era: str = "legacy", **arguments: Any) -> Any:
    """The answer of a tool, the same as text and as an object, and as its schema says."""
    given = ("--method", "tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))
    result = _ask(shell, config, *given, era=era)
    (content,) = result["content"]
    assert json.loads(content["text"]) == result["structuredContent"]
    jsonschema.validate(result["structuredContent"], _OUTPUTS[tool])
    return result["structuredContent"]


def test_every_client_takes_the_tools(asked: Shell, config: Path) -> None:
    """`--strict` fails for a schema that some client does not take."""
    listed = _ask(asked, config, "--method", "tools/list", "--strict")
    assert {tool["name"] for tool in listed["tools"]} == READ


def test_and_those_that_write(sample: Shell, tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(sample("mcp", "--install", "claude-code", "--dry-run", "--allow-write", "--as", "tally").out)
    listed = _ask(sample, path, "--method", "tools/list", "--strict", era="modern")
    assert {tool["name"] for tool in listed["tools"]} == READ | WRITE
    found = _call(sample, path, "add_score", seat="radar", metric="briefing-by-8", value="7:52am")
    assert found["commit"] == sample.head()
    plan = _call(sample, path, "propose_retirement", era="modern", seat="jeff", heirs={"ad-pacing-monitoring": "dash"})
    assert plan["plan"]["capabilities"]["ad-pacing-monitoring"] == "dash"


@pytest.mark.parametrize(
    ("tool", "era", "given", "words", "key"),
    [
        ("org_chart", "modern", {"root": "bogdan", "depth": 1}, ("chart", "--root", "bogdan", "--depth", "1"), "seats"),
        ("scorecard", "legacy", {"weeks": 3, "seat": "dash"}, ("scorecard", "--weeks", "3", "--seat", "dash"), "rows"),
        ("get_seat", "modern", {"seat": "echo", "at": "2026-10"}, ("seat", "show", "echo", "--at", "2026-10"), "seat"),
    ],
)  # fmt: skip
def test_a_call(
    asked: Shell, config: Path, tool: str, era: str, given: dict[str, Any], words: Sequence[str], key: str
) -> None:
    assert _call(asked, config, tool, era, **given)[key] == asked(*words, "--json").json[key]


def test_an_error(asked: Shell, config: Path) -> None:
    given = ("--method", "tools/call", "--tool-name", "get_seat", "--tool-arg", "seat=dahs")
    result = _ask(asked, config, *given, code=TOOL_ERROR)
    assert result["isError"]
    assert result["content"] == [{"type": "text", "text": 'unknown seat "dahs". Did you mean "dash"?'}]


def test_resources(asked: Shell, config: Path) -> None:
    listed = _ask(asked, config, "--method", "resources/list", era="modern")
    assert {one["uri"] for one in listed["resources"]} == {"orgtp://chart", "orgtp://scorecard", "orgtp://settings"}
    templates = _ask(asked, config, "--method", "resources/templates/list")
    assert [one["uriTemplate"] for one in templates["resourceTemplates"]] == ["orgtp://seat/{id}"]
    (content,) = _ask(asked, config, "--method", "resources/read", "--uri", "orgtp://seat/dash")["contents"]
    assert json.loads(content["text"])["seat"]["name"] == "Dash"


def test_prompts(asked: Shell, config: Path) -> None:
    listed = _ask(asked, config, "--method", "prompts/list", era="modern")
    assert {one["name"] for one in listed["prompts"]} == {"weekly-review", "briefing", "seat-review", "retirement-case"}
    named = ("--prompt-name", "seat-review", "--prompt-args", "seat=jeff")
    (message,) = _ask(asked, config, "--method", "prompts/get", *named)["messages"]
    assert "the seat jeff" in message["content"]["text"]
