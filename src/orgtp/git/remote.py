"""Fetch from and push to a remote, from a separate git dir without the repository's configuration.

A dozen settings that fetch and push obey can name a program. So both run in a git dir where only the person's own
configuration applies, on the repository's objects. From the repository come only the address and `http.*.extraheader`,
where CI puts its credentials. `core.sshCommand` and credential helpers must be in the person's own configuration.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from orgtp.git.errors import CannotWrite
from orgtp.git.lock import make_private_dir, private_git_dir
from orgtp.git.repo import SHA256_DIGITS, Repo, find_repo, run_git_outside_repo
from orgtp.git.shared_clone import parse_shared_mode
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError

# The setting that CI puts its token into. All others (proxies, certificates) must be in the person's own configuration.
_HTTP_KEYS = ("extraheader",)
_PROTOCOLS = "file:git:http:https:ssh"
_SECONDS = 1800.0
# How long git gets to end the programs that it started, after it is told to stop.
_END_SECONDS = 0.5
_HELPER_PREFIX = re.compile(r"^[A-Za-z0-9]+::")
_PASSWORD = re.compile(r"(?<=://)[^/\s]*@")
_RACED = ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "incorrect old value")


class SyncStopped(OrgtpError):
    """The exchange did not complete. Local commits are unchanged. `state` is the reason, for programs."""

    state: ClassVar[str] = "stopped"
    exit_code = 1


class RemoteUnreachable(SyncStopped):
    """The remote cannot be reached, or the connection broke off."""

    state = "down"
    exit_code = 75
    text = (
        "{url} cannot be reached: {words}. Your commits are safe, and the next orgtp sync sends them "
        "(check the address: git remote -v)"
    )


class RemoteCorrupt(SyncStopped):
    """The remote sends objects that fail git's own check."""

    state = "broken"
    text = (
        "{url} sends objects that git reports as broken: {words}. Nothing was changed locally. "
        "Check that repository: git fsck"
    )


class RemoteRefused(SyncStopped):
    """The remote refuses the commits: a protected branch, a hook, a missing permission."""

    state = "refused"
    exit_code = 75
    text = "{url} refuses the push: {words}. Your commits are safe, and the next orgtp sync sends them"


class PushRaced(SyncStopped):
    """Another clone pushed in between. The caller fetches and tries again."""

    state = "busy"
    exit_code = 75
    text = "{url} kept moving while this was being sent. Your commits are safe. Run it later: orgtp sync"


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote by its name and address; `push_url` may be another address."""

    name: str
    url: str
    push_url: str

    @property
    def public_url(self) -> str:
        """The address without a password."""
        return _strip_password(self.url)


def find_remote(repo: Repo, branch: str) -> Remote | None:
    """The remote of a branch: the one configured for it, else `origin`, else the only one. Raises `BadInput`."""
    urls = {key[len("remote.") : -len(".url")]: value for _, key, value in repo.settings if _is_url(key)}
    chosen = repo.config(f"branch.{branch}.remote")
    name = next((name for name in (chosen, "origin") if name in urls), "") or (next(iter(urls), "") if urls else "")
    if not name or (len(urls) > 1 and name not in {chosen, "origin"}):
        return None
    push = repo.config(f"remote.{name}.pushurl") or urls[name]
    return Remote(
        name,
        _refuse_inside_repo(repo, _refuse_unsafe_url(urls[name])),
        _refuse_inside_repo(repo, _refuse_unsafe_url(push)),
    )


def _refuse_inside_repo(repo: Repo, url: str) -> str:
    """Refuse an address inside the repository itself: a local remote runs its own hooks. Returns the address."""
    plain = url.removeprefix("file://")
    if "://" in plain or ":" in plain.partition("/")[0]:
        return url
    local = (repo.path / plain).resolve()
    if any(local.is_relative_to(inner.resolve()) for inner in (repo.path, repo.common_dir)):
        raise BadInput(what=f'the remote "{_strip_password(url)}" is inside the repository itself. See: git remote -v')
    return url


def _is_url(key: str) -> bool:
    return key.startswith("remote.") and key.endswith(".url") and len(key) > len("remote..url")


def _refuse_unsafe_url(url: str) -> str:
    """Refuse an address that is an option or names a helper program (`ext::…`). Returns the address."""
    if not url or url.startswith("-") or _HELPER_PREFIX.match(url) or not url.isprintable():
        shown = _strip_password(url)
        raise BadInput(what=f'orgtp does not support the address of the remote, "{shown}". See: git remote -v')
    return url


def _strip_password(text: str) -> str:
    """An address, or a message of git that quotes one, without the password."""
    return _PASSWORD.sub("", text)


def refuse_used_remote(path: Path, url: str) -> None:
    """Refuse a remote that has commits, or a repository at `path` with another `origin`. Raises `BadInput`.

    A remote that cannot be reached is not refused: the first sync reports it.
    """
    found = find_repo(path)
    taken = found.config("remote.origin.url") if found else ""
    if taken not in {"", resolve_remote_address(url)}:
        raise BadInput(what=f"{path} already has a remote origin: {_strip_password(taken)}. See: git remote -v")
    env = {"GIT_ALLOW_PROTOCOL": os.environ.get("GIT_ALLOW_PROTOCOL", _PROTOCOLS), **_no_prompt_env()}
    words = ["ls-remote", "--heads", "--upload-pack=git-upload-pack", "--", resolve_remote_address(url)]
    # Run outside any repository, so that no repository's configuration applies.
    code, out, _ = run_git_outside_repo(words, Path(path.anchor), env)
    if code == 0 and out.strip():
        shown = _strip_password(url)
        raise BadInput(what=f"{shown} already has commits. Clone it instead: git clone {shown}")


def resolve_remote_address(url: str) -> str:
    """The address of a remote; a local path is made absolute. Raises `BadInput` if it is not an address."""
    try:
        local = Path(_refuse_unsafe_url(url)).expanduser()
    except RuntimeError as error:
        raise BadInput(what=f'the address "{_strip_password(url)}" names the home folder of an unknown user') from error
    return str(local.absolute()) if local.exists() else url


def set_origin(repo: Repo, url: str) -> None:
    """Make `url` the repository's `origin`, as `git remote add` does."""
    branch = repo.head_ref().removeprefix("refs/heads/")
    for key, value in {
        "remote.origin.url": resolve_remote_address(url),
        "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
        f"branch.{branch}.remote": "origin",
        f"branch.{branch}.merge": f"refs/heads/{branch}",
    }.items():
        repo.run("config", "--local", "--", key, value)


