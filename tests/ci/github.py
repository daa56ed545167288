"""What stands in for GitHub: its API for comments, on a local socket that the real `gh` talks to."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

BOT = "github-actions[bot]"
_PAGE = 2
_LIST = re.compile(r"/repos/acme/org/issues/7/comments(?:\?.*)?")
_ONE = re.compile(r"/repos/acme/org/issues/comments/([0-9]+)")


@dataclass
class Comments:
    """The comments on one pull request, each with who wrote it."""

    socket: Path
    writable: bool = True
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, login: str, body: str) -> dict[str, Any]:
        """Write one."""
        row = {"id": len(self.rows) + 1, "user": {"login": login}, "body": body}
        self.rows.append(row)
        return row

    @property
    def bodies(self) -> list[str]:
        """What they say."""
        return [row["body"] for row in self.rows]

    def config(self, folder: Path) -> Path:
        """A configuration folder for `gh` that leads it here."""
        folder.mkdir(exist_ok=True)
        (folder / "config.yml").write_text(f"http_unix_socket: {self.socket}\n", encoding="utf-8")
        return folder


class _Server(ThreadingUnixStreamServer):
    """The server, which knows the comments."""

    comments: Comments


class _Handler(BaseHTTPRequestHandler):
    """The three calls that there are."""

    server: _Server

    def do_GET(self) -> None:
        page = int((re.findall(r"[?&]page=([0-9]+)", self.path) or ["1"])[0])
        rows = self.server.comments.rows
        more = page * _PAGE < len(rows)
        code = 200 if _LIST.fullmatch(self.path) else 404
        self.say(code, rows[(page - 1) * _PAGE : page * _PAGE], page + 1 if more else 0)

    def do_POST(self) -> None:
        body = self.body()
        if not self.server.comments.writable:
            self.say(403, {"message": "Resource not accessible by integration"})
        else:
            self.say(201 if _LIST.fullmatch(self.path) else 404, self.server.comments.add(BOT, body))

    def do_PATCH(self) -> None:
        body, found = self.body(), _ONE.fullmatch(self.path)
        if found and self.server.comments.writable:
            self.server.comments.rows[int(found[1]) - 1]["body"] = body
            self.say(200, {})
        else:
            self.say(403, {"message": "Resource not accessible by integration"})

    def body(self) -> str:
        """The text that was sent."""
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def say(self, code: int, what: Any, following: int = 0) -> None:
        """An answer, and the page that follows, if one does."""
        raw = json.dumps(what).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        if following:
            where = f"https://api.github.com/repos/acme/org/issues/7/comments?per_page={_PAGE}&page={following}"
            self.send_header("Link", f'<{where}>; rel="next"')
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests look at the comments."""

    def address_string(self) -> str:
        return "local"


@contextmanager
def github() -> Iterator[Comments]:
    """The API, for as long as it is asked. Its socket lies where the path is short enough for one."""
    folder = Path(tempfile.mkdtemp(prefix="orgtp-gh-"))
    try:
        with _Server(str(folder / "s"), _Handler) as server:
            server.comments = Comments(folder / "s")
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.comments
            server.shutdown()
    finally:
        shutil.rmtree(folder)
