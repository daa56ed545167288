"""Commits by plumbing: write the objects, then move the branch from its old value to the new one, or not at all."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.git.errors import CannotWrite, GitFailed, LedgerMoved, RefLocked
from orgtp.git.objects import ObjectStore
from orgtp.git.repo import Repo, find_last_line
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.text import one_line

if TYPE_CHECKING:
    from orgtp.model.seat import Seat

_FALSE = ("", "false", "no", "off", "0")
# Commit dates must not decrease: `--at DATE` searches by date, and an audit reports a decrease. After a commit from a
# clock that was ahead, the next one gets the same date, unless that clock was off by more than a wrong time zone.
_SKEW = timedelta(days=1)


class NoIdentity(OrgtpError):
    """Git has no identity for the author, and no acting seat is known."""

    text = (
        "git does not know who you are. Tell it: "
        'git config --global user.name "Your Name" && git config --global user.email you@example.com. '
        "Or name a seat of the org that acts: --by SEAT, or ORGTP_SEAT"
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """The name and e-mail address of an author or committer."""

    name: str
    email: str


def resolve_identity(repo: Repo, acting: Seat | None, org: str) -> Identity:
    """Git's identity, else that of the acting seat. Raises `NoIdentity`."""
    own = read_git_identity(repo)
    if own:
        return own
    if acting is None:
        raise NoIdentity
    return make_seat_identity(acting, org)


def read_git_identity(repo: Repo) -> Identity | None:
    """The author that git is configured with (environment or `user.name` and `user.email`), if any."""
    return None if list_missing_identity(repo) else Identity(_read_git_name(repo), read_git_address(repo))


def list_missing_identity(repo: Repo) -> list[str]:
    """The settings of git that an author needs and that are not configured: `user.name`, `user.email`."""
    has = {"user.name": _is_valid_name(_read_git_name(repo)), "user.email": bool(read_git_address(repo))}
    return [setting for setting, is_set in has.items() if not is_set]


def _read_git_name(repo: Repo) -> str:
    return _read_variable("GIT_AUTHOR_NAME") or repo.config("user.name")


def read_git_address(repo: Repo) -> str:
    """The address of the author that git is configured with; "" if it has none."""
    return _read_variable("GIT_AUTHOR_EMAIL") or repo.config("user.email")


def _read_variable(variable: str) -> str:
    """An environment variable as text; bytes that are not UTF-8 are replaced."""
    return os.fsencode(os.environ.get(variable, "")).decode(errors="replace")


def _is_valid_name(text: str) -> bool:
    """Whether git accepts the name: after trimming, something must be left."""
    return bool(text.strip(_CRUD))


def make_seat_identity(seat: Seat, org: str) -> Identity:
    """A seat as an author. Without an address it gets one in `.invalid`, which nobody can own (RFC 2606)."""
    name, address = one_line(seat.name), one_line(next(iter(seat.emails), ""))
    return Identity(name if _is_valid_name(name) else seat.id, address or f"{seat.id}@{org or 'org'}.invalid")


@dataclass(frozen=True, slots=True)
class CommitDraft:
    """A commit to write: its parent, its message, its committer and its date.

    `author` and `author_date` (as git writes dates) are those of the original, if a commit is rewritten.
    """

    parent: str | None
    message: str
    who: Identity
    when: datetime
    author: Identity | None = None
    author_date: str = ""

    @property
    def env(self) -> dict[str, str]:
        """Author and committer as environment variables of git."""
        author = self.author or self.who
        return {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_AUTHOR_DATE": f"@{self.author_date or self._stamp}",
            "GIT_COMMITTER_NAME": self.who.name,
            "GIT_COMMITTER_EMAIL": self.who.email,
            "GIT_COMMITTER_DATE": f"@{self._stamp}",
        }

    @property
    def _stamp(self) -> str:
        return f"{int(self.when.timestamp())} {self.when:%z}"

    @property
    def is_plain(self) -> bool:
        """Whether git would store both identities unchanged."""
        words = [text for who in (self.author or self.who, self.who) for text in (who.name, who.email)]
        return all(text and text == text.strip(_CRUD) and not _NEVER & set(text) for text in words)

    def format_object(self, tree: str) -> bytes:
        """The commit object as git stores it: headers, an empty line, the message."""
        author = self.author or self.who
        heads = [f"tree {tree}", *([f"parent {self.parent}"] if self.parent else [])]
        heads += [f"author {author.name} <{author.email}> {self.author_date or self._stamp}"]
        heads += [f"committer {self.who.name} <{self.who.email}> {self._stamp}"]
        return "\n".join([*heads, "", self.message]).encode("utf-8", "surrogateescape")


