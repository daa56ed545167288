"""The options of `orgtp serve`: what does not belong together is refused with what to give instead."""

from __future__ import annotations

import pytest

from tests.conftest import Shell
from tests.web.server.server import SECRET, proxy_options, serve

URL = ("--url", "https://org.example.com")
HEADER = ("--auth-header", "X-Forwarded-Email")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--host", "0.0.0.0"), "--auth-header X-Forwarded-Email --url"),  # noqa: S104
        (("--host", "192.0.2.7", "--allow-write", "--as", "janine"), "anybody who reaches the server"),
        (("--socket", "web.sock"), "anybody who reaches the server"),
        (("--public",), "--public needs a proxy"),
        (URL, "--auth-header"),
        (("--allow-write",), "--allow-write --as SEAT"),
        (("--as", "janine"), "--as needs --allow-write"),
        (("--allow-write", "--as", "nobody"), 'unknown seat "nobody"'),
        ((*HEADER, *URL), "--proxy-secret-file FILE"),
        ((*HEADER, "--socket", "web.sock"), "--url https://org.example.com"),
        ((*HEADER, *URL, "--socket", "web.sock", "--as", "janine"), "leave out --as"),
        (("--auth-header", "Host", *URL, "--socket", "web.sock"), "is not a header that can name a person"),
        (("--auth-header", "X Y", *URL, "--socket", "web.sock"), "is not a header that can name a person"),
        ((*HEADER, "--url", "https://org.example.com/org", "--socket", "web.sock"), "without a path"),
        ((*HEADER, "--url", "http://org.example.com", "--socket", "web.sock"), "is not encrypted"),
        (("--port", "70000"), "is not a port"),
        (("--host", "no-such-host.invalid"), "anybody who reaches the server"),
        (("--allow-write", "--as", "janine", "--sign-as", "tally"), "git signs no commits here with a key of tally"),
        ((*HEADER, *URL, "--proxy-secret-file", "missing"), "No such file"),
    ],
)
def test_wrong_options_are_refused(sample: Shell, words: tuple[str, ...], said: str) -> None:
    assert said in sample("serve", *words, code=None).err


def test_a_secret_that_others_may_read_is_refused(sample: Shell) -> None:
    secret = sample.home / "secret"
    secret.write_text("0123456789abcdef0123", encoding="utf-8")
    secret.chmod(0o644)
    ran = sample("serve", *HEADER, *URL, "--proxy-secret-file", str(secret), code=2)
    assert f"chmod 640 {secret}" in ran.err
    secret.chmod(0o640)
    secret.write_text("short\n", encoding="utf-8")
    assert "16 characters or more" in sample("serve", *HEADER, *URL, "--proxy-secret-file", str(secret), code=2).err


def test_ipv6_loopback_is_served(sample: Shell) -> None:
    with serve(sample, "--host", "::1", "--port", "0") as served:
        assert "http://[::1]:" in served.said


def test_a_socket_is_for_the_owner_and_the_group(sample: Shell) -> None:
    path = sample.home / "web.sock"
    words = [*HEADER, *URL, "--socket", str(path)]
    with serve(sample, *words, host="org.example.com") as served:
        assert path.stat().st_mode & 0o777 == 0o660
        assert "another server listens there" in sample("serve", *words, code=2).err
        served.process.kill()
        served.process.wait(60)
    # The socket of a server that was killed is replaced.
    with serve(sample, *words, host="org.example.com"):
        pass
    assert not path.exists()
    path.write_text("mine", encoding="utf-8")
    assert "is no socket" in sample("serve", *words, code=2).err
    assert path.read_text(encoding="utf-8") == "mine"
    nowhere = sample.home / "no such/web.sock"
    told = sample("serve", *HEADER, *URL, "--socket", str(nowhere), code=2).err
    assert f"mkdir -p '{nowhere.parent}'" in told


def test_beyond_loopback_with_a_proxy_is_allowed(sample: Shell) -> None:
    with serve(sample, *proxy_options(sample), "--host", "0.0.0.0", "--public", host="org.example.com") as served:  # noqa: S104
        assert "behind https://org.example.com/" in served.said


def test_a_retired_seat_cannot_be_that_of_the_person(sample: Shell) -> None:
    sample("retire", "pixel", "--to", "dash", "--reason", "Done.", "--decided-by", "david", "--by", "david", "--yes")
    assert "pixel is retired" in sample("serve", "--allow-write", "--as", "pixel", code=None).err


@pytest.mark.parametrize("url", ["https://org.example.com", "https://org.example.com:443"])
def test_the_usual_port_may_be_named_or_not(sample: Shell, url: str) -> None:
    """Browsers leave it out, whatever the option says; some proxies add it."""
    options = [url if word.startswith("https:") else word for word in proxy_options(sample)]
    with serve(sample, *options, "--public", host="org.example.com") as served:
        guest = served.browser("guest@example.com", SECRET)
        for host, status in (("org.example.com", 200), ("org.example.com:443", 200), ("org.example.com:444", 400)):
            assert (host, guest.get("/", Host=host).status) == (host, status)
        # A form of our own page is refused because there is no session, and not because of its origin.
        assert "Your session has ended" in guest.post("/sign-out", {"csrf": "x"}).text
        assert (
            "from another site" in guest.post("/sign-out", {}, {"Origin": "https://org.example.com:444"}).text.lower()
        )
