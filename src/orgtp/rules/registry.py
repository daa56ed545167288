"""What must hold: each rule a plain function from an `Org` to findings, all in one visible list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from orgtp.model.org import Org
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Problem, Severity
from orgtp.rules.metric_names import rules as metric_names
from orgtp.rules.org import (
    accountability,
    capabilities,
    escalations,
    retirements,
    score_recording,
    scores,
    seats,
    signers,
    structure,
)
from orgtp.rules.parsing.form import FORM
from orgtp.rules.pull_request import additions, forbidden, notices
from orgtp.rules.pull_request.base import BASE_NOT_REACHED, NOT_AS_COMMITTED
from orgtp.rules.rule import Case, Rule, in_topic, of_change, of_now, of_org

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


RULES: tuple[Rule, ...] = (
    *in_topic(
        "accountability",
        of_org(accountability.owner_missing),
        of_org(accountability.owner_unknown),
        of_org(accountability.owner_not_human),
        of_org(accountability.owner_retired),
        of_org(accountability.owner_not_active),
        of_org(accountability.no_human_above),
    ),
    *in_topic(
        "seats",
        of_org(seats.no_metric, refuses=False),
        of_org(seats.no_metric_of_its_own, Severity.WARNING),
        of_org(seats.retire_when_missing, Severity.WARNING),
        of_now(seats.review_by_past, Severity.WARNING),
    ),
    *in_topic(
        "structure",
        of_org(structure.id_not_file_name),
        of_org(structure.id_reserved),
        of_org(structure.reports_to_unknown),
        of_org(structure.reports_to_retired),
        of_org(structure.reports_to_cycle),
        of_org(structure.two_tops, Severity.WARNING),
        of_org(structure.policy_unknown_seat),
    ),
    *in_topic(
        "capabilities",
        of_org(capabilities.capability_claimed_twice),
        of_org(capabilities.capability_unused, Severity.WARNING),
    ),
    *in_topic(
        "outcomes",
        of_org(metric_names.outcome_missing),
        of_org(metric_names.metric_runtime),
        of_org(metric_names.metric_activity, Severity.WARNING),
        of_org(metric_names.leads_to_unknown),
        of_org(metric_names.metric_wish),
        of_org(metric_names.seat_only_activity),
        of_org(metric_names.waive_unknown),
        of_org(metric_names.waive_unused, Severity.WARNING),
    ),
    *in_topic(
        "scores",
        of_org(scores.score_unknown_seat),
        of_org(scores.score_unknown_metric),
        of_org(scores.score_wrong_period),
        of_org(scores.score_wrong_value),
        of_org(scores.score_blank_without_note),
        of_org(scores.score_duplicate_id),
        of_org(scores.score_wrong_file),
    ),
    *in_topic(
        "recording",
        of_now(score_recording.score_in_future),
        of_org(score_recording.score_out_of_order, Severity.NOTICE),
        of_org(score_recording.score_before_since),
        of_org(score_recording.score_note_formula, Severity.WARNING),
    ),
    *in_topic(
        "retirements",
        of_org(retirements.retired_without_record),
        of_org(retirements.record_without_retired),
        of_org(retirements.id_of_retired_seat),
        of_org(retirements.record_incomplete),
        of_org(retirements.record_unknown_seat),
        of_org(retirements.decided_by_not_human),
    ),
    *in_topic(
        "escalations",
        of_org(escalations.routing_not_human),
        of_org(escalations.routing_unknown_seat),
        of_org(escalations.routing_unreachable, Severity.WARNING),
        of_org(escalations.escalation_unknown_seat),
        of_org(escalations.escalation_unknown_metric, Severity.WARNING),
        of_org(escalations.escalation_file_name),
        of_org(escalations.escalation_not_as_told),
        of_org(escalations.silence_unknown_metric, Severity.WARNING),
    ),
    *in_topic(
        "signers",
        of_org(signers.signer_unknown_seat),
        of_org(signers.signer_retired, Severity.WARNING, refuses=False),
        of_org(signers.signer_key_twice),
        of_org(signers.forge_unfit),
    ),
    *in_topic(
        "changes",
        of_change(forbidden.score_row_changed),
        of_change(forbidden.retirement_record_touched),
        of_change(forbidden.escalation_record_touched),
        of_change(forbidden.seat_deleted),
        of_change(forbidden.seat_brought_back),
        of_change(forbidden.id_used_again),
        of_change(forbidden.retired_with_work_left),
        of_change(forbidden.target_kind_changed),
        of_change(forbidden.history_short, Severity.NOTICE),
    ),
    *in_topic(
        "additions",
        of_change(additions.score_after_retirement),
        of_change(additions.decider_not_approver),
        of_change(additions.score_row_backdated, Severity.NOTICE),
    ),
    *in_topic(
        "notices",
        of_change(notices.target_changed, Severity.NOTICE),
        of_change(notices.owner_changed, Severity.NOTICE),
        of_change(notices.outcome_changed, Severity.NOTICE),
        of_change(notices.metric_changed, Severity.NOTICE),
        of_change(notices.seat_moved, Severity.NOTICE),
        of_change(notices.kind_changed, Severity.WARNING),
        of_change(notices.waiver_added, Severity.NOTICE),
        of_change(notices.policy_changed, Severity.NOTICE),
    ),
)
# Every rule that there is, those of form among them; topic by topic, as they are listed.
ALL: tuple[Rule, ...] = by_topic((*FORM, *RULES, BASE_NOT_REACHED, NOT_AS_COMMITTED))


# Errors that a change of orgtp's own may bring all the same.
LENIENT = frozenset(rule.id for rule in RULES if not rule.refuses)
# From so many problems of one rule on, the rest are counted: whoever sends more wants to fill a disk.
MOST = 10_000


def check(org: Org, now: datetime | None = None, *compared: OrgPair) -> Iterator[Problem]:
    """Every problem of `org`, rule by rule.

    Without a moment, rules about time are left out; without a base, those about a change. Of several bases, what may
    not be done is looked for from each.
    """
    case = Case(org, now, compared[0] if compared else None)
    for rule in RULES:
        yield from _bounded(rule.check(case))
    for other in compared[1:]:
        for rule in (rule for rule in RULES if rule.topic == "changes"):
            yield from _bounded(rule.check(Case(org, now, other)))


def _bounded(problems: Iterator[Problem]) -> Iterator[Problem]:
    """The first of many problems, and how many there are more, at the place of the next."""
    yield from islice(problems, MOST)
    following = next(problems, None)
    if following:
        more = 1 + sum(1 for _ in problems)
        yield replace(following, message=f"{following.message} (the first of {more:,} that are not listed one by one)")
