"""Adding a source to the machine's file, with all that stands there already as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from orgtp.files.yaml.dumper import document, entry
from orgtp.files.yaml.editor import edited
from orgtp.model.change import Data, Set
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.sources.config import parse_sources
from orgtp.sources.source import Sources

_HEAD = "What the sources of an org mean on this machine. Its schema is printed by: orgtp schema sources"


class SourceExists(OrgtpError):
    """The file has a source of this name already."""

    text = '{path} has a source "{name}" already. Change it there, or take another name.'


def insert_source(path: Path, name: str, source: Mapping[str, Data]) -> str:
    """The content of the sources file with one source more. Raises `SourceThere`, `BadInput`, `CannotEdit`."""
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raw = b""
    text = _insert_source_text(path, raw, name, source)
    wrong = parse_sources(path, text.encode()).named[name].wrong
    if wrong:
        # Its line and column are those of a file that is not there yet.
        raise BadInput(what=f"the source {name} is not added: {wrong.partition(': ')[2]}")
    return text


def _insert_source_text(path: Path, raw: bytes, name: str, source: Mapping[str, Data]) -> str:
    before = parse_sources(path, raw)
    if name in before.named:
        raise SourceExists(path=path, name=name)
    if not raw.strip():
        return document({name: source}, _HEAD)
    if not before.named:
        return _append_first_source(before, raw.decode(errors="replace"), entry(name, source, 0))
    return edited(str(path), raw.decode(), Set(str(path), (name,), source))


def _append_first_source(before: Sources, text: str, lines: str) -> str:
    """The first source in a file that has nothing but comments. Raises `BadInput` where it has something else."""
    if [problem.rule for problem in before.problems] == ["yaml-empty"]:
        return f"{text.rstrip()}\n{lines}"
    for problem in before.problems:
        raise BadInput(what=f"{problem.place}: {problem.message}. {problem.hint}")
    raise BadInput(what=f"{before.path} has something, but no source in it. Add this one by hand:\n{lines}")


def save_sources_file(path: Path, text: str) -> None:
    """Write the file in one step, for nobody's eyes but the owner's. Raises `OSError`."""
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = target.with_name(f".orgtp-{os.getpid()}-{target.name}")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
