"""Git processes: the real git, argument lists without a shell, plumbing commands only.

A repository is untrusted input. No program that it configures may run (hooks, file system monitor, external diff,
`ext::` remotes, a signing program), and environment variables about another repository are removed. Commands that run
filters (`status`, `add`, `commit`, `checkout`) are not used on existing work trees.
"""

from __future__ import annotations

import os
import subprocess
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from orgtp.model.errors import OrgtpError

_PIPE = -1
_SAFE_OPTIONS = (
    "--no-pager", "--no-optional-locks", "--literal-pathspecs", "--no-replace-objects",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false",
    "-c", "protocol.ext.allow=never", "-c", "diff.external=", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
    "-c", "log.showSignature=false", "-c", "trailer.separators=:",  "-c", "log.date=default",
    "-c", "i18n.logOutputEncoding=UTF-8", "-c", "core.fsync=committed,reference", "-c", "core.alternateRefsCommand=",
    "-c", "color.ui=false", "-c", "color.grep=false", "-c", "safe.bareRepository=all",
)  # fmt: skip
_LEAKING_VARIABLES = (
  "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
  "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE",
  "GIT_IMPLICIT_WORK_TREE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_TRACE", "GIT_TRACE2", "GIT_QUARANTINE_PATH",
)  # fmt: skip
# We parse git's messages, so they must be in English.
_ENGLISH = {"LANGUAGE": "C", "LC_ALL": "C"}
# Reading never fetches, because a repository may name a program as its remote. Grafts are ignored: their file is set
# to a path that cannot exist.
_NO_FETCH_NO_GRAFTS = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_GRAFT_FILE": "/dev/null/none"}
_ENVIRONMENT = threading.Lock()


class GitMissing(OrgtpError):
    """The git program is missing."""

    text = "git is not installed, or not on the PATH. Install git 2.31 or later."


class GitProcess:
    """A running program with pipes for its three streams. It is terminated when this object is collected."""

    __slots__ = ("__weakref__", "proc")

    def __init__(self, proc: subprocess.Popen[bytes]) -> None:
        self.proc = proc
        # Not `__del__`: if this object is part of a reference cycle, Python may finalize the pipes first, which gives a
        # ResourceWarning. At exit, the pipes close by themselves, and git ends.
        weakref.finalize(self, _end_process, proc).atexit = False


def _end_process(proc: subprocess.Popen[bytes]) -> None:
    for pipe in (proc.stdin, proc.stdout, proc.stderr):
        with suppress(OSError):
            pipe.close()  # type: ignore[union-attr]  # all three are pipes
    if proc.poll() is None:
        proc.terminate()
        proc.wait()


def start_git(words: list[str], where: Path, env: Mapping[str, str], inherited: int | None) -> Any:
    """The handle of `git WORDS`, started in `where`. Raises `GitMissing`.

    `inherited` is a descriptor that git inherits.
    """
    folder = where.absolute()
    try:
        return _spawn_process(
            _build_command(words, folder),
            _build_environment(folder, env),
            (inherited,) if inherited is not None else (),
        )
    except FileNotFoundError as error:
        raise GitMissing from error


def start_with_gitpython(words: list[str], where: Path, env: Mapping[str, str], inherited: int | None) -> Any:
    """Do what `start_git` does with GitPython's runner. It is used to create repositories and to reach remotes.

    Importing GitPython takes as long as recording a value, so frequent commands do not use it.
    """
    try:
        from git.cmd import Git  # GitPython asks for the git program when it is imported
        from git.exc import GitCommandNotFound
    except ImportError as error:
        raise GitMissing from error
    folder = where.absolute()
    options = {"pass_fds": (inherited,)} if inherited is not None else {}
    clean = _build_environment(folder, env)
    with _hide_leaking_variables(clean):
        try:
            return Git(folder.anchor).execute(
                _build_command(words, folder), istream=_PIPE, as_process=True, env=clean, **options
            )
        except GitCommandNotFound as error:
            raise GitMissing from error


def run_program(
    words: list[str], stdin: bytes, env: Mapping[str, str] | None = None
) -> tuple[int, bytes, bytes] | None:
    """Run a program that makes or checks signatures: its exit code, output and errors. None if it does not exist.

    The caller makes sure that the name of the program does not come from a repository.
    """
    try:
        handle = _spawn_process(words, {**os.environ, **_ENGLISH, **(env or {})}, ())
    except FileNotFoundError:
        return None
    out, err = handle.proc.communicate(stdin)
    return handle.proc.returncode, out, err


def _spawn_process(words: list[str], env: Mapping[str, str], inherited: Sequence[int]) -> GitProcess:
    pipe = subprocess.PIPE
    proc = subprocess.Popen(  # noqa: S603  (an argument list, and no shell)
        words, env=env, cwd="/", stdin=pipe, stdout=pipe, stderr=pipe, pass_fds=inherited
    )
    return GitProcess(proc)


def _build_command(words: list[str], folder: Path) -> list[str]:
    """The whole command. Git itself changes to `folder`, so that it reports a folder that it cannot enter."""
    return ["git", "-C", str(folder), *_SAFE_OPTIONS, *words]


def _build_environment(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The environment of git: ours without variables that point to another repository, plus `env`."""
    allowed = _quarantine_variables(folder)
    # Git looks for no repository from the parent folder up.
    parent = os.path.dirname(os.path.realpath(folder))  # noqa: PTH120  (a Path costs more, at every call)
    ours = {name: value for name, value in os.environ.items() if name not in _LEAKING_VARIABLES or name in allowed}
    return {**ours, **_ENGLISH, **_NO_FETCH_NO_GRAFTS, "GIT_CEILING_DIRECTORIES": parent, **env}


# How git gives a hook access to the commits being pushed (git-receive-pack(1), "quarantine environment").
_QUARANTINE_VARIABLES = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")


def _quarantine_variables(folder: Path) -> tuple[str, ...]:
    """The variables through which a hook sees the commits being pushed to the repository at `folder`."""
    quarantine = os.environ.get("GIT_QUARANTINE_PATH", "")
    inside = (
        quarantine and Path(quarantine).is_absolute() and Path(quarantine).resolve().is_relative_to(folder.resolve())
    )
    return _QUARANTINE_VARIABLES if inside and quarantine == os.environ.get("GIT_OBJECT_DIRECTORY") else ()


@contextmanager
def _hide_leaking_variables(clean: Mapping[str, str]) -> Iterator[None]:
    """Remove from our environment, which GitPython passes on, what `clean` lacks, while a process starts."""
    with _ENVIRONMENT:
        hidden = {name: os.environ.pop(name) for name in _LEAKING_VARIABLES if name in os.environ and name not in clean}
        try:
            yield
        finally:
            os.environ.update(hidden)
