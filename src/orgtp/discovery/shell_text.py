"""Read text of a shell as simple commands, far enough to know which programs it runs. Nothing is expanded by a shell.

A comment, the text of an `echo`, a here-document and the pattern of a `grep` are not commands, so a program that is
named there is not one that runs (POSIX, Shell Command Language, 2.3 and 2.9). A command in a here-document whose mark
has no quotes is one (2.7.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from orgtp.lazy_dataclass import dataclass

_MOST_CHARACTERS = 256 * 1024
_MOST_COMMANDS = 5_000
_MOST_LEVELS = 8
_LONGEST_WORD = 32 * 1024
_LONGEST_PATH = 4096
# Stands for what only a running shell knows. It is in no path and in no name.
UNKNOWN = "\0"

_TOKEN = re.compile(
    r"""
    (?P<joined>\\\r?\n)
  | (?P<space>[ \t\r]+)
  | (?P<comment>(?<![^\s;&|()`])\#[^\n]*)
  | (?P<heredoc><<-?[ \t]*(?P<mark>\\?\w+|'[^'\n]*'|"[^"\n]*"))
  | (?P<redirect>[0-9]*(?:&>>|&>|>>|>\||>&|<&|<>|<<<|>|<))
  | (?P<inner>\$\(|<\(|>\()
  | (?P<tick>`)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<end>;;&|;;|;&|;|&&|\|\||\|&|\||&|\n)
  | (?P<single>\$?'[^']*')
  | (?P<double>"(?:[^"\\]|\\.)*")
  | (?P<variable>\$\{[^}\n]{0,200}\}|\$[A-Za-z_][A-Za-z0-9_]*|\$[0-9@*\#?$!-])
  | (?P<escaped>\\.)
  | (?P<plain>[^\s"'`\\;&|()<>$\#]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_QUOTES = re.compile(r"\\(.)|(\$\{[^}\n]{0,200}\}|\$[A-Za-z_][A-Za-z0-9_]*|\$[0-9@*#?$!-])|(\$\(|`)", re.DOTALL)
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)(?::?[-=]([^${}`\"']*))?\}?")
# Words before a command, in the grammar of the shell.
_BEFORE = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "coproc"})


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """A command of a shell: its words without quotes, and the folder in which it runs ("" if that is not known).

    `document` is its here-document.
    """

    words: tuple[str, ...]
    folder: str = ""
    document: str = ""


@dataclass(slots=True)
class _Document:
    """A here-document that follows: its mark, whether that is quoted, and the number of the command that reads it."""

    mark: str
    quoted: bool
    command: int = -1


@dataclass(slots=True)
class _Reader:
    """Collects the words of commands. `above` are the commands around a command in brackets."""

    variables: dict[str, str]
    level: int
    words: list[str] = field(default_factory=list)
    word: str | None = None
    skip_word: bool = False
    reads_file: bool = False
    found: list[tuple[str, ...]] = field(default_factory=list)
    above: list[tuple[list[str], str | None] | None] = field(default_factory=list)
    waiting: list[_Document] = field(default_factory=list)
    documents: dict[int, str] = field(default_factory=dict)
    in_ticks: bool = False

    def add(self, text: str) -> None:
        before = self.word or ""
        # A variable may hold itself twice, and so on.
        self.word = before + text if len(before) + len(text) <= _LONGEST_WORD else before

    def end_word(self) -> None:
        if self.word is not None and not self.skip_word:
            self.words.append(self.word)
        self.skip_word = self.skip_word and self.word is None
        self.word, self.reads_file = None, False

    def end_command(self) -> None:
        self.end_word()
        self.skip_word = False
        if self.words and len(self.found) < _MOST_COMMANDS:
            for document in self.waiting:
                document.command = len(self.found) if document.command < 0 else document.command
            self.found.append(tuple(self.words))
            self.keep_assignments()
        self.words = []

    def keep_assignments(self) -> None:
        words = self.words[1:] if self.words[0] in {"export", "local", "readonly", "declare"} else self.words
        matches = [_ASSIGNMENT.fullmatch(word) for word in words]
        if all(matches):
            known = {match[1]: match[2] for match in matches if match and UNKNOWN not in match[2]}
            self.variables.update({name: value for name, value in known.items() if len(value) <= _LONGEST_PATH})

    def open_inner(self) -> None:
        self.above.append((self.words, (self.word or "") + UNKNOWN))
        self.words, self.word = [], None

    def close_inner(self) -> None:
        self.end_command()
        around = self.above.pop() if self.above else None
        if around:
            self.words, self.word = around
            self.add(_mark_inner(self.found[-1:]))

    def expand(self, text: str) -> str:
        match = _VARIABLE.fullmatch(text)
        # `${NAME:-claude}` is claude if nobody says otherwise.
        return self.variables.get(match[1], match[2] or UNKNOWN) if match else UNKNOWN

    def read_quoted(self, text: str) -> None:
        """The text between double quotes: variables are known, and commands in `$(…)` are commands."""
        self.add("")
        position = 0
        while match := _IN_QUOTES.search(text, position):
            self.add(text[position : match.start()])
            position = match.end()
            if match[3]:
                position = self.read_inner(text, match[3], position)
            else:
                self.add(match[1] if match[1] is not None else self.expand(match[2]))
        self.add(text[position:])

    def read_inner(self, text: str, opened: str, start: int) -> int:
        """Read the commands of `$(…)` in quotes. Returns where they end."""
        end = text.find("`", start) if opened == "`" else _find_close(text, start)
        end = len(text) if end < 0 else end
        inner = _read_words(text[start:end], self.variables, self.level + 1) if self.level < _MOST_LEVELS else []
        self.found += inner
        self.add(_mark_inner(inner))
        return end + 1


def _mark_inner(commands: list[tuple[str, ...]]) -> str:
    """What stands for the output of commands in a word: it is unknown, but the files that they read are named."""
    return UNKNOWN + " ".join(word for words in commands[-1:] for word in words[:8]) + UNKNOWN


def _find_close(text: str, start: int) -> int:
    depth = 1
    for match in re.finditer(r"[()]", text[start:]):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return start + match.start()
    return -1


def read_simple_commands(text: str, variables: Mapping[str, str], folder: str = "") -> list[SimpleCommand]:
    """The simple commands of a text, in order. `cd` in it changes the folder of those after it."""
    commands: list[SimpleCommand] = []
    reader = _read_text(text[:_MOST_CHARACTERS], dict(variables), 0)
    for number, words in enumerate(reader.found):
        bare = _strip_beginning(words)
        if not bare:
            continue
        commands.append(SimpleCommand(bare, folder, reader.documents.get(number, "")))
        if bare[0] in {"cd", "pushd"} and len(bare) > 1:
            folder = join_folder(folder, bare[-1], variables.get("HOME", ""))
    return commands


def join_folder(folder: str, path: str, home: str) -> str:
    """The folder that `path` names in `folder`; "" if it is not known."""
    if UNKNOWN in path or len(folder) + len(path) > _LONGEST_PATH:
        return ""
    if path == "~" or path.startswith("~/"):
        return home + path[1:] if home else ""
    return path if path.startswith("/") else f"{folder}/{path}" if folder else ""


def _strip_beginning(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a command without assignments and the words of the grammar before it."""
    start = 0
    while start < len(words) and (words[start] in _BEFORE or _ASSIGNMENT.fullmatch(words[start])):
        start += 1
    if words[start : start + 1] == ("function",):
        return _strip_beginning(words[start + 2 :])
    return () if words[:1] == ("for",) else words[start:]


def _read_words(text: str, variables: dict[str, str], level: int) -> list[tuple[str, ...]]:
    return _read_text(text, variables, level).found


def _read_text(text: str, variables: dict[str, str], level: int) -> _Reader:
    reader = _Reader(variables, level)
    for kind, value in _list_tokens(text, reader):
        _STEPS[kind](reader, value)
    reader.end_command()
    while reader.above:
        reader.close_inner()
        reader.end_command()
    return reader


def _list_tokens(text: str, reader: _Reader) -> Iterator[tuple[str, str]]:
    """The tokens of a text, without the lines of here-documents."""
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return
        position = match.end()
        kind = match.lastgroup or "plain"
        if match["mark"]:
            kind = "heredoc"
            bare = match["mark"].strip("\\'\"")
            reader.waiting.append(_Document(bare, bare != match["mark"]))
        yield kind, match[0]
        if match[0] == "\n" and reader.waiting:
            position = _skip_documents(text, position, reader)


def _skip_documents(text: str, position: int, reader: _Reader) -> int:
    for document in reader.waiting:
        found = re.compile(rf"^\t*{re.escape(document.mark)}\r?$", re.MULTILINE).search(text, position)
        inside = text[position : found.start() if found else len(text)]
        position = found.end() if found else len(text)
        if document.command >= 0:
            reader.documents.setdefault(document.command, inside)
        if not document.quoted:
            within = _Reader(reader.variables, reader.level + 1)
            within.read_quoted(inside)
            reader.found += within.found
    reader.waiting = []
    return position


def _pass(_: _Reader, __: str) -> None:
    """A comment, or a line that goes on."""


def _space(reader: _Reader, _: str) -> None:
    # There may be spaces between < and the name of the file.
    if not (reader.reads_file and reader.word == UNKNOWN):
        reader.end_word()


def _end(reader: _Reader, _: str) -> None:
    reader.end_command()


def _plain(reader: _Reader, value: str) -> None:
    reader.add(value)


def _single(reader: _Reader, value: str) -> None:
    reader.add(value.removeprefix("$")[1:-1])


def _double(reader: _Reader, value: str) -> None:
    reader.read_quoted(value[1:-1])


def _variable(reader: _Reader, value: str) -> None:
    reader.add(reader.expand(value))


def _escaped(reader: _Reader, value: str) -> None:
    reader.add(value[1:])


def _redirect(reader: _Reader, value: str) -> None:
    reader.end_word()
    if value == "<":
        # The file is read by the command, as if it were an argument that is no file to run.
        reader.add(UNKNOWN)
        reader.reads_file = True
    else:
        reader.skip_word = True


def _heredoc(reader: _Reader, _: str) -> None:
    reader.end_word()


def _inner(reader: _Reader, _: str) -> None:
    reader.open_inner()


def _open(reader: _Reader, _: str) -> None:
    reader.end_command()
    reader.above.append(None)


def _close(reader: _Reader, _: str) -> None:
    reader.close_inner()


def _tick(reader: _Reader, _: str) -> None:
    if reader.in_ticks:
        reader.close_inner()
    else:
        reader.open_inner()
    reader.in_ticks = not reader.in_ticks


_STEPS = {
    "joined": _pass, "comment": _pass, "space": _space, "heredoc": _heredoc, "redirect": _redirect, "inner": _inner,
    "tick": _tick, "open": _open, "close": _close, "end": _end, "single": _single, "double": _double,
    "variable": _variable, "escaped": _escaped, "plain": _plain,
}  # fmt: skip


_ITSELF = r"\$(?:0|\{0\}|BASH_SOURCE\b|\{BASH_SOURCE(?:\[0\])?(?::-\$0)?\}|\{0:A\})"
# The numbers bound the time that hostile text takes.
_RESOLVED = re.compile(rf'\$\(\s{{0,9}}(?:readlink -f|realpath)(?: --)? "?{_ITSELF}"?\s{{0,9}}\)')
_DIRNAME = re.compile(rf'\$\(\s{{0,9}}dirname(?: --)? "?({_ITSELF}|/[^"$()`\n]{{1,400}}?)"?\s{{0,9}}\)|\$\{{0%/\*\}}')
_PWD = re.compile(
    r'\$\(\s{0,9}(?:CDPATH= )?cd(?: -P)?(?: --)? "?(/[^"$()`\n;&]{0,400})"?\s{0,9}(?:>\s?/dev/null(?: 2>&1)?\s{0,9})?'
    r"&&\s{0,9}pwd(?: -P)?\s{0,9}\)"
)
_PLAIN_PATH = re.compile(r"/[^\s\"'`$\\()]+")


def name_own_folder(text: str, path: str) -> str:
    """The text of a script with its own folder in place of the usual ways to ask for it, `$(dirname "$0")`."""
    if not _PLAIN_PATH.fullmatch(path):
        return text
    folder = path.rpartition("/")[0] or "/"
    text = _RESOLVED.sub(lambda _: path, text)
    text = _DIRNAME.sub(
        lambda match: folder if match[1] in {None, path} or not match[1].startswith("/") else match[0], text
    )
    return _PWD.sub(lambda match: match[1].strip(), text)
