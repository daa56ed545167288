"""Whatever a clone is like, and whatever a person is doing in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPT
from tests.sync.clones import FILE, Clones, add, assert_one_line, assert_same, made, state, values


def test_a_seat_that_is_being_edited_is_named_and_nothing_is_touched(clones: Clones) -> None:
    clones.b("seat", "set", "bot", "mission=Does more", "--push")
    clones.a.write("seats/bot.yaml", clones.a.read("seats/bot.yaml") + "# mine\n")
    add(clones.a, "12")
    before = state(clones.a)
    ran = clones.a("sync", code=1)
    assert "seats/bot.yaml has uncommitted changes" in ran.err
    assert state(clones.a) == before
    clones.a.git("checkout", "-q", "seats/bot.yaml")
    clones.a("sync")
    assert_same(clones, clones.a)


def test_a_value_is_recorded_though_a_seat_that_is_being_edited_keeps_it_from_being_sent(clones: Clones) -> None:
    clones.b("seat", "set", "bot", "mission=Does more", "--push")
    clones.a.write("seats/bot.yaml", clones.a.read("seats/bot.yaml") + "# mine\n")
    ran = clones.a("score", "add", "bot", "number", "12", "--by", "ada", "--push", code=1)
    assert ran.out.split()[0] == clones.a.head()[:10]
    assert "not pushed: seats/bot.yaml has uncommitted changes" in ran.err
    assert values(clones.a) == ["12"]


def test_a_file_that_git_does_not_know_is_not_written_over(clones: Clones) -> None:
    clones.by_hand(clones.b, "notes/new.txt", "b's\n")
    clones.a.write("notes/new.txt", "a's, not even added\n")
    before = state(clones.a)
    assert "notes/new.txt" in clones.a("sync", code=1).err
    assert state(clones.a) == before


def test_a_score_file_that_is_being_edited_keeps_the_edit(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.b("sync")
    add(clones.b, "13", "--push")
    mine = clones.a.read(FILE).replace('"12"', '"12"').rstrip("\n").replace("{", "{ ", 1) + "\n"
    clones.a.write(FILE, mine)
    clones.a("sync")
    assert values(clones.a) == ["12", "13"]
    assert clones.a.read(FILE).startswith(mine)
    assert clones.a.git("status", "--porcelain").out == f" M {FILE}\n"
    assert clones.a("validate").code == 0


def test_a_value_written_by_hand_and_not_committed_stays_last(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    clones.b("sync")
    line = clones.b.read(FILE).replace('"12"', '"99"').replace('"id":"', '"id":"by-hand-')
    clones.b.write(FILE, clones.b.read(FILE) + line)
    add(clones.a, "13", "--push")
    clones.b("sync")
    assert clones.b.read(FILE) == clones.a.read(FILE) + line
    assert clones.b.git("status", "--porcelain").out == f" M {FILE}\n"
    clones.b.git("commit", "-qam", "By hand")
    clones.b("sync")
    assert values(clones.remote) == ["12", "13", "99"]
    assert_one_line(clones.remote)


def test_what_is_staged_stays_staged_and_is_not_sent(clones: Clones) -> None:
    add(clones.b, "12", "--push")
    add(clones.a, "13")
    clones.a.write("notes/new.txt", "staged\n")
    clones.a.write("notes/plan.txt", "staged\n")
    clones.a.git("add", "notes")
    clones.a.write("notes/plan.txt", "and edited\n")
    clones.a("sync")
    assert clones.a.git("status", "--porcelain").out == "A  notes/new.txt\nMM notes/plan.txt\n"
    assert clones.a.git("show", ":notes/plan.txt").out == "staged\n"
    assert clones.remote.git("ls-tree", "--name-only", "main", "notes/").out == "notes/plan.txt\n"
    assert values(clones.remote) == ["12", "13"]


@pytest.mark.parametrize("words", [("checkout", "-qb", "topic"), ("checkout", "-q", "--detach")], ids=["topic", "none"])
def test_another_branch_that_is_checked_out_is_left_alone(clones: Clones, words: tuple[str, ...]) -> None:
    clones.a.git(*words)
    clones.by_hand(clones.a, "seats/bot.yaml", clones.a.read("seats/bot.yaml") + "# topic\n", push=False)
    add(clones.b, "12", "--push")
    add(clones.a, "13")
    before = state(clones.a)[1:], clones.a.head(), clones.a.git("symbolic-ref", "-q", "HEAD", code=None).out
    clones.a("sync")
    assert (state(clones.a)[1:], clones.a.head(), clones.a.git("symbolic-ref", "-q", "HEAD", code=None).out) == before
    assert values(clones.remote) == values(clones.a) == ["12", "13"]


def test_a_bare_clone_records_and_exchanges(clones: Clones) -> None:
    bare = clones.clone("c.git", "--bare")
    add(clones.b, "12", "--push")
    add(bare, "13", "--push")
    add(clones.b, "14", "--push")
    bare("sync")
    assert values(bare) == values(clones.remote) == ["12", "13", "14"]
    assert bare("sync", "--status", "--json").json["unsent"] == []
    assert_one_line(bare)


def test_a_linked_work_tree_brings_along_the_one_that_has_the_branch(clones: Clones) -> None:
    clones.a.git("worktree", "add", "-q", "../linked", "-b", "topic")
    linked = clones.a.at(clones.folder / "linked")
    add(clones.b, "12", "--push")
    add(linked, "13", "--push")
    assert values(clones.remote) == ["12", "13"]
    assert linked.git("status", "--porcelain").out == ""
    assert_same(clones, clones.a)


def test_a_shallow_clone_records_and_sends(clones: Clones) -> None:
    add(clones.a, "12", "--push")
    shallow = clones.clone("c", "--depth", "1")
    assert shallow.git("rev-list", "--count", "HEAD").out == "1\n"
    add(shallow, "13", "--push")
    add(clones.a, "14", "--push")
    add(shallow, "15", "--push")
    clones.a("sync")
    assert values(clones.remote) == values(shallow) == ["12", "13", "14", "15"]
    assert shallow.git("rev-list", "--count", "HEAD").out == "4\n"
    assert_same(clones, shallow, clones.a)
    assert_one_line(clones.remote)


def test_all_of_it_in_sha256(tmp_path: Path, home: Path) -> None:
    (tmp_path / "all").mkdir()
    clones = made(tmp_path / "all", home, sha256=True)
    assert len(clones.a.head()) == 64
    add(clones.a, "12", "--push")
    add(clones.b, "13")
    clones.b("seat", "set", "bot", "mission=Does more", "--push")
    clones.a("sync")
    assert values(clones.remote) == ["12", "13"]
    assert_same(clones, clones.a, clones.b)
    assert_one_line(clones.remote)


def test_whatever_a_person_did_to_files_comes_along(clones: Clones) -> None:
    b = clones.b
    for name in ("gone", "moved", "link", "tool"):
        b.write(f"notes/{name}.txt", f"{name}\n" * 9)
    b.git("add", ".")
    b.git("commit", "-qm", "Four files")
    b.git("push", "-q")
    clones.a("sync")
    b.git("rm", "-q", "notes/gone.txt")
    b.git("mv", "notes/moved.txt", "notes/där drüben.txt")
    (b.folder / "notes/link.txt").unlink()
    (b.folder / "notes/link.txt").symlink_to("plan.txt")
    b.write("notes/tool.txt", "run me\n")
    (b.folder / "notes/tool.txt").chmod(0o755)
    b.git("add", "notes")
    b.git("commit", "-qm", "Four changes")
    b.git("push", "-q")
    add(clones.a, "12", "--push")
    notes = clones.a.folder / "notes"
    assert sorted(path.name for path in notes.iterdir()) == ["där drüben.txt", "link.txt", "plan.txt", "tool.txt"]
    assert (notes / "link.txt").readlink() == Path("plan.txt")
    assert os.access(notes / "tool.txt", os.X_OK)
    assert_same(clones, clones.a)


def test_a_file_that_was_only_made_executable_and_back_comes_along(clones: Clones) -> None:
    for sign in "+-":
        clones.b.git("update-index", f"--chmod={sign}x", "notes/plan.txt")
        clones.b.git("commit", "-qm", f"A program: {sign}")
        clones.b.git("push", "-q")
        clones.a("sync")
        assert os.access(clones.a.folder / "notes/plan.txt", os.X_OK) is (sign == "+")
        assert_same(clones, clones.a)


def test_a_folder_that_became_a_file_and_a_file_that_became_a_folder(clones: Clones) -> None:
    clones.by_hand(clones.b, "todo", "a file\n")
    clones.a("sync")
    clones.b.git("rm", "-qr", "notes", "todo")
    clones.b.write("todo/one.txt", "in a folder\n")
    clones.b.write("notes", "a file now\n")
    clones.b.git("add", ".")
    clones.b.git("commit", "-qm", "The other way round")
    clones.b("sync")
    clones.a("sync")
    assert clones.a.read("notes") == "a file now\n"
    assert_same(clones, clones.a, clones.b)


def signing(home: Path, folder: Path) -> None:
    """Let git sign with a key of ssh's, and know it again."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (folder / "signers").write_text(f"tester@example.com {key.with_suffix('.pub').read_text()}")
    with (home / ".gitconfig").open("a") as out:
        out.write(f"[gpg]\n\tformat = ssh\n[commit]\n\tgpgsign = true\n[user]\n\tsigningkey = {key}\n")
        out.write(f'[gpg "ssh"]\n\tallowedSignersFile = {folder}/signers\n')


