"""CODEOWNERS: who owns a path, by the rules of GitHub and of GitLab.

GitHub (docs.github.com, "About code owners"): the last line that matches counts; a line without owners takes them away.
GitLab (docs.gitlab.com, "Code Owners syntax"): the same in each section, and the sections are added up; a line without
owners has those of its section; `!` before a pattern leaves paths out; a path without a slash at its beginning is at
any depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import lru_cache

from orgtp.lazy_dataclass import dataclass

# Where the file is, in the order in which the first one counts.
GITHUB_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
GITLAB_PLACES = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_SECTION = re.compile(r"\^?\[([^\]]+)\](?:\[[0-9]+\])?(?:\s+(.*))?")
_WORDS = re.compile(r"(?:\\.|[^\s\\])+")
_MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class _OwnerLine:
    """A pattern, its owners, and its section; `out`: its paths have no owner in the section."""

    pattern: str
    owners: tuple[str, ...]
    section: str = ""
    out: bool = False


def find_code_owners(text: str, path: str, *, gitlab: bool) -> tuple[str, ...]:
    """The owners of a path, as they are written in the file, in its order."""
    last: dict[str, tuple[str, ...]] = {}
    left_out: set[str] = set()
    for line in _read_lines(text, gitlab):
        if _compile(line.pattern, gitlab).matches(path):
            last[line.section] = line.owners
            left_out |= {line.section} if line.out else set()
    return tuple(dict.fromkeys(owner for name, owners in last.items() if name not in left_out for owner in owners))


@lru_cache(maxsize=4)
def _read_lines(text: str, gitlab: bool) -> tuple[_OwnerLine, ...]:
    return tuple(_read_gitlab(text) if gitlab else _read_github(text))


def _list_lines(text: str) -> Iterator[str]:
    for line in text.split("\n")[:_MOST_LINES]:
        bare = line.strip()
        if bare and not bare.startswith("#"):
            yield bare


def _split_line(line: str) -> tuple[str, tuple[str, ...]]:
    words = _WORDS.findall(line)
    owners = []
    for word in words[1:]:
        if word.startswith("#"):
            break
        owners.append(word)
    return re.sub(r"\\([\s#])", r"\1", words[0]), tuple(owner for owner in owners if "@" in owner)


def _read_github(text: str) -> Iterator[_OwnerLine]:
    for line in _list_lines(text):
        pattern, owners = _split_line(line)
        # GitHub takes no line with these, and says so on its pages.
        if not pattern.startswith("!") and "[" not in pattern:
            yield _OwnerLine(pattern, owners)


def _read_gitlab(text: str) -> Iterator[_OwnerLine]:
    section, default = "", ()  # type: tuple[str, tuple[str, ...]]
    for line in _list_lines(text):
        if match := _SECTION.fullmatch(line):
            section, default = match[1].strip().lower(), tuple((match[2] or "").split())
            continue
        pattern, owners = _split_line(line)
        yield _OwnerLine(pattern.removeprefix("!"), owners or default, section, pattern.startswith("!"))


@dataclass(frozen=True, slots=True)
class _PathPattern:
    """A pattern, folder by folder. None stands for any number of folders, or none.

    One regular expression for all of it could take years for a hostile pattern with many stars.
    """

    parts: tuple[re.Pattern[str] | None, ...]

    def matches(self, path: str) -> bool:
        """Whether the whole path matches."""
        names = path.split("/")
        begins = {0}
        for part in self.parts:
            if part is None:
                begins = set(range(min(begins), len(names) + 1))
            else:
                begins = {at + 1 for at in begins if at < len(names) and part.fullmatch(names[at])}
            if not begins:
                return False
        return len(names) in begins


@lru_cache(maxsize=_MOST_LINES)
def _compile(pattern: str, gitlab: bool) -> _PathPattern:
    """A pattern of paths from the top of the repository."""
    bare = pattern.strip("/") if pattern != "/" else ""
    words = bare.split("/") if bare else []
    # In gitignore, which GitHub follows, a slash in the middle fixes a pattern to the top.
    is_fixed = pattern.startswith("/") or (not gitlab and "/" in pattern.rstrip("/"))
    if words[-1:] == ["**"] or pattern.endswith("/"):
        # All that is below a folder, and not the folder itself.
        words = [*(words[:-1] if words[-1:] == ["**"] else words), "*", "**"]
    elif not gitlab and not bare.endswith("/*"):
        # A pattern that names a folder is about all below it. `docs/*` is about the files of the folder alone.
        words.append("**")
    if not is_fixed:
        words.insert(0, "**")
    # Several in a row are as good as one.
    kept = [word for number, word in enumerate(words) if word != "**" or words[number - 1 : number] != ["**"]]
    return _PathPattern(tuple(None if word == "**" else _compile_name(word) for word in kept))


def _compile_name(word: str) -> re.Pattern[str]:
    """The pattern of one name; `translate` makes an expression that never goes back over a star."""
    return re.compile(translate(word.replace("[", "[[]")))
