"""The server while something around it fails: the disk, the repository, the remote, git itself.

Each fault has a page that says what happened; the server stays up, loses nothing, and goes on when it is over.
"""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

import pytest

from tests.conftest import Shell
from tests.ledger.tight import is_root, sealed, small_disk
from tests.web.server.server import SECRET, Browser, Got, give_address, proxy_options, serve
from tests.web.test_unread_history import NOTICE, damage_object

root = pytest.mark.skipif(not is_root(), reason="only root can mount a disk")
WRITE = ("--allow-write", "--as", "janine")
KEY = "janine/overdue-balance/2026-W47"
SCORE = {f"value.{KEY}": "12900", f"note.{KEY}": "counted by hand"}
PAGES = ("/", "/scorecard.html", "/todos.html", "/numbers.html", "/record.html", "/seat/janine.html", "/meeting.html")


def assert_kept(got: Got) -> None:
    """What was typed is on the page, to be sent again."""
    assert 'value="12900"' in got.text
    assert 'value="counted by hand"' in got.text


def send_once_mended(browser: Browser, token: str, shell: Shell) -> None:
    """The form is recorded when it is sent again."""
    assert browser.post("/act/scores", {"csrf": token, **SCORE}).status == 303
    assert "12900" in shell("score", "list", "janine", "overdue-balance").out.replace(",", "")
    assert shell.git("fsck", "--strict").code == 0


def wait_for_edit(browser: Browser, path: str, text: str, *, is_there: bool) -> Got:
    """The page, once the server has seen an edit in the work tree, which takes a second or so."""
    until = time.monotonic() + 30
    while (text in (got := browser.get(path)).text) != is_there:
        assert time.monotonic() < until, got.text
        time.sleep(0.1)
    return got


@root
def test_a_full_disk(sample: Shell) -> None:
    with small_disk(sample.home / "disk", 8) as disk:
        here = sample.at(Path(shutil.copytree(sample.folder, disk / "org", symlinks=True)))
        with serve(here, *WRITE) as served:
            browser = served.sign_in()
            token, filler = browser.find_token(), disk / "filler"
            with filler.open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"." * 4096)
                except OSError:
                    pass
            assert {browser.get(path).status for path in PAGES} == {200}
            got = browser.post("/act/scores", {"csrf": token, **SCORE})
            assert got.status == 422
            assert "Whoever runs the server has to free space on its disk. What you typed is still here" in got.text
            assert_kept(got)
            saved = browser.post("/act/review", {"csrf": token, "do": "save", "week": "2026-W46", "present": "jeff"})
            assert saved.status == 422
            assert "Nothing was saved" in saved.text
            assert 'value="jeff"' in saved.text
            filler.unlink()
            send_once_mended(browser, token, here)


@root
def test_a_repository_that_is_read_only(sample: Shell) -> None:
    with serve(sample, *WRITE) as served:
        browser = served.sign_in()
        token = browser.find_token()
        with sealed(sample.folder), serve(sample, *WRITE) as later:
            # One that is started only now serves, too.
            person = later.sign_in()
            assert {person.get(path).status for path in PAGES} == {200}
            got = person.act("scores", SCORE)
            assert "has to let it write to the disk of the org. What you typed is still here" in got.text
            assert_kept(got)
        send_once_mended(browser, token, sample)


def test_a_folder_that_is_gone_for_a_while(sample: Shell) -> None:
    with serve(sample, *WRITE) as served:
        browser = served.sign_in()
        token, moved = browser.find_token(), sample.home / "moved"
        sample.folder.rename(moved)
        for path in PAGES:
            got = browser.get(path)
            assert (path, got.status) == (path, 500)
            assert "the server need not be restarted" in got.text
        got = browser.post("/act/scores", {"csrf": token, **SCORE})
        assert got.status == 500
        assert "Nothing was recorded. What you typed is kept on this page" in got.text
        assert_kept(got)
        moved.rename(sample.folder)
        assert {browser.get(path).status for path in PAGES} == {200}
        send_once_mended(browser, token, sample)