def told(log: str) -> list[str]:
    """The lines of a log, but for `Orgtp-Content`, which is worked out anew with each commit (tests/audit)."""
    return [line for line in log.splitlines() if line and not line.startswith("Orgtp-Content: sha256:")]


def test_what_is_made_anew_is_signed_anew_and_its_author_stays(clones: Clones, home: Path, tmp_path: Path) -> None:
    signing(home, tmp_path)
    add(clones.b, "12", "--push")
    add(clones.a, "13", "--note", "Zwölf\nOrgtp-By: nobody")
    who = {
        "GIT_AUTHOR_NAME": "Jürgen J. Jr.",
        "GIT_AUTHOR_EMAIL": "j@example.com",
        "GIT_AUTHOR_DATE": "@1700000000 +0130",
    }
    clones.a.write("notes/plan.txt", "signed\n")
    clones.a.git("commit", "-qam", "Äh\n\nTwo\n\nparagraphs\n", code=0, **who)
    layout = "--format=%an%n%ae%n%ad%n%B%n%(trailers)"
    before = told(clones.a.git("log", "-2", "--date=raw", layout).out)
    clones.a("sync")
    assert told(clones.a.git("log", "-2", "--date=raw", layout).out) == before
    assert clones.remote.git("log", "-3", "--format=%G?", "main").out == "G\nG\nG\n"
    assert_same(clones, clones.a)


