"""The canary: whatever a repository configures, no command of orgtp runs it, and what should work works."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pytest

from orgtp.cli.commands import COMMANDS
from tests.canary.birds import Cage, commit_baits, config_text, hooks, infest, on_pty, tree_state, within
from tests.canary.calls import BEGINNINGS, CALLS, LINES, REVIEW, Call
from tests.conftest import Shell

NOTHING: Mapping[str, str] = {}
# What plain git does with the hostile org: each command, and birds that must be heard.
SONGS = (
    ("status", "core.fsmonitor filter.bird.clean hook-post-index-change"),
    ("add seats", "filter.bird.clean"),
    ("commit -m x", "hook-pre-commit hook-commit-msg hook-post-commit hook-reference-transaction"),
    ("commit --allow-empty --edit -m x", "core.editor"),
    ("commit --allow-empty -S -m x", "gpg.openpgp.program"),
    ("commit --allow-empty -S -m x -c gpg.format=x509", "gpg.x509.program"),
    ("commit --allow-empty -S -m x -c gpg.format=ssh", "gpg.ssh.defaultKeyCommand"),
    ("commit --allow-empty -S -m x -c gpg.format=ssh -c user.signingkey=k", "gpg.ssh.program"),
    ("commit --allow-empty -m x --trailer Orgtp-By:x", "trailer.Orgtp-By.command"),
    ("update-ref refs/heads/side HEAD~2", "hook-reference-transaction"),
    ("checkout -f -q side", "hook-post-checkout filter.bird.smudge"),
    ("merge --no-edit main", "hook-post-merge"),
    ("log -1 -p main~2", "diff.bird.textconv"),
    ("diff HEAD -- seats", "diff.bird.command"),
    ("rebase -q -i --autostash HEAD~1", "sequence.editor hook-pre-rebase"),
    ("ls-remote https://example.com/x", "insteadOf"),
    ("ls-remote origin -c remote.origin.vcs=", "ext-url"),
    ("unlikely", "alias"),
)  # fmt: skip


_WHOLE = "retire jeff --to dash,crystal --by david --reason R --yes"


@pytest.fixture
def small(acme: Shell, cage: Cage) -> Shell:
    """A small org full of birds, for plain git, which runs a filter for each file."""
    commit_baits(acme, cage)
    infest(acme, cage)
    cage.sung()
    return acme


def test_the_birds_can_sing(small: Shell, cage: Cage) -> None:
    """Plain git runs them: each of these was heard, so silence below means something."""
    heard: set[str] = set()
    for line, wanted in SONGS:
        with (small.folder / "seats/ada.yaml").open("a", encoding="utf-8") as out:
            out.write("#\n")
        words, *settings = line.split(" -c ")
        small.git(*[word for row in settings for word in ("-c", row)], *words.split(), code=None)
        sung = cage.sung()
        assert set(wanted.split()) <= sung, line
        heard |= sung
    on_pty(small, "log", "-1", "--format=%h")
    assert cage.sung() == {"pager"}
    assert len(heard) >= 22


def test_every_command_is_called() -> None:
    """A command that is added must be added to the calls."""
    called = {" ".join(call.words[:2]) for call in CALLS} | {call.words[0] for call in CALLS} | set(BEGINNINGS)
    assert {f"{command.group} {command.name}".strip() for command in COMMANDS} <= called


def _run(shell: Shell, cage: Cage, call: Call, env: Mapping[str, str] = NOTHING) -> None:
    """Run a call; hear nothing; and see that it did its work: its words, its commits, and a work tree that follows."""
    before = _count(shell)
    cage.sung()
    ran = within(shell, {**env, **call.env})(*call.words, code=call.code, stdin=call.stdin)
    assert cage.sung() == set(), f"{call.line}\n{ran.err}"
    assert call.has in ran.out, ran.out
    assert _count(shell) == before + call.commits, call.line
    if call.commits and (shell.folder / ".git").exists():
        _followed(shell)


def _count(shell: Shell) -> int:
    return int(shell.git("rev-list", "--count", "main").out)


def _followed(shell: Shell) -> None:
    rows = shell.git("diff-tree", "-r", "--no-commit-id", "-O/dev/null", "main").out.splitlines()
    changed = {row.split("\t")[1]: row.split()[3] for row in rows}
    found = shell.git("ls-files", "-s", "--", *changed).out.splitlines()
    assert {row.split("\t")[1]: row.split()[1] for row in found} == changed
    assert shell.git("hash-object", "--no-filters", *changed).out.split() == list(changed.values())


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.line)
def test_nothing_sings(hostile: Shell, cage: Cage, untouched: dict[str, bytes], call: Call) -> None:
    with (hostile.folder / ".git/config").open("a", encoding="utf-8") as out:
        # These stop plain git from working at all, so they are not in the repository that it sings in.
        out.write(config_text([("diff.orderFile", "/nothing/there"), ("submodule.vendor/lib.update", "!x")]))
    hostile.write("review.yaml", REVIEW)
    (hostile.folder.parent / "sources.yaml").write_text("ad-anomalies: {command: [echo, '97']}\n", encoding="utf-8")
    if call.words[0] == "escalate":
        hostile("escalate", "open", "dash", "Locked", "--by", "david")
    if call.words[0] == "todo":
        hostile("todo", "add", "Unlock", "--owner", "dash", "--due", "2026-11-27", "--by", "david")
    _run(hostile, cage, call)
    assert tree_state(cage.elsewhere) == untouched


def _all(shell: Shell, cage: Cage, env: Mapping[str, str] = NOTHING) -> None:
    """A few calls of each sort, one after another in one repository."""
    for call in LINES:
        _run(shell, cage, call, env)


def test_the_environment_points_elsewhere(hostile: Shell, cage: Cage, untouched: dict[str, bytes]) -> None:
    """What git's variables say of another repository, or of programs, is for another command."""
    env = _environment(cage)
    _all(hostile, cage, env)
    assert tree_state(cage.elsewhere) == untouched


