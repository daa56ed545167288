"""Who may answer for an agent, and since when it exists: the authors of its file, its code owners, its first commit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from pathlib import Path

from orgtp.discovery.code_owners import GITHUB_PLACES, GITLAB_PLACES, find_code_owners
from orgtp.discovery.items import FoundItem, clean
from orgtp.discovery.scan_log import ScanLog
from orgtp.git.foreign_history import FileHistory, UnreadableHistory, read_file_histories
from orgtp.importers.repositories import FoundRepository
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.found import FoundAuthor, FoundKind

_MOST_AUTHORS = 3
_OWNED = frozenset({FoundKind.RUNNING, FoundKind.TEMPLATE})


@dataclass(frozen=True, slots=True)
class _CodeOwners:
    """A file of code owners, and whose rules it follows."""

    text: str
    gitlab: bool


def find_owners(
    items: Iterable[FoundItem], log: ScanLog, zone: tzinfo
) -> dict[int, tuple[tuple[FoundAuthor, ...], str]]:
    """The authors and the first day in a time zone of each item with a repository, by the `id` of the item."""
    by_repository: dict[Path, list[FoundItem]] = {}
    for item in items:
        if item.repository and item.inside and item.kind in _OWNED:
            by_repository.setdefault(item.repository.root, []).append(item)
    found = {}
    for root, mine in sorted(by_repository.items()):
        histories = _read_histories(root, {item.inside for item in mine}, log)
        owners = _read_code_owners(root, mine[0].repository, log)
        for item in mine:
            history = histories.get(item.inside)
            authors = _list_code_owners(owners, item.inside) + _list_authors(history)
            started = history.started if history else None
            found[id(item)] = (authors, started.astimezone(zone).date().isoformat() if started else "")
    return found


def _read_histories(root: Path, paths: set[str], log: ScanLog) -> Mapping[str, FileHistory]:
    try:
        return read_file_histories(root, paths, log.limits.commits, log.limits.history_seconds)
    except UnreadableHistory as error:
        why = str(error)
    except OSError as error:
        # The folder for temporary files is full, or a path in `.git` is longer than the system allows.
        why = error.strerror or str(error)
    log.skip(f"history of {os.fspath(root)}", why)
    return {}


def _list_authors(history: FileHistory | None) -> tuple[FoundAuthor, ...]:
    """Those with most commits, and their shares in percent, rounded in whole numbers."""
    counts = history.commits if history else {}
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda one: (_is_program(one[0]), -one[1], one[0]))[:_MOST_AUTHORS]
    return tuple(FoundAuthor(clean(who), "git", (200 * number + total) // (2 * total)) for who, number in ranked)


def _is_program(address: str) -> bool:
    """Whether an address is that of a program: an app of GitHub, or what signs the commits of a client."""
    return "[bot]@" in address or address in {"noreply@anthropic.com", "noreply@github.com", "cursoragent@cursor.com"}


def _read_code_owners(root: Path, repository: FoundRepository | None, log: ScanLog) -> _CodeOwners | None:
    name = repository.name if repository else ""
    gitlab = "gitlab" in name or (root / ".gitlab").is_dir() or (root / ".gitlab-ci.yml").is_file()
    gitlab = gitlab and not name.startswith("github.com/")
    for place in GITLAB_PLACES if gitlab else GITHUB_PLACES:
        path = root / place
        if os.path.lexists(path) and not path.parent.is_symlink():
            raw = log.read(os.fspath(path), os.fspath(path), "CODEOWNERS")
            return _CodeOwners(raw.decode(errors="replace"), gitlab) if raw is not None else None
    return None


def _list_code_owners(owners: _CodeOwners | None, path: str) -> tuple[FoundAuthor, ...]:
    names = find_code_owners(owners.text, path, gitlab=owners.gitlab) if owners else ()
    return tuple(FoundAuthor(clean(name), "CODEOWNERS") for name in names[:_MOST_AUTHORS])
