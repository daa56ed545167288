"""What cannot be read is not absent: a branch, a commit, a folder or a file of git that is damaged, missing or closed.

Values are kept, the audit proves nothing, and the message says how to repair it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SCRIPT, Shell
from tests.ledger.ledgers import FILE, VALUE, assert_swept, assert_whole, common_dir, ids
from tests.ledger.tight import is_root

root = pytest.mark.skipif(not is_root(), reason="only root can run a command as another user, who may not read all")


def _object(here: Shell, name: str) -> Path:
    oid = here.git("rev-parse", name).out.strip()
    return common_dir(here) / "objects" / oid[:2] / oid[2:]


def _lose(path: Path) -> Callable[[], object]:
    saved = path.with_name(f"{path.name}.saved")
    shutil.move(path, saved)
    return lambda: shutil.move(saved, path)


def _overwrite(path: Path, raw: bytes) -> Callable[[], object]:
    before, mode = path.read_bytes(), path.stat().st_mode
    path.chmod(0o644)
    path.write_bytes(raw)

    def repair() -> None:
        path.write_bytes(before)
        path.chmod(mode)

    return repair


def _pack_refs(here: Shell) -> Path:
    here.git("pack-refs", "--all")
    return common_dir(here) / "packed-refs"


# Each damages a repository and returns what repairs it, with what the message says about it.
DAMAGE: dict[str, tuple[Callable[[Shell], Callable[[], object]], str]] = {
    "commit missing": (lambda here: _lose(_object(here, "main")), "that commit is missing or damaged"),
    "commit empty": (lambda here: _overwrite(_object(here, "main"), b""), "that commit is missing or damaged"),
    "commit garbled": (lambda here: _overwrite(_object(here, "main"), b"x"), "that commit is missing or damaged"),
    "branch empty": (
        lambda here: _overwrite(common_dir(here) / "refs/heads/main", b""),
        "refs/heads/main does not contain the id of a commit",
    ),
    "branch garbled": (
        lambda here: _overwrite(common_dir(here) / "refs/heads/main", b"\0\0\0"),
        "refs/heads/main does not contain the id of a commit",
    ),
    "packed refs garbled": (lambda here: _overwrite(_pack_refs(here), b"x\n"), "packed-refs"),
}
# What a commit names.
DEEPER = {
    "tree": "main^{tree}",
    "scores": "main:scores",
    "scores of a seat": "main:scores/bot",
    "seat": "main:seats/bot.yaml",
}


def _type_remedy(here: Shell, pattern: str, told: str) -> None:
    """Type the remedy in a message, as a person would."""
    remedy = re.search(pattern, told)
    assert remedy is not None, told
    subprocess.run(["sh", "-c", remedy[1]], check=True, cwd="/", env=here.env())


@pytest.fixture
def org(here: Shell) -> Shell:
    """Two values, each object in a file of its own."""
    here(*VALUE, "12", "--id", "first")
    here(*VALUE, "13", "--id", "second")
    return here


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_branch_that_cannot_be_read_is_no_new_branch(org: Shell, kind: str) -> None:
    damage, words = DAMAGE[kind]
    repair = damage(org)
    ran = org(*VALUE, "14", "--id", "kept", code=75)
    assert "queued: git cannot read the branch main: " in ran.err
    assert words in ran.err
    assert "git -C" in ran.err
    as_json = org(*VALUE, "15", "--id", "kept-too", "--json", code=75)
    assert (as_json.json["outbox"], as_json.json["commit"]) == (True, None)
    assert ran.err.count("git cannot read the branch main") == as_json.err.count("git cannot read the branch main") == 1
    repair()
    org(*VALUE, "16", "--id", "after")
    assert ids(org) == ["after", "first", "kept", "kept-too", "second"]
    assert_swept(org)
    assert_whole(org)


@pytest.mark.parametrize("kind", DAMAGE)
def test_the_audit_proves_nothing_then(org: Shell, kind: str) -> None:
    org("audit", "verify")
    damage, words = DAMAGE[kind]
    repair = damage(org)
    ran = org("audit", "verify", code=4)
    assert words in ran.out
    assert "git -C" in ran.out
    assert "cannot be proven" in ran.out
    assert org("audit", "verify", "--json", code=4).json["verdict"] == "cannot be proven"
    assert words in org("audit", "export", "../out.zip", "--unsigned", code=4).err
    repair()
    assert "intact" in org("audit", "verify").out


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_is_not_a_value_is_refused_and_the_status_still_shows_the_outbox(org: Shell, kind: str) -> None:
    damage, words = DAMAGE[kind]
    repair = damage(org)
    for command in (("seat", "set", "bot", "role=Other"), ("log",), ("chart", "--at", "HEAD"), ("diff", "main")):
        assert words in org(*command, code=2).err
    org(*VALUE, "14", "--id", "kept", code=75)
    status = org("sync", "--status", "--json", code=1).json
    assert ([row["id"] for row in status["waiting"]], status["commit"]) == (["kept"], None)
    assert words in status["trouble"]
    assert "bot number 2026-W47 = 14" in org("sync", "--status", code=1).out
    assert words in org("sync", code=75).err
    # What is in the work tree can still be seen, and the commit is said to be unknown.
    chart = org("chart", "--json")
    assert (chart.json["revision"], words in chart.err) == (None, True)
    repair()
    assert org("sync").code == 0
    assert ids(org) == ["first", "kept", "second"]


@pytest.mark.parametrize("what", DEEPER)
def test_what_a_commit_names_and_git_has_lost_is_not_empty(org: Shell, what: str) -> None:
    """Above all: nothing is written in its place."""
    repair = _lose(_object(org, DEEPER[what]))
    head = org.head()
    assert "queued: " in org(*VALUE, "14", "--id", "kept", code=75).err
    assert org("seat", "set", "bot", "role=Other", code=2).err != ""
    assert org("audit", "verify", "--full", code=4).out != ""
    assert org.head() == head
    repair()
    org(*VALUE, "15", "--id", "after")
    assert ids(org) == ["after", "first", "kept", "second"]
    assert_whole(org)


# Git reads nothing in a repository whose packed refs are garbled, and a bare one has no files beside git's.
@pytest.mark.parametrize("kind", [kind for kind in DAMAGE if kind != "packed refs garbled"])
def test_in_a_bare_repository_a_value_is_checked_against_the_last_commit_that_can_be_read(
    org: Shell, bare: Shell, kind: str
) -> None:
    bare.git("config", "core.logAllRefUpdates", "always")
    bare.git("fetch", "-q", str(org.folder), "+main:main")
    bare(*VALUE, "12", "--id", "third")
    bare(*VALUE, "13", "--id", "fourth")
    damage, words = DAMAGE[kind]
    repair = damage(bare)
    assert words in bare("chart", code=2).err
    assert words in bare(*VALUE, "14", "--id", "kept", code=75).err
    assert "unknown seat" in bare("score", "add", "nobody", "number", "14", code=2).err
    assert [row["id"] for row in bare("sync", "--status", "--json", code=1).json["waiting"]] == ["kept"]
    assert words in bare("audit", "verify", code=4).out
    repair()
    bare(*VALUE, "15", "--id", "after")
    assert ids(bare) == ["after", "first", "fourth", "kept", "second", "third"]


@pytest.mark.parametrize("kind", ["commit missing", "branch empty", "branch garbled", "packed refs garbled"])
def test_the_remedy_works_when_typed(org: Shell, kind: str) -> None:
    DAMAGE[kind][0](org)
    ran = org(*VALUE, "14", "--id", "kept", code=75)
    _type_remedy(org, r"stay as they are\): (.+?)\. The change is written", ran.err)
    org("sync")
    there = ids(org)
    assert "kept" in there
    assert "first" in there
    assert org("audit", "verify", code=None).code != 4


def test_a_lost_commit_is_fetched_again(org: Shell) -> None:
    org.git("clone", "-q", "--bare", ".", "../remote.git")
    org.git("remote", "add", "origin", "../remote.git")
    _lose(_object(org, "main"))
    ran = org(*VALUE, "14", "--id", "kept", code=75)
    _type_remedy(org, r"Fetch it again: (git .+?)\. ", ran.err)
    org("sync")
    assert ids(org) == ["first", "kept", "second"]


def test_objects_that_are_kept_in_a_folder_that_is_gone(org: Shell) -> None:
    org.git("clone", "-q", "--shared", ".", "../borrower")
    borrower, lender = org.at(org.folder.parent / "borrower"), org.folder.rename(org.folder.with_name("moved"))
    ran = borrower(*VALUE, "14", "--id", "kept", code=75)
    assert re.search(r"objects/info/alternates names the folder \S+/acme\S*/objects, which is not there", ran.err)
    assert "is not there" in borrower("audit", "verify", code=4).out
    lender.rename(org.folder)
    borrower("sync", "--status")
    borrower(*VALUE, "15", "--id", "after")
    assert ids(borrower) == ["after", "first", "kept", "second"]


@pytest.mark.parametrize("raw", [None, b""])
def test_a_repository_that_lost_its_head(org: Shell, raw: bytes | None) -> None:
    head = org.folder / ".git/HEAD"
    head.unlink() if raw is None else head.write_bytes(raw)
    ran = org(*VALUE, "14", "--id", "kept", code=75)
    assert "is missing or damaged" in org("audit", "verify", code=4).out
    _type_remedy(org, r"Write it again: (.+?)\. The change", ran.err)
    org("sync")
    assert ids(org) == ["first", "kept", "second"]


def test_a_branch_that_does_not_exist_is_still_said_to_be_absent(org: Shell) -> None:
    """Also where a folder of branches has its name."""
    org.git("checkout", "-q", "--detach")
    org.git("branch", "-D", "main")
    absent = "has no commits. Set the branch that you use in org.yaml, or create it: git branch main"
    assert absent in org(*VALUE, "14", code=2).err
    org.git("branch", "main/inner")
    assert absent in org(*VALUE, "14", code=2).err


def _garble_packed_line(here: Shell) -> None:
    packed = _pack_refs(here)
    packed.write_text(re.sub(r"(?m)^[0-9a-f]+ (refs/heads/main)$", r"zzzz \1", packed.read_text()))


def _drop_packed_line(here: Shell) -> None:
    packed = _pack_refs(here)
    packed.write_text(re.sub(r"(?m)^[0-9a-f]+ refs/heads/main\n", "", packed.read_text()))


def _lose_ref_file(here: Shell) -> None:
    (common_dir(here) / "refs/heads/main").unlink()


@pytest.mark.parametrize("lose", [_garble_packed_line, _drop_packed_line, _lose_ref_file])
@pytest.mark.parametrize("proof", ["reflog", "witness", "both"])
def test_a_branch_that_is_gone_and_had_commits_is_unreadable_and_not_new(
    org: Shell, lose: Callable[[Shell], None], proof: str
) -> None:
    if proof != "reflog":
        org("audit", "verify")
    if proof == "witness":
        (common_dir(org) / "logs/refs/heads/main").unlink()
    lose(org)
    ran = org(*VALUE, "14", "--id", "kept", code=75)
    assert "git cannot read the branch main" in ran.err
    assert "cannot be proven" in org("audit", "verify", code=4).out
    assert "git cannot read the branch main" in org("log", code=None).err
    (found,) = org("sync", "--status", "--json", code=1).json["waiting"]
    assert found["id"] == "kept"
    told = org("audit", "verify", "--json", code=4).json
    assert (told["org"], told["branch"], told["problems_total"]) == ("acme", "main", 1)
    _type_remedy(org, r"(?:Restore it|as they are\)): (.+?)\. (?:If you|The change)", ran.err)
    org("sync")
    assert ids(org) == ["first", "kept", "second"]


def test_a_bare_repository_whose_branch_is_gone(org: Shell) -> None:
    org.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = org.at(org.folder.parent / "bare.git")
    bare("audit", "verify")
    (bare.folder / "packed-refs").write_text(
        "".join(
            line
            for line in (bare.folder / "packed-refs").read_text().splitlines(keepends=True)
            if "refs/heads/main" not in line
        )
    )
    (bare.folder / "refs/heads/main").unlink(missing_ok=True)
    bare(*VALUE, "14", "--id", "kept", code=75)
    assert bare("audit", "verify", "--json", code=4).json["org"] == "acme"
    assert "it is gone" in bare("chart", code=2).err


def test_a_branch_that_was_deleted_on_purpose_can_be_forgotten(org: Shell) -> None:
    org("audit", "verify")
    org.git("checkout", "-q", "--detach")
    org.git("branch", "-D", "main")
    ran = org(*VALUE, "14", "--id", "kept", code=75)
    _type_remedy(org, r"begin a new one: (.+?)\. The change", ran.err)
    assert "has no commits" in org(*VALUE, "15", code=2).err
    org.git("branch", "main")
    org("sync")
    assert ids(org) == ["first", "kept", "second"]


@pytest.mark.parametrize("rev", ["HEAD~99", "main~99", "nobody", "HEAD:seats", "a-blob", "refs/heads/none"])
def test_what_does_not_exist_in_a_sound_repository_is_said_not_to_exist(org: Shell, rev: str) -> None:
    org.git("tag", "a-blob", "main:org.yaml")
    assert f'there is no commit "{rev}"' in org("chart", "--at", rev, code=2).err
    org.git("checkout", "-q", "--detach")
    assert f'there is no commit "{rev}"' in org("chart", "--at", rev, code=2).err


# The witnesses of an audit.


@pytest.mark.parametrize("lost", ["object", "file"])
def test_a_witness_that_cannot_be_read_is_not_a_clone_that_saw_nothing(org: Shell, lost: str) -> None:
    org("audit", "verify")
    witness = org.git("rev-parse", "refs/orgtp/witness/main").out.strip()
    org.git("reset", "-q", "--hard", "HEAD~1")
    assert "history-rewritten" in org("audit", "verify", code=1).out
    if lost == "object":
        _lose(common_dir(org) / "objects" / witness[:2] / witness[2:])
    else:
        _overwrite(common_dir(org) / "refs/orgtp/witness/main", b"")
    ran = org("audit", "verify", code=4)
    assert "git cannot read the ref refs/orgtp/witness/main" in ran.out
    _type_remedy(org, r"what this clone saw before: (.+)", ran.out)
    assert "intact" in org("audit", "verify").out


def test_a_remote_that_was_seen_is_not_forgotten(org: Shell) -> None:
    org.git("clone", "-q", "--bare", ".", "../remote.git")
    org.git("remote", "add", "origin", "../remote.git")
    org("sync")
    (seen,) = (common_dir(org) / "refs/orgtp/seen").rglob("main")
    seen.write_bytes(b"")
    assert "git cannot read the ref refs/orgtp/seen" in org("sync", code=75).err


# The history.


def test_a_commit_whose_files_git_has_lost_is_not_one_that_changed_nothing(org: Shell) -> None:
    org("seat", "set", "bot", "role=Other")
    _lose(_object(org, "main~1:seats/bot.yaml"))
    for command in (
        ("seat", "history", "bot"),
        ("seat", "blame", "bot"),
        ("why", "bot"),
        ("log", "bot", "--metric", "number"),
    ):
        ran = org(*command, code=None)
        assert ran.code in {0, 2}, ran
        assert ran.code == 2 or "role" not in ran.out or "missing" in ran.err, ran
    assert "missing or damaged" in org("seat", "history", "bot", code=2).err


def test_a_shallow_file_that_cannot_be_read(org: Shell) -> None:
    org.git("clone", "-q", "--depth", "1", f"file://{org.folder}", "../shallow")
    shallow = org.at(org.folder.parent / "shallow")
    (shallow.folder / ".git/shallow").write_bytes(b"\xff\xfe\n")
    assert shallow("audit", "verify", code=4).out != ""


# Our own files, as one who may not read them.


def _as_other(here: Shell, *words: str) -> subprocess.CompletedProcess[str]:
    """Run orgtp as another user of the machine."""
    for path in here.folder.parent.rglob("*"):
        if not path.is_symlink():
            os.chown(path, 4242, 4242)
    here.git("config", "--global", "safe.directory", "*")
    for folder in (here.home, *here.home.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    # The script itself is run, and not by `env`, which would look for its interpreter as that user.
    words = ("setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", str(SCRIPT), *words)
    return subprocess.run(words, cwd=here.folder, env=here.env(), capture_output=True, text=True, check=False)


@root
@pytest.mark.parametrize("name", ["journal", "outbox", "outdated"])
def test_a_file_of_ours_that_is_closed_is_not_empty(org: Shell, name: str) -> None:
    """The journal of an unfinished change, the outbox, the notes about work trees: nothing is written without them."""
    path = common_dir(org) / "orgtp" / name
    if name == "outbox":
        path.mkdir(exist_ok=True)
        (path / "x.json").write_text("{}", encoding="utf-8")
    else:
        path.write_text("[]", encoding="utf-8")
    path.chmod(0)
    try:
        ran = _as_other(org, *VALUE, "14", "--id", "kept")
        assert (ran.returncode, "Permission denied" in ran.stderr) in {(75, True), (2, True)}, ran
        shown = _as_other(org, "sync", "--status")
        assert shown.returncode == 2
        assert "the outbox is empty" not in shown.stdout
        assert f"{path}" in shown.stderr
    finally:
        path.chmod(0o755)


@root
def test_a_value_in_the_outbox_that_is_closed_is_named(org: Shell) -> None:
    path = common_dir(org) / "orgtp/outbox/x.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    path.chmod(0)
    shown = _as_other(org, "sync", "--status")
    assert "the file cannot be read: Permission denied" in shown.stdout
    assert path.exists()


@root
@pytest.mark.parametrize(
    "closed", ["refs/heads/main", "refs/heads", "packed-refs", "objects/pack", "worktrees", "rebase-merge"]
)
def test_a_file_of_git_that_is_closed_is_not_absent(org: Shell, closed: str) -> None:
    if closed in {"packed-refs", "objects/pack"}:
        org.git("gc", "-q")
    path = org.folder / ".git" / closed
    if closed in {"worktrees", "rebase-merge"}:
        path.mkdir()
    path.chmod(0)
    try:
        ran = _as_other(org, *VALUE, "14", "--id", "kept")
        assert ran.returncode == 75, ran
        assert f"{closed}" in ran.stderr
        assert "Permission denied" in ran.stderr
        if closed not in {"worktrees", "rebase-merge"}:
            shown = _as_other(org, "audit", "verify")
            assert (shown.returncode, "Permission denied" in shown.stdout) == (4, True), shown
    finally:
        path.chmod(0o755)
    assert _as_other(org, *VALUE, "15", "--id", "after").returncode == 0
    assert ids(org) == ["after", "first", "kept", "second"]


def test_a_link_to_nowhere_is_no_missing_sources_file(org: Shell) -> None:
    path = org.home / ".config/orgtp/sources.yaml"
    path.parent.mkdir(parents=True)
    path.symlink_to(org.home / "not-mounted/sources.yaml")
    assert (
        "is a link to a file that cannot be read"
        in org("source", "list", code=None).err + org("score", "collect", code=None).err
    )


def test_a_receipt_of_the_outbox_is_json(org: Shell) -> None:
    """The file that is kept holds the whole record, so that it can be read by hand as well."""
    repair = _lose(_object(org, "main"))
    org(*VALUE, "14", "--id", "kept", code=75)
    (queued,) = (common_dir(org) / "orgtp/outbox").glob("*.json")
    data = json.loads(queued.read_bytes())
    assert (data["scores"][0]["path"], data["scores"][0]["record"]["id"]) == (FILE, "kept")
    repair()
