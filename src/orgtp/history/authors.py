"""Find the seats that commits are by, one at a time, so that the cost does not grow with the org."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from orgtp.files.seat import read_seat
from orgtp.git.repo import Repo
from orgtp.git.tree import TREE, TreeEditor, open_tree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.model.seat import Seat, seat_path
from orgtp.model.text import is_id

# Up to this many seats, reading all of them is faster than starting `git grep`.
_FEW = 50


def find_seats_by_email(repo: Repo, editor: TreeEditor, email: str) -> list[Seat]:
    """The seats with an e-mail address, sorted by id."""
    seats = editor.find_entry("seats")
    if not email or seats is None:
        return []
    paths = _find_files_with_email(repo, editor, seats.id, email)
    found = (read_seat(path, raw)[0] for path, raw in editor.read_files(paths).items())
    return [seat for seat in found if seat and seat.email.lower() == email.lower()]


def _find_files_with_email(repo: Repo, editor: TreeEditor, tree: str, email: str) -> list[str]:
    """The seat files that contain an e-mail address, sorted."""
    nodes = editor.list_entries("seats")
    if len(nodes) <= _FEW and all(node.mode != TREE for node in nodes.values()):
        files = editor.read_files(f"seats/{name}" for name in nodes)
        return sorted(path for path, raw in files.items() if email.lower() in raw.decode(errors="replace").lower())
    words = ("grep", "-l", "-z", "-i", "-a", "-F", "--no-textconv", "--no-recurse-submodules", "-e", email, tree)
    out = repo.attempt(*words)[1].decode(errors="replace")
    return sorted(f"seats/{name.partition(':')[2]}" for name in out.split("\0")[:-1])


@dataclass
class CommitActors:
    """Finds the seat behind a commit, with the seats as they are at `rev`."""

    repo: Repo
    rev: str
    _seats: dict[str, Seat | None] = field(default_factory=dict)
    _emails: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _editor(self) -> TreeEditor:
        return open_tree(self.repo, self.rev)

    def find_seat(self, seat: str) -> Seat | None:
        """The seat with the id `seat`, if it exists and its file can be read."""
        if seat not in self._seats:
            path = seat_path(seat)
            raw = self._editor.read_files([path]).get(path) if is_id(seat) else None
            self._seats[seat] = read_seat(path, raw)[0] if raw is not None else None
        return self._seats[seat]

    def find_actor(self, commit: Commit) -> str:
        """The seat id in the commit's trailer, else the seat with the author's e-mail address, else ""."""
        if commit.by:
            return commit.by
        email = commit.email.lower()
        if email not in self._emails:
            seats = find_seats_by_email(self.repo, self._editor, email)
            self._emails[email] = seats[-1].id if seats else ""
        return self._emails[email]

    def find_actor_name(self, commit: Commit) -> str:
        """The name of the acting seat, else of the commit's author."""
        seat = self.find_seat(self.find_actor(commit))
        return seat.name if seat else commit.author
