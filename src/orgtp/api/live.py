"""An org that stays open: it is read again only when it may have changed. A server uses this.

from orgtp.api import LiveOrg
live = LiveOrg("sneeze-it")
live.open(), live.version, live.open_past("2026-11-20")
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.api.org import OrgHandle, open_org
from orgtp.history.file_stamp import stamp_branch, stamp_work_tree
from orgtp.history.locate import find_org_root, read_clock
from orgtp.model.errors import OrgtpError
from orgtp.model.period import parse_span

if TYPE_CHECKING:
    from orgtp.ledger.git_user import GitUser

# How often the work tree is looked at, in seconds, and which share of the time that may take at most.
_LOOK_SECONDS, _LOOK_SHARE = 1.0, 20
_MOST_PAST = 8
_NANOS_PER_MILLI = 1_000_000


class NotInRecord(OrgtpError):
    """A commit was asked for that is not part of the record, such as that of another branch."""

    text = '"{at}" is not a day or a commit of the record. Write a day as 2026-10-14'


class LiveOrg:
    """The org at `path`. Its methods may be called from several threads.

    A new commit of the ledger branch is seen at once, and an edit in the work tree after a second or so.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.root: Path = find_org_root(path).resolve()
        self._lock = threading.RLock()
        self._handle: OrgHandle | None = None
        self._stamps: tuple[object, int] = ((), 0)
        self._next_look = 0.0
        # Whether the org has changed and could not be read since.
        self._is_outdated = False
        # Pages that an earlier server made are open still, and none of them shows a version of this one.
        self._version = time.time_ns() // _NANOS_PER_MILLI
        self._past: OrderedDict[str, OrgHandle] = OrderedDict()
        self._users: tuple[object, dict[str, GitUser]] = ((), {})

    @property
    def version(self) -> int:
        """A number that grows whenever the org was read again. No two processes have the same."""
        return self._version

    def open(self) -> OrgHandle:
        """The org as of now; the time moves on once a minute, since nothing is due by the second.

        Raises what `open_org` raises.
        """
        with self._lock:
            now, handle = read_clock(), self._handle
            if handle is None or self._has_changed(handle):
                return self._read_again(now)
            if handle.now.replace(second=0, microsecond=0) != now.replace(second=0, microsecond=0):
                self._handle = handle = replace(handle, snapshot=handle.snapshot.move_to(now))
            return handle

    def open_version(self) -> tuple[OrgHandle, int]:
        """The org as of now, and which `version` it is: another thread may read the next one meanwhile."""
        with self._lock:
            return self.open(), self._version

    def find_user(self, address: str) -> GitUser:
        """The seats that have an address at the ledger's tip today."""
        with self._lock:
            handle = self.open()
            key = (self._version, handle.now.astimezone(handle.head.zone).date())
            if self._users[0] != key:
                self._users = (key, {})
            known = self._users[1]
            if address not in known:
                known[address] = handle.ledger.find_user(address)
            return known[address]

    def open_past(self, at: str) -> OrgHandle:
        """The org as it was at a day, a week, a month, or a commit of the ledger branch. Raises `NotInRecord`.

        No other commit is opened, since the pages of a server are read by people who may not see other branches.
        """
        with self._lock:
            key = f"{self._version} {at}"
            if key not in self._past:
                self._past[key] = self._open_past(at)
                if len(self._past) > _MOST_PAST:
                    self._past.popitem(last=False)
            self._past.move_to_end(key)
            return self._past[key]

    def _open_past(self, at: str) -> OrgHandle:
        handle = self.open()
        if parse_span(at) is not None:
            return open_org(self.root, at=at)
        repo = handle.snapshot.repo
        commit = (
            repo.resolve_commit(at) if repo and _COMMIT_DIGITS.issuperset(at) and len(at) >= _LEAST_DIGITS else None
        )
        tip = repo.tip(f"refs/heads/{handle.head.branch}") if repo else None
        if not (repo and commit and tip and (commit == tip or repo.has_ancestor(commit, tip))):
            raise NotInRecord(at=at)
        return open_org(self.root, at=commit)

    def _has_changed(self, handle: OrgHandle) -> bool:
        if self._is_outdated or stamp_branch(handle.snapshot) != self._stamps[0]:
            return True
        if time.monotonic() < self._next_look:
            return False
        return self._look_at_work_tree(handle) != self._stamps[1]

    def _look_at_work_tree(self, handle: OrgHandle) -> int:
        began = time.monotonic()
        found = stamp_work_tree(handle.snapshot)
        took = time.monotonic() - began
        self._next_look = began + max(_LOOK_SECONDS, took * _LOOK_SHARE)
        return found

    def _read_again(self, now: datetime) -> OrgHandle:
        # The stamps come first: what changes while the org is read is then read again.
        before = self._stamp(self._handle) if self._handle else None
        self._is_outdated = True
        handle = open_org(self.root, now=now)
        self._is_outdated = False
        self._stamps = before or self._stamp(handle)
        self._handle = handle
        self._version += 1
        return handle

    def _stamp(self, handle: OrgHandle) -> tuple[object, int]:
        return stamp_branch(handle.snapshot), self._look_at_work_tree(handle)


_COMMIT_DIGITS = frozenset("0123456789abcdef")
_LEAST_DIGITS = 7
