"""An org before and after a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.problem import Keys
from orgtp.model.results import Moment

# The value of each key of a YAML file as text.
KeyValues = Mapping[Keys, str]
NO_KEYS: KeyValues = {}


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key whose value differs: its keys from the top of the file, and its text before and after; None without it."""

    keys: Keys
    before: str | None
    after: str | None


@dataclass(frozen=True)
class OrgPair:
    """The org before and after, and the content of every file that differs.

    `old` has the files before, `new` those after; a removed file is only in `old`. `old_keys` and `new_keys` have the
    keys of those that are YAML. `old_attributes` and `new_attributes` are the `.gitattributes` files that differ.
    `used` maps each seat that is new in `after`, but had a file earlier in the history, to that commit. `shallow` means
    that the history is too short to know all of them. `base` is the commit of `before`. `appends_only` means that one
    commit leads from `before` to `after`, so score files may only grow at their end; a merge may also insert rows.
    `moments` maps each seat whose retirement record is new to the org as it was where a commit added the record, and
    `newest` to the time of its newest value at the tip of the base branch, which may be after `before`.
    """

    before: Org
    after: Org
    old: Mapping[str, bytes] = field(default_factory=dict)
    new: Mapping[str, bytes] = field(default_factory=dict)
    old_keys: Mapping[str, KeyValues] = field(default_factory=dict)
    new_keys: Mapping[str, KeyValues] = field(default_factory=dict)
    old_attributes: Mapping[str, bytes] = field(default_factory=dict)
    new_attributes: Mapping[str, bytes] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    shallow: bool = False
    base: str = "BASE"
    appends_only: bool = False
    moments: Mapping[str, tuple[Moment, ...]] = field(default_factory=dict)
    newest: Mapping[str, datetime] = field(default_factory=dict)

    def is_new(self, path: str) -> bool:
        """Whether the file `path` was added."""
        return path in self.new and path not in self.old

    def key_changes(self, path: str) -> Iterator[KeyChange]:
        """The keys of a YAML file that differ, in the order of the file; those that it lost come last.

        Nothing if the file is new, removed, or unreadable on either side.
        """
        if path in self.old_keys and path in self.new_keys:
            yield from compare_keys(self.old_keys[path], self.new_keys[path])


def compare_keys(before: KeyValues, after: KeyValues) -> Iterator[KeyChange]:
    """The keys that differ, in the order of `after`; those that it lacks come last."""
    for keys in dict.fromkeys([*after, *before]):
        was, now = before.get(keys), after.get(keys)
        if was != now:
            yield KeyChange(keys, was, now)
