"""Ways to hide a tamper from whoever looks with git: what makes git show another history, or show nothing."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.audit.scene import BOT, Scene, line
from tests.audit.ways import Found
from tests.audit.ways_scores import value_edited

# Settings by which git's own log or diff would show something else, or nothing.
SETTINGS = {
    "diff.external": "true", "diff.renames": "copies", "diff.orderFile": ".git/order", "log.diffMerges": "first-parent",
    "diff.ignoreSubmodules": "all", "core.quotePath": "true", "log.showRoot": "false", "diff.relative": "true",
    "diff.noPrefix": "true", "log.follow": "true", "log.mailmap": "true", "format.pretty": "raw", "log.date": "human",
    "log.decorate": "full", "core.abbrev": "4", "color.ui": "always", "color.diff": "always", "diff.submodule": "log",
    "diff.algorithm": "patience", "i18n.logOutputEncoding": "UTF-16", "diff.mnemonicPrefix": "true",
    "core.pager": "true", "log.abbrevCommit": "true", "diff.context": "0", "core.attributesFile": ".git/more",
    "log.excludeDecoration": "*",
    "core.useReplaceRefs": "true", "diff.plain.textconv": "true", "diff.plain.command": "true", "core.bare": "false",
    "filter.plain.clean": "true", "filter.plain.smudge": "true", "merge.plain.driver": "true", "alias.log": "!true",
    "core.ignoreCase": "true", "core.commitGraph": "true", "core.autocrlf": "true", "log.initialDecorationSet": "all",
}  # fmt: skip
ENVIRONMENT = {
    "GIT_EXTERNAL_DIFF": "true", "GIT_DIFF_OPTS": "-u0", "GIT_GRAFT_FILE": "/dev/null", "GIT_PAGER": "true",
    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.external", "GIT_CONFIG_VALUE_0": "true",
    "GIT_LITERAL_PATHSPECS": "1", "GIT_ATTR_SOURCE": "HEAD", "GIT_REPLACE_REF_BASE": "refs/replace/",
}  # fmt: skip
ATTRIBUTES = "* -diff\nscores/** binary\n* diff=plain filter=plain merge=plain\n* working-tree-encoding=UTF-16\n"


def graft(scene: Scene) -> Sequence[Found]:
    """A graft takes the tamper out of what git shows: its child follows its parent."""
    found = value_edited(scene)
    parent, child = scene.tip("main^"), scene.append(line("n1"))
    scene.shell.write(".git/info/grafts", f"{child} {parent}\n")
    assert found[0].commit not in scene.git("rev-list", "main")
    return found


def replaced_commit(scene: Scene) -> Sequence[Found]:
    """A replace ref makes git show a harmless commit in the tamper's place."""
    found = value_edited(scene)
    scene.git("replace", "main", scene.commit({"notes/plan.txt": "plan\n"}, on=["main^"], to="side"))
    assert '"99"' not in scene.git("log", "-p", "main", "--", BOT)
    return found


def replaced_blob(scene: Scene) -> Sequence[Found]:
    """A replace ref makes git show the old content for the new one."""
    found = value_edited(scene)
    scene.git("replace", scene.oid(BOT), scene.oid(BOT, "main^"))
    return found


def replaced_tree(scene: Scene) -> Sequence[Found]:
    """A replace ref makes git show the old tree for the new one."""
    found = value_edited(scene)
    scene.git("replace", scene.git("rev-parse", "main^{tree}"), scene.git("rev-parse", "main^^{tree}"))
    return found


def graft_over_intact(scene: Scene) -> Sequence[Found]:
    """A graft, and nothing is hidden by it: that is for a person to know, and no violation."""
    child = scene.append(line("n1"))
    scene.shell.write(".git/info/grafts", f"{child} {scene.tip('main~3')}\n")
    return []


def replace_over_intact(scene: Scene) -> Sequence[Found]:
    """A replace ref, and nothing is hidden by it."""
    commit = scene.append(line("n1"))
    scene.git("replace", commit, scene.commit({"notes/plan.txt": "plan\n"}, on=["main^"], to="side"))
    return []


