"""Finding an org and the moment of its history that is meant: a folder, a bare repository, or a commit of either."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from orgtp.files.load import Loaded, NotAnOrg, load
from orgtp.files.org import Head, read_head
from orgtp.files.score_months import ScoreMonths
from orgtp.files.seat_scope import SeatScope, files_about
from orgtp.files.tree import HEAD, Folder, Selected, StoredTree, read_plain
from orgtp.git.repo import Repo, find_repo
from orgtp.git.tree import GitTree, open_tree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit_dates import order_commit_dates
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.period import parse_span
from orgtp.model.problem import Problem

_LEAST = timedelta(seconds=1)
_FIRST_YEAR, _LAST_YEAR = 1990, 2900


class NoGit(OrgtpError):
    """A change or the past was asked of an org that is no git repository of its own."""

    text = (
        "{root} is not the top of a git repository, so nothing can be recorded or looked up in its history. "
        "Begin one there: git -C {root} init && git -C {root} add . && git -C {root} commit -m 'The org as text'"
    )


class NoOrgYet(OrgtpError):
    """The history begins later, or holds no org at that commit."""

    text = "there was no org yet at {at}. See when it began: orgtp log"


@dataclass(frozen=True, repr=False)
class OrgSnapshot:
    """One org: where it is, the tree that holds it, and as of which moment (aware) it is to be judged.

    It is read when it is first looked at, and once. `head` alone is read at once: that is what makes it an org.
    """

    root: Path
    repo: Repo | None
    tree: StoredTree
    head: Head
    now: datetime
    at: str | None = None
    commit: str | None = None

    def __repr__(self) -> str:
        return f"<org {self.head.id} in {self.root}{f' at {self.at}' if self.at else ''}>"

    @cached_property
    def loaded(self) -> Loaded:
        """The org, what could not be read of it, and its files."""
        return load(self.tree, str(self.root))

    @cached_property
    def staff(self) -> Loaded:
        """The org, whose values are read when somebody asks for them: they are most of what there is to read."""
        if "loaded" in vars(self):
            return self.loaded
        return load(self.tree.without_scores(), str(self.root), self._score_months)

    @cached_property
    def _score_months(self) -> ScoreMonths:
        return ScoreMonths(self.tree)

    def load_seat_numbers(self, seat: str) -> Loaded:
        """The org as far as the numbers of one seat need it: the seat and its owner. Values are read when asked for."""
        return self._load_part(f"about {seat}", lambda: files_about(self.tree, seat))

    def load_seat_page(self, seat: str) -> Loaded:
        """The org as far as a page about one seat needs it; see `SeatScope`. Values are read when asked for."""
        return self._load_part(f"around {seat}", lambda: self.seat_scope(seat).paths)

    def seat_scope(self, seat: str) -> SeatScope:
        """The files around one seat."""
        if seat not in self._scopes:
            self._scopes[seat] = SeatScope(self.tree, seat)
        return self._scopes[seat]

    def _load_part(self, name: str, paths: Callable[[], Sequence[str]]) -> Loaded:
        if "staff" in vars(self) or "loaded" in vars(self):
            return self.staff
        if name not in self._parts:
            self._parts[name] = load(Selected(self.tree, paths()), str(self.root), self._score_months)
        return self._parts[name]

    @cached_property
    def _scopes(self) -> dict[str, SeatScope]:
        return {}

    @cached_property
    def _parts(self) -> dict[str, Loaded]:
        return {}

    @property
    def problems_so_far(self) -> tuple[Problem, ...]:
        """What could not be read of the files that were read so far."""
        if "loaded" in vars(self):
            return self.loaded.problems
        if "staff" in vars(self) or not self._parts:
            return (*self.staff.problems, *self._score_months.problems)
        found = [problem for part in self._parts.values() for problem in part.problems]
        return tuple(dict.fromkeys([*found, *self._score_months.problems]))

    def read_files(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of those of `paths` that are files, and nothing else read."""
        return (
            open_tree(self.repo, self.commit).read_files(paths) if self.repo and self.commit else self.tree.read(paths)
        )

    @cached_property
    def revision(self) -> str | None:
        """The commit that is shown, or that the work tree is based on; none without git."""
        return self.commit or (self.repo.resolve_commit("HEAD") if self.repo else None)

    @cached_property
    def has_uncommitted_changes(self) -> bool:
        """Whether the org's files hold changes that are not committed."""
        return self.repo is not None and self.commit is None and self.repo.has_uncommitted_changes(self.revision)


def _read_head_in_folder(root: Path, where: object) -> Head:
    """What the folder's org.yaml says, as far as it can be read. Raises `NotAnOrg` where there is none."""
    path = root / HEAD
    if path.is_symlink() or not path.is_file():
        raise NotAnOrg(where=where)
    return read_head(read_plain(path) or b"")[0]


