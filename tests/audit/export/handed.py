"""An export as whoever is handed it has it: unpacked, read, and the commands of its README run."""

from __future__ import annotations

import json
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Shell, shell_path


@dataclass(frozen=True)
class Handed:
    """An unpacked export, and a shell in its folder."""

    shell: Shell

    @property
    def report(self) -> Any:
        """report.json."""
        return json.loads(self.shell.read("report.json"))

    @property
    def html(self) -> str:
        """report.html."""
        return self.shell.read("report.html")

    @property
    def readme(self) -> str:
        """README.txt."""
        return self.shell.read("README.txt")

    @property
    def commands(self) -> list[str]:
        """The commands of the README: what stands together is run together."""
        blocks: list[list[str]] = [[]]
        for line in self.readme.splitlines():
            blocks[-1] += [line[4:]] if line.startswith("    ") else []
            blocks += [[]] if not line and blocks[-1] else []
        return ["\n".join(block) for block in blocks if block]

    def run(self, command: str, code: int = 0) -> str:
        """What a command prints, run as an auditor would: with git, ssh-keygen, a shell, and a home of their own."""
        home = self.shell.folder.parent / "auditor"
        home.mkdir(exist_ok=True)
        path = shell_path()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.shell.folder,
            env=self.shell.env({"PATH": path, "HOME": str(home)}),
            capture_output=True,
            timeout=300,
            check=False,
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == code, f"{command}\nexit code {done.returncode}\n{said}"
        return said

    def said(self, part: str, code: int = 0) -> str:
        """What the one command that has `part` in it prints."""
        (command,) = [block for block in self.commands if part in block]
        return self.run(command, code)

    def opened(self) -> Handed:
        """Itself, with the ledger cloned as the README says."""
        assert "records a complete history" in self.said("git clone")
        return self


def unpacked(path: Path, shell: Shell, name: str = "handed") -> Handed:
    """The export at `path`, in a folder of its own."""
    folder = shell.home.parent / name
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return Handed(shell.at(folder))


def export(shell: Shell, *words: str, code: int = 0, name: str = "handed") -> Handed:
    """Export the org of `shell`, with a key that is made for it, and unpack what comes out."""
    target = shell.home.parent / f"{name}.zip"
    signed = [] if "--unsigned" in words else ["--key", str(shell.home / "key")]
    shell("audit", "export", str(target), *signed, *words, code=code)
    return unpacked(target, shell, name)
