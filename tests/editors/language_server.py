"""A small client of yaml-language-server, the one behind the YAML of most editors: the wire of LSP, and no more."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

MODULES = ROOT / "tests" / "npm" / "node_modules"
SERVER = MODULES / "yaml-language-server" / "bin" / "yaml-language-server"
SETTINGS = {
    # Offline: no catalogue of schemas is asked for; a file's own first line names its schema.
    "yaml": {"validate": True, "hover": True, "schemaStore": {"enable": False}, "format": {"enable": False}},
    "http": {"proxy": "", "proxyStrictSSL": False},
}


class LanguageServer:
    """One server, talked to over its standard streams."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self.to, self.back = process.stdin, process.stdout
        self.number = 0

    def start(self, folder: Path) -> None:
        """Say hello for a work space in `folder`."""
        about = {"processId": None, "rootUri": folder.as_uri(), "capabilities": _CAPABILITIES}
        folders = [{"uri": folder.as_uri(), "name": "org"}]
        self.ask("initialize", {**about, "workspaceFolders": folders})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def open(self, path: Path) -> list[Any]:
        """Open a file as an editor does, and give the diagnostics that come back."""
        item = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": path.read_text(encoding="utf-8")}
        self.tell("textDocument/didOpen", {"textDocument": item})
        told = self._until(lambda heard: heard.get("method") == _PUBLISHED and heard["params"]["uri"] == item["uri"])
        diagnostics: list[Any] = told["params"]["diagnostics"]
        return diagnostics

    def hover(self, path: Path, line: int, column: int) -> str:
        """What the editor shows over a place, counted from 1."""
        at = {"line": line - 1, "character": column - 1}
        told = self.ask("textDocument/hover", {"textDocument": {"uri": path.as_uri()}, "position": at})
        return str(told["contents"]["value"]) if told else ""

    def ask(self, method: str, params: Any) -> Any:
        """A request, and what it gives."""
        self.number += 1
        number = self.number
        self._send({"id": number, "method": method, "params": params})
        return self._until(lambda heard: heard.get("id") == number and "method" not in heard)["result"]

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def _until(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Any:
        """The next message that is wanted; what the server asks meanwhile is answered."""
        while not wanted(heard := self._read()):
            if "id" in heard and "method" in heard:
                self._send({"id": heard["id"], "result": _answer(heard)})
        return heard

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.to.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.to.flush()

    def _read(self) -> Any:
        size = 0
        while line := self.back.readline().strip():
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        assert size, "yaml-language-server ended"
        return json.loads(self.back.read(size))


_PUBLISHED = "textDocument/publishDiagnostics"
_CAPABILITIES = {"workspace": {"configuration": True}, "textDocument": {"hover": {"contentFormat": ["markdown"]}}}


def _answer(asked: Mapping[str, Any]) -> Any:
    """What an editor says when the server asks for its settings; null to all else."""
    if asked["method"] != "workspace/configuration":
        return None
    return [SETTINGS.get(item.get("section", ""), {}) for item in asked["params"]["items"]]


@contextmanager
def language_server(folder: Path) -> Iterator[LanguageServer]:
    """A server for the org in `folder`; skips where there is no node, fails where only the server is missing."""
    node = shutil.which("node")
    if not node:
        pytest.skip("there is no node here; Debian: apt-get install nodejs npm")
    assert SERVER.exists(), "yaml-language-server is missing; type: npm ci --prefix tests/npm"
    process = subprocess.Popen(
        [node, str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        server = LanguageServer(process)
        server.start(folder)
        yield server
    finally:
        process.kill()
        process.communicate()
