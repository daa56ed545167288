"""The rules about values. Each needs only the records, so commands that add records check these rules alone."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.problem import Problem, Severity
from orgtp.rules.org import continuations, score_recording, scores
from orgtp.rules.rule import Rule, RuleContext, dated_rule, limit_problems, org_rule, with_topic

RECORD_RULES: tuple[Rule, ...] = (
    *with_topic(
        "scores",
        org_rule(scores.score_unknown_seat),
        org_rule(scores.score_unknown_metric),
        org_rule(scores.score_wrong_period),
        org_rule(scores.score_not_owed, Severity.NOTICE),
        org_rule(continuations.score_after_end, Severity.WARNING),
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
    """Yield every problem of the values of `org`, rule by rule. Rules that need the current time are skipped."""
    for rule in RECORD_RULES:
        yield from limit_problems(rule.find_problems(RuleContext(org)))
