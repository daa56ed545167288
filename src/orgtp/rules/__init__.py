"""What must hold: each rule a plain function from an `Org` to problems, all in one visible list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orgtp.model.org import Org
from orgtp.model.problem import Problem
from orgtp.rules import accountability, retirements, scores, structure

Rule = Callable[[Org], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    accountability.owner_missing,
    accountability.owner_unknown,
    accountability.owner_not_human,
    accountability.owner_retired,
    accountability.owner_not_active,
    structure.id_not_file_name,
    structure.reports_to_unknown,
    structure.reports_to_retired,
    structure.reports_to_cycle,
    structure.capability_claimed_twice,
    structure.policy_unknown_seat,
    scores.score_unknown_seat,
    scores.score_unknown_metric,
    scores.score_wrong_period,
    scores.score_wrong_value,
    scores.score_blank_without_note,
    scores.score_duplicate_id,
    scores.score_wrong_file,
    retirements.retired_without_record,
    retirements.record_without_retired,
    retirements.record_incomplete,
    retirements.record_unknown_seat,
    retirements.decided_by_not_human,
)


def check(org: Org) -> Iterator[Problem]:
    """Every problem of `org`, rule by rule."""
    for rule in RULES:
        yield from rule(org)
