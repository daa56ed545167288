"""Units of systemd as text: services, and what starts them (systemd.syntax(7), systemd.timer(5))."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from orgtp.lazy_dataclass import dataclass

_SECTION = re.compile(r"\[([^\]\n]+)\]")
_STARTS = ("ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition")
_TIMES = (
    "OnCalendar", "OnBootSec", "OnStartupSec", "OnActiveSec", "OnUnitActiveSec", "OnUnitInactiveSec", "OnClockChange",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SystemdUnit:
    """A unit: its settings by section and key, each with all its values in order."""

    settings: Mapping[tuple[str, str], tuple[str, ...]]

    def last(self, section: str, key: str) -> str:
        """The value that counts for a key with one value; "" if it is not set."""
        return (self.settings.get((section, key)) or ("",))[-1]

    @property
    def commands(self) -> Iterator[tuple[str, ...]]:
        """The words of each command that a service starts."""
        for key in _STARTS:
            for value in self.settings.get(("Service", key), ()):
                yield from _split_commands(value)

    @property
    def times(self) -> str:
        """When a timer elapses, as it says itself: `OnCalendar=Mon..Fri 06:00`."""
        found = [(key, value) for key in _TIMES for value in self.settings.get(("Timer", key), ())]
        return ", ".join(f"{key}={value}" for key, value in found)

    @property
    def is_installed(self) -> bool:
        """Whether it can be enabled by itself."""
        return any(section == "Install" for section, _ in self.settings)


def parse_unit(texts: list[str]) -> SystemdUnit:
    """A unit from its file and its drop-ins, in their order. An empty value removes those before it."""
    settings: dict[tuple[str, str], tuple[str, ...]] = {}
    for text in texts:
        section = ""
        for line in re.sub(r"\\\n[ \t]*(?:[#;][^\n]*\n[ \t]*)*", " ", text).split("\n"):
            bare = line.strip()
            if match := _SECTION.fullmatch(bare):
                section = match[1]
            elif bare and bare[0] not in "#;" and "=" in bare:
                key, _, value = (part.strip() for part in bare.partition("="))
                settings[section, key] = (*settings.get((section, key), ()), value) if value else ()
    return SystemdUnit(settings)


def _split_commands(value: str) -> Iterator[tuple[str, ...]]:
    """The words of the commands of one setting; a word `;` is between two of them."""
    special = re.match(r"[@\-:+!|]*", value)
    begin = special[0] if special else ""
    try:
        words = shlex.split(value[len(begin) :])
    except ValueError:
        words = value[len(begin) :].split()
    words = words[:1] + words[2:] if "@" in begin else words
    command: list[str] = []
    for word in [*words, ";"]:
        if word != ";":
            command.append(word)
        elif command:
            yield tuple(command)
            command = []
