"""What a git command says, as it comes: nobody waits for the end of a long history to read its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from orgtp.git.repo import GitFailed, Repo

_AT_ONCE = 64 * 1024


def parts(repo: Repo, *words: str, prompt: bool = True) -> Iterator[bytes]:
    """The parts of git's output, each of which ends with a NUL. Raises `GitFailed` where git ends badly.

    `prompt`: git hands over each commit as soon as it has it, which costs where there are very many.
    """
    return chain.from_iterable(_split(_chunks(repo, words, prompt=prompt)))


def _split(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\0")
        yield whole


def _chunks(repo: Repo, words: tuple[str, ...], *, prompt: bool) -> Iterator[bytes]:
    """Git's output in pieces. The process is ended when nobody wants more."""
    handle = repo.start(*words, env={} if prompt else {"GIT_FLUSH": "0"})
    process = handle.proc
    process.stdin.close()
    try:
        while piece := process.stdout.read1(_AT_ONCE):
            yield piece
        words_of_git = process.stderr.read().decode(errors="replace").strip()
        if process.wait():
            raise GitFailed(command=words[0], words=words_of_git or f"exit code {process.returncode}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
