"""A file that is being read: what its readers need to make items of it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from orgtp.discovery.items import FoundItem
from orgtp.discovery.machine import ScannedMachine
from orgtp.discovery.patterns import ScanPatterns
from orgtp.discovery.scan_log import ScanLog
from orgtp.discovery.starting import Joiner
from orgtp.importers.repositories import FoundRepository
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.found import FoundKind
from orgtp.model.seat import DefinitionPlace


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and its content. Its fields are as in `WalkedFile`; `what` is its name in answers.

    `trigger` is what starts it by its place alone. `secret` says that it has settings of this machine: then its hash is
    made from what is shown.
    """

    raw: bytes
    path: str
    shown: str
    inside: str
    what: str
    repository: FoundRepository | None
    among: str
    machine: ScannedMachine
    joiner: Joiner
    patterns: ScanPatterns
    log: ScanLog
    trigger: str = ""

    @property
    def text(self) -> str:
        """The content as text."""
        return self.raw.decode("utf-8-sig", "replace")

    def place(self, part: str = "") -> DefinitionPlace:
        """The identity of the file, or of the part with this name in it."""
        digest = sha256(self.raw).hexdigest()
        if self.repository is None:
            return self.machine.place(self.path, digest, part)
        return DefinitionPlace(self.repository.name, self.inside + (f"#{part}" if part else ""), digest)

    def make_item(self, kind: FoundKind, name: str, part: str = "", **more: Any) -> FoundItem:
        """An item for the file, or for a part of it."""
        return FoundItem(
            kind, self.what, name, self.shown, self.place(part), self.path, self.repository, self.inside, self.among,
            **more,
        )  # fmt: skip

    def skip(self, why: str) -> None:
        """Remember that the file could not be read as what it seems to be."""
        self.log.skip(self.shown, why)


def describe_template(file: ReadFile, triggers: list[str]) -> list[str]:
    """The triggers of something in a file; none if it is in a folder of templates, where nothing is started."""
    return [] if file.among == "templates" else triggers
