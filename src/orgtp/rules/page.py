"""The manual page of a rule that has no function of its own, in the layout that all pages have."""

from __future__ import annotations

from orgtp.model.problem import Severity
from orgtp.rules.rule import Rule, of_form


def form_rule(
    id_: str,
    title: str,
    why: str,
    bad: str,
    good: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    topic: str = "form",
) -> Rule:
    """A rule of form with its page: what breaks it, why it matters, a bad and a good example, and how to mend it."""
    parts = [title, why, "Bad:", _shown(bad), "Good:", _shown(good), f"Fix: {fix}"]
    return of_form(id_, "\n\n".join(parts), severity, topic=topic)


def _shown(example: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in example.strip("\n").split("\n"))
