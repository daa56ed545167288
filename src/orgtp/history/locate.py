"""Find an org, now or at a point of its history: a folder, a bare repository, or a commit of either."""

from __future__ import annotations

import os
import shlex
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.files.load import LoadedOrg, NoOrgAbove, NotAnOrg, load_org
from orgtp.files.org import OrgHead, read_org_head
from orgtp.files.score_months import ScoreMonths
from orgtp.files.seat_scope import SeatScope, list_files_for_numbers
from orgtp.files.tree import HEAD, READ_FOLDERS, FolderTree, SelectedTree, StoredTree, read_plain_file
from orgtp.git.errors import UnreadableRef
from orgtp.git.repo import Repo, find_repo
from orgtp.git.sparse_tree import open_work_tree
from orgtp.git.tree import GitTree, open_tree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit_dates import order_commit_dates
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.period import Grain, parse_span
from orgtp.model.problem import Problem, select_unread
from orgtp.model.seat import retirement_path, seat_path
from orgtp.model.text import is_id

if TYPE_CHECKING:
    from orgtp.history.seat_lines import SeatLines
    from orgtp.views.log import WholeLog

_LEAST = timedelta(seconds=1)
_FIRST_YEAR, _LAST_YEAR = 1990, 2900


class NoGit(OrgtpError):
    """A change or a past state was requested for an org that is not the top of a git repository."""

    text = (
        "{root} is not the top of a git repository, so it has no history and nothing can be recorded. Create one: "
        "git -C {quoted} init -b {branch} && git -C {quoted} add . && git -C {quoted} commit -m 'The org as text'"
    )

    @classmethod
    def at(cls, root: Path, branch: str) -> NoGit:
        """The error for the org in the folder `root` with this ledger branch."""
        return cls(root=root, quoted=shlex.quote(str(root)), branch=branch)


class NoOrgYet(OrgtpError):
    """The history begins later, or the commit has no org."""

    text = "the org did not exist yet {then}. To see its first commits: orgtp log"


@dataclass(frozen=True, slots=True)
class UnreadAt:
    """The errors that kept an answer from reading all of an org, at a revision; "" is the org as it is."""

    revision: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, repr=False)
