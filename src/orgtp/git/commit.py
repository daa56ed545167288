"""Commits made by plumbing: objects first, then the branch moves, from its old value to the new one or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from orgtp.git.errors import CannotWrite, GitFailed, LedgerMoved, RefLocked
from orgtp.git.objects import Objects
from orgtp.git.repo import Repo
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.text import one_line

if TYPE_CHECKING:
    from orgtp.model.seat import Seat

_FALSE = ("", "false", "no", "off", "0")
# History does not go back in time: `--at DATE` searches by dates, and an audit calls it a violation. So what follows a
# commit whose clock was ahead is dated as that one; not where it was ahead by more than a wrong time zone explains.
_SKEW = timedelta(days=1)


class NoIdentity(OrgtpError):
    """Git does not know who commits, and no acting seat can stand in."""

    text = (
        "git does not know who you are. Say which seat acts (--by SEAT or ORGTP_SEAT), or tell git: "
        'git config --global user.name "Your Name" && git config --global user.email you@example.com'
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom git names as author and committer."""

    name: str
    email: str


def identity(repo: Repo, acting: Seat | None, org: str) -> Identity:
    """Git's own identity, else the acting seat's. Raises `NoIdentity`."""
    own = own_identity(repo)
    if own:
        return own
    if acting is None:
        raise NoIdentity
    return seat_identity(acting, org)


def own_identity(repo: Repo) -> Identity | None:
    """Whom git takes for the author by itself, if it does."""
    name = _from_environment("GIT_AUTHOR_NAME") or repo.config("user.name")
    email = _from_environment("GIT_AUTHOR_EMAIL") or repo.config("user.email")
    return Identity(name, email) if _is_name(name) and email else None


def _from_environment(variable: str) -> str:
    """A variable as text, whatever bytes are in it."""
    return os.fsencode(os.environ.get(variable, "")).decode(errors="replace")


def _is_name(text: str) -> bool:
    """Whether git takes it for a name: it refuses one in which nothing is left once it has trimmed it."""
    return bool(text.strip(_CRUD))


def seat_identity(seat: Seat, org: str) -> Identity:
    """A seat as an author; `.invalid` (RFC 2606) is nobody's domain."""
    name = one_line(seat.name)
    return Identity(name if _is_name(name) else seat.id, one_line(seat.email) or f"{seat.id}@{org or 'org'}.invalid")


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to make: what it follows, its message, and who made it when.

    `author` and `wrote` stand for a commit that is made anew: whose it was first, and when (as git writes a date).
    """

    parent: str | None
    message: str
    who: Identity
    when: datetime
    author: Identity | None = None
    wrote: str = ""

    @property
    def env(self) -> dict[str, str]:
        """Both identities, as git takes them."""
        author = self.author or self.who
        return {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_AUTHOR_DATE": f"@{self.wrote or self._stamp}",
            "GIT_COMMITTER_NAME": self.who.name,
            "GIT_COMMITTER_EMAIL": self.who.email,
            "GIT_COMMITTER_DATE": f"@{self._stamp}",
        }

    @property
    def _stamp(self) -> str:
        return f"{int(self.when.timestamp())} {self.when:%z}"

    @property
    def is_plain(self) -> bool:
        """Whether git would take both identities letter for letter."""
        words = [text for who in (self.author or self.who, self.who) for text in (who.name, who.email)]
        return all(text and text == text.strip(_CRUD) and not _NEVER & set(text) for text in words)

    def raw(self, tree: str) -> bytes:
        """The commit as git stores it (gitformat of a commit object: headers, an empty line, the message)."""
        author = self.author or self.who
        heads = [f"tree {tree}", *([f"parent {self.parent}"] if self.parent else [])]
        heads += [f"author {author.name} <{author.email}> {self.wrote or self._stamp}"]
        heads += [f"committer {self.who.name} <{self.who.email}> {self._stamp}"]
        return "\n".join([*heads, "", self.message]).encode("utf-8", "surrogateescape")


# What git takes off the ends of a name or an address, and what it never lets into one.
_CRUD = "".join(map(chr, range(33))) + ".,:;<>\"\\'"
_NEVER = set("<>\n\0")


def commit_tree(objects: Objects, draft: Draft, tree: str) -> str:
    """Make the commit; no branch moves. It is in git once `objects` are written. Raises `CannotWrite`.

    One that is signed, or whose names git would trim, git makes itself and at once.
    """
    repo = objects.repo
    signing = _signing(repo)
    if not signing and draft.is_plain:
        return objects.add("commit", draft.raw(tree), tree)
    objects.write()
    parents = ["-p", draft.parent] if draft.parent else []
    words = ["-c", "i18n.commitEncoding=UTF-8", *signing, "commit-tree", *(["-S"] if signing else []), *parents]
    try:
        return (
            repo.run(*words, "-F", "-", tree, stdin=draft.message.encode("utf-8", "surrogateescape"), env=draft.env)
            .decode()
            .strip()
        )
    except GitFailed as error:
        raise CannotWrite(words=error) from error


# What signs must be named by the person's own configuration: a repository may say that it wants signatures, and with
# which key, but not which program makes them.
_SIGNERS = {"gpg.program": "gpg", "gpg.x509.program": "gpgsm", "gpg.ssh.program": "ssh-keygen"}


def is_signing(repo: Repo) -> bool:
    """Whether git is told to sign commits."""
    return repo.config("commit.gpgsign").lower() not in _FALSE


def _signing(repo: Repo) -> list[str]:
    """Git's options for signing; none where git is not told to sign."""
    if not is_signing(repo):
        return []
    programs = {key: repo.config(key, own=True) or default for key, default in _SIGNERS.items()}
    programs["gpg.program"] = repo.config("gpg.openpgp.program", own=True) or programs["gpg.program"]
    finder = repo.config("gpg.ssh.defaultkeycommand", own=True)
    if finder or repo.config("gpg.ssh.defaultkeycommand"):
        programs["gpg.ssh.defaultKeyCommand"] = finder or "false"
    return [word for key, program in programs.items() for word in ("-c", f"{key}={program}")]


