"""The scripts of the CI files, run by the shell that runs them, on an org that is checked out as CI does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.ci.conftest import PullRequest
from tests.ci.github import BOT, Comments, github
from tests.ci.steps import ACTION, GUARD, HOSTILE, PLAIN, VALIDATE, Runner, need, step
from tests.conftest import ROOT, SCRIPT, Ran, Shell

SAY = "Comment on the pull request"
MARK = "<!-- orgtp diff -->\n"
INSTALL, COMMENT = (step(ACTION, name)["run"] for name in ("Install orgtp", SAY))


def test_action_validates(runner: Runner) -> None:
    assert runner.run(VALIDATE, **PLAIN).code == 0
    runner.org.write("seats/bot.yaml", runner.org.read("seats/bot.yaml").replace("owner: ada", "owner: adda"))
    runner.org.git("commit", "-qam", "Typo")
    ran = runner.run(VALIDATE, **PLAIN)
    assert ran.code == 1
    assert "::error file=seats/bot.yaml,line=6,col=8" in ran.out


def test_action_is_strict_when_told_so(runner: Runner) -> None:
    """The small org's bot has no retire_when: a warning."""
    assert runner.run(VALIDATE, **{**PLAIN, "STRICT": "true"}).code == 1
    ran = runner.run(VALIDATE, **{**PLAIN, "STRICT": "yes"})
    assert (ran.code, ran.err) == (2, "strict must be true or false\n")


def test_action_compares(rewritten: Runner) -> None:
    assert rewritten.run(VALIDATE, **PLAIN).code == 0
    ran = rewritten.run(VALIDATE, **{**PLAIN, "BASE": "origin/main"})
    assert ran.code == 1
    assert "::error file=scores/bot/2026-11.jsonl,line=1" in ran.out


@pytest.mark.parametrize("name", PLAIN)
def test_no_value_is_run_when_validating(runner: Runner, name: str) -> None:
    for value in HOSTILE:
        ran = runner.run(VALIDATE, **{**PLAIN, name: value})
        assert ran.code == (4 if name == "BASE" else 2), ran.out
        assert runner.pwned() == []


@pytest.mark.parametrize(("event", "code"), [("pull_request", 4), ("push", 1)])
def test_no_base_is_run_by_the_workflow(runner: Runner, event: str, code: int) -> None:
    for value in HOSTILE:
        assert runner.run(GUARD, BASE=value, EVENT=event).code == code
        assert runner.run(GUARD, BASE="refs/heads/main", EVENT=value).code == 0
        assert runner.pwned() == []


def test_value_that_is_written_into_a_script_would_be_seen(runner: Runner) -> None:
    """What the tests of hostile values look for does happen where a script is made of them."""
    runner.run(GUARD.replace("$BASE", HOSTILE[0]), EVENT="pull_request")
    assert runner.pwned() != []


def test_workflow_validates_pull_requests(rewritten: Runner) -> None:
    ran = rewritten.run(GUARD, BASE="refs/remotes/origin/main", EVENT="pull_request", GITHUB_ACTIONS="true")
    assert ran.code == 1
    assert "::error file=scores/bot/2026-11.jsonl" in ran.out


def test_action_validates_a_folder_that_is_no_repository(runner: Runner) -> None:
    """What was downloaded as an archive, say: there is no commit, and nothing to compare with."""
    shutil.rmtree(runner.org.folder / ".git")
    assert runner.run(VALIDATE, **PLAIN).code == 0
    runner.org.write("seats/bot.yaml", runner.org.read("seats/bot.yaml").replace("owner: ada", "owner: adda"))
    ran = runner.run(VALIDATE, **PLAIN)
    assert ran.code == 1
    assert "::error file=seats/bot.yaml,line=6,col=8" in ran.out


