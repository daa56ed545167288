"""The files that a path of an import stands for: the file itself, or those of a folder; and the name of the source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from orgtp.files.foreign_files import UnreadableFile, list_folder, read_regular_file
from orgtp.files.yaml.foreign import MAX_FOREIGN_BYTES, ForeignNode, UnreadableYaml, read_foreign_yaml
from orgtp.importers.formats import BadSource
from orgtp.importers.repositories import RepositoryFinder
from orgtp.importers.table import name_source
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import BadDraft, DraftSource, SeatDraft
from orgtp.model.text import count_noun, escape_control_chars, join_sentences, one_line

# More files of a format are not read from one folder.
MOST_FILES = 20_000
# All files of a folder together.
_MOST_BYTES = 256 * 1024 * 1024
_START = 64 * 1024
_LONGEST_HINT = 200


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source: where it is, and how it is written in messages, from the path that the user typed."""

    path: Path
    label: str


@dataclass(slots=True)
class SourceReading:
    """What has been read of one path so far: drafts, bad rows, and notes; and how many bytes may still be read."""

    path: Path
    drafts: list[SeatDraft]
    bad: list[BadDraft]
    notes: list[str]
    bytes_left: int = _MOST_BYTES

    @classmethod
    def begin(cls, path: Path) -> SourceReading:
        """Nothing has been read yet."""
        return cls(path, [], [], [])

    def list_files(
        self, wanted: Callable[[Path], bool], usual: Callable[[Path], bool] = lambda _: False
    ) -> list[SourceFile]:
        """The path itself if it is a file, or else the files below it that are wanted; those that are usual, if any."""
        if not self.path.is_dir():
            return [SourceFile(self.path, escape_control_chars(str(self.path)))]
        found = list_folder(self.path)
        self.notes += found.notes
        paths = [path for path in found.files if wanted(path)]
        paths = [path for path in paths if usual(path)] or paths
        files = [SourceFile(path, escape_control_chars(str(path))) for path in paths[: MOST_FILES + 1]]
        if len(files) > MOST_FILES:
            self.notes.append(f"only the first {MOST_FILES:,} of {len(paths):,} files were read")
        return files[:MOST_FILES]

    def select(self, files: list[SourceFile], matches: Callable[[bytes], object]) -> list[SourceFile]:
        """The files of a folder whose first part matches: the others are those of other programs, and may be anything.

        A path that is a file itself was chosen by the user, and is always one of them.
        """
        if not self.path.is_dir():
            return files
        starts = [(file, read_start(file.path)) for file in files]
        if unread := [file.label for file, start in starts if start is None]:
            self.notes.append(f"{count_noun(len(unread), 'file')} could not be read, such as {unread[0]}")
        return [file for file, start in starts if start is not None and matches(start)]

    def read_bytes(self, file: SourceFile, most: int) -> bytes | None:
        """The content of a file; None if it cannot be read, and then it is among the bad rows."""
        if self.bytes_left <= 0:
            self.refuse(file.label, f"not read: the files before it have {_MOST_BYTES // 1024 // 1024} MiB")
            return None
        try:
            raw = read_regular_file(file.path, most)
        except UnreadableFile as error:
            self.refuse(file.label, str(error))
            return None
        self.bytes_left -= len(raw)
        return raw

    def read_yaml(self, file: SourceFile) -> list[ForeignNode]:
        """The documents of a YAML file; none if it cannot be read, and then it is among the bad rows."""
        raw = self.read_bytes(file, MAX_FOREIGN_BYTES)
        return self.parse_yaml(file, raw) if raw is not None else []

    def parse_yaml(self, file: SourceFile, raw: bytes) -> list[ForeignNode]:
        """The documents of a YAML file with this content; none if it is not YAML, and then it is among the bad rows."""
        try:
            return read_foreign_yaml(file.label, raw)
        except UnreadableYaml as error:
            problem = error.problem
            # A hint may repeat a whole line of the file.
            hint = problem.hint if len(problem.hint) <= _LONGEST_HINT else ""
            self.refuse(str(problem.place), join_sentences(problem.message, hint).removesuffix("."))
            return []

    def refuse(self, where: str, why: str, text: str = "") -> None:
        """Remember a row that cannot be read. If nothing can be read at all, `finish` raises `BadSource`.

        `text` is the row, if it can be in a file of its own. A comment says what is wrong with it.
        """
        comment = f"# {one_line(where)}: {one_line(why)}"
        self.bad.append(BadDraft(where, why, f"{comment}\n{text}" if text else comment))

    def finish(self, format_: str) -> DraftSource:
        """All that was read. Raises `BadSource` if nothing was, and something could not be."""
        if self.bad and not self.drafts:
            one = self.bad[0]
            raise BadSource(where=one.where, what=one.why)
        return DraftSource(
            path=str(self.path),
            name=name_foreign_source(self.path),
            format=format_,
            drafts=tuple(self.drafts),
            bad=tuple(self.bad),
            notes=tuple(self.notes),
        )


def name_foreign_source(path: Path) -> str:
    """The name under which a later import knows a file or folder again.

    In a repository, it is the repository and the path in it. Elsewhere it is what `name_source` makes of its name.
    """
    full = path.resolve()
    repository = RepositoryFinder().find(full if full.is_dir() else full.parent)
    if repository is None:
        return one_line(name_source(full)) or "source"
    below = full.relative_to(repository.root).as_posix()
    return one_line(repository.name if below == "." else f"{repository.name}/{below}")


def has_file(path: Path, wanted: Callable[[Path], bool], matches: Callable[[bytes], object]) -> bool:
    """Whether a folder has a file that is wanted, and whose first part matches."""
    return any(wanted(file) and matches(read_start(file) or b"") for file in list_folder(path).files)


def read_start(path: Path) -> bytes | None:
    """The first 64 KiB of a file; None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_START)
    except OSError:
        return None


def count_left_out(what: Iterable[str]) -> str:
    """`2 API, 1 System`: the sorts of things, and how many there are of each."""
    counts: dict[str, int] = {}
    for one in what:
        counts[one] = counts.get(one, 0) + 1
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
