"""The interface of a kind of source, its error, and how installed kinds are found.

A kind is a class that a distribution registers in the entry point group `orgtp.sources`; so are the five built-in ones.
Plugins import `Key`, `Kind`, `Form`, `Fault` and `SourceFailed` from here: docs/sources.md documents these names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "orgtp.sources"
EXTRA = "pip install 'orgtp[sources]'"
_OURS = "orgtp"
_GIB = 1 << 30
# The kinds whose value is that of a period that is over, computed from the org itself.
MEASURING_KINDS = frozenset({"record"})


class Form(StrEnum):
    """The form of a setting: a text, a list of texts, or a mapping of names to texts."""

    TEXT = "text"
    LIST = "list"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a kind takes. The value of a `secret` key never leaves the process that asks the source."""

    form: Form = Form.TEXT
    required: bool = False
    options: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the setting `key`, and what to write instead."""

    key: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a value from the record is asked for: the org's folder and commit, the time now, and the period."""

    org: str
    revision: str
    now: str
    period: str


class SourceFailed(Exception):
    """A source returned no value. `why` is the reason, in one line; `again` says whether a retry may help."""

    def __init__(self, why: str, *, again: bool = True) -> None:
        super().__init__(why)
        self.why, self.again = why, again


class Kind:
    """One kind of source. `ask` runs in a separate process, in the folder of the sources file.

    `keys` are the settings that it takes. `bare` names the key that is meant if the source holds a plain value instead
    of a mapping of keys. `needs` maps each required module to the command that installs it. `memory` limits the
    process, in bytes; 0 means no limit. `asked_for` is set for the kinds in `MEASURING_KINDS` alone.
    """

    keys: ClassVar[Mapping[str, Key]] = {}
    bare: ClassVar[str] = ""
    needs: ClassVar[Mapping[str, str]] = {}
    memory: ClassVar[int] = 2 * _GIB
    asked_for: AskedFor | None = None

    def faults(self, settings: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield what is wrong with well-formed settings. Called when the sources file is read."""
        del settings
        yield from ()

    @property
    def lacks(self) -> str:
        """Which required modules are missing and how to install them; "" if none is."""
        return "; ".join(self.without(name) for name in self.needs if find_spec(name) is None)

    def without(self, name: str) -> str:
        """Return the message for a missing module that this kind needs."""
        return f"{name} is not installed. Install it: {self.needs[name]}"

    def ask(self, settings: Mapping[str, Any]) -> str:
        """Return the value as a person would type it. Raises `SourceFailed`; any other exception is also a failure."""
        raise NotImplementedError


@cache
def find_kinds() -> Mapping[str, EntryPoint]:
    """Return every installed kind by name. A plugin cannot replace a built-in kind."""
    from importlib.metadata import entry_points

    found = sorted(entry_points(group=GROUP), key=lambda entry: (is_builtin_kind(entry), entry.value))
    return {entry.name: entry for entry in found}


def is_builtin_kind(entry: EntryPoint) -> bool:
    """Whether a kind is built in."""
    return entry.dist is not None and entry.dist.name == _OURS


def load_kind(place: str) -> Kind:
    """Load the kind at `place`, an entry point value `module:class`. Raises `SourceFailed`."""
    from importlib.metadata import EntryPoint

    try:
        made = EntryPoint("kind", place, GROUP).load()()
    except (Exception, SystemExit) as error:
        raise SourceFailed(f"{place} cannot be loaded: {type(error).__name__}: {error}", again=False) from error
    if not isinstance(made, Kind):
        raise SourceFailed(f"{place} is not an orgtp.sources.kind.Kind", again=False)
    return made
