"""A rule as a value: its id, severity, manual page, and the function that finds violations."""

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
    """One violation of a rule: where, what, and how to fix it.

    `metric` is set if the finding is about one metric, whose `waive` may silence it. `severity` replaces that of the
    rule: what the rule begins to find is a warning for one release.
    """

    place: Place
    message: str
    hint: str = ""
    metric: Metric | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The input of a rule: the org, the current time and the base. Rules that need a missing part are skipped."""

    org: Org
    now: datetime | None = None
    pair: OrgPair | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `text` is the unprocessed docstring; with `refuses`, orgtp commands make no change that breaks it."""

    id: str
    severity: Severity
    topic: str
    text: str
    find: Callable[[RuleContext], Iterator[Finding]]
    refuses: bool = True

    @property
    def page(self) -> str:
        """The manual page in Markdown: the reason, a bad and a good example, and the fix."""
        from inspect import cleandoc

        return cleandoc(self.text)

    @property
    def title(self) -> str:
        """The first line of the page, which says what breaks the rule."""
        return self.page.partition("\n")[0]

    def find_problems(self, case: RuleContext) -> Iterator[Problem]:
        """Yield every problem that the rule finds and no metric waives."""
        for found in self.find(case):
            if found.metric is None or self.id not in found.metric.waive:
                yield Problem(self.id, found.place, found.message, found.hint, found.severity or self.severity)


# Further problems of a rule are only counted, so that a hostile org cannot fill a disk with messages.
MAX_PER_RULE = 10_000


def limit_problems(problems: Iterator[Problem]) -> Iterator[Problem]:
    """Yield the first `MAX_PER_RULE` problems, then one that gives the number of the others."""
    yield from islice(problems, MAX_PER_RULE)
    following = next(problems, None)
    if following:
        more = 1 + sum(1 for _ in problems)
        message = f"{following.message} (the first of {more:,} that are not listed one by one)"
        yield replace(following, message=message, unlisted=more - 1)


def org_rule(
    find: Callable[[Org], Iterator[Finding]], severity: Severity = Severity.ERROR, *, refuses: bool = True
) -> Rule:
    """Make a rule about one org."""
    return _rule_from_function(find, severity, lambda case: find(case.org), refuses=refuses)


def dated_rule(find: Callable[[Org, datetime], Iterator[Finding]], severity: Severity = Severity.ERROR) -> Rule:
    """Make a rule about one org and the current time. It refuses no change: it may be broken because time passed."""
    return _rule_from_function(
        find, severity, lambda case: find(case.org, case.now) if case.now else iter(()), refuses=False
    )


def timed_rule(
    find: Callable[[Org, datetime | None], Iterator[Finding]],
    severity: Severity = Severity.ERROR,
    *,
    refuses: bool = True,
) -> Rule:
    """Make a rule about one org that finds more if the current time is known."""
    return _rule_from_function(find, severity, lambda case: find(case.org, case.now), refuses=refuses)


def change_rule(find: Callable[[OrgPair], Iterator[Finding]], severity: Severity = Severity.ERROR) -> Rule:
    """Make a rule about what a pull request changes."""
    return _rule_from_function(find, severity, lambda case: find(case.pair) if case.pair else iter(()))


def dated_change_rule(find: Callable[[OrgPair, datetime], Iterator[Finding]], severity: Severity) -> Rule:
    """Make a rule about what a pull request changes, as of the current time."""
    return _rule_from_function(
        find, severity, lambda case: find(case.pair, case.now) if case.pair and case.now else iter(())
    )


def rule_without_check(id_: str, text: str, severity: Severity = Severity.ERROR, *, topic: str = "form") -> Rule:
    """Make a rule whose violations are found elsewhere, such as by the readers in `orgtp.files`."""
    return Rule(id_, severity, topic, text, lambda _: iter(()))


def _rule_from_function(
    find: Callable[..., Iterator[Finding]],
    severity: Severity,
    check: Callable[[RuleContext], Iterator[Finding]],
    *,
    refuses: bool = True,
) -> Rule:
    return Rule(find.__name__.replace("_", "-"), severity, "", find.__doc__ or "", check, refuses)


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
    """Make a rule about the file format from the parts of its manual page."""
    parts = [title, why, "Bad:", _indent_example(bad), "Good:", _indent_example(good), f"Fix: {fix}"]
    return rule_without_check(id_, "\n\n".join(parts), severity, topic=topic)


def _indent_example(example: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in example.strip("\n").split("\n"))
