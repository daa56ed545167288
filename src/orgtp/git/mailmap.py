"""The mailmap of a commit: the names and addresses that git shows for authors (gitmailmap(5)).

It says who a person is, so it applies to what is shown. It never decides who may do what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property

from orgtp.git.repo import Repo
from orgtp.git.tree import open_tree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import MAILMAP_PATH

# `Proper Name <proper@address> Name in commits <address@in.commits>`: only one address is required.
_LINE = re.compile(r"([^<]*)<([^>]*)>(?:([^<]*)<([^>]*)>)?")


@dataclass(frozen=True)
class Mailmap:
    """What a mailmap says. Names and addresses are compared in lower case.

    `addresses` maps an address in commits to the proper name and address ("" for unchanged). `people` does so for a
    name and an address, and takes precedence.
    """

    addresses: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    people: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def find_author(self, name: str, address: str) -> tuple[str, str]:
        """The proper name and address of the author `name <address>`."""
        key = address.lower()
        proper = self.people.get((name.lower(), key)) or self.addresses.get(key, ("", ""))
        return proper[0] or name, proper[1] or address

    def list_aliases(self, address: str) -> list[str]:
        """The addresses whose proper address is that of `address`, in lower case and sorted. `address` is one."""
        proper = self._resolve_address(address.lower())
        return sorted({address.lower(), proper, *self._aliases.get(proper, ())})

    def _resolve_address(self, address: str) -> str:
        return self.addresses.get(address, ("", ""))[1].lower() or address

    @cached_property
    def _aliases(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for address in self.addresses:
            found.setdefault(self._resolve_address(address), []).append(address)
        return found


def read_mailmap(repo: Repo, commit: str | None) -> Mailmap:
    """The mailmap in the file `.mailmap` of a commit; an empty one if there is none. A link is not followed."""
    raw = open_tree(repo, commit).read_files([MAILMAP_PATH]).get(MAILMAP_PATH, b"") if commit else b""
    return parse_mailmap(raw.decode(errors="replace"))


def parse_mailmap(text: str) -> Mailmap:
    """Parse a mailmap. Lines that git ignores are ignored. Of two lines for an author, the later one counts."""
    addresses: dict[str, tuple[str, str]] = {}
    people: dict[tuple[str, str], tuple[str, str]] = {}
    for line in text.split("\n"):
        found = _LINE.match(line) if not line.startswith("#") else None
        if not found:
            continue
        name, proper, old_name, old = ((part or "").strip() for part in found.groups())
        if not found[4]:
            old, proper = proper, ""
        key = old.lower()
        if old_name:
            people[old_name.lower(), key] = (name, proper)
        else:
            before = addresses.get(key, ("", ""))
            addresses[key] = (name or before[0], proper or before[1])
    return Mailmap(addresses, people)