def not_before(repo: Repo, parent: str | None, now: datetime) -> datetime:
    """When to date a commit: now, or the moment of its parent where the clock was set back a little since."""
    found = repo.read(parent) if parent else None
    line = next((row for row in (found.raw if found else b"").split(b"\n") if row.startswith(b"committer ")), b"")
    try:
        last = datetime.fromtimestamp(int(line.split()[-2]), now.tzinfo)
    except (ValueError, OverflowError, IndexError, OSError):
        return now
    return last if now < last <= now + _SKEW else now


class Moving:
    """A branch on its way from one commit to another: `prepare` makes sure of it, `commit` is the commit point.

    Another ref may go `along` to the same commit, whatever it is at.
    """

    def __init__(
        self, repo: Repo, ref: str, old: str | None, new: str, env: Mapping[str, str], along: str = ""
    ) -> None:
        self.repo, self.ref, self.old, self.new, self.env, self.along = repo, ref, old, new, env, along
        self._handle: Any = None

    def prepare(self, why: str) -> None:
        """Lock the branch at its old value. Raises `LedgerMoved`, `RefLocked`."""
        self._handle = self.repo.start("update-ref", "-m", why, "--stdin", env=self.env)
        old = self.old or "0" * len(self.new)
        along = f"update {self.along} {self.new}\n" if self.along else ""
        self._say(f"start\nupdate {self.ref} {self.new} {old}\n{along}prepare\n", ("start: ok", "prepare: ok"))

    def commit(self) -> None:
        """Move it."""
        if self._handle is not None:
            self._say("commit\n", ("commit: ok",))
        self.give_up()

    def give_up(self) -> None:
        """End git; what is not committed by now never will be."""
        if self._handle is not None:
            self._handle.proc.communicate()
            self._handle = None

    def _say(self, words: str, answers: tuple[str, ...]) -> None:
        process = self._handle.proc
        try:
            process.stdin.write(words.encode())
            process.stdin.flush()
            said = all(process.stdout.readline().decode().strip() == answer for answer in answers)
        except OSError:
            said = False
        if not said:
            self._fail()

    def _fail(self) -> None:
        _, err = self._handle.proc.communicate()
        self._handle = None
        now = self.repo.tip(self.ref)
        if now not in {self.old, self.new}:
            raise LedgerMoved(ref=self.ref)
        if now != self.new:
            raise RefLocked(ref=self.ref, words=err.decode(errors="replace").strip())