# The characters that git trims from a name or an address, and those that it never allows in one.
_CRUD = "".join(map(chr, range(33))) + ".,:;<>\"\\'"
_NEVER = set("<>\n\0")


def commit_tree(objects: ObjectStore, draft: CommitDraft, tree: str) -> str:
    """Make the commit without moving a branch, and return its id. Raises `CannotWrite`.

    It is added to `objects`, and stored when they are written. A commit that is signed, or whose names git would trim,
    is made by git itself, at once.
    """
    repo = objects.repo
    signing = _signing_options(repo)
    if not signing and draft.is_plain:
        return objects.add_object("commit", draft.format_object(tree), tree)
    objects.write_objects()
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


# A repository may configure that commits are signed, and with which key. Only the person's own configuration may name
# the program that signs.
_SIGNERS = {"gpg.program": "gpg", "gpg.x509.program": "gpgsm", "gpg.ssh.program": "ssh-keygen"}


def is_signing(repo: Repo) -> bool:
    """Whether git is configured to sign commits."""
    return repo.config("commit.gpgsign").lower() not in _FALSE


def _signing_options(repo: Repo) -> list[str]:
    """The options of git for signing; empty if git is not configured to sign."""
    if not is_signing(repo):
        return []
    programs = {key: repo.config(key, own=True) or default for key, default in _SIGNERS.items()}
    programs["gpg.program"] = repo.config("gpg.openpgp.program", own=True) or programs["gpg.program"]
    finder = repo.config("gpg.ssh.defaultkeycommand", own=True)
    if finder or repo.config("gpg.ssh.defaultkeycommand"):
        programs["gpg.ssh.defaultKeyCommand"] = finder or "false"
    return [word for key, program in programs.items() for word in ("-c", f"{key}={program}")]


def choose_commit_date(repo: Repo, parent: str | None, now: datetime) -> datetime:
    """The date of a new commit: now, or its parent's date if that lies less than a day in the future."""
    raw = repo.require(parent).raw if parent else b""
    line = next((row for row in raw.split(b"\n") if row.startswith(b"committer ")), b"")
    try:
        last = datetime.fromtimestamp(int(line.split()[-2]), now.tzinfo)
    except (ValueError, OverflowError, IndexError, OSError):
        return now
    return last if now < last <= now + _SKEW else now


# How git names the lock file that it could not create.
_LOCK_EXISTS = re.compile(r"Unable to create '(.+\.lock)': File exists", re.DOTALL)


def _explain_refusal(err: str, branch: str) -> str:
    """Why git could not move a branch: which lock another program holds, or else what git says."""
    match = _LOCK_EXISTS.search(err)
    if not match:
        return f"git could not move the branch {branch}: {find_last_line(err)}"
    lock = Path(match[1])
    what = (
        "HEAD"
        if lock.name == "HEAD.lock"
        else "its refs"
        if lock.name == "packed-refs.lock"
        else f"the branch {branch}"
    )
    return (
        f"another git command has locked {what}: {lock} exists. If no git command is running, one was killed: check "
        f"that, then remove the file: rm {shlex.quote(str(lock))}"
    )


class RefTransaction:
    """Moves a branch from one commit to another with `git update-ref --stdin`. `commit` is the commit point.

    `along` is another ref that moves to the same commit, whatever its value is.
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
        self._send_commands(
            f"start\nupdate {self.ref} {self.new} {old}\n{along}prepare\n", ("start: ok", "prepare: ok")
        )

    def commit(self) -> None:
        """Move the branch, and end the transaction."""
        if self._handle is not None:
            self._send_commands("commit\n", ("commit: ok",))
        self.close()

    def close(self) -> None:
        """End the git process. Without `commit` before it, nothing has moved."""
        if self._handle is not None:
            self._handle.proc.communicate()
            self._handle = None

    def _send_commands(self, words: str, answers: tuple[str, ...]) -> None:
        process = self._handle.proc
        try:
            process.stdin.write(words.encode())
            process.stdin.flush()
            answered = all(process.stdout.readline().decode().strip() == answer for answer in answers)
        except OSError:
            answered = False
        if not answered:
            self._raise_failure()

    def _raise_failure(self) -> None:
        _, err = self._handle.proc.communicate()
        self._handle = None
        now = self.repo.tip(self.ref)
        if now not in {self.old, self.new}:
            raise LedgerMoved(ref=self.ref)
        if now != self.new:
            raise RefLocked(why=_explain_refusal(err.decode(errors="replace"), self.ref.removeprefix("refs/heads/")))