def test_what_was_typed_is_kept_behind_a_proxy_too(sample: Shell) -> None:
    """There, who somebody is cannot be known without the org, and its page says nothing about it."""
    give_address(sample, janine="janine@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", host="org.example.com") as served:
        browser = served.browser("janine@example.com", SECRET)
        token, moved = browser.find_token(), sample.home / "moved"
        sample.folder.rename(moved)
        got = browser.post("/act/scores", {"csrf": token, **SCORE})
        assert got.status == 500
        assert_kept(got)
        for secret in ("Sneeze", str(sample.folder), "org.yaml"):
            assert secret not in got.text
        moved.rename(sample.folder)
        assert browser.post("/act/scores", {"csrf": token, **SCORE}).status == 303


def test_org_yaml_that_is_broken_and_mended(sample: Shell) -> None:
    before = sample.read("org.yaml")
    with serve(sample, *WRITE) as served:
        browser = served.sign_in()
        token = browser.find_token()
        sample.write("org.yaml", f"org: [\n{before}")
        wait_for_edit(browser, "/", "could not be read", is_there=True)
        for path in PAGES:
            got = browser.get(path)
            assert (path, got.status, "<code>org.yaml:1:6</code>" in got.text) == (path, 200, True)
        got = browser.post("/act/scores", {"csrf": token, **SCORE})
        assert "org.yaml cannot be read" in got.text
        assert_kept(got)
        sample.write("org.yaml", before)
        wait_for_edit(browser, "/", "could not be read", is_there=False)
        send_once_mended(browser, token, sample)


def test_a_branch_that_is_moved_or_renamed(sample: Shell) -> None:
    tip = sample.head()
    with serve(sample, *WRITE) as served:
        browser = served.sign_in()
        sample.git("reset", "-q", "--hard", "main~30")
        assert {browser.get(path).status for path in PAGES} == {200}
        assert browser.get(f"/?at={tip}").status == 404
        sample.git("reset", "-q", "--hard", tip)
        sample.git("branch", "-m", "main", "other")
        for path in PAGES:
            got = browser.get(path)
            assert (path, got.status) == (path, 200)
            assert NOTICE in got.text
            assert "git cannot read the branch main: it is gone" in got.text
        sample.git("branch", "-m", "other", "main")
        assert {NOTICE in browser.get(path).text for path in PAGES} == {False}


def test_git_that_is_missing_from_the_path(sample: Shell) -> None:
    programs = sample.home / "bin"
    programs.mkdir()
    git = shutil.which("git")
    assert git
    (programs / "git").symlink_to(git)
    with serve(sample, *WRITE, PATH=str(programs)) as served:
        browser = served.sign_in()
        token = browser.find_token()
        (programs / "git").unlink()
        # There is something new to read.
        sample.git("commit", "-q", "--allow-empty", "-m", "by hand")
        sent = browser.post("/act/scores", {"csrf": token, **SCORE})
        for got in (browser.get("/"), browser.get("/?at=2026-10-01"), sent):
            # A page that needs no git says that it is without the history.
            assert got.status in {200, 422, 500}
            assert "git is not installed, or not on the PATH" in got.text
        assert_kept(sent)
        (programs / "git").symlink_to(git)
        assert {browser.get(path).status for path in PAGES} == {200}
        send_once_mended(browser, token, sample)


@pytest.mark.parametrize("name", ["main~40", "main"])
def test_a_damaged_repository_is_served_without_its_history(sample: Shell, name: str) -> None:
    sample.unpack()
    oid = sample.git("rev-parse", name).out.strip()
    path = sample.folder / ".git/objects" / oid[:2] / oid[2:]
    whole = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"")
    with serve(sample, *WRITE) as served:
        browser = served.sign_in()
        for page in PAGES:
            got = browser.get(page)
            assert (page, got.status, NOTICE in got.text, "fsck --full" in got.text) == (page, 200, True, True)
        assert browser.get("/record/2026-10.html").status == 500
        assert served.said.count("the history cannot be read: ") == 1
        path.write_bytes(whole)
        for page in PAGES:
            got = browser.get(page)
            assert (page, got.status, NOTICE in got.text) == (page, 200, False)


