"""The history of a repository of others, read without any of its settings.

Options of git do not make a foreign repository safe: its configuration can include files, name programs for a dozen
commands, and be extended by every new version of git. So git never opens it. A folder of our own is the repository:
with a configuration of our own, and links to the packs and objects of the other one. Nothing else of it is there: no
configuration, hook, attribute, alternate, replacement or remote. That a repository belongs to another user does not
matter then either.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.git.process import GitMissing, start_git
from orgtp.lazy_dataclass import dataclass

_KIB, _MIB = 1024, 1024 * 1024
_MOST_OUTPUT = 64 * _MIB
_MOST_MAILMAP = 256 * _KIB
# More paths than this are named by their folders.
_MOST_PATHS = 256
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"refs/(?!.*(?:\.\.|//))[^\x00-\x20\x7f~^:?*\[\\]{1,300}")
# Seconds since 1970, up to the year 5138.
_SECONDS = re.compile(r"[0-9]{1,11}")
_ENV = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}


class UnreadableHistory(Exception):
    """The history of a repository cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class FileHistory:
    """Who changed a file, and since when.

    `commits` has the number of commits by the address of their author, as the mailmap says it. `started` is the time of
    the first commit, as its author's clock said it; None if the history does not reach it.
    """

    commits: Mapping[str, int]
    started: datetime | None


def read_file_histories(
    root: Path, paths: Collection[str], most_commits: int, seconds: float
) -> dict[str, FileHistory]:
    """The history of each of the files `paths` of the repository at `root`, as far as its HEAD has them.

    At most `most_commits` commits are read, in at most `seconds`. Raises `UnreadableHistory`.
    """
    where = _find_git_folders(root)
    head = _read_head(*where)
    if not head or not paths:
        return {}
    with tempfile.TemporaryDirectory(prefix="orgtp-history-") as made:
        shadow = Path(made)
        is_shallow = _make_shadow(shadow, where[1], head)
        try:
            return _read_log(shadow, head, paths, most_commits, seconds, is_shallow=is_shallow)
        except GitMissing as error:
            raise UnreadableHistory("git is not installed") from error


def _read_text(path: Path, most: int = 64 * _KIB) -> str:
    try:
        return read_regular_file(path, most).decode(errors="surrogateescape")
    except (UnreadableFile, ValueError):
        return ""


def _find_git_folders(root: Path) -> tuple[Path, Path]:
    """The git folder of a work tree, and the one that all its work trees share (gitrepository-layout)."""
    git = root / ".git"
    if not git.is_dir():
        pointer = _read_text(git)
        if not pointer.startswith("gitdir:"):
            raise UnreadableHistory("its .git is not a repository")
        git = root / pointer.removeprefix("gitdir:").strip()
    common = _read_text(git / "commondir").strip()
    shared = git / common if common else git
    objects = shared / "objects"
    if not objects.is_dir():
        raise UnreadableHistory("its .git is not a repository")
    if objects.is_symlink():
        raise UnreadableHistory("its objects are those of another repository")
    return git, shared


def _read_head(git: Path, shared: Path) -> str:
    """The commit of HEAD; "" if there is none yet."""
    head = _read_text(git / "HEAD").strip()
    if _OBJECT.fullmatch(head):
        return head
    name = head.removeprefix("ref:").strip()
    if not head.startswith("ref:") or not _REF.fullmatch(name):
        raise UnreadableHistory("its HEAD cannot be read")
    if (shared / "reftable").is_dir():
        raise UnreadableHistory("its refs are in a reftable")
    for folder in (git, shared):
        if _OBJECT.fullmatch(found := _read_text(folder / name).strip()):
            return found
    for line in _read_text(shared / "packed-refs", 16 * _MIB).split("\n"):
        commit, _, packed = line.partition(" ")
        if packed == name and _OBJECT.fullmatch(commit):
            return commit
    return ""


