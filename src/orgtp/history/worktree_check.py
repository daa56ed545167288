"""Compare the files of a work tree with those that are committed.

Files that a git attribute converted on checkout are a problem: a check of a pull request's checkout would otherwise
check the converted files. And what is not committed yet is compared with HEAD, to say in time what the audit would
report for good. `git diff` would run filters that the repository configures, so this module reads only the index and
compares the bytes itself.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from orgtp.files.admission import admit_files
from orgtp.files.load import LoadedOrg, NotAnOrg, load_org
from orgtp.files.tree import FOLDERS, SINGLE, FileInfo, MemoryTree
from orgtp.git.ancestry import is_partial_clone
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo, compute_object_id
from orgtp.git.tree import GitTree, open_tree, refuse_malformed_commit
from orgtp.git.tree_check import MalformedTree
from orgtp.history.merge_base import pair_orgs
from orgtp.lazy_dataclass import dataclass
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place, Problem
from orgtp.rules.pull_request.base import NOT_AS_COMMITTED, TREE_MALFORMED
from orgtp.rules.registry import check_uncommitted

_MODULE = "160000"
# git-ls-files(1), `--debug`: meant for people, and stable since 2010.
_ENTRY = re.compile(
    rb"(?P<mode>[0-7]+) (?P<id>[0-9a-f]+) 0\t(?P<path>[^\0]+)\0  ctime: [^\n]*\n"
    rb"  mtime: (?P<seconds>[0-9]+):(?P<nano>[0-9]+)\n[^\n]*\n[^\n]*\n  size: (?P<size>[0-9]+)\t[^\n]*\n"
)


@dataclass(frozen=True, slots=True)
class _IndexStat:
    """The index entry of a path: its object id, and the file's state when git last found them equal."""

    id: str
    size: int
    seconds: int
    nano: int

    def matches_file(self, path: Path) -> bool:
        """Whether git considers the file unchanged."""
        try:
            state = path.lstat()
        except OSError:
            return False
        nano = state.st_mtime_ns % 1_000_000_000
        return (self.size, self.seconds) == (state.st_size, state.st_mtime_ns // 1_000_000_000) and self.nano in {
            0,
            nano,
        }


def find_converted_files(repo: Repo, head: str, files: Mapping[str, bytes]) -> list[Problem]:
    """Problems of files that git considers unchanged although their bytes differ from `head`, and of submodules.

    Raises `MalformedTree`.
    """
    committed = {
        path: (node.mode, node.id) for path, node in open_tree(repo, head).list_files(*SINGLE, *FOLDERS).items()
    }
    modules = [Problem("not-a-file", Place(path), *_LEFT) for path, row in committed.items() if row[0] == _MODULE]
    suspect = {path for path, raw in files.items() if path in committed and _has_other_content(raw, committed[path][1])}
    index = _read_index_stats(repo) if suspect else {}
    found = [path for path in sorted(suspect) if path in index and index[path].id == committed[path][1]]
    converted = [path for path in found if index[path].matches_file(repo.path / path)]
    return [*modules, *(Problem(NOT_AS_COMMITTED.id, Place(path), *_CONVERTED) for path in converted)]


def find_problems_of_head(repo: Repo, loaded: LoadedOrg, head: str) -> list[Problem]:
    """Problems of the commit `head`, on which the work tree is based, and of what is not committed yet.

    These are trees that git never writes, and changes that the audit would report for good once they are committed.
    """
    try:
        refuse_malformed_commit(repo, head)
        pair = _pair_with_head(repo, loaded, head)
    except MalformedTree as error:
        return [make_malformed_problem(error, head)]
    except GitFailed:
        # A partial clone lacks objects that its work tree does not need.
        if not is_partial_clone(repo):
            raise
        return []
    except NotAnOrg:
        return []
    found = list(check_uncommitted(pair)) if pair else []
    known = {(one.rule, one.place.path) for one in found}
    return [
        *found,
        *(one for one in _find_staged_problems(repo, loaded, head) if (one.rule, one.place.path) not in known),
    ]


def _find_staged_problems(repo: Repo, loaded: LoadedOrg, head: str) -> Iterator[Problem]:
    """Problems of what is staged: `git commit` takes the index, and its files may differ from those on disk."""
    committed, staged = open_tree(repo, head).list_files(*SINGLE, *FOLDERS), _read_staged_ids(repo)
    changed = {
        path
        for path in committed.keys() | (staged or {}).keys()
        if staged is not None and staged.get(path) != (committed[path].id if path in committed else None)
    }
    files = loaded.files
    if staged is None or not any(_differs_on_disk(files.get(path), staged.get(path)) for path in changed):
        return
    modules = {path for path, node in committed.items() if not node.is_plain}
    blobs = repo.read_blobs(oid for path, oid in staged.items() if path not in modules)
    index = load_org(MemoryTree({path: blobs[oid] for path, oid in staged.items() if oid in blobs}), head)
    pair = pair_orgs(load_org(GitTree(repo, head), head), index)
    old = {path: raw for path, raw in pair.old.items() if path in changed}
    one_parent = not (repo.git_dir / "MERGE_HEAD").exists()
    for problem in check_uncommitted(replace(pair, old=old, base="HEAD", appends_only=one_parent), staged=True):
        see = f"git diff --cached -- {shlex.quote(problem.place.path)}"
        yield replace(problem, message=f"{problem.message}, in what is staged for the next commit ({see})")


