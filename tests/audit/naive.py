"""The audit's question for score files, asked the slow way: a git process for each answer."""

from __future__ import annotations

from collections import Counter

from tests.audit.scene import Scene

Files = dict[str, tuple[str, str]]


def is_tampered(scene: Scene, rev: str = "main") -> bool:
    """Whether any commit did anything to a score file but put lines at its end; in a merge, lines of its parents."""
    seen: Counter[bytes] = Counter()
    wrong = [commit for commit in _commits(scene, rev) if _wrong(scene, commit, seen)]
    return bool(wrong) or _twice(seen)


def _commits(scene: Scene, rev: str) -> list[str]:
    return scene.git("--no-replace-objects", "rev-list", "--reverse", "--topo-order", rev).split()


def _wrong(scene: Scene, commit: str, seen: Counter[bytes]) -> bool:
    head = scene.git("cat-file", "commit", commit).split("\n\n")[0]
    parents = [row.removeprefix("parent ") for row in head.split("\n") if row.startswith("parent ")]
    before = [_files(scene, parent) for parent in parents] or [{}]
    after = _files(scene, commit)
    if len(parents) > 1:
        return any(_badly_merged(scene, path, before, after) for path in {path for old in before for path in old})
    return any(_badly_grown(scene, before[0].get(path), after.get(path), seen) for path in {*before[0], *after})


def _files(scene: Scene, commit: str) -> Files:
    """Path to mode and object id of the score files of a commit."""
    rows = scene.git("ls-tree", "-r", "-z", commit, "scores/").split("\0")
    pairs = (row.split("\t", 1) for row in rows if row)
    return {path: (meta.split()[0], meta.split()[2]) for meta, path in pairs}


def _badly_grown(scene: Scene, old: tuple[str, str] | None, new: tuple[str, str] | None, seen: Counter[bytes]) -> bool:
    if new is None or new[0] != (old or new)[0] or new[0] == "120000":
        return True
    was, now = (_raw(scene, one) for one in (old, new))
    seen.update(now[len(was) :].splitlines())
    return not now.startswith(was) or not now.endswith(b"\n")


def _badly_merged(scene: Scene, path: str, before: list[Files], after: Files) -> bool:
    if path not in after or {after[path][0], *(old[path][0] for old in before if path in old)} != {"100644"}:
        return True
    result = _raw(scene, after[path]).splitlines(keepends=True)
    parents = [_raw(scene, old.get(path)).splitlines(keepends=True) for old in before]
    nowhere = Counter(result) - Counter({line: sum(one.count(line) for one in parents) for line in result})
    lost = {line for one in parents for line in one} - set(result)
    pairs = {pair for one in parents for pair in _pairs(one)}
    disputed = {line for one, other in pairs if (other, one) in pairs for line in (one, other)}
    fixed = [(one, other) for one, other in pairs if not {one, other} & disputed]
    return bool(nowhere) or bool(lost) or any(_is_moved(*pair, result) for pair in fixed)


def _pairs(lines: list[bytes]) -> set[tuple[bytes, bytes]]:
    """Each line with each that comes later."""
    return {(one, other) for number, one in enumerate(lines) for other in lines[number + 1 :] if one != other}


def _is_moved(one: bytes, other: bytes, result: list[bytes]) -> bool:
    """Whether every copy of a line comes after every copy of another one that it must precede."""
    return min(n for n, line in enumerate(result) if line == one) > max(
        n for n, line in enumerate(result) if line == other
    )


def _raw(scene: Scene, leaf: tuple[str, str] | None) -> bytes:
    return scene.raw("cat-file", "blob", leaf[1]) if leaf else b""


def _twice(seen: Counter[bytes]) -> bool:
    """Whether a record was added twice: the tampers of the test that uses this bring whole lines of their own."""
    return any(count > 1 for count in seen.values())
