"""The rules about values. They judge a record by itself, so that what adds records checks these and no others."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.problem import Problem, Severity
from orgtp.rules.org import score_recording, scores
from orgtp.rules.rule import Rule, RuleContext, dated_rule, limit_problems, org_rule, with_topic

RECORD_RULES: tuple[Rule, ...] = (
    *with_topic(
        "scores",
        org_rule(scores.score_unknown_seat),
        org_rule(scores.score_unknown_metric),
        org_rule(scores.score_wrong_period),
        org_rule(scores.score_wrong_value),
        org_rule(scores.score_blank_without_note),
        org_rule(scores.score_duplicate_id),
        org_rule(scores.score_wrong_file),
    ),
    *with_topic(
        "recording",
        dated_rule(score_recording.score_in_future),
        org_rule(score_recording.score_out_of_order, Severity.NOTICE),
        org_rule(score_recording.score_before_since),
        org_rule(score_recording.score_note_formula, Severity.WARNING),
    ),
)


def check_records(org: Org) -> Iterator[Problem]:
    """Every problem of the values of `org`, rule by rule. Rules about the present moment are left out."""
    for rule in RECORD_RULES:
        yield from limit_problems(rule.find_problems(RuleContext(org)))