def _differs_on_disk(raw: bytes | None, oid: str | None) -> bool:
    """Whether a file on disk differs from what is staged; None stands for a file that does not exist."""
    return (raw is None) != (oid is None) or (raw is not None and oid is not None and _has_other_content(raw, oid))


def _read_staged_ids(repo: Repo) -> dict[str, str] | None:
    """Path to object id of the org's files in the index; None if there is no index, or a conflict in it."""
    if not (repo.git_dir / "index").exists():
        return None
    found = {}
    for row in repo.run("ls-files", "-s", "-z", "--", *SINGLE, *FOLDERS).split(b"\0")[:-1]:
        meta, _, path = row.partition(b"\t")
        mode, oid, stage = meta.decode().split()
        if stage != "0":
            return None
        if mode != _MODULE:
            found[os.fsdecode(path)] = oid
    return found


def make_malformed_problem(error: MalformedTree, commit: str) -> Problem:
    """The problem of the commit whose tree has an entry that git never writes."""
    message = f"the commit {commit[:10]} has a tree that git never writes: {error.fault.what}"
    hint = f"Other commands may show other files. Find out who made it: git log -1 {commit[:10]}"
    return Problem(TREE_MALFORMED.id, Place(error.fault.path), message, hint)


def _pair_with_head(repo: Repo, loaded: LoadedOrg, head: str) -> OrgPair | None:
    """Pair the org of the commit `head` with that of the work tree; None if no committed file was changed or removed.

    Files that differ only in their line endings count as unchanged, and so do those that a sparse checkout left out.
    """
    committed = open_tree(repo, head).list_files(*SINGLE, *FOLDERS)
    files = loaded.files
    changed = {path for path in committed.keys() & files.keys() if _has_other_content(files[path], committed[path].id)}
    if repo.config("core.sparsecheckout").lower() != "true":
        changed |= set(admit_files(FileInfo(path, 0) for path in committed.keys() - files.keys())[0])
    if not changed:
        return None
    pair = pair_orgs(load_org(GitTree(repo, head), head), loaded)
    back = {path for path in pair.old.keys() - files.keys() if _goes_back(repo, head, path, pair)}
    back |= {path for path in changed & files.keys() if _is_restored(repo, head, path, files[path])}
    old = {path: raw for path, raw in pair.old.items() if path in changed - back}
    return replace(pair, old=old, base="HEAD", appends_only=not (repo.git_dir / "MERGE_HEAD").exists())


_LEFT = ("a submodule, not a file", "Replace it with a regular file.")
_CONVERTED = (
    "the file on disk differs from what is committed, because a git attribute converts it",
    "See .gitattributes: git check-attr -a FILE. To validate what is committed: orgtp validate --at HEAD",
)


def _goes_back(repo: Repo, head: str, path: str, pair: OrgPair) -> bool:
    """Whether a file that was removed only goes back to the path from which a commit renamed it."""
    for other in (name for name, raw in pair.new.items() if raw == pair.old[path] and pair.is_new(name)):
        commit = repo.run("rev-list", "-1", "--full-history", head, "--", other).decode().strip()
        before = [open_tree(repo, f"{commit}^").find_entry(name) for name in (other, path)] if commit else []
        if before and before[0] and not before[1] and open_tree(repo, commit).find_entry(path):
            return True
    return False


def _is_restored(repo: Repo, head: str, path: str, raw: bytes) -> bool:
    """Whether a file has the content again that it had before the last commit that changed it."""
    commit = repo.run("rev-list", "-1", "--full-history", head, "--", path).decode().strip()
    before = open_tree(repo, f"{commit}^").find_entry(path) if commit and repo.read(f"{commit}^") else None
    return before is not None and not _has_other_content(raw, before.id)


def _has_other_content(raw: bytes, oid: str) -> bool:
    """Whether a file differs from the object in more than its line endings."""
    return compute_object_id(raw, oid) != oid and compute_object_id(raw.replace(b"\r\n", b"\n"), oid) != oid


def _read_index_stats(repo: Repo) -> dict[str, _IndexStat]:
    out = repo.run("ls-files", "-s", "-z", "--debug", "--", *SINGLE, *FOLDERS)
    return {
        os.fsdecode(row["path"]): _IndexStat(
            row["id"].decode(), *(int(row[key]) for key in ("size", "seconds", "nano"))
        )
        for row in _ENTRY.finditer(out)
    }
