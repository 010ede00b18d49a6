"""Shares of a cooperative's capital, and what of a year's result goes to the reserves; amounts in cents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from coopter.governance.rules.kinds import CapitalAct
from coopter.members.rules import GroupingKind, folded
from coopter.values.csv_text import csv_lines
from coopter.values.money import Money, total
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal, Words

LEGAL_RESERVE = Rate.percent("15")  # law 47-1775 art. 16, as domain.md §8.3 [V]
STATUTORY_RESERVE = Rate.percent("50")  # law 47-1775 art. 19 nonies, as domain.md §8.3 [V]
COOPERATIVE_FORMS = {"scic", "scop", "cuma", "sica", "cae", "coop", "sce"}
PUBLIC_CEILING = Rate.percent("50")  # law 47-1775 art. 19 septies (2022): local authorities, of the capital [V]


class NoNominal(Refusal):
    """Une part n'a pas encore de valeur : fixez « Valeur d'une part sociale » dans les réglages, avec sa date."""


class NoShares(Refusal):
    """Écrivez un nombre de parts d'au moins 1."""


class NotEnoughShares(Refusal):
    """%(name)s n'a pas %(shares)s parts à céder ce jour-là : il lui en reste %(left)s, mouvements suivants compris."""


class SameAssociate(Refusal):
    """Une cession va d'un associé à un autre : choisissez deux associés différents."""


class AssociateMissing(Refusal):
    """Choisissez l'associé : celui qui souscrit, celui qui cède et celui qui reçoit, ou celui que l'on rembourse."""


class BelowFloor(Refusal):
    """Après ce remboursement, le capital serait de %(after)s, sous le plancher de %(floor)s (%(percent)s %% du plus
    haut jamais atteint). Vérifiez vos statuts ; si ce remboursement est régulier, cochez la case qui le dit."""


class NominalDiffers(Refusal):
    """Des parts à %(nominal)s sont encore en circulation : une autre valeur ne vaut qu'après leur échange, qui se
    décide en assemblée. Remettez la valeur d'avant à cette date."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One act of the register: shares that leave an associate, come to another, or both."""

    number: int
    act: CapitalAct
    giver: int | None
    receiver: int | None
    shares: int
    nominal: Money
    on: date

    @property
    def amount(self) -> Money:
        """The shares at their nominal value."""
        return self.nominal.times(self.shares)


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One line of the register as people read it."""

    number: int
    act: CapitalAct
    giver: str
    receiver: str
    shares: int
    nominal: Money
    amount: Money
    on: date
    paid_on: date | None
    note: str
    decided_by: str
    recorded_by: str


REGISTER_COLUMNS = tuple(MovementLine.__slots__)


def issues_shares(kind: GroupingKind, legal_form: str) -> bool:
    """Whether a grouping has a capital of shares: a cooperative, by its kind or by its legal form (law 47-1775).

    An employers' group may be one (L1253-2).
    """
    words = set(re.findall(r"[a-z]+", folded(legal_form)))
    by_form = any(word.startswith("cooperativ") for word in words) or bool(words & COOPERATIVE_FORMS)
    return kind is GroupingKind.COOPERATIVE or by_form


def register_csv(lines: Iterable[MovementLine]) -> str:
    """The register of shares as a table, amounts in euros (R46)."""
    return "".join(
        csv_lines(REGISTER_COLUMNS, (tuple(getattr(one, name) for name in REGISTER_COLUMNS) for one in lines))
    )


def check_sides(act: CapitalAct, *, giver: int | None, receiver: int | None, shares: int) -> None:
    """Who gives and who receives, as the act wants it. Raises NoShares, AssociateMissing, SameAssociate."""
    if shares < 1:
        raise NoShares()
    wants_giver, wants_receiver = act is not CapitalAct.SUBSCRIPTION, act is not CapitalAct.REDEMPTION
    if (giver is None) == wants_giver or (receiver is None) == wants_receiver:
        raise AssociateMissing()
    if giver is not None and giver == receiver:
        raise SameAssociate()


def holdings(movements: Iterable[Movement], *, on: date | None = None) -> dict[int, int]:
    """Each associate's shares at the end of a day (or after all movements), those who have none left out."""
    held: dict[int, int] = defaultdict(int)
    for one in movements:
        if on is None or one.on <= on:
            if one.receiver is not None:
                held[one.receiver] += one.shares
            if one.giver is not None:
                held[one.giver] -= one.shares
    return {associate: shares for associate, shares in held.items() if shares}


