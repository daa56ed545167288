"""Real places that sources are asked at: a distribution with kinds, a folder of files and programs, an HTTP server."""

from __future__ import annotations

import gzip
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

# Of nobody.
TOKEN = "s3cret-t0ken/with+signs&more"  # noqa: S105
# What a program has in its environment, though no source names it.
AMBIENT = "amb1ent-t0ken-of-the-report"
PASSWORD = "hush hush/hush"  # noqa: S105


# When somebody wrote an export for the last time.
_THEN = datetime(2026, 11, 1, 8, tzinfo=UTC).timestamp()


def install_kinds(folder: Path) -> None:
    """A distribution `odd-kinds`, as an installer leaves it: a module, and a .dist-info with entry points."""
    info = folder / "odd_kinds-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "odd_kinds.py").write_bytes(Path(__file__).with_name("odd_kinds.py").read_bytes())
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-kinds\nVersion: 1.0\n", encoding="utf-8")
    (folder / "odd_import.py").write_text("import time\n\ntime.sleep(60)\n", encoding="utf-8")
    (folder / "odd_exit.py").write_text("import os\n\nprint(5)\nos._exit(7)\n", encoding="utf-8")
    points = "odd = odd_kinds:Odd\nlost = odd_kinds:Nowhere\nnone = odd_kinds:NoKind\ncommand = odd_kinds:Odd\n"
    points += "sleepy = odd_import:Kind\nleaver = odd_exit:Kind\n"
    (info / "entry_points.txt").write_text(f"[orgtp.sources]\n{points}", encoding="utf-8")


def fill(folder: Path) -> None:
    """The files, programs and the database that the sources name."""
    files = {
        "closed.csv": "week,closed,note\n46,3,\n47,1.5,x\n",
        "words.csv": "week,closed\n46,3\n47,many\n",
        "blank.csv": "week,closed\n46,\n47,2\n",
        "short.csv": "week,closed\n46,2\n47\n",
        "nan.csv": "closed\nNaN\n",
        "twice.csv": "closed,closed\n1,2\n",
        "torn.csv": "project,closed\nA,1\nB,1,200\n",
        "key.json": f'{{"type": "key", "token": "{TOKEN}"}}',
        "quote.csv": 'closed\n"1\n',
        "header.csv": "week,closed\n",
        "empty.csv": "",
        "truncated.json": '{"radar": {"stale": 12',
        "nan.json": '{"stale": NaN}',
        "huge.json": '{"stale": 1e999999999}',
        "deep.json": "[" * 200_000,
        "good.json": '{"radar": {"stale": 12.50, "none": null, "list": [1, true], "a/b": {"m~n": "7:52am"}}, "n": 3}',
        "good.jsonl": '{"n": 1}\n\n{"n": 2}\n',
        "broken.jsonl": '{"n": 1}\n{"n": 2',
        "plain.txt": "5\n",
        "not-runnable": "#!/bin/sh\necho 5\n",
        "secret": f"{TOKEN}\n",
        "no-secret": "\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "old.csv").write_text("closed\n3\n", encoding="utf-8")
    os.utime(folder / "old.csv", (_THEN, _THEN))
    (folder / "latin.csv").write_bytes("clösed\n1\n".encode("latin-1"))
    (folder / "no.db").write_bytes(b"This is no database at all, and long enough to be read as none. " * 40)
    with sqlite3.connect(folder / "books.db") as books:
        books.execute("create table invoices (id integer, paid text, part real)")
        books.executemany("insert into invoices values (?, ?, ?)", [(1, None, 0.1), (2, "2026-11-20", 12.75)])
    books.close()


PAGES = {
    "/metrics.json": (200, '{"radar": {"stale": 4, "ok": true, "none": null, "all": {}}}'),
    "/plain": (200, "92.5%\n"),
    "/html": (200, "<!doctype html><p>Log in</p>"),
    "/cut": (200, '{"radar": {"sta'),
    "/empty": (200, ""),
    "/part": (206, "12"),
    "/later": (202, "0"),
    "/choice": (300, "5"),
    "/down": (503, "later"),
    "/gone": (404, "<p>no</p>"),
    "/forbidden": (403, "no"),
}


class Handler(BaseHTTPRequestHandler):
    """Answers as many servers do, good and bad; `asked` is what came, with its headers."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]]

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        if self.path in PAGES:
            status, body = PAGES[self.path]
            self.say(status, body.encode())
        elif self.path.startswith("/to/"):
            self.say(302, b"", location=self.path.removeprefix("/to/"))
        else:
            getattr(self, f"page_{self.path.partition('?')[0].strip('/')}")()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.say(307 if self.path == "/away" else 200, body, location=self.server.elsewhere)  # type: ignore[attr-defined]

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page_loop(self) -> None:
        self.say(302, b"", location="/loop")

    def page_nowhere(self) -> None:
        self.say(302, b"", location="file:///etc/hostname")

    def page_echo(self) -> None:
        """A server that says in the very status what it was sent."""
        self.send_response(401, f"not {self.headers.get('authorization', 'nobody')}")
        self.end_headers()

    def page_asked(self) -> None:
        """A server that repeats the key."""
        self.say(200, b"bad hush-hush")

    def page_latin(self) -> None:
        self.say(200, b"\xe9\xff")

    def page_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(300):
            self.wfile.write(b"1")
            time.sleep(0.1)

    def page_large(self) -> None:
        self.say(200, gzip.compress(b"1" * (6 << 20)), content_encoding="gzip")

    def page_garbage(self) -> None:
        self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")

    def page_half(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "100")
        self.end_headers()
        self.wfile.write(b"12")

    def page_flaky(self) -> None:
        """Broken the first time."""
        first = sum(path == self.path for path, _ in self.asked) == 1
        self.say(*((502, b"") if first else (200, b"8")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def handle(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            super().handle()


@contextmanager
def served(elsewhere: str = "") -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """A server on this machine: its address, and what it was asked."""

    class Served(Handler):
        asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    with ThreadingHTTPServer(("127.0.0.1", 0), Served) as server:
        server.daemon_threads = True
        server.elsewhere = elsewhere  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", Served.asked
        finally:
            server.shutdown()
