"""Ways to withdraw values: those that are in order, and those that hide a miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.audit.scene import BOT, Scene, line
from tests.audit.ways import Found

_SCORE = "score(bot): number\n\nOrgtp-Action: score\nOrgtp-Seat: bot\nOrgtp-By: ada\n"
_WITHDRAW = _SCORE.replace("score", "withdraw")
RULE = "withdrawal-not-allowed"


def withdrawal(id_: str = "w1", **other: Any) -> str:
    """A line that withdraws the value of the week."""
    return line(id_, None, **{"void": True, "by": "ada", "note": "counted twice", **other})


def withdrawn_by_the_owner(scene: Scene) -> Sequence[Found]:
    """The owner withdraws a value, and records it again."""
    scene.append(withdrawal(), message=_WITHDRAW)
    scene.append(line("n1"), message=_SCORE)
    return []


def withdrawn_by_hand_by_nobody(scene: Scene) -> Sequence[Found]:
    """Where no seat has an address, a record need not say who made it."""
    text = withdrawal().replace(',"by":"ada"', "")
    scene.append(text)
    return []


def withdrawn_by_nobody_where_seats_have_addresses(scene: Scene) -> Sequence[Found]:
    """Nobody takes the responsibility."""
    scene.commit({"seats/ada.yaml": scene.text("seats/ada.yaml") + "email: ada@example.com\n"})
    text = withdrawal().replace(',"by":"ada"', "")
    return [Found(RULE, scene.append(text), BOT, 4, None, text)]


def withdrawn_by_the_seat_itself(scene: Scene) -> Sequence[Found]:
    """The bot withdraws its own miss."""
    text = withdrawal(by="bot")
    return [Found(RULE, scene.append(text), BOT, 4, None, text)]


def withdrawn_by_a_stranger(scene: Scene) -> Sequence[Found]:
    """Another bot withdraws the value."""
    text = withdrawal(by="cat")
    return [Found(RULE, scene.append(text), BOT, 4, None, text)]


def withdrawn_by_a_new_scorekeeper(scene: Scene) -> Sequence[Found]:
    """The commit that withdraws makes the one who does it a scorekeeper: the policy before it counts."""
    org = f"{scene.text('org.yaml')}policy: {{scorekeepers: [cat]}}\n"
    text = withdrawal(by="cat")
    commit = scene.commit({BOT: f"{scene.text(BOT)}{text}\n", "org.yaml": org})
    return [Found(RULE, commit, BOT, 4, None, text)]


def withdrawn_as_a_score(scene: Scene) -> Sequence[Found]:
    """A commit that says score withdraws a value."""
    return [Found("trailer-mismatch", scene.append(withdrawal(), message=_SCORE), BOT, 0, None, "score")]


def withdrawn_without_note(scene: Scene) -> Sequence[Found]:
    """Nobody says why."""
    text = withdrawal(note=" ")
    return [Found("score-misfit", scene.append(text), BOT, 4, None, text)]


def withdrawn_beside_a_value(scene: Scene) -> Sequence[Found]:
    """A record says both that there is a value and that there is none."""
    text = line("w1", "12", void=True)
    return [Found("score-malformed", scene.append(text), BOT, 4, None, text)]


def withdrawn_and_not(scene: Scene) -> Sequence[Found]:
    """A record says that it does not withdraw a value: readers may disagree what that means."""
    text = line("w1", None, void=False, note="x")
    return [Found("score-malformed", scene.append(text), BOT, 4, None, text)]