def _read_head_at_commit(repo: Repo, rev: str) -> Head:
    """What the commit's org.yaml says. Raises `NotAnOrg` where it has none."""
    raw = open_tree(repo, rev).read_files([HEAD]).get(HEAD)
    if raw is None:
        raise NotAnOrg(where=repo.path)
    return read_head(raw)[0]


def read_clock() -> datetime:
    """Now, or ORGTP_NOW (RFC 3339). Raises `BadInput` where that is no moment."""
    text = os.environ.get("ORGTP_NOW", "")
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise BadInput(what=f'ORGTP_NOW "{text}" is not a moment. Write it as 2026-11-20T13:00:00Z.')
    return moment


def find_org_root(path: str | os.PathLike[str] | None = None) -> Path:
    """The org's folder: `path`, else ORGTP_ORG, else the nearest folder upward with an org.yaml. Raises `NotAnOrg`."""
    named = path or os.environ.get("ORGTP_ORG")
    if named:
        root = Path(named).expanduser().absolute()
        inside = (root.name == HEAD and root.is_file()) or (root.name == ".git" and (root.parent / HEAD).is_file())
        return root.parent if inside else root
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / HEAD).is_file():
            return folder
    if find_repo(here):
        return here
    raise NotAnOrg(where=".")


def locate_org(path: str | os.PathLike[str] | None, at: str | None, now: datetime | None) -> OrgSnapshot:
    """The org at `path`, as it is or as it stood `at` a commit, or at the end of a day, week, month, quarter or year.

    Raises `NotAnOrg`, `UnknownRevision`, `NotYet`, and `NoGit` where the past is asked of a plain folder.
    """
    root, moment = find_org_root(path), now or read_clock()
    repo = find_repo(root)
    if at is not None:
        return _locate_in_past(root, repo, at, moment)
    if repo and repo.bare:
        rev = _find_ledger_tip(repo)
        return OrgSnapshot(root, repo, GitTree(repo, rev), _read_head_at_commit(repo, rev), moment, commit=rev)
    return OrgSnapshot(root, repo, Folder(root), _read_head_in_folder(root, path or root), moment)


def _find_ledger_tip(repo: Repo) -> str:
    """The tip of the ledger branch, as the org.yaml of what is checked out names it."""
    head = repo.tip("HEAD") or repo.tip("refs/heads/main")
    if head is None:
        raise NotAnOrg(where=repo.path)
    return repo.tip(f"refs/heads/{_read_head_at_commit(repo, head).branch}") or head


def _locate_in_past(root: Path, repo: Repo | None, at: str, now: datetime) -> OrgSnapshot:
    """The org as it stood; the end of a period is judged as of its last second, and never after now."""
    from orgtp.git.log import read_commit_time

    if repo is None:
        raise NoGit(root=root)
    span = parse_span(at)
    if span is None:
        rev = repo.require_commit(at)
        return OrgSnapshot(
            root, repo, GitTree(repo, rev), _read_past_head(repo, rev, at), read_commit_time(repo, rev), at, rev
        )
    tip = _find_ledger_tip(repo)
    zone = _read_head_at_commit(repo, tip).zone
    end = min(span[1].ends(zone), now + _LEAST).astimezone(UTC)
    rev = _find_last_commit_before(repo, tip, end, at)
    # In UTC: on the wall, the second before midnight comes twice on some days.
    return OrgSnapshot(
        root, repo, GitTree(repo, rev), _read_past_head(repo, rev, at), (end - _LEAST).astimezone(zone), at, rev
    )


def _read_past_head(repo: Repo, rev: str, at: str) -> Head:
    try:
        return _read_head_at_commit(repo, rev)
    except NotAnOrg as error:
        raise NoOrgYet(at=at) from error


def _find_last_commit_before(repo: Repo, tip: str, end: datetime, at: str) -> str:
    """The last commit on the ledger's own line that was made before the end of a period."""
    from orgtp.git.log import list_first_parents

    line = list_first_parents(repo, tip)
    made = order_commit_dates([stamp for stamp, _ in line])
    place = bisect_left(made, end.timestamp())
    if place == 0:
        raise _explain_too_early(repo, line[0][1], at)
    return line[place - 1][1]


def _explain_too_early(repo: Repo, first: str, at: str) -> OrgtpError:
    """Why there is no commit before the first one of a line."""
    from orgtp.git.ancestry import is_shallow_clone
    from orgtp.history.merge_base import NotInClone

    if not is_shallow_clone(repo):
        return NoOrgYet(at=at)
    what = f"this clone is shallow and begins with {first[:10]}, after {at}"
    return NotInClone(what=what, remedy="Get the whole: git fetch --unshallow")
