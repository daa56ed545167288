"""Ways to tamper with what happened to an escalation, and what may happen to one."""

from __future__ import annotations

from collections.abc import Sequence

from tests.audit.scene import LINK, Leaf, Scene
from tests.audit.ways import Found

FULL = "escalations/2026-11-20-bot-inbox-full.yaml"
_HEAD = """what: The inbox is full
opened_at: "2026-11-20T12:01:00Z"
seat: bot
with: ada
due: "2026-11-20T18:00:00Z"
state: open
events:
"""
_OPENED = '  - {at: "2026-11-20T12:01:00Z", what: opened, by: bot, to: ada}\n'
_AGAIN = '  - {at: "2026-11-20T13:00:00Z", what: again, by: bot, note: Still.}\n'
_ACKED = '  - {at: "2026-11-20T13:05:00Z", what: acknowledged, by: ada}\n'
_DONE = '  - {at: "2026-11-20T14:00:00Z", what: resolved, by: ada, note: Archived.}\n'
_SAYS = "escalate(bot): x\n\nOrgtp-Action: escalate\nOrgtp-Seat: {}\nOrgtp-By: ada\n"


def _opened(scene: Scene) -> None:
    scene.commit({FULL: _HEAD + _OPENED + _AGAIN}, _SAYS.format("bot"))


def _rewritten(scene: Scene, text: str | None) -> Sequence[Found]:
    _opened(scene)
    before = scene.oid(FULL)
    commit = scene.commit({FULL: text})
    return [Found("escalation-rewritten", commit, FULL, 0, before, scene.oid(FULL) if text else None)]


def escalation_lives(scene: Scene) -> Sequence[Found]:
    """It is opened, told again, taken on and resolved."""
    _opened(scene)
    scene.commit({FULL: (_HEAD + _OPENED + _AGAIN + _ACKED).replace("open\n", "acknowledged\n")}, _SAYS.format("bot"))
    acked = (_HEAD + _OPENED + _AGAIN + _ACKED + _DONE).replace("state: open\n", "x-ticket: 4711\nstate: resolved\n")
    scene.commit({FULL: acked})
    return []


def escalation_event_dated_back(scene: Scene) -> Sequence[Found]:
    """It was told later than it was."""
    return _rewritten(scene, (_HEAD + _OPENED + _AGAIN).replace("T13:00", "T17:00"))


def escalation_event_removed(scene: Scene) -> Sequence[Found]:
    """Nobody said it a second time."""
    return _rewritten(scene, _HEAD + _OPENED)


def escalation_events_reordered(scene: Scene) -> Sequence[Found]:
    """What came first comes last."""
    return _rewritten(scene, _HEAD + _AGAIN + _OPENED)


def escalation_about_another_seat(scene: Scene) -> Sequence[Found]:
    """It was never about the bot."""
    return _rewritten(scene, (_HEAD + _OPENED + _AGAIN).replace("seat: bot", "seat: cat"))


def escalation_put_off(scene: Scene) -> Sequence[Found]:
    """Nobody has to look at it for a thousand years, and nothing happened."""
    return _rewritten(scene, (_HEAD + _OPENED + _AGAIN).replace('due: "2026', 'due: "3026'))


def escalation_settled_by_nobody(scene: Scene) -> Sequence[Found]:
    """It is resolved, and nothing says by whom."""
    return _rewritten(scene, (_HEAD + _OPENED + _AGAIN).replace("state: open", "state: resolved"))


def escalation_deleted(scene: Scene) -> Sequence[Found]:
    """It was never there."""
    return _rewritten(scene, None)


def escalation_garbled(scene: Scene) -> Sequence[Found]:
    """It cannot be read any more."""
    return _rewritten(scene, "what: [")


def escalation_link(scene: Scene) -> Sequence[Found]:
    """It is a link from the first day on."""
    commit = scene.commit({FULL: Leaf(LINK, "/etc/passwd")})
    return [Found("not-a-file", commit, FULL, 0, None, LINK)]


def escalation_of_another_seat_named(scene: Scene) -> Sequence[Found]:
    """The trailer names a seat that the file is not about."""
    commit = scene.commit({FULL: _HEAD + _OPENED}, _SAYS.format("cat"))
    return [
        Found("trailer-forged", commit, "", 0, None, "cat"),
        Found("trailer-mismatch", commit, FULL, 0, None, None),
    ]


def escalate_that_changes_a_seat(scene: Scene) -> Sequence[Found]:
    """A commit that says escalate lowers a target beside."""
    path = "seats/bot.yaml"
    changes = {FULL: _HEAD + _OPENED, path: scene.text(path).replace(">= 12", ">= 1")}
    return [Found("trailer-mismatch", scene.commit(changes, _SAYS.format("bot")), path, 0, None, "escalate")]


def escalations_merged(scene: Scene) -> Sequence[Found]:
    """Both sides add to one, and the merge has what both said."""
    _opened(scene)
    scene.move(scene.tip(), "side")
    scene.commit({FULL: _HEAD + _OPENED + _AGAIN + _ACKED}, on=("side",), to="side")
    more = _AGAIN.replace("T13:00", "T13:09")
    scene.commit({FULL: _HEAD + _OPENED + _AGAIN + more})
    scene.commit({FULL: _HEAD + _OPENED + _AGAIN + _ACKED + more}, "Merge\n", on=("main", "side"))
    return []