def _environment(cage: Cage) -> dict[str, str]:
    git = cage.elsewhere / ".git"
    places = {"GIT_DIR": git, "GIT_COMMON_DIR": git, "GIT_WORK_TREE": cage.elsewhere, "GIT_INDEX_FILE": git / "index"}
    places |= {"GIT_OBJECT_DIRECTORY": git / "objects", "GIT_ALTERNATE_OBJECT_DIRECTORIES": git / "objects"}
    places |= {"GIT_CONFIG": git / "config", "GIT_SHALLOW_FILE": git / "HEAD", "GIT_GRAFT_FILE": git / "HEAD"}
    runs: tuple[str, ...] = (
        "GIT_EXTERNAL_DIFF",
        "GIT_EDITOR",
        "GIT_SEQUENCE_EDITOR",
        "GIT_PAGER",
        "PAGER",
        "GIT_SSH",
        "GIT_ASKPASS",
    )
    runs += ("GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "SSH_ASKPASS", "EDITOR", "VISUAL")
    words = {name: str(cage.bird(name)) for name in runs}
    words |= {"GIT_CONFIG_COUNT": "2", "GIT_NAMESPACE": "other", "GIT_PREFIX": "seats/", "GIT_REPLACE_REF_BASE": "refs"}
    words |= {"GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": str(cage.bird("env-count"))}
    words |= {"GIT_CONFIG_KEY_1": "core.hooksPath", "GIT_CONFIG_VALUE_1": str(cage.folder / "hooks")}
    words |= {"GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{cage.bird('env-parameters')}'", "GIT_ICASE_PATHSPECS": "1"}
    words |= {"GIT_ALLOW_PROTOCOL": "ext:file", "GIT_PROTOCOL_FROM_USER": "1", "GIT_ATTR_SOURCE": "HEAD"}
    words |= {"GIT_TEMPLATE_DIR": str(cage.folder), "GIT_DEFAULT_HASH": "sha256", "GIT_LITERAL_PATHSPECS": "0"}
    return words | {name: str(place) for name, place in places.items()}


def test_a_work_tree_elsewhere(hostile: Shell, cage: Cage, untouched: dict[str, bytes]) -> None:
    """`core.worktree` names another folder: nothing is written there, and the org is the one that was asked for."""
    with (hostile.folder / ".git/config.worktree").open("a", encoding="utf-8") as out:
        out.write(config_text([("core.worktree", str(cage.elsewhere))]))
    _all(hostile, cage)
    assert tree_state(cage.elsewhere) == untouched


def test_a_linked_work_tree(hostile: Shell, cage: Cage) -> None:
    """A linked work tree has a configuration of its own."""
    hostile.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "--detach", code=None)
    made = ("worktree", "add", "-q", "--no-checkout", "../linked", "main")
    hostile.git("-c", "core.hooksPath=/dev/null", *made)
    linked = hostile.at(hostile.folder.parent / "linked")
    shutil.copy(hostile.folder / ".git/config.worktree", hostile.folder / ".git/worktrees/linked/config.worktree")
    linked.git("read-tree", "HEAD", code=None)
    for path in linked.git("ls-files", "--", "org.yaml", "seats", "scores", "retirements").out.split():
        linked.write(path, linked.git("cat-file", "blob", f":{path}").out)
    cage.sung()
    _all(linked, cage)


