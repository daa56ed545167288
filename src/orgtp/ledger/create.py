"""Create an org repository: git, org.yaml, the schemas, and the CI workflow that validates it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orgtp.files import json_schema as schema
from orgtp.files.org import find_timezone, read_org_head
from orgtp.files.yaml.dumper import format_scalar
from orgtp.git.commit import (
    CommitDraft,
    Identity,
    commit_tree,
    list_missing_identity,
    read_git_address,
    read_git_identity,
)
from orgtp.git.lock import hold_lock
from orgtp.git.repo import Repo, find_enclosing_repo, find_repo, init_repo
from orgtp.git.tree import open_tree
from orgtp.lazy_dataclass import dataclass
from orgtp.ledger.advance import BranchMove, move_branch, update_work_tree
from orgtp.ledger.batch import CommitBatch, Ledger, PlannedCommit, add_content_trailer
from orgtp.model.errors import OrgtpError
from orgtp.model.records.kinds import list_attribute_lines
from orgtp.model.text import is_id, one_line

_BRANCH = "main"
_QUOTE = '"'
# Each file of `templates/`, and its path in an org repository.
_TEMPLATES = {
    "gitattributes": ".gitattributes",
    "github.yml": ".github/workflows/orgtp.yml",
    "gitlab.yml": ".gitlab-ci.yml",
}
CI_FILES = tuple(path for path in _TEMPLATES.values() if path.endswith(".yml"))


class PathOccupied(OrgtpError):
    """The new org cannot be created at this path."""

    text = "{path} {why}"


@dataclass(frozen=True, slots=True)
class CreatedOrg:
    """The new repository, the org's id, its newest commit, and its first files.

    `inside` is another git repository whose work tree contains it. `address` is that of git's user, and
    `missing_identity` has the settings of git that the author of a commit needs, and that are not configured.
    """

    repo: Repo
    org: str
    commit: str | None
    paths: list[str]
    inside: Path | None = None
    address: str = ""
    missing_identity: tuple[str, ...] = ()


def create_repository(
    path: Path, files: Mapping[str, bytes], who: Identity | None, when: datetime, *, dry_run: bool = False
) -> CreatedOrg:
    """Create the repository, or use the existing one, and commit `files`. Raises `PathOccupied`."""
    org = read_org_head(files["org.yaml"])[0].id
    found = _find_free_repo(path, files)
    if dry_run:
        return CreatedOrg(found or Repo(path), org, None, sorted(files), _find_outer_folder(found, path))
    path.mkdir(parents=True, exist_ok=True)
    repo = found or init_repo(path, _BRANCH)
    ref = repo.head_ref() or f"refs/heads/{_BRANCH}"
    old = repo.tip(ref)
    editor = open_tree(repo, old)
    nodes = editor.add_blobs(files)
    # Without an identity, orgtp is the author: it wrote all the files.
    author = who or read_git_identity(repo) or Identity("orgtp", "orgtp@init.invalid")
    draft = add_content_trailer(editor.objects, CommitDraft(old, _MESSAGE, author, when), nodes)
    tree = editor.replace_entries(nodes).root
    commit = commit_tree(editor.objects, draft, tree)
    editor.objects.write_objects()
    with hold_lock(repo):
        move_branch(
            repo, BranchMove(ref, old, commit, "init", draft.env), {name: (None, node) for name, node in nodes.items()}
        )
    missing, outer = tuple(list_missing_identity(repo)), _find_outer_folder(found, path)
    return CreatedOrg(repo, org, commit, sorted(files), outer, read_git_address(repo), missing)


def _find_outer_folder(found: Repo | None, path: Path) -> Path | None:
    """The git repository that a new repository at `path` is inside of. One that was `found` there is not new."""
    outer = None if found else find_enclosing_repo(path)
    return outer.path if outer else None


def commit_history(made: CreatedOrg, now: datetime, work: Callable[[CommitBatch], list[PlannedCommit]]) -> CreatedOrg:
    """Commit the steps of `work` to the new repository, one commit per step, and check out the last one.

    The commits are made in the git dir as a bare repository, so that the work tree is updated only once.
    """
    bare = Repo(made.repo.git_dir, bare=True)
    with hold_lock(bare):
        Ledger(bare, _BRANCH, now).commit_all(work)
        update_work_tree(made.repo, made.commit or "")
    return replace(made, commit=made.repo.tip(f"refs/heads/{_BRANCH}"))


_MESSAGE = "init: the organisation as text\n\nOrgtp-Action: init\n"


def _find_free_repo(path: Path, files: Mapping[str, bytes]) -> Repo | None:
    """The existing git repository at `path`, if any. Raises `PathOccupied` if no org can be created there."""
    if path.exists() and not path.is_dir():
        raise PathOccupied(path=path, why="is a file. Give a folder.")
    if (path / "org.yaml").exists():
        raise PathOccupied(path=path, why=f"is already an org. See: orgtp --org {shlex.quote(str(path))} chart")
    found = find_repo(path)
    if path.exists() and any(path.iterdir()) and (found is None or found.bare):
        make = f"git -C {shlex.quote(str(path))} init"
        why = f"is not empty and not a git work tree. Give an empty folder, or make it a work tree: {make}"
        raise PathOccupied(path=path, why=why)
    taken = next((name for name in files if (path / name).exists()), None)
    if taken:
        raise PathOccupied(path=path / taken, why="already exists, and nothing is overwritten. Move it away first.")
    return found


def scaffold_files(branch: str = _BRANCH) -> dict[str, bytes]:
    """The files of every org repository besides its own content: attributes, schemas, CI."""
    schemas = {f".orgtp/schema/{name}.schema.json": schema.read_schema(name).encode() for name in schema.NAMES}
    return schemas | {path: _render_template(name, branch) for name, path in _TEMPLATES.items()}


def is_unchanged_template(path: str, raw: bytes, branch: str) -> bool:
    """Whether `raw`, the content of `path` in an org, is what an earlier version of orgtp wrote there."""
    name = next((name for name, place in _TEMPLATES.items() if place == path), "")
    marks = {f"[{format_scalar(branch, _QUOTE)}]": "[BRANCH]", format_scalar(_gitlab_condition(branch)): "ON_BRANCH"}
    text = raw.decode(errors="replace")
    for rendered, mark in marks.items():
        text = text.replace(rendered, mark)
    former = json.loads((schema.shipped_dir("templates") / "former.json").read_text(encoding="utf-8"))
    return hashlib.sha256(text.encode()).hexdigest() in former.get(name, ())


def _render_template(name: str, branch: str) -> bytes:
    text = (schema.shipped_dir("templates") / name).read_text(encoding="utf-8")
    marks = {"[BRANCH]": f"[{format_scalar(branch, _QUOTE)}]", "ON_BRANCH": format_scalar(_gitlab_condition(branch))}
    marks["APPENDED LINES"] = "\n".join(f"{place} {what}" for place, what in list_attribute_lines().items())
    return re.sub(r"\[BRANCH]|ON_BRANCH|APPENDED LINES", lambda found: marks[found[0]], text).encode()


def _gitlab_condition(branch: str) -> str:
    """GitLab's condition that a pipeline runs for this branch. Its strings have no escapes; its patterns do."""
    if re.fullmatch(r"[A-Za-z0-9_./+-]+", branch):
        return f'$CI_COMMIT_BRANCH == "{branch}"'
    escaped = re.sub(r"[^A-Za-z0-9]", lambda found: f"\\x{{{ord(found[0]):x}}}", branch)
    return f"$CI_COMMIT_BRANCH =~ /^{escaped}$/"