class OrgSnapshot:
    """One org: its folder, the tree with its files, and the time `now` (aware) as of which it is evaluated.

    Only `head` (org.yaml) is read at first. The rest is read on first use, and once.
    """

    root: Path
    repo: Repo | None
    tree: StoredTree
    head: OrgHead
    now: datetime
    at: str | None = None
    commit: str | None = None

    def __repr__(self) -> str:
        return f"<org {self.head.id} in {self.root}{f' at {self.at}' if self.at else ''}>"

    @cached_property
    def loaded(self) -> LoadedOrg:
        """The whole org, its problems, and its files."""
        return load_org(self.tree, str(self.root))

    @cached_property
    def staff(self) -> LoadedOrg:
        """The org with values that are read on demand, because they are most of the data."""
        if "loaded" in vars(self):
            return self.loaded
        return load_org(self.tree.without_scores(), str(self.root), self._score_months)

    @cached_property
    def _score_months(self) -> ScoreMonths:
        return ScoreMonths(self.tree)

    def move_to(self, now: datetime) -> OrgSnapshot:
        """The same files, evaluated as of another time. What was read stays read."""
        later = replace(self, now=now)
        vars(later).update({name: found for name, found in vars(self).items() if name not in vars(later)})
        return later

    def without_history(self) -> OrgSnapshot:
        """The same files as if they were in no git repository, for answers that do without a history.

        What is read of the org is read before, since its files may be those of a commit.
        """
        bare = replace(self, repo=None, commit=None)
        vars(bare)["loaded"] = self.loaded
        return bare

    def load_seat_record(self, seat: str) -> LoadedOrg:
        """The seat's own file and retirement record, with values on demand."""
        own = [HEAD, seat_path(seat), retirement_path(seat)]
        return self._load_part(f"of {seat}", lambda: own if is_id(seat) else [HEAD])

    def load_seat_numbers(self, seat: str) -> LoadedOrg:
        """The part of the org that the numbers of one seat need: the seat and its owner, with values on demand."""
        return self._load_part(f"about {seat}", lambda: list_files_for_numbers(self.tree, seat))

    def load_seat_page(self, seat: str) -> LoadedOrg:
        """The part of the org that a page about one seat needs (see `SeatScope`), with values on demand."""
        return self._load_part(f"around {seat}", lambda: self.seat_scope(seat).paths)

    def list_current_seats(self) -> set[str]:
        """The ids of the seats that have no retirement record, by the names of their files. Nothing is read."""
        names = {folder: self.tree.list_folder(folder) or () for folder in ("seats", "retirements")}
        ids = {
            folder: {name.removesuffix(".yaml") for name, _ in found if name.endswith(".yaml")}
            for folder, found in names.items()
        }
        return {seat for seat in ids["seats"] - ids["retirements"] if is_id(seat)}

    def seat_scope(self, seat: str) -> SeatScope:
        """The files that concern one seat."""
        if seat not in self._scopes:
            self._scopes[seat] = SeatScope(self.tree, seat)
        return self._scopes[seat]

    def _load_part(self, name: str, paths: Callable[[], Sequence[str]]) -> LoadedOrg:
        if "staff" in vars(self) or "loaded" in vars(self):
            return self.staff
        if name not in self._parts:
            # What hides its files from every view is a problem of every view.
            found = [*paths(), *self.tree.find_closed(READ_FOLDERS)]
            self._parts[name] = load_org(SelectedTree(self.tree, found), str(self.root), self._score_months)
        return self._parts[name]

    @cached_property
    def _scopes(self) -> dict[str, SeatScope]:
        return {}

    @cached_property
    def _parts(self) -> dict[str, LoadedOrg]:
        return {}

    @property
    def problems_so_far(self) -> tuple[Problem, ...]:
        """The problems of the files that were read so far; of org.yaml, if no other was read."""
        if "loaded" in vars(self):
            return self.loaded.problems
        if "staff" in vars(self):
            return (*self.staff.problems, *self._score_months.problems)
        parts = [*self._parts.values()] or [self._load_part("the org alone", lambda: [HEAD])]
        found = [problem for part in parts for problem in part.problems]
        return tuple(dict.fromkeys([*found, *self._score_months.problems]))

    @property
    def unread(self) -> tuple[UnreadAt, ...]:
        """What could not be read so far: of this org, and of the commits that it was compared with."""
        here = UnreadAt(self.at or "", tuple(select_unread(self.problems_so_far)))
        others = (replace(one, problems=_subtract(one.problems, here.problems)) for one in self._unread_elsewhere)
        return tuple(one for one in (here, *others) if one.problems)

    def note_unread(self, revision: str, problems: Iterable[Problem]) -> None:
        """Remember the errors found when an answer also read the org at another commit."""
        found = UnreadAt(revision, tuple(select_unread(problems)))
        if found not in self._unread_elsewhere:
            self._unread_elsewhere.append(found)

    @cached_property
    def _unread_elsewhere(self) -> list[UnreadAt]:
        return []

    @cached_property
    def logs(self) -> dict[str, WholeLog]:
        """The logs that were read so far, by revision, so that each is read once."""
        return {}

    @cached_property
    def seat_lines(self) -> dict[str, SeatLines]:
        """The histories of all seats that were read at once, by revision."""
        return {}

    def find_seat_lines(self) -> SeatLines | None:
        """The history of all seats, if it was read at once."""
        return self.seat_lines.get(self.revision or "")

    def read_files(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Path to content for those of `paths` that are files. Nothing else is read."""
        return (
            open_tree(self.repo, self.commit).read_files(paths) if self.repo and self.commit else self.tree.read(paths)
        )

    @cached_property
    def revision(self) -> str | None:
        """The commit that is shown or that the work tree is based on; None without git."""
        return self.commit or (self.repo.resolve_commit("HEAD") if self.repo else None)

    @cached_property
    def has_uncommitted_changes(self) -> bool:
        """Whether the org's files have uncommitted changes."""
        return self.repo is not None and self.commit is None and self.repo.has_uncommitted_changes(self.revision)


def _subtract(problems: Iterable[Problem], known: Collection[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem not in known)


def _read_head_in_folder(root: Path, where: object) -> OrgHead:
    """Read the org.yaml of a folder as far as possible. Raises `NotAnOrg` if there is none."""
    path = root / HEAD
    if path.is_symlink() or not path.is_file():
        raise NotAnOrg(where=where)
    return read_org_head(read_plain_file(path) or b"")[0]


def _read_head_at_commit(repo: Repo, rev: str) -> OrgHead:
    """Read the org.yaml of a commit. Raises `NotAnOrg` if there is none.

    The tree is not checked: whatever is read next from it is, and the audit has to name the org that it reports on.
    """
    raw = open_tree(repo, rev, checked=False).read_files([HEAD]).get(HEAD)
    if raw is None:
        raise NotAnOrg(where=repo.path)
    return read_org_head(raw)[0]


def read_clock() -> datetime:
    """The current time, or ORGTP_NOW (RFC 3339). Raises `BadInput` if that is not a time."""
    text = os.environ.get("ORGTP_NOW", "")
    if not text:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None or not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        raise BadInput(what=f'ORGTP_NOW "{text}" is not a date and time. Use the form 2026-11-20T13:00:00Z.')
    return time


def find_org_root(path: str | os.PathLike[str] | None = None) -> Path:
    """The org's folder: `path`, else ORGTP_ORG, else the nearest folder with an org.yaml. Raises `NotAnOrg`."""
    named = path or os.environ.get("ORGTP_ORG")
    if named:
        root = Path(named).expanduser().absolute()
        inside = (root.name == HEAD and root.is_file()) or (root.name == ".git" and (root.parent / HEAD).is_file())
        return root.parent if inside else root
    cwd = Path.cwd()
    for folder in (cwd, *cwd.parents):
        if (folder / HEAD).is_file():
            return folder
    if find_repo(cwd):
        return cwd
    raise NoOrgAbove


def locate_org(
    path: str | os.PathLike[str] | None, at: str | None, now: datetime | None, *, to_record: bool = False
) -> OrgSnapshot:
    """The org at `path`, now or `at` a commit or the end of a day, week, month, quarter or year.

    `to_record`: a bare repository whose ledger branch cannot be read is opened at its last commit that can be read.

    Raises `NotAnOrg`, `UnknownRevision`, `NoOrgYet`, `UnreadableRef`, `BadInput` for a period that has not begun, and
    `NoGit` if `at` is given for a plain folder.
    """
    root, time = find_org_root(path), now or read_clock()
    repo = find_repo(root)
    if at is not None:
        return _locate_in_past(root, repo, at, time)
    if repo and repo.bare:
        try:
            rev = _find_ledger_tip(repo)
        except UnreadableRef as error:
            rev = str(error.facts["last_readable"])
            if not to_record or not rev:
                raise
        return OrgSnapshot(root, repo, GitTree(repo, rev), _read_head_at_commit(repo, rev), time, commit=rev)
    tree = open_work_tree(repo) if repo else FolderTree(root)
    return OrgSnapshot(root, repo, tree, _read_head_in_folder(root, path or root), time)


def _find_ledger_tip(repo: Repo) -> str:
    """The tip of the ledger branch, which the org.yaml at HEAD names."""
    head = repo.tip("HEAD") or repo.tip("refs/heads/main")
    if head is None:
        raise NotAnOrg(where=repo.path)
    return repo.tip(f"refs/heads/{_read_head_at_commit(repo, head).branch}") or head


def _locate_in_past(root: Path, repo: Repo | None, at: str, now: datetime) -> OrgSnapshot:
    """The org at a past point. A period stands for its last second, but never for a time after now."""
    from orgtp.git.log import read_commit_time

    if repo is None:
        raise NoGit.at(root, _read_head_in_folder(root, root).branch)
    span = parse_span(at)
    if span is None:
        rev = repo.require_commit(at)
        return OrgSnapshot(
            root, repo, GitTree(repo, rev), _read_past_head(repo, rev, at), read_commit_time(repo, rev), at, rev
        )
    tip = _find_ledger_tip(repo)
    zone = _read_head_at_commit(repo, tip).zone
    if span[0].begins(zone) > now:
        raise _make_too_late(at, now.astimezone(zone))
    end = min(span[1].ends(zone), now + _LEAST).astimezone(UTC)
    rev = _find_last_commit_before(repo, tip, end, at)
    # Subtract in UTC: in local time, the second before midnight occurs twice on some days.
    return OrgSnapshot(
        root, repo, GitTree(repo, rev), _read_past_head(repo, rev, at), (end - _LEAST).astimezone(zone), at, rev
    )


def _make_too_late(at: str, now: datetime) -> BadInput:
    """The error for a day or a longer period that has not begun: the org of that time cannot be known."""
    return BadInput(
        what=f'"{at}" is in the future: it is {now:%Y-%m-%d %H:%M} in the org\'s time zone. '
        f"The newest that can be shown is {now:%Y-%m-%d}"
    )


def _read_past_head(repo: Repo, rev: str, at: str) -> OrgHead:
    try:
        return _read_head_at_commit(repo, rev)
    except NotAnOrg as error:
        # Raises if the org is hidden by entries that git never writes.
        open_tree(repo, rev).list_entries("")
        raise _make_too_early(at) from error


def _make_too_early(at: str) -> NoOrgYet:
    """The error, with `on` before a day, `in` before a longer period, and `at` before anything else."""
    span = parse_span(at)
    word = _PREPOSITIONS.get(span[0].grain, "in") if span else "at"
    return NoOrgYet(then=f"{word} {at}")


_PREPOSITIONS = {Grain.HOUR: "at", Grain.DAY: "on"}


def _find_last_commit_before(repo: Repo, tip: str, end: datetime, at: str) -> str:
    """The last commit on the ledger's first-parent line before `end`, the end of the period `at`."""
    from orgtp.git.log import list_first_parents

    line = list_first_parents(repo, tip)
    made = order_commit_dates([stamp for stamp, _ in line])
    count = bisect_left(made, end.timestamp())
    if count == 0:
        raise _explain_too_early(repo, line[0][1], at)
    return line[count - 1][1]


def _explain_too_early(repo: Repo, first: str, at: str) -> OrgtpError:
    """The error for a date before the first commit: the org did not exist, or the clone is shallow."""
    from orgtp.git.ancestry import is_shallow_clone
    from orgtp.history.merge_base import NotInClone
    from orgtp.history.missing_commit import UNSHALLOW

    if not is_shallow_clone(repo):
        return _make_too_early(at)
    what = f"this clone is shallow and begins at {first[:10]}, after {at}"
    return NotInClone(what=what, remedy=UNSHALLOW)
