"""`orgtp source add`: build a source from options, and word its errors in terms of options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orgtp.cli.session import remember_result, write_stderr, write_stdout
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput
from orgtp.model.text import did_you_mean, join_with_and

_BUILT_IN = ("command", "sql", "http", "file", "record")
# The kinds of source that each option applies to.
_FOR = {
    "header": ("http",),
    "body": ("http",),
    "pointer": ("http", "file"),
    "column": ("file",),
    "rollup": ("file",),
    "format": ("file",),
    "max-age": ("file",),
    "seat": ("record",),
}
# Hints of the reader of the sources file, reworded as options.
_AS_TYPED = (
    (r"Add column: NAME, or rollup: count", "Use --column NAME, or --rollup count"),
    (r"Add format: csv, json or jsonl", "Use --format csv, json or jsonl"),
    (r'write url: "env:BOOKS_URL"', 'use --sql env:BOOKS_URL "select …"'),
    (r'write url: "env:METRICS_URL"', "use --http env:METRICS_URL"),
    (r'write headers: \{(\S+): "env:NAME"\}', r"use --header \1=env:NAME"),
    (r"\bmax_age\b", "--max-age"),
)


@dataclass(frozen=True, slots=True)
class NewSource:
    """The options as given. `options` holds those that only some kinds have, by name. "" and None: not given.

    `kind` is a kind that was installed, and `settings` are its settings, each as KEY=VALUE.
    """

    command: str
    sql: tuple[str, str]
    http: str
    file: str
    headers: tuple[str, ...]
    options: Mapping[str, str]
    timeout: str
    retries: int | None
    kind: str = ""
    settings: tuple[str, ...] = ()
    record: str = ""


def build_source(new: NewSource) -> dict[str, Any]:
    """Build the source from its options. Raises `BadInput` if the kind is unclear or an option does not apply to it."""
    kinds: dict[str, Any] = {
        "command": _split_command(new.command),
        "sql": dict(zip(("url", "query"), new.sql, strict=True)) if any(new.sql) else {},
        "http": {"url": new.http} if new.http else {},
        "file": {"path": _absolute_path(new.file)} if new.file else {},
        "record": {"measure": new.record} if new.record else {},
    }
    chosen = {kind: settings for kind, settings in kinds.items() if settings}
    chosen |= {new.kind: _read_plugin_settings(new)} if new.kind else {}
    if len(chosen) != 1:
        raise BadInput(
            what="give one of --command, --sql, --http, --file and --record, or --kind for another installed kind"
        )
    if new.settings and not new.kind:
        raise BadInput(what="--set applies to --kind")
    ((kind, settings),) = chosen.items()
    said = {name: value for name, value in new.options.items() if value}
    _refuse_other_kinds(kind, [*(["header"] if new.headers else []), *said])
    headers: dict[str, Any] = {"headers": dict(map(_parse_header, new.headers))} if new.headers else {}
    headers |= {"method": "POST"} if "body" in said else {}
    below = headers | {name.replace("-", "_"): value for name, value in said.items()}
    common = {"timeout": new.timeout, "retries": new.retries}
    return {kind: settings | below if below else settings} | {k: v for k, v in common.items() if v not in {"", None}}


def _read_plugin_settings(new: NewSource) -> dict[str, Any]:
    """The settings of an installed kind, in the forms that it takes. Raises `BadInput`."""
    from orgtp.api import describe_source_kind

    keys, found = describe_source_kind(new.kind), dict[str, Any]()
    for text in new.settings:
        name, equals, value = text.partition("=")
        key, dot, below = name.partition(".")
        if not equals or key not in keys:
            hint = did_you_mean(key, keys) or f"It has: {', '.join(keys) or 'none'}."
            raise BadInput(what=f'--set "{key}" is not a setting of {new.kind}. {hint}')
        if keys[key].secret and not value.startswith(("env:", "file:")):
            raise BadInput(what=f"{key} is a secret. Name where it is: --set {key}=env:VARIABLE or {key}=file:PATH")
        form = keys[key].form.value
        if form == "texts" and dot:
            found.setdefault(key, {})[below] = value
        elif form == "list":
            found.setdefault(key, []).append(value)
        elif form == "text" and not dot and key not in found:
            found[key] = value
        else:
            wanted = f"{key}.NAME=VALUE" if form == "texts" else f"{key}=VALUE, once"
            raise BadInput(what=f"--set {name} is not the form of this setting. Write it as {wanted}")
    return found


def _refuse_other_kinds(kind: str, names: list[str]) -> None:
    for name in names:
        if kind not in _FOR[name]:
            given = f"--{kind}" if kind in _BUILT_IN else f"--kind {kind}"
            raise BadInput(
                what=f"--{name} applies to {join_with_and(f'--{one}' for one in _FOR[name])}, not to {given}"
            )


def _absolute_path(file: str) -> str:
    """Make a path absolute, because the source runs in another folder."""
    return file if file.startswith(("~", "env:", "file:")) else str(Path(file).absolute())


def _split_command(command: str) -> list[str]:
    """Split a command into words, and expand ~/ in each, as a shell does without quotes."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadInput(what=f"cannot split --command into words: {error}") from error
    return [str(Path(word).expanduser()) if word.startswith("~/") else word for word in words]


def _parse_header(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        # Do not repeat the text: it may contain a secret.
        raise BadInput(what="a --header is not NAME=VALUE. Example: --header Authorization=env:TOKEN")
    return name, value


def add_source(name: str, source: dict[str, Any], sources: Path | None, *, dry_run: bool) -> int:
    """Add the source to this machine's file, and print what to know about it. Returns the exit code."""
    from orgtp.api import insert_source, refuse_inside, save_sources_file, sources_path

    path = sources_path(sources)
    refuse_inside(path)
    try:
        text = insert_source(path, name, source)
    except BadInput as error:
        raise BadInput(what=_name_options(str(error))) from error
    if dry_run:
        write_stdout(text)
        write_stderr(f"dry run, nothing written. This would be the content of {path}.")
    else:
        save_sources_file(path, text)
        remember_result(f"{name} is in {path}")
        write_stdout(f"Added {name} to {path}.\n")
    for what in _list_warnings(source, path.parent):
        write_stderr(what)
    if not dry_run:
        where = f" --sources {shlex.quote(str(sources))}" if sources else ""
        write_stderr(f"test it with: orgtp source test {name}{where}")
    return 0


def _name_options(said: str) -> str:
    for pattern, words in _AS_TYPED:
        said = re.sub(pattern, words, said)
    return said


def _list_warnings(source: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Warn of what would otherwise only show when the source runs."""
    from orgtp.api import explain_shell_words, find_kinds, load_kind

    kind = next(iter(source))
    if kind not in _BUILT_IN:
        # Nothing else is known of a kind that was installed; its own code runs only when the source is asked.
        return
    if lacks := load_kind(find_kinds()[kind].value).lacks:
        yield lacks
    if kind == "command" and (words := explain_shell_words(source["command"])):
        yield f"note:{words.removeprefix('.')}"
    if relative := next(_relative_paths(source), ""):
        yield f"{relative} is relative to {folder}, the folder of the sources file"


def _relative_paths(source: Mapping[str, Any]) -> Iterator[str]:
    """The paths that are relative to the folder of the sources file."""
    yield from (word for word in source.get("command", ()) if re.fullmatch(r"(?!-)[^/:\s][^:\s]*/[^:\s]*", word))
    found = re.fullmatch(r"sqlite:///([^/~:].*)", source.get("sql", {}).get("url", ""))
    yield from found.groups() if found else ()
