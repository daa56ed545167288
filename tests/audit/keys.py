"""SSH keys for tests: made by ssh-keygen, and files of allowed signers for them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.conftest import Shell


def make_key(folder: Path, name: str, kind: str = "ed25519") -> Path:
    """A fresh key without a passphrase; the file of the private part."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


def public(key: Path) -> str:
    """The public part: type and key."""
    return " ".join(key.with_name(f"{key.name}.pub").read_text(encoding="utf-8").split())


def signers(**keys: Path) -> str:
    """A file of allowed signers: a line for each seat."""
    return "".join(f"{seat} {public(key)}\n" for seat, key in keys.items())


def sign_with(shell: Shell, key: Path | None) -> None:
    """Let git sign every commit with this key, or none."""
    rows = {"commit.gpgsign": str(key is not None).lower(), "gpg.format": "ssh", "user.signingkey": str(key or "")}
    for name, value in rows.items():
        shell.git("config", "--global", name, value)
