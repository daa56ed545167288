"""Two moments of one org beside each other: what a pull request starts from, and what it would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org


@dataclass(frozen=True)
class OrgPair:
    """The org before and after, and the bytes of every file of it that differs.

    `old` has the files that were there before, `new` those that are there now; a file that was removed is in `old`
    alone. `used` names the seats that are new in `after` and yet had a file in an earlier commit, with that commit;
    `shallow`: the history does not reach far enough to know them all. `base` is the commit of `before`.
    """

    before: Org
    after: Org
    old: Mapping[str, bytes] = field(default_factory=dict)
    new: Mapping[str, bytes] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    shallow: bool = False
    base: str = "BASE"

    def is_new(self, path: str) -> bool:
        """Whether the file `path` was not there before."""
        return path in self.new and path not in self.old
