"""A new org repository: git, org.yaml, the schemas, and the CI that guards it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orgtp.files import json_schema as schema
from orgtp.files.org import read_head, zone_named
from orgtp.files.yaml.dumper import scalar
from orgtp.git.commit import Draft, Identity, commit_tree, own_identity
from orgtp.git.lock import locked
from orgtp.git.repo import Repo, find_repo, make_repo
from orgtp.git.tree import walk_of
from orgtp.lazy_dataclass import dataclass
from orgtp.ledger.advance import Move, advance, catch_up
from orgtp.ledger.batch import Batch, Ledger, PlannedCommit, sealed
from orgtp.model.errors import OrgtpError
from orgtp.model.text import is_id, one_line

_BRANCH = "main"
_QUOTE = '"'
# Each file of `templates/`, and where it goes in an org repository.
_TEMPLATES = {
    "gitattributes": ".gitattributes",
    "github.yml": ".github/workflows/orgtp.yml",
    "gitlab.yml": ".gitlab-ci.yml",
}


class Occupied(OrgtpError):
    """There is something where the new org should go."""

    text = "{path}: {why}"


@dataclass(frozen=True, slots=True)
class Created:
    """The new repository, the org's id, its newest commit, and the files that it began with."""

    repo: Repo
    org: str
    commit: str | None
    paths: list[str]


def create(
    path: Path, files: Mapping[str, bytes], who: Identity | None, when: datetime, *, dry_run: bool = False
) -> Created:
    """Make the repository (or use the one that is there) and commit `files`. Raises `Occupied`."""
    org = read_head(files["org.yaml"])[0].id
    found = _free(path, files)
    if dry_run:
        return Created(found or Repo(path), org, None, sorted(files))
    repo = found or _made(path)
    ref = repo.head_ref() or f"refs/heads/{_BRANCH}"
    old = repo.tip(ref)
    walk = walk_of(repo, old)
    nodes = walk.put(files)
    draft = sealed(walk.objects, Draft(old, _MESSAGE, who or _author(repo), when), nodes)
    tree = walk.with_nodes(nodes).root
    commit = commit_tree(walk.objects, draft, tree)
    walk.objects.write()
    with locked(repo):
        advance(repo, Move(ref, old, commit, "init", draft.env), {name: (None, node) for name, node in nodes.items()})
    return Created(repo, org, commit, sorted(files))


def add_history(made: Created, now: datetime, work: Callable[[Batch], list[PlannedCommit]]) -> Created:
    """Commit the steps of `work` to the new repository, each in a commit of its own, and check the last one out.

    The steps go through the bare git dir, so that the work tree follows once and not at each of them.
    """
    bare = Repo(made.repo.git_dir, bare=True)
    with locked(bare):
        Ledger(bare, _BRANCH, now).commit_all(work)
    catch_up(made.repo, made.commit or "")
    return replace(made, commit=made.repo.tip(f"refs/heads/{_BRANCH}"))


_MESSAGE = "init: the organisation as text\n\nOrgtp-Action: init\n"


def _free(path: Path, files: Mapping[str, bytes]) -> Repo | None:
    """The git repository that is at `path` already, if any. Raises `Occupied` where an org cannot begin."""
    if path.exists() and not path.is_dir():
        raise Occupied(path=path, why="is a file. Name a folder.")
    if (path / "org.yaml").exists():
        raise Occupied(path=path, why=f"is an org already. See: orgtp --org {path} chart")
    found = find_repo(path)
    if path.exists() and any(path.iterdir()) and (found is None or found.bare):
        why = "has files in it and is no git work tree. Name an empty folder, or run git init there first."
        raise Occupied(path=path, why=why)
    taken = next((name for name in files if (path / name).exists()), None)
    if taken:
        raise Occupied(path=path / taken, why="is there already. Nothing is overwritten; move it away first.")
    return found


def _made(path: Path) -> Repo:
    path.mkdir(parents=True, exist_ok=True)
    return make_repo(path, _BRANCH)


def _author(repo: Repo) -> Identity:
    """Git's own identity; where git has none, orgtp's, for all that is here was written by it."""
    return own_identity(repo) or Identity("orgtp", "orgtp@init.invalid")


def scaffold(branch: str = _BRANCH) -> dict[str, bytes]:
    """What every org repository has beside its own content: attributes, schemas, CI."""
    schemas = {f".orgtp/schema/{name}.schema.json": schema.schema_text(name).encode() for name in schema.NAMES}
    return schemas | {path: _template(name, branch) for name, path in _TEMPLATES.items()}


def _template(name: str, branch: str) -> bytes:
    text = (schema.shipped("templates") / name).read_text(encoding="utf-8")
    marks = {"[BRANCH]": f"[{scalar(branch, _QUOTE)}]", "ON_BRANCH": scalar(_on_branch(branch))}
    return re.sub(r"\[BRANCH]|ON_BRANCH", lambda found: marks[found[0]], text).encode()


def _on_branch(branch: str) -> str:
    """GitLab's condition that a pipeline is for this branch. Its strings know no escapes; its patterns do."""
    if re.fullmatch(r"[A-Za-z0-9_./+-]+", branch):
        return f'$CI_COMMIT_BRANCH == "{branch}"'
    escaped = re.sub(r"[^A-Za-z0-9]", lambda found: f"\\x{{{ord(found[0]):x}}}", branch)
    return f"$CI_COMMIT_BRANCH =~ /^{escaped}$/"


class UnknownZone(OrgtpError):
    """A time zone that is none."""

    text = '"{name}" is not a time zone. Use an IANA name such as America/New_York or Europe/Berlin.'


def local_zone() -> str:
    """The IANA name of this machine's time zone, as TZ or /etc/localtime has it; UTC where neither says."""
    try:
        link = str(Path("/etc/localtime").readlink())
    except OSError:
        link = ""
    names = (os.environ.get("TZ", "").removeprefix(":"), link.partition("zoneinfo/")[2])
    return next((name for name in names if name and zone_named(name)), "UTC")


def branch_at(path: Path) -> str:
    """The branch that is checked out in the repository at `path`, where the org's actions will land; else main."""
    found = find_repo(path)
    return (found.head_ref().removeprefix("refs/heads/") if found else "") or _BRANCH


def new_org(name: str, folder: str, timezone: str, branch: str) -> dict[str, bytes]:
    """The files of a new org of this name, in a folder of that one. Raises `UnknownZone`."""
    if name and not one_line(name):
        raise Occupied(path="--name", why="is empty. Write what people call the org.")
    if not zone_named(timezone):
        raise UnknownZone(name=timezone)
    text = _ORG.format(
        id=org_id(name or folder), name=scalar(one_line(name) or folder, _QUOTE), zone=timezone, branch=scalar(branch)
    )
    return {"org.yaml": text.encode(), **scaffold(branch)}


def org_id(name: str) -> str:
    """An id made of a name: `Sneeze It` is `sneeze-it`."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63]
    return made if is_id(made) else f"org-{made}".rstrip("-")[:63]


_ORG = """\
# yaml-language-server: $schema=.orgtp/schema/org.schema.json
org: {id}
name: {name}
# Periods are days, weeks and months in this zone.
timezone: {zone}
# The ledger branch: recorded actions land here.
branch: {branch}
policy:
  # A value this late is stale.
  grace: 1h
  # Seats that may record for any seat.
  scorekeepers: []
"""
