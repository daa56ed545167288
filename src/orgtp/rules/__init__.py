"""What must hold of an org: every rule, and the check that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgtp.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from orgtp.rules.registry import ALL, LENIENT, MOST, RULES, check
    from orgtp.rules.rule import Finding, Rule

__all__ = ["ALL", "LENIENT", "MOST", "RULES", "Finding", "Rule", "check"]

__getattr__ = lazy_exports(
    __name__,
    {
        "orgtp.rules.registry": "ALL LENIENT MOST RULES check",
        "orgtp.rules.rule": "Finding Rule",
    },
)
