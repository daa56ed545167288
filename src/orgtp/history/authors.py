"""Find the seats that commits are by. An address belongs to the seat that had it when the commit was made.

Seats are looked up one at a time, so that the cost does not grow with the org.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import UTC, date, tzinfo
from functools import cached_property

from orgtp.files.org import read_org_head
from orgtp.files.seat import read_seat
from orgtp.files.signers import read_signers
from orgtp.files.tree import HEAD
from orgtp.git.cat_file import GitObject, ObjectTooLarge
from orgtp.git.errors import GitFailed
from orgtp.git.mailmap import Mailmap, read_mailmap
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import GIT_NAMESPACE, read_claimed_key
from orgtp.git.tree import TREE, TreeEditor, open_tree
from orgtp.history.locate import OrgSnapshot
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.model.seat import Seat, seat_path
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, SignerKey
from orgtp.model.text import is_id

_FOLDER = "seats"
# Up to this many seats, reading all of them is faster than starting `git grep`.
_FEW = 50
# The entry of a plain file in a tree object: mode, space, name, NUL, and an id of this many bytes (git-mktree(1)).
_PLAIN_FILE = re.compile(rb"(?s)0*100[0-7]{3} [^\0]+\.yaml\0.*")


def find_seats_folder(tree: TreeEditor) -> str:
    """The id of the folder with the seats of a tree; "" if there is none."""
    node = tree.find_entry(_FOLDER)
    return node.id if node and node.mode == TREE else ""


def find_seats_with_address(repo: Repo, folder: str, address: str) -> list[Seat]:
    """The seats of a folder (its id) that have the address, or a holder with it at some time, sorted by id."""
    if not folder or not address:
        return []
    files = _read_files_with(repo, folder, address)
    return [seat for seat in _parse_seats(files) if address.lower() in (one.lower() for one in seat.every_email)]


def select_seats_on(seats: Iterable[Seat], address: str, day: Callable[[], date]) -> list[Seat]:
    """Those of the seats that have the address on a day, which is asked for only if one of them has holders."""
    return [seat for seat in seats if not seat.holders or seat.has_email_on(address, day())]


def read_zone(tree: TreeEditor) -> tzinfo:
    """The time zone of the org in a tree; UTC if it cannot be read."""
    raw = tree.read_files([HEAD]).get(HEAD)
    return read_org_head(raw)[0].zone if raw is not None else UTC


def find_any_address(repo: Repo, folder: str) -> str:
    """The path of a seat file of a folder that has an address, or that cannot be read and may have one; "" if none.

    In a large folder, only files with the word or with a conflict mark are read: without it, they have no address.
    """
    if not folder:
        return ""
    found = repo.read(folder)
    if found is None:
        return _FOLDER
    names = [row.partition(b" ")[2].partition(b"\0")[0] for row in _list_rows(found) - _list_seat_files(found)]
    odd = sorted(os.fsdecode(name) for name in names if not name.startswith(b".") and name != b"README.md")
    if odd:
        return f"{_FOLDER}/{odd[0]}"
    rows = _select_rows_with(repo, folder, _list_seat_files(found), ("email", "<<<<<<<"))
    files = _read_rows(repo, rows)
    seats = {name: read_seat(seat_path(name), files[name])[0] if name in files else None for name in _list_names(rows)}
    fit = [name for name, seat in seats.items() if seat is None or seat.may_have_address]
    return next(map(seat_path, sorted(fit, key=lambda name: (seats[name] is not None, name))), "")


def select_acting_seat(seats: Iterable[Seat]) -> str:
    """The id of the seat that acts, if `seats` have the address: the only one that is not retired, else the only one.

    If several share it, nobody can tell which of them acts: "".
    """
    found = list(seats)
    left = [seat for seat in found if not seat.is_retired] or found
    return left[0].id if len(left) == 1 else ""


def _parse_seats(files: dict[str, bytes]) -> Iterator[Seat]:
    found = (read_seat(seat_path(name), raw)[0] for name, raw in sorted(files.items()))
    return (seat for seat in found if seat)


def _read_files_with(repo: Repo, folder: str, text: str) -> dict[str, bytes]:
    """Seat to file content of a folder: at least each file that has the text, in upper or lower case.

    YAML can spell a text with escapes, so a file with a backslash may have it, too.
    """
    return _read_rows(repo, _select_rows_with(repo, folder, _list_seat_files(repo.read(folder)), [text]))


def _select_rows_with(repo: Repo, folder: str, rows: set[bytes], texts: Sequence[str]) -> set[bytes]:
    """The entries whose files may have one of the texts. Of a few, all are selected, and all that git cannot search."""
    if len(rows) <= _FEW:
        return rows
    words = ("grep", "-l", "-z", "-i", "-a", "-F", "--no-textconv", "--no-recurse-submodules")
    code, out, _ = repo.attempt(*words, *(word for text in (*texts, "\\") for word in ("-e", text)), folder)
    named = {name.partition(b":")[2] for name in out.split(b"\0")}
    return {row for row in rows if b"%s.yaml" % _split_row(row)[0] in named} if code <= 1 else rows


def _list_rows(folder: GitObject | None) -> set[bytes]:
    """The entries of a tree object, each as it is stored there."""
    if folder is None:
        return set()
    return set(re.findall(rb"(?s)[0-7]+ [^\0]+\0.{%d}" % (len(folder.id) // 2), folder.raw))


def _list_seat_files(folder: GitObject | None) -> set[bytes]:
    """The entries of a folder that are files of seats."""
    rows = _select_seat_files(_list_rows(folder))
    return {row for row in rows if is_id(_split_row(row)[0].decode(errors="replace"))}


def _list_names(rows: Iterable[bytes]) -> list[str]:
    return sorted(_split_row(row)[0].decode() for row in rows)


def _select_seat_files(rows: Iterable[bytes]) -> set[bytes]:
    """The entries that are plain files with the ending of a seat's file."""
    return {row for row in rows if _PLAIN_FILE.fullmatch(row)}


