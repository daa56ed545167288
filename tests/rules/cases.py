"""The case files of tests/rules: how one is read, and how its org is written to a folder (see README.md there)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RULES = Path(__file__).parent
SHARED = sorted(path.stem for path in RULES.glob("*.shared"))
SIDES = ("before", "after", "earlier")
_EXPECTED = "=== expected\n"
_SECTION = re.compile(r"(?m)^=== ")
_SIDES = rf"(?:{'|'.join(SIDES)})(?: and (?:{'|'.join(SIDES)}))*"
_FROM = re.compile(rf"(?:(?P<sides>{_SIDES}) )?from (?P<shared>[a-z-]+): (?P<paths>\S+(?: \S+)*)")
_HEADER = re.compile(rf"(?:(?P<sides>{_SIDES}): )?(?P<path>\S+)(?P<escaped> \(escaped\))?")
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|[\\tr\n]|)")
_ESCAPED = {"\\": b"\\", "t": b"\t", "r": b"\r", "\n": b""}


@dataclass(frozen=True)
class RuleCase:
    """A case file: the files of its org (or orgs, each in a folder named for its side), and the expected problems."""

    path: Path
    files: dict[str, bytes]
    expected: str

    @property
    def rule(self) -> str:
        """The rule that the case is about."""
        return self.path.parent.name

    @property
    def name(self) -> str:
        """`good`, `bad-far`, …"""
        return self.path.stem

    @property
    def is_one_org(self) -> bool:
        """Whether the case is one org, and not the two sides of a change."""
        return "org.yaml" in self.files

    @property
    def orgs(self) -> dict[str, dict[str, bytes]]:
        """The files of each org of the case, by `good`, `bad-far/before`, …"""
        if self.is_one_org:
            return {self.name: self.files}
        inside = {
            side: {path.partition("/")[2]: raw for path, raw in self.files.items() if path.startswith(f"{side}/")}
            for side in sorted(SIDES)
        }
        return {f"{self.name}/{side}": files for side, files in inside.items() if files}

    def write_org(self, folder: Path) -> None:
        """Write every file of the case below `folder`."""
        for path, raw in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(raw)

    def write_expected(self, expected: str) -> None:
        """Replace the expected problems in the case file."""
        head = self.path.read_text(encoding="utf-8").partition(_EXPECTED)[0]
        self.path.write_text(f"{head}{_EXPECTED}{expected}", encoding="utf-8")


@cache
def read_case(path: Path) -> RuleCase:
    """The case in a file."""
    text, _, expected = path.read_text(encoding="utf-8").partition(_EXPECTED)
    files: dict[str, bytes] = {}
    for name, raw in [*_shared_files(path, text), *own_files(path, text)]:
        assert name not in files, f"{path}: {name} is there twice"
        files[name] = raw
    return RuleCase(path, files, expected)


@cache
def read_shared(name: str) -> dict[str, bytes]:
    """The files of a shared org, by path."""
    return read_case(RULES / f"{name}.shared").files


def _shared_files(path: Path, text: str) -> Iterator[tuple[str, bytes]]:
    """The files that the lines `from SHARED: PATH …` name."""
    head = re.split(_SECTION, text, maxsplit=1)[0]
    for line in (line for line in head.splitlines() if line and not line.startswith("#")):
        match = _FROM.fullmatch(line)
        assert match, f"{path}: not a line that names shared files: {line}"
        assert match["shared"] in SHARED, f"{path}: there is no {match['shared']}.shared"
        for name in match["paths"].split(" "):
            raw = read_shared(match["shared"]).get(name)
            assert raw is not None, f"{path}: {match['shared']}.shared has no {name}"
            yield from _on_each_side(match["sides"], name, raw)


def own_files(path: Path, text: str) -> Iterator[tuple[str, bytes]]:
    """The files that the text of a case file holds itself."""
    for section in re.split(_SECTION, text)[1:]:
        header, _, text = section.partition("\n")
        match = _HEADER.fullmatch(header)
        assert match, f"{path}: not the header of a file: {header}"
        yield from _on_each_side(
            match["sides"], match["path"], decode_escaped(text) if match["escaped"] else text.encode()
        )


def _on_each_side(sides: str | None, path: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    """A file once for each of its sides, or as it is where it has none."""
    for side in sides.split(" and ") if sides else [""]:
        yield f"{side}/{path}" if side else path, raw


def decode_escaped(text: str) -> bytes:
    r"""The bytes of escaped text: `\xNN`, `\t`, `\r` and `\\`; a backslash at the end of a line joins two lines."""
    raw, begin = b"", 0
    for match in _ESCAPE.finditer(text):
        raw += text[begin : match.start()].encode()
        assert match[1], f"not an escape: {text[match.start() : match.start() + 4]!r}"
        raw += bytes.fromhex(match[1][1:]) if match[1].startswith("x") else _ESCAPED[match[1]]
        begin = match.end()
    return raw + text[begin:].encode()


FOLDERS = sorted(path for path in RULES.iterdir() if path.is_dir() and path.name != "__pycache__")
CASES = [read_case(path) for folder in FOLDERS for path in sorted(folder.glob("*.case"), key=lambda path: path.stem)]
GOOD = [case for case in CASES if case.name.startswith("good")]
BAD = [case for case in CASES if case.name.startswith("bad")]