def test_action_installs_its_own_revision_and_nothing_that_was_checked_out(runner: Runner) -> None:
    """Python would take any of these for what it looks for, if it looked where the org lies."""
    for name in ("venv", "pip", "ensurepip", "json", "orgtp", "sitecustomize", "setuptools", "hatchling"):
        runner.org.write(f"{name}.py", "open('pwned', 'w')\n")
    ran = runner.run(INSTALL, ACTION=str(ROOT), INSTALL="")
    assert ran.code == 0, ran.err
    (folder,) = runner.said("path").splitlines()
    assert runner.run(f'"{folder}/orgtp" validate').code == 0
    assert runner.pwned() == []


@pytest.mark.parametrize("value", [value for value in HOSTILE if "-" not in value])
def test_nothing_to_install_is_run(runner: Runner, value: str) -> None:
    """The step with a virtual environment that is there already, and pip in it."""
    script = INSTALL.replace("python3 -I -m venv", 'mkdir -p orgtp-venv/bin && ln -sf "$PIP" orgtp-venv/bin/pip; :')
    assert script != INSTALL
    assert runner.run(script, ACTION=str(ROOT), INSTALL=value, PIP=str(SCRIPT.with_name("pip"))).code != 0
    assert runner.pwned() == []


@pytest.fixture
def comments() -> Iterator[Comments]:
    """GitHub, with what people have said on the pull request."""
    need("gh", "gh")
    with github() as there:
        for login, body in (("ada", "Why?"), ("eve", f"{MARK}Not the bot's."), ("grace", "Fine.")):
            there.add(login, body)
        yield there


def commented(runner: Runner, comments: Comments, **env: str) -> Ran:
    """Run the comment's step."""
    config = str(comments.config(runner.org.folder.parent / "gh"))
    about = {"BASE": "origin/main", "NUMBER": "7", "ORG": ".", "REPOSITORY": "acme/org", "GH_TOKEN": "not-a-token"}
    return runner.run(COMMENT, GH_CONFIG_DIR=config, **{**about, **env})


def says(runner: Runner, comments: Comments) -> str:
    """Run the comment's step, which must go well; what it prints."""
    ran = commented(runner, comments)
    assert ran.code == 0, ran.err
    return ran.out


def test_one_comment_is_kept_up_to_date(moved: Runner, comments: Comments) -> None:
    """The first run writes it; a later one finds it, on the last page, and nobody else's."""
    says(moved, comments)
    assert comments.bodies[3].startswith(MARK)
    assert "Front desk" in comments.bodies[3]
    comments.rows[3]["body"] = f"{MARK}As it was before."
    others = comments.bodies[:3]
    says(moved, comments)
    assert "Front desk" in comments.bodies[3]
    assert comments.bodies[:3] == others
    assert [row["user"]["login"] for row in comments.rows] == ["ada", "eve", "grace", BOT]
    assert moved.said("summary") == ""


def test_comment_of_a_fork_goes_to_the_summary(moved: Runner, comments: Comments) -> None:
    comments.writable = False
    assert "::notice::" in says(moved, comments)
    assert len(comments.rows) == 3
    assert "Front desk" in moved.said("summary")


def test_comment_is_never_longer_than_github_takes(pull_request: PullRequest, shell: Shell, comments: Comments) -> None:
    """It takes 65,536 characters; what is left out is counted."""
    seat = "name: N\nrole: R\nkind: human\nstatus: active\nreports_to: ada\n"
    for number in range(550):
        name = f"worker-with-a-number-and-an-id-as-long-as-an-id-may-be-{number}"
        pull_request.origin.write(f"seats/{name}.yaml", f"seat: {name}\n{seat}")
    says(pull_request.merged(shell), comments)
    assert 60_000 < len(comments.bodies[3]) < 65_536
    assert "too long for one comment" in comments.bodies[3]


@pytest.mark.parametrize("name", ["BASE", "NUMBER", "ORG", "REPOSITORY"])
def test_no_value_is_run_when_commenting(moved: Runner, comments: Comments, name: str) -> None:
    for value in HOSTILE:
        ran = commented(moved, comments, **{name: value})
        assert ran.code in {0, 2, 4}, ran.err
        assert moved.pwned() == []
    assert len(comments.rows) == 3
