"""Rates and coefficients as whole ten-thousandths, so that no price ever meets a float."""

from dataclasses import dataclass
from decimal import Decimal

from coopter.values.digits import parse_decimal


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """A price per hour, a coefficient or a percentage, in ten-thousandths (18.4375 €/h = 184375, 20 % = 2000)."""

    ten_thousandths: int

    def __post_init__(self) -> None:
        if type(self.ten_thousandths) is not int:
            raise TypeError("Rate takes a whole number of ten-thousandths")

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read "18,4375" or "18.4375" (at most 4 decimals); raises NumberNotUnderstood."""
        return cls(int(parse_decimal(text, decimals=4).scaleb(4)))

    @classmethod
    def percent(cls, text: str) -> "Rate":
        """Read a percentage: "20", "5,5", "20 %" (at most 2 decimals); raises NumberNotUnderstood."""
        return cls(int(parse_decimal(text.removesuffix("%"), decimals=2).scaleb(2)))

    @property
    def decimal(self) -> Decimal:
        """The rate as a number, to four decimals: Rate(2000).decimal == 0.2000."""
        return Decimal(self.ten_thousandths).scaleb(-4)

    @property
    def in_percent(self) -> Decimal:
        """The rate as a percentage, to two decimals: Rate(2000).in_percent == 20.00."""
        return Decimal(self.ten_thousandths).scaleb(-2)

    def __str__(self) -> str:
        return str(self.decimal).replace(".", ",")
