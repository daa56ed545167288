"""A stand-in for ssh that runs git on this machine, and loses the answer of some pushes, or breaks off before them.

`GIT_SSH_COMMAND="PYTHON lossy.py FOLDER"` with an address such as ssh://here/path/of/remote.git. FOLDER has a file
`lost`, the share of pushes whose answer is lost, and `seed`; each push adds a line to `pushes`.
"""

from __future__ import annotations

import fcntl
import os
import random
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

_HEX = 16


def main() -> NoReturn:
    """Run what the git at the other end asks for: the last word, as ssh would."""
    folder, asked = Path(sys.argv[1]), shlex.split(sys.argv[-1])
    words = [asked[0].removeprefix("git-"), *asked[1:]]
    if words[0] == "receive-pack" and _lost(folder):
        sys.exit(_answerless(words[1]))
    os.execvp("git", ["git", *words])  # noqa: S606


def _lost(folder: Path) -> bool:
    """Whether this push loses its answer: by the seed and how many pushes there were, one at a time."""
    share, seed = float((folder / "lost").read_text()), (folder / "seed").read_text().strip()
    with (folder / "pushes").open("a+") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.seek(0)
        lost = random.Random(f"{seed} {len(out.readlines())}").random() < share  # noqa: S311
        out.write(f"{'lost' if lost else 'told'}\n")
    return lost


def _answerless(path: str) -> int:
    """Let receive-pack do its work to the end; what comes after what it has is for nobody."""
    process = subprocess.Popen(["git", "receive-pack", path], stdout=subprocess.PIPE)
    assert process.stdout
    while size := int(process.stdout.read(4) or b"0", _HEX):
        os.write(1, f"{size:04x}".encode() + process.stdout.read(size - 4))
    os.write(1, b"0000")
    process.stdout.read()
    process.wait()
    return 1


if __name__ == "__main__":
    main()