def test_a_message_in_another_encoding_can_still_be_read(clones: Clones) -> None:
    add(clones.b, "12", "--push")
    clones.a.write("notes/plan.txt", "changed\n")
    words = ("-c", "i18n.commitEncoding=latin1", "commit", "-qam", b"\xc4nderung".decode("utf-8", "surrogateescape"))
    clones.a.git(*words)
    clones.a("sync")
    assert clones.remote.git("log", "-1", "--format=%s", "main").out == "Änderung\n"


def test_a_sync_while_others_record_all_the_time(clones: Clones) -> None:
    """One process after another records; syncs go on beside them, against a remote that moves, too."""
    script = f"for n in 1 2 3 4 5 6; do {SCRIPT} score add bot number 1$n --by ada || exit 1; done"
    env = clones.a.env()
    with subprocess.Popen(["sh", "-c", script], cwd=clones.a.folder, env=env, stdout=subprocess.DEVNULL) as writer:
        for number in range(3):
            add(clones.b, f"2{number}", "--push")
            clones.a("sync")
        assert writer.wait(60) == 0
    clones.a("sync")
    clones.b("sync")
    assert sorted(values(clones.remote)) == ["11", "12", "13", "14", "15", "16", "20", "21", "22"]
    assert_same(clones, clones.a, clones.b)
    assert_one_line(clones.remote)


def test_a_sync_that_waits_for_the_ledger_touches_nothing(clones: Clones) -> None:
    add(clones.b, "12", "--push")
    clones.a.write(".git/index.lock", "")
    before = state(clones.a)
    assert "Run it again: orgtp sync" in clones.a("sync", code=75, ORGTP_WAIT="0.1").err
    assert state(clones.a) == before
    (clones.a.folder / ".git/index.lock").unlink()
    clones.a("sync")
    assert_same(clones, clones.a)
