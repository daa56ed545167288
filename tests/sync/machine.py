"""Random legal operations in three clones of one remote: whatever they do, it comes together whole."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from orgtp.actions.retire import RetirementRequest
from orgtp.actions.seats import NewSeat
from orgtp.api.org import OrgHandle, open_org
from orgtp.ledger.batch import RecordedChange
from orgtp.model.change import AppendScores
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import select_errors
from orgtp.model.seat import SeatKind, SeatStatus
from orgtp.sync.replay import SyncConflict
from tests.conftest import NOW, Shell
from tests.sync.clones import Clones, assert_one_line, copied, made, records, state

CLONES = st.sampled_from(["a", "b", "c.git"])
PLAIN = st.sampled_from(["a", "b"])
SEATS = st.sampled_from(["bot", "cat", "new-1"])
MEASURED = st.sampled_from(["bot", "cat"])
# An id of a caller's own always stands for the same value, as a retry does.
OWN = {f"run-{number}": ("bot" if number % 2 else "cat", f"{number}") for number in range(4)}
_SETTLES = 6
ran: Counter[str] = Counter()


class Exchange(RuleBasedStateMachine):
    """Three clones, one of them bare, and what each was told that it is accepted."""

    def __init__(self) -> None:
        super().__init__()
        self._base = Path(tempfile.mkdtemp(prefix="orgtp-machine-"))
        origin = _made_once()
        self.clones = copied(origin, self._base / "all", origin.home)
        self.clones.clone("c.git", "--bare")
        self.accepted: set[str] = set()
        self.count = 0
        self.tip = self._remote_tip()
        ran["run"] += 1

    # What people, agents and cron do.

    @rule(clone=CLONES, seat=MEASURED, blank=st.booleans())
    def score(self, clone: str, seat: str, blank: bool) -> None:
        """Record a value, or that nobody knows it; the next of a period corrects it."""
        self.count += 1
        value, note = (None, "no source") if blank else (str(self.count), "")
        self._accept(clone, [(seat, value, note, "")])

    @rule(clone=CLONES, own=st.sampled_from(sorted(OWN)))
    def score_again(self, clone: str, own: str) -> None:
        """Record a value with an id of the caller's own, maybe not for the first time."""
        seat, value = OWN[own]
        self._accept(clone, [(seat, value, "", own)])

    @rule(clone=CLONES, seats=st.lists(MEASURED, min_size=2, max_size=3))
    def score_many(self, clone: str, seats: list[str]) -> None:
        """Record several values in one commit."""
        self.count += 1
        self._accept(clone, [(seat, f"{self.count}.{number}1", "", "") for number, seat in enumerate(seats)])

    @rule(
        clone=CLONES,
        seat=SEATS,
        key=st.sampled_from(["mission", "role", "x-note"]),
        value=st.sampled_from(["One thing", "Another: thing", "# no comment"]),
    )
    def set_key(self, clone: str, seat: str, key: str, value: str) -> None:
        """Set a key of a seat, or take it out."""
        self._try("set", lambda: self._open(clone).ledger.set_keys(seat, [((key,), value)], by="ada"))

    @rule(clone=CLONES, seat=st.sampled_from(["new-1"]), role=st.sampled_from(["Desk", "Door"]))
    def add_seat(self, clone: str, seat: str, role: str) -> None:
        """Add a seat; others may add one of that id, too."""
        new = NewSeat(
            seat=seat,
            name=seat,
            role=role,
            kind=SeatKind.AGENT,
            status=SeatStatus.ACTIVE,
            owner="ada",
            reports_to="ada",
            mission="",
            since="2026-10-05",
            email="",
            retire_when="",
            capabilities={f"{seat}-things": "Does things."},
        )
        self._try("seat", lambda: self._open(clone).ledger.add_seat(new, by="ada"))

    @rule(clone=CLONES, seat=SEATS, heir=st.sampled_from(["ada", "cat"]))
    def retire(self, clone: str, seat: str, heir: str) -> None:
        """Retire a seat; all that it can do goes to another one."""
        org = self._open(clone)
        moves = dict.fromkeys(org.org.seats[seat].capabilities, heir) if seat in org.org.seats else {}
        request = RetirementRequest(seat=seat, moves=moves, reason="Enough", decided_by="ada", by="ada")
        self._try("retire", lambda: org.ledger.retire(request))

    @rule(clone=PLAIN, seat=SEATS, number=st.integers(0, 2))
    def edit_seat(self, clone: str, seat: str, number: int) -> None:
        """Edit a seat by hand: a key of the user's own and a comment; and commit it."""
        here = self._here(clone)
        path = f"seats/{seat}.yaml"
        if (here.folder / path).exists():
            self._commit(here, path, f"{here.read(path)}# by hand\nx-{clone}-{self.count}: {number}\n")
            self.count += 1

    @rule(clone=PLAIN, name=st.sampled_from(["README.md", "notes/plan.txt", "notes/new.txt"]), top=st.booleans())
    def edit_file(self, clone: str, name: str, top: bool) -> None:
        """Edit a file that orgtp does not know, at its top or its end, and commit it."""
        here = self._here(clone)
        text = here.read(name) if (here.folder / name).exists() else "".join(f"{number}\n" for number in range(9))
        self.count += 1
        more = f"{clone} {self.count}\n"
        self._commit(here, name, more + text if top else text + more)

    @rule(clone=CLONES)
    def sync(self, clone: str) -> None:
        """Exchange; a conflict is settled by dropping what only this clone has, but for its values."""
        here = self._here(clone)
        tip, before = here.git("rev-parse", "main").out.strip(), state(here)
        try:
            self._open(clone).ledger.sync()
        except SyncConflict:
            ran["conflict"] += 1
            # Queued values are committed before anything is exchanged. Nothing else changes.
            subjects = here.git("log", "--format=%s", f"{tip}..main").out.splitlines()
            assert all(subject.startswith("score") for subject in subjects)
            assert subjects or state(here) == before
            assert here.folder.suffix == ".git" or here.git("status", "--porcelain").out == ""
            self._settle(here)
        else:
            ran["sync"] += 1
        self._grown()

    def sync_all(self) -> None:
        """Let everybody exchange."""
        for _ in range(_SETTLES):
            for clone in ("a", "b", "c.git"):
                self.sync(clone)
            tips = [self._here(clone).git("rev-parse", "main").out for clone in ("a", "b", "c.git", "remote.git")]
            if len(set(tips)) == 1:
                return
        raise AssertionError("the clones do not come together")

    def teardown(self) -> None:
        """Bring all together, and look at it."""
        try:
            self.sync_all()
            self._whole()
        finally:
            shutil.rmtree(self._base)

    def _whole(self) -> None:
        remote = self.clones.remote
        paths = remote.git("ls-tree", "-r", "--name-only", "main", "scores/").out.split()
        there = Counter(record["id"] for path in paths for record in records(remote, "main", path))
        assert set(there) == self.accepted
        assert set(there.values()) <= {1}, there
        assert_one_line(remote)
        for clone in ("a", "b", "c.git"):
            here = self._here(clone)
            # A seat that was added has nothing that it is measured on.
            assert {problem.rule for problem in select_errors(self._open(clone).validate())} <= {"no-metric"}
            assert here.git("fsck", "--strict", "--no-dangling").err.replace("Checking object directories", "") == ""
            assert clone == "c.git" or here.git("status", "--porcelain").out == ""

    # How it is done.

    def _here(self, clone: str) -> Shell:
        return Shell(self.clones.folder / clone, self.clones.home)

    @property
    def now(self) -> datetime:
        """The story's own clock."""
        return datetime.fromisoformat(NOW) + timedelta(seconds=self.count)

    def dated(self) -> dict[str, str]:
        """What dates a commit that is made by hand."""
        return dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), self.now.isoformat())

    def _open(self, clone: str) -> OrgHandle:
        return open_org(self.clones.folder / clone, now=self.now)

    def _try(self, what: str, act: Any) -> RecordedChange | None:
        """Do it where it is legal; what the org's rules refuse is refused."""
        try:
            done: RecordedChange = act()
        except OrgtpError:
            ran[f"{what} refused"] += 1
            return None
        assert not done.queued_because
        ran[what] += 1
        return done

    def _accept(self, clone: str, rows: list[tuple[str, str | None, str, str]]) -> None:
        org = self._open(clone)
        entries = [
            org.ledger.new_score(seat, "number", value, note=note, score_id=own) for seat, value, note, own in rows
        ]
        done = self._try("score", lambda: org.ledger.add_scores(entries, by="ada"))
        if done:
            edits = [edit for edit in done.change.edits if isinstance(edit, AppendScores)]
            self.accepted |= {score.id for edit in edits for score in edit.scores}

    def _commit(self, here: Shell, path: str, text: str) -> None:
        here.write(path, text)
        here.git("add", "--", path)
        here.git("commit", "-qm", f"By hand: {path}", code=0, **self.dated())
        ran["by hand"] += 1

    def _remote_tip(self) -> str:
        return self.clones.remote.git("rev-parse", "main").out.strip()

    def _grown(self) -> None:
        """The remote's history only ever grows."""
        tip = self._remote_tip()
        self.clones.remote.git("merge-base", "--is-ancestor", self.tip, tip)
        self.tip = tip

    def _settle(self, here: Shell) -> None:
        """Take the remote as it is, and put the records that only this clone has after it, as a commit by hand."""
        scratch = self.clones.clone("scratch")
        known = {record["id"] for path in _score_files(scratch) for record in records(scratch, "main", path)}
        for path in _score_files(here):
            lines = here.git("cat-file", "blob", f"main:{path}").out.splitlines(keepends=True)
            fresh = [line for line in lines if json.loads(line)["id"] not in known]
            if fresh:
                old = scratch.read(path) if (scratch.folder / path).exists() else ""
                self._commit(scratch, path, old + "".join(fresh))
        if here.folder.suffix == ".git":
            here.git("fetch", "-q", str(scratch.folder), "+main:main")
        else:
            here.git("fetch", "-q", str(scratch.folder), "main")
            here.git("reset", "-q", "--hard", "FETCH_HEAD")
        shutil.rmtree(scratch.folder)


