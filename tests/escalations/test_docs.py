"""docs/escalations.md is true: its commands run in order, and its YAML is valid."""

from __future__ import annotations

import re
import subprocess

from tests.conftest import ROOT, Shell, shell_path

PAGE = (ROOT / "docs" / "escalations.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.S | re.M)


def test_its_commands_run(sample: Shell) -> None:
    path = shell_path()
    typed = "".join(block for block in blocks("sh") if block.startswith("orgtp"))
    assert typed.count("orgtp escalate") == 6
    words = ["bash", "-euo", "pipefail", "-c", typed]
    env = sample.env({"PATH": path, "ORGTP_NOW": "2026-11-20T13:00:00-05:00"})
    done = subprocess.run(words, cwd=sample.folder, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    (shown,) = re.findall(r"^```\n(with .*?)^```", PAGE, re.S | re.M)
    assert shown in done.stdout.decode()


def test_its_yaml_is_valid(sample: Shell) -> None:
    file, routing, policy, _ = blocks("yaml")
    text = sample.read("org.yaml").replace("policy:\n", policy, 1)
    sample.write("org.yaml", text + routing)
    sample.write("escalations/2026-11-20-dash-anomalies-before-open.yaml", file)
    assert sample("validate").out == ""
