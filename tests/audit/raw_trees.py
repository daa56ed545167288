"""Trees written entry by entry, as no command of git writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.audit.scene import FILE, Scene

FOLDER = "40000"
# An entry: mode, name, id.
Entry = tuple[str, bytes, str]


def read_tree(scene: Scene, rev: str) -> list[Entry]:
    """The entries of a tree."""
    rows = scene.raw("ls-tree", "-z", rev).split(b"\0")[:-1]
    pairs = [(meta.decode().split(), name) for meta, _, name in (row.partition(b"\t") for row in rows)]
    return [(meta[0].lstrip("0"), name, meta[2]) for meta, name in pairs]


def write_tree(scene: Scene, entries: Sequence[Entry]) -> str:
    """Write a tree with these entries, in this order."""
    return scene.object("tree", b"".join(m.encode() + b" " + n + b"\0" + bytes.fromhex(o) for m, n, o in entries))


def edit_folder(scene: Scene, path: str, edit: Callable[[list[Entry]], list[Entry]], rev: str = "main") -> str:
    """The top tree of `rev`, in which the tree of the folder `path` ("" is the top) is edited."""
    if not path:
        return write_tree(scene, edit(read_tree(scene, f"{rev}^{{tree}}")))
    above, _, name = path.rpartition("/")
    inner = write_tree(scene, edit(read_tree(scene, f"{rev}:{path}")))
    return edit_folder(scene, above, lambda all_: [(m, n, inner if n == name.encode() else o) for m, n, o in all_], rev)


def commit_tree(scene: Scene, tree: str, *parents: str, to: str = "main") -> str:
    """Commit a tree, and move a branch there."""
    words = [word for parent in parents or ("main",) for word in ("-p", parent)]
    return scene.move(scene.git("commit-tree", tree, *words, stdin="Work\n"), to)


def blob(scene: Scene, text: str) -> str:
    """Write a file's content."""
    return scene.object("blob", text.encode())


def insert_sorted(*new: Entry) -> Callable[[list[Entry]], list[Entry]]:
    """An edit that adds entries where git would sort them by name."""
    return lambda entries: sorted([*entries, *new], key=lambda entry: entry[1] + b"/" * (entry[0] == FOLDER))


def file(name: bytes | str, oid: str) -> Entry:
    """An entry of a file."""
    return FILE, name if isinstance(name, bytes) else name.encode(), oid
