"""Who a request is from: the person of `--as` on this machine, or whom a proxy has signed in."""

from __future__ import annotations

import os
import subprocess
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Shell
from tests.web.server.server import SECRET, START_SECONDS, Browser, give_address, proxy_options, serve

HOST = "org.example.com"
OVERDUE = "janine/overdue-balance/2026-W47"


def test_people_who_only_look_get_no_cookie(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "janine") as served:
        for path in ("/", "/seat/dash.html", "/static/orgtp.css", "/nothing", "/sign-in?token=x"):
            assert served.browser().get(path).header("Set-Cookie") == ""
        assert "Sign out" not in served.browser().get("/").text


def test_the_printed_address_signs_one_person_in_once(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "janine") as served:
        browser = served.browser()
        address = served.said.partition("/sign-in")[2].split()[0]
        # Something that only looks whether the address exists does not use it up.
        assert browser.ask("HEAD", f"/sign-in{address}", None, {}).status == 204
        got = browser.get(f"/sign-in{address}")
        assert (got.status, got.header("Location")) == (303, "/numbers.html")
        cookie = got.header("Set-Cookie")
        assert "; HttpOnly" in cookie
        assert "; SameSite=Strict" in cookie
        assert "; Path=/" in cookie
        assert "Domain" not in cookie
        assert cookie.startswith(f"orgtp-{served.port}=")
        page = browser.get("/")
        assert "Janine" in page.text
        assert page.header("Cache-Control") == "no-store"
        # In another browser, it does nothing any more; in this one, it leads to the first page.
        assert served.browser().get(f"/sign-in{address}").status == 403
        assert browser.get(f"/sign-in{address}").status == 303
        assert address not in served.said.partition(address)[2]


def test_signing_out_ends_the_session_and_prints_a_new_address(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "janine") as served:
        browser = served.sign_in()
        key, token = dict(browser.cookies), browser.find_token()
        got = browser.post("/sign-out", {"csrf": token})
        assert (got.status, browser.cookies) == (303, {})
        browser.cookies = key
        assert "Sign out" not in browser.get("/").text
        assert browser.post("/act/scores", {"csrf": token, f"value.{OVERDUE}": "1"}).status == 403
        assert served.said.count("/sign-in?token=") == 2
        assert "Sign out" in served.sign_in().get("/").text


def test_a_person_whose_session_is_gone_finds_the_way_back(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "janine") as served:
        # The address is used, and the browser that used it was closed.
        typed, fields = served.sign_in(), {f"value.{OVERDUE}": "12900", "page": "numbers.html"}
        stale, typed.cookies = typed.find_token(), {}
        for got in (
            typed.get("/numbers.html"),
            typed.get("/sign-in?token=old"),
            typed.post("/act/scores", {**fields, "csrf": stale}),
        ):
            assert got.status == 403
            assert "You are not signed in" in got.text
            assert "Open the newest address that is printed where the server was started." in got.text
        # One new address for all of them: nobody can fill the terminal.
        assert served.said.count("/sign-in?token=") == 2
        again = served.sign_in()
        got = again.post("/act/scores", {**fields, "csrf": stale})
        assert got.status == 403
        assert 'value="12900"' in got.text
        assert again.act("scores", fields).status == 303


def test_a_form_that_was_refused_can_be_opened_again(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "janine") as served:
        got = served.sign_in().get("/act/scores")
        assert (got.status, got.header("Location")) == (303, "/numbers.html")


def test_my_numbers_says_why_there_are_none(sample: Shell) -> None:
    with serve(sample) as served:
        assert "without --allow-write" in served.browser().get("/numbers.html").text
    with serve(sample, "--allow-write", "--as", "janine") as served:
        assert "not as of a day before" in served.sign_in().get("/numbers.html?at=2026-11-20").text
    with serve(sample, "--allow-write", "--public", *proxy_options(sample), host=HOST) as served:
        page = served.browser("eve@example.com", SECRET).get("/numbers.html").text
        assert "eve@example.com belongs to no seat of this org" in page