def _split_row(row: bytes) -> tuple[bytes, str]:
    """The seat and the id of the content of an entry."""
    name, _, oid = row.partition(b" ")[2].partition(b".yaml\0")
    return name, oid.hex()


def _read_rows(repo: Repo, rows: Iterable[bytes]) -> dict[str, bytes]:
    """Seat to content of the entries. What cannot be read is left out."""
    ids = {name.decode(errors="replace"): oid for name, oid in map(_split_row, rows)}
    try:
        blobs = repo.read_blobs(ids.values())
    except (GitFailed, ObjectTooLarge):
        blobs = dict(found for oid in set(ids.values()) for found in _read_blob_if_possible(repo, oid))
    return {name: blobs[oid] for name, oid in ids.items() if oid in blobs and is_id(name)}


def _read_blob_if_possible(repo: Repo, oid: str) -> Iterator[tuple[str, bytes]]:
    try:
        yield from repo.read_blobs([oid]).items()
    except (GitFailed, ObjectTooLarge):
        return


@dataclass
class _AddressIndex:
    """Finds the seats with an address in one version of the folder after another.

    Versions differ little, so only the files that differ are read again. `_seats` has the seats by address and id.
    """

    repo: Repo
    _folder: str = ""
    _rows: set[bytes] = field(default_factory=set)
    _seats: dict[str, dict[str, Seat]] = field(default_factory=dict)

    def find_seats(self, folder: str, address: str) -> list[Seat]:
        """The seats with the address in the folder, sorted by id."""
        if not folder or not address:
            return []
        self._move_to(folder)
        if address not in self._seats:
            self._seats[address] = {seat.id: seat for seat in find_seats_with_address(self.repo, folder, address)}
        return [seat for _, seat in sorted(self._seats[address].items())]

    def _move_to(self, folder: str) -> None:
        if folder == self._folder:
            return
        rows = _list_rows(self.repo.read(folder))
        if self._seats:
            for name, _ in map(_split_row, _select_seat_files(self._rows - rows)):
                for seats in self._seats.values():
                    seats.pop(name.decode(errors="replace"), None)
            for seat in _parse_seats(_read_rows(self.repo, _select_seat_files(rows - self._rows))):
                for address in {email.lower() for email in seat.every_email} & self._seats.keys():
                    self._seats[address][seat.id] = seat
        self._folder, self._rows = folder, rows


