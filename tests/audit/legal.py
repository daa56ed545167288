"""Random legal stories, with pull requests on a forge beside: whatever is legal, nobody's audit calls it a tamper."""

from __future__ import annotations

import shutil

from hypothesis import strategies as st
from hypothesis.stateful import rule

from orgtp.actions.retire import RetirementRequest
from orgtp.api.org import open_org
from orgtp.audit.model import Verdict
from orgtp.model.errors import OrgtpError
from tests.audit.scene import line
from tests.conftest import Shell
from tests.sync.machine import CLONES, SEATS, Exchange, ran

EVERYBODY = ("a", "b", "c.git", "remote.git", "forge")
_HOWS = ("no-ff", "ff", "squash", "rebase", "pick", "pick and merge")
_TRAILERS = "\n\nOrgtp-Action: {0}\nOrgtp-Seat: {1}\nOrgtp-By: ada"


class Legal(Exchange):
    """What `Exchange` does, and a forge that merges pull requests in every way that forges and git have."""

    def __init__(self) -> None:
        super().__init__()
        self.forge = self.clones.clone("forge")

    # What happens on the forge, and on the way there.

    @rule(hours=st.integers(1, 30))
    def later(self, hours: int) -> None:
        """Time goes on."""
        self.count += hours * 3600

    @rule(
        how=st.sampled_from(_HOWS),
        seat=SEATS,
        back=st.integers(0, 3),
        what=st.lists(st.sampled_from(["seat", "score", "file"]), min_size=1, max_size=3),
    )
    def pull_request(self, how: str, seat: str, back: int, what: list[str]) -> None:
        """A branch from a little while ago, with a few commits, is merged."""
        self._branch("pr", seat, back, what)
        self._merged(how, getattr(self, f"_{how.replace('-', '_').replace(' ', '_')}")())

    @rule(seats=st.permutations(["bot", "cat"]), back=st.integers(0, 2))
    def octopus(self, seats: list[str], back: int) -> None:
        """Two branches are merged at once."""
        for number, seat in enumerate(seats):
            self._branch(f"pr-{number}", seat, back, ["score", "file"])
        self._merged("octopus", self._git("merge", "--no-ff", "-m", "Merge both", "pr-0", "pr-1"))

    @rule(seat=SEATS, back=st.integers(0, 2))
    def criss_cross(self, seat: str, back: int) -> None:
        """Two people merge each other's branch, and the ledger merges both of them."""
        for name in ("pr-0", "pr-1"):
            self._branch(name, seat, back, ["score"])
        self.forge.git("branch", "-f", "pr-2", "pr-0")
        for name, other in (("pr-0", "pr-1"), ("pr-1", "pr-2")):
            self.forge.git("checkout", "-q", name)
            self._git("merge", "-m", "Merge each other", other)
        self.forge.git("checkout", "-q", "main")
        done = [self._git("merge", "--no-ff", "-m", f"Merge {name}", name) for name in ("pr-0", "pr-1")]
        self._merged("criss-cross", all(done))

    @rule(how=st.sampled_from(["no-ff", "squash", "rebase", "pick"]), seat=st.sampled_from(["bot", "cat"]))
    def proposal(self, how: str, seat: str) -> None:
        """A retirement is proposed on a branch, the seat gets one more value, and then the branch is merged."""
        self._fresh()
        org = open_org(self.forge.folder, now=self.now)
        moves = dict.fromkeys(org.org.seats[seat].capabilities, "ada")
        request = RetirementRequest(seat=seat, moves=moves, reason="Enough", decided_by="ada", by="ada")
        try:
            org.ledger.propose_retirement(request)
        except OrgtpError:
            return
        self.forge.git("branch", "-M", f"retire/{seat}", "pr")
        self.count += 1
        self._score(seat)
        self._merged(f"proposal {how}", getattr(self, f"_{how.replace('-', '_')}")())

    @rule(seat=SEATS)
    def revert(self, seat: str) -> None:
        """The last change of a seat by hand is reverted by git."""
        self._fresh()
        words = ("--format=%H", "--grep=^By hand on a branch", "--no-merges", "main", "--", f"seats/{seat}.yaml")
        found = self.forge.git("log", *words).out.split()
        if found:
            self._merged("revert", self._git("revert", "--no-edit", found[0]))

    @rule(clone=CLONES)
    def outbox(self, clone: str) -> None:
        """A value is kept while something holds the index of the ledger, and written by the next command."""
        here = self._here(clone)
        held = here.folder / ("index.lock" if clone == "c.git" else ".git/index.lock")
        held.write_text("")
        self.count += 1
        words = ("score", "add", "bot", "number", str(self.count), "--by", "ada", "--id", f"kept-{self.count}")
        done = here(*words, code=None, ORGTP_WAIT="0", ORGTP_NOW=self.now.isoformat())
        held.unlink()
        ran[f"outbox: exit code {done.code}"] += 1

    @rule(clone=st.sampled_from(EVERYBODY))
    def verify(self, clone: str) -> None:
        """Somebody looks, and will look on from there."""
        self._intact(clone, full=False)

    def teardown(self) -> None:
        """Everybody looks: at what is new, and at the whole; before all is brought together, and after."""
        try:
            for clone in EVERYBODY:
                self._intact(clone, full=False)
            self.sync_all()
            self._fresh()
            for clone in EVERYBODY:
                self._intact(clone, full=False)
                self._intact(clone, full=True)
        finally:
            shutil.rmtree(self._base)

    # How it is done.

    def _intact(self, clone: str, *, full: bool) -> None:
        org = open_org(self.clones.folder / clone, now=self.now)
        found, _ = org.audit.verify(full=full)
        story = (
            Shell(org.root, self.clones.home).git("log", "--graph", "--stat", "main").out if found.violations else ""
        )
        assert found.verdict is Verdict.INTACT, (clone, full, found.violations, found.gaps, story)
        assert found.commits == int(Shell(org.root, self.clones.home).git("rev-list", "--count", "main").out)
        ran["verify"] += 1

    def _git(self, *words: str) -> bool:
        """Do it on the forge; a conflict is given up."""
        self.count += 1
        if self.forge.git(*words, code=None, GIT_EDITOR="true", **self.dated()).code == 0:
            return True
        for what in ("merge", "rebase", "cherry-pick", "revert"):
            self.forge.git(what, "--abort", code=None)
        self.forge.git("reset", "-q", "--hard")
        return False

    def _fresh(self) -> None:
        """What the remote has, checked out."""
        self.forge.git("fetch", "-q", "origin")
        self.forge.git("checkout", "-q", "-B", "main", "origin/main")

    def _branch(self, name: str, seat: str, back: int, what: list[str]) -> None:
        """A branch with commits by hand; what cannot be there yet is left out."""
        self._fresh()
        depth = len(self.forge.git("rev-list", "--first-parent", "main").out.split())
        self.forge.git("checkout", "-q", "-B", name, f"main~{min(back, depth - 1)}")
        for one in what:
            self.count += 1
            getattr(self, f"_{one}")(seat)
        self.forge.git("checkout", "-q", "main")

    def _seat(self, seat: str) -> None:
        path = f"seats/{seat}.yaml"
        if (self.forge.folder / path).exists():
            text = f"{self.forge.read(path)}x-forge-{self.count}: 1\n"
            self._put(path, text, f"By hand on a branch{_TRAILERS.format('set', seat)}")

    def _score(self, seat: str) -> None:
        seat = "bot" if seat == "new-1" else seat
        if not (self.forge.folder / f"seats/{seat}.yaml").exists():
            return
        path = f"scores/{seat}/{self.now:%Y-%m}.jsonl"
        old = self.forge.read(path) if (self.forge.folder / path).exists() else ""
        at = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        text = f"{old}{line(f'pr-{self.count}', str(self.count), at=at)}\n"
        self._put(path, text, f"score({seat}): number{_TRAILERS.format('score', seat)}")

    def _file(self, seat: str) -> None:
        self._put(f"notes/pr-{self.count}.txt", f"of {seat}\n", "A note")

    def _put(self, path: str, text: str, message: str) -> None:
        self.forge.write(path, text)
        self.forge.git("add", "--", path)
        self.forge.git("commit", "-qm", message, code=0, **self.dated())

    # The ways to merge; each says whether it could be done.

    def _no_ff(self) -> bool:
        return self._git("merge", "--no-ff", "-m", "Merge pull request #1", "pr")

    def _ff(self) -> bool:
        return self._git("merge", "-m", "Merge", "pr")

    def _squash(self) -> bool:
        bodies = self.forge.git("log", "--reverse", "--format=* %B", "main..pr").out
        message = f"What was asked for (#1)\n\n{bodies}\n---------\n\nCo-authored-by: Ada <ada@example.com>\n"
        return self._git("merge", "-q", "--squash", "pr") and self._git("commit", "-q", "--allow-empty", "-m", message)

    def _rebase(self) -> bool:
        done = self._git("rebase", "-q", "main", "pr")
        self.forge.git("checkout", "-q", "main")
        return done and self._git("merge", "--ff-only", "pr")

    def _pick(self) -> bool:
        return self._git("cherry-pick", "-x", "pr") if self.forge.git("log", "-1", "main..pr").out else False

    def _pick_and_merge(self) -> bool:
        return self._pick() and self._no_ff()

    def _merged(self, how: str, done: bool) -> None:
        """Send what was merged."""
        ran[f"{how}{'' if done else ' refused'}"] += 1
        if done:
            self.forge.git("push", "-q", "origin", "main")
        else:
            self._fresh()

    def _settle(self, here: Shell) -> None:
        """Begin anew, as with a fresh clone: nothing is remembered of what was dropped."""
        super()._settle(here)
        for ref in here.git("for-each-ref", "--format=%(refname)", "refs/orgtp").out.split():
            here.git("update-ref", "-d", ref)
        own = here.folder / ("orgtp" if here.folder.suffix == ".git" else ".git/orgtp")
        shutil.rmtree(own / "audit", ignore_errors=True)
