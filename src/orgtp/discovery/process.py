"""The one program that a scan runs: `crontab -l`, which prints the crontab of this user."""

from __future__ import annotations

import os
import subprocess

from orgtp.lazy_dataclass import dataclass

_SECONDS = 10.0
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PrintedCrontab:
    """What `crontab -l` printed: the text, "" for an empty crontab; or why there is no text (`fault`)."""

    text: str
    fault: str = ""


def print_crontab() -> PrintedCrontab:
    """Run `crontab -l`. What it says about errors is not repeated, because it may quote the crontab."""
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")}
    try:
        done = subprocess.run(
            ["crontab", "-l"],  # noqa: S607  (cron is in different folders)
            env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False, cwd="/",
        )  # fmt: skip
    except FileNotFoundError:
        return PrintedCrontab("", "there is no program crontab")
    except (OSError, subprocess.TimeoutExpired):
        return PrintedCrontab("", "crontab -l does not answer")
    if done.returncode:
        none = b"no crontab for" in done.stderr
        return PrintedCrontab("", "" if none else "crontab -l fails")
    if len(done.stdout) > _MOST_BYTES:
        return PrintedCrontab("", "larger than 1 MiB")
    return PrintedCrontab(done.stdout.decode(errors="replace"))
