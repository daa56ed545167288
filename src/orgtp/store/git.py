"""The one door to git: GitPython's command runner on real git, argument lists and plumbing only.

A repository is somebody else's input. Nothing it configures may run (hooks, file system monitor, external diff,
`ext::` remotes), and nothing the environment says about another repository may leak in. Commands that would run
its filters (`status`, `add`, `commit`, `checkout`) are not used on what is there already.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from orgtp.model.errors import OrgtpError
from orgtp.store.trees import FOLDERS, HEAD, Entry, Folder

_PIPE = -1
_SAFE = (
    "--no-pager", "--no-optional-locks", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false",
    "-c", "protocol.ext.allow=never", "-c", "diff.external=", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
    "-c", "log.showSignature=false", "-c", "trailer.separators=:",  "-c", "log.date=default",
    "-c", "i18n.logOutputEncoding=UTF-8", "-c", "core.fsync=committed",
)  # fmt: skip
_LEAKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
  "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE",
  "GIT_IMPLICIT_WORK_TREE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_TRACE", "GIT_TRACE2", "GIT_QUARANTINE_PATH",
)  # fmt: skip
_ENVIRONMENT = threading.Lock()
_PLAIN = ("100644", "100755")
SHA256_DIGITS = 64


class GitMissing(OrgtpError):
    """There is no git program."""

    text = "git is not installed, or not on the PATH. Install git 2.31 or later."


class GitFailed(OrgtpError):
    """A git command failed where it should not have; git's own words are in the text."""

    text = "git {command} failed: {words}"


class UnknownRevision(OrgtpError):
    """No commit is called this."""

    text = 'no commit is called "{rev}". Give a commit, a branch, a tag or a date such as 2026-11-20.'


