"""A repository: its refs, objects, files and configuration, as git reports them. `git.process` runs git."""

from __future__ import annotations

import errno
import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from orgtp.files.tree import FOLDERS, SINGLE, FolderTree, read_plain_file
from orgtp.git.cat_file import GitObject, ObjectReader
from orgtp.git.errors import GitFailed
from orgtp.git.process import start_git, start_with_gitpython
from orgtp.git.ref_repair import DamagedRef, make_witness_ref
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError

# The commands that would run a hook, because they move a ref or write an index.
_HOOKED = ("update-ref", "update-index")
# The scopes that may name a program: the person's own configuration, not the repository's.
_OWN = ("system", "global", "command")
_CONFIG = ("config", "--list", "-z", "--show-scope")
_MAX_CACHED_BYTES = 64 * 1024 * 1024
SHA1_DIGITS, SHA256_DIGITS = 40, 64
# HEAD as git writes it when a branch is checked out. With another ref storage, the branch there is `.invalid`.
_HEAD = re.compile(r"ref: (refs/heads/(?!\.invalid)[^\s\x00-\x20\x7f]+)\n")
# The longest name of a commit that is looked up, in characters.
_LONGEST = 4096
# Up to this many files whose bytes differ from what is committed are compared as git compares them.
_MOST_COMPARED = 100


_UNSHALLOW = "Fetch the full history: git fetch --unshallow"
_REVISIONS = (
    "Give a commit, branch or tag, or a day, week, month or quarter such as 2026-11-20, 2026-W47, 2026-11 or 2026-Q4."
)


class UnknownRevision(OrgtpError):
    """No commit has this name."""

    text = 'there is no commit "{rev}"{where}. {hint}'


