"""The list of all rules, and the function that checks an org with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from orgtp.model.org import Org
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Problem, Severity
from orgtp.rules.metric_names import rules as metric_names
from orgtp.rules.org import (
    accountability,
    aliases,
    capabilities,
    continuations,
    delegates,
    escalations,
    explanations,
    inputs,
    people,
    retirements,
    reviews,
    seats,
    signers,
    structure,
    todos,
)
from orgtp.rules.parsing.form import FORM
from orgtp.rules.pull_request import additions, forbidden, notices, record_notices
from orgtp.rules.pull_request.base import BASE_NOT_REACHED, NOT_AS_COMMITTED, TREE_MALFORMED
from orgtp.rules.records import RECORD_RULES
from orgtp.rules.rule import (
    Rule,
    RuleContext,
    change_rule,
    dated_change_rule,
    dated_rule,
    limit_problems,
    org_rule,
    timed_rule,
    with_topic,
)

# Each topic with its heading in docs/rules.md. Topics specific to orgtp come first, those of file formats last.
TOPICS = {
    "accountability": "A person answers for every seat",
    "seats": "Seats",
    "outcomes": "Outcomes, not activity",
    "structure": "The chart",
    "capabilities": "Capabilities",
    "continuations": "Metrics that end, and those that continue them",
    "scores": "Values",
    "recording": "How values were recorded",
    "retirements": "Retirements",
    "escalations": "Escalations and routes",
    "todos": "To-dos",
    "reviews": "Weekly reviews",
    "signers": "Signers",
    "explanations": "Explained violations",
    "changes": "What a pull request may not change",
    "additions": "What a pull request may not add",
    "notices": "Changes that reviewers should notice",
    "history": "What the history may not contain",
    "form": "File format",
}


def sort_by_topic(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Sort the rules by topic, otherwise in the given order. Topics that are not in `TOPICS` come last."""
    order = {topic: place for place, topic in enumerate(TOPICS)}
    return tuple(sorted(rules, key=lambda rule: order.get(rule.topic, len(order))))


