"""What a scan is asked to look at, and how far it goes."""

from __future__ import annotations

import socket
from dataclasses import field
from datetime import UTC, tzinfo
from enum import StrEnum
from pathlib import Path

from orgtp.lazy_dataclass import dataclass
from orgtp.model.seat import DefinitionPlace

_MIB = 1024 * 1024


class MachinePart(StrEnum):
    """A part of this machine that a scan looks at, beside the folders that it is given."""

    CRONTAB = "crontab"
    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    COMPOSE = "compose"
    CLIENTS = "clients"


ALL_PARTS = frozenset(MachinePart)


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """How far a scan goes. What is beyond a limit is in `skipped`, with the limit as its reason.

    `entries` are names in folders, `depth` folders below a given one, `file_bytes` the size of one file, `files` how
    many files are opened, `history_seconds` the time for the history of one repository, and `commits` how many of its
    newest commits are read.
    """

    entries: int = 500_000
    depth: int = 40
    files: int = 20_000
    file_bytes: int = _MIB
    commits: int = 20_000
    history_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to look at.

    `paths` are folders and files: everything below a folder is looked at, and all git repositories in it. `parts` are
    the parts of the machine. `seats_run_from` are the `runs_from` of the seats of the org: those whose repository is
    read are in `files` of the answer. `root` stands for `/`, and `home` for the folder of this user; with another root,
    such as the image of a machine, no program of this machine is asked. `machine` is the name of the machine: the
    repository of what is in no repository. `patterns` is the machine's own file of patterns; None means the usual one.
    Days are those of the time zone `zone`.
    """

    paths: tuple[Path, ...] = ()
    parts: frozenset[MachinePart] = ALL_PARTS
    seats_run_from: tuple[DefinitionPlace, ...] = ()
    root: Path = Path("/")
    home: Path | None = None
    machine: str = field(default_factory=socket.gethostname)
    patterns: Path | None = None
    limits: ScanLimits = field(default_factory=ScanLimits)
    zone: tzinfo = UTC
