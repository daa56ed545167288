"""Every rule that an org must follow, and the function that checks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgtp.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from orgtp.rules.registry import ALL_RULES, LENIENT_RULES, RULES, check_changes, check_org
    from orgtp.rules.rule import MAX_PER_RULE, Finding, Rule

__all__ = ["ALL_RULES", "LENIENT_RULES", "MAX_PER_RULE", "RULES", "Finding", "Rule", "check_changes", "check_org"]

__getattr__ = lazy_exports(
    __name__,
    {
        "orgtp.rules.registry": "ALL_RULES LENIENT_RULES RULES check_changes check_org",
        "orgtp.rules.rule": "Finding MAX_PER_RULE Rule",
    },
)
