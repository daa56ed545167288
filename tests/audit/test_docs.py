"""docs/audit.md is true: every command in it runs, in order, and its workflow's steps do what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.audit.keys import make_key, signers
from tests.conftest import NOW, ROOT, Ran, Shell, shell_path

PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
WORKFLOW = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if block.startswith("name:"))


def blocks(language: str, begin: str = "", end: str = "\0") -> list[str]:
    """The code blocks of one language between two headings."""
    part = (PAGE.partition(begin)[2] if begin else PAGE).partition(end)[0]
    return re.findall(rf"^```{language}\n(.*?)^```", part, re.S | re.M)


def typed(org: Shell, text: str, *, code: int = 0, **env: str) -> Ran:
    """Type it in a shell, at the moment at which the tests stand still."""
    path = shell_path()
    words = ["bash", "-euo", "pipefail", "-c", text]
    more = {"PATH": path, "GIT_AUTHOR_DATE": NOW, "GIT_COMMITTER_DATE": NOW, **env}
    done = subprocess.run(words, cwd=org.folder, env=org.env(more), capture_output=True, check=False)
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert ran.code == code, ran.out + ran.err
    return ran


@pytest.fixture
def org(sample: Shell) -> Shell:
    """The sample org, and a home with room for keys."""
    (sample.home / ".ssh").mkdir(mode=0o700)
    return sample


def begun(org: Shell) -> None:
    """Type all that the chapter on signatures says before it becomes binding."""
    for block in blocks("sh", "### Set up signing\n", "### Require signatures\n"):
        typed(org, block)


def test_signatures_are_set_up_as_it_says(org: Shell) -> None:
    begun(org)
    assert org.git("log", "-2", "--format=%G? %GS").out == "G david\nG david\n"
    org("score", "add", "radar", "briefing-by-8", "07:52", "--by", "david")
    assert org.git("log", "-1", "--format=%G?").out == "G\n"
    assert "Orgtp-Content: sha256:" in org.git("log", "-1", "--format=%B").out
    revoke = blocks("sh", "### Revoke a key\n", "### Forges\n")
    typed(org, revoke[0])
    assert "dash" not in org.read("policy/allowed_signers")
    assert org("audit", "verify").code == 0


@pytest.mark.parametrize("number", [0, 1])
def test_what_stands_in_org_yaml_is_read(org: Shell, number: int) -> None:
    """The two pieces of YAML, in place of the first line of the sample's policy."""
    begun(org)
    piece = [block for block in blocks("yaml") if block.startswith("policy:")][number]
    org.write("org.yaml", org.read("org.yaml").replace("policy:\n", piece, 1))
    rules = {found["rule"] for found in org("validate", "--format", "json", code=None).json["problems"]}
    assert rules == ({"forge-unfit"} if "forges" in piece else set()), "the forge has no key yet, and that is all"


def test_a_checkpoint_is_taken_and_checked_as_it_says(org: Shell) -> None:
    begun(org)
    take, check, verify = blocks("sh", "## Checkpoints\n", "### In CI")
    assert typed(org, take).out.startswith("sneeze-it/main\n")
    assert 'Good "orgtp-checkpoint" signature' in typed(org, check).out
    typed(org, verify)
    org.git("commit", "-q", "--amend", "-m", "Other words")
    assert "checkpoint-not-contained" in typed(org, verify, code=1).out


def step(name: str) -> dict[str, Any]:
    """A step of the workflow."""
    (job,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    (found,) = [step for step in job["steps"] if step.get("name") == name]
    return dict(found)


def test_the_workflow_is_one(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.yml").write_text(WORKFLOW, encoding="utf-8")
    words = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*words, str(tmp_path / "checkpoint.yml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_keeps_checkpoints_and_notices_a_rewrite(org: Shell) -> None:
    key = make_key(org.home, "night")
    org.git("init", "-q", "--bare", "-b", "main", "../kept.git")
    org.git("clone", "-q", "../kept.git", "checkpoints")
    org.write("checkpoints/allowed_signers", signers(night=key))
    secret = key.read_text(encoding="utf-8").rstrip("\n")
    keep = step("Make the next checkpoint and store it")
    assert keep["env"] == {"KEY": "${{ secrets.CHECKPOINT_KEY }}"}
    typed(org, keep["run"], KEY=secret, RUNNER_TEMP=str(org.home))
    kept = org.at(org.folder / "checkpoints")
    assert kept.git("ls-files").out.endswith(".checkpoint\n")
    assert kept.git("ls-remote", "origin", "main").out.split()[0] == kept.head()
    assert not (org.home / "key").exists()
    verify = step("Verify against the last checkpoint")["run"]
    typed(org, verify)
    org.git("commit", "-q", "--amend", "-m", "Other words")
    assert "checkpoint-not-contained" in typed(org, verify, code=1).out
