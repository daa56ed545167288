"""An org before and after a pull request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.results import Moment


@dataclass(frozen=True)
class OrgPair:
    """The org before and after, and the content of every file that differs.

    `old` has the files before, `new` those after; a removed file is only in `old`. `used` maps each seat that is new in
    `after`, but had a file earlier in the history, to that commit. `shallow` means that the history is too short to
    know all of them. `base` is the commit of `before`. `appends_only` means that one commit leads from `before` to
    `after`, so score files may only grow at their end; a merge may also insert rows. `moments` maps each seat whose
    retirement record is new to the org as it was where a commit added the record.
    """

    before: Org
    after: Org
    old: Mapping[str, bytes] = field(default_factory=dict)
    new: Mapping[str, bytes] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    shallow: bool = False
    base: str = "BASE"
    appends_only: bool = False
    moments: Mapping[str, tuple[Moment, ...]] = field(default_factory=dict)

    def is_new(self, path: str) -> bool:
        """Whether the file `path` was added."""
        return path in self.new and path not in self.old
