"""The keys of each file, in the order that the design writes them; a new key goes to its place among them."""

from __future__ import annotations

SEAT_ORDER = (
    "seat", "name", "role", "kind", "status", "owner", "reports_to", "mission", "since", "email", "retire_when",
    "review_by", "capabilities", "metrics",
)  # fmt: skip
METRIC_ORDER = ("name", "outcome", "target", "cadence", "due", "rollup", "source", "leads_to", "waive")
ORG_ORDER = ("org", "name", "timezone", "holidays", "branch", "policy")
POLICY_KEYS = ("grace", "scorekeepers", "push", "retirement", "require_signatures_since", "forges", "words")
RETIREMENT_KEYS = (
    "seat", "name", "role", "kind", "owner", "reports_to", "since", "mission", "retired_on", "reason", "decided_by",
    "review", "capabilities", "metrics", "reports", "results",
)  # fmt: skip
REVIEW_KEYS = ("worked", "failed", "lesson", "rehire")
