"""Find the score file that contains a record id, with a cache in the git dir.

The cache stores the tree that it was built from, and first reads what has changed since. A hit is verified in the file
itself. So a cache that is lost or outdated costs time and never gives a wrong answer.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from orgtp.files.scores import find_seat_of_scores
from orgtp.git.lock import make_private_dir, open_private_file
from orgtp.git.repo import Repo
from orgtp.git.tree import TreeEditor, diff_trees

_ID = re.compile(rb'"id"\s*:\s*"([A-Za-z0-9._-]{1,64})"')
_ESCAPE = b"\\u"
# Raised when older versions of the cache lack ids that the current code finds; such a cache is built again.
_VERSION = 1
_TABLES = """
create table if not exists ids (id text primary key, path text not null) without rowid;
create table if not exists seen (tree text not null);
"""


def find_files_with_ids(editor: TreeEditor, ids: Iterable[str]) -> set[str]:
    """The score files of the tree that contain a record with one of `ids`."""
    wanted = set(ids)
    found = _query_cache(editor.base or editor, wanted) | {path for path in editor.touched if find_seat_of_scores(path)}
    return {path for path, raw in editor.read_files(found).items() if wanted & _extract_ids(raw)}


def _query_cache(editor: TreeEditor, ids: set[str]) -> set[str]:
    """The files that the cache lists for `ids`. If no cache can be opened, all files are searched."""
    try:
        with closing(_open_cache(editor.objects.repo)) as cache, cache:
            _update_cache(cache, editor)
            return {path for id_ in ids for (path,) in cache.execute("select path from ids where id = ?", [id_])}
    except (sqlite3.Error, OSError):
        return {
            path
            for path, found_ids in _read_changed_ids(editor.objects.repo, None, _find_scores_tree(editor)).items()
            if found_ids & ids
        }


def _open_cache(repo: Repo) -> sqlite3.Connection:
    path = make_private_dir(repo) / "ids.sqlite"
    # SQLite gives its other files the permissions of this one.
    os.close(open_private_file(repo, path, os.O_RDWR))
    try:
        return _connect_cache(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        # The file is corrupt, and it is only a cache: start again.
        for name in (path, path.with_name("ids.sqlite-wal"), path.with_name("ids.sqlite-shm")):
            name.unlink(missing_ok=True)
        return _connect_cache(path)


def _connect_cache(path: Path) -> sqlite3.Connection:
    cache = sqlite3.connect(path)
    # The cache may be outdated but not corrupt: a write-ahead log without a sync at each write is enough.
    cache.execute("pragma journal_mode = wal")
    cache.execute("pragma synchronous = normal")
    if cache.execute("pragma user_version").fetchone() != (_VERSION,):
        cache.executescript(f"drop table if exists ids; drop table if exists seen; pragma user_version = {_VERSION};")
    cache.executescript(_TABLES)
    return cache


def _update_cache(cache: sqlite3.Connection, editor: TreeEditor) -> None:
    row = cache.execute("select tree from seen").fetchone()
    seen, tree = row[0] if row else "", _find_scores_tree(editor)
    if seen == tree:
        return
    known = seen if seen and editor.objects.repo.read(seen) else None
    for path, found_ids in _read_changed_ids(editor.objects.repo, known, tree).items():
        cache.executemany("insert or replace into ids values (?, ?)", ((id_, path) for id_ in found_ids))
    cache.execute("delete from seen")
    cache.execute("insert into seen values (?)", [tree])


def _find_scores_tree(editor: TreeEditor) -> str:
    """The id of the tree of all score files; "" if there is none yet."""
    node = editor.find_entry("scores")
    return node.id if node else ""


def _read_changed_ids(repo: Repo, old: str | None, tree: str) -> dict[str, set[str]]:
    """Path to record ids of each file below `tree` that differs from `old`."""
    if not tree:
        return {}
    nodes = {path: new for path, (_, new) in diff_trees(repo, old, tree).items() if new and new.is_plain}
    blobs = repo.read_blobs(node.id for node in nodes.values())
    return {f"scores/{path}": _extract_ids(blobs[node.id]) for path, node in nodes.items()}


def _extract_ids(raw: bytes) -> set[str]:
    found = {id_.decode() for id_ in _ID.findall(raw)}
    # JSON may spell a character of an id as an escape. orgtp never does, so few lines have one.
    escaped = [line for line in raw.split(b"\n") if _ESCAPE in line] if _ESCAPE in raw else []
    return found.union(*map(_extract_escaped_id, escaped))


def _extract_escaped_id(line: bytes) -> set[str]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return set()
    id_ = record.get("id") if isinstance(record, dict) else None
    return {id_} if isinstance(id_, str) else set()