def test_a_bare_repository(hostile: Shell, cage: Cage) -> None:
    bare = hostile.folder.parent / "org.git"
    (hostile.folder / ".git").rename(bare)
    with (bare / "config").open("a", encoding="utf-8") as out:
        out.write("[core]\n\tbare = true\n")
    _all(hostile.at(bare), cage, {"ORGTP_ORG": str(bare)})


def test_objects_that_only_a_remote_has(hostile: Shell, cage: Cage) -> None:
    """A partial clone: what is missing is not fetched, for the remote may be a program. A value waits for it."""
    missing = "1234567890" * 4
    seats = hostile.git("mktree", "--missing", stdin=f"100644 blob {missing}\tdash.yaml\n").out.strip()
    rows = [row for row in hostile.git("ls-tree", "HEAD").out.splitlines() if not row.endswith("\tseats")]
    tree = hostile.git("mktree", "--missing", stdin="\n".join([*rows, f"040000 tree {seats}\tseats", ""])).out.strip()
    commit = hostile.git("commit-tree", "-m", "x", "-p", "HEAD", tree).out.strip()
    hostile.git("update-ref", "refs/heads/main", commit)
    cage.sung()
    for line in (
        "chart --at HEAD",
        "score add dash variance-before-call yes --by dash",
        "seat set dash mission=M",
        _WHOLE,
    ):
        ran = hostile(*line.split(), code=75 if line.startswith("score") else 2)
        assert cage.sung() == set(), line
        assert f"the object {missing} is missing" in ran.err, line
    hostile("chart", "--at", "HEAD~1")


def test_sync_with_a_remote(hostile: Shell, cage: Cage) -> None:
    """The repository says where its remote is, and nothing of how to get there."""
    bare = hostile.at(hostile.folder.parent / "there.git")
    hostile.git("init", "-q", "--bare", "-b", "main", str(bare.folder))
    rows = [(f"remote.origin.{key}", str(bare.folder)) for key in ("url", "pushurl")]
    for name in ("config", "config.worktree"):
        with (hostile.folder / ".git" / name).open("a", encoding="utf-8") as out:
            out.write(config_text(rows))
    cage.sung()
    for line in (
        "sync --status", "sync --dry-run", "sync", "score add radar briefing-by-8 7:52am --by radar --push",
        "seat set dash mission=M --push", f"{_WHOLE} --push --json", "sync --json",
    ):  # fmt: skip
        ran = hostile(*line.split())
        assert cage.sung() == set(), f"{line}\n{ran.err}"
    assert bare.git("rev-parse", "main").out == hostile.git("rev-parse", "main").out
    assert _count(bare) == _count(hostile)


