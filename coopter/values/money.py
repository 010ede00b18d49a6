"""Money in whole cents of euro; positive is what a member owes, a credit is negative."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from coopter.values.rate import Rate
from coopter.values.split import Key, largest_remainder, share_by_key


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount in cents; adds, subtracts and compares with money only."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise TypeError("Money takes a whole number of cents")

    @classmethod
    def zero(cls) -> "Money":
        """Nothing owed."""
        return cls(0)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents) if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __abs__(self) -> "Money":
        return Money(abs(self.cents))

    def __bool__(self) -> bool:
        return self.cents != 0

    def times(self, factor: Decimal | Rate | int) -> "Money":
        """Multiply exactly, then round once to the cent, half-up away from zero (EN 16931; mirror for credits, R19)."""
        if not isinstance(factor, (Decimal, Rate, int)):
            raise TypeError("Money is multiplied by a Decimal, a Rate or an int")
        exact = factor.decimal if isinstance(factor, Rate) else factor
        above, below = exact.as_integer_ratio()
        doubled = 2 * self.cents * above
        magnitude = (abs(doubled) + below) // (2 * below)
        return Money(magnitude if doubled >= 0 else -magnitude)

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Share in proportion to integer weights, exact to the cent, ties to the first listed (R17).

        Raises NothingToShareBy and NegativeWeight.
        """
        return tuple(Money(cents) for cents in largest_remainder(self.cents, weights))

    def split_by_key(self, weights: Mapping[Key, int]) -> dict[Key, "Money"]:
        """Share among keyed weights, the same in any order: ties to the lowest key (R17)."""
        return {key: Money(cents) for key, cents in share_by_key(self.cents, weights).items()}

    @property
    def decimal(self) -> Decimal:
        """The amount in euros with two decimals, for XML and for the page."""
        return Decimal(self.cents).scaleb(-2)

    def __str__(self) -> str:
        return f"{self.decimal:,.2f}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"


def total(moneys: Iterable[Money]) -> Money:
    """Add amounts up; nothing at all is zero."""
    return Money(sum(money.cents for money in moneys))
