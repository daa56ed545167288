"""A rule as a value: its id, how much it weighs, its manual page, and the function that finds what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.seat import Metric


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken, in words, with the way out.

    `metric` is the one that it is about, where it is about one: its `waive` may silence the finding.
    """

    place: Place
    message: str
    hint: str = ""
    metric: Metric | None = None


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What is judged: the org, as of which moment (none: rules that need one are left out), and against what base."""

    org: Org
    now: datetime | None = None
    pair: OrgPair | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `text` is its manual page as it stands in the code; `refuses`: orgtp makes no change that breaks it."""

    id: str
    severity: Severity
    topic: str
    text: str
    find: Callable[[RuleContext], Iterator[Finding]]
    refuses: bool = True

    @property
    def page(self) -> str:
        """The manual page: why, a bad example, a good one, and how to fix it; as Markdown."""
        from inspect import cleandoc

        return cleandoc(self.text)

    @property
    def title(self) -> str:
        """The first line of the page: what breaks the rule."""
        return self.page.partition("\n")[0]

    def find_problems(self, case: RuleContext) -> Iterator[Problem]:
        """Every problem that the rule finds, but for what a metric waives."""
        for found in self.find(case):
            if found.metric is None or self.id not in found.metric.waive:
                yield Problem(self.id, found.place, found.message, found.hint, self.severity)


# From so many problems of one rule on, the rest are counted: whoever sends more wants to fill a disk.
MAX_PER_RULE = 10_000


def limit_problems(problems: Iterator[Problem]) -> Iterator[Problem]:
    """The first of many problems, and how many there are more, at the place of the next."""
    yield from islice(problems, MAX_PER_RULE)
    following = next(problems, None)
    if following:
        more = 1 + sum(1 for _ in problems)
        yield replace(following, message=f"{following.message} (the first of {more:,} that are not listed one by one)")


def org_rule(
    find: Callable[[Org], Iterator[Finding]], severity: Severity = Severity.ERROR, *, refuses: bool = True
) -> Rule:
    """A rule about the org as it is."""
    return _rule_from_function(find, severity, lambda case: find(case.org), refuses=refuses)


def dated_rule(find: Callable[[Org, datetime], Iterator[Finding]], severity: Severity = Severity.ERROR) -> Rule:
    """A rule about the org at a moment."""
    return _rule_from_function(find, severity, lambda case: find(case.org, case.now) if case.now else iter(()))


def change_rule(find: Callable[[OrgPair], Iterator[Finding]], severity: Severity = Severity.ERROR) -> Rule:
    """A rule about what a pull request does to the org."""
    return _rule_from_function(find, severity, lambda case: find(case.pair) if case.pair else iter(()))


def rule_without_check(id_: str, text: str, severity: Severity = Severity.ERROR, *, topic: str = "form") -> Rule:
    """A rule of form: the readers of files find what breaks it, for what cannot be read is in no `Org`."""
    return Rule(id_, severity, topic, text, lambda _: iter(()))


def _rule_from_function(
    find: Callable[..., Iterator[Finding]],
    severity: Severity,
    judge: Callable[[RuleContext], Iterator[Finding]],
    *,
    refuses: bool = True,
) -> Rule:
    return Rule(find.__name__.replace("_", "-"), severity, "", find.__doc__ or "", judge, refuses)


def with_topic(topic: str, *rules: Rule) -> tuple[Rule, ...]:
    """Return the rules with their topic, a key of `registry.TOPICS`."""
    return tuple(replace(rule, topic=topic) for rule in rules)


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
    parts = [title, why, "Bad:", _indent_example(bad), "Good:", _indent_example(good), f"Fix: {fix}"]
    return rule_without_check(id_, "\n\n".join(parts), severity, topic=topic)


def _indent_example(example: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in example.strip("\n").split("\n"))
