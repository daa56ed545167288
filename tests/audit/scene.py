"""A scene: a small org with a past, and git's plumbing to do to its history whatever an attacker might."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.conftest import NOW, Shell

BOT, CAT, OCTOBER = "scores/bot/2026-11.jsonl", "scores/cat/2026-11.jsonl", "scores/bot/2026-10.jsonl"
RECORD = "retirements/old.yaml"
# The past was made on the morning of the day on which the tests take place; a tamper is a minute after another.
_NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())
_WHO = b"A Tester <tester@example.com>"
FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"

Content = str | bytes


@dataclass(frozen=True)
class Leaf:
    """A file of another mode than the plain one; the content of a submodule is the id of its commit."""

    mode: str
    content: Content


Changes = Mapping[str, Content | Leaf | None]


@dataclass
class Scene:
    """The repository at `shell`; `minutes` have passed since noon."""

    shell: Shell
    minutes: int = 0

    def git(self, *words: str, stdin: Content = b"", code: int | None = 0, **env: str) -> str:
        """What git says; a commit that it makes is dated like any other here."""
        return os.fsdecode(self.raw(*words, stdin=stdin, code=code, **env)).strip()

    def raw(self, *words: str, stdin: Content = b"", code: int | None = 0, **env: str) -> bytes:
        """The same as bytes."""
        stamp = f"@{self.now()} +0000"
        dated = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp, "GIT_EDITOR": "true", **env}
        done = subprocess.run(
            ["git", *words],
            cwd=self.shell.folder,
            env=self.shell.env(dated),
            input=_bytes(stdin),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert code is None or done.returncode == code, f"{words}: {done.stderr.decode(errors='replace')}"
        return done.stdout

    def now(self) -> int:
        """The moment of the next commit, in seconds since 1970: a minute later each time."""
        self.minutes += 1
        return _NOON + self.minutes * 60

    @property
    def moment(self) -> datetime:
        """The moment at which the tests take place."""
        return datetime.fromisoformat(NOW)

    # Reading.

    def tip(self, rev: str = "main") -> str:
        """The commit that `rev` names."""
        return self.git("rev-parse", "--verify", f"{rev}^{{commit}}")

    def text(self, path: str, rev: str = "main") -> str:
        """A file of a commit."""
        return os.fsdecode(self.raw("cat-file", "blob", f"{rev}:{path}"))

    def lines(self, path: str = BOT, rev: str = "main") -> list[str]:
        """Its lines, without their ends."""
        return self.text(path, rev).split("\n")[:-1]

    def oid(self, path: str, rev: str = "main") -> str:
        """The object id of a file of a commit."""
        return self.git("rev-parse", f"{rev}:{path}")

    # Writing.

    def commit(
        self,
        changes: Changes,
        message: Content = "Work\n",
        *,
        on: Iterable[str] = ("main",),
        to: str = "main",
        at: int | None = None,
        wrote: int | None = None,
        encoding: str = "",
    ) -> str:
        """Make a commit of the tree of the first of `on` with `changes`, and put the branch `to` there."""
        parents = [self.tip(rev) for rev in on]
        when = at if at is not None else self.now()
        heads = [b"commit refs/heads/" + to.encode(), b"mark :1"]
        heads += [b"author %s %d +0000" % (_WHO, when if wrote is None else wrote)]
        heads += [b"committer %s %d +0000" % (_WHO, when)]
        heads += [b"encoding " + encoding.encode()] if encoding else []
        heads += [_data(_bytes(message)).rstrip(b"\n") if not message else _data(_bytes(message))]
        heads += [
            b"%s %s" % (word, parent.encode())
            for word, parent in zip([b"from", *[b"merge"] * 99], parents, strict=False)
        ]
        reset = [] if parents else [b"reset refs/heads/" + to.encode()]
        rows = [row for path, content in changes.items() for row in _change(path, content)]
        stream = b"\n".join([*reset, *heads, *rows, b"", b"get-mark :1", b""])
        return self.git("fast-import", "--quiet", "--force", stdin=stream)

    def append(self, *lines: str, path: str = BOT, message: Content = "Work\n", **how: Any) -> str:
        """Add lines to a score file, as somebody would by hand."""
        on = list(how.get("on", ["main"]))
        old = self.text(path, on[0]) if on and self.has(path, on[0]) else ""
        return self.commit({path: old + "".join(f"{line}\n" for line in lines)}, message, **how)

    def has(self, path: str, rev: str = "main") -> bool:
        """Whether a commit has a file."""
        return bool(self.git("ls-tree", rev, "--", path))

    def edit(self, path: str, old: str, new: str, message: Content = "Work\n", **how: Any) -> str:
        """Put `new` in the place of `old` in a file."""
        on = list(how.get("on", ["main"]))
        text = self.text(path, on[0])
        assert old in text, text
        return self.commit({path: text.replace(old, new, 1)}, message, **how)

    def bury(self, count: int = 100) -> None:
        """Put so many harmless commits on top, in one go."""
        rows = [b"feature done"]
        tip = self.tip().encode()
        for number in range(count):
            rows += [b"commit refs/heads/main", b"committer %s %d +0000" % (_WHO, self.now())]
            rows += [_data(b"Note %d\n" % number), *([] if number else [b"from " + tip])]
            rows += [b"M 100644 inline notes/plan.txt", _data(b"plan %d\n" % number), b""]
        self.git("fast-import", "--quiet", "--force", stdin=b"\n".join([*rows, b"done", b""]))

    def object(self, kind: str, raw: bytes) -> str:
        """Write an object as it is, however odd, and say its id."""
        return self.git("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=raw)

    def move(self, commit: str, branch: str = "main") -> str:
        """Put a branch where it is wanted."""
        self.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def checkout(self, rev: str = "main") -> None:
        """Bring the work tree to a branch, for what porcelain is to do."""
        self.git("symbolic-ref", "HEAD", f"refs/heads/{rev}")
        self.git("reset", "-q", "--hard")

    def at(self, name: str) -> Scene:
        """Another repository beside this one."""
        return Scene(self.shell.at(self.shell.folder.parent / name), self.minutes)

    # What the audit says.

    def verify(self, *words: str, code: int | None = None, **env: str) -> dict[str, Any]:
        """The verdict, by the installed script, and its exit code as `code`."""
        ran = self.shell("audit", "verify", "--json", *words, code=code, **env)
        assert ran.code in {0, 1, 4}, f"exit code {ran.code}\n{ran.out}\n{ran.err}"
        return {**ran.json, "code": ran.code}


def line(id_: str, value: str | None = "12", **other: Any) -> str:
    """A line of a score file, in the order in which orgtp writes it."""
    row = {"id": id_, "at": "2026-11-20T13:00:02Z", "metric": "number", "period": "2026-W47", "value": value}
    return json.dumps({**row, **other}, ensure_ascii=False, separators=(",", ":"))


def _bytes(content: Content) -> bytes:
    return os.fsencode(content) if isinstance(content, str) else content


def _data(raw: bytes) -> bytes:
    return b"data %d\n%s" % (len(raw), raw)


def _change(path: str, content: Content | Leaf | None) -> list[bytes]:
    name = b'"' + b"".join(b"\\%03o" % byte for byte in os.fsencode(path)) + b'"'
    if content is None:
        return [b"D " + name]
    leaf = content if isinstance(content, Leaf) else Leaf(FILE, content)
    if leaf.mode == SUBMODULE:
        return [b"M %s %s %s" % (SUBMODULE.encode(), _bytes(leaf.content), name)]
    return [b"M %s inline %s" % (leaf.mode.encode(), name), _data(_bytes(leaf.content))]
