"""Orgs whose commits are signed, for tests: who has which key, and what an audit says of the signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orgtp.audit.commits import CommitLog, CommitReader, build_commit_changes
from orgtp.audit.model import AuditNote, Gap, Violation
from orgtp.audit.signatures import SignatureAudit
from orgtp.audit.snapshot import BlobCache, CommitSnapshot, read_path_table
from orgtp.git.repo import find_repo
from tests.audit.keys import make_key, sign_with, signers
from tests.conftest import Shell

SIGNERS = "policy/allowed_signers"
PEOPLE = {
    # Ada is at the top, Bob below her; the bot is Bob's, the clerk reports to the bot and is Ada's.
    "ada": "kind: human\nowner: ada\n",
    "bob": "kind: human\nowner: bob\nreports_to: ada\n",
    "bot": "kind: agent\nowner: bob\nreports_to: bob\ncapabilities: {mail: Answers mail.}\n",
    "clerk": "kind: agent\nowner: ada\nreports_to: bot\n",
    "tally": "kind: agent\nowner: ada\nreports_to: ada\n",
}
ORG = "org: acme\nname: Acme\ntimezone: UTC\npolicy:\n  scorekeepers: [tally]\n"


def seat(id_: str, more: str = "") -> str:
    """The file of a seat of `PEOPLE`, or of another with `more` alone."""
    return f"seat: {id_}\nname: {id_.title()}\nrole: R\nstatus: active\n{PEOPLE.get(id_, '')}{more}"


@dataclass
class Signed:
    """An org in a repository, and a key for every seat."""

    shell: Shell
    keys: Mapping[str, Path]
    clock: list[int] = field(default_factory=lambda: [1_700_000_000])

    def commit(self, files: Mapping[str, str | None], by: str = "", message: str = "Change") -> str:
        """Commit files (None takes one out), signed by the key of `by`, or not at all. The id."""
        for path, text in files.items():
            if text is None:
                (self.shell.folder / path).unlink()
            else:
                self.shell.write(path, text)
        return self.git(by, "commit", "-qm", message, "--allow-empty")

    def git(self, by: str, *words: str) -> str:
        """A command of git that commits, signed by `by`; the id of HEAD then."""
        sign_with(self.shell, self.keys[by] if by else None)
        self.clock[0] += 60
        when = f"@{self.clock[0]} +0000"
        self.shell.git("add", "-A")
        self.shell.git(*words, GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when)
        return self.shell.head()

    def admit(self, *seats: str, by: str = "", **lines: str) -> str:
        """Write the policy: the keys of these seats."""
        text = signers(**{name: self.keys[name] for name in seats}) + "".join(lines.values())
        return self.commit({SIGNERS: text}, by, "Policy")


@dataclass(frozen=True)
class Judged:
    """What a walk said."""

    violations: Sequence[Violation]
    notes: Sequence[AuditNote]
    gaps: Sequence[Gap]
    judge: SignatureAudit

    @property
    def rules(self) -> list[str]:
        """The rules that were broken, in the order of the walk."""
        return [one.rule for one in self.violations]

    @property
    def said(self) -> list[tuple[str, str]]:
        """Rule and path of each."""
        return [(one.rule, one.path) for one in self.violations]


def judged(
    shell: Shell, rev: str = "HEAD", known: Sequence[str] = (), memory: Mapping[str, object] | None = None
) -> Judged:
    """Walk the history as the audit does."""
    repo = find_repo(shell.folder)
    assert repo is not None
    tip = repo.require_commit(rev)
    judge = SignatureAudit(repo, tip, memory)
    library, found = BlobCache(repo), list[Violation]()
    with CommitReader(repo) as commits:
        walked = [pair for some in commits.read_commits(CommitLog(repo, tip, known).read_records()) for pair in some]
    judge.queue_commits([commit for _, commit in walked])
    for one, commit in walked:
        before = [CommitSnapshot(parent, library, read_path_table(repo, parent)) for parent in commit.parents]
        found += judge.check_signature(
            build_commit_changes(one, commit),
            before,
            CommitSnapshot(commit.id, library, read_path_table(repo, commit.id)),
        )
    return Judged(found, judge.notes, judge.gaps, judge)


def make_signed(shell: Shell) -> Signed:
    """The org of `PEOPLE`, unsigned so far and without a policy, and a key for everyone and for two who are nobody."""
    shell.git("init", "-qb", "main", "acme")
    here = shell.at(shell.folder / "acme")
    keys = {name: make_key(shell.home, name) for name in (*PEOPLE, "mallory", "forge")}
    made = Signed(here, keys)
    made.commit({"org.yaml": ORG, **{f"seats/{name}.yaml": seat(name) for name in PEOPLE}}, message="Begin")
    return made