def lowest_from(movements: Iterable[Movement], associate: int, *, on: date) -> int:
    """The fewest shares that an associate has at the end of a day, that one or any later: what may still be given up.

    A movement written late counts from its own day, so what comes after it is looked at too.
    """
    known = tuple(movements)
    days = {on, *(one.on for one in known if one.on > on)}
    return min(holdings(known, on=day).get(associate, 0) for day in days)


def check_may_give(movements: Iterable[Movement], *, giver: int, name: str, shares: int, on: date) -> None:
    """Raise NotEnoughShares when an associate would fall below zero that day or later."""
    left = lowest_from(tuple(movements), giver, on=on)
    if left < shares:
        raise NotEnoughShares(name=name, shares=shares, left=max(left, 0))


def capital(movements: Iterable[Movement]) -> Money:
    """The capital after these movements: subscriptions less redemptions."""
    return total(_effect(one) for one in movements)


def highest_capital(movements: Iterable[Movement]) -> Money:
    """The highest capital ever reached at the end of a day."""
    running = highest = Money.zero()
    for _, acts in groupby(sorted(movements, key=lambda one: (one.on, one.number)), key=lambda one: one.on):
        running += total(_effect(one) for one in acts)
        highest = max(highest, running)
    return highest


def floor_of(movements: Iterable[Movement], *, share: Rate) -> Money:
    """The capital under which redemptions must not bring it: a part (a quarter [M]) of the highest ever reached."""
    return highest_capital(movements).times(share)


def check_floor(movements: Iterable[Movement], *, redeemed: Money, share: Rate) -> None:
    """Raise BelowFloor when a redemption would bring the capital under its floor."""
    known = tuple(movements)
    after, floor = capital(known) - redeemed, floor_of(known, share=share)
    if after < floor:
        raise BelowFloor(after=after, floor=floor, percent=format(share.in_percent.normalize(), "f").replace(".", ","))


def check_nominal(movements: Iterable[Movement], *, nominal: Money) -> None:
    """All shares in circulation have one value. Raises NoNominal, NominalDiffers."""
    if nominal <= Money.zero():
        raise NoNominal()
    known = tuple(movements)
    if holdings(known):
        outstanding = known[-1].nominal if known else nominal
        if outstanding != nominal:
            raise NominalDiffers(nominal=outstanding)


def _effect(one: Movement) -> Money:
    if one.act is CapitalAct.TRANSFER:
        return Money.zero()
    return one.amount if one.act is CapitalAct.SUBSCRIPTION else -one.amount


@dataclass(frozen=True, slots=True)
class Reserves:
    """How a surplus is shared out: the legal reserve, the statutory one, and what an assembly may still dispose of."""

    result: Money
    legal: Money
    statutory: Money

    @property
    def reserved(self) -> Money:
        """What goes to the reserves, which nobody ever shares out."""
        return self.legal + self.statutory

    @property
    def available(self) -> Money:
        """The rest: limited interest on shares, or reserves again."""
        return self.result - self.reserved


def reserves(result: Money, *, legal: Rate = LEGAL_RESERVE, statutory: Rate = STATUTORY_RESERVE) -> Reserves:
    """A SCIC's reserves: 15 % of the surplus, then 50 % of what remains, 57.5 % in all (domain.md §8.3, golden).

    Each is rounded once to the cent, half up. A loss or nothing is not shared out.
    """
    if result <= Money.zero():
        return Reserves(result, Money.zero(), Money.zero())
    first = result.times(legal)
    return Reserves(result, first, (result - first).times(statutory))


ACT_WORDS = {
    CapitalAct.SUBSCRIPTION: Words("Souscription"),
    CapitalAct.TRANSFER: Words("Cession"),
    CapitalAct.REDEMPTION: Words("Remboursement"),
}
