"""Check OpenPGP signatures of a forge with gpg, against the keys of `policy/forges.asc` only.

GitHub signs its merge commits this way. The keys are imported into a temporary GnuPG home, so that the person's
keyring and trust settings do not matter. The gpg program comes from the person's own git configuration.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from pathlib import Path

from orgtp.git.process import run_program
from orgtp.git.repo import Repo
from orgtp.model.errors import OrgtpError

_ARMOR = re.compile(r"\s*-----BEGIN PGP SIGNATURE-----\n[^-]+-----END PGP SIGNATURE-----\s*")
_OPTIONS = (
    "--batch", "--no-tty", "--no-options", "--no-autostart", "--no-auto-key-retrieve", "--no-auto-check-trustdb",
    "--trust-model", "always", "--status-fd", "1",
)  # fmt: skip
# A signature stays good after its key has expired (as GitHub's first key has). A signature that has itself expired is
# not good (GnuPG's doc/DETAILS, "status codes").
_GOOD = {"GOODSIG", "EXPKEYSIG"}
_VERDICTS = {*_GOOD, "BADSIG", "ERRSIG", "EXPSIG", "REVKEYSIG"}


class GpgMissing(OrgtpError):
    """The gpg program is missing."""

    text = "{program} is not installed, and checking a forge's OpenPGP signatures needs it"


class GpgKeyring:
    """The keys of one `policy/forges.asc` in a temporary GnuPG home, which is removed with this object."""

    def __init__(self, repo: Repo, keys: bytes) -> None:
        """Raises `GpgMissing`."""
        self._program = _find_gpg_program(repo)
        self._home = tempfile.mkdtemp(prefix="orgtp-")
        # Not a `TemporaryDirectory`, which gives a ResourceWarning if it is removed with the object that holds it.
        weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        self._run_gpg(["--import"], keys)

    def check_signature(self, payload: bytes, armored: str) -> str:
        """Why the signature of `payload` is not a good one by one of the keys; "" if it is."""
        if not _ARMOR.fullmatch(armored):
            return "it is not exactly one OpenPGP signature"
        with tempfile.NamedTemporaryFile(prefix="sig-", dir=self._home) as file:
            Path(file.name).write_text(armored, encoding="ascii", errors="replace")
            out = self._run_gpg(["--verify", file.name, "-"], payload)
        statuses = [row.split()[1] for row in out.decode(errors="replace").splitlines() if row.startswith("[GNUPG:] ")]
        verdicts = [word for word in statuses if word in _VERDICTS]
        if len(verdicts) == 1 and verdicts[0] in _GOOD and "VALIDSIG" in statuses:
            return ""
        return "its OpenPGP signature is bad" if "BADSIG" in verdicts else "no key of policy/forges.asc made it"

    def _run_gpg(self, words: list[str], stdin: bytes) -> bytes:
        done = run_program([self._program, "--homedir", self._home, *_OPTIONS, *words], stdin)
        if done is None:
            raise GpgMissing(program=self._program)
        return done[1]


def _find_gpg_program(repo: Repo) -> str:
    named = repo.config("gpg.openpgp.program", own=True) or repo.config("gpg.program", own=True) or "gpg"
    return str(Path(named).expanduser()) if named.startswith("~") else named


def is_openpgp(armored: str) -> bool:
    """Whether an armored signature is an OpenPGP one, by its first line."""
    return "-----BEGIN PGP " in armored
