"""Explain violations that the audit finds: an approver records what happened, and that it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orgtp.actions.acting_seat import explain_unread_approvers, require_acting_seat
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import AppendRecords, Change
from orgtp.model.errors import BadInput, Refused
from orgtp.model.explanation import EXPLAINED_PATH, Explanation
from orgtp.model.org import Org
from orgtp.model.text import count_noun, join_with_and, one_line

_SHORT = 10


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """A commit, its violations that nobody explained (each the rule and the path), the reason, and who decided."""

    commit: str
    violations: Sequence[tuple[str, str]]
    reason: str
    decided_by: str
    by: str = ""


def explain_violations(org: Org, request: ExplainRequest, now: datetime) -> Change:
    """Record that violations of one commit are explained.

    A line about them may be in the file already: one that does not count. Raises `BadInput` without a reason,
    `UnknownActor`, and `Refused` if `decided_by` is not an approver.
    """
    require_acting_seat(org, request.by)
    reason = one_line(request.reason)
    if not reason:
        raise BadInput(what="say what happened: --reason TEXT")
    allowed = org.policy_approvers
    if request.decided_by not in allowed:
        who = f'"{request.decided_by}" may not explain a violation' if request.decided_by else "a person has to decide"
        name = allowed[0] if len(allowed) == 1 else "SEAT"
        hint = (
            f"Allowed: {join_with_and(allowed)}. Name who decided: --decided-by {name}"
            if allowed
            else explain_unread_approvers(org) or _NOBODY
        )
        raise Refused(why=f"{who}. {hint}")
    if request.by:
        org.seat(request.by)
    at = now.replace(microsecond=0)
    new = tuple(
        Explanation(at, request.commit, rule, path, reason, request.decided_by, request.by)
        for rule, path in dict.fromkeys(request.violations)
    )
    paths = list(dict.fromkeys(one.path for one in new if one.path))
    what = f"{count_noun(len(new), 'violation')} of {request.commit[:_SHORT]}"
    return Change(
        action="explain",
        what=f"{what} in {paths[0]}" if len(paths) == 1 else what,
        seats=(),
        edits=(AppendRecords(EXPLAINED_PATH, new),),
        by=request.by,
        approved_by=request.decided_by,
        body="\n".join([reason, "", *(f"{one.rule} {one.path}".rstrip() for one in new)]),
    )


_NOBODY = "Nobody may: org.yaml has no approvers, and no active person is at the top."
