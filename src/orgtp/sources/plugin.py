"""Kinds from plugins. Plugin code is not imported here: a separate process describes its keys."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from threading import Event
from typing import Any

from orgtp.model.errors import BadInput
from orgtp.model.text import did_you_mean
from orgtp.sources.kind import Fault, Form, Key, Kind, SourceFailed, find_kinds, is_builtin_kind, load_kind
from orgtp.sources.process import ask_module

_DESCRIBER = "orgtp.sources.plugin_worker"
_SECONDS = 5.0


def open_kind(name: str, entry: EntryPoint) -> Kind:
    """Return the kind `name`: a built-in one itself, a plugin's as a description. Raises `SourceFailed`."""
    if is_builtin_kind(entry):
        return load_kind(entry.value)
    keys, bare = _read_plugin_keys(name, entry.value)
    made: type[PluginKind] = type("Foreign", (PluginKind,), {"keys": keys, "bare": bare})
    return made(name, entry.value)


def describe_source_kind(name: str) -> Mapping[str, Key]:
    """The settings that an installed kind takes. Raises `BadInput` if it is not installed or cannot say."""
    kinds = find_kinds()
    if name not in kinds:
        hint = f"{did_you_mean(name, kinds)} Installed kinds: {', '.join(sorted(kinds))}.".strip()
        raise BadInput(what=f'"{name}" is not an installed kind of source. {hint}')
    try:
        return open_kind(name, kinds[name]).keys
    except SourceFailed as failed:
        raise BadInput(what=f"{failed.why}. Report this to the author of the kind {name}.") from failed


class PluginKind(Kind):
    """The kind `name` at `place` without its code: only the processes of its sources import that."""

    def __init__(self, name: str, place: str) -> None:
        self._name, self._place = name, place

    def faults(self, settings: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield the faults that the kind finds. Raises `SourceFailed`."""
        for key, message, hint in _ask_plugin(self._name, self._place, settings=settings).get("faults", ()):
            yield Fault(str(key), str(message), str(hint))


def _read_plugin_keys(name: str, place: str) -> tuple[Mapping[str, Key], str]:
    """Return the keys that a kind takes, and its `bare` key."""
    answer = _ask_plugin(name, place)
    try:
        rows = answer["keys"].items()
        keys = {
            key: Key(Form(form), bool(must), tuple(words), bool(secret)) for key, (form, must, words, secret) in rows
        }
        return keys, str(answer["bare"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceFailed(f"the kind {name} is broken: its description is malformed", again=False) from error


def _ask_plugin(name: str, place: str, **request: Any) -> Mapping[str, Any]:
    """Return the answer of the kind, which runs in a separate process. Raises `SourceFailed`."""
    fed = json.dumps({"kind": place, **request}).encode()
    raw, _ = ask_module(_DESCRIBER, fed, Path.cwd(), time.monotonic() + _SECONDS, Event())
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise SourceFailed(f"the kind {name} is broken: it does not describe itself", again=False)
    if "why" in answer:
        raise SourceFailed(str(answer["why"]), again=False)
    if "broken" in answer:
        raise SourceFailed(f"the kind {name} is broken: {answer['broken']}", again=False)
    return answer
