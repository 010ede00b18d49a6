"""« Pourquoi ce montant ? »: from a share back to the pool, the key and the minutes, without telling anybody's pay.

What may be told and to whom is decided in docs/decisions/0003-why-this-amount-without-pay.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from coopter.costs.rules.kinds import CostKind, KeyMethod, Pool
from coopter.values.money import Money
from coopter.values.month import Month


@dataclass(frozen=True, slots=True)
class Component:
    """One cost line of a pool: for those who keep the accounts, never for a member."""

    kind: CostKind
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ShareExplanation:
    """All that a member may be told of its own share; amounts in cents, durations in minutes.

    `pool_total` is the full cost, all kinds together. Of the other members there is only the total. `components` is
    None for whoever may not read the cost lines.
    """

    share_id: int
    month: Month
    structure_id: int
    pool: Pool
    employee_id: int | None
    amount: Money
    pool_total: Money
    method: KeyMethod
    decision_id: int | None
    decision_number: int
    decided_from: date | None
    decided_by: str
    author: str
    weight: int
    total_weight: int
    minutes: int
    total_minutes: int
    components: tuple[Component, ...] | None = None

    @property
    def exact(self) -> Fraction:
        """The exact share in cents, before any rounding: total × weight ÷ all weights."""
        return Fraction(self.pool_total.cents * self.weight, self.total_weight) if self.total_weight else Fraction(0)

    @property
    def exact_euros(self) -> Decimal:
        """The exact share in euros to four decimals, to be read; nothing is computed from it."""
        numerator, denominator = self.exact.numerator, self.exact.denominator
        return (Decimal(numerator) / Decimal(denominator * 100)).quantize(Decimal("0.0001"), ROUND_HALF_UP)

    @property
    def is_exact(self) -> bool:
        """Whether the exact share falls on a whole cent."""
        return self.exact.denominator == 1

    @property
    def floor(self) -> Money:
        """The whole cents of the exact share, toward zero."""
        cents = abs(self.exact)
        whole = cents.numerator // cents.denominator
        return Money(whole if self.exact >= 0 else -whole)

    @property
    def extra_cent(self) -> bool:
        """Whether this share got one of the cents left over, by largest remainder."""
        return self.amount != self.floor

    @property
    def is_whole(self) -> bool:
        """Whether this structure bears the whole pool."""
        return self.weight == self.total_weight
