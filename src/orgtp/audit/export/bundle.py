"""The ledger branch as a git bundle (gitformat-bundle(5)): one stream of bytes that `git clone` opens.

`git bundle create` copies what a clone happens to have packed, and how, and names the branch as this clone does. So
the head of the bundle is written here, and its pack is made anew by `git pack-objects`, on one thread and with fixed
settings: the same history gives the same bytes in every clone, as long as git is the same. It runs in an empty
repository that borrows the objects, for tags, replace refs and configuration would have a say, too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orgtp.audit.export.history_stats import incomplete_history
from orgtp.git.errors import GitFailed
from orgtp.git.repo import SHA256_DIGITS, Repo, make_repo

# What a person's configuration could change in the bytes, and what keeps the memory small.
_SETTINGS = (
    "-c", "core.commitGraph=false", "-c", "core.bigFileThreshold=512m", "-c", "pack.windowMemory=0",
    "-c", "pack.packSizeLimit=0", "-c", "pack.useSparse=false", "-c", "pack.island=", "-c", "pack.deltaCacheSize=16m",
    "-c", "core.packedGitWindowSize=4m", "-c", "core.packedGitLimit=64m",
)  # fmt: skip
# Versions of a file lie beside each other, so a short window finds what a long one would, and takes half the time.
_PACK = (
    "pack-objects", "--stdout", "--revs", "-q", "--threads=1", "--window=3", "--depth=50", "--compression=6",
    "--delta-base-offset", "--no-reuse-delta", "--no-reuse-object", "--no-use-bitmap-index",
)  # fmt: skip
_CHUNK_SIZE = 1 << 20


def write_bundle(repo: Repo, branch: str, tip: str) -> Iterator[bytes]:
    """The history of `tip` as a bundle whose one branch is `branch`, checked out when it is cloned.

    Raises `NotWhole` where an object is missing.
    """
    yield _bundle_header(branch, tip)
    with tempfile.TemporaryDirectory(prefix="orgtp-") as place:
        long = len(tip) == SHA256_DIGITS
        bare = make_repo(Path(place), "none", bare=True, object_format="sha256" if long else "sha1")
        borrowed = {"GIT_OBJECT_DIRECTORY": str(repo.common_dir / "objects")}
        yield from _read_pack(bare.start(*_SETTINGS, *_PACK, env=borrowed), tip)


def _read_pack(handle: Any, tip: str) -> Iterator[bytes]:
    """What git packs for `tip`, in pieces. Raises `NotWhole`."""
    process = handle.proc
    process.stdin.write(f"{tip}\n".encode())
    process.stdin.close()
    try:
        while piece := process.stdout.read(_CHUNK_SIZE):
            yield piece
    except GeneratorExit:
        process.kill()
        raise
    words = " ".join(process.stderr.read().decode(errors="replace").split())
    if process.wait():
        raise incomplete_history(GitFailed(command="pack-objects", words=words))


def _bundle_header(branch: str, tip: str) -> bytes:
    """What stands before the pack. Only version 3 can say that the ids are SHA-256."""
    long = len(tip) == SHA256_DIGITS
    signature = "# v3 git bundle\n@object-format=sha256\n" if long else "# v2 git bundle\n"
    return f"{signature}{tip} refs/heads/{branch}\n{tip} HEAD\n\n".encode()