class UnknownTimezone(OrgtpError):
    """The time zone does not exist."""

    text = '"{name}" is not a time zone. Use an IANA name such as America/New_York or Europe/Berlin.'


def read_local_timezone() -> str:
    """The IANA name of this machine's time zone from TZ or /etc/localtime, else UTC."""
    try:
        link = str(Path("/etc/localtime").readlink())
    except OSError:
        link = ""
    names = (os.environ.get("TZ", "").removeprefix(":"), link.partition("zoneinfo/")[2])
    return next((name for name in names if name and find_timezone(name)), "UTC")


def find_checked_out_branch(path: Path) -> str:
    """The branch that is checked out in the repository at `path`, else main. It becomes the ledger branch."""
    found = find_repo(path)
    return (found.head_ref().removeprefix("refs/heads/") if found else "") or _BRANCH


def build_org_files(name: str, folder: str, timezone: str, branch: str) -> dict[str, bytes]:
    """The files of a new org with this name; `folder` is the name of its folder. Raises `UnknownTimezone`."""
    if name and not one_line(name):
        raise PathOccupied(path="--name", why="is empty. Give the org's name.")
    if not find_timezone(timezone):
        raise UnknownTimezone(name=timezone)
    text = _ORG.format(
        id=make_org_id(name or folder),
        name=format_scalar(one_line(name) or folder, _QUOTE),
        zone=timezone,
        branch=format_scalar(branch),
    )
    return {"org.yaml": text.encode(), **scaffold_files(branch)}


def make_org_id(name: str) -> str:
    """An id made from a name: `Sneeze It` becomes `sneeze-it`."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63]
    return made if is_id(made) else f"org-{made}".rstrip("-")[:63]


_ORG = """\
# yaml-language-server: $schema=.orgtp/schema/org.schema.json
org: {id}
# The version of the file formats.
orgtp: 1
name: {name}
# Periods are days, weeks and months in this zone.
timezone: {zone}
# The ledger branch: recorded actions land here.
branch: {branch}
policy:
  # A value this late is stale.
  grace: 1h
  # When a value of each cadence is due after its period, unless its metric says otherwise.
  due:
    weekly: mon 12:00
    monthly: 5 12:00
    quarterly: 5 12:00
  # Seats that may record for any seat.
  scorekeepers: []
"""
