"""The history of an org that is open, for the views that tell it: from which commit on, and between which moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orgtp.model.errors import BadInput
from orgtp.model.period import parse_span
from orgtp.store.git import Repo
from orgtp.store.git_log import history
from orgtp.store.locate import Located, NoGit
from orgtp.store.measured import Measured
from orgtp.views.log import LogEntry, Wanted, checked, log


def repo_of(here: Located) -> Repo:
    """The repository that has the history. Raises `NoGit`."""
    if here.repo is None:
        raise NoGit(root=here.root)
    return here.repo


def log_pages(here: Located, wanted: Wanted, since: str | None, until: str | None) -> Iterator[list[LogEntry]]:
    """What is wanted of the history, newest first, a stretch at a time. Raises what does not fit at once.

    Raises `NoGit`, `UnknownSeat`, `UnknownMetric`, `UnknownRevision`, `BadInput`.
    """
    repo, org = repo_of(here), here.staff.org
    wanted = checked(org, wanted)
    head, without = here.revision, ""
    if since is not None:
        span = parse_span(since)
        without = "" if span else repo.commit(since)
        wanted = replace(wanted, since=span[0].begins(org.zone)) if span else wanted
    if until is not None:
        span = parse_span(until)
        head = head if span else _within(repo, until, head)
        wanted = replace(wanted, until=span[1].ends(org.zone)) if span else wanted
    measures = Measured(repo, wanted.metric, wanted.seat) if wanted.metric else None
    return log(org, history(repo, head, without) if head else (), wanted, measures)


def _within(repo: Repo, rev: str, head: str | None) -> str:
    """The commit that `rev` names, which the history of `head` has."""
    found = repo.commit(rev)
    if head is None or not repo.leads_to(found, head):
        raise BadInput(what=f'"{rev}" is not in the history that is told. Name its commits with --at {rev}')
    return found