def test_a_forged_session_is_nobody(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "janine") as served:
        for value in ("", "x", "../..", "0" * 500):
            browser = served.browser()
            browser.cookies = {f"orgtp-{served.port}": value}
            assert "Sign out" not in browser.get("/").text


@pytest.fixture
def addressed(sample: Shell) -> Shell:
    """The sample, whose seats have addresses."""
    give_address(sample, janine="janine@example.com", david="david@example.com,boss@example.com")
    return sample


def test_the_proxy_says_who_it_is(addressed: Shell) -> None:
    with serve(addressed, *proxy_options(addressed), "--allow-write", host=HOST) as served:
        browser = served.browser("Janine@Example.com", SECRET)
        page = browser.get("/")
        assert page.status == 200
        cookie = page.header("Set-Cookie")
        assert cookie.startswith("__Host-orgtp=")
        assert "; Secure" in cookie
        assert "; HttpOnly" in cookie
        assert "; SameSite=Strict" in cookie
        assert page.header("Strict-Transport-Security")
        assert browser.get("/").header("Set-Cookie") == ""
        assert browser.act("scores", {f"value.{OVERDUE}": "12900"}).status == 303
    assert addressed.git("log", "-1", "--format=%(trailers:key=Orgtp-By,valueonly)").out.strip() == "janine"


def test_a_header_from_elsewhere_than_the_proxy_is_refused(addressed: Shell) -> None:
    before = addressed.head()
    with serve(addressed, *proxy_options(addressed), "--allow-write", "--public", host=HOST) as served:
        for secret in ("", "wrong", SECRET[:-1], f"{SECRET}\x1f{SECRET}", f"{SECRET}x", "ÿ"):
            browser = served.browser("david@example.com", secret)
            for path in ("/", "/static/orgtp.css", "/events"):
                assert (secret, browser.get(path).status) == (secret, 403)
            assert browser.post("/act/scores", {f"value.{OVERDUE}": "1"}).status == 403
    assert addressed.head() == before


def test_exactly_one_address_is_needed(addressed: Shell) -> None:
    with serve(addressed, *proxy_options(addressed), "--allow-write", "--public", host=HOST) as served:
        for address in (
            "",
            " ",
            "janine@example.com\x1fdavid@example.com",
            "janine@example.com, david@example.com",
            "janine@example.com\x1fjanine@example.com",
            "janine",
            "j" * 300 + "@example.com",
        ):
            browser = served.browser("x", SECRET)
            browser.headers["X-Forwarded-Email"] = address
            assert (address, browser.get("/").status) == (address, 400)
        missing = served.browser("", SECRET)
        assert missing.get("/").status == 400
        # Google's proxy puts a namespace before the address.
        google = served.browser("accounts.google.com:janine@example.com", SECRET)
        assert "Janine" in google.get("/").text


def test_an_address_of_no_seat_may_look_only_if_that_is_public(addressed: Shell) -> None:
    options = [*proxy_options(addressed), "--allow-write"]
    with serve(addressed, *options, host=HOST) as served:
        refused = served.browser("guest@example.com", SECRET).get("/")
        assert refused.status == 403
        assert "guest@example.com belongs to no seat" in refused.text
        assert "Dash" not in refused.text
        assert served.browser("guest@example.com", SECRET).get("/events").status == 403
    with serve(addressed, *options, "--public", host=HOST) as served:
        guest = served.browser("guest@example.com", SECRET)
        page = guest.get("/")
        assert (page.status, page.header("Set-Cookie")) == (200, "")
        assert "csrf" not in page.text
        assert guest.post("/act/scores", {f"value.{OVERDUE}": "1"}).status == 403


