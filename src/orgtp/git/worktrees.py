"""The work trees of a repository: which have a branch checked out, and which are being rebased."""

from __future__ import annotations

import os
from pathlib import Path

from orgtp.git.errors import CannotWrite, TemporaryFailure, UnfinishedMerge
from orgtp.git.repo import Repo

# The file with the notes about work trees that did not follow a branch; see `orgtp.ledger.outdated_trees`.
OUTDATED = "orgtp/outdated"
FileStamp = tuple[int, int, int, int] | None


class WorkTreeClosed(TemporaryFailure):
    """A work tree has the branch checked out and cannot be opened by this user, so it could not follow the branch."""

    text = (
        "the work tree {path} has {branch} checked out, and you may not open it. Its owner can give you access, check "
        "out another branch there, or remove it: git worktree remove {path}"
    )


def find_checkouts(repo: Repo, ref: str) -> list[Repo]:
    """Every work tree in which the branch `ref` is checked out, including linked ones.

    A work tree whose folder is gone is left out. Raises `WorkTreeClosed`, `CannotWrite`.
    """
    found = []
    for number, (path, branch) in enumerate(_list_work_trees(repo)):
        if branch == ref and not (number == 0 and repo.bare):
            try:
                git_dir = _find_git_dir(repo, path)
            except PermissionError as error:
                raise WorkTreeClosed(path=path, branch=ref.removeprefix("refs/heads/")) from error
            if git_dir:
                found.append(repo if path.samefile(repo.path) else _open_work_tree(repo, path, git_dir))
    return found


def _open_work_tree(repo: Repo, path: Path, git_dir: Path) -> Repo:
    found = Repo(path)
    found.lock_descriptor = repo.lock_descriptor
    # Known without asking git.
    vars(found).update(git_dir=git_dir, common_dir=repo.common_dir)
    return found


def is_inside_repo(repo: Repo, path: Path) -> bool:
    """Whether `path` is inside the repository: in its git dir or in one of its work trees."""
    trees = [tree for tree, _ in _list_work_trees(repo)]
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in (repo.path, repo.common_dir, *trees))


def _find_git_dir(repo: Repo, path: Path) -> Path | None:
    """The git dir of the work tree at `path`; None if its folder is gone, or belongs to another repository.

    A copied repository lists the work trees of the original. Raises `PermissionError`.
    """
    try:
        if path.samefile(repo.path):
            return repo.git_dir
        link = path / ".git"
        if link.is_dir():
            return repo.common_dir if link.samefile(repo.common_dir) else None
        target = os.fsdecode(link.read_bytes()).removeprefix("gitdir:").strip("\n").removeprefix(" ")
        found = Path(os.path.realpath(path / target))
        return next((known for known in list_git_dirs(repo) if known.is_dir() and known.samefile(found)), None)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _list_work_trees(repo: Repo) -> list[tuple[Path, str]]:
    """Every work tree and the branch it has, the main one first; asked again when a HEAD has changed."""
    git_directories = list_git_dirs(repo)
    alone = _only_work_tree(repo) if len(git_directories) == 1 else None
    if alone is not None:
        return [alone]
    state = [read_file_stamp(folder / name) for folder in git_directories for name in ("HEAD", "reftable/tables.list")]
    if repo.work_tree_cache is None or repo.work_tree_cache[0] != state:
        listed = _ask_git_for_work_trees(repo)
        found = [(Path(fact.get("worktree", "")), fact.get("branch", "")) for fact in listed]
        repo.work_tree_cache = (state, [(repo.path, found[0][1]), *found[1:]] if _is_main(repo) else found)
    return repo.work_tree_cache[1]


def _is_main(repo: Repo) -> bool:
    """Whether it is the main work tree. Where `.git` is a file or a link, git lists the git dir in its place."""
    work_tree = repo.config("core.worktree")
    is_default = not work_tree or (repo.git_dir / work_tree).resolve() == repo.path.resolve()
    return not repo.bare and repo.git_dir == repo.common_dir and is_default


