"""This project's own files: its lock file, workflows, hooks and templates."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.ci.steps import need, read, steps
from tests.ci.test_files import actionlint, check
from tests.conftest import ROOT

LOCK = ROOT / "uv.lock"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# The only hosts a lock file may name: a private index or mirror would fail for everyone else.
PUBLIC_INDEX = {"https://pypi.org", "https://files.pythonhosted.org"}


def normalized(name: str) -> str:
    """The name of a distribution as an index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


Requirement = tuple[str, frozenset[str], frozenset[str]]


def required(texts: list[Any]) -> set[Requirement]:
    """Requirements as pyproject.toml writes them: name, extras, version limits."""
    found = set()
    for text in texts:
        if isinstance(text, str):
            match = re.fullmatch(r"([\w.-]+)(?:\[([\w,-]+)\])?(.*)", text)
            assert match, text
            name, extras, limits = match.groups()
            found.add((normalized(name), frozenset((extras or "").split(",")), frozenset(limits.split(","))))
    return found


def pinned(entries: list[dict[str, Any]]) -> set[Requirement]:
    """The same as uv.lock writes them."""
    return {
        (one["name"], frozenset(one.get("extras", [""])), frozenset(one.get("specifier", "").split(",")))
        for one in entries
    }


def test_lock_names_the_public_index_only() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^/\"]+", text)) == PUBLIC_INDEX


def test_lock_is_up_to_date() -> None:
    """The lock repeats what pyproject.toml requires; `make lock` brings it up to date."""
    packages = {one["name"]: one for one in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]}
    locked = packages["orgtp"]["metadata"]
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    assert pinned(locked["requires-dist"]) == required([*project["dependencies"], *extras])
    for name, texts in groups.items():
        included = [text for one in texts if isinstance(one, dict) for text in groups[one["include-group"]]]
        assert pinned(locked["requires-dev"][name]) == required([*texts, *included]), name
    wanted = {name for name, *_ in required([*project["dependencies"], *extras, *groups["test"], *groups["lint"]])}
    assert wanted - set(packages) == set()


def test_lock_hashes_every_file() -> None:
    for package in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_users_see_no_development_extra() -> None:
    assert set(PROJECT["project"]["optional-dependencies"]) == {"sources", "notify", "mcp", "export", "web"}
    assert {"test", "lint", "docs", "dev"} == set(PROJECT["dependency-groups"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.name))
def test_workflow_follows_the_schema(path: Path) -> None:
    assert "ok" in check("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(path))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.name))
def test_actionlint_accepts_the_workflow(path: Path) -> None:
    assert actionlint(path) == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.name))
def test_workflow_grants_each_job_what_it_needs(path: Path) -> None:
    """Nothing at the top; each job names its own permissions, and only the release may publish."""
    workflow = read(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        granted = job["permissions"]
        assert set(granted.values()) <= {"read", "write"}
        writes = {scope for scope, access in granted.items() if access == "write"}
        assert writes <= ({"id-token", "contents"} if path.name == "release.yml" else set()), name
    # PyYAML reads the key `on` as true.
    assert "pull_request_target" not in workflow[True]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.name))
def test_workflow_keeps_expressions_out_of_scripts(path: Path) -> None:
    """An expression inside a script becomes code; values go through `env:`."""
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_shellcheck_accepts_the_scripts() -> None:
    shellcheck = need("shellcheck", "shellcheck")
    scripts = [step["run"] for path in WORKFLOWS for step in steps(path) if "run" in step]
    assert len(scripts) > 5
    for script in [*scripts, (ROOT / ".ci" / "run").read_text(encoding="utf-8")]:
        done = subprocess.run(
            [shellcheck, "-s", "bash", "-"], input=script, capture_output=True, text=True, check=False
        )
        assert done.stdout == ""


def test_dependabot_follows_the_schema() -> None:
    path = ROOT / ".github" / "dependabot.yml"
    assert "ok" in check("check-jsonschema", "--builtin-schema", "vendor.dependabot", str(path))
    watched = {update["package-ecosystem"] for update in read(path)["updates"]}
    assert watched == {"uv", "npm", "github-actions"}


def test_pre_commit_configuration_is_valid_and_local() -> None:
    """Hooks of other repositories would need the network; these use what the project has installed."""
    path = ROOT / ".pre-commit-config.yaml"
    check("pre-commit", "validate-config", str(path))
    assert {entry["repo"] for entry in read(path)["repos"]} == {"local"}
    assert {hook["language"] for entry in read(path)["repos"] for hook in entry["hooks"]} <= {"system", "unsupported"}


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda p: str(p.name))
def test_issue_form_follows_the_schema(path: Path) -> None:
    kind = "vendor.github-issue-config" if path.name == "config.yml" else "vendor.github-issue-forms"
    assert "ok" in check("check-jsonschema", "--builtin-schema", kind, str(path))


@pytest.mark.parametrize(
    ("text", "fixed"),
    [("a  \nb", "a\nb\n"), ("a\r\nb\r\n", "a\nb\n"), ("a\n\n\n", "a\n"), ("a\nb\n", None), ("", None)],
)
def test_whitespace_hook_fixes_and_reports(tmp_path: Path, text: str, fixed: str | None) -> None:
    file = tmp_path / "file.py"
    file.write_bytes(text.encode())
    words = [sys.executable, "-m", "tools.check_whitespace", str(file)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if fixed is None else 1)
    assert (str(file) in done.stdout) == (fixed is not None)
    assert file.read_bytes() == (text if fixed is None else fixed).encode()