def test_strangers_are_not_told_what_git_says(sample: Shell) -> None:
    damage_object(sample, "main~40")
    with serve(sample, *proxy_options(sample), "--public", host="org.example.com") as served:
        guest = served.browser("guest@example.com", SECRET)
        for page in ("/", "/scorecard.html", "/seat/janine.html", "/record/2026-10.html"):
            text = guest.get(page).text
            assert "finds the reason in its log" in text
            for secret in ("fsck", "loose object", "git log", str(sample.folder)):
                assert secret not in text


def test_an_index_lock_that_was_left_behind(sample: Shell) -> None:
    """A form waits a few seconds for it and is queued; the page says which file to remove. Others are served."""
    lock = sample.folder / ".git/index.lock"
    with serve(sample, *WRITE) as served:
        browser = served.sign_in()
        token = browser.find_token()
        lock.touch()
        with socket.create_connection(("127.0.0.1", served.port)) as waiting:
            waiting.settimeout(60)
            body = f"csrf={token}&value.{KEY}=12900".encode()
            own = f"Host: 127.0.0.1:{served.port}\r\nOrigin: {browser.origin}\r\nConnection: close\r\n"
            cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            waiting.sendall(f"POST /act/scores HTTP/1.1\r\n{own}Cookie: {cookie}\r\n{kind}\r\n".encode() + body)
            # While it waits, pages are made.
            assert {browser.get(path).status for path in PAGES} == {200}
            answer = b""
            while piece := waiting.recv(4096):
                answer += piece
        head = answer.decode()
        assert head.startswith("HTTP/1.1 303")
        shown = browser.get("/numbers.html" + head.partition("/numbers.html")[2].partition("\r\n")[0])
        assert "could only be queued" in shown.text
        assert f"rm {lock}" in shown.text
        lock.unlink()
        sample("sync")
        assert "12,900" in sample("score", "list", "janine", "overdue-balance").out


def test_a_remote_that_never_answers(sample: Shell) -> None:
    """What is recorded stays recorded, the page says that it was not sent, and the answer comes in seconds."""
    sample("org", "set", "policy.push=yes", "--by", "david")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sample.git("remote", "add", "origin", f"http://127.0.0.1:{silent.getsockname()[1]}/org.git")
        with serve(sample, *WRITE) as served:
            browser = served.sign_in()
            got = browser.act("scores", SCORE)
            assert got.status == 303
            page = browser.get(got.header("Location")).text
            assert "It is recorded here, and not sent to the remote yet" in page
            # On a slow machine, the time may be over before git asks the remote; the next step is the same.
            assert "orgtp sync" in page
            assert "12,900" in sample("score", "list", "janine", "overdue-balance").out


def test_a_bare_repository(sample: Shell) -> None:
    sample.git("clone", "-q", "--bare", ".", "../bare.git")
    here = sample.at(sample.folder.parent / "bare.git")
    with serve(here, *WRITE) as served:
        browser = served.sign_in()
        assert {browser.get(path).status for path in (*PAGES, "/?at=2026-10-01")} == {200}
        assert browser.act("scores", SCORE).status == 303
        assert "12,900" in browser.get("/seat/janine.html").text


@pytest.mark.parametrize("now", ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00", "2027-03-14T03:00:00-04:00"])
def test_the_hours_in_which_clocks_change(sample: Shell, now: str) -> None:
    with serve(sample, *WRITE, ORGTP_NOW=now) as served:
        browser = served.sign_in()
        assert {browser.get(path).status for path in PAGES} == {200}
        assert "this is a bug" not in served.said


def test_more_numbers_than_anybody_types_are_refused_at_once(sample: Shell) -> None:
    """Making a page that shows each of them with its last values would keep all others waiting."""
    with serve(sample, *WRITE) as served:
        browser = served.sign_in()
        keys = [f"janine/overdue-balance/{1990 + index // 52}-W{index % 52 + 1:02}" for index in range(1001)]
        got = browser.act("scores", {f"value.{key}": "x" for key in keys})
        assert got.status == 413
        assert "A form may have 1,000 numbers, and this one has 1,001. Nothing was recorded." in got.text
        assert browser.act("scores", {f"value.{key}": "x" for key in keys[:200]}).status == 422
        assert max(map(len, served.said.splitlines())) < 1000