def commit_graph(scene: Scene) -> Sequence[Found]:
    """A commit-graph says that the tamper has the tree of its parent, and that its child follows that."""
    found = value_edited(scene)
    scene.append(line("n1"))
    scene.git("commit-graph", "write", "--reachable")
    path = scene.shell.folder / ".git/objects/info/commit-graph"
    raw = bytearray(path.read_bytes())
    chunks = {bytes(raw[at : at + 4]): struct.unpack(">Q", raw[at + 4 : at + 12])[0] for at in range(8, 80, 12)}
    ids, rows = chunks[b"OIDL"], chunks[b"CDAT"]
    width = len(scene.tip()) // 2
    where = {
        raw[ids + n * width : ids + (n + 1) * width].hex(): n for n in range((rows - ids) // width)
    }  # ids stand before the rows
    row = rows + where[found[0].commit] * (width + 16)
    raw[row : row + width] = bytes.fromhex(scene.git("rev-parse", f"{found[0].commit}^^{{tree}}"))
    child = rows + where[scene.tip()] * (width + 16)
    raw[child + width : child + width + 4] = struct.pack(">I", where[scene.tip(f"{found[0].commit}^")])
    path.chmod(0o644)
    path.write_bytes(raw)
    assert found[0].commit not in scene.git("rev-list", "main")
    return found


def commit_graph_over_an_id(scene: Scene) -> Sequence[Found]:
    """A commit-graph lets a seat's deletion drop out of the past, before its id is used again."""
    cat = "seats/cat.yaml"
    text, before = scene.text(cat), scene.oid(cat)
    gone = scene.commit({cat: None})
    scene.append(line("n1"))
    scene.git("commit-graph", "write", "--reachable")
    path = scene.shell.folder / ".git/objects/info/commit-graph"
    raw = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(raw.replace(bytes.fromhex(gone), bytes(len(gone) // 2)))
    back = scene.commit({cat: text.replace("Desk", "Door")})
    return [Found("seat-deleted", gone, cat, 0, before, None), Found("id-reused", back, cat, 0, None, None)]


def attributes_in_the_tree(scene: Scene) -> Sequence[Found]:
    """Attributes in the tree make score files binary, filtered, or shown by a program."""
    scene.commit({".gitattributes": ATTRIBUTES, "scores/.gitattributes": ATTRIBUTES})
    return value_edited(scene)


def attributes_beside(scene: Scene) -> Sequence[Found]:
    """The same in the git dir, where no history has them."""
    scene.shell.write(".git/info/attributes", ATTRIBUTES)
    return value_edited(scene)


def settings_all_at_once(scene: Scene) -> Sequence[Found]:
    """Everything that a configuration can say to make a diff say nothing."""
    for key, value in SETTINGS.items():
        scene.git("config", key, value)
    scene.shell.write(".git/order", "notes/*\n")
    return value_edited(scene)


def encoding_of_latin1(scene: Scene) -> Sequence[Found]:
    """A tamper in a commit whose message is in another encoding."""
    was = scene.lines()[1]
    commit = scene.edit(BOT, '"12"', '"99"', "Änderung\n".encode("latin1"), encoding="ISO-8859-1")
    return [Found("score-rewritten", commit, BOT, 2, was, was.replace('"12"', '"99"'))]


def encoding_of_utf16(scene: Scene) -> Sequence[Found]:
    """A tamper in a commit whose message is in UTF-16, full of NULs."""
    was = scene.lines()[1]
    commit = scene.edit(BOT, '"12"', '"99"', "Work\n".encode("utf-16"), encoding="UTF-16")
    return [Found("score-rewritten", commit, BOT, 2, was, was.replace('"12"', '"99"'))]


def encoding_of_nobody(scene: Scene) -> Sequence[Found]:
    """A tamper in commits whose encodings nobody knows, or somebody refuses."""
    was = scene.lines()[1]
    commit = scene.edit(BOT, '"12"', '"99"', encoding="undefined")
    for number, name in enumerate(("unicode_escape", "no-such", "zlib", "idna", "UTF-7")):
        scene.append(line(f"n{number}"), encoding=name, message="Work +AAo- \\n\n")
    return [Found("score-rewritten", commit, BOT, 2, was, was.replace('"12"', '"99"'))]
