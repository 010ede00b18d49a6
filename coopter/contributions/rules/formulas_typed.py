"""Figures and rates of a formula as people type them, in the unit of the base: « 100 000 € », « 0,3 % »."""

from __future__ import annotations

from decimal import Decimal

from coopter.contributions.rules.figures import parse_figure, typed_figure
from coopter.contributions.rules.formulas_kinds import IN_EUROS
from coopter.contributions.rules.kinds import Base
from coopter.values.digits import parse_decimal

RATE_UNITS = {
    Base.HOURS_USED: "€/h",
    Base.HEADCOUNT: "€/ETP",
    Base.TONNES: "€/t",
    Base.SURFACE: "€/m²",
    Base.OTHER: "€",
}


def parse_threshold(base: Base, text: str) -> int:
    """A figure in the base's own unit; hours are typed as decimal hours. Raises what `parse_figure` raises."""
    if base is Base.HOURS_USED:
        hours = parse_decimal(text.strip().removesuffix("h"), decimals=2)
        return int((hours * 60).to_integral_value())
    return parse_figure(base, text)


def typed_threshold(base: Base, figure: int) -> str:
    """The figure as one types it, without needless zeros."""
    if base is Base.HOURS_USED:
        return _short((Decimal(figure) / 60).quantize(Decimal("0.01")))
    return _short(Decimal(typed_figure(base, figure).replace(",", ".")))


def parse_rate(base: Base, text: str) -> int:
    """A rate in millionths: a percentage of euros (at most 4 decimals), euros for a unit of anything else.

    Raises NumberNotUnderstood.
    """
    bare = text.strip()
    if base in IN_EUROS:
        return int(parse_decimal(bare.removesuffix("%"), decimals=4).scaleb(4))
    return int(parse_decimal(bare.removesuffix(RATE_UNITS[base]).removesuffix("€"), decimals=4).scaleb(6))


def typed_rate(base: Base, rate: int) -> str:
    """The rate as one types it."""
    return _short(Decimal(rate).scaleb(-4 if base in IN_EUROS else -6))


def rate_unit(base: Base | None) -> str:
    """What a rate of this base is stated in."""
    return "%" if base in IN_EUROS else RATE_UNITS.get(base or Base.OTHER, "€")


def _short(number: Decimal) -> str:
    whole, _, rest = f"{number:,f}".partition(".")
    return whole.replace(",", "\u202f") + ("," + rest.rstrip("0") if rest.rstrip("0") else "")