def test_sync_over_ssh(hostile: Shell, cage: Cage) -> None:
    """Git's own ssh is run, not the one that the repository names, nor what was put where orgtp keeps its things."""
    rows = [("remote.origin.url", "ssh://nowhere.invalid/x"), ("core.sshCommand", str(cage.bird("ssh")))]
    rows += [("core.sshCommand", str(cage.bird("ssh"))), ("ssh.variant", "simple")]
    (hostile.folder / ".git/config.worktree").unlink()
    with (hostile.folder / ".git/config").open("a", encoding="utf-8") as out:
        out.write(config_text(rows))
    net = hostile.folder / ".git/orgtp/net"
    net.mkdir(parents=True)
    (net / "commondir").write_text(f"{hostile.folder}/.git\n", encoding="utf-8")
    for line in (
        "sync",
        "score add radar briefing-by-8 7:52am --by radar --push",
        "init new --remote ssh://nowhere.invalid/x",
    ):
        ran = hostile(*line.split(), code=None)
        assert cage.sung() == set(), line
        assert "nowhere.invalid" in ran.err


def test_init_in_a_hostile_repository(shell: Shell, cage: Cage, untouched: dict[str, bytes]) -> None:
    """A git repository that is there already, with birds and no org."""
    there = shell.at(shell.folder / "there")
    there.folder.mkdir()
    there.git("init", "-q", "-b", "main")
    infest(there, cage)
    cage.sung()
    env = _environment(cage)
    for words in (("--dry-run",), ("--dry-run", "--json"), ("--json",)):
        within(shell, env)("init", "there", "--name", "There", *words)
        assert cage.sung() == set()
    assert _count(there) == 1
    within(there, env)("seat", "add", "ada", "--role", "R", "--kind", "human")
    within(there, env)("validate", code=1)  # a new seat has nothing that it is measured on
    assert cage.sung() == set()
    assert (_count(there), tree_state(cage.elsewhere)) == (2, untouched)


def test_init_and_demo_inside_a_hostile_repository(hostile: Shell, cage: Cage, untouched: dict[str, bytes]) -> None:
    """New repositories below a hostile one, with a template that is full of birds."""
    env = _environment(cage)
    hooks(cage, cage.folder / "template/hooks")
    with (hostile.home / ".gitconfig").open("a") as config:
        config.write(f"[init]\n\ttemplateDir = {cage.folder}/template\n")
    before = _count(hostile)
    within(hostile, env)("init", "inner", "--name", "Inner")
    within(hostile, env)("demo", "tour")
    assert cage.sung() == set()
    assert not list(hostile.folder.glob("*/.git/hooks/*"))
    assert _count(hostile) == before
    assert _count(hostile.at(hostile.folder / "tour")) > 10
    assert tree_state(cage.elsewhere) == untouched


_FORMATS = (
    [("gpg.format", "openpgp")],
    [("gpg.format", "x509")],
    [("gpg.format", "ssh")],
    [("gpg.format", "ssh"), ("user.signingkey", "key::ssh-ed25519 AAAA")],
    [("gpg.format", "openpgp"), ("user.signingkey", "--homedir=/")],
)


@pytest.mark.parametrize("rows", _FORMATS, ids=str)
def test_a_signature_that_a_repository_wants(hostile: Shell, cage: Cage, rows: list[tuple[str, str]]) -> None:
    """It may want one, but its program makes none: without a key of the person's nothing is written, and said."""
    with (hostile.folder / ".git/config").open("a", encoding="utf-8") as out:
        out.write(config_text([("commit.gpgsign", "true"), *rows]))
    (hostile.folder / ".git/config.worktree").unlink()
    before = _count(hostile)
    kept = hostile("score", "add", "radar", "briefing-by-8", "7:52am", "--by", "radar", code=75)
    refused = hostile("seat", "set", "dash", "mission=M", code=2)
    assert cage.sung() == set()
    assert _count(hostile) == before
    assert "git could not write" in kept.err + refused.err
