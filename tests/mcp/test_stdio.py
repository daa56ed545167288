"""The installed script, started as hosts start it: nothing but the protocol on its output, and a clean end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.conftest import SCRIPT, Shell
from tests.mcp.clients import ERAS, call, good, started, talk

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def _call(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def _start(shell: Shell, words: Sequence[str], **env: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd="/", env=shell.env(env), stdin=pipe, stdout=pipe, stderr=pipe)


def _script(shell: Shell, *words: str) -> list[str]:
    return [str(SCRIPT), "--org", str(shell.folder), "mcp", *words]


def _say(server: subprocess.Popen[bytes], *messages: Any) -> None:
    assert server.stdin
    server.stdin.write(b"".join(json.dumps(message).encode() + b"\n" for message in messages))
    server.stdin.flush()


def _heard(server: subprocess.Popen[bytes]) -> Any:
    assert server.stdout
    return json.loads(server.stdout.readline())


@pytest.mark.parametrize("mode", [*ERAS, "auto"])
def test_both_eras(asked: Shell, mode: str) -> None:
    """With a bare path, from the root folder, and without anything that was said before."""

    async def asks(client: Client) -> Any:
        tools = await client.list_tools()
        chart = await client.call_tool("org_chart", {"kind": "agent"})
        wrong = await client.call_tool("get_seat", {"seat": "dahs"})
        prompt = await client.get_prompt("weekly-review", {})
        resource = await client.read_resource("orgtp://seat/dash")
        return client.protocol_version, tools, chart, wrong, prompt, resource

    version, tools, chart, wrong, prompt, resource = talk(started(asked), asks, mode)
    assert version == ("2025-11-25" if mode == "legacy" else "2026-07-28")
    assert {tool.name for tool in tools.tools} >= {"org_chart", "get_seat"}
    assert good("org_chart", chart)["total"] == 8
    assert wrong.is_error
    assert wrong.content[0].text == 'unknown seat "dahs". Did you mean "dash"?'
    assert "Sneeze It" in prompt.messages[0].content.text
    assert json.loads(resource.contents[0].text)["seat"]["name"] == "Dash"


def test_writing(sample: Shell) -> None:
    server = started(sample, "--allow-write", "--as", "tally")
    found = call(server, "add_score", seat="radar", metric="briefing-by-8", value="7:52am")
    assert found["commit"] == sample.head()


def test_nothing_else_is_printed(asked: Shell) -> None:
    """What our code, a library or a child prints goes to standard error, also what is still in a buffer at the end."""
    code = (
        "import os, subprocess, sys\n"
        "from orgtp.mcp import tools\n"
        "import orgtp.mcp.read_tools as see\n"
        "def noisy(here, seat: str = 'x') -> dict:\n"
        "    print('PRINTED', end='')\n"
        "    os.write(1, b'WRITTEN')\n"
        "    subprocess.run(['sh', '-c', 'echo CHILD; cat'], check=True)\n"
        "    return {'read': sys.stdin.read() if sys.stdin.fileno() == 0 else os.read(0, 10).decode()}\n"
        "noisy.__name__ = 'noisy'\n"
        "tools.TOOLS = (*tools.TOOLS, tools.Tool(noisy, 'Noisy', {'type': 'object'}))\n"
        "from orgtp.cli.main import main\n"
        "main()\n"
    )
    server = _start(asked, [sys.executable, "-c", code, *_script(asked)[1:]])
    _say(server, HELLO, READY, _call(2, "noisy"), _call(3, "get_seat", seat="dash"))
    heard = {(message := _heard(server))["id"]: message for _ in range(3)}
    assert heard[2]["result"]["structuredContent"] == {"read": ""}
    assert heard[3]["result"]["structuredContent"]["seat"]["name"] == "Dash"
    out, err = server.communicate(timeout=20)
    assert (out, server.returncode) == (b"", 0)
    for word in (b"PRINTED", b"WRITTEN", b"CHILD"):
        assert word in err


def test_what_is_no_message_is_answered_and_over(asked: Shell) -> None:
    """Garbage from a client ends nothing, and what it says is not logged as if something had broken."""
    server = _start(asked, _script(asked))
    assert server.stdin
    server.stdin.write(b"hello\n\xff\xfe\n{}\n[]\n")
    _say(server, HELLO, READY, _call(2, "get_seat", seat="dash"))
    lines: list[Any] = []
    while not lines or lines[-1].get("id") != 2:
        lines.append(_heard(server))
    assert all(line["jsonrpc"] == "2.0" for line in lines)
    _, err = server.communicate(timeout=20)
    assert (server.returncode, b"Traceback" in err) == (0, False)


def test_the_end_of_input_is_the_end(asked: Shell) -> None:
    """Before, after and in the middle of a talk: exit code 0, and not a word."""
    for said in ((), (HELLO,), (HELLO, READY, _call(2, "scorecard", weeks=52))):
        server = _start(asked, _script(asked))
        _say(server, *said)
        _, err = server.communicate(timeout=30)
        assert (server.returncode, err) == (0, b"")


def test_interrupted(asked: Shell) -> None:
    """Ctrl-C ends it at once, though it waits for input."""
    server = _start(asked, _script(asked))
    _say(server, HELLO)
    _heard(server)
    server.send_signal(signal.SIGINT)
    out, err = server.communicate(timeout=10)
    assert (server.returncode, out, err) == (130, b"", b"interrupted\n")


def test_a_client_that_reads_no_more(asked: Shell) -> None:
    server = _start(asked, _script(asked))
    _say(server, HELLO)
    _heard(server)
    assert server.stdin
    assert server.stdout
    assert server.stderr
    with server.stderr:
        server.stdout.close()
        _say(server, READY, _call(2, "get_seat", seat="dash"))
        server.stdin.close()
        assert server.wait(timeout=20) == 0
        assert b"bug" not in server.stderr.read()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--org", "/nowhere/at/all", "mcp"), "/nowhere/at/all: no org.yaml here"),
        (("mcp",), "orgtp: no org.yaml in this folder or above it"),
        (("--org", ".", "mcp", "--allow-write"), "--allow-write --as SEAT"),
        (("--org", ".", "mcp", "--as", "tally"), "--as needs --allow-write: give both, or neither"),
        (("--org", ".", "mcp", "--allow-write", "--as", "dahs"), 'unknown seat "dahs". Did you mean "dash"?'),
        (("--org", ".", "mcp", "--allow-write", "--as", "echo"), "echo is retired"),
    ],
)
def test_a_wrong_start_is_loud(asked: Shell, words: tuple[str, ...], told: str) -> None:
    """On standard error, before any protocol, with exit code 2."""
    words = tuple(str(asked.folder) if word == "." else word for word in words)
    ran = asked.at(Path("/"))(*words, stdin=json.dumps(HELLO) + "\n", code=2)
    assert ran.out == ""
    assert told in ran.err


def test_nothing_can_be_written_where_nothing_can(sample: Shell) -> None:
    shutil.rmtree(sample.folder / ".git")
    ran = sample("mcp", "--allow-write", "--as", "dash", code=2)
    assert "not the top of a git repository" in ran.err


def test_without_git(asked: Shell, tmp_path: Path) -> None:
    """A host may start it with hardly a path: what is missing is named."""
    ran = asked("mcp", code=2, PATH=str(tmp_path))
    assert (ran.out, "git is not installed, or not on the PATH" in ran.err) == ("", True)


def test_without_the_extra(asked: Shell) -> None:
    """What to install is said, and no other command needs it."""
    code = "import sys; sys.modules['mcp'] = None; from orgtp.cli.main import run_command_line as run; "
    code += "sys.exit(run(sys.argv[1:]))"
    for words, wanted in ((("mcp",), 2), (("chart",), 0)):
        done = subprocess.run(
            [sys.executable, "-c", code, "--org", str(asked.folder), *words],
            env=asked.env(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == wanted
        assert ('pip install "orgtp[mcp]"' in done.stderr) is (wanted == 2)


def test_other_commands_do_not_import_it(asked: Shell) -> None:
    code = (
        "import sys; from orgtp.cli.main import run_command_line as run; code = run(sys.argv[1:]); "
        "sys.exit(code or bool({'mcp', 'mcp_types', 'pydantic', 'anyio', 'orgtp.mcp.server'} & set(sys.modules)))"
    )
    for words in (("--version",), ("--org", str(asked.folder), "chart"), ("--org", str(asked.folder), "seat", "list")):
        done = subprocess.run([sys.executable, "-c", code, *words], env=asked.env(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_root_is_fixed(sample: Shell) -> None:
    """Found upward from the folder it is started in, once; where the process goes later is nothing to it."""
    server = _start(sample, ["sh", "-c", f"cd {sample.folder}/seats && exec {SCRIPT} mcp"], ORGTP_ORG="")
    _say(server, HELLO, READY, _call(2, "org_chart"))
    _heard(server)
    assert _heard(server)["result"]["structuredContent"]["org"] == "sneeze-it"
    sample.folder.rename(sample.folder.with_name("elsewhere"))
    _say(server, _call(3, "org_chart"))
    result = _heard(server)["result"]
    assert result["isError"]
    assert "no org.yaml here" in result["content"][0]["text"]
    assert server.communicate(timeout=20)[0] == b""


def test_a_bare_repository(asked: Shell, tmp_path: Path) -> None:
    asked.git("clone", "-q", "--bare", str(asked.folder), str(tmp_path / "bare.git"))
    found = call(started(asked.at(tmp_path / "bare.git")), "org_chart")
    assert (found["total"], found["dirty"]) == (12, False)
    assert os.path.isabs(tmp_path)  # noqa: PTH117


def test_a_standard_input_that_is_closed(asked: Shell) -> None:
    words = ["sh", "-c", f'"{SCRIPT}" mcp <&-']
    ran = subprocess.run(words, cwd=asked.folder, env=asked.env(), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "one is closed" in ran.stderr