@dataclass
class Repo:
    """A git repository whose top folder is an org: a work tree (`bare` false) or a bare repository.

    `work_tree_cache` and `index_cache` hold git's last answer about the work trees and the index, with the stamps of
    the files that it depends on.
    """

    path: Path
    bare: bool = False
    _thread: threading.local = field(default_factory=threading.local, compare=False, repr=False)
    work_tree_cache: tuple[object, list[tuple[Path, str]]] | None = field(default=None, compare=False, repr=False)
    index_cache: tuple[object, Mapping[str, Any]] | None = field(default=None, compare=False, repr=False)
    _early: Any = field(default=None, compare=False, repr=False)
    _blobs: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    _cached_bytes: int = field(default=0, compare=False, repr=False)

    @property
    def lock_descriptor(self) -> int | None:
        """The descriptor of the ledger's lock while this thread holds it.

        Every git process that the thread starts inherits it, so the kernel frees the lock only when all have ended.
        """
        return getattr(self._thread, "lock_descriptor", None)

    @lock_descriptor.setter
    def lock_descriptor(self, descriptor: int | None) -> None:
        self._thread.lock_descriptor = descriptor

    def run(self, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """The output of one git command. Raises `GitFailed` with git's message."""
        return self._read_output(self.start(*words, env=env), words, stdin)

    def _read_output(self, handle: Any, words: tuple[str, ...], stdin: bytes = b"") -> bytes:
        """The output of a git process. Raises `GitFailed`."""
        out: bytes
        out, err = handle.proc.communicate(stdin)
        if code := handle.proc.returncode:
            said = err.decode(errors="replace").strip() or f"exit code {code}"
            name = next((word for word in words if not word.startswith("-") and "=" not in word), words[0])
            raise GitFailed(command=name, words=said)
        return out

    def attempt(
        self, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, bytes]:
        """The exit code, output and errors of one git command."""
        handle = self.start(*words, env=env)
        # The handle terminates its process when it is collected, so keep it until the process has ended.
        out, err = handle.proc.communicate(stdin)
        return handle.proc.returncode, out, err

    def start(self, *words: str, env: Mapping[str, str] | None = None, plain: bool = False) -> Any:
        """Start a git process with pipes for its three streams, and return its handle.

        `plain`: the arguments name another git dir, so this repository's hooks do not apply. Used for remotes.
        """
        hooks = self._without_hooks if words[0] in _HOOKED and not plain else {}
        runner = start_with_gitpython if plain else start_git
        return runner([*words], self.path, {**hooks, **(env or {})}, self.lock_descriptor)

    def start_early(self) -> None:
        """Start the two git processes that every change needs, so that they are ready in time."""
        if self._early is None and "_settings" not in vars(self):
            self._early = self.start(*_CONFIG)
            self._reader.start_process()

    def resolve_commit(self, rev: str) -> str | None:
        """The id of the commit that `rev` names; None if there is none. Raises `UnreadableRef`, `GitFailed`."""
        code, out, err = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
        for ref in _list_possible_refs(rev) if code else ():
            if self._find_object_id(ref) is None:
                self._refuse_damaged_ref(ref)
        if code > 1 and err.strip():
            raise GitFailed(command="rev-parse", words=err.decode(errors="replace").strip())
        return out.decode().strip() or None if not code else None

    def require_commit(self, rev: str) -> str:
        """The id of the commit that `rev` names. Raises `UnknownRevision`."""
        # Do not pass to git what cannot be an argument: a zero byte, or a very long text.
        can_be = 0 < len(rev) <= _LONGEST and rev.isprintable() and not rev.startswith("-")
        found = self.resolve_commit(rev) if can_be else None
        if found is None:
            shallow = can_be and (self.common_dir / "shallow").exists()
            where = " in this clone, which is shallow" if shallow else ""
            raise UnknownRevision(rev=rev, where=where, hint=_UNSHALLOW if shallow else _REVISIONS)
        return found

    @cached_property
    def common_dir(self) -> Path:
        """The git dir that all linked work trees share."""
        return self._plain_git_dir or self._ask_git_dir("--path-format=absolute", "--git-common-dir")

    @cached_property
    def git_dir(self) -> Path:
        """The git dir of this work tree."""
        return self._plain_git_dir or self._ask_git_dir("--absolute-git-dir")

    @cached_property
    def _plain_git_dir(self) -> Path | None:
        """The git dir if it is the folder `.git` or the bare repository itself, found without running git.

        None for a linked work tree, a submodule and any other layout, for which git has to be asked
        (gitrepository-layout(5)).
        """
        top = Path(os.path.realpath(self.path))
        found = top if self.bare else top / ".git"
        is_plain = all((found / name).is_dir() for name in ("objects", "refs")) and not found.is_symlink()
        return found if is_plain and not (found / "commondir").exists() else None

    @property
    def plain_head(self) -> str | None:
        """The full name of the branch that the file HEAD names; None if git has to be asked."""
        git_dir = self._plain_git_dir
        if git_dir is None or (git_dir / "reftable").exists() or self.config("extensions.refstorage"):
            return None
        raw = read_plain_file(git_dir / "HEAD")
        match = _HEAD.fullmatch(os.fsdecode(raw)) if raw else None
        return match[1] if match else None

    def _ask_git_dir(self, *words: str) -> Path:
        """A path from `git rev-parse`. It may end with a newline, and may not be UTF-8."""
        return Path(os.fsdecode(self.run("rev-parse", *words).removesuffix(b"\n")))

    @cached_property
    def empty_tree(self) -> str:
        """The id of the empty tree in the hash of this repository."""
        is_sha256 = self.config("extensions.objectformat").lower() == "sha256"
        return compute_object_id(b"", "0" * (SHA256_DIGITS if is_sha256 else SHA1_DIGITS), "tree")

    def head_ref(self) -> str:
        """The full name of the branch that is checked out; "" when HEAD is detached. Raises `GitFailed`."""
        if self.plain_head:
            return self.plain_head
        code, out, err = self.attempt("symbolic-ref", "--quiet", "HEAD")
        if code > 1:
            raise GitFailed(command="symbolic-ref", words=err.decode(errors="replace").strip())
        return out.decode(errors="replace").rstrip("\n")

    @cached_property
    def settings(self) -> list[tuple[str, str, str]]:
        """Git's configuration in git's order: scope, name (lower case except for its middle part) and value."""
        rows = zip(self._settings[::2], self._settings[1::2], strict=False)
        return [(scope.decode(), *_parse_setting(row.decode(errors="replace"))) for scope, row in rows]

    @cached_property
    def _settings(self) -> list[bytes]:
        handle, self._early = self._early, None
        return self._read_output(handle or self.start(*_CONFIG), _CONFIG).split(b"\0")

    @cached_property
    def _without_hooks(self) -> dict[str, str]:
        """Variables that disable the hooks in git's configuration (`hook.NAME.command`, git 2.54 and later).

        `core.hooksPath` does not disable these, and a hook's name may contain what a command line cannot express.
        """
        return _override_settings([(f"{name}.enabled", "false") for name in self._list_sections(b"hook.")])

    @cached_property
    def _without_filters(self) -> dict[str, str]:
        """Variables that disable the filter programs in git's configuration (gitattributes(5), `filter`)."""
        off = {"clean": "", "smudge": "", "process": "", "required": "false"}
        names = self._list_sections(b"filter.")
        return _override_settings([(f"{name}.{key}", value) for name in names for key, value in off.items()])

    def _list_sections(self, kind: bytes) -> list[str]:
        """The sections of the configuration whose names begin with `kind`, sorted."""
        keys = [os.fsdecode(row.partition(b"\n")[0]) for row in self._settings[1::2] if row.startswith(kind)]
        return sorted({key.rpartition(".")[0] for key in keys})

    def list_modified_files(self, paths: Iterable[str]) -> set[str]:
        """Those of `paths` that differ from the index, as git decides it: line ends and encodings are converted.

        Filter programs do not run, so a file that only a filter can compare counts as modified. So does a file that
        a person told git to assume unchanged, and a link.
        """
        words = ("ls-files", "-s", "-v", "-c", "-m", "-z", "--", *paths)
        rows = [row.partition(b"\t") for row in self.run(*words, env=self._without_filters).split(b"\0")[:-1]]
        found = {os.fsdecode(path) for meta, _, path in rows if meta[:1].islower()}
        # Git compares only the size of a file whose size has changed, so convert and hash it.
        changed = {os.fsdecode(path): meta.split(b" ")[2].decode() for meta, _, path in rows if meta[:1] == b"C"}
        files = [path for path in changed if not set('"\n') & set(path) and _is_regular(self.path / path)]
        listed = b"".join(os.fsencode(path) + b"\n" for path in files)
        out = self.run("hash-object", "--stdin-paths", stdin=listed, env=self._without_filters) if files else b""
        same = {path for path, oid in zip(files, out.decode().split(), strict=True) if oid == changed[path]}
        return found | (changed.keys() - same)

    def config(self, key: str, *, own: bool = False) -> str:
        """A value of git's configuration, by its lower-case name; "" if it is not set.

        `own`: read only the person's own configuration. Use it for every setting that names a program.
        """
        found = (value for scope, name, value in reversed(self.settings) if name == key and (not own or scope in _OWN))
        return next(found, "")

    def list_files(self, rev: str, *paths: str) -> dict[str, tuple[str, str, int]]:
        """Path to (mode, object id, size in bytes) of every file of a commit, or of those below `paths`."""
        out = self.run("ls-tree", "-r", "-z", "-l", "--full-tree", rev, "--", *paths)
        found = {}
        for row in out.split(b"\0")[:-1]:
            meta, _, path = row.partition(b"\t")
            mode, _, oid, size = meta.decode().split()
            found[os.fsdecode(path)] = (mode, oid, int(size) if size.isdigit() else 0)
        return found

    @cached_property
    def _reader(self) -> ObjectReader:
        return ObjectReader(self.run, self.start)

    def read(self, name: str) -> GitObject | None:
        """The object called `name` (an id, or a full ref such as `refs/heads/main`), if it exists now.

        Use it only where the object may be absent: for a ref see `tip`, for an object that another one names `require`.
        """
        return self._reader.read_object(name)

    def require(self, oid: str) -> GitObject:
        """The object with the id `oid`, which another object names. Raises `GitFailed` if it is missing or damaged."""
        found = self.read(oid)
        if found is None:
            raise self._make_missing_object(oid)
        return found

    def _make_missing_object(self, oid: str) -> GitFailed:
        """The error for an object that other objects name, with the way to get it back."""
        is_partial = any(key.startswith("remote.") and key.endswith(".promisor") for _, key, _ in self.settings)
        fetch = (
            f" Fetch it again: git -C {self.path} fetch --refetch origin." if self.config("remote.origin.url") else ""
        )
        remedy = " This clone is partial. Make a full one: git clone, without --filter." if is_partial else fetch
        return GitFailed(
            command="cat-file", words=f"the object {oid} is missing or damaged.{remedy} See: git fsck --full"
        )

    def read_all(self, names: Iterable[str]) -> list[GitObject | None]:
        """The objects called `names`, in that order; None for each that does not exist. Many are read at once."""
        return self._reader.read_objects(names)

    def read_sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """Object id to size in bytes of these objects; 0 for one that is missing."""
        wanted = list(dict.fromkeys(oids))
        asked = "".join(f"{oid}\n" for oid in wanted).encode()
        rows = self.run("cat-file", "--batch-check=%(objectsize)", stdin=asked).split(b"\n") if wanted else []
        return {oid: int(row) if row.isdigit() else 0 for oid, row in zip(wanted, rows, strict=False)}

    def find_missing_objects(self, oids: Iterable[str]) -> list[GitFailed]:
        """An error for each of the objects that is missing, or whose beginning cannot be read."""
        wanted = list(dict.fromkeys(oids))
        asked = "".join(f"{oid}\n" for oid in wanted).encode()
        rows = self.run("cat-file", "--batch-check=%(objectname)", stdin=asked).split(b"\n") if wanted else []
        # What is missing has a second word.
        return [self._make_missing_object(oid) for oid, row in zip(wanted, rows, strict=False) if b" " in row]

    def tip(self, ref: str) -> str | None:
        """The id of the commit that the full ref `ref` points to now; None if the ref does not exist.

        Raises `UnreadableRef` if the ref exists and it or its commit cannot be read.
        """
        try:
            found = self.read(f"{ref}^{{commit}}")
        except GitFailed as error:
            if error.is_refusal:
                raise
            raise self._make_damaged_ref(ref, str(error.facts["words"])).make_error() from error
        if found is None:
            self._refuse_damaged_ref(ref)
        return found.id if found else None

    def _refuse_damaged_ref(self, name: str) -> None:
        """Raise `UnreadableRef` if the ref exists. Git does not tell a damaged ref from one that does not exist.

        Raises `GitFailed` if git does not trust the repository.
        """
        ref = (self.head_ref() or name) if name == "HEAD" else name
        code, out, err = self.attempt("for-each-ref", "--format=%(refname)", ref)
        words = err.decode(errors="replace").strip()
        failure = GitFailed(command="for-each-ref", words=words)
        if failure.is_refusal:
            raise failure
        broken = {line.rpartition(" ")[2] for line in words.splitlines()}
        if code or self._has_ref_file(ref) or ref in {*out.decode(errors="replace").splitlines(), *broken}:
            raise self._make_damaged_ref(ref, words if code else "").make_error()
        traces = self._find_traces(ref)
        if traces:
            raise replace(self._make_damaged_ref(ref, ""), traces=traces).make_error()

    def _find_traces(self, ref: str) -> tuple[str, ...]:
        """What shows that a branch which is gone had a commit: its reflog (a path) and its witness (a ref)."""
        if not ref.startswith("refs/heads/"):
            return ()
        found = []
        with suppress(OSError):
            log = self.common_dir / "logs" / ref
            found += [str(log)] if log.is_file() and log.stat().st_size else []
        witness = make_witness_ref(ref.removeprefix("refs/heads/"))
        found += [witness] if self.attempt("show-ref", "--verify", "--quiet", "--", witness)[0] == 0 else []
        return tuple(found)

    def _has_ref_file(self, ref: str) -> bool:
        """Whether the ref has a file, or this user may not know. A folder has branches such as `main/…` in it."""
        try:
            return not (self.common_dir / ref).is_dir() and os.path.lexists(self.common_dir / ref)
        except OSError as error:
            return error.errno != errno.ENAMETOOLONG

    def _make_damaged_ref(self, ref: str, words: str) -> DamagedRef:
        """The facts about a ref that cannot be read. In a damaged repository, each of them may be unknown."""
        code, out, _ = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
        try:
            named = self.config(f"branch.{ref.removeprefix('refs/heads/')}.remote")
            remote = named or ("origin" if self.config("remote.origin.url") else "")
        except GitFailed:
            remote = ""
        commit = "" if code else out.decode().strip()
        return DamagedRef(ref, self.path, self.common_dir, commit, find_last_line(words), remote, self._find_object_id)

    def _find_object_id(self, name: str) -> str | None:
        """The id of an object that can be read."""
        try:
            found = self.read(name)
        except OrgtpError:
            return None
        return found.id if found else None

    def has_ancestor(self, old: str, new: str) -> bool:
        """Whether `new` is `old` or descends from it. Raises `GitFailed` if a commit is missing in this clone."""
        if old == new:
            return True
        # A commit-graph is a cache, and may be forged.
        code, _, err = self.attempt("-c", "core.commitGraph=false", "merge-base", "--is-ancestor", old, new)
        if code > 1:
            raise GitFailed(command="merge-base", words=err.decode(errors="replace").strip())
        return code == 0

    def read_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Object id to content of the blobs `oids`. Raises `GitFailed` if one is missing."""
        wanted = list(dict.fromkeys(oids))
        have = {oid: raw for oid in wanted if (raw := self._blobs.get(oid)) is not None}
        missing = [oid for oid in wanted if oid not in have]
        for oid, found in zip(missing, self._reader.read_objects(missing) if missing else (), strict=True):
            if found is None:
                raise self._make_missing_object(oid)
            have[oid] = found.raw
            self._cache_blob(oid, found.raw)
        return {oid: have[oid] for oid in wanted}

    def read_verified_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Like `read_blobs`, but verify each id: git hashes what it fetches, not what it reads. Raises `GitFailed`."""
        found = self.read_blobs(oids)
        for oid, raw in found.items():
            if compute_object_id(raw, oid) != oid:
                raise GitFailed(
                    command="cat-file", words=f"the object {oid} does not have the content that its id stands for"
                )
        return found

    def _cache_blob(self, oid: str, raw: bytes) -> None:
        """Cache the content of a blob. The cache is emptied when it grows too large."""
        self._cached_bytes += len(raw)
        if self._cached_bytes > _MAX_CACHED_BYTES:
            self._blobs, self._cached_bytes = {}, len(raw)
        self._blobs[oid] = raw

    def list_left_out_files(self) -> dict[str, str]:
        """Path to object id of the org's files that a sparse checkout leaves out (git-sparse-checkout(1))."""
        if not self._has_sparse_checkout:
            return {}
        rows = self.run("ls-files", "-s", "-t", "-z", "--", *SINGLE, *FOLDERS).split(b"\0")[:-1]
        split = (row.partition(b"\t") for row in rows if row.startswith(b"S 100"))
        return {os.fsdecode(path): meta.split(b" ")[2].decode() for meta, _, path in split}

    @property
    def _has_sparse_checkout(self) -> bool:
        """Whether the checkout is sparse. Only the setting decides; the file saves asking git about it."""
        link = self.path / ".git"
        try:
            target = "" if link.is_dir() else os.fsdecode(link.read_bytes()).removeprefix("gitdir:").strip()
            if not (link if not target else self.path / target).joinpath("info/sparse-checkout").exists():
                return False
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            # It may exist.
            pass
        return self.config("core.sparsecheckout").lower() in {"true", "yes", "on", "1"}

    def has_uncommitted_changes(self, rev: str | None) -> bool:
        """Whether the org's files in the work tree differ from those of the commit `rev`, as git decides it."""
        folder = FolderTree(self.path)
        if self.bare:
            return False
        files = self.list_files(rev, *SINGLE, *FOLDERS) if rev else {}
        sizes = {entry.path: entry.size for entry in folder.entries() if not _is_hidden(entry.path)}
        left_out = self.list_left_out_files()
        committed = {
            path: row for path, row in files.items() if not _is_hidden(path) and (path in sizes or path not in left_out)
        }
        if committed.keys() != sizes.keys():
            return True
        other_size = [path for path, row in committed.items() if row[2] != sizes[path]]
        raw = folder.read(sizes) if len(other_size) <= _MOST_COMPARED else {}
        other = [
            path for path, text in raw.items() if compute_object_id(text, committed[path][1]) != committed[path][1]
        ]
        return self._differ_for_git({*other_size, *other}, committed) if raw or not committed else True

    def _differ_for_git(self, paths: Collection[str], committed: Mapping[str, tuple[str, str, int]]) -> bool:
        """Whether any of the files differs from what is committed once git has converted it, or is staged."""
        if not paths or len(paths) > _MOST_COMPARED:
            return bool(paths)
        rows = self.run("ls-files", "-s", "-z", "--", *paths).split(b"\0")[:-1]
        staged = {os.fsdecode(row.partition(b"\t")[2]): row.split(b" ")[1].decode() for row in rows}
        is_staged = any(staged.get(path) != committed[path][1] for path in paths)
        return is_staged or bool(self.list_modified_files(paths))


def _override_settings(settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Variables that override git's configuration. A key may contain what a command line cannot express."""
    rows = list(settings)
    found = {f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in enumerate(rows)}
    found |= {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(rows)}
    return {"GIT_CONFIG_COUNT": str(len(rows)), **found} if rows else {}


def _list_possible_refs(rev: str) -> list[str]:
    """The refs that the first part of a revision may name (gitrevisions(7))."""
    name = re.split(r"[~^@:]", rev)[0]
    if name in {"HEAD", ""} or ".." in name or name.startswith("/"):
        return ["HEAD"] if name == "HEAD" else []
    return [name] if name.startswith("refs/") else [f"refs/{kind}/{name}" for kind in ("heads", "tags", "remotes")]


def find_last_line(words: str) -> str:
    """The last line of what git says, which states the reason, without git's `fatal:`."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1].removeprefix("fatal: ").removeprefix("error: ") if lines else ""


def _is_regular(path: Path) -> bool:
    """Whether it is a regular file, and not a link to one."""
    return path.is_file() and not path.is_symlink()


def _is_hidden(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".")


def _parse_setting(row: str) -> tuple[str, str]:
    """A setting's name and value; a setting without a value is true."""
    key, newline, value = row.partition("\n")
    return key, value if newline else "true"


def find_repo(path: Path) -> Repo | None:
    """The repository whose top folder is `path`; None if `path` is not the top of one.

    A `.git` that has lost its HEAD is a damaged repository, of which git will say so.
    """
    git = path / ".git"
    if git.is_file() or (git / "HEAD").exists() or (git / "objects").is_dir():
        return Repo(path)
    return Repo(path, bare=True) if (path / "HEAD").is_file() and (path / "objects").is_dir() else None


def find_enclosing_repo(path: Path) -> Repo | None:
    """The repository whose work tree contains the folder `path`, above its top.

    None if there is none, or if it ignores the folder.
    """
    folder = Path(os.path.realpath(path))
    found = next((repo for parent in folder.parents if (repo := find_repo(parent))), None)
    if found is None or found.bare:
        return None
    inside = folder.relative_to(os.path.realpath(found.path)).as_posix()
    # `git check-ignore` does not take our safe options.
    words = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z", "--", inside)
    _, ignored, _ = found.attempt(*words)
    return None if ignored else found


def compute_object_id(raw: bytes, like: str, kind: str = "blob") -> str:
    """The id that git gives an object of this content and kind, in the same hash as the id `like`."""
    return str(hash_of_width(len(like))(b"%s %d\0" % (kind.encode(), len(raw)) + raw).hexdigest())


@lru_cache(maxsize=2)
def hash_of_width(digits: int) -> Callable[[bytes], Any]:
    """The hash function whose ids have this number of hexadecimal digits."""
    import hashlib

    return hashlib.sha256 if digits == SHA256_DIGITS else hashlib.sha1


def init_repo(path: Path, branch: str, *, bare: bool = False, object_format: str = "") -> Repo:
    """Create an empty repository at `path` with the first branch `branch`."""
    words = ["--bare"] if bare else []
    words += [f"--object-format={object_format}"] if object_format else []
    words = ["init", "--quiet", *words, f"--initial-branch={branch}", "--template=", "--", str(path)]
    code, _, err = run_git_outside_repo(words, path, {})
    if code:
        raise GitFailed(command="init", words=err.strip())
    return Repo(path, bare)


def run_git_outside_repo(words: list[str], where: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """The exit code, output and errors of a git command outside the org's repository."""
    handle = start_with_gitpython(words, where, env, None)
    out, err = handle.proc.communicate()
    return handle.proc.returncode, out.decode(errors="replace"), err.decode(errors="replace")
