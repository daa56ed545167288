"""Write the ledger branch as a reproducible git bundle (gitformat-bundle(5)), which `git clone` can read.

The output of `git bundle create` depends on how a clone is packed and on what it calls the branch. So the bundle header
is written here, and `git pack-objects` makes a new pack, on one thread and with fixed settings. With the same version
of git, the same history gives the same bytes in every clone. It runs in an empty repository that borrows the objects,
so that tags, replace refs and configuration have no effect.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orgtp.audit.export.history_stats import incomplete_history
from orgtp.git.errors import GitFailed
from orgtp.git.repo import SHA256_DIGITS, Repo, init_repo

# Override configuration that could change the bytes, and limit the memory.
_SETTINGS = (
    "-c", "core.commitGraph=false", "-c", "core.bigFileThreshold=512m", "-c", "pack.windowMemory=0",
    "-c", "pack.packSizeLimit=0", "-c", "pack.useSparse=false", "-c", "pack.island=", "-c", "pack.deltaCacheSize=16m",
    "-c", "core.packedGitWindowSize=4m", "-c", "core.packedGitLimit=64m",
)  # fmt: skip
# Versions of a file are adjacent, so a short window finds the same deltas as a long one in half the time.
_PACK = (
    "pack-objects", "--stdout", "--revs", "-q", "--threads=1", "--window=3", "--depth=50", "--compression=6",
    "--delta-base-offset", "--no-reuse-delta", "--no-reuse-object", "--no-use-bitmap-index",
)  # fmt: skip
_CHUNK_SIZE = 1 << 20


def write_bundle(repo: Repo, branch: str, tip: str) -> Iterator[bytes]:
    """Write the history of `tip` as a bundle with one branch, which a clone checks out.

    Raises `IncompleteHistory` if an object is missing.
    """
    yield _format_bundle_header(branch, tip)
    with tempfile.TemporaryDirectory(prefix="orgtp-") as place:
        long = len(tip) == SHA256_DIGITS
        bare = init_repo(Path(place), "none", bare=True, object_format="sha256" if long else "sha1")
        borrowed = {"GIT_OBJECT_DIRECTORY": str(repo.common_dir / "objects")}
        yield from _read_pack(bare.start(*_SETTINGS, *_PACK, env=borrowed), tip)


def _read_pack(handle: Any, tip: str) -> Iterator[bytes]:
    """Read the pack that git makes for `tip`, in chunks. Raises `IncompleteHistory`."""
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


def _format_bundle_header(branch: str, tip: str) -> bytes:
    """Return the header of the bundle. Only version 3 of the format supports SHA-256 ids."""
    long = len(tip) == SHA256_DIGITS
    signature = "# v3 git bundle\n@object-format=sha256\n" if long else "# v2 git bundle\n"
    return f"{signature}{tip} refs/heads/{branch}\n{tip} HEAD\n\n".encode()
