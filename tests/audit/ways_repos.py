"""Repositories that do not hold the whole history, or not as it was: nobody can say of them that they are intact."""

from __future__ import annotations

import zlib
from pathlib import Path

from tests.audit.scene import BOT, CAT, Scene, line


def _cloned(scene: Scene, *words: str) -> Scene:
    """A clone by the protocol that a server speaks."""
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        scene.git("config", key, "true")
    to = scene.at("clone")
    scene.git("clone", "-q", *words, f"file://{scene.shell.folder}", str(to.shell.folder))
    return to


def loose(scene: Scene, oid: str) -> Path:
    """The file of a loose object."""
    path = scene.shell.folder / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path


def shallow(scene: Scene) -> Scene:
    """A clone of the last two commits."""
    scene.append(line("n1"))
    return _cloned(scene, "--depth=2")


def treeless(scene: Scene) -> Scene:
    """A clone without trees."""
    scene.append(line("n1"))
    return _cloned(scene, "--filter=tree:0")


def blobless(scene: Scene) -> Scene:
    """A clone without the files of the past."""
    scene.edit("org.yaml", "Acme", "Acme Inc")
    scene.append(line("n1"))
    return _cloned(scene, "--filter=blob:none")


def blobless_and_bare(scene: Scene) -> Scene:
    """A clone without any file at all."""
    scene.append(line("n1"))
    return _cloned(scene, "--filter=blob:none", "--bare")


def blob_deleted(scene: Scene) -> Scene:
    """The object of an old version of a score file is gone, and it is not how the new one begins that can prove it."""
    loose(scene, scene.oid("seats/old.yaml", "main~3")).unlink()
    return scene


def last_blob_deleted(scene: Scene) -> Scene:
    """The object of the newest version of a score file is gone."""
    loose(scene, scene.oid(BOT)).unlink()
    return scene


def blob_garbled(scene: Scene) -> Scene:
    """An object is garbage."""
    loose(scene, scene.oid(BOT)).write_bytes(b"garbage")
    return scene


def blob_forged(scene: Scene) -> Scene:
    """An object is well-formed, and does not have the content that its id stands for: git reads it without a word."""
    oid = scene.oid(BOT)
    raw = scene.raw("cat-file", "blob", oid).replace(b'"13"', b'"99"')
    loose(scene, oid).write_bytes(zlib.compress(b"blob %d\0%s" % (len(raw), raw)))
    assert '"99"' in scene.text(BOT)
    return scene


def commit_forged(scene: Scene) -> Scene:
    """A commit object has another author than its id stands for."""
    oid = scene.tip("main~2")
    raw = scene.raw("cat-file", "commit", oid).replace(b"A Tester", b"B Tester")
    loose(scene, oid).write_bytes(zlib.compress(b"commit %d\0%s" % (len(raw), raw)))
    return scene


def commit_deleted(scene: Scene) -> Scene:
    """A commit in the middle is gone."""
    loose(scene, scene.tip("main~2")).unlink()
    return scene


def tree_deleted(scene: Scene) -> Scene:
    """A tree of the past is gone."""
    loose(scene, scene.git("rev-parse", "main~2^{tree}")).unlink()
    return scene


def last_tree_forged(scene: Scene) -> Scene:
    """The newest tree is another one than its id stands for."""
    scene.edit(BOT, '"12"', '"99"')
    bad, good = (scene.git("rev-parse", f"{rev}^{{tree}}") for rev in ("main", "main^"))
    loose(scene, bad).write_bytes(loose(scene, good).read_bytes())
    return scene


def pack_damaged(scene: Scene) -> Scene:
    """Many bytes of a pack are others."""
    scene.git("repack", "-adq")
    path = next((scene.shell.folder / ".git/objects/pack").glob("*.pack"))
    raw = bytearray(path.read_bytes())
    for at in range(12, len(raw) - 20, 7):
        raw[at] ^= 0xFF
    path.chmod(0o644)
    path.write_bytes(raw)
    return scene


def called_shallow(scene: Scene) -> Scene:
    """A whole clone is told that its history begins later, so that git does not look at what came before."""
    scene.shell.write(".git/shallow", f"{scene.tip('main~3')}\n")
    return scene


def too_large(scene: Scene) -> Scene:
    """A score file that is larger than anything of an org."""
    scene.append(line("n1", note="x" * (65 << 20)), path=CAT)
    return scene


# The same, and what is here shows a tamper: harm is proven by a part.


def shallow_and_tampered(scene: Scene) -> Scene:
    """A clone of the last three commits, one of which changed a value."""
    scene.edit(BOT, '"12"', '"99"')
    scene.append(line("n1"))
    return _cloned(scene, "--depth=3")


def blobless_and_deleted(scene: Scene) -> Scene:
    """A clone without the files of the past, in which a month was deleted."""
    scene.commit({CAT: None})
    return _cloned(scene, "--filter=blob:none")


def damaged_and_tampered(scene: Scene) -> Scene:
    """An object of the past is gone, and a value was changed."""
    scene.edit(BOT, '"12"', '"99"')
    loose(scene, scene.oid("seats/old.yaml", "main~3")).unlink()
    return scene


def tampered_before_the_damage(scene: Scene) -> Scene:
    """A value was changed, and then git cannot go on."""
    scene.edit(BOT, '"12"', '"99"')
    for number in range(4):
        scene.append(line(f"n{number}"), path=CAT)
    loose(scene, scene.git("rev-parse", "main~1^{tree}")).unlink()
    return scene
