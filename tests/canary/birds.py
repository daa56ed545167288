"""The birds: every way that git knows in which a repository names a program. Each sings, leaving a marker, if run."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Shell

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg",
    "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive", "update",
    "proc-receive", "post-receive", "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc",
    "post-rewrite", "sendemail-validate", "fsmonitor-watchman", "post-index-change", "p4-pre-submit",
    "p4-changelist", "p4-prepare-changelist", "p4-post-changelist", "pre-command", "post-command",
)  # fmt: skip
# Every git command that orgtp runs or may come to run, as an alias and with a pager of its own.
COMMANDS = (
    "cat-file", "commit-tree", "config", "diff", "diff-tree", "fetch", "for-each-ref", "fsck", "grep", "hash-object",
    "index-pack", "init", "log", "ls-files", "ls-tree", "merge-base", "mktree", "pack-objects", "push", "remote",
    "rev-list", "rev-parse", "status", "symbolic-ref", "unpack-objects", "update-index", "update-ref", "version",
    "unlikely", "verify-commit", "worktree", "write-tree", "read-tree", "merge-tree", "merge-file", "ls-remote",
    "show-ref",
)  # fmt: skip
# Settings whose value is a program.
PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "sequence.editor", "core.sshCommand", "core.askPass",
    "core.gitProxy", "core.alternateRefsCommand", "credential.helper", "diff.external",
    "interactive.diffFilter", "gpg.program", "gpg.openpgp.program", "gpg.x509.program", "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand", "uploadpack.packObjectsHook", "gc.recentObjectsHook", "remote.origin.uploadpack",
    "remote.origin.receivepack", "diff.bird.command", "diff.bird.textconv", "filter.bird.clean", "filter.bird.smudge",
    "merge.bird.driver", "trailer.bird.cmd", "trailer.Orgtp-By.command", "trailer.Orgtp-Seat.cmd",
    "sendemail.smtpServer", "sendemail.toCmd", "instaweb.httpd", "browser.bird.cmd", "difftool.bird.cmd",
    "mergetool.bird.cmd", "man.bird.cmd", "guitool.bird.cmd", "tar.bird.command", "imap.tunnel", "web.browser",
    "submodule.vendor/lib.update", "hook.bird.command",
)  # fmt: skip
# Settings that make the others bite.
BAITS = (
    ("filter.bird.required", "true"), ("log.showSignature", "true"), ("trailer.bird.key", "Orgtp-By"),
    ("trailer.bird.ifexists", "add"), ("color.ui", "always"), ("color.grep", "always"), ("log.decorate", "full"),
    ("log.diffMerges", "dense-combined"), ("diff.renames", "copies"), ("diff.submodule", "diff"),
    ("diff.noprefix", "true"), ("diff.wsErrorHighlight", "all"), ("status.submoduleSummary", "true"),
    ("submodule.recurse", "true"), ("fetch.recurseSubmodules", "true"), ("protocol.ext.allow", "always"),
    ("protocol.file.allow", "always"), ("protocol.allow", "always"), ("gc.auto", "1"), ("gc.autoDetach", "false"),
    ("gc.autoPackLimit", "1"), ("maintenance.auto", "true"), ("core.untrackedCache", "true"),
    ("core.autocrlf", "true"), ("core.quotePath", "true"), ("core.logAllRefUpdates", "always"),
    ("core.fsyncMethod", "batch"), ("core.abbrev", "4"), ("core.notesRef", "refs/notes/bird"),
    ("diff.orderFile", "/dev/null"), ("i18n.logOutputEncoding", "latin1"), ("format.pretty", "raw"),
    ("i18n.commitEncoding", "latin1"), ("log.date", "relative"), ("grep.patternType", "perl"),
    ("grep.fallbackToNoIndex", "true"), ("extensions.worktreeConfig", "true"), ("remote.origin.vcs", "bird"),
    ("index.threads", "2"), ("feature.manyFiles", "true"), ("hook.bird.event", "reference-transaction"),
    ("hook.bird.event", "post-index-change"), ("trailer.separators", "#"), ("remote.pushDefault", "origin"),
    ("push.gpgSign", "if-asked"), ("core.splitIndex", "true"), ("remote.origin.fetch", "+refs/heads/*:refs/heads/*"),
    ("remote.origin.promisor", "true"), ("remote.origin.partialCloneFilter", "blob:none"), ("core.commentChar", "s"),
    ("branch.main.remote", "origin"), ("branch.main.merge", "refs/heads/main"), ("sendpack.sideband", "false"),
)  # fmt: skip
_ATTRIBUTES = "* diff=bird filter=bird merge=bird text eol=crlf ident working-tree-encoding=latin1\n"


@dataclass(frozen=True)
class Cage:
    """Where the birds live: their programs, the marks they leave, and a repository that is nobody's business here."""

    folder: Path

    @property
    def marks(self) -> Path:
        """Where a bird leaves its name."""
        return self.folder / "marks"

    @property
    def elsewhere(self) -> Path:
        """Another repository, which settings and the environment point at."""
        return self.folder / "elsewhere"

    def bird(self, name: str) -> Path:
        """A program that leaves the marker `name`; a filter passes on what it is given."""
        path = self.folder / "birds" / name.replace("/", "-")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.marks.mkdir(exist_ok=True)
            rest = "exec cat" if name.startswith("filter") else "exit 0"
            path.write_text(f"#!/bin/sh\n: > '{self.marks}/{path.name}'\n{rest}\n", encoding="utf-8")
            path.chmod(0o755)
        return path

    def sung(self) -> set[str]:
        """The birds that sang since they were last asked."""
        found = {mark.name for mark in self.marks.iterdir()}
        for name in found:
            (self.marks / name).unlink()
        return found

    def settings(self) -> Iterator[tuple[str, str]]:
        """The name and value of every hostile setting."""
        yield from BAITS
        for name in PROGRAMS:
            value = str(self.bird(name))
            yield name, f"!{value}" if name in {"credential.helper", "submodule.vendor/lib.update"} else value
        for command in COMMANDS:
            yield f"alias.{command}", f"!{self.bird('alias')}"
            yield f"pager.{command}", str(self.bird("pager"))
        for name, scheme in (("remote.origin.url", "ext"), ("remote.second.url", "bird")):
            yield name, f"{scheme}::{self.bird(f'{scheme}-url')} %S"
        for scheme in ("https://", "file://", "/", "git@"):
            yield f"url.ext::{self.bird('insteadOf')} .insteadOf", scheme


