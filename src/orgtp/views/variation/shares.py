"""p-charts: the limits of a percentage whose number of cases is known.

The limits of a value are p̄ ± 3 √(p̄ (1 - p̄) / n), where p̄ is the share of all cases of the baseline and n the number of
cases of that value (Montgomery, "Introduction to Statistical Quality Control", chapter 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.value import EXACT
from orgtp.views.variation.xmr import Limits

_WHOLE = Decimal(100)
_SIGMAS = Decimal(3)


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage from 0 to 100, and the number of cases that it covers."""

    percent: Decimal
    cases: int


@dataclass(frozen=True, slots=True)
class ShareBaseline:
    """What a baseline of shares says: the percentage of all of its cases, and the cases of one value on average."""

    mean: Decimal
    usual_cases: int

    def limits_for(self, cases: int | None) -> Limits:
        """The limits of a value that covers `cases`; one that does not say it is taken to cover the usual number."""
        variance = EXACT.divide(
            EXACT.multiply(self.mean, EXACT.subtract(_WHOLE, self.mean)), Decimal(cases or self.usual_cases)
        )
        spread = EXACT.multiply(_SIGMAS, EXACT.sqrt(variance))
        return Limits(self.mean, EXACT.subtract(self.mean, spread), EXACT.add(self.mean, spread))


def pool_shares(baseline: Sequence[Share]) -> ShareBaseline | None:
    """The baseline of shares; None if one is not from 0 to 100, or if all cases are alike, so that it has no width."""
    if not baseline or not all(0 <= one.percent <= _WHOLE and one.cases > 0 for one in baseline):
        return None
    cases = sum(one.cases for one in baseline)
    total = Decimal(0)
    for one in baseline:
        total = EXACT.add(total, EXACT.multiply(one.percent, Decimal(one.cases)))
    mean = EXACT.divide(total, Decimal(cases))
    return ShareBaseline(mean, max(1, cases // len(baseline))) if 0 < mean < _WHOLE else None
