"""Workflows of GitHub, pipelines of GitLab, and compose files that run agents."""

from __future__ import annotations

import pytest

from orgtp.model.inventory.found import FoundKind
from tests.discovery.conftest import DASH, Box, pick, reasons, running, triggers

WORKFLOW = """name: Triage
on:
  schedule:
    - cron: "0 6 * * 1-5"
  issues:
    types: [opened]
  workflow_dispatch:
permissions:
  contents: write
jobs:
  triage:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: anthropics/claude-code-action@v1
        with:
          anthropic_api_key: ${{ secrets.KEY }}
          prompt: look at the issue
"""
REMOTE = "https://github.com/acme/app.git"


def test_a_workflow_with_a_schedule(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    box.write("/srv/app/.github/workflows/triage.yml", WORKFLOW)
    (agent,) = running(box.scan("/srv"))
    assert agent.name == "Triage"
    assert agent.trigger == "schedule 0 6 * * 1-5; on issues; by hand"
    assert agent.program == "claude-code-action"
    assert agent.risks == ("can write to the repository",)
    assert agent.place.text == "github.com/acme/app/.github/workflows/triage.yml"


@pytest.mark.parametrize(
    ("uses", "program"),
    [
        ("openai/codex-action@main", "codex-action"),
        ("google-github-actions/run-gemini-cli@v0", "run-gemini-cli"),
        ("anthropics/claude-code-action/base-action@beta", "claude-code-action"),
        ("acme/claude-code-action@v1", ""),
        ("actions/checkout@v4", ""),
    ],
)
def test_which_actions_run_an_agent(box: Box, uses: str, program: str) -> None:
    text = f"on: push\njobs: {{a: {{steps: [{{uses: {uses}}}]}}}}\n"
    box.write("/srv/app/.github/workflows/x.yaml", text)
    assert [(agent.trigger, agent.program) for agent in running(box.scan("/srv/app"))] == (
        [("on push", program)] if program else []
    )


def test_a_step_that_runs_a_command_line(box: Box) -> None:
    steps = "      - run: |\n          npm i -g @anthropic-ai/claude-code\n          claude -p hello\n"
    box.write("/srv/app/.github/workflows/a.yml", "on: [push, pull_request]\njobs:\n  a:\n    steps:\n" + steps)
    other = "      - run: echo 'claude -p hello'\n      # claude -p\n"
    box.write("/srv/app/.github/workflows/b.yml", "on: push\njobs:\n  a:\n    steps:\n" + other)
    assert triggers(box.scan("/srv/app")) == [("a", "on push; on pull_request", "claude")]


def test_a_workflow_that_nothing_starts_is_a_template(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    called = WORKFLOW.replace(
        '  schedule:\n    - cron: "0 6 * * 1-5"\n  issues:\n    types: [opened]\n  workflow_dispatch:',
        "  workflow_call:",
    )
    box.write("/srv/app/.github/workflows/called.yml", called.replace("Triage", "Called"))
    box.write("/srv/app/starter/.github/workflows/triage.yml", WORKFLOW)
    found = box.scan("/srv")
    assert not running(found)
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == ["Called", "Triage"]


def test_a_workflow_that_is_not_yaml_is_said(box: Box) -> None:
    box.write("/srv/app/.github/workflows/x.yml", "a: [\n")
    assert list(reasons(box.scan("/srv/app")).values()) == ["it is not YAML, or breaks a limit"]


def test_jobs_of_gitlab(box: Box) -> None:
    box.make_repository("/srv/app", "https://gitlab.example.com/acme/app.git")
    box.write(
        "/srv/app/.gitlab-ci.yml",
        "default: {image: node}\n"
        "nightly:\n  script: [npm ci, [claude -p review]]\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"schedule\"\n"
        "old:\n  script: codex exec x\n  only: [schedules]\n"
        "push:\n  script:\n    - !reference [.setup, script]\n    - gemini -p x\n"
        "hand:\n  script: [claude -p x]\n  when: manual\n"
        ".hidden:\n  script: [claude -p x]\n"
        "test:\n  script: [make test, echo claude -p]\n",
    )  # fmt: skip
    found = box.scan("/srv")
    schedule = "GitLab schedule (its times are in GitLab, not in the file)"
    assert triggers(found) == [
        ("hand", "by hand", "claude"),
        ("nightly", schedule, "claude"),
        ("old", schedule, "codex"),
        ("push", "on pipelines", "gemini"),
    ]
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == [".hidden"]


def test_services_of_a_compose_file(box: Box) -> None:
    box.write(
        "/srv/app/docker-compose.yml",
        "x-base: &base\n  restart: always\n"
        "services:\n"
        "  web: {image: nginx, command: nginx}\n"
        "  model: {image: 'ollama/ollama:latest', command: serve}\n"
        "  llm: {image: vllm/vllm-openai}\n"
        "  brief:\n    <<: *base\n    image: node\n    command: [sh, -c, 'claude -p brief']\n"
        "    environment: {KEY: canary}\n"
        "  claw: {image: 'ghcr.io/openclaw/openclaw:2026.1', command: gateway, profiles: [agents]}\n"
        "  note: {image: busybox, command: echo claude -p}\n",
    )  # fmt: skip
    assert triggers(box.scan("/srv")) == [
        ("brief", "compose service, restart always", "claude"),
        ("claw", "compose service, profile agents", "openclaw"),
    ]


def test_a_service_is_linked_to_the_agent_in_its_folder(box: Box) -> None:
    box.write("/srv/app/dash/.claude/agents/dash.md", DASH)
    box.write("/srv/app/compose.yaml", "services:\n  x:\n    build: ./dash\n    command: claude -p --agent dash\n")
    (agent,) = running(box.scan("/srv"))
    assert (agent.name, agent.trigger) == ("dash", "compose service")


def test_compose_files_at_their_usual_places(box: Box) -> None:
    box.write("/opt/brief/compose.yaml", "services: {brief: {image: x, command: claude -p x}}\n")
    assert [agent.where for agent in running(box.scan())] == ["/opt/brief/compose.yaml"]


def write_workflow(box: Box, name: str, on: str, *jobs: str) -> None:
    lines = "".join(f"  job{number}:\n    {job}\n" for number, job in enumerate(jobs))
    box.write(f"/srv/app/.github/workflows/{name}.yml", f"name: {name}\non: {on}\njobs:\n{lines}")


CLAUDE = "steps: [{uses: anthropics/claude-code-action@v1}]"


def test_what_starts_a_caller_starts_the_workflow_that_it_calls(box: Box) -> None:
    """As in the usual set for Gemini: a workflow takes the events, and calls the one that runs the agent."""
    box.make_repository("/srv/app", REMOTE)
    write_workflow(box, "review", "{workflow_call: {}}", CLAUDE)
    write_workflow(box, "between", "{workflow_call: {}}", "uses: ./.github/workflows/review.yml")
    write_workflow(box, "dispatch", "{issue_comment: {}}", "uses: ./.github/workflows/between.yml")
    write_workflow(box, "nightly", "{schedule: [{cron: 0 3 * * *}]}", "uses: ./.github/workflows/review.yml")
    write_workflow(box, "alone", "{workflow_call: {}}", CLAUDE)
    found = box.scan("/srv")
    assert triggers(found) == [("review", "on issue_comment; schedule 0 3 * * *", "claude-code-action")]
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == ["alone"]


def test_workflows_that_call_each_other_end(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    write_workflow(box, "a", "{workflow_call: {}}", CLAUDE, "uses: ./.github/workflows/b.yml")
    write_workflow(box, "b", "{push: {}}", "uses: ./.github/workflows/a.yml")
    assert triggers(box.scan("/srv")) == [("a", "on push", "claude-code-action")]


def test_an_action_of_the_same_repository_is_read(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    write_workflow(box, "brief", "{push: {}}", "steps: [{uses: ./.github/actions/brief}]")
    write_workflow(box, "loop", "{push: {}}", "steps: [{uses: ./.github/actions/loop}]")
    write_workflow(box, "out", "{push: {}}", "steps: [{uses: ./../other}]")
    box.write(
        "/srv/app/.github/actions/brief/action.yml", "runs:\n  using: composite\n  steps: [{run: claude -p brief}]\n"
    )
    box.write(
        "/srv/app/.github/actions/loop/action.yml",
        "runs:\n  using: composite\n  steps: [{uses: ./.github/actions/loop}]\n",
    )
    found = box.scan("/srv")
    assert triggers(found) == [("brief", "on push", "claude")]
    assert dict(found.looked_at)["actions of GitHub workflows"]


def test_the_options_of_an_action_say_what_it_may_do(box: Box) -> None:
    steps = "[{uses: anthropics/claude-code-action@v1, with: {claude_args: '--allowedTools Bash(gh:*)', key: SECRET}}]"
    write_workflow(box, "brief", "{push: {}}", f"steps: {steps}")
    (agent,) = running(box.scan("/srv/app"))
    assert agent.risks == ("can run programs",)
    assert "SECRET" not in repr(agent)


def test_a_service_that_is_built_here_starts_what_its_dockerfile_says(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    box.write(
        "/srv/app/compose.yaml",
        "services:\n  cli: {build: cli}\n  script: {build: {context: ., dockerfile: py.Dockerfile}}\n"
        "  web: {build: web}\n  out: {build: ../../etc}\n  own: {build: cli, command: nginx}\n",
    )
    box.write("/srv/app/cli/Dockerfile", 'FROM node AS x\nCMD ["nginx"]\nFROM node\nENTRYPOINT ["claude", \\\n "-p"]\n')
    box.write("/srv/app/py.Dockerfile", "FROM python\nWORKDIR /app\nCOPY . .\nCMD python /app/dash.py\n")
    box.write("/srv/app/dash.py", "from claude_agent_sdk import query\n")
    box.write("/srv/app/web/Dockerfile", "FROM nginx\n# CMD claude -p\nRUN npm i -g @anthropic-ai/claude-code\n")
    box.write("/etc/Dockerfile", "FROM node\nCMD claude -p\n")
    found = box.scan("/srv", parts=frozenset())
    assert triggers(found) == [
        ("cli", "compose service", "claude"), ("script", "compose service", "claude_agent_sdk"),
    ]  # fmt: skip
    assert dict(found.looked_at)["Dockerfiles of services"] == 3


@pytest.mark.parametrize(
    "text", ["CMD [", "CMD []", 'CMD {"a": 1}', "CMD [1, 2]", "cmd", "ENTRYPOINT", "CMD [" + "[" * 9999]
)
def test_a_broken_dockerfile_starts_nothing(box: Box, text: str) -> None:
    box.write("/srv/app/compose.yaml", "services:\n  a: {build: .}\n")
    box.write("/srv/app/Dockerfile", f"FROM x\n{text}\n")
    assert not running(box.scan("/srv/app"))


def test_a_job_of_gitlab_takes_what_it_extends_and_includes(box: Box) -> None:
    box.make_repository("/srv/app", "https://gitlab.example.com/acme/app.git")
    box.write(
        "/srv/app/.gitlab-ci.yml",
        "include:\n  - local: /ci/agents.yml\n  - project: acme/ci\n    file: x.yml\n"
        "review:\n  extends: .claude\n  when: manual\nloop:\n  extends: loop\ntest:\n  script: pytest\n",
    )
    box.write("/srv/app/ci/agents.yml", ".claude:\n  script: [claude -p review]\n")
    found = box.scan("/srv", parts=frozenset())
    assert triggers(found) == [("review", "by hand", "claude")]
    assert [agent.name for agent in pick(found, FoundKind.TEMPLATE)] == [".claude"]
    assert [(one.where.endswith(".gitlab-ci.yml"), one.on_purpose) for one in found.skipped] == [(True, True)]
    assert "another repository" in found.skipped[0].why


def test_a_workflow_that_runs_one_of_another_repository_is_named(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    write_workflow(box, "brief", "{push: {}}", "uses: acme/ci/.github/workflows/brief.yml@v1")
    found = box.scan("/srv", parts=frozenset())
    assert not running(found)
    assert [(one.where.endswith("brief.yml"), one.on_purpose) for one in found.skipped] == [(True, True)]


def test_files_of_gitlab_that_include_each_other_end(box: Box) -> None:
    box.make_repository("/srv/app", REMOTE)
    box.write("/srv/app/.gitlab-ci.yml", "include: a.yml\na:\n  script: claude -p\n")
    box.write("/srv/app/a.yml", "include: a.yml\n")
    assert triggers(box.scan("/srv", parts=frozenset())) == [("a", "on pipelines", "claude")]