def settle(cage: Cage, home: Path) -> None:
    """Make the birds and the repository elsewhere, once."""
    other = Shell(cage.elsewhere, home)
    other.folder.mkdir(parents=True)
    other.git("init", "-q", "-b", "main")
    other.write("org.yaml", "org: other\nname: Other\ntimezone: UTC\n")
    other.git("add", ".")
    other.git("commit", "-qm", "another org")
    cage.bird("first")
    list(cage.settings())


def config_text(rows: Iterable[tuple[str, str]]) -> str:
    """Settings as a file of git's configuration."""
    return "".join(_section(*row) for row in rows)


def _section(name: str, value: str) -> str:
    head, _, rest = name.partition(".")
    middle, _, last = rest.rpartition(".")
    where = f'{head} "{middle}"' if middle else head
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'[{where}]\n\t{last} = "{quoted}"\n'


def infest(shell: Shell, cage: Cage, *, also: Iterable[tuple[str, str]] = ()) -> None:
    """Fill the repository at `shell` with birds: settings, hooks, attributes, submodules, alternates."""
    git = shell.folder / ".git"
    hooks(cage, git / "hooks")
    rows = [*cage.settings(), ("core.hooksPath", str(hooks(cage, cage.folder / "hooks"))), *also]
    (git / "more").write_text(config_text(rows[::2]), encoding="utf-8")
    (git / "config.worktree").write_text(config_text(rows), encoding="utf-8")
    with (git / "config").open("a", encoding="utf-8") as out:
        out.write(config_text([*rows, ("include.path", "more"), ("includeIf.gitdir:**.path", "more")]))
    (git / "info").mkdir(exist_ok=True)
    (git / "info/attributes").write_text(_ATTRIBUTES, encoding="utf-8")
    (git / "objects/info").mkdir(exist_ok=True)
    (git / "objects/info/alternates").write_text(f"{cage.elsewhere}/.git/objects\n", encoding="utf-8")


def hooks(cage: Cage, folder: Path) -> Path:
    """A folder with every hook, executable."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in HOOKS:
        shutil.copy(cage.bird(f"hook-{name}"), folder / name)
    return folder


def commit_baits(shell: Shell, cage: Cage) -> None:
    """Commit what lies in the tree: attributes for all files, a submodule, a message that trailers would run on."""
    attributes = "" if not (shell.folder / ".gitattributes").exists() else shell.read(".gitattributes")
    shell.write(".gitattributes", f"{_ATTRIBUTES}{attributes}{_ATTRIBUTES}")
    shell.write("seats/.gitattributes", _ATTRIBUTES)
    modules = config_text(
        [("submodule.vendor/lib.path", "vendor/lib"), ("submodule.vendor/lib.url", f"ext::{cage.bird('modules')} x")]
    )
    shell.write(".gitmodules", f"{modules}\tfetchRecurseSubmodules = true\n")
    shutil.copytree(cage.elsewhere, shell.folder / "vendor/lib")
    infest(shell.at(shell.folder / "vendor/lib"), cage)
    inner = shell.at(cage.elsewhere).head()
    for path in (".gitattributes", "seats/.gitattributes", ".gitmodules"):
        oid = shell.git("hash-object", "-w", "--no-filters", path).out.strip()
        shell.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}")
    shell.git("update-index", "--add", "--cacheinfo", f"160000,{inner},vendor/lib")
    shell.git("commit", "-qm", "by hand\n\nOrgtp-By: david\nbird: x\nOrgtp-Seat: dash")


@dataclass(frozen=True)
class Within(Shell):
    """A shell with more in its environment."""

    more: Mapping[str, str] = field(default_factory=dict)

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return super().env({**self.more, **(more or {})})


def within(shell: Shell, env: Mapping[str, str]) -> Within:
    """A shell in the same folder with `env` in its environment."""
    return Within(shell.folder, shell.home, env)


def tree_state(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` and its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def on_pty(shell: Shell, *words: str) -> None:
    """Run `git WORDS` on a terminal, which is where git starts a pager."""
    import pty

    _, follower = pty.openpty()
    env = shell.env({"TERM": "xterm"})
    subprocess.run(
        ["git", *words], cwd=shell.folder, env=env, stdout=follower, stderr=follower, timeout=30, check=False
    )
