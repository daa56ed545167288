"""What is found in the orgs of tests/rules and tests/examples, and the orgs that are made in code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from orgtp import rules
from orgtp.files.load import LoadedOrg, load_org, sort_problems
from orgtp.files.tree import MAX_BYTES as MOST
from orgtp.files.tree import FolderTree, MemoryTree, Tree
from orgtp.files.yaml.loader import MAX_BYTES
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Problem, Severity
from orgtp.model.text import escape_control_chars
from tests.conftest import NOW, ROOT
from tests.rules.cases import RuleCase

EXAMPLES = sorted(path for path in (ROOT / "tests" / "examples").iterdir() if path.is_dir())
EXPECTED = "expected.txt"
_LINE = re.compile(r".*?:\d+:\d+: ([a-z0-9-]+)(?: \((?:warning|notice)\))?: ")


def label(value: object) -> str:
    """`owner-unknown/bad-far`, as the test is called."""
    if isinstance(value, RuleCase):
        return f"{value.rule}/{value.name}"
    return f"{value.parent.name}/{value.name}" if isinstance(value, Path) else str(value)


def read_expected(case: RuleCase | Path) -> str:
    """The problems that a case, or a folder with an example, expects."""
    return case.expected if isinstance(case, RuleCase) else (case / EXPECTED).read_text(encoding="utf-8")


def write_expected(case: RuleCase | Path, text: str) -> None:
    """Replace the problems that a case, or a folder with an example, expects."""
    if isinstance(case, RuleCase):
        case.write_expected(text)
    else:
        (case / EXPECTED).write_text(text, encoding="utf-8")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def problems(tree: Tree, compared: OrgPair | None = None) -> list[Problem]:
    """All that is found in an org as of `NOW`."""
    loaded = load_org(tree)
    now = datetime.fromisoformat(NOW)
    of_change = rules.check_changes(loaded.org, now, compared) if compared else ()
    return sort_problems([*loaded.problems, *rules.check_org(loaded.org, now), *of_change])


@cache
def found_in(folder: Path) -> list[Problem]:
    """All that is found in the folder of a case: an org, or two of them side by side."""
    if (folder / "org.yaml").exists():
        return problems(FolderTree(folder))
    return problems(FolderTree(folder / "after"), _compared(folder))


def _compared(folder: Path) -> OrgPair:
    """The org before and after; `earlier` is what an older commit had, `shallow` marks a clone without its history."""
    from orgtp.history.merge_base import pair_orgs, read_attribute_files

    trees = FolderTree(folder / "before"), FolderTree(folder / "after")
    before, after = load_org(trees[0]), load_org(trees[1])
    found = pair_orgs(before, after, (read_attribute_files(trees[0]), read_attribute_files(trees[1])))
    earlier = (
        load_org(FolderTree(folder / "earlier")) if (folder / "earlier").is_dir() else LoadedOrg(before.org, (), {})
    )
    used = {seat: "earlier" for seat in earlier.org.seats if seat in after.org.seats and seat not in before.org.seats}
    return replace(found, used=used, shallow=(folder / "shallow").exists())


def told(problem: Problem) -> str:
    """A problem as a line of the expected text."""
    weight = "" if problem.severity is Severity.ERROR else f" ({problem.severity})"
    return escape_control_chars(f"{problem.place}: {problem.rule}{weight}: {problem.message}. {problem.hint}") + "\n"


def ids_in(text: str) -> set[str]:
    """The rules that an expected text names."""
    return {match[1] for match in map(_LINE.match, text.splitlines()) if match}


# What no repository should hold: each is made from `missing-key/good-smallest` when it is needed.


@dataclass(frozen=True)
class Made:
    """How to spoil the good org in a folder, and what is then found in it."""

    spoil: Callable[[Path], Tree]
    said: str


def _too_long(folder: Path) -> Tree:
    raw = (folder / "seats/ada.yaml").read_bytes()
    (folder / "seats/ada.yaml").write_bytes(raw + b"#" * MAX_BYTES)
    return FolderTree(folder)


def _too_large(folder: Path) -> Tree:
    """Sparse, so that it costs nothing: it is not even opened."""
    (folder / "scores/ada").mkdir(parents=True)
    with (folder / "scores/ada/2026-11.jsonl").open("wb") as file:
        file.truncate(MOST + 1)
    return FolderTree(folder)


def _links(folder: Path) -> Tree:
    (folder / "seats/eve.yaml").symlink_to("/etc/passwd")
    (folder / "scores").symlink_to(folder / "seats")
    return FolderTree(folder)


def _case(folder: Path) -> Tree:
    """In memory: a disk that does not tell the two apart would keep one."""
    return MemoryTree({**files(folder), "seats/Ada.yaml": files(folder)["seats/ada.yaml"]})


MADE = {
    "yaml-too-large": Made(
        _too_long,
        "seats/ada.yaml:1:1: yaml-too-large: larger than 256 KiB, or more than 20,000 lines and items. "
        "Remove what does not belong in this file.\n",
    ),
    "too-large": Made(
        _too_large,
        f"scores/ada/2026-11.jsonl:1:1: too-large: larger than {MOST >> 20} MiB, the most that orgtp reads. "
        "A score file contains one month of one seat. Find out what writes so much to it.\n",
    ),
    "not-a-file": Made(
        _links,
        "scores:1:1: not-a-file: is a link, a submodule or a device, not a file. Replace it with a regular file.\n"
        "seats/eve.yaml:1:1: not-a-file: is a link, a submodule or a device, not a file. "
        "Replace it with a regular file.\n",
    ),
    "id-differs-by-case": Made(
        _case,
        "seats/Ada.yaml:1:1: id-differs-by-case: seats/Ada.yaml differs from seats/ada.yaml only by case. Rename or "
        "remove it: a file system that ignores case keeps only one of them, so seats/ada.yaml may be lost.\n",
    ),
}
# What no org can show, and the test that shows it.
ELSEWHERE = {
    "schema": "tests/files/test_schema_agreement.py",
    "not-as-committed": "tests/cli/test_base.py",
    "base-not-reached": "tests/cli/test_base.py",
    "tree-malformed": "tests/audit/test_trees.py",
}
