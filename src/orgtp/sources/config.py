"""Read the sources file of this machine strictly. A mistake in one source does not affect the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from orgtp.files.mapping_reader import QUOTE_IT, WRITE_AS, MappingReader
from orgtp.files.yaml.error_messages import QUOTE_VALUE
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.errors import BadInput
from orgtp.model.problem import Place, Problem
from orgtp.model.text import did_you_mean, is_id, join_with_and
from orgtp.sources.duration import parse_duration
from orgtp.sources.kind import Fault, Form, Key, Kind, SourceFailed, find_kinds
from orgtp.sources.plugin import open_kind
from orgtp.sources.source import RETRIES, TIMEOUT, Source, Sources

COMMON = ("timeout", "retries")
MOST_RETRIES = 10
_WRONG = "bad-source"


def sources_path(path: Path | None = None) -> Path:
    """Return the path of the sources file: `path`, else ORGTP_SOURCES, else the default one.

    Raises `BadInput` if the home directory is unknown.
    """
    named = str(path) if path else os.environ.get("ORGTP_SOURCES", "")
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    try:
        return Path(named or Path(base) / "orgtp" / "sources.yaml").expanduser().absolute()
    except RuntimeError as error:
        raise BadInput(what="your home directory is unknown. Name the file with: --sources FILE") from error


SOURCES_INSIDE_ORG = (
    "{} is inside the org. Anyone who can change a file there could run commands on this machine. Keep it "
    "outside, for example in ~/.config/orgtp/sources.yaml"
)


def refuse_inside(path: Path) -> None:
    """Refuse a sources file inside an org's folder. Raises `BadInput`."""
    if any((above / "org.yaml").is_file() for above in path.resolve().parents):
        raise BadInput(what=SOURCES_INSIDE_ORG.format(path))


def read_sources(path: Path | None = None) -> Sources:
    """Read the sources of this machine; there are none if the file does not exist. See `sources_path`."""
    where = sources_path(path)
    try:
        raw = where.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        if not where.is_symlink():
            return Sources(where, {})
        what = f"the sources file is a link to a file that cannot be read: {error.strerror}"
        return Sources(where, {}, (Problem(_WRONG, Place(str(where)), what, "Name another file with --sources FILE."),))
    except OSError as error:
        what = f"the sources file cannot be read: {error.strerror}"
        return Sources(where, {}, (Problem(_WRONG, Place(str(where)), what, "Name another file with --sources FILE."),))
    return parse_sources(where, raw)


def parse_sources(where: Path, raw: bytes) -> Sources:
    """Parse the content `raw` of the sources file `where`."""
    try:
        document = read_document(str(where), raw)
    except NotStrict as error:
        return Sources(where, {}, (_hide_value_in_hint(error.problem),))
    if not isinstance(document.data, dict):
        hint = "Start with the name of a source, and indent its settings below it."
        return Sources(
            where, {}, (Problem("wrong-type", Place(str(where)), "the file does not hold names of sources", hint),)
        )
    problems: list[Problem] = []
    fields = MappingReader(document.data, document.marks, problems, what="the file")
    named = {name: _read_source(fields, name) for name in document.data if not name.startswith("x-")}
    return Sources(where, named, tuple(sorted(problems, key=lambda problem: problem.sort_key)))


def _read_source(above: MappingReader, name: str) -> Source:
    """Read one source. Its problems are added to the file's; the first one says why it cannot be asked."""
    problems: list[Problem] = []
    _check_name(MappingReader(above.data, above.marks, problems), name)
    fields = MappingReader(above.data, above.marks, problems).mapping(name, required=True, what=f"the source {name}")
    kind, settings = _read_kind(fields) if fields else ("", {})
    timeout, retries = (_read_timeout(fields), _read_retries(fields)) if fields else (TIMEOUT, RETRIES)
    problems = [_hide_value_in_hint(problem) for problem in problems]
    above.problems.extend(problems)
    # In reading order: a misspelt key comes before the key that is missing because of it.
    first = next(iter(problems), None)
    # The text is recorded as the reason for a blank, so it must name the file it refers to.
    where = f"the sources file, line {first.place.line}" if first else ""
    wrong = f"{where}: {first.message}. {first.hint}".rstrip() if first else ""
    return Source(name, kind, settings, timeout, retries, wrong, above.marks.key_place(name))


def _hide_value_in_hint(problem: Problem) -> Problem:
    """Return the problem with a hint that does not quote the file: its value may be secret, and hints are recorded."""
    for words, instead in _REPEATING.items():
        if problem.rule in {"wrong-type", "yaml-syntax"} and problem.hint.startswith(words):
            return replace(problem, hint=instead)
    return problem


_REPEATING = {QUOTE_IT: f"{QUOTE_IT}.", QUOTE_VALUE: f"{QUOTE_VALUE}.", WRITE_AS: f"{WRITE_AS} a list: [a, b]."}


def _check_name(fields: MappingReader, name: str) -> None:
    if not is_id(name):
        MappingReader({name: None}, fields.marks, fields.problems).check_keys_are_ids()