RULES: tuple[Rule, ...] = (
    *with_topic(
        "accountability",
        org_rule(accountability.owner_missing),
        org_rule(accountability.owner_unknown),
        org_rule(accountability.owner_not_human),
        org_rule(accountability.owner_retired),
        org_rule(accountability.owner_not_active),
        org_rule(accountability.no_human_above),
    ),
    *with_topic(
        "seats",
        timed_rule(seats.no_metric, refuses=False),
        timed_rule(seats.no_metric_of_its_own, Severity.WARNING),
        org_rule(seats.per_missing, Severity.WARNING),
        org_rule(seats.email_shared, Severity.WARNING),
        org_rule(seats.retire_when_missing, Severity.WARNING),
        org_rule(seats.seat_same_name, Severity.WARNING),
        dated_rule(seats.review_by_past, Severity.WARNING),
        org_rule(people.holders_not_human),
        dated_rule(people.status_not_as_held, Severity.WARNING),
        dated_rule(people.pause_not_paused),
        org_rule(people.pause_backwards),
        dated_rule(people.pause_over, Severity.WARNING),
        org_rule(inputs.input_from_unknown, Severity.WARNING),
        org_rule(aliases.alias_shared, Severity.WARNING),
        org_rule(aliases.runs_from_shared, Severity.WARNING),
        org_rule(delegates.delegate_wrong),
        dated_rule(delegates.delegate_away, Severity.WARNING),
        dated_rule(delegates.delegate_past, Severity.NOTICE),
    ),
    *with_topic(
        "structure",
        org_rule(structure.id_not_file_name),
        org_rule(structure.id_reserved),
        org_rule(structure.reports_to_unknown),
        org_rule(structure.reports_to_retired),
        org_rule(structure.reports_to_cycle),
        org_rule(people.dotted_line_unknown),
        org_rule(people.dotted_line_unneeded),
        org_rule(structure.two_tops, Severity.WARNING),
        org_rule(structure.policy_unknown_seat),
    ),
    *with_topic(
        "capabilities",
        org_rule(capabilities.capability_claimed_twice),
        org_rule(capabilities.capability_unused, Severity.WARNING),
    ),
    *with_topic(
        "outcomes",
        org_rule(metric_names.outcome_missing),
        org_rule(metric_names.metric_runtime),
        org_rule(metric_names.metric_activity, Severity.WARNING),
        org_rule(metric_names.leads_to_unknown),
        org_rule(metric_names.metric_wish),
        org_rule(metric_names.seat_only_activity),
        org_rule(metric_names.waive_unknown),
        org_rule(metric_names.waive_unused, Severity.WARNING),
    ),
    *with_topic(
        "continuations",
        org_rule(continuations.continues_unknown),
        org_rule(continuations.continues_cycle),
        org_rule(continuations.continues_twice),
        org_rule(continuations.continues_not_ended),
        org_rule(continuations.continues_out_of_order),
        org_rule(continuations.continues_overlap, Severity.WARNING),
        org_rule(continuations.continues_other_unit, Severity.NOTICE),
    ),
    *RECORD_RULES,
    *with_topic(
        "retirements",
        org_rule(retirements.retired_without_record),
        org_rule(retirements.record_without_retired),
        org_rule(retirements.id_of_retired_seat),
        org_rule(retirements.record_incomplete),
        org_rule(retirements.record_unknown_seat),
        org_rule(retirements.decided_by_not_human),
    ),
    *with_topic(
        "escalations",
        org_rule(escalations.routing_not_human),
        org_rule(escalations.routing_unknown_seat),
        org_rule(escalations.routing_unreachable, Severity.WARNING),
        org_rule(escalations.escalation_unknown_seat),
        org_rule(escalations.escalation_unknown_metric, Severity.WARNING),
        org_rule(escalations.escalation_file_name),
        org_rule(escalations.escalation_not_as_told),
        org_rule(escalations.silence_unknown_metric, Severity.WARNING),
    ),
    *with_topic(
        "todos",
        org_rule(todos.todo_unknown_seat),
        org_rule(todos.todo_without_worker, Severity.WARNING),
        org_rule(todos.todo_not_as_told),
        org_rule(todos.todo_event_wrong, Severity.WARNING),
        org_rule(todos.todo_source_unknown, Severity.WARNING),
    ),
    *with_topic(
        "reviews",
        org_rule(reviews.review_wrong_week),
        org_rule(reviews.review_not_by_person),
    ),
    *with_topic(
        "signers",
        org_rule(signers.signer_unknown_seat),
        org_rule(signers.signer_retired, Severity.WARNING, refuses=False),
        org_rule(signers.signer_key_twice),
        org_rule(signers.forge_unfit),
    ),
    *with_topic(
        "explanations",
        org_rule(explanations.explainer_not_human),
    ),
    *with_topic(
        "changes",
        change_rule(forbidden.score_row_changed),
        change_rule(forbidden.retirement_record_touched),
        change_rule(forbidden.escalation_record_touched),
        change_rule(forbidden.explanation_touched),
        change_rule(forbidden.record_touched),
        change_rule(forbidden.seat_deleted),
        change_rule(forbidden.seat_brought_back),
        change_rule(forbidden.id_used_again),
        change_rule(forbidden.retired_with_work_left),
        change_rule(forbidden.target_kind_changed),
        change_rule(forbidden.history_short, Severity.NOTICE),
    ),
    *with_topic(
        "additions",
        change_rule(additions.score_after_retirement),
        change_rule(additions.decider_not_approver),
        change_rule(additions.withdrawal_not_allowed),
        change_rule(additions.score_withdrawn, Severity.NOTICE),
        change_rule(additions.retirement_results_wrong),
        change_rule(additions.retirement_record_differs, Severity.WARNING),
        change_rule(additions.explainer_not_approver),
        change_rule(additions.score_row_backdated, Severity.NOTICE),
    ),
    *with_topic(
        "notices",
        change_rule(notices.target_changed, Severity.NOTICE),
        dated_change_rule(notices.past_verdict_changed, Severity.NOTICE),
        change_rule(notices.owner_changed, Severity.NOTICE),
        change_rule(notices.outcome_changed, Severity.NOTICE),
        change_rule(notices.metric_changed, Severity.NOTICE),
        change_rule(notices.seat_changed, Severity.NOTICE),
        change_rule(notices.address_changed, Severity.NOTICE),
        change_rule(notices.capability_changed, Severity.NOTICE),
        change_rule(notices.seat_moved, Severity.NOTICE),
        change_rule(notices.kind_changed, Severity.WARNING),
        change_rule(notices.waiver_added, Severity.NOTICE),
        change_rule(notices.policy_changed, Severity.NOTICE),
        change_rule(notices.mailmap_changed, Severity.NOTICE),
        change_rule(record_notices.value_corrected, Severity.NOTICE),
        change_rule(record_notices.seat_retired, Severity.NOTICE),
        change_rule(record_notices.silence_changed, Severity.NOTICE),
        change_rule(record_notices.escalation_changed, Severity.NOTICE),
        change_rule(record_notices.signers_changed, Severity.NOTICE),
        change_rule(record_notices.attributes_changed, Severity.NOTICE),
    ),
)
# Every rule, including those without a check function, sorted by topic.
ALL_RULES: tuple[Rule, ...] = sort_by_topic((*FORM, *RULES, BASE_NOT_REACHED, NOT_AS_COMMITTED, TREE_MALFORMED))


