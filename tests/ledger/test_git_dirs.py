"""Where a repository is plain, its files say what git would say. Where it is not, git is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orgtp.git.repo import Repo, find_repo
from orgtp.git.worktrees import find_checkouts
from tests.conftest import Shell
from tests.ledger.ledgers import FILE, VALUE, assert_whole, ids


def keep(here: Shell) -> Shell:
    """As it is."""
    return here


def detach(here: Shell) -> Shell:
    """No branch is checked out."""
    here.git("checkout", "-q", "--detach")
    return here


def switch(here: Shell) -> Shell:
    """A branch whose name has a slash."""
    here.git("checkout", "-qb", "work/ada")
    return here


def link_work_tree(here: Shell) -> Shell:
    """A linked work tree."""
    here.git("worktree", "add", "-q", "-b", "side", "../side")
    return here.at(here.folder.parent / "side")


def keep_beside_linked(here: Shell) -> Shell:
    """The main work tree, beside a linked one."""
    link_work_tree(here)
    return here


def clone_bare(here: Shell) -> Shell:
    """A bare clone."""
    here.git("clone", "-q", "--bare", ".", "../bare.git")
    return here.at(here.folder.parent / "bare.git")


def separate(here: Shell) -> Shell:
    """`.git` is a file that names the git dir."""
    here.git("init", "-q", "--separate-git-dir", "../elsewhere")
    return here


def link_git_dir(here: Shell) -> Shell:
    """`.git` is a link."""
    place = here.folder.parent / "moved"
    (here.folder / ".git").rename(place)
    (here.folder / ".git").symlink_to(place)
    return here


def link_folder(here: Shell) -> Shell:
    """The folder is reached through a link."""
    place = here.folder.parent / "link"
    place.symlink_to(here.folder)
    return here.at(place)


def link_head(here: Shell) -> Shell:
    """HEAD is a link, as git once made it."""
    head = here.folder / ".git/HEAD"
    head.unlink()
    head.symlink_to("refs/heads/main")
    return here


def be_submodule(here: Shell) -> Shell:
    """A submodule, whose `.git` is a file and whose configuration names the work tree."""
    above = here.folder.parent / "above"
    here.git("init", "-q", str(above))
    here.at(above).git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(here.folder), "org")
    return here.at(above / "org")


LAYOUTS = [keep, detach, switch, link_work_tree, keep_beside_linked, clone_bare, separate, link_git_dir]
LAYOUTS += [link_folder, link_head, be_submodule]


@pytest.mark.parametrize("lay_out", LAYOUTS)
def test_it_is_where_git_says(here: Shell, lay_out: Callable[[Shell], Shell]) -> None:
    at = lay_out(here)
    repo = find_repo(at.folder)
    assert repo is not None
    told = at.git("rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir").out.splitlines()
    assert [str(repo.git_dir), str(repo.common_dir)] == told
    branch = at.git("symbolic-ref", "--quiet", "HEAD", code=None).out.strip()
    assert repo.head_ref() == branch
    followed = [Path(found.path).resolve() for found in find_checkouts(repo, branch)] if branch else []
    assert followed == ([] if repo.bare or not branch else [at.folder.resolve()])
    assert repo.empty_tree == at.git("hash-object", "-t", "tree", "--stdin").out.strip()


@pytest.mark.parametrize("lay_out", [separate, link_git_dir, be_submodule])
def test_a_value_lands_in_a_work_tree_whose_git_dir_is_elsewhere(
    here: Shell, lay_out: Callable[[Shell], Shell]
) -> None:
    at = lay_out(here)
    at(*VALUE, "12", "--id", "there")
    assert ids(at) == ["there"]
    assert '"there"' in at.read(FILE)
    assert_whole(at)


def test_what_keeps_its_refs_elsewhere_is_asked(here: Shell) -> None:
    repo = Repo(here.folder)
    assert repo.plain_head == "refs/heads/main"
    (here.folder / ".git/reftable").mkdir()
    assert repo.plain_head is None


def test_a_work_tree_that_is_configured_elsewhere_is_not_ours(here: Shell) -> None:
    other = here.folder.parent / "other"
    other.mkdir()
    here.git("config", "core.worktree", str(other))
    listed = here.git("worktree", "list", "--porcelain").out.splitlines()[0].removeprefix("worktree ")
    found = [str(found.path) for found in find_checkouts(Repo(here.folder), "refs/heads/main")]
    assert found == [listed]
