"""The keys of each file in their canonical order. New keys are inserted in this order."""

from __future__ import annotations

SEAT_ORDER = (
    "seat", "name", "role", "kind", "status", "pauses", "owner", "reports_to", "also_reports_to", "mission", "since",
    "email", "holders", "inputs", "retire_when", "review_by", "delegate", "aliases", "runs_from",
    "capabilities", "metrics",
)  # fmt: skip
HOLDER_KEYS = ("name", "email")
PAUSE_KEYS = ("until", "reason")
INPUT_KEYS = ("from", "is")
RUNS_FROM_KEYS = ("repo", "path", "sha256")
METRIC_ORDER = (
    "name", "outcome", "target", "cadence", "per", "due", "rollup", "allow_misses", "source", "ends", "continues",
    "rebase", "leads_to", "waive",
)  # fmt: skip
ORG_ORDER = ("org", "orgtp", "name", "note", "timezone", "holidays", "branch", "policy", "routing")
POLICY_KEYS = (
    "grace", "due", "scorekeepers", "push", "retirement", "escalation", "discover",
    "require_signatures_since", "forges", "words",
)  # fmt: skip
ESCALATION_POLICY_KEYS = ("acknowledge", "within", "resolve", "hours")
ROUTE_KEYS = ("seat", "metric", "kind", "severity", "to", "routes")
ESCALATION_ORDER = (
    "what", "why", "opened_at", "by", "seat", "metric", "kind", "severity", "with", "due", "state", "agents",
    "events",
)  # fmt: skip
EVENT_KEYS = ("at", "what", "by", "to", "note")
SILENCE_KEYS = ("until", "by", "reason")
# The keys of a to-do. Tasks of an intent are to-dos with more keys: add them before `state`.
TODO_ORDER = ("todo", "what", "owner", "due", "from", "state", "events")
TODO_EVENT_KEYS = ("at", "by", "action", "to", "due", "state", "note")
RETIREMENT_KEYS = (
    "seat", "name", "role", "kind", "owner", "reports_to", "since", "mission", "retired_on", "reason", "decided_by",
    "review", "capabilities", "metrics", "reports", "owned", "results",
)  # fmt: skip
REVIEW_KEYS = ("worked", "failed", "lesson", "rehire")
# `review` here is the weekly review; the keys of the review of a retirement are REVIEW_KEYS.
WEEKLY_REVIEW_ORDER = ("week", "began", "ended", "led_by", "present", "rows", "rating", "skipped")
REVIEW_ROW_KEYS = ("seat", "metric", "state", "changed", "fix", "decision", "todo")
SKIPPED_KEYS = ("seat", "why")
NEW_TODO_KEYS = ("what", "owner", "due")
TODO_OUTCOME_KEYS = ("todo", "state", "note")