@dataclass(frozen=True, slots=True)
class RemoteConnection:
    """The connection to one remote. `until`: when to give it up, on the clock `time.monotonic`."""

    repo: Repo
    remote: Remote
    until: float | None = None

    def fetch_branch(self, ref: str, known: Mapping[str, str]) -> str | None:
        """Fetch the branch `ref` of the remote: its tip, or None if the remote has no such branch.

        `known` maps names to commits that both sides may have. Raises `RemoteUnreachable`, `RemoteCorrupt`.
        """
        self._create_net_dir(known)
        words = ("--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance")
        code, _, err = self._run_git(
            "fetch", *words, "--upload-pack=git-upload-pack", "--", self.remote.url, f"+{ref}:refs/seen/tip"
        )
        if code and f"couldn't find remote ref {ref}" in err:
            return None
        if code and "fsck error" in err:
            raise RemoteCorrupt(url=self.remote.public_url, words=_find_git_error(err))
        if code:
            raise RemoteUnreachable(url=self.remote.public_url, words=_find_git_error(err))
        return (self._net_dir / "refs/seen/tip").read_text(encoding="ascii").strip()

    def fetch_objects(self, ids: Iterable[str]) -> None:
        """Fetch objects by their ids, without the objects that they refer to. Raises `RemoteUnreachable`."""
        self._create_net_dir({})
        words = ("--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance", "--stdin")
        of = ("--filter=blob:none", "--upload-pack=git-upload-pack", "--", self.remote.url)
        code, _, err = self._run_git("fetch", *words, *of, stdin="".join(f"{id_}\n" for id_ in ids))
        if code:
            raise RemoteUnreachable(url=self.remote.public_url, words=_find_git_error(err))

    def push_commit(self, ref: str, commit: str) -> None:
        """Push the commit to `ref`, never by force. Raises `PushRaced`, `RemoteRefused`, `RemoteUnreachable`."""
        self._create_net_dir({})
        words = ("push", "--porcelain", "--no-verify", "--no-signed", "--no-recurse-submodules")
        to = ("--receive-pack=git-receive-pack", "--", self.remote.push_url, f"{commit}:{ref}")
        code, out, err = self._run_git(*words, *to)
        if code == 0:
            return
        row = next((line for line in out.splitlines() if line.startswith("!")), "")
        if any(word in row for word in _RACED):
            raise PushRaced(url=self.remote.public_url)
        if row and "remote failure" not in row:
            lines = (line.removeprefix("remote:").strip() for line in err.splitlines() if line.startswith("remote:"))
            reason = "; ".join(line.rstrip(".") for line in lines if line)
            raise RemoteRefused(url=self.remote.public_url, words=reason or row.rpartition("\t")[2])
        raise RemoteUnreachable(url=self.remote.public_url, words=_find_git_error(err))

    @property
    def _net_dir(self) -> Path:
        return private_git_dir(self.repo) / "net"

    def _create_net_dir(self, known: Mapping[str, str]) -> None:
        """Create the separate git dir, and remove an existing one first. Raises `CannotWrite`."""
        try:
            self._write_net_dir(known)
        except OSError as error:
            raise CannotWrite(words=f"{error.filename or self._net_dir}: {error.strerror}") from error

    def _write_net_dir(self, known: Mapping[str, str]) -> None:
        if self._net_dir.is_symlink():
            self._net_dir.unlink()
        elif self._net_dir.exists():
            shutil.rmtree(self._net_dir)
        for name in ("", "objects", "refs", "refs/seen", "refs/known"):
            make_private_dir(self.repo, f"net/{name}")
        shared = self.repo.config("core.sharedrepository")
        sha256 = len(self.repo.empty_tree) == SHA256_DIGITS
        text = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
        # What git fetches goes to the objects of the clone, which other users may have to write as well.
        text += f"\tsharedRepository = {shared}\n" if parse_shared_mode(shared) else ""
        text += "[fetch]\n\tfsckObjects = true\n"
        text += "[extensions]\n\tobjectFormat = sha256\n" if sha256 else ""
        (self._net_dir / "config").write_text(text, encoding="ascii")
        (self._net_dir / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        for name, commit in known.items():
            (self._net_dir / "refs/known" / name).write_text(f"{commit}\n", encoding="ascii")

    def _run_git(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        seconds = _SECONDS if self.until is None else min(_SECONDS, self.until - time.monotonic())
        if seconds <= 0:
            raise RemoteUnreachable(url=self.remote.public_url, words="no time was left to ask it")
        handle = self.repo.start(f"--git-dir={self._net_dir}", *words, env=self._build_env(), plain=True)
        output: list[tuple[bytes, bytes]] = []
        # After git is killed, a program that it started (ssh) may keep the pipes open, so do not wait for their end.
        listening = threading.Thread(target=lambda: output.append(handle.proc.communicate(stdin.encode())), daemon=True)
        listening.start()
        listening.join(seconds)
        if not output:
            # Git ends the programs that it started if it is asked to stop, but not if it is killed.
            handle.proc.terminate()
            listening.join(_END_SECONDS)
            handle.proc.kill()
            raise RemoteUnreachable(
                url=self.remote.public_url, words=f"git did not finish within {seconds:.0f} seconds"
            )
        out, err = output[0]
        return handle.proc.returncode, out.decode(errors="replace"), err.decode(errors="replace")

    def _build_env(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if name.startswith("GIT_CONFIG_")}
        allowed = os.environ.get("GIT_ALLOW_PROTOCOL", _PROTOCOLS)
        env |= {"GIT_ALLOW_PROTOCOL": allowed, "GIT_OBJECT_DIRECTORY": str(self.repo.common_dir / "objects")}
        env |= _no_prompt_env()
        shallow = self.repo.common_dir / "shallow"
        return env | ({"GIT_SHALLOW_FILE": str(shallow)} if shallow.exists() else {}) | self._http_settings(env)

    def _http_settings(self, env: Mapping[str, str]) -> dict[str, str]:
        """The repository's HTTP settings as environment variables: other users could read them on a command line."""
        local = ((key, value) for scope, key, value in self.repo.settings if scope == "local")
        rows = [
            (key, value) for key, value in local if key.startswith("http.") and key.rpartition(".")[2] in _HTTP_KEYS
        ]
        first = int(env.get("GIT_CONFIG_COUNT", "0") or 0)
        more = {"GIT_CONFIG_COUNT": str(first + len(rows))} if rows else {}
        for number, (key, value) in enumerate(rows, first):
            more |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return more


def _no_prompt_env() -> dict[str, str]:
    """Disable git's password prompt if there is no terminal."""
    return {} if sys.stdin and sys.stdin.isatty() else {"GIT_TERMINAL_PROMPT": "0"}


# Git's generic message when the transport program (ssh) has already printed the reason.
_GENERIC = "Could not read from remote repository"


def _find_git_error(err: str) -> str:
    """The line of git's errors that states the reason, and the command that git suggests, which it indents by a tab."""
    rows = err.splitlines()
    command = next((row.strip() for row in rows if row.startswith("\t")), "")
    lines = [row.strip() for row in rows if row.strip() and _GENERIC not in row]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    line = (fatal or lines or [""])[0]
    reason = (line.partition(": ")[2] if fatal else line).rstrip(".")
    return _strip_password(f"{reason} (run: {command})" if command else reason) or "git gave no reason"