@dataclass
class Repo:
    """A git repository whose top is an org: a work tree (`bare` false) or a bare one.

    `known` is the commit that this process made last, and what was loaded of it.
    """

    path: Path
    bare: bool = False
    known: tuple[str, object] | None = field(default=None, compare=False, repr=False)
    _blobs: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    def run(self, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """The output of one git command. Raises `GitFailed` with git's own words."""
        code, out, err = self.attempt(*words, stdin=stdin, env=env)
        if code:
            said = err.decode(errors="replace").strip() or f"exit code {code}"
            name = next((word for word in words if not word.startswith("-") and "=" not in word), words[0])
            raise GitFailed(command=name, words=said)
        return out

    def attempt(
        self, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, bytes]:
        """The exit code, output and errors of one git command."""
        where = ["--git-dir=."] if self.bare else []
        return _execute([*_SAFE, *where, *words], self.path, stdin, dict(env or {}))

    def line(self, *words: str) -> str:
        """The one line that a git command says; "" where it fails."""
        code, out, _ = self.attempt(*words)
        return "" if code else out.decode(errors="replace").rstrip("\n")

    def resolve(self, rev: str) -> str | None:
        """The id of the commit that `rev` names."""
        code, out, err = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
        if code > 1 and err.strip():
            raise GitFailed(command="rev-parse", words=err.decode(errors="replace").strip())
        return out.decode().strip() or None if not code else None

    def commit(self, rev: str) -> str:
        """The id of the commit that `rev` names. Raises `UnknownRevision`."""
        found = self.resolve(rev) if rev and not rev.startswith("-") else None
        if found is None:
            raise UnknownRevision(rev=rev)
        return found

    @cached_property
    def common_dir(self) -> Path:
        """The git dir that all linked work trees share."""
        return Path(self.line("rev-parse", "--path-format=absolute", "--git-common-dir"))

    @cached_property
    def git_dir(self) -> Path:
        """The git dir of this work tree."""
        return Path(self.line("rev-parse", "--absolute-git-dir"))

    def head_ref(self) -> str:
        """The full name of the branch that is checked out; "" when HEAD is detached."""
        return self.line("symbolic-ref", "--quiet", "HEAD")

    @cached_property
    def _config(self) -> dict[str, str]:
        out = self.run("config", "--list", "-z").decode(errors="replace")
        return {key: value for key, _, value in (item.partition("\n") for item in out.split("\0"))}

    def config(self, key: str) -> str:
        """A value of git's configuration, by its lower-case name; "" where it is not set."""
        return self._config.get(key, "")

    def listing(self, rev: str, *paths: str) -> dict[str, tuple[str, str, int]]:
        """Path to (mode, object id, size in bytes) of every file of a commit, or of those below `paths`."""
        out = self.run("ls-tree", "-r", "-z", "-l", "--full-tree", rev, "--", *paths)
        found = {}
        for row in out.split(b"\0")[:-1]:
            meta, _, path = row.partition(b"\t")
            mode, _, oid, size = meta.decode().split()
            found[os.fsdecode(path)] = (mode, oid, int(size) if size.isdigit() else 0)
        return found

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The content of the objects `oids`."""
        wanted = list(dict.fromkeys(oids))
        missing = [oid for oid in wanted if oid not in self._blobs]
        if missing:
            out = self.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in missing).encode())
            self._blobs.update(_batch(out))
        lost = next((oid for oid in wanted if oid not in self._blobs), None)
        if lost:
            raise GitFailed(command="cat-file", words=f"the object {lost} is missing. See: git fsck")
        return {oid: self._blobs[oid] for oid in wanted}

    def tree(self, rev: str) -> GitTree:
        """The files of the commit `rev`, an id."""
        return GitTree(self, rev)

    def dirty(self, rev: str | None) -> bool:
        """Whether the org's files in the work tree differ from those of the commit `rev`."""
        folder = Folder(self.path)
        if self.bare:
            return False
        paths = [entry.path for entry in folder.entries() if not entry.path.rpartition("/")[2].startswith(".")]
        kept = {path: row for path, row in self._known(rev).items() if not path.rpartition("/")[2].startswith(".")}
        if sorted(kept) != sorted(paths):
            return True
        return any(object_id(raw, kept[path][1]) != kept[path][1] for path, raw in folder.read(paths).items())

    def _known(self, rev: str | None) -> dict[str, tuple[str, str, int]]:
        return self.listing(rev, HEAD, *FOLDERS) if rev else {}


@dataclass(frozen=True)
class GitTree:
    """The org's files as one commit has them, read from git objects."""

    repo: Repo
    rev: str

    @cached_property
    def listing(self) -> dict[str, tuple[str, str, int]]:
        """Path to (mode, object id, size)."""
        return self.repo.listing(self.rev, HEAD, *FOLDERS)

    def entries(self) -> list[Entry]:
        """Every file, sorted by path."""
        rows = sorted(self.listing.items())
        return [Entry(path, size, mode in _PLAIN) for path, (mode, _, size) in rows]

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        wanted = {path: self.listing[path][1] for path in paths}
        blobs = self.repo.blobs(wanted.values())
        return {path: blobs[oid] for path, oid in wanted.items() if oid in blobs}


def find_repo(path: Path) -> Repo | None:
    """The repository whose top is `path`; nothing where `path` is no top of one."""
    git = path / ".git"
    if git.is_file() or (git / "HEAD").exists():
        return Repo(path)
    return Repo(path, bare=True) if (path / "HEAD").is_file() and (path / "objects").is_dir() else None


def object_id(raw: bytes, like: str) -> str:
    """The id git gives the file content `raw`, in the hash that the id `like` is of."""
    import hashlib

    hasher = hashlib.sha256 if len(like) == SHA256_DIGITS else hashlib.sha1
    return hasher(b"blob %d\0" % len(raw) + raw).hexdigest()


def make_repo(path: Path, branch: str) -> Repo:
    """A new, empty repository at `path` whose first branch is `branch`."""
    words = [*_SAFE, "init", "--quiet", f"--initial-branch={branch}", "--template=", "--", str(path)]
    code, _, err = _execute(words, path, b"", {})
    if code:
        raise GitFailed(command="init", words=err.decode(errors="replace").strip())
    return Repo(path)


def _execute(words: list[str], where: Path, stdin: bytes, env: dict[str, str]) -> tuple[int, bytes, bytes]:
    try:
        from git.cmd import Git  # GitPython asks for the git program when it is imported
        from git.exc import GitCommandNotFound
    except ImportError as error:
        raise GitMissing from error
    # Reading never fetches: a repository may name a program as its remote.
    env = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", **env}
    with _clean_environment():
        try:
            handle: Any = Git(str(where)).execute(["git", *words], istream=_PIPE, as_process=True, env=env)
        except GitCommandNotFound as error:
            raise GitMissing from error
    # The handle ends its process when it is collected, so it is held until the process is done.
    out, err = handle.proc.communicate(stdin)
    return handle.proc.returncode, out, err


@contextmanager
def _clean_environment() -> Iterator[None]:
    """Take what points at another repository out of the environment while a process starts."""
    with _ENVIRONMENT:
        kept = {name: os.environ.pop(name) for name in _LEAKS if name in os.environ}
        try:
            yield
        finally:
            os.environ.update(kept)


def _batch(out: bytes) -> Iterator[tuple[str, bytes]]:
    """The objects in the output of `git cat-file --batch`."""
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        oid, _, size = out[at:end].decode().partition(" ")
        if size.endswith("missing"):
            at = end + 1
            continue
        length = int(size.split()[1])
        yield oid, out[end + 1 : end + 1 + length]
        at = end + 2 + length
