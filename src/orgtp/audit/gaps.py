"""Gaps: reasons why an audit cannot reach a verdict. Also notes on refs and files that hide the real history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orgtp.audit.model import AuditNote, Gap
from orgtp.files.org import read_org_head
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import is_partial_clone, read_shallow_commits
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.errors import GitFailed, UnreadableRef
from orgtp.git.repo import Repo, find_repo
from orgtp.git.tree import list_blob_ids
from orgtp.history.locate import find_org_root

_WHOLE = "Get the full history: git fetch --unshallow, or clone again without --depth and --filter"
_PARTIAL = "This clone is partial. Make a full clone: git clone, without --filter"
_DAMAGED = "This repository is damaged (see: git fsck --full). Get the objects from another clone: git fetch"

_TOO_LARGE = "Find out who committed it: git log --find-object OBJECT"


def make_gap_from_error(repo: Repo, error: Exception, commit: str) -> Gap:
    """Turn a failure into a gap: what is missing, and what to fetch."""
    where = f"commit {commit[:10]}: " if commit else ""
    said = " ".join(str(error).split())
    if isinstance(error, ObjectTooLarge):
        return Gap(where + said, _TOO_LARGE)
    if isinstance(error, UnreadableRef):
        return Gap(f"{where}git cannot read {error.facts['what']}: {error.facts['words']}", str(error.facts["remedy"]))
    try:
        remedy = _WHOLE if read_shallow_commits(repo) else _PARTIAL if is_partial_clone(repo) else _DAMAGED
    except GitFailed:
        remedy = _DAMAGED
    return Gap(where + said, remedy)


def find_other_ledger(repo: Repo, branch: str, tip: str) -> Iterator[Gap]:
    """Report a gap if org.yaml at the tip names another ledger branch: it is unclear which of the two is the ledger."""
    try:
        raw = next(iter(repo.read_verified_blobs(list_blob_ids(repo, tip, HEAD).values()).values()), None)
    except (GitFailed, ObjectTooLarge):
        return
    named = read_org_head(raw)[0].branch if raw is not None else branch
    if named != branch:
        what = f"at {branch}, org.yaml names {named} as the ledger branch; the checked-out one names {branch}"
        yield Gap(what, f"Verify {named} as well: git checkout {named} && orgtp audit verify")


def gap_at_path(path: Path | None, error: Exception) -> Gap:
    """Turn a failure to read the org at `path` into a gap."""
    repo = find_repo(find_org_root(path))
    return make_gap_from_error(repo, error, "") if repo else Gap(str(error), _DAMAGED)


def find_replaced_history(repo: Repo) -> Iterator[AuditNote]:
    """Find replace refs and grafts, which make git show another history than the audited one. Raises `GitFailed`."""
    for ref in repo.run("for-each-ref", "--format=%(refname)", "refs/replace/").decode(errors="replace").split():
        yield AuditNote(f"{ref} makes git show another object instead; the audit read the real one")
    grafts = repo.common_dir / "info/grafts"
    try:
        lines = grafts.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        yield AuditNote(f"{grafts} cannot be read ({error.strerror}); the audit does not use it")
        return
    if any(line.strip() and not line.startswith(b"#") for line in lines):
        yield AuditNote(f"{grafts} makes git show other parents; the audit read the real ones")