# What the audit reports for good once it is committed, even if a later commit undoes it.
_PERMANENT = (
    "score-row-changed",
    "retirement-record-touched",
    "escalation-record-touched",
    "explanation-touched",
    "seat-deleted",
    "seat-brought-back",
)
_UNDO_NOW = "Do so before you commit: the audit reports what was committed for good, even if a later commit undoes it."


# Errors that do not stop an orgtp command from writing a change.
LENIENT_RULES = frozenset(rule.id for rule in RULES if not rule.refuses)


# The rules that need a base to compare with.
_CHANGE_TOPICS = {"changes", "additions", "notices"}


def check_org(org: Org, now: datetime | None = None) -> Iterator[Problem]:
    """Yield every problem of `org`, rule by rule. Without `now`, rules about time are skipped."""
    case = RuleContext(org, now)
    for rule in RULES:
        if rule.topic not in _CHANGE_TOPICS:
            yield from limit_problems(rule.find_problems(case))


def check_changes(org: Org, now: datetime | None, *compared: OrgPair) -> Iterator[Problem]:
    """Yield every problem of the change that resulted in `org`, rule by rule.

    With several pairs, the topic "changes" is checked against each base, the others against the first only.
    """
    for number, pair in enumerate(compared):
        topics = _CHANGE_TOPICS if number == 0 else {"changes"}
        for rule in (rule for rule in RULES if rule.topic in topics):
            yield from limit_problems(rule.find_problems(RuleContext(org, now, pair)))


def check_uncommitted(compared: OrgPair, *, staged: bool = False) -> Iterator[Problem]:
    """Yield every problem of a change that is not committed yet, if the audit would report it for good.

    Changed lines of a score file that is still there are warnings, because the file may be in the middle of an edit. In
    what is `staged`, they are errors.
    """
    for rule in (rule for rule in RULES if rule.id in _PERMANENT):
        for problem in limit_problems(rule.find_problems(RuleContext(compared.after, None, compared))):
            hint = f"{problem.hint.rstrip('.')}. {_UNDO_NOW}".removeprefix(". ")
            is_edit = not staged and problem.rule == "score-row-changed" and problem.place.path in compared.new
            yield replace(problem, hint=hint, severity=Severity.WARNING if is_edit else problem.severity)
