"""Random histories with random tampers: the audit and the slow reference say yes or no to the same ones."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orgtp.api.org import open_org
from tests.audit.conftest import copied
from tests.audit.naive import is_tampered
from tests.audit.scene import BOT, CAT, LINK, PROGRAM, Changes, Leaf, Scene, line

FEW = 12
_ASKED = os.environ.get("ORGTP_EXAMPLES", "")
BRANCHES = ("main", "side")
_verdicts: Counter[bool] = Counter()

# A step: where, in which file, what, and a number to choose with.
STEP = st.tuples(
    st.sampled_from(BRANCHES),
    st.sampled_from([BOT, CAT]),
    st.sampled_from(
        [
            *["add"] * 6,
            *["merge"] * 3,
            "many",
            "ours",
            "evil",
            "drop",
            "swap",
            "edit",
            "cut",
            "mode",
            "link",
            "gone",
            "open",
        ]
    ),
    st.integers(0, 7),
)


@settings(
    max_examples=int(_ASKED or FEW),
    deadline=None,
    derandomize=not _ASKED,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(STEP, min_size=2, max_size=7))
def _same(base: Path, steps: list[tuple[str, str, str, int]]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="orgtp-naive-"))
    try:
        scene = copied(base, folder / "scene")
        scene.move(scene.tip(), "side")
        for count, (branch, path, what, number) in enumerate(steps):
            _act(scene, branch, path, what, number, count)
        if scene.tip("side") != scene.tip():
            _act(scene, "main", BOT, "merge", 0, 99)
        found, _ = open_org(scene.shell.folder, now=scene.moment).audit.verify()
        bad = is_tampered(scene)
        _verdicts[bad] += 1
        assert bool(found.violations) == bad, (steps, json.dumps([str(one) for one in found.violations], indent=1))
        assert not found.gaps
    finally:
        shutil.rmtree(folder)


def _act(scene: Scene, branch: str, path: str, what: str, number: int, count: int) -> None:
    """Do one thing on a branch; what cannot be done there is left out."""
    other = BRANCHES[BRANCHES[0] == branch]
    lines = scene.text(path, branch).splitlines(keepends=True) if _is_file(scene, path, branch) else []
    if what in {"merge", "ours", "evil"}:
        if scene.tip(other) != scene.tip(branch):
            _merge(scene, branch, other, what, number, count)
        return
    fresh = [f"{line(f'h{count}-{n}', str(n))}\n" for n in range(3 if what == "many" else 1)]
    content = _changed(lines, what, number, fresh)
    if content is not None or lines:
        scene.commit({path: content}, on=[branch], to=branch)


def _changed(lines: list[str], what: str, number: int, fresh: list[str]) -> str | Leaf | None:
    """What becomes of a file."""
    text, at = "".join(lines), number % max(len(lines), 1)
    if what in {"add", "many"}:
        return text + ("" if text.endswith("\n") or not text else "\n") + "".join(fresh)
    if what == "open":
        return text + fresh[0][:-1]
    if what in {"mode", "link"}:
        return Leaf(PROGRAM if what == "mode" else LINK, text or "x")
    if what == "gone" or not lines:
        return None
    tampered = {
        "drop": lines[:at] + lines[at + 1 :],
        "swap": [*lines[:at], *reversed(lines[at : at + 2]), *lines[at + 2 :]],
        "edit": [*lines[:at], lines[at].replace('"value":"', '"value":"9'), *lines[at + 1 :]],
        "cut": lines[: at + 1],
    }
    return "".join(tampered[what])


def _merge(scene: Scene, branch: str, other: str, what: str, number: int, count: int) -> None:
    """Merge by union as git does it, keep our side alone, or put in or take out a line."""
    changes: dict[str, str | Leaf | None] = {}
    for path in (BOT, CAT):
        ours, theirs = (
            scene.text(path, rev).splitlines(keepends=True) if _is_file(scene, path, rev) else []
            for rev in (branch, other)
        )
        both = [*ours, *(one for one in theirs if one not in ours)]
        if what == "evil":
            both = both[1:] if number % 2 else [*both, f"{line(f'e{count}-{path[7]}')}\n"]
        if what != "ours" and (ours or theirs):
            changes[path] = "".join(both)
    result: Changes = changes
    scene.commit(result, "Merge\n", on=[branch, other], to=branch)


def _is_file(scene: Scene, path: str, rev: str) -> bool:
    return scene.git("ls-tree", rev, "--", path).startswith("100")


def test_the_same_histories_are_tampered_with_for_a_slow_reference(past_made: Path) -> None:
    _verdicts.clear()
    _same(past_made)
    assert min(_verdicts[True], _verdicts[False]) >= 3, _verdicts
