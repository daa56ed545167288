"""Walk through folders: only names are read, and only files that a pattern names are returned.

No link is followed, so a walk stays in its folder and ends. Each limit that is reached is remembered.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from orgtp.discovery.patterns import FilePattern, HowToRead, ScanPatterns, compile_glob
from orgtp.discovery.scan_log import ScanLog
from orgtp.importers.repositories import FoundRepository, RepositoryFinder
from orgtp.lazy_dataclass import dataclass
from orgtp.model.text import count_noun

# Exports have any name. A file that the user names itself is read by what is in it.
_SAMPLES, _TEMPLATES = "samples", "templates"


@dataclass(frozen=True, slots=True)
class WalkedFile:
    """A file that a pattern names.

    `path` is absolute, `shown` as people read it, and `inside` relative to its repository, or else to the folder that
    was given. `among` is `samples` or `templates` if it is in such a folder of its repository.
    """

    path: str
    shown: str
    inside: str
    pattern: FilePattern
    repository: FoundRepository | None
    among: str = ""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to walk through; its fields as in `WalkedFile`."""

    path: str
    shown: str
    inside: str
    depth: int
    repository: FoundRepository | None
    among: str


class FolderWalk:
    """One walk through all folders of a scan."""

    def __init__(self, patterns: ScanPatterns, finder: RepositoryFinder, log: ScanLog) -> None:
        self.patterns = patterns
        self.finder = finder
        self.log = log
        self.repositories: dict[str, FoundRepository] = {}
        self.folders: set[str] = set()
        self._entries = 0
        self._left_out: Counter[str] = Counter()
        self._by_ending = _sort_patterns(patterns.files)
        self._other_people = frozenset(patterns.other_people)
        self._kinds = {**dict.fromkeys(patterns.samples, _SAMPLES), **dict.fromkeys(patterns.templates, _TEMPLATES)}

    def find_files(self, path: Path) -> Iterator[WalkedFile]:
        """The files of a folder that a pattern names, or the file itself if any pattern may read it."""
        shown = os.fspath(path)
        try:
            real = os.path.realpath(path)
            mode = Path(real).lstat().st_mode
        except (OSError, ValueError) as error:
            why = "no permission" if isinstance(error, PermissionError) else "it does not exist"
            self.log.skip(shown, why)
            return
        if stat.S_ISDIR(mode):
            yield from self.walk_folder(self.open_top(real, shown))
        elif stat.S_ISREG(mode):
            yield from self.find_single_file(real, shown)
        else:
            self.log.skip(shown, "not a regular file")

    def list_left_out(self) -> None:
        """Remember how many folders of other people were not entered."""
        for name, number in sorted(self._left_out.items()):
            folders = count_noun(number, f"folder {name}", f"folders {name}")
            self.log.skip(folders, "files of other people or programs", on_purpose=True)

    def open_top(self, real: str, shown: str) -> _Folder:
        """The folder at which a walk begins, with the repository that it is in."""
        repository = self.finder.find(Path(real))
        if repository is None:
            return _Folder(real, shown, _name_agent_folder(real), 0, None, "")
        self.repositories[os.fspath(repository.root)] = repository
        inside = os.path.relpath(real, repository.root)
        return _Folder(real, shown, "" if inside == "." else f"{inside}/", 0, repository, "")

    def find_single_file(self, real: str, shown: str) -> Iterator[WalkedFile]:
        """A file that was given itself."""
        folder = self.open_top(str(Path(real).parent), str(Path(shown).parent))
        name = Path(real).name
        pattern = self.match_pattern(name, folder.inside + name)
        if pattern is None and name.endswith(".json"):
            # Exports have names of all kinds, and their readers say if they know them.
            pattern = FilePattern(name, HowToRead.N8N, "exported lists that were named")
        if pattern is None and "cron" in name.lower():
            # A copy of a crontab, such as what `crontab -l` has printed.
            pattern = FilePattern(name, HowToRead.USER_CRONTAB, "crontab")
        if pattern is None:
            self.log.skip(shown, "unknown format")
            return
        yield WalkedFile(real, shown, folder.inside + name, pattern, folder.repository)

    def walk_folder(self, top: _Folder) -> Iterator[WalkedFile]:
        """The files of a folder and of all folders below it, each folder once."""
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            if folder.path in self.folders:
                continue
            self.folders.add(folder.path)
            below: list[_Folder] = []
            yield from self.look_through(folder, below)
            waiting += reversed(below)

    def look_through(self, folder: _Folder, below: list[_Folder]) -> Iterator[WalkedFile]:
        """The files of one folder. Those folders in it that are walked next are added to `below`."""
        entries = self.log.list_folder(folder.path, folder.shown)
        entries = self.take_entries(entries or [], folder)
        names = {entry.name for entry in entries}
        if ".git" in names and folder.depth:
            folder = self.enter_repository(folder)
        elif _is_bare_repository(names) and not folder.path.endswith("/.git"):
            self.log.skip(folder.shown, "a bare repository: its files are not checked out")
            return
        for entry in entries:
            kind = _read_kind(entry)
            if kind == stat.S_IFDIR:
                self.add_folder(entry.name, folder, below)
            elif pattern := self.match_pattern(entry.name, folder.inside + entry.name):
                yield from self.make_file(entry.name, kind, pattern, folder)
            elif kind == stat.S_IFLNK and entry.name not in self._other_people and _leads_to_folder(entry):
                self.log.skip(f"{folder.shown}/{entry.name}", "a link to a folder", on_purpose=True)

    def take_entries(self, entries: list[os.DirEntry[str]], folder: _Folder) -> list[os.DirEntry[str]]:
        """The entries up to the limit of the whole scan."""
        left = self.log.limits.entries - self._entries
        self._entries += min(left, len(entries))
        if len(entries) > left:
            self.log.skip(folder.shown, f"only {self.log.limits.entries:,} names are looked at in all")
        return entries[:left]

    def enter_repository(self, folder: _Folder) -> _Folder:
        """The folder as the top of a repository, if it is one."""
        repository = self.finder.find(Path(folder.path))
        if repository is None or os.fspath(repository.root) != folder.path:
            return folder
        self.repositories[folder.path] = repository
        return _Folder(folder.path, folder.shown, "", folder.depth, repository, "")

    def add_folder(self, name: str, folder: _Folder, below: list[_Folder]) -> None:
        """Add a folder to those that are walked next, unless it is not entered."""
        shown = f"{folder.shown.rstrip('/')}/{name}"
        if name in self._other_people:
            self._left_out[name] += name != ".git"
            self._left_out += Counter()
        elif folder.depth >= self.log.limits.depth:
            self.log.skip(shown, f"deeper than {self.log.limits.depth} folders")
        else:
            # Such names mean something in a repository alone: a folder of repositories may have any name.
            among = folder.among or (self._kinds.get(name.lower(), "") if folder.repository else "")
            path, inside = os.path.join(folder.path, name), f"{folder.inside}{name}/"  # noqa: PTH118
            below.append(_Folder(path, shown, inside, folder.depth + 1, folder.repository, among))

    def make_file(self, name: str, kind: int, pattern: FilePattern, folder: _Folder) -> Iterator[WalkedFile]:
        """The file, if it is a regular one."""
        shown = f"{folder.shown.rstrip('/')}/{name}"
        if kind != stat.S_IFREG:
            self.log.skip(shown, "a link" if kind == stat.S_IFLNK else "not a regular file")
            return
        path = os.path.join(folder.path, name)  # noqa: PTH118
        yield WalkedFile(path, shown, folder.inside + name, pattern, folder.repository, folder.among)

    def match_pattern(self, name: str, inside: str) -> FilePattern | None:
        """The first pattern that names a file."""
        dot = name.rfind(".")
        for last, whole, pattern in self._by_ending.get(name[dot:] if dot >= 0 else "", ()):
            if last.fullmatch(name) and whole.fullmatch(inside):
                return pattern
        return None