def _read_timeout(fields: MappingReader) -> timedelta:
    text = fields.text("timeout")
    span = parse_duration(text)
    if text and span is None:
        fields.add_problem("bad-duration", "timeout", f'timeout "{text}" is not a duration', "Write it as 30s or 2m.")
    return span or TIMEOUT


def _read_retries(fields: MappingReader) -> int:
    if "retries" not in fields.data:
        return RETRIES
    retries = fields.count("retries")
    if retries > MOST_RETRIES:
        hint = f"Use at most {MOST_RETRIES}."
        fields.add_problem(_WRONG, "retries", f"{retries} retries are too many", hint)
    return min(retries, MOST_RETRIES)


def _read_kind(fields: MappingReader) -> tuple[str, Mapping[str, Any]]:
    """Return the kind of the source and its settings. Mistakes in either are added to the problems."""
    name = _find_kind_name(fields)
    if not name:
        return "", {}
    fields.refuse_unknown_keys((name, *COMMON))
    try:
        return name, _read_checked_settings(fields, name, open_kind(name, find_kinds()[name]))
    except SourceFailed as failed:
        fields.add_problem(_WRONG, name, failed.why, "Report this to the author of that kind.")
        return name, {}


def _read_checked_settings(fields: MappingReader, name: str, kind: Kind) -> Mapping[str, Any]:
    """Return the settings. Faults that the kind itself finds are added to the problems."""
    before = len(fields.problems)
    settings = _read_settings(fields, name, kind)
    if len(fields.problems) == before:
        for fault in kind.faults(settings):
            _add_fault(fields, name, kind, fault)
    return settings


def _find_kind_name(fields: MappingReader) -> str:
    """Return the one key that names a kind, or "" if there is none or more than one."""
    names = [key for key in fields.data if key not in COMMON and not key.startswith("x-")]
    known = [name for name in names if name in find_kinds()]
    if len(known) == 1:
        return known[0]
    place = fields.marks.key_place(*fields.keys, *(names[-1:] if len(known) > 1 else names[:1]))
    if known:
        message, hint = f"{fields.what} has two kinds: {join_with_and(known)}", "Keep one, or write two sources."
    elif names:
        known_kinds = _KNOWN.format(", ".join(sorted(find_kinds())))
        hint = f"{did_you_mean(names[0], [*find_kinds(), *COMMON])} {known_kinds}".strip()
        message = f'"{names[0]}" is not an installed kind of source'
    else:
        message, hint = (
            f"{fields.what} has no kind",
            f"Add a kind. {_KNOWN.format(', '.join(sorted(find_kinds())))}",
        )
    fields.problems.append(Problem(_WRONG, place, message, hint))
    return ""


_KNOWN = "Installed kinds: {}."


def _read_settings(fields: MappingReader, name: str, kind: Kind) -> Mapping[str, Any]:
    """Read what is under the kind, according to the keys that the kind takes."""
    if kind.bare and not isinstance(fields.data[name], dict):
        value = _FORMS[kind.keys[kind.bare].form](fields, name, kind.keys[kind.bare])
        return {kind.bare: value} if value else {}
    below = fields.mapping(name, required=True)
    if below is None:
        return {}
    below.refuse_unknown_keys(kind.keys)
    read = {key: _FORMS[what.form](below, key, what) for key, what in kind.keys.items()}
    return {key: value for key, value in read.items() if value}


def _read_text_setting(fields: MappingReader, name: str, key: Key) -> str:
    text = fields.text(name, required=key.required)
    if text and key.options and text not in key.options:
        hint = f"{did_you_mean(text, key.options)} It is one of: {', '.join(key.options)}.".strip()
        fields.add_problem(_WRONG, name, f'{name} "{text}" is not known', hint)
    return text


def _read_list_setting(fields: MappingReader, name: str, key: Key) -> list[str]:
    if name not in fields.data:
        fields.text(name, required=key.required)
        return []
    found = fields.data[name]
    if not isinstance(found, list):
        return list(fields.text_list(name))
    if not found:
        fields.add_problem("empty-text", name, f"{name} is empty", "Write at least one item.")
    for number, item in enumerate(found):
        if not isinstance(item, str) or not item.strip():
            place = fields.marks.value_place(*fields.keys, name, str(number))
            hint = "Put it in quotes." if isinstance(item, (int, Decimal)) else "Write a text, in quotes."
            fields.problems.append(Problem("wrong-type", place, f"item {number + 1} of {name} is not text", hint))
    return found


def _read_texts_setting(fields: MappingReader, name: str, key: Key) -> dict[str, str]:
    below = fields.mapping(name, required=key.required)
    return {one: below.text(one, required=True) for one in below.data} if below else {}


_FORMS: dict[Form, Callable[[MappingReader, str, Key], Any]] = {
    Form.TEXT: _read_text_setting,
    Form.LIST: _read_list_setting,
    Form.TEXTS: _read_texts_setting,
}


def _add_fault(fields: MappingReader, name: str, kind: Kind, fault: Fault) -> None:
    """Add a fault at its key, or at the kind itself if the setting is written without a key."""
    keys = (*fields.keys, name) if fault.key == kind.bare else (*fields.keys, name, fault.key)
    fields.problems.append(Problem(_WRONG, fields.marks.value_place(*keys), fault.message, fault.hint))
