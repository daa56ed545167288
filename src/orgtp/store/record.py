"""Change, the last step: an action becomes a commit. Every write of orgtp goes through `record`.

The action is run on the org as it is at the ledger branch's tip, and the resulting org is checked again. If the
branch moves meanwhile, both are done again: the intent is replayed, text is never merged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from orgtp.model.change import Append, Change
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.store.apply import appended, applied
from orgtp.store.git import GitFailed, Repo, object_id
from orgtp.store.git_commit import Draft, Identity, LedgerMoved, identity, locked, stage, staged, write_commit
from orgtp.store.load import Loaded, load
from orgtp.store.trees import Files, read_plain

Action = Callable[[Org], Change]
_TRIES = 10


class Uncommitted(OrgtpError):
    """A file that the action must change holds work that is not committed."""

    text = "{path} has changes that are not committed. Commit or undo them first: git diff HEAD -- {path}"


class WouldBreak(OrgtpError):
    """The org would be worse after the change than before."""

    text = "nothing was written, because the change would break the org:\n{problems}"


class IndexBusy(OrgtpError):
    """Another git command holds the index of this work tree."""

    text = "another git command is at work here ({lock} is there). Nothing was written; run the command again after it."


class Linked(OrgtpError):
    """A file to be written lies behind a link, or where a link is committed."""

    text = "{path} is a link, so nothing is written below it. Put a folder there."


class NoLedger(OrgtpError):
    """The ledger branch is not there, or has no commit yet."""

    text = (
        "there is no commit on {branch}, which org.yaml names as the ledger branch. Make it: git branch {branch} "
        "(in a new repository: git add . && git commit), or name the one you use in org.yaml"
    )


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a change: its commit (none on a dry run, or where nothing was to change) and its paths.

    `before` and `files` hold the content of these paths, as it was and as it is. `behind` says why the work tree
    could not follow a commit that was made.
    """

    change: Change
    commit: str | None
    before: Mapping[str, bytes]
    files: Mapping[str, bytes]
    behind: str = ""

    @property
    def paths(self) -> list[str]:
        """The files that were changed."""
        return sorted(self.files)


def record(
    repo: Repo, branch: str, action: Action, now: datetime, *, who: Identity | None = None, dry_run: bool = False
) -> Recorded:
    """Run `action` on the org at the tip of `branch` and commit what it wants.

    `who` stands in for git's own identity. Raises what the action raises, `Uncommitted`, `WouldBreak`,
    `NoIdentity`, `LedgerBusy`, and `LedgerMoved` where the branch kept moving.
    """
    if dry_run:
        return _prepare(repo, branch, action, now, who)[0]
    with locked(repo):
        for _ in range(_TRIES):
            try:
                return _attempt(repo, branch, action, now, who)
            except LedgerMoved:
                continue
    raise LedgerMoved(ref=branch)


def _attempt(repo: Repo, branch: str, action: Action, now: datetime, who: Identity | None) -> Recorded:
    planned, draft, after = _prepare(repo, branch, action, now, who)
    if not planned.files:
        return planned
    checkout = _Checkout(repo, planned) if not repo.bare and repo.head_ref() == draft.ref else None
    try:
        if checkout:
            checkout.make_ready()
        commit, oids = write_commit(repo, draft)
    except BaseException:
        if checkout:
            checkout.give_up()
        raise
    repo.known = (commit, after)
    return replace(planned, commit=commit, behind=checkout.bring_along(oids) if checkout else "")


def _prepare(
    repo: Repo, branch: str, action: Action, now: datetime, who: Identity | None
) -> tuple[Recorded, Draft, Loaded]:
    ref = f"refs/heads/{branch}"
    tip = repo.resolve(ref)
    if tip is None:
        raise NoLedger(branch=branch)
    loaded = _at(repo, tip)
    change = action(loaded.org)
    files = applied(loaded.files, change)
    _refuse_links(loaded, files)
    after = load(Files({**loaded.files, **files})) if files else loaded
    _check(loaded, after)
    acting = loaded.org.seats.get(change.by)
    author = who or (identity(repo, acting, loaded.org.id) if files else Identity("", ""))
    draft = Draft(ref, tip, files, change.message, author, now.astimezone(loaded.org.zone))
    old = {path: loaded.files[path] for path in files if path in loaded.files}
    return Recorded(change, None, old, files), draft, after


