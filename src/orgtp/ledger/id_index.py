"""Where each record's id stands: a cache in the git dir, so that an id that a caller brings is looked up at once.

The cache knows the tree it was made of, and takes in what differs from it before it answers. An id that it has is
looked at in its file before it counts; so a cache that is lost or behind costs time and never a wrong answer.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from orgtp.files.scores import seat_of
from orgtp.git.lock import private_git_dir
from orgtp.git.repo import Repo
from orgtp.git.tree import TreeEditor, diff_trees

_ID = re.compile(rb'"id"\s*:\s*"([A-Za-z0-9._-]{1,64})"')
_TABLES = """
create table if not exists ids (id text primary key, path text not null) without rowid;
create table if not exists seen (tree text not null);
"""


def find_files_with_ids(walk: TreeEditor, ids: Iterable[str]) -> set[str]:
    """The score files of the tree that hold a record with one of `ids`."""
    wanted = set(ids)
    found = _query_cache(walk.base or walk, wanted) | {path for path in walk.touched if seat_of(path)}
    return {path for path, raw in walk.read_files(found).items() if wanted & _extract_ids(raw)}


def _query_cache(walk: TreeEditor, ids: set[str]) -> set[str]:
    """The files that the cache names for `ids`; where there can be no cache, all files that hold one."""
    try:
        with closing(_open_cache(walk.objects.repo)) as cache, cache:
            _update_cache(cache, walk)
            return {path for id_ in ids for (path,) in cache.execute("select path from ids where id = ?", [id_])}
    except (sqlite3.Error, OSError):
        return {
            path
            for path, held in _read_changed_ids(walk.objects.repo, None, _find_scores_tree(walk)).items()
            if held & ids
        }


def _open_cache(repo: Repo) -> sqlite3.Connection:
    path = private_git_dir(repo) / "ids.sqlite"
    path.parent.mkdir(exist_ok=True)
    if path.is_symlink():
        raise OSError(path)
    try:
        return _connect_cache(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        # It is torn, and it is only a cache.
        for name in (path, path.with_name("ids.sqlite-wal"), path.with_name("ids.sqlite-shm")):
            name.unlink(missing_ok=True)
        return _connect_cache(path)


def _connect_cache(path: Path) -> sqlite3.Connection:
    cache = sqlite3.connect(path)
    # A cache that is behind is fine, one that is torn is not: so a log is written ahead, and not synced each time.
    cache.execute("pragma journal_mode = wal")
    cache.execute("pragma synchronous = normal")
    cache.executescript(_TABLES)
    return cache


def _update_cache(cache: sqlite3.Connection, walk: TreeEditor) -> None:
    row = cache.execute("select tree from seen").fetchone()
    seen, tree = row[0] if row else "", _find_scores_tree(walk)
    if seen == tree:
        return
    known = seen if seen and walk.objects.repo.read(seen) else None
    for path, held in _read_changed_ids(walk.objects.repo, known, tree).items():
        cache.executemany("insert or replace into ids values (?, ?)", ((id_, path) for id_ in held))
    cache.execute("delete from seen")
    cache.execute("insert into seen values (?)", [tree])


def _find_scores_tree(walk: TreeEditor) -> str:
    """The tree of all score files; "" where there is none yet."""
    node = walk.find_entry("scores")
    return node.id if node else ""


def _read_changed_ids(repo: Repo, old: str | None, tree: str) -> dict[str, set[str]]:
    """The ids in the files below `tree` that are not the same below `old`."""
    if not tree:
        return {}
    nodes = {path: new for path, (_, new) in diff_trees(repo, old, tree).items() if new and new.is_plain}
    blobs = repo.read_blobs(node.id for node in nodes.values())
    return {f"scores/{path}": _extract_ids(blobs[node.id]) for path, node in nodes.items()}


def _extract_ids(raw: bytes) -> set[str]:
    return {found.decode() for found in _ID.findall(raw)}
