"""Find the commit to undo, and read what it changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from orgtp.actions.undo import UNDOES, AddedRecord, CommittedKey, UndoTarget, find_key_changes
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.git.log import stream_commits_touching, stream_history
from orgtp.git.repo import Repo
from orgtp.model.change import YamlData
from orgtp.model.commit import ChangedFile, Commit
from orgtp.model.errors import BadInput, Refused
from orgtp.model.records.kinds import SCORE

_UNDOES = re.compile(rf"^{UNDOES}([0-9a-f]{{40,64}})", re.MULTILINE)
_SHORT = 10


class NothingToUndo(Refused):
    """Raised if the acting seat has no action that could be undone."""

    text = "{who} has no action on {branch} that is not undone yet. Name a commit; to see them: orgtp log"


class AlreadyUndone(Refused):
    """Raised for a commit that was undone before."""

    text = "{commit} was undone by {undo} already. To do it again: orgtp undo {undo}"


def find_commit_to_undo(history: Iterable[Commit], by: str, email: str, branch: str) -> Commit:
    """Find the newest action of the acting seat `by` that is not undone; without a seat, that of git's `email`.

    `history` comes newest first, with the acting seats. An action that undoes another is not one of them. Raises
    `NothingToUndo`.
    """
    undone: set[str] = set()
    for commit in history:
        mine = commit.by == by if by else commit.email.lower() == email.lower()
        if commit.action == "undo":
            # What an undone undo had undone is in force again.
            undone |= {one for one in _UNDOES.findall(commit.body) if commit.id not in undone}
        elif commit.action and mine and commit.id not in undone:
            return commit
    raise NothingToUndo(who=by or email or "nobody known", branch=branch)


def find_named_commit(repo: Repo, tip: str, rev: str, branch: str) -> Commit:
    """Find the commit that `rev` names. Raises `UnknownRevision`, `AlreadyUndone`, and `BadInput` off the branch."""
    wanted = repo.require_commit(rev)
    if not repo.has_ancestor(wanted, tip):
        raise BadInput(what=f"{rev} is not on the branch {branch}, so there is nothing to undo on it")
    undone: dict[str, str] = {}
    for commit in stream_history(repo, tip):
        if commit.action == "undo" and commit.id not in undone:
            undone |= dict.fromkeys(_UNDOES.findall(commit.body), commit.id)
        if commit.id == wanted:
            if wanted in undone:
                raise AlreadyUndone(commit=f"{wanted[:_SHORT]} {commit.subject}", undo=undone[wanted][:_SHORT])
            return commit
    raise BadInput(what=f"{rev} is not on the branch {branch}, so there is nothing to undo on it")


def read_undo_target(repo: Repo, commit: Commit) -> UndoTarget:
    """Read what a commit changed: the keys of its YAML files, and the records that it appended."""
    # All at once: an import has thousands of files.
    read = (file for file in commit.paths if file.path.endswith((".yaml", SCORE.suffix)))
    repo.read_blobs(oid for file in read for oid in (file.old, file.new) if oid.strip("0"))
    return UndoTarget(
        commit.id,
        commit.subject,
        len(commit.parents),
        {file.path: file.how for file in commit.paths},
        tuple(_list_changes(repo, commit.paths)),
        tuple(_list_records(repo, commit.paths)),
    )


def _list_changes(repo: Repo, files: Iterable[ChangedFile]) -> Iterator[CommittedKey]:
    for file in files:
        if file.path.endswith(".yaml"):
            yield from find_key_changes(
                file.path,
                _read_yaml(file.path, _read_blob(repo, file.old)),
                _read_yaml(file.path, _read_blob(repo, file.new)),
            )


def _read_blob(repo: Repo, oid: str) -> bytes:
    return repo.read_blobs([oid]).get(oid, b"") if oid.strip("0") else b""


def _read_yaml(path: str, raw: bytes) -> YamlData:
    """The data of a file; None if it cannot be read."""
    try:
        data: YamlData = read_document(path, raw).data if raw else None
    except NotStrict:
        return None
    return data


def read_yaml_files(files: dict[str, bytes]) -> dict[str, YamlData]:
    """The data of files by path."""
    return {path: _read_yaml(path, raw) for path, raw in files.items()}


def _list_records(repo: Repo, files: Iterable[ChangedFile]) -> Iterator[AddedRecord]:
    for file in files:
        if not (file.path.startswith(SCORE.folder) and file.path.endswith(SCORE.suffix)):
            continue
        added = _read_blob(repo, file.new).removeprefix(_read_blob(repo, file.old))
        for line in added.decode(errors="replace").split("\n"):
            if record := _parse_record(line):
                seat, metric, period = file.path.split("/")[1], str(record.get("metric")), str(record.get("period"))
                yield AddedRecord(seat, metric, period, record.get("void") is True)


def _parse_record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def name_later_commit(repo: Repo, tip: str, target: UndoTarget, change: CommittedKey) -> str:
    """Name the newest commit after the one to undo that changed the same key; "" if there is none."""
    for commit in stream_commits_touching(repo, tip, [change.path]):
        if commit.id == target.commit:
            return ""
        if any(one.is_related(change) for one in _list_changes(repo, commit.paths)):
            return f"{commit.id[:_SHORT]} {commit.subject}"
    return ""