def _refuse_links(loaded: Loaded, files: Mapping[str, bytes]) -> None:
    """Refuse to write where the commit before has a link or a device, at a file itself or above it."""
    links = {problem.place.path for problem in loaded.problems if problem.rule == "not-a-file"}
    for path in files:
        found = links & {path, *(str(parent) for parent in PurePosixPath(path).parents)}
        if found:
            raise Linked(path=found.pop())


def _at(repo: Repo, commit: str) -> Loaded:
    """The org at a commit; what this process committed last is known without asking git."""
    last, loaded = repo.known or ("", None)
    return loaded if isinstance(loaded, Loaded) and last == commit else load(repo.tree(commit), str(repo.path))


def _check(before: Loaded, after: Loaded) -> None:
    """Refuse a change that adds an error; those that are there already are nobody's fault here."""
    known = {(problem.rule, problem.place.path, problem.message) for problem in before.errors}
    new = [p for p in after.errors if (p.rule, p.place.path, p.message) not in known]
    if new:
        raise WouldBreak(problems="\n".join(f"  {p.place}: {p.message}. {p.hint}".rstrip() for p in new))


@dataclass(frozen=True, slots=True)
class _Checkout:
    """The work tree and index of a person, brought along with the commit for the commit's paths alone."""

    repo: Repo
    planned: Recorded

    def make_ready(self) -> None:
        """Write each file's new content beside it; nothing that a person sees has changed yet."""
        lock = self.repo.git_dir / "index.lock"
        if lock.exists():
            raise IndexBusy(lock=lock)
        index = staged(self.repo, self.planned.paths)
        for path in self.planned.paths:
            self._refuse_dirty(path, index.get(path))
        for path in self.planned.paths:
            self._beside(path).parent.mkdir(parents=True, exist_ok=True)
            self._beside(path).write_bytes(self._content(path))

    def give_up(self) -> None:
        """Take away what `make_ready` wrote."""
        for path in self.planned.paths:
            self._beside(path).unlink(missing_ok=True)

    def bring_along(self, oids: Mapping[str, str]) -> str:
        """Put the new content in place, and stage it. The commit stands: what fails now is told, never raised."""
        try:
            for path in self.planned.paths:
                target, new = self.repo.path / path, self._beside(path)
                if target.exists():
                    new.chmod(target.stat().st_mode & 0o777)
                new.replace(target)
            stage(self.repo, oids)
        except (OSError, GitFailed) as error:
            return str(error)
        return ""

    def _refuse_dirty(self, path: str, oid: str | None) -> None:
        """A score file only grows, so a person's edit of it can stay; any other edit cannot."""
        parents = [self.repo.path / parent for parent in PurePosixPath(path).parents]
        link = next((parent for parent in parents if parent.is_symlink() and parent != self.repo.path), None)
        if link:
            raise Linked(path=link)
        committed, current = self.planned.before.get(path), read_plain(self.repo.path / path)
        clean_index = oid == object_id(committed, oid) if committed is not None and oid else oid is None
        if not clean_index or (current != committed and not self._grows(path)):
            raise Uncommitted(path=path)

    def _grows(self, path: str) -> bool:
        return any(isinstance(edit, Append) and edit.path == path for edit in self.planned.change.edits)

    def _beside(self, path: str) -> Path:
        """Where the new content of `path` waits; a name that begins with a dot is read by nobody."""
        target = self.repo.path / path
        return target.with_name(f".orgtp-{os.getpid()}-{target.name}")

    def _content(self, path: str) -> bytes:
        """What the file will hold: a person's uncommitted edit of a score file keeps its place before our lines."""
        current = read_plain(self.repo.path / path)
        if current is None or current == self.planned.before.get(path):
            return self.planned.files[path]
        for edit in self.planned.change.edits:
            if isinstance(edit, Append) and edit.path == path:
                current += appended(current, edit)
        return current