def _make_shadow(shadow: Path, shared: Path, head: str) -> bool:
    """Make a repository of our own with the objects of the other one. Whether its history is cut off."""
    objects = shadow / "objects"
    (objects / "pack").mkdir(parents=True)
    (shadow / "refs").mkdir()
    version, more = (1, "[extensions]\n\tobjectFormat = sha256\n") if len(head) > 40 else (0, "")  # noqa: PLR2004
    config = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{more}"
    (shadow / "config").write_text(config, encoding="utf-8")
    (shadow / "HEAD").write_text(f"{head}\n", encoding="utf-8")
    for entry in _list_entries(shared / "objects"):
        if re.fullmatch("[0-9a-f]{2}", entry.name) and entry.is_dir(follow_symlinks=False):
            (objects / entry.name).symlink_to(entry.path, target_is_directory=True)
    pack = shared / "objects" / "pack"
    for entry in [] if pack.is_symlink() else _list_entries(pack):
        if entry.name.endswith((".pack", ".idx")) and entry.is_file(follow_symlinks=False):
            (objects / "pack" / entry.name).symlink_to(entry.path)
    shallow = [line for line in _read_text(shared / "shallow", _MIB).split("\n") if _OBJECT.fullmatch(line)]
    if shallow:
        (shadow / "shallow").write_text("".join(f"{line}\n" for line in shallow), encoding="utf-8")
    return bool(shallow)


def _list_entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder.resolve()) as listing:
            return list(listing)
    except (OSError, RuntimeError):
        return []


def _read_log(
    shadow: Path, head: str, paths: Collection[str], most: int, seconds: float, *, is_shallow: bool
) -> dict[str, FileHistory]:
    size = _run(shadow, ["cat-file", "-s", "--end-of-options", f"{head}:.mailmap"], seconds, may_fail=True).strip()
    address = "%ae" if size.isdigit() and int(size) > _MOST_MAILMAP else "%aE"
    words = [
        "log", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-show-signature",
        "--no-notes", "--no-decorate", f"--max-count={most}", f"--format=%x01%at %P%x00{address}", "--end-of-options",
        head, "--", *_name_paths(paths),
    ]  # fmt: skip
    out = _run(shadow, words, seconds)
    wanted = set(paths)
    commits: dict[str, dict[str, int]] = {}
    started: dict[str, datetime] = {}
    number = 0
    for at, author, names in _split_log(out):
        number += 1
        for name in names:
            if name in wanted:
                counts = commits.setdefault(name, {})
                counts[author] = counts.get(author, 0) + 1
                started[name] = at
    whole = number < most and not is_shallow
    return {name: FileHistory(counts, started[name] if whole else None) for name, counts in commits.items()}


def _name_paths(paths: Collection[str]) -> list[str]:
    """What limits the log: the paths, or their folders if there are many; nothing if there are many of those too."""
    if len(paths) <= _MOST_PATHS:
        return sorted(paths)
    folders = sorted({path.rpartition("/")[0] for path in paths})
    return folders if len(folders) <= _MOST_PATHS and "" not in folders else []


def _split_log(out: bytes) -> Iterator[tuple[datetime, str, list[str]]]:
    """The time, the author and the files of each commit, the newest first."""
    for part in out.split(b"\x01")[1:]:
        first, *rest = part.decode("utf-8", "surrogateescape").split("\0")
        at = first.partition(" ")[0]
        if not rest or not _SECONDS.fullmatch(at):
            continue
        author, *names = rest
        yield (
            datetime.fromtimestamp(int(at), UTC),
            author.strip().lower(),
            [name.removeprefix("\n") for name in names if name.strip("\n")],
        )


def _run(shadow: Path, words: list[str], seconds: float, *, may_fail: bool = False) -> bytes:
    """The output of git in our own repository. Raises `UnreadableHistory`."""
    handle = start_git(words, shadow, {**_ENV, "GIT_DIR": str(shadow)}, None)
    # The errors are not read: they may repeat what a hostile object says, and a full pipe would stop git.
    handle.proc.stdin.close()
    handle.proc.stderr.close()
    timer = Timer(seconds, handle.proc.kill)
    timer.start()
    try:
        out: bytes = handle.proc.stdout.read(_MOST_OUTPUT + 1)
        too_long = len(out) > _MOST_OUTPUT
        if too_long:
            handle.proc.kill()
        code = handle.proc.wait()
        is_late = not timer.is_alive()
    finally:
        timer.cancel()
    if too_long:
        raise UnreadableHistory("its history is larger than 64 MiB")
    if code and is_late:
        raise UnreadableHistory(f"its history takes longer than {seconds:g} seconds")
    if code and not may_fail:
        raise UnreadableHistory("git cannot read its history")
    return out
