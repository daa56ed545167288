"""An org and what changed in it since an earlier moment, which is found in its own history."""

from __future__ import annotations

from orgtp.git.repo import Repo
from orgtp.history.authors import People
from orgtp.history.blame import Lineage, States
from orgtp.history.facts import facts as reader
from orgtp.history.locate import NoGit, NotYet, OrgSnapshot, locate
from orgtp.history.merge_base import base_tip, bring, merge_base
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.model.org import Org
from orgtp.model.period import parse_span
from orgtp.views.diff.authorship import Facts
from orgtp.views.diff.build import Diff, diff
from orgtp.views.diff.types import Made


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the commit `base`."""

    base: str
    diff: Diff


def since(here: OrgSnapshot, base: str, *, parted: bool = False) -> Since:
    """What changed from `base`, a revision or a date, to `here`; `parted`: from where the two histories part.

    Raises `NoGit`, `UnknownRevision`, `NotYet`, `NotReached`.
    """
    if here.repo is None:
        raise NoGit(root=here.root)
    rev = _commit(here, here.repo, base, parted=parted)
    if parted and here.revision:
        rev = merge_base(here.repo, rev, here.revision)
    bring(here.repo, rev, here.head.branch)
    before, after = _org_at(here, rev), here.loaded.org
    return Since(rev, _with_made(here, here.repo, rev, Facts(before, after), diff(before, after)))


def _with_made(here: OrgSnapshot, repo: Repo, base: str, facts: Facts, found: Diff) -> Diff:
    """The difference with by whom and in which commit, where one end leads to the other; else nobody could say."""
    head, wanted = here.revision, facts.wanted(found)
    if head is None or not wanted or not repo.leads_to(base, head):
        return found
    people, rows = People(repo, head), [key for path, key in wanted if path.startswith("scores/")]
    setters = Lineage(States(repo, reader(rows)), wanted).setters(head, base)
    return facts.told(found, {spot: _made(people, commit) for spot, commit in setters if commit})


def _made(people: People, commit: Commit) -> Made:
    by = people.by(commit)
    seat = people.seat(by)
    return Made(commit.id, commit.at, by or None, seat.name if seat else None, commit.author)


def _commit(here: OrgSnapshot, repo: Repo, base: str, *, parted: bool) -> str:
    """The commit that `base` names, or the last one of the ledger before its end."""
    if parse_span(base) is not None:
        return locate(here.root, base, None).commit or ""
    return base_tip(repo, base) if parted else repo.commit(base)


def _org_at(here: OrgSnapshot, rev: str) -> Org:
    """The org as it stood at a commit; one before there was any is empty, so that all of it is new."""
    try:
        return locate(here.root, rev, None).loaded.org
    except NotYet:
        return Org()
