"""Lines: the exact part of a cost, or hours at a price."""

from decimal import ROUND_HALF_UP, Decimal

from coopter.billing.record import Line, LineKind, Vat
from coopter.values.durations import hundredths_of_hour
from coopter.values.money import Money
from coopter.values.rate import Rate

_CENT = Decimal("0.01")
_ONE_EURO = Money(100)


def shared_line(
    label: str, *, amount: Money, vat: Vat, minutes: int | None = None, detail: str = "", pool: str = ""
) -> Line:
    """The exact part of a cost, in cents, that a split gave to the buyer.

    Quantity is 1 (-1 where money comes back, since a price may not be negative, BR-27); the minutes only inform.
    Where members must pay exactly their part (art. 261 B CGI) this is the only right line.
    """
    sign = Decimal(1) if amount >= Money.zero() else Decimal(-1)
    return Line(LineKind.SHARED, label, amount, vat, quantity=sign, minutes=minutes, detail=detail, pool=pool)


def due_line(label: str, *, amount: Money, vat: Vat, detail: str = "") -> Line:
    """What is owed as a member, in cents: quantity 1, or -1 where money comes back (BR-27)."""
    sign = Decimal(1) if amount >= Money.zero() else Decimal(-1)
    return Line(LineKind.DUE, label, amount, vat, quantity=sign, detail=detail)


def price_line(label: str, *, minutes: int, unit_price: Rate, vat: Vat, detail: str = "", pool: str = "") -> Line:
    """Hours at a price per hour.

    The minutes become hundredths of an hour before they are priced, and the product is rounded once, half up,
    so what is printed multiplies up to the amount (cents).
    """
    quantity = hundredths_of_hour(minutes)
    amount = _ONE_EURO.times(unit_price.decimal * quantity)
    return Line(
        LineKind.PRICED,
        label,
        amount,
        vat,
        quantity=quantity,
        unit_price=unit_price,
        minutes=minutes,
        detail=detail,
        pool=pool,
    )


def hourly_rate(cost: Money, *, hours: Decimal) -> Rate:
    """The standard price of one hour: a year's full cost by its productive hours, to the cent, half up."""
    if hours <= 0:
        raise ValueError("productive hours must be positive")
    cents = (Decimal(cost.cents) / hours).quantize(Decimal(1), ROUND_HALF_UP)
    return Rate(int(cents) * 100)


def coefficient_price(gross_hourly: Rate, *, coefficient: Rate) -> Rate:
    """The price of one hour as gross hourly pay times the grouping's coefficient, to the cent, half up.

    It is rounded before it meets the hours: the unit price printed is the unit price used.
    """
    price = (gross_hourly.decimal * coefficient.decimal).quantize(_CENT, ROUND_HALF_UP)
    return Rate(int(price * 10_000))
