"""The door of kinds: what a kind of source says of itself, how it fails, and where it is found.

A kind is a class in a distribution's entry points, in the group `orgtp.sources`; our own four come by the same door.
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


class Form(StrEnum):
    """What stands under a key: a text, a list of texts, or a group of names with a text each."""

    TEXT = "text"
    LIST = "list"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a kind takes. What stands under a `secret` one never leaves the process that asks."""

    form: Form = Form.TEXT
    required: bool = False
    options: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the settings under `key`, and what to write instead."""

    key: str
    message: str
    hint: str


class SourceFailed(Exception):
    """A source gave no value: `why`, in a line. `again` says that asking again may help."""

    def __init__(self, why: str, *, again: bool = True) -> None:
        super().__init__(why)
        self.why, self.again = why, again


class Kind:
    """One kind of source. `ask` runs in a process of its own, whose working folder is that of the sources file.

    `keys` are what it takes; what stands under the kind itself, where that is no group of keys, is the key `bare`.
    `needs` are the modules that it cannot do without, each with what installs it. `memory` is the most that its process
    may take, in bytes; 0: no limit but the machine's.
    """

    keys: ClassVar[Mapping[str, Key]] = {}
    bare: ClassVar[str] = ""
    needs: ClassVar[Mapping[str, str]] = {}
    memory: ClassVar[int] = 2 * _GIB

    def faults(self, settings: Mapping[str, Any]) -> Iterator[Fault]:
        """What is wrong with settings whose form is right; looked at when the sources file is read."""
        del settings
        yield from ()

    @property
    def lacks(self) -> str:
        """What is not installed here, and how it is; "" where all is."""
        return "; ".join(self.without(name) for name in self.needs if find_spec(name) is None)

    def without(self, name: str) -> str:
        """What to say where a module that it needs is missing."""
        return f"{name} is not installed here: {self.needs[name]}"

    def ask(self, settings: Mapping[str, Any]) -> str:
        """The value, as a person would type it. Raises `SourceFailed`; any other exception is a failure, too."""
        raise NotImplementedError


@cache
def find_kinds() -> Mapping[str, EntryPoint]:
    """Every kind that is installed, by name. Nobody takes the name of one of ours."""
    from importlib.metadata import entry_points

    found = sorted(entry_points(group=GROUP), key=lambda entry: (is_builtin_kind(entry), entry.value))
    return {entry.name: entry for entry in found}


def is_builtin_kind(entry: EntryPoint) -> bool:
    """Whether a kind is one of our own."""
    return entry.dist is not None and entry.dist.name == _OURS


def load_kind(place: str) -> Kind:
    """The kind at `place`, `module:class` as entry points have it. Raises `SourceFailed`."""
    from importlib.metadata import EntryPoint

    try:
        made = EntryPoint("kind", place, GROUP).load()()
    except (Exception, SystemExit) as error:
        raise SourceFailed(f"{place} cannot be loaded: {type(error).__name__}: {error}", again=False) from error
    if not isinstance(made, Kind):
        raise SourceFailed(f"{place} is no orgtp.sources.kind.Kind", again=False)
    return made