def _name_agent_folder(real: str) -> str:
    """The end of a path from its folder of agents on, so that the files of a folder that is given itself match too."""
    parts = real.split("/")
    if "agents" not in parts:
        return ""
    last = len(parts) - 1 - parts[::-1].index("agents")
    last -= parts[last - 1] in {".claude", ".github"}
    return "/".join(parts[last:]) + "/"


def _sort_patterns(
    patterns: tuple[FilePattern, ...],
) -> dict[str, list[tuple[re.Pattern[str], re.Pattern[str], FilePattern]]]:
    """The patterns by the ending of the names that they match, so that most names are compared with none."""
    found: dict[str, list[tuple[re.Pattern[str], re.Pattern[str], FilePattern]]] = {}
    for pattern in patterns:
        last = pattern.path.rpartition("/")[2]
        dot = last.rfind(".")
        ending = last[dot:] if dot >= 0 else ""
        found.setdefault(ending, []).append((compile_glob(last), compile_glob(pattern.path), pattern))
    return found


def _read_kind(entry: os.DirEntry[str]) -> int:
    """The kind of an entry as in `stat`, without a call of the system where the folder says it."""
    try:
        if entry.is_symlink():
            return stat.S_IFLNK
        if entry.is_dir(follow_symlinks=False):
            return stat.S_IFDIR
        return stat.S_IFREG if entry.is_file(follow_symlinks=False) else 0
    except OSError:
        return 0


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_bare_repository(names: set[str]) -> bool:
    return {"HEAD", "objects", "refs", "config"} <= names
