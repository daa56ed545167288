"""Which command lines run an agent, which run a script, and which only mention one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.discovery.commands import (
    AgentUse,
    NamedUse,
    ScriptUse,
    find_library,
    find_started_program,
    find_uses,
    find_uses_of_words,
)
from orgtp.discovery.dockerfiles import read_start_of_image
from orgtp.discovery.patterns import read_shipped_patterns
from orgtp.discovery.recipes import find_recipes
from orgtp.discovery.shell_text import name_own_folder

PATTERNS = read_shipped_patterns()


def uses(text: str) -> list[AgentUse | ScriptUse]:
    found = find_uses(text, {"HOME": "/home/ada"}, "/home/ada", PATTERNS)
    return [use for use in found if not isinstance(use, NamedUse)]


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ('claude -p "hello"', "claude"),
        ("claude --model opus --print hello", "claude"),
        ("/usr/local/bin/claude -p hello", "claude"),
        ("KEY=secret OTHER='a b' claude -p hello", "claude"),
        ("cat prompt.md | claude -p", "claude"),
        ("cd /srv/agents && claude -p hello >> /var/log/x 2>&1", "claude"),
        ("out=$(claude -p hello)", "claude"),
        ('echo "$(claude -p hello)"', "claude"),
        ("echo `claude -p hello`", "claude"),
        ("if true; then claude -p hello; fi", "claude"),
        ("for i in a b; do\n  claude -p $i\ndone", "claude"),
        ("case $1 in\n  a) claude -p hello ;;\nesac", "claude"),
        ("(cd /srv; claude -p hello)", "claude"),
        ("claude \\\n  -p hello", "claude"),
        ("bash -lc 'claude -p hello'", "claude"),
        ("sh -c \"cd /srv && codex exec 'hello'\"", "codex"),
        ("sudo -u agent -H env A=b timeout -k 5 10m nice -n 5 claude -p hello", "claude"),
        ("flock -n /tmp/lock -c 'claude -p hello'", "claude"),
        ("flock -n /tmp/lock claude -p hello", "claude"),
        ("su - agent -c 'claude -p hello'", "claude"),
        ("ssh -i key host 'claude -p hello'", "claude"),
        ("tmux new-session -d -s dash 'claude -p hello'", "claude"),
        ("npx -y @anthropic-ai/claude-code@latest -p hello", "claude"),
        ("pnpm dlx @openai/codex exec hello", "codex"),
        ("docker exec dash claude -p hello", "claude"),
        ("docker run --rm -v /srv:/srv ghcr.io/openclaw/openclaw:latest", "openclaw"),
        ("codex exec hello", "codex"),
        ("codex -m o4 exec hello", "codex"),
        ("gemini -p hello", "gemini"),
        ("gemini --prompt=hello", "gemini"),
        ("cursor-agent -p hello", "cursor-agent"),
        ("opencode run hello", "opencode"),
        ("openclaw gateway", "openclaw"),
        ("python -m crewai run", "crewai"),
        ("C=/opt/bin/claude; $C -p hello", "claude"),
        ("${CLAUDE_BIN:-claude} -p hello", "claude"),
        ("claude -cp hello", "claude"),
        ("claude --dangerously-skip-permissions 'start working'", "claude"),
        ("bash -c -l 'claude -p hello'", "claude"),
        ("function run { claude -p hello; }\nrun", "claude"),
        ("trap 'claude -p hello' EXIT", "claude"),
        ("env -S 'claude -p hello'", "claude"),
        ("sudo -iu agent claude -p hello", "claude"),
        ("runuser -u agent -- claude -p hello", "claude"),
        ("flock --wait 5 /tmp/lock claude -p hello", "claude"),
        ("xvfb-run -a claude -p hello", "claude"),
        ("script -q /dev/null claude -p hello", "claude"),
        ("find . -name '*.md' -exec claude -p {} \\;", "claude"),
        ("screen -dmS dash claude -p hello", "claude"),
        ("tmux new-session -d -s dash claude -p hello", "claude"),
        ("tmux send-keys -t dash 'claude -p hello' Enter", "claude"),
        ("watch -n 60 'claude -p hello'", "claude"),
        ("direnv exec . claude -p hello", "claude"),
        ("conda run -n tools aider -m hello", "aider"),
        ("uv tool run aider-chat --message hello", "aider"),
        ("python3 -m aider -m hello", "aider"),
        ("node /opt/node_modules/@anthropic-ai/claude-code/cli.js -p hello", "claude"),
        ("npx -p @anthropic-ai/claude-code claude -p hello", "claude"),
        ("docker run --rm -v /w:/w node:22 npx -y @anthropic-ai/claude-code -p hello", "claude"),
        ("docker run -e A=b my/image bash -lc 'claude -p hello'", "claude"),
        ("docker run --rm ghcr.io/openclaw/openclaw", "openclaw"),
        ("docker run --entrypoint claude my/image -p hello", "claude"),
        ("docker compose -f a.yml run --rm dash claude -p hello", "claude"),
        ("kubectl exec -n x deploy/dash -- claude -p hello", "claude"),
        ("bash <<'EOF'\nclaude -p hello\nEOF", "claude"),
        ("ssh host bash -s <<EOF\nclaude -p hello\nEOF", "claude"),
        ("sudo -u agent bash <<EOF\nclaude -p hello\nEOF", "claude"),
        ("cat <<EOF > brief.md\n$(claude -p hello)\nEOF", "claude"),
        ("echo 'claude -p hello' | bash", "claude"),
        ("echo 'claude -p hello' | at 08:00", "claude"),
        ("echo 'a prompt' | claude -p", "claude"),
        ("claude -p <<EOF\na prompt\nEOF", "claude"),
        ("/usr/local/bin/claude -p < prompt.md", "claude"),
        ("codex review --uncommitted", "codex"),
        ("gemini hello --yolo", "gemini"),
        ("moltbot gateway", "moltbot"),
        ("timeout ${LIMIT} claude -p hello", "claude"),
        ("timeout $LIMIT claude -p hello", "claude"),
        ("nice $OPTIONS claude -p hello", "claude"),
        ("$SUDO claude -p hello", "claude"),
        ("claude -p $PROMPT < $FILE", "claude"),
        ("claude --channels plugin:telegram@official", "claude"),
        ("claude remote-control --name dash", "claude"),
    ],
)
def test_a_command_line_runs_an_agent(text: str, program: str) -> None:
    assert [use.program for use in uses(text) if isinstance(use, AgentUse)] == [program]


@pytest.mark.parametrize(
    "text",
    [
        "grep claude -p /var/log/syslog",
        "grep -c 'claude -p' /etc/crontab",
        "pgrep -f 'claude -p'",
        "echo claude -p hello",
        "echo 'run claude -p hello' | mail -s x ada@example.com",
        "echo $(date) claude -p hello",
        "printf '%s' \"claude -p\"",
        "# claude -p hello",
        "true # claude -p hello",
        "cat <<EOF\nclaude -p hello\nEOF",
        "cat <<-'END' > /tmp/x\n\tclaude -p hello\n\tEND\ntrue",
        "claude mcp list",
        "claude --version",
        "codex login",
        "gemini --version",
        "openclaw doctor",
        "openclaw gateway status",
        "openclaw gateway stop",
        "cursor-agent login",
        "ollama serve",
        "vllm serve meta/llama",
        "llama-server -m model.gguf -p 8080",
        "docker run --name claude -p 80:80 nginx",
        "docker run -d ollama/ollama",
        "tee claude -p",
        "myclaude -p hello",
        "claude-backup -p hello",
        "ls > claude -p",
        "npm install -g @anthropic-ai/claude-code",
        "for claude in -p --print; do true; done",
        "x='claude -p hello'",
        "alias c='claude -p'",
        "claude mcp add ads -- npx -p ads-server",
        "claude plugin install -p ads",
        "claude auth status -p",
        "claude -p --help",
        "codex mcp add ads -- run exec",
        "codex exec --help",
        "gemini mcp list -p",
        "docker logs claude -p",
        "docker restart claude",
        "docker stop openclaw",
        "docker pull ghcr.io/openclaw/openclaw:latest",
        "docker exec claude ls -p",
        "docker exec -it claude -p",
        "docker build -t claude -p .",
        "docker run --rm ghcr.io/openclaw/openclaw --version",
        "kubectl logs claude -p",
        "cat <<'EOF' > brief.md\n$(claude -p hello)\nEOF",
        "sudo tee /usr/local/bin/dash <<EOF\nclaude -p hello\nEOF",
        "/opt/datadog-agent/bin/agent/agent run -p /run/agent.pid",
    ],
)
def test_a_command_line_that_mentions_an_agent_runs_none(text: str) -> None:
    assert not [use for use in uses(text) if isinstance(use, AgentUse)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/srv/agents/run.sh", "/srv/agents/run.sh"),
        ("cd /srv/agents && ./run.sh -v", "/srv/agents/./run.sh"),
        ("bash ~/run.sh", "/home/ada/run.sh"),
        ("D=/srv/agents; cd $D; bash run.sh", "/srv/agents/run.sh"),
        ("python3 -u /srv/dash.py", "/srv/dash.py"),
        ("uv run /srv/dash.py", "/srv/dash.py"),
        (". /srv/lib.sh", "/srv/lib.sh"),
        ("node agent.js", "/home/ada/agent.js"),
        ("cd /srv && npm run brief", "/srv/package.json"),
        ("npm --prefix /srv run brief", "/srv/package.json"),
        ("just -f /srv/justfile brief", "/srv/justfile"),
        ("make -C /srv -f agents.mk brief", "/srv/agents.mk"),
    ],
)
def test_a_command_line_runs_a_script(text: str, path: str) -> None:
    assert [use.path for use in uses(text) if isinstance(use, ScriptUse)] == [path]


def test_the_folder_is_the_one_that_the_command_runs_in() -> None:
    (use,) = uses("cd /srv/agents/dash && claude -p hello")
    assert use.folder == "/srv/agents/dash"
    (use,) = uses('cd "$(mktemp -d)" && claude -p hello')
    assert use.folder == ""


def test_options_say_what_an_agent_may_do() -> None:
    (use,) = uses("claude -p hello --allowedTools 'Bash(git:*),Edit'")
    assert isinstance(use, AgentUse)
    assert use.risks == ("can run programs", "can write files")
    (use,) = uses("claude -p --dangerously-skip-permissions hello")
    assert isinstance(use, AgentUse)
    assert "acts without asking" in use.risks
    (use,) = uses("claude -p 'write about Bash and Edit'")
    assert isinstance(use, AgentUse)
    assert use.risks == ()


@pytest.mark.parametrize(
    ("text", "library"),
    [
        ("import os\nfrom claude_agent_sdk import query\n", "claude_agent_sdk"),
        ("import { query } from '@anthropic-ai/claude-agent-sdk'\n", "@anthropic-ai/claude-agent-sdk"),
        ("# from crewai import Crew\nimport csv\n", ""),
        ("MAP = {'n8n': 'workflow', 'crewai': 'crew'}\n", ""),
        ("import crewai_helpers_of_ours\n", ""),
    ],
)
def test_a_script_is_an_agent_by_what_it_imports(text: str, library: str) -> None:
    assert find_library(text, PATTERNS) == library


def test_a_script_is_an_agent_by_what_it_starts() -> None:
    assert find_started_program('subprocess.run(["claude", "--model", m, "-p", text])', PATTERNS) == "claude"
    assert find_started_program('run([\n    "claude",\n    "--print",\n])', PATTERNS) == "claude"
    assert find_started_program("execSync(`claude --model opus -p '${text}'`)", PATTERNS) == "claude"
    assert find_started_program('os.system("cd /srv && claude -p now")', PATTERNS) == "claude"
    assert find_started_program('print("claude -p now")', PATTERNS) == ""
    assert find_started_program('# subprocess.run(["claude", "-p", text])', PATTERNS) == ""
    assert find_started_program('NAMES = ["claude", "gemini"]', PATTERNS) == ""


@pytest.mark.parametrize(
    "piece", ['"', "'", "`", "$(", '"$(', "(", "<<a\n", "${", "\\", "$( `", "a=", "<(", "x=a$x$x; ", "cd a; ", "a"]
)
def test_hostile_text_of_any_kind_ends(piece: str) -> None:
    """Each takes far less than a second. With a step that is repeated for each character, some would take minutes."""
    assert not [use for use in uses(piece * (100_000 // len(piece))) if isinstance(use, AgentUse)]
    assert [use for use in uses("claude -p x\n" + piece * 1000) if isinstance(use, AgentUse)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('cd "$(dirname "$0")/.." && claude -p', 'cd "/srv/bin/.." && claude -p'),
        ('D="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"', 'D="/srv/bin"'),
        ('D=$( cd "$( dirname "$0" )" >/dev/null 2>&1 && pwd -P )', "D=/srv/bin"),
        ('D=$(dirname "$(readlink -f "$0")")', "D=/srv/bin"),
        ("cd ${0%/*}", "cd /srv/bin"),
        ("cd $(dirname $1)", "cd $(dirname $1)"),
        ("D=$(dirname /etc/x/y)", "D=$(dirname /etc/x/y)"),
    ],
)
def test_a_script_asks_for_its_own_folder(text: str, named: str) -> None:
    assert name_own_folder(text, "/srv/bin/brief.sh") == named


@pytest.mark.parametrize("piece", ["$(dirname /", "$(cd /", "$(cd " + " " * 50, '"$(dirname "', "a ", "a: ", "\t"])
def test_hostile_scripts_end(piece: str) -> None:
    text = piece * (250_000 // len(piece))
    assert len(name_own_folder(text, "/srv/x")) == len(text)
    assert "claude" not in find_recipes(text, ())


PIECES = (
    "claude", "-p", "codex", "exec", "docker", "run", "-e", "--entrypoint", "kubectl", "--", "make", "-C", "npm",
    "just", "find", "-exec", "sudo", "-iu", "env", "-S", "tmux", "new-session", "ssh", "-i", "timeout", "$X",
    "${A:-b}", '"', "'", "`", "$(", ")", "(", "{", "}", ";", "|", "<", ">", "<<EOF", "EOF", "\n", "<<<", "&", "#",
    "a=b", "cd", "/", ".", "~", "watch", "screen", "trap", "bash", "-lc", "node", "x/node_modules/y/z", "python",
    "-m", "npx", "uv", "tool", "\\", "\0", "function", "case", "esac", "[", "]", ",", ":",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_no_text_ends_a_scan_with_an_error(pieces: list[str]) -> None:
    """`docker restart NAME`, with nothing after the name, once did."""
    text = " ".join(pieces)
    uses(text)
    find_uses_of_words(tuple(pieces), {}, "/", PATTERNS)
    find_recipes(text, ("claude",))
    name_own_folder(text, "/srv/x")
    read_start_of_image(f"FROM x\nCMD {text}")
