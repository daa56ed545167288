"""OpenPGP signatures of a forge, by gpg, against the keys of `policy/forges.asc` and no others.

GitHub signs what it merges in that way. The keys go into a home of GnuPG's own that is thrown away afterwards, so that
neither a person's keyring nor what it trusts has a say. The program is the one of the person's own git configuration.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from orgtp.git.process import run_program
from orgtp.git.repo import Repo
from orgtp.model.errors import OrgtpError

_ARMOR = re.compile(r"\s*-----BEGIN PGP SIGNATURE-----\n[^-]+-----END PGP SIGNATURE-----\s*")
_OPTIONS = (
    "--batch", "--no-tty", "--no-options", "--no-autostart", "--no-auto-key-retrieve", "--no-auto-check-trustdb",
    "--trust-model", "always", "--status-fd", "1",
)  # fmt: skip
# What a forge signed while its key was good stays good: GitHub's own first key has expired since. A signature that has
# expired itself is not good (doc/DETAILS of GnuPG, "status codes").
_GOOD = {"GOODSIG", "EXPKEYSIG"}
_VERDICTS = {*_GOOD, "BADSIG", "ERRSIG", "EXPSIG", "REVKEYSIG"}


class NoGpg(OrgtpError):
    """There is no gpg."""

    text = "{program} is not there, and a forge's OpenPGP signatures are checked by it"


class Keyring:
    """The keys of one `policy/forges.asc`, in a home of their own for as long as this lives."""

    def __init__(self, repo: Repo, keys: bytes) -> None:
        """Raises `NoGpg`."""
        self._program = _program(repo)
        self._home = tempfile.TemporaryDirectory(prefix="orgtp-", ignore_cleanup_errors=True)
        self._run(["--import"], keys)

    def check(self, payload: bytes, armored: str) -> str:
        """Why a signature of `payload` is not good by one of the keys; "" where it is."""
        if not _ARMOR.fullmatch(armored):
            return "the signature is not one of OpenPGP, or more than one"
        with tempfile.NamedTemporaryFile(prefix="sig-", dir=self._home.name) as file:
            Path(file.name).write_text(armored, encoding="ascii", errors="replace")
            out = self._run(["--verify", file.name, "-"], payload)
        said = [row.split()[1] for row in out.decode(errors="replace").splitlines() if row.startswith("[GNUPG:] ")]
        verdicts = [word for word in said if word in _VERDICTS]
        if len(verdicts) == 1 and verdicts[0] in _GOOD and "VALIDSIG" in said:
            return ""
        return "its OpenPGP signature is bad" if "BADSIG" in verdicts else "no key of policy/forges.asc made it"

    def _run(self, words: list[str], stdin: bytes) -> bytes:
        done = run_program([self._program, "--homedir", self._home.name, *_OPTIONS, *words], stdin)
        if done is None:
            raise NoGpg(program=self._program)
        return done[1]


def _program(repo: Repo) -> str:
    named = repo.config("gpg.openpgp.program", own=True) or repo.config("gpg.program", own=True) or "gpg"
    return str(Path(named).expanduser()) if named.startswith("~") else named


def is_openpgp(armored: str) -> bool:
    """Whether a signature looks like one of OpenPGP."""
    return "-----BEGIN PGP " in armored