@dataclass
class CommitActors:
    """Finds the seat behind each commit. The names of seats are those at `rev`."""

    repo: Repo
    rev: str
    mailmap: Mailmap = field(default_factory=Mailmap)
    _named: dict[str, Seat | None] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)
    _signers: dict[str, tuple[SignerKey, ...]] = field(default_factory=dict)

    @cached_property
    def _editor(self) -> TreeEditor:
        return open_tree(self.repo, self.rev)

    @cached_property
    def _index(self) -> _AddressIndex:
        return _AddressIndex(self.repo)

    def find_seat(self, seat: str) -> Seat | None:
        """The seat with the id `seat`, if it exists and its file can be read."""
        if seat not in self._named:
            path = seat_path(seat)
            raw = self._editor.read_files([path]).get(path) if is_id(seat) else None
            self._named[seat] = read_seat(path, raw)[0] if raw is not None else None
        return self._named[seat]

    def find_name(self, commit: Commit) -> str:
        """The name of the seat that acted, of a commit that `identify` returned; if it is only claimed, the author.

        A seat that passes from one person to another has the name of the person who held it that day.
        """
        seat = None if commit.by_claimed else self.find_seat(commit.by)
        if seat is None or not seat.holders:
            return seat.name if seat else commit.author
        return seat.person_on(self.find_day(commit)) or seat.name_on(self.find_day(commit))

    def identify_all(self, history: Iterable[Commit]) -> Iterator[Commit]:
        """`identify` each commit of a history in which every commit has all its parents and paths, newest first."""
        for commit in history:
            has_other_seats = len(commit.parents) != 1 or _touches_seats(commit)
            yield self.identify(commit, has_other_seats=has_other_seats)
            folder = self._folders.pop(commit.id, None)
            if folder is not None and not has_other_seats:
                self._folders[commit.parents[0]] = folder

    def identify(self, commit: Commit, *, has_other_seats: bool = True) -> Commit:
        """The commit with the seat that acted in `by`, and with the author's name and address from the mailmap.

        The seat is the one in the commit's trailer, else the one with the author's address; "" if there is none, or if
        several share the address. A name in a trailer is a claim, unless it is that of the signer or, where commits
        are not signed, of a seat with the address. `has_other_seats`: the seats may be others than before the commit.
        """
        author, email = self.mailmap.find_author(commit.author, commit.email)
        seats = self._find_author_seats(commit, email, has_other_seats=has_other_seats)
        by, claims = commit.by or select_acting_seat(seats), {commit.by, commit.approved_by} - {""}
        proven = (self._find_signers(commit) if claims else None) or {seat.id for seat in seats}
        by_claimed, approved_by_claimed = commit.by in claims - proven, commit.approved_by in claims - proven
        same = (commit.author, commit.email, commit.by) == (author, email, by)
        if same and not (by_claimed or approved_by_claimed):
            return commit
        named = replace(commit, author=author, email=email, by=by)
        return replace(named, by_claimed=by_claimed, approved_by_claimed=approved_by_claimed)

    def _find_signers(self, commit: Commit) -> set[str] | None:
        """Whose key the signature of a commit is made with, as the policy before it says; None if it had no policy.

        The name is "" if it is nobody's. Whether the signature is good is not checked here: the audit does.
        """
        policy = self._open_parent(commit).find_entry(ALLOWED_SIGNERS_PATH) if self._has_policy else None
        if policy is None:
            return None
        if policy.id not in self._signers:
            found = self.repo.read(policy.id)
            self._signers[policy.id] = read_signers(found.raw)[0] if found else ()
        made = self.repo.read(commit.id)
        key = read_claimed_key(made.raw, commit.id) if made else ""
        at = int(commit.at.timestamp())
        return {""} | {
            one.principal
            for one in self._signers[policy.id]
            if key and one.blob == key and one.is_for(GIT_NAMESPACE) and one.is_valid_at(at)
        }

    @cached_property
    def _has_policy(self) -> bool:
        return self._editor.find_entry(ALLOWED_SIGNERS_PATH) is not None

    def _find_author_seats(self, commit: Commit, email: str, *, has_other_seats: bool) -> list[Seat]:
        """The seats with the address. Only if there is none, other addresses of the same person count."""
        after = self._find_folder(commit.id)
        before = find_seats_folder(self._open_parent(commit)) if has_other_seats else after
        own = self._find_seats_then(commit, before, after, [email.lower()])
        aliases = () if own else self.mailmap.list_aliases(email)
        return own or self._find_seats_then(commit, before, after, aliases)

    def _find_seats_then(self, commit: Commit, before: str, after: str, addresses: Iterable[str]) -> list[Seat]:
        """The seats that had an address before the commit; if none had it, those that the commit adds with it.

        So a commit cannot give its own author the address of a seat that is there already.
        """
        wanted = list(addresses)
        found = {seat.id: seat for address in wanted for seat in self._find_seats_on(commit, before, address)}
        if not found and before != after:
            own = {seat.id: seat for address in wanted for seat in self._find_seats_on(commit, after, address)}
            parent = self._open_parent(commit) if own else None
            found = {id_: seat for id_, seat in own.items() if parent and not parent.find_entry(seat_path(id_))}
        return list(found.values())

    def _find_seats_on(self, commit: Commit, folder: str, address: str) -> list[Seat]:
        """The seats of a folder that have the address on the day of the commit."""
        return select_seats_on(self._index.find_seats(folder, address), address, lambda: self.find_day(commit))

    def find_day(self, commit: Commit) -> date:
        """The day of a commit in the org's time zone."""
        return commit.at.astimezone(self._zone).date()

    @cached_property
    def _zone(self) -> tzinfo:
        return read_zone(self._editor)

    def _open_parent(self, commit: Commit) -> TreeEditor:
        """The tree of the first parent; an empty one if there is none, or if the clone does not have it.

        `commit.parents` may name other commits: a log of some paths leaves out those that did not touch them.
        """
        parent = f"{commit.id}^"
        return open_tree(self.repo, parent if self.repo.read(parent) else None)

    def _find_folder(self, commit: str) -> str:
        if commit not in self._folders:
            self._folders[commit] = find_seats_folder(open_tree(self.repo, commit))
        return self._folders[commit]


def _touches_seats(commit: Commit) -> bool:
    return any(changed.path.startswith(f"{_FOLDER}/") for changed in commit.paths)


def find_commit_actors(snapshot: OrgSnapshot, repo: Repo) -> CommitActors:
    """Who is behind the commits of an org. The mailmap is that of the ledger's tip, for the past as well.

    It is kept with the snapshot, because the pages of a thousand seats ask about the same commits and addresses.
    """
    tip = repo.tip(f"refs/heads/{snapshot.head.branch}") or snapshot.revision
    kept: dict[str | None, CommitActors] = vars(snapshot).setdefault("_actors", {})
    if tip not in kept:
        kept.clear()
        kept[tip] = CommitActors(repo, snapshot.revision or repo.empty_tree, read_mailmap(repo, tip))
    return kept[tip]
