"""A formula as data: what a person reads in a sentence and the program computes, kept as plain JSON in a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from coopter.contributions.rules.formulas_kinds import BasisYear, Period, ProRata, Rounding, VatRule
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money
from coopter.values.refusal import Refusal

NOTHING = Money(0)


class FormulaNotUnderstood(Refusal):
    """Cette formule ne se lit pas. Ouvrez de nouveau la page de l’étude, puis recommencez."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One marginal tier: `rate` millionths of a euro for each unit of the base, up to a figure (None: above all)."""

    rate: int
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the amount, in percent, due on a day of the year called."""

    month: int
    day: int
    percent: int


@dataclass(frozen=True, slots=True)
class Formula:
    """How much each member owes for a year; floor, cap and fixed part are those of a whole year of membership.

    A formula has either tiers on a base (and a fixed part), or a budget to raise that is shared by the base's figures,
    equally when it has none.
    """

    base: Base | None = None
    named: str = ""
    basis_year: BasisYear = BasisYear.PREVIOUS
    fixed: Money = NOTHING
    fixed_by_type: tuple[tuple[str, Money], ...] = ()
    period: Period = Period.YEAR
    tiers: tuple[Tier, ...] = ()
    budget: Money | None = None
    floor: Money | None = None
    cap: Money | None = None
    exempt_first_year: bool = False
    exempt_headcount: int | None = None  # structures of fewer persons than this owe nothing
    exempt_figure: int | None = None  # structures whose figure is below this owe nothing
    pro_rata: ProRata = ProRata.NONE
    rounding: Rounding = Rounding.CENT
    vat: VatRule = VatRule.OUTSIDE
    instalments: tuple[Instalment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The formula as plain JSON, the way a decision and a variant keep it."""
        return {
            "base": self.base.value if self.base else None,
            "named": self.named,
            "basis_year": self.basis_year.value,
            "fixed": self.fixed.cents,
            "fixed_by_type": {name: amount.cents for name, amount in self.fixed_by_type},
            "period": self.period.value,
            "tiers": [{"rate": tier.rate, "up_to": tier.up_to} for tier in self.tiers],
            "budget": _cents(self.budget),
            "floor": _cents(self.floor),
            "cap": _cents(self.cap),
            "exempt_first_year": self.exempt_first_year,
            "exempt_headcount": self.exempt_headcount,
            "exempt_figure": self.exempt_figure,
            "pro_rata": self.pro_rata.value,
            "rounding": self.rounding.value,
            "vat": self.vat.value,
            "instalments": [{"month": one.month, "day": one.day, "percent": one.percent} for one in self.instalments],
        }

    @classmethod
    def from_json(cls, value: Any) -> Formula:
        """Read a formula back; raises FormulaNotUnderstood for whatever is not one (it may come from a form)."""
        try:
            return _read(value)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise FormulaNotUnderstood() from problem

    def fixed_of(self, kind: str) -> Money:
        """The fixed part of a type of member, as stated for one period."""
        if not self.fixed_by_type:
            return self.fixed
        return dict(self.fixed_by_type).get(self.type_named(kind), self.fixed)

    def type_named(self, kind: str) -> str:
        """The type as the formula names it, "" when it has no amount of its own."""
        wanted = kind.casefold()
        return next((name for name, _amount in self.fixed_by_type if name.casefold() == wanted), "")

    def figures_year(self, year: int) -> int:
        """Whose year's figures are used first when this year is called."""
        return year if self.basis_year is BasisYear.CURRENT else year - 1


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """What a formula needs to know of one structure: its figures of the basis year, and its time in the grouping."""

    structure_id: int
    code: str
    name: str
    type: str
    figures: Mapping[Base, int]
    joined_on: date
    left_on: date | None
    headcount: int | None = None


def _read(value: Any) -> Formula:
    return Formula(
        base=None if value["base"] is None else Base(value["base"]),
        named=_text(value["named"]),
        basis_year=BasisYear(value["basis_year"]),
        fixed=Money(_whole(value["fixed"])),
        fixed_by_type=tuple((_text(name), Money(_whole(cents))) for name, cents in value["fixed_by_type"].items()),
        period=Period(value["period"]),
        tiers=tuple(Tier(_whole(one["rate"]), _maybe(one["up_to"])) for one in _list(value["tiers"])),
        budget=_money(value["budget"]),
        floor=_money(value["floor"]),
        cap=_money(value["cap"]),
        exempt_first_year=value["exempt_first_year"] is True,
        exempt_headcount=_maybe(value["exempt_headcount"]),
        exempt_figure=_maybe(value["exempt_figure"]),
        pro_rata=ProRata(value["pro_rata"]),
        rounding=Rounding(value["rounding"]),
        vat=VatRule(value["vat"]),
        instalments=tuple(
            Instalment(_whole(one["month"]), _whole(one["day"]), _whole(one["percent"]))
            for one in _list(value["instalments"])
        ),
    )


MOST = 10**15  # no figure nor amount of ours is larger


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > MOST:
        raise ValueError(value)
    return value


def _maybe(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _money(value: Any) -> Money | None:
    return None if value is None else Money(_whole(value))


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 120:
        raise ValueError(value)
    return value


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > 24:
        raise ValueError(value)
    return value


def _cents(amount: Money | None) -> int | None:
    return None if amount is None else amount.cents
