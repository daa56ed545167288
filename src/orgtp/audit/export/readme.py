"""README.txt of an export: how an auditor checks it with git and ssh-keygen, and with nothing of ours.

What is indented by four blanks is a command, to be run as it stands, in this order; a test does just that.
"""

from __future__ import annotations

import re
import textwrap

from orgtp.audit.export.report import AuditReport, ReportCheckpoint
from orgtp.audit.model import Verdict
from orgtp.model.text import count_noun, one_line

_WIDTH = 78
_CODES = {Verdict.INTACT: 0, Verdict.VIOLATED: 1, Verdict.UNPROVEN: 4}
_NAMESPACE = "orgtp-checkpoint"
_LOG = "git -C ledger log -m --no-renames --no-ext-diff --no-textconv"
_LINE = "--format='%h %ad %an: %s' --date=iso --name-status"
_PREFIXES = """\
git -C ledger log --no-merges --raw --no-abbrev --no-renames --diff-filter=a --format= -- scores |
while read -r _ _ old new how path; do
  size=$(git -C ledger cat-file -s "$old")
  begin=$(git -C ledger cat-file blob "$new" | head -c "$size" | git -C ledger hash-object --stdin)
  test "$begin" = "$old" || echo "$how $path: $old is not how $new begins"
done"""