def _only_work_tree(repo: Repo) -> tuple[Path, str] | None:
    """The work tree of a repository without linked ones, found without git; None if git has to be asked."""
    if repo.bare:
        return repo.path, ""
    is_odd = repo.config("core.bare").lower() not in {"", "false"} or repo.config("core.worktree")
    branch = None if is_odd else repo.plain_head
    return (Path(os.path.realpath(repo.path)), branch) if branch else None


def _ask_git_for_work_trees(repo: Repo) -> list[dict[str, str]]:
    """Git's attributes of each work tree. Git before 2.36 has no `-z`, and fails for a path with a newline."""
    words, end = ("worktree", "list", "--porcelain"), b"\0"
    code, out, _ = repo.attempt(*words, "-z")
    if code:
        out, end = repo.run(*words), b"\n"
    blocks = (os.fsdecode(block).split(end.decode()) for block in out.split(end * 2) if block)
    return [dict(line.partition(" ")[::2] for line in block) for block in blocks]


def list_git_dirs(repo: Repo) -> list[Path]:
    """The git dir of the repository, and those of its linked work trees. Raises `CannotWrite`."""
    linked = repo.common_dir / "worktrees"
    try:
        return [repo.common_dir, *sorted(linked.iterdir())]
    except (FileNotFoundError, NotADirectoryError):
        return [repo.common_dir]
    except OSError as error:
        raise CannotWrite(words=f"{linked}: {error.strerror}") from error


def find_git_dirs_without_git(repo: Repo) -> tuple[Path, Path] | None:
    """The git dir of this work tree and the common one, from its files alone; None if they are not in the usual place.

    See gitrepository-layout(5).
    """
    link = repo.path / ".git"
    try:
        git_dir = link if link.is_dir() else repo.path / os.fsdecode(link.read_bytes()).removeprefix("gitdir:").strip()
        common = git_dir / "commondir"
        return git_dir, git_dir / os.fsdecode(common.read_bytes()).strip() if common.exists() else git_dir
    except OSError:
        return None


def has_notes(repo: Repo) -> bool:
    """Whether there are notes about work trees that did not follow a branch. Runs no git, as every command asks."""
    dirs = find_git_dirs_without_git(repo)
    return dirs is not None and (dirs[1] / OUTDATED).exists()


def list_index_dirs(repo: Repo) -> list[Path]:
    """The git dirs that have an index: all except that of a bare repository."""
    is_bare = repo.bare or (repo.git_dir != repo.common_dir and repo.config("core.bare").lower() == "true")
    return list_git_dirs(repo)[1 if is_bare else 0 :]


def find_work_tree_folder(git_dir: Path) -> Path:
    """The folder of the work tree with this git dir; the git dir itself if it is unknown (gitrepository-layout(5))."""
    try:
        return Path(os.fsdecode((git_dir / "gitdir").read_bytes()).strip("\n")).parent
    except OSError:
        return git_dir.parent if git_dir.name == ".git" else git_dir


def read_file_stamp(path: Path) -> FileStamp:
    """The inode, size and times of a file, which change when it is replaced; None if it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def refuse_rebase(repo: Repo, ref: str) -> None:
    """Refuse to move a branch that is being rebased: `git rebase --abort` would reset it. Raises `UnfinishedMerge`.

    Raises `CannotWrite` if it cannot be found out.
    """
    for git_dir in list_git_dirs(repo):
        for kind in ("rebase-merge", "rebase-apply"):
            name = git_dir / kind / "head-name"
            try:
                rebased = name.read_text(encoding="utf-8", errors="replace").strip()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise CannotWrite(words=f"{name}: {error.strerror}") from error
            if rebased == ref:
                raise UnfinishedMerge(root=repo.path, what="rebase", about=ref.removeprefix("refs/heads/"))
