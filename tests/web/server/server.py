"""A real `orgtp serve` in a process of its own, and browsers that talk to it over real sockets."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.conftest import SCRIPT, Shell

# All cores may be busy with other tests.
START_SECONDS = 120
SECRET = "a-secret-of-the-proxy-and-the-server"  # noqa: S105


@dataclass(frozen=True)
class Got:
    """What a server answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header that occurs at most once; "" without it."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, found
        return found[0] if found else ""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


@dataclass
class Browser:
    """A browser that keeps cookies, sends what browsers send, and follows no redirection by itself."""

    port: int = 0
    socket: Path | None = None
    host: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The origin of the pages."""
        return f"https://{self.host}" if self.host else f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, more: Mapping[str, str | None] | None = None
    ) -> Got:
        """Send a request. A header that is None is left out."""
        names = {"Host": self.host or f"127.0.0.1:{self.port}", **self.headers}
        if self.cookies:
            names["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        sent = {key: value for key, value in {**names, **(more or {})}.items() if value is not None}
        connection = UnixConnection(self.socket) if self.socket else http.client.HTTPConnection("127.0.0.1", self.port)
        connection.timeout = 60
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            if body is not None:
                sent.setdefault("Content-Length", str(len(body)))
            for key, value in sent.items():
                for one in value.split("\x1f"):
                    connection.putheader(key, one)
            connection.endheaders(body)
            answer = connection.getresponse()
            got = Got(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        self._keep_cookies(got)
        return got

    def get(self, path: str = "/", **more: str | None) -> Got:
        """Get a page."""
        return self.ask("GET", path, None, {key.replace("_", "-"): value for key, value in more.items()})

    def post(self, path: str, fields: Mapping[str, str], more: Mapping[str, str | None] | None = None) -> Got:
        """Send a form, as a page of the server does."""
        own = {
            "Origin": self.origin,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self.ask("POST", path, urlencode(fields).encode(), {**own, **(more or {})})

    def find_token(self, path: str = "/") -> str:
        """The token in the forms of a page."""
        match = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert match, "the page has no form"
        return match[1]

    def act(self, name: str, fields: Mapping[str, str]) -> Got:
        """Send the form of an act with the token of the session."""
        return self.post(f"/act/{name}", {"csrf": self.find_token(), **fields})

    def _keep_cookies(self, got: Got) -> None:
        for key, value in got.headers:
            if key.lower() == "set-cookie":
                name, _, rest = value.partition("=")
                self.cookies[name] = rest.partition(";")[0]
                if "Max-Age=0" in value:
                    del self.cookies[name]


@dataclass
class Serving:
    """A running server: its process, its port, and what it has said."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0
    socket: Path | None = None
    host: str = ""

    @property
    def said(self) -> str:
        """What the server has written so far."""
        return self.log.read_text(encoding="utf-8")

    def browser(self, address: str = "", secret: str = "") -> Browser:
        """A browser; with an address, it stands for the proxy that has signed that person in."""
        headers = {**({"X-Forwarded-Email": address} if address else {})}
        headers |= {"X-Orgtp-Proxy-Secret": secret} if secret else {}
        return Browser(self.port, self.socket, self.host, headers)

    def sign_in(self) -> Browser:
        """A browser of the person of `--as`."""
        found = self.browser()
        token = re.findall(r"(/sign-in\?token=\S+)", self.said)[-1]
        assert found.get(token).status == 303
        return found

    def wait_for_audit(self) -> Browser:
        """A browser, once the record is checked: until then, the foot of a page may change."""
        found, until = self.browser(), time.monotonic() + START_SECONDS
        while "Record: not checked" in found.get("/").text:
            assert time.monotonic() < until
            time.sleep(0.05)
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop the server, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def serve(shell: Shell, *words: str, host: str = "", **more: str) -> Iterator[Serving]:
    """Run `orgtp serve WORDS` until the end of the block, with `more` in its environment. Its clock stands still."""
    log = shell.home / f"serve-{time.monotonic_ns()}.log"
    env = shell.env(more)
    where = [] if "--socket" in words or "--port" in words else ["--port", "0"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(SCRIPT), "serve", *where, *words], cwd=shell.folder, env=env, stdout=out, stderr=out
        )
    path = Path(words[words.index("--socket") + 1]) if "--socket" in words else None
    serving = Serving(process, log, socket=path, host=host)
    try:
        _wait_for_start(serving)
        match = re.search(r"serving \S+ at http://\S*?:(\d+)/", serving.said)
        serving.port = int(match[1]) if match else 0
        yield serving
    finally:
        if process.poll() is None:
            serving.stop()


def _wait_for_start(serving: Serving) -> None:
    until = time.monotonic() + START_SECONDS
    while "stop with Ctrl-C" not in serving.said:
        assert serving.process.poll() is None, serving.said
        assert time.monotonic() < until, serving.said
        time.sleep(0.02)


def proxy_options(shell: Shell) -> list[str]:
    """The options for a proxy with a shared secret."""
    secret = shell.home / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    secret.chmod(0o600)
    return [
        "--auth-header",
        "X-Forwarded-Email",
        "--url",
        "https://org.example.com",
        "--proxy-secret-file",
        str(secret),
    ]


def give_address(shell: Shell, **addresses: str) -> None:
    """Give seats their addresses."""
    for seat, address in addresses.items():
        shell("seat", "set", seat, f"email={address}", "--by", "david")


def read_lines(connection: socket.socket, until: str, seconds: float = 60.0) -> str:
    """What arrives on a socket, up to a text."""
    connection.settimeout(seconds)
    found, last = "", time.monotonic() + 3 * seconds
    while until not in found:
        assert time.monotonic() < last, found
        piece = connection.recv(4096)
        assert piece, found
        found += piece.decode()
    return found


def open_socket(serving: Serving) -> socket.socket:
    """A connection without any HTTP on it yet."""
    if serving.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.connect(os.fspath(serving.socket))
        return made
    return socket.create_connection(("127.0.0.1", serving.port))
