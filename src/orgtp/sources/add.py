"""Add a source to the sources file of this machine and leave the rest of the file as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from orgtp.files.yaml.dumper import format_document, format_yaml_entry
from orgtp.files.yaml.editor import edit_yaml
from orgtp.model.change import SetKey, YamlData
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.sources.config import parse_sources
from orgtp.sources.source import Sources

_HEAD = "How this machine fetches the sources that an org names. Print the schema with: orgtp schema sources"


class SourceExists(OrgtpError):
    """The file already has a source of this name."""

    text = '{path} already has a source "{name}". Change it there, or choose another name.'


def insert_source(path: Path, name: str, source: Mapping[str, YamlData]) -> str:
    """Return the content of the sources file with the source added. Raises `SourceExists`, `BadInput`, `CannotEdit`."""
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raw = b""
    text = _insert_source_text(path, raw, name, source)
    wrong = parse_sources(path, text.encode()).named[name].wrong
    if wrong:
        # The line and column are left out: they refer to a file that does not exist yet.
        raise BadInput(what=f"the source {name} was not added: {wrong.partition(': ')[2]}")
    return text


def _insert_source_text(path: Path, raw: bytes, name: str, source: Mapping[str, YamlData]) -> str:
    before = parse_sources(path, raw)
    if name in before.named:
        raise SourceExists(path=path, name=name)
    if not raw.strip():
        return format_document({name: source}, _HEAD)
    if not before.named:
        return _append_first_source(before, raw.decode(errors="replace"), format_yaml_entry(name, source, 0))
    return edit_yaml(str(path), raw.decode(), SetKey(str(path), (name,), source))


def _append_first_source(before: Sources, text: str, lines: str) -> str:
    """Append the first source to a file that holds only comments. Raises `BadInput` if it holds anything else."""
    if [problem.rule for problem in before.problems] == ["yaml-empty"]:
        return f"{text.rstrip()}\n{lines}"
    for problem in before.problems:
        raise BadInput(what=f"{problem.place}: {problem.message}. {problem.hint}")
    raise BadInput(what=f"{before.path} is not empty, but holds no source. Add this one by hand:\n{lines}")


def save_sources_file(path: Path, text: str) -> None:
    """Replace the file atomically with mode 0600. Raises `OSError`."""
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