def _score_files(here: Shell) -> list[str]:
    return here.git("ls-tree", "-r", "--name-only", "main", "scores/").out.split()


@cache
def _made_once() -> Clones:
    base = Path(tempfile.mkdtemp(prefix="orgtp-machine-"))
    (base / "home").mkdir()
    text = "[user]\n\tname = A Tester\n\temail = tester@example.com\n"
    (base / "home/.gitconfig").write_text(text, encoding="utf-8")
    (base / "all").mkdir()
    return made(base / "all", base / "home")


@contextmanager
def _home_of(clones: Clones) -> Iterator[None]:
    """Let this process be the tester that the clones know."""
    kept = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("GIT_", "ORGTP_"))]:
        del os.environ[name]
    os.environ.update(HOME=str(clones.home), GIT_CONFIG_NOSYSTEM="1")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def stateful(
    examples: int,
    steps: int = 25,
    *,
    same: bool = False,
    machine: type[Exchange] = Exchange,
    what: str = "three clones",
) -> str:
    """Run so many random stories of a machine; the figures. `same`: the same ones each time."""
    ran.clear()
    with _home_of(_made_once()):
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                derandomize=same,
                database=None,
                print_blob=False,
                report_multiple_bugs=False,
                phases=[Phase.generate] if same else [Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
    told = ", ".join(f"{count} x {done}" for done, count in sorted(ran.items()) if done != "run")
    return f"{what}: {ran['run']} stories came together whole; {told}"
