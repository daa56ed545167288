"""What changed in an org since an earlier commit or date of its history."""

from __future__ import annotations

from orgtp.git.repo import Repo
from orgtp.history.authors import CommitActors, find_commit_actors
from orgtp.history.blame import Blame, FileStates
from orgtp.history.facts import make_fact_reader as reader
from orgtp.history.locate import NoGit, NoOrgYet, OrgSnapshot, locate_org
from orgtp.history.merge_base import fetch_missing_objects, find_merge_base, resolve_base_commit
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.model.org import Org
from orgtp.model.period import parse_span
from orgtp.model.records.kinds import SCORE
from orgtp.views.diff.authorship import Facts
from orgtp.views.diff.build import Diff, diff
from orgtp.views.diff.types import Made


@dataclass(frozen=True, slots=True)
class DiffSinceBase:
    """The changes since the commit `base`."""

    base: str
    diff: Diff


def diff_since(snapshot: OrgSnapshot, base: str, *, from_merge_base: bool = False) -> DiffSinceBase:
    """Compare `base`, a revision or a date, with `snapshot`. `from_merge_base`: compare with their merge base instead.

    Raises `NoGit`, `UnknownRevision`, `NoOrgYet`, `NotInClone`.
    """
    if snapshot.repo is None:
        raise NoGit.at(snapshot.root, snapshot.head.branch)
    rev = _resolve_base(snapshot, snapshot.repo, base, from_merge_base=from_merge_base)
    if from_merge_base and snapshot.revision:
        rev = find_merge_base(snapshot.repo, rev, snapshot.revision)
    fetch_missing_objects(snapshot.repo, rev, snapshot.head.branch)
    before, after = _load_org_at(snapshot, rev), snapshot.loaded.org
    return DiffSinceBase(
        rev, _add_authorship(snapshot, snapshot.repo, rev, Facts(before, after), diff(before, after, snapshot.now))
    )


def _add_authorship(snapshot: OrgSnapshot, repo: Repo, base: str, facts: Facts, found: Diff) -> Diff:
    """Add to the diff who made each change and in which commit, if one end descends from the other."""
    head, wanted = snapshot.revision, facts.wanted(found)
    if head is None or not wanted or not repo.has_ancestor(base, head):
        return found
    people, rows = find_commit_actors(snapshot, repo), [key for path, key in wanted if path.startswith(SCORE.folder)]
    setters = Blame(FileStates(repo, reader(rows)), wanted).find_setters(head, base)
    return facts.add_authors(found, {spot: describe_authorship(people, commit) for spot, commit in setters if commit})


def describe_authorship(people: CommitActors, commit: Commit) -> Made:
    """Who made a commit, as a view shows it."""
    found = people.identify(commit)
    seat = None if found.by_claimed else people.find_seat(found.by)
    name = seat.name if seat else None
    return Made(found.id, found.at, found.by or None, name, found.author, by_claimed=found.by_claimed)


def _resolve_base(snapshot: OrgSnapshot, repo: Repo, base: str, *, from_merge_base: bool) -> str:
    """The commit that `base` names; for a period, the ledger's last commit before its end."""
    if parse_span(base) is not None:
        return locate_org(snapshot.root, base, None).commit or ""
    return resolve_base_commit(repo, base) if from_merge_base else repo.require_commit(base)


def _load_org_at(snapshot: OrgSnapshot, rev: str) -> Org:
    """The org at a commit; an empty one if the commit has no org, so that everything is new."""
    try:
        loaded = locate_org(snapshot.root, rev, None).loaded
    except NoOrgYet:
        return Org()
    snapshot.note_unread(rev, loaded.problems)
    return loaded.org
