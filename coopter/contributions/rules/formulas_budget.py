"""A budget shared by weights under floors and caps: one level for all, and the sum to the last unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coopter.values.money import Money
from coopter.values.refusal import Counted, Refusal
from coopter.values.split import share_by_key


class BudgetBelowFloors(Refusal):
    """Le budget de %(budget)s ne suffit pas : les planchers de %(members)s font déjà %(floors)s, soit
    %(gap)s de trop. Baissez le plancher, ou relevez le budget d’au moins %(gap)s."""


class BudgetAboveCaps(Refusal):
    """Le budget de %(budget)s ne peut pas être réuni : au plafond, les membres paient %(caps)s au plus, il manque
    %(gap)s. Relevez le plafond, ou baissez le budget d’au moins %(gap)s."""


class BudgetWithoutWeights(Refusal):
    """Il reste %(gap)s du budget à partager, mais aucun membre n’a de chiffre plus grand que zéro pour cette base.
    Faites déclarer les chiffres, ou choisissez une autre base."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One member's weight, and the least and the most it pays, in units of rounding; most None = no cap."""

    key: Any
    weight: int
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What each pays, in units, and the level: units paid for one of weight, where no bound holds."""

    shares: Mapping[Any, int]
    level: Fraction


def fill(total: int, claims: Sequence[Claim], *, unit: int = 1) -> Filled:
    """Share `total` units in proportion to weights, nobody below its least nor above its most; sums to it exactly.

    The level is the only one at which the bounded shares make the total (golden D3); what is left of whole units goes
    to the largest remainders, ties to the lowest key, so that the order of members does not matter. Raises
    BudgetBelowFloors, BudgetAboveCaps and BudgetWithoutWeights, each with the gap; `unit` is in cents, for their words.
    """
    _check_feasible(total, claims, unit=unit)
    level = _level(total, claims)
    held: dict[Any, int] = {}
    free: dict[Any, int] = {}
    for claim in claims:
        share = level.numerator * claim.weight
        if claim.most is not None and share >= claim.most * level.denominator:
            held[claim.key] = claim.most
        elif share <= claim.least * level.denominator:
            held[claim.key] = claim.least
        else:
            free[claim.key] = claim.weight
    shared = share_by_key(total - sum(held.values()), free)
    return Filled({**held, **shared}, level)


def _level(total: int, claims: Sequence[Claim]) -> Fraction:
    """Where the rising sum of bounded shares meets the total: it is straight from one turn to the next."""
    constant, slope = sum(claim.least for claim in claims), 0
    above, below = 0, 1
    for above, below, weight, amount in sorted(_turns(claims), key=_exact_order):
        if slope and constant * below + slope * above >= total * below:
            break
        slope += weight
        constant += amount
    if slope and constant * below + slope * above != total * below:
        return Fraction(total - constant, slope)
    return Fraction(above, below)


def _exact_order(turn: tuple[int, int, int, int]) -> int:
    """A whole number in the order of the fractions: parts of less than 64 bits differ by more than 2^-128."""
    return (turn[0] << 130) // turn[1]


def _turns(claims: Sequence[Claim]) -> Iterator[tuple[int, int, int, int]]:
    """Each level at which a member leaves its floor or meets its cap: (above, below, slope, constant)."""
    for claim in claims:
        if claim.weight > 0:
            yield claim.least, claim.weight, claim.weight, -claim.least
            if claim.most is not None:
                yield claim.most, claim.weight, -claim.weight, claim.most


def _check_feasible(total: int, claims: Sequence[Claim], *, unit: int) -> None:
    least = sum(claim.least for claim in claims)
    if least > total:
        floors = sum(1 for claim in claims if claim.least)
        members = Counted("%(count)s membre", "%(count)s membres", count=floors)
        raise BudgetBelowFloors(
            budget=Money(total * unit), members=members, floors=Money(least * unit), gap=Money((least - total) * unit)
        )
    weighing = [claim for claim in claims if claim.weight > 0]
    if not weighing and least < total:
        raise BudgetWithoutWeights(gap=Money((total - least) * unit))
    if any(claim.most is None for claim in weighing):
        return
    most = sum(claim.most or 0 for claim in weighing) + sum(claim.least for claim in claims if claim.weight <= 0)
    if most < total:
        raise BudgetAboveCaps(budget=Money(total * unit), caps=Money(most * unit), gap=Money((total - most) * unit))
