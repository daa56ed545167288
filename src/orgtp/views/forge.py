"""Where a forge (GitHub, GitLab, Gitea and the like) shows a commit or a file of the repository at an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_SCP_LIKE = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:@]+\.[^/:@]+):(?P<path>[^/:].*)")
_SAFE = "/~._-"


@dataclass(frozen=True, slots=True)
class Forge:
    """A repository on a forge: the address of its page, without a user or a password."""

    url: str

    @property
    def _separator(self) -> str:
        # GitLab has other pages below the name of a repository, and separates its own with a dash.
        return "/-" if "gitlab" in urlsplit(self.url).netloc else ""

    def commit_url(self, commit: str) -> str:
        """The page of a commit."""
        return f"{self.url}{self._separator}/commit/{quote(commit)}"

    def file_url(self, path: str, revision: str, line: int = 0) -> str:
        """The page of a file at a revision."""
        kind = "src/commit" if "codeberg" in self.url or "gitea" in self.url or "forgejo" in self.url else "blob"
        at = f"#L{line}" if line else ""
        return f"{self.url}{self._separator}/{kind}/{quote(revision)}/{quote(path, safe=_SAFE)}{at}"


def find_forge(remote: str) -> Forge | None:
    """The forge that is behind the address of a remote; None for a path, or an address that no browser opens."""
    if match := _SCP_LIKE.fullmatch(remote):
        host, path = match["host"], match["path"]
    else:
        try:
            parts = urlsplit(remote)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return None
        if parts.scheme not in {"https", "http", "ssh", "git"} or not host:
            return None
        # A port of ssh is not one of the web pages.
        host, path = (f"{host}:{port}" if port and parts.scheme in {"http", "https"} else host), parts.path
        if parts.scheme == "http":
            return _make_forge("http", host, path)
    return _make_forge("https", host, path)


def _make_forge(scheme: str, host: str, path: str) -> Forge | None:
    name = path.strip("/").removesuffix(".git").strip("/")
    return Forge(f"{scheme}://{host}/{quote(name, safe=_SAFE)}") if name and host.isprintable() else None
