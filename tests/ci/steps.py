"""The steps of the CI files, and how a runner runs them: bash, values by the environment, files of the runner's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, Ran, Shell, shell_path

ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / "templates" / "github.yml"
GITLAB_FILE = ROOT / "templates" / "gitlab.yml"
# What a runner says to the action's step that validates, where the workflow says nothing.
PLAIN = {"ORG": ".", "BASE": "", "FORMAT": "github", "STRICT": "false"}
ZEROS = "0" * 40
# What would be run, or taken for an option, if a script wrote it where code or words stand.
HOSTILE = (
    '$(touch pwned)"; touch pwned; "',
    "`touch pwned`'; touch pwned; '",
    "x\ntouch pwned\n",
    "--help",
)


def read(path: Path) -> Any:
    """A YAML file of a CI."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def steps(path: Path) -> list[dict[str, Any]]:
    """Every step of an action or of a workflow's jobs."""
    whole = read(path)
    if "runs" in whole:
        return list(whole["runs"]["steps"])
    return [step for job in whole["jobs"].values() for step in job["steps"]]


def step(path: Path, name: str) -> dict[str, Any]:
    """The step of this name."""
    (found,) = [step for step in steps(path) if step.get("name") == name]
    return found


VALIDATE, GUARD = (step(path, "Validate")["run"] for path in (ACTION, WORKFLOW))
(GITLAB,) = read(GITLAB_FILE)["validate"]["script"]


@dataclass(frozen=True)
class Runner:
    """A runner with an org checked out."""

    org: Shell
    temp: Path

    def run(self, script: str, *, by: str = "bash", **env: str) -> Ran:
        """Run a step's script in the org's folder, as a runner would."""
        self.temp.mkdir(exist_ok=True)
        file = self.temp / "step.sh"
        file.write_text(script, encoding="utf-8")
        words = (
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)] if by == "bash" else ["sh", "-e", str(file)]
        )
        done = subprocess.run(
            words, cwd=self.org.folder, env=self.env(env), capture_output=True, timeout=120, check=False
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "a bug of ours" not in ran.err, ran.err
        return ran

    def env(self, more: Mapping[str, str]) -> dict[str, str]:
        """What a runner sets, with `orgtp` on the PATH, and pip's own settings for where to find packages."""
        path = shell_path()
        cache = str(Path("~/.cache/pip").expanduser())
        pip = {
            "PIP_CACHE_DIR": cache,
            "PIP_NO_COMPILE": "1",
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
        }
        files = {"GITHUB_PATH": "path", "GITHUB_STEP_SUMMARY": "summary", "RUNNER_TEMP": ""}
        return self.org.env({"PATH": path, **pip, **{name: str(self.temp / to) for name, to in files.items()}, **more})

    def said(self, name: str) -> str:
        """A file that the steps write to: the `summary`, the `path`."""
        file = self.temp / name
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def pwned(self) -> list[Path]:
        """Every file that only a command in a value could have made."""
        return [path for top in (self.org.folder, self.temp) for path in top.rglob("*pwned*")]


def need(program: str, package: str) -> str:
    """The program, or a skip that says how to have it."""
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is missing; Debian: apt-get install {package}")
    return found
