"""A call in parts: what is due when, and which earlier call a difference lowers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coopter.contributions.rules.formulas import BasisYear, Formula, schedule
from coopter.contributions.rules.kinds import CallKind, Product
from coopter.values.money import Money
from coopter.values.refusal import Refusal, Words

HEADINGS: Mapping[Product, Words] = {
    Product.MEMBERSHIP_FEE: Words("Cotisation"),
    Product.ENTRANCE_FEE: Words("Droit d’entrée"),
    Product.PROPORTIONAL: Words("Contribution"),
    Product.VOLUNTARY: Words("Contribution"),
}


class AlreadyCalled(Refusal):
    """« %(name)s » a déjà été appelée pour %(year)s par %(by)s le %(at)s : rien n'a été appelé une seconde fois. Si un
    chiffre a changé depuis, appelez la différence."""


class NotCalledYet(Refusal):
    """« %(name)s » n'a pas encore été appelée pour %(year)s : il n'y a rien à corriger. Appelez-la d'abord."""


class NothingToCorrect(Refusal):
    """Rien n'a changé depuis le dernier appel de « %(name)s » pour %(year)s : il n'y a pas de différence à appeler ni à
    rendre."""


class NoFormulaYet(Refusal):
    """« %(name)s » n'a pas de formule en vigueur en %(year)s. Faites-la voter, ou inscrivez celle qui l'a été."""


class FiguresMissing(Refusal):
    """Il manque le chiffre « %(what)s » de %(year)s pour %(members)s. Relancez-les, saisissez-le ou estimez-le dans la
    campagne : un appel ne se fait pas sur un chiffre inconnu."""


class FiguresStillMove(Refusal):
    """Les chiffres de %(year)s bougent encore : cette année n'est pas finie. Appelez maintenant si vous le voulez, et
    corrigez par la différence une fois l'année connue."""


class NobodyToCall(Refusal):
    """Personne n'est membre en %(year)s, ou personne n'a rien à payer : il n'y a rien à appeler."""


class AmountNotPositive(Refusal):
    """Le montant à appeler doit être plus grand que zéro. Corrigez-le."""


class NoSuchYearToCall(Refusal):
    """L'année %(year)s n'est pas une année d'appel. Écrivez par exemple 2026."""


class AgreementMissing(Refusal):
    """Dites sur quoi repose cette contribution volontaire, par exemple « courrier du 12/03/2026 »."""


class NoEntranceFee(Refusal):
    """Cette admission ne demande pas de droit d'entrée, ou n'est pas encore décidée : il n'y a rien à appeler."""


class EntranceFeeCalled(Refusal):
    """Le droit d'entrée de %(name)s a déjà été appelé par %(by)s le %(at)s."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what a member owes: the day, the amount, and the earlier call that a negative one lowers."""

    due_on: date
    amount: Money
    lowers: int | None = None


def figures_year_of(formula: Formula, *, year: int, kind: CallKind) -> int:
    """Whose year's figures a call counts: those of the formula, and the year's own once a correction can know them."""
    if kind is CallKind.CORRECTION and formula.basis_year is BasisYear.PREVIOUS_CORRECTED:
        return year
    return formula.figures_year(year)


def parts_of(formula: Formula, amount: Money, *, year: int, on: date, otherwise: date) -> tuple[Part, ...]:
    """The instalments of the formula, summing to the amount; a day gone by, or none, gives way to `otherwise`.

    Nothing owed is one part of nothing, so that it is told why.
    """
    planned = [(day, part) for day, part in schedule(formula, amount, year) if part]
    if not planned:
        return (Part(otherwise, amount),)
    return tuple(Part(day if day >= on else otherwise, part) for day, part in planned)


def lowering(difference: Money, earlier: Sequence[tuple[int, Money]], *, on: date) -> tuple[Part, ...]:
    """A difference below zero, taken off earlier calls from the last one backwards; none goes below nothing.

    `earlier` are (call, what is left of it) in the order they were due. What the calls hold is at least what is given
    back, since nobody owes less than nothing.
    """
    left, parts = -difference.cents, []
    for call_id, amount in reversed(earlier):
        taken = min(left, amount.cents)
        if taken > 0:
            parts.append(Part(on, Money(-taken), call_id))
            left -= taken
    if left:
        raise ValueError("more is given back than was called")
    return tuple(parts)


def day_of_formula(year: int, *, on: date) -> date:
    """The day whose formula counts for a year: the day of the call, inside that year."""
    return min(max(on, date(year, 1, 1)), date(year, 12, 31))