def test_addresses_are_those_at_the_tip_of_the_ledger(addressed: Shell) -> None:
    with serve(addressed, *proxy_options(addressed), "--allow-write", host=HOST) as served:
        old, new = (served.browser(f"{name}@example.com", SECRET) for name in ("janine", "ja"))
        assert (old.get("/").status, new.get("/").status) == (200, 403)
        # An edit that is not committed admits nobody.
        text = addressed.read("seats/janine.yaml")
        addressed.write("seats/janine.yaml", text.replace("janine@example.com", "ja@example.com"))
        until = time.monotonic() + START_SECONDS
        while "changes that are not committed" not in old.get("/").text:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert new.get("/").status == 403
        addressed.git("commit", "-qam", "Another address")
        assert (old.get("/").status, new.get("/").status) == (403, 200)
        assert old.post("/act/scores", {f"value.{OVERDUE}": "1"}).status == 403


def test_a_session_belongs_to_one_person(addressed: Shell) -> None:
    with serve(addressed, *proxy_options(addressed), "--allow-write", host=HOST) as served:
        janine, david = (served.browser(f"{name}@example.com", SECRET) for name in ("janine", "boss"))
        token = janine.find_token()
        david.cookies = dict(janine.cookies)
        before = addressed.head()
        got = david.post("/act/scores", {"csrf": token, f"value.{OVERDUE}": "1"})
        assert got.status == 403
        assert addressed.head() == before
        assert "David" in david.get("/").text
        assert janine.find_token() == token


def test_behind_a_proxy_nobody_signs_in_here(addressed: Shell) -> None:
    with serve(addressed, *proxy_options(addressed), "--allow-write", host=HOST) as served:
        assert "/sign-in" not in served.said
        got = served.browser("janine@example.com", SECRET).get("/sign-in?token=")
        assert got.status == 403
        assert "The proxy has signed you in." in got.text


NGINX = """
    daemon off; worker_processes 1; {user} pid {folder}/nginx.pid; error_log {folder}/error.log;
    events {{ worker_connections 64; }}
    http {{
      access_log off;
      client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
      uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
      server {{
        listen unix:{folder}/nginx.sock;
        location / {{
          proxy_pass http://unix:{socket};
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host {host};
          proxy_set_header X-Forwarded-Email $http_x_test_user;
          proxy_buffering off;
        }}
      }}
    }}
"""


@contextmanager
def run_nginx(folder: Path, target: Path) -> Iterator[Path]:
    """A real nginx before the server; the header X-Test-User stands for the sign-in that it has made."""
    config = folder / "nginx.conf"
    # As root, nginx would take another user, who may not open the socket.
    user = "user root;" if os.getuid() == 0 else ""
    text = textwrap.dedent(NGINX).format(folder=folder, socket=target, host=HOST, user=user)
    config.write_text(text, encoding="utf-8")
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")])
    path, until = folder / "nginx.sock", time.monotonic() + 60
    try:
        while not path.exists():
            assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
            assert time.monotonic() < until
            time.sleep(0.05)
        yield path
    finally:
        process.terminate()
        process.wait(60)


def test_nginx_with_a_unix_socket(addressed: Shell, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("n")
    target = folder / "web.sock"
    words = ["--auth-header", "X-Forwarded-Email", "--url", f"https://{HOST}", "--socket", str(target), "--allow-write"]
    with serve(addressed, *words, host=HOST) as served, run_nginx(folder, target) as path:
        janine = Browser(socket=path, host=HOST, headers={"X-Test-User": "janine@example.com"})
        assert "Janine" in janine.get("/").text
        # What a person sends under the name of the header, nginx replaces.
        janine.headers["X-Forwarded-Email"] = "david@example.com"
        assert "David" not in _read_who(janine)
        assert janine.act("scores", {f"value.{OVERDUE}": "12900"}).status == 303
        guest = Browser(socket=path, host=HOST, headers={"X-Test-User": "guest@example.com"})
        assert guest.get("/").status == 403
        # Without a sign-in, nginx sends no address.
        assert Browser(socket=path, host=HOST).get("/").status == 400
        assert served.process.poll() is None
    assert addressed.git("log", "-1", "--format=%(trailers:key=Orgtp-By,valueonly)").out.strip() == "janine"


def _read_who(browser: Browser) -> str:
    return browser.get("/").text.partition('class="who"')[2].partition("</form>")[0]