def audit_readme(found: AuditReport, checkpoint: ReportCheckpoint) -> str:
    """The whole file."""
    parts = (_what(found, checkpoint), _open(), _compare(), _signature(checkpoint), _values(), _gone())
    more = (_signers(found, checkpoint), _ours(found, checkpoint), _limits(checkpoint))
    lines = (line for part in (*parts, *more) if part for line in [*part, ""])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _words(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _run(*commands: str) -> list[str]:
    return ["", *(f"    {line}" for command in commands for line in command.splitlines()), ""]


def _head(title: str, mark: str = "-") -> list[str]:
    return [title, mark * len(title), ""]


def _what(found: AuditReport, checkpoint: ReportCheckpoint) -> list[str]:
    name, commits = one_line(found.name or found.org), count_noun(found.history.commits, "commit")
    signed = "signed" if checkpoint.fingerprint else "not signed"
    rows = {
        "ledger.bundle": f"the ledger, branch {found.branch}, with all of its history: {commits}",
        "checkpoint.txt": f"where the history stood when this was made; {signed}",
        "allowed_signers": "whose key is whose, as the ledger itself says" if checkpoint.signers else "",
        "report.html": "the report, for people",
        "report.json": "the same, for programs",
    }
    return [
        *_head(f"The ledger of {name}, to be audited", "="),
        *(f"  {file:<16} {what}" for file, what in rows.items() if what),
        "",
        *_words(
            f"The report comes to the verdict: {found.verdict}. It was made from the ledger by orgtp. Neither need be "
            "believed: what follows checks the ledger with git 2.34 or later, ssh-keygen (OpenSSH 8.2 or later) and a "
            "shell. Run the commands in the folder of this file, in this order."
        ),
    ]


def _open() -> list[str]:
    return [
        *_head("Open the ledger"),
        *_words("The second must say that the bundle records a complete history, the third nothing of errors."),
        *_run(
            "git clone --quiet ledger.bundle ledger",
            "git -C ledger bundle verify ../ledger.bundle",
            "git -C ledger fsck --strict --no-dangling",
        ),
    ]


def _compare() -> list[str]:
    return [
        *_head("Compare it with the checkpoint"),
        *_words(
            "The first three lines of a checkpoint are the ledger's name, its number of commits and the newest one. "
            "Each command must say that it agrees."
        ),
        *_run(
            "head -n 3 checkpoint.txt",
            'test "$(git -C ledger rev-list --count HEAD)" = "$(sed -n 2p checkpoint.txt)" && echo "the count agrees"',
            'test "$(git -C ledger rev-parse HEAD)" = "$(sed -n 3p checkpoint.txt)" && echo "the head agrees"',
        ),
        *_words(
            "An earlier checkpoint, kept by somebody who cannot write to the ledger, is worth more than this one: it "
            "proves that what came before it was not rewritten since. Put it in the place of checkpoint.txt, and run:"
        ),
        *_run(
            'git -C ledger merge-base --is-ancestor "$(sed -n 3p checkpoint.txt)" HEAD && echo "it is still in there"',
        ),
    ]


def _signature(checkpoint: ReportCheckpoint) -> list[str]:
    if not checkpoint.fingerprint:
        told = "The checkpoint is not signed: nothing outside of this file vouches for it, nor for the ledger."
        return [*_head("Check the signature"), *_words(told)]
    verify = f"ssh-keygen -Y verify -f allowed_signers -I {checkpoint.seat} -n {_NAMESPACE}"
    seat = [
        *_words("The ledger itself says whose key that is, which is worth no more than the ledger:"),
        *_run(f"{verify} -s checkpoint.sig < checkpoint.lines"),
    ]
    return [
        *_head("Check the signature"),
        *_words("It is a signature of these three lines. The last command must call it good:"),
        *_run(
            "head -n 3 checkpoint.txt > checkpoint.lines",
            "sed 1,3d checkpoint.txt > checkpoint.sig",
            f"ssh-keygen -Y check-novalidate -n {_NAMESPACE} -s checkpoint.sig < checkpoint.lines",
        ),
        *_words("Ask whoever handed this to you, by another way than this file, whether their key is"),
        f"  {checkpoint.fingerprint}",
        "",
        *(seat if checkpoint.seat else []),
    ]


def _values() -> list[str]:
    return [
        *_head("See that values were only ever added"),
        *_words(
            "Files of values only grow: no commit, and no merge against any of its parents, takes a line out. In an "
            "intact ledger this prints nothing; else the file, and how many lines were added and taken out:"
        ),
        *_run(f"{_LOG} --text --numstat --format= -- scores | awk '$2 != 0'"),
        *_words(
            "Nor is a line put anywhere but at the end: every version is, byte for byte, how the next one begins. "
            "Git names a file's content by its hash, so the beginning of the new one must have the name of the old "
            "one. This, too, prints nothing in an intact ledger. It runs four programs for each version; of a long "
            "history that takes its time."
        ),
        *_run(_PREFIXES),
    ]


def _gone() -> list[str]:
    return [
        *_head("See what went, and what changed that must not"),
        *_words(
            "Values, retirement records and seats stay for good. A seat that is retired keeps its file. In an intact "
            "ledger neither of these prints anything: files that were deleted, and retirement records that were "
            "anything but added."
        ),
        *_run(
            f"{_LOG} --diff-filter=D {_LINE} -- scores retirements seats",
            f"git -C ledger log --no-renames --diff-filter=a {_LINE} -- retirements",
        ),
    ]


def _signers(found: AuditReport, checkpoint: ReportCheckpoint) -> list[str]:
    if not (found.history.signed and checkpoint.signers):
        return []
    count = "log --format='%G? %GS' | sort | uniq -c"
    return [
        *_head("See who signed the commits"),
        *_words(
            "How many commits each key signed. G: good, by the name that follows; U: good, by a key that is not in "
            "the list; N: not signed; B: bad; E: made by another tool, which is not here. The list is that of the "
            "ledger's newest commit; whom the policy let sign at which time, orgtp can tell."
        ),
        *_run(f'git -C ledger -c gpg.ssh.allowedSignersFile="$PWD/allowed_signers" {count}'),
    ]


def _ours(found: AuditReport, checkpoint: ReportCheckpoint) -> list[str]:
    against = ["orgtp --org ledger audit verify --full --checkpoint checkpoint.txt"] if checkpoint.fingerprint else []
    return [
        *_head("The same, and more, with orgtp"),
        *_words(
            "orgtp is free software. It looks at every commit and every line, at merges, at dates, and at what each "
            f"commit says of itself. It must come to the verdict of the report: {found.verdict}, exit code "
            f"{_CODES[found.verdict]}."
        ),
        *_run("orgtp --org ledger audit verify --full", *against, "orgtp --org ledger chart --all"),
    ]


def _limits(checkpoint: ReportCheckpoint) -> list[str]:
    kept = "" if checkpoint.fingerprint else " This one is not even signed."
    return [
        *_head("What none of this can show"),
        *_words(
            "Whether the history was rewritten before any checkpoint of it was kept elsewhere: whoever may write to "
            "a repository may make a whole and consistent one anew. Only what was kept outside of it, by somebody "
            f"else, proves the contrary.{kept} And that a value was true when it was recorded: the ledger shows what "
            "was said, when, by whom, and that it still says so."
        ),
    ]
