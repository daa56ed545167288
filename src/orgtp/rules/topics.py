"""The topics of rules, in the one order in which they are listed: here, in `orgtp rule` and in docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterable

from orgtp.rules.rule import Rule

# Each with its heading in docs/rules.md. What is most orgtp's own comes first, what any file format asks for last.
TOPICS = {
    "accountability": "A human answers",
    "seats": "What a seat says of itself",
    "outcomes": "Outcomes, not activity",
    "structure": "One chart",
    "capabilities": "Who does what",
    "scores": "Values",
    "recording": "When values were recorded",
    "retirements": "Retired, not deleted",
    "escalations": "Trouble in somebody's hands",
    "signers": "Who may sign",
    "changes": "What a pull request may not do",
    "additions": "What a pull request may not add",
    "notices": "What a pull request must be seen doing",
    "history": "What may not be in the history",
    "form": "What can be read",
}


def by_topic(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules topic by topic, those of one topic in the order given; a topic that is not in `TOPICS` comes last."""
    order = {topic: place for place, topic in enumerate(TOPICS)}
    return tuple(sorted(rules, key=lambda rule: order.get(rule.topic, len(order))))
