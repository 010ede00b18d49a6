"""What a formula may not be: each refusal says what to change, before anything is computed, saved or voted."""

from __future__ import annotations

from coopter.contributions.rules.formulas_kinds import ProRata
from coopter.contributions.rules.formulas_shape import Formula
from coopter.contributions.rules.kinds import Base, Product
from coopter.values.money import Money
from coopter.values.refusal import Refusal

MOST_TIERS, MOST_INSTALMENTS = 8, 12
DAYS_IN = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class NothingToPay(Refusal):
    """Cette formule ne demande rien à personne. Donnez une part fixe, un taux ou un budget à réunir."""


class BudgetAndRate(Refusal):
    """Un budget à réunir se partage selon un chiffre : il n’a ni taux, ni part fixe. Videz le budget, ou videz le taux
    et la part fixe."""


class RateWithoutBase(Refusal):
    """Un taux ou des tranches portent sur un chiffre : choisissez la base, ou videz les taux."""


class BaseWithoutRate(Refusal):
    """La base est choisie, mais aucun taux ni budget ne s’y applique. Donnez un taux, un budget, ou choisissez « part
    fixe seulement »."""


class FigureNeedsName(Refusal):
    """Dites quel est ce chiffre, par exemple « repas servis » : chaque membre doit savoir quoi déclarer."""


class TiersOutOfOrder(Refusal):
    """Les tranches montent l’une après l’autre, et la dernière n’a pas de fin. Corrigez les bornes des tranches."""


class TooManyTiers(Refusal):
    """Une formule a au plus %(most)s tranches et %(dates)s échéances."""


class NegativeAmount(Refusal):
    """Les montants, taux et seuils d’une formule sont positifs ou nuls. Retirez le signe moins."""


class FloorAboveCap(Refusal):
    """Le plancher (%(floor)s) dépasse le plafond (%(cap)s). Baissez l’un ou relevez l’autre."""


class RoundingDoesNotFit(Refusal):
    """Arrondis à %(unit)s, le plancher, le plafond et le budget doivent être des multiples de %(unit)s : sinon ils ne
    seraient pas tenus."""


class ExemptionNeedsBase(Refusal):
    """L’exonération selon le chiffre demande une base : choisissez-la, ou videz ce seuil."""


class InstalmentsNotWhole(Refusal):
    """Les échéances couvrent %(percent)s %% du montant. Elles doivent en couvrir 100 %%, dans l’ordre des dates."""


class NoSuchInstalmentDay(Refusal):
    """L’échéance du %(day)s/%(month)s n’existe pas chaque année. Choisissez un autre jour."""


class EntranceIsPaidOnce(Refusal):
    """Un droit d’entrée se paie une fois : il n’a ni prorata, ni exonération de première année, ni budget à réunir."""


def check_formula(formula: Formula, *, product: Product | None = None) -> None:
    """A formula that everybody can be held to; raises the first Refusal that applies."""
    _check_signs(formula)
    _check_base(formula)
    _check_tiers(formula)
    _check_bounds(formula)
    _check_instalments(formula)
    if product is Product.ENTRANCE_FEE and (
        formula.pro_rata is not ProRata.NONE or formula.exempt_first_year or formula.budget is not None
    ):
        raise EntranceIsPaidOnce()
    if product is Product.VOLUNTARY:
        return  # everybody gives what they want
    asks = formula.fixed or any(amount for _name, amount in formula.fixed_by_type) or formula.floor
    if not asks and not any(tier.rate for tier in formula.tiers) and not formula.budget:
        raise NothingToPay()


def _check_signs(formula: Formula) -> None:
    amounts = [formula.fixed, formula.budget, formula.floor, formula.cap]
    amounts += [amount for _name, amount in formula.fixed_by_type]
    numbers = [one.cents for one in amounts if one is not None]
    numbers += [one for one in (formula.exempt_headcount, formula.exempt_figure) if one is not None]
    numbers += [tier.rate for tier in formula.tiers] + [tier.up_to for tier in formula.tiers if tier.up_to is not None]
    if any(number < 0 for number in numbers):
        raise NegativeAmount()


def _check_base(formula: Formula) -> None:
    if formula.budget is not None and (formula.tiers or formula.fixed or formula.fixed_by_type):
        raise BudgetAndRate()
    if formula.tiers and formula.base is None:
        raise RateWithoutBase()
    if formula.base is not None and not formula.tiers and formula.budget is None:
        raise BaseWithoutRate()
    if formula.base is Base.OTHER and not formula.named:
        raise FigureNeedsName()
    if formula.exempt_figure is not None and formula.base is None:
        raise ExemptionNeedsBase()


def _check_tiers(formula: Formula) -> None:
    if len(formula.tiers) > MOST_TIERS or len(formula.instalments) > MOST_INSTALMENTS:
        raise TooManyTiers(most=MOST_TIERS, dates=MOST_INSTALMENTS)
    ends = [tier.up_to for tier in formula.tiers]
    if not ends:
        return
    inner = [end for end in ends[:-1] if end is not None]
    if ends[-1] is not None or len(inner) != len(ends) - 1 or inner != sorted(set(inner)) or 0 in inner:
        raise TiersOutOfOrder()


def _check_bounds(formula: Formula) -> None:
    if formula.floor is not None and formula.cap is not None and formula.floor > formula.cap:
        raise FloorAboveCap(floor=formula.floor, cap=formula.cap)
    unit = formula.rounding.cents
    held = [one for one in (formula.floor, formula.cap, formula.budget) if one is not None]
    if any(one.cents % unit for one in held):
        raise RoundingDoesNotFit(unit=Money(unit))


def _check_instalments(formula: Formula) -> None:
    for one in formula.instalments:
        if not 1 <= one.month <= 12 or not 1 <= one.day <= DAYS_IN[one.month - 1]:
            raise NoSuchInstalmentDay(day=one.day, month=one.month)
    percents = [one.percent for one in formula.instalments]
    days = [(one.month, one.day) for one in formula.instalments]
    if percents and (sum(percents) != 100 or min(percents) <= 0 or days != sorted(set(days))):
        raise InstalmentsNotWhole(percent=sum(percents))
