"""The repository that a file is in, and its address: from the text of its `.git`, without running git.

Git runs programs that a repository configures, so its settings are read here as text, and nothing else of it is used.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from orgtp.files.foreign_files import UnreadableFile, is_file, read_regular_file
from orgtp.lazy_dataclass import dataclass
from orgtp.model.seat import DefinitionPlace
from orgtp.model.text import escape_control_chars, one_line
from orgtp.views.forge import find_forge

_MOST_BYTES = 256 * 1024
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository on this machine: its folder, and its name for `runs_from`, an address if it has a remote."""

    root: Path
    name: str


class RepositoryFinder:
    """Finds the repositories of many files; each folder is looked at once."""

    def __init__(self) -> None:
        self._known: dict[Path, FoundRepository | None] = {}

    def find(self, folder: Path) -> FoundRepository | None:
        """The repository that a folder is in, or is; None if it is in none. `folder` is absolute."""
        if folder not in self._known:
            git = folder / ".git"
            if os.path.lexists(git):
                self._known[folder] = FoundRepository(folder, read_repository_name(folder))
            else:
                self._known[folder] = self.find(folder.parent) if folder.parent != folder else None
        return self._known[folder]

    def place(self, file: Path, raw: bytes) -> DefinitionPlace:
        """Where a file with this content defines an agent: its repository, its path there, and its hash.

        A file that is in no repository has the name of this machine instead, and the path from the home folder, or else
        from the root.
        """
        folder = file.parent.resolve()
        here = folder / file.name
        repository = self.find(folder)
        if repository is not None:
            name, path = repository.name, here.relative_to(repository.root)
        else:
            home = Path.home().resolve()
            name, path = name_machine(), here.relative_to(home if here.is_relative_to(home) else here.anchor)
        # A name of a file may be no text, or have control characters.
        return DefinitionPlace(name, escape_control_chars(path.as_posix()), sha256(raw).hexdigest())

    def place_in_repository(self, file: Path, most_bytes: int) -> DefinitionPlace | None:
        """The place of a file that describes an agent, if it is in a repository and not only on this machine."""
        if self.find(file.parent.resolve()) is None:
            return None
        try:
            return self.place(file, read_regular_file(file, most_bytes))
        except UnreadableFile:
            return None


def name_machine() -> str:
    """The name of this machine, for files that are in no repository."""
    return one_line(platform.node()) or "this-machine"


def read_repository_name(root: Path) -> str:
    """The name of the repository at `root`: the address of its remote without scheme, user and `.git`.

    It is that of `origin`, else of the only remote. Without one, or if the address is a path, it is the folder's name.
    """
    urls = dict(_read_remotes(root / ".git"))
    url = urls.get("origin") or (next(iter(urls.values())) if len(urls) == 1 else "")
    return shorten_address(url) or one_line(root.name) or "repository"


def shorten_address(url: str) -> str:
    """The address of a remote without its scheme, user and `.git`; the last part of a path; "" if there is none.

    `git@git.example.com:acme/agents.git` and `https://ada:secret@git.example.com/acme/agents` are the same.
    """
    # `ext::sh …` is a helper program and no address.
    if not url.isprintable() or "::" in url or len(url) > _LONGEST * 4:
        return ""
    if forge := find_forge(url):
        host, _, path = forge.url.partition("://")[2].partition("/")
        return f"{host.lower()}/{unquote(path)}"[:_LONGEST]
    # A user and a password are before the last @, and never a part of the name.
    last = re.split(r"[/\\:@]", url.rstrip("/\\"))[-1]
    return last.removesuffix(".git")[:_LONGEST]


def _read_remotes(git: Path) -> Iterator[tuple[str, str]]:
    """The name and address of each remote of a repository with this `.git`, which may be a file that names a folder."""
    folder = git
    if is_file(git):
        # A linked work tree or a submodule (gitrepository-layout).
        pointer = _read_text(git)
        if not pointer.startswith("gitdir:"):
            return
        folder = git.parent / pointer.removeprefix("gitdir:").strip()
        common = _read_text(folder / "commondir").strip()
        folder = folder / common if common else folder
    yield from _parse_remotes(_read_text(folder / "config"))


def _read_text(path: Path) -> str:
    try:
        return read_regular_file(path, _MOST_BYTES).decode(errors="replace")
    except (UnreadableFile, ValueError):
        return ""


_SECTION = re.compile(r'\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\](.*)', re.DOTALL)
_URL = re.compile(r"\s*url\s*=(.*)", re.IGNORECASE | re.DOTALL)
_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|\\(.)|([#;].*)|([^"\\#;]+)', re.DOTALL)


def _parse_remotes(config: str) -> Iterator[tuple[str, str]]:
    """The addresses in a git configuration (git-config(1), SYNTAX). The first of several of a remote is its own."""
    remote = ""
    found: Mapping[str, str] = {}
    for line in config.replace("\\\r\n", "").replace("\\\n", "").splitlines():
        rest = line
        if section := _SECTION.fullmatch(line):
            is_remote = section[1].lower() == "remote" and section[2]
            remote = re.sub(r"\\(.)", r"\1", section[2]) if is_remote else ""
            rest = section[3]
        if remote and remote not in found and (match := _URL.fullmatch(rest)) and (url := _clean_setting(match[1])):
            found = {**found, remote: url}
            yield remote, url


def _clean_setting(value: str) -> str:
    """A value without its comment, quotes and escapes."""
    parts = []
    for quoted, escaped, comment, plain in _PIECE.findall(value.strip()):
        if comment:
            break
        parts.append(re.sub(r"\\(.)", r"\1", quoted) or escaped or plain)
    return "".join(parts).strip()
