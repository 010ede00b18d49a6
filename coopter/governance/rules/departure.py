"""Leaving a grouping, by itself or by exclusion: notice, day, and the debts born before, which go on binding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from coopter.governance.rules.kinds import DepartureKind, DepartureState
from coopter.governance.rules.motions import Motion
from coopter.values.money import Money, total
from coopter.values.refusal import Refusal, Words

DEPARTURE, EXCLUSION = "departure", "exclusion"


class LeavesBeforeNotice(Refusal):
    """Le départ ne peut pas prendre effet avant le jour où il est annoncé (%(notice_on)s). Corrigez l'une des deux
    dates."""


class ExclusionUnexplained(Refusal):
    """Une exclusion se motive : écrivez les faits reprochés. La structure doit les connaître pour pouvoir s'expliquer
    avant que l'on décide."""


class ExclusionIsVoted(Refusal):
    """Une exclusion se décide, elle ne s'enregistre pas seulement : proposez-la à une assemblée, ou nommez l'organe qui
    l'a prononcée."""


class DepartureClosed(Refusal):
    """Ce départ est déjà clos (%(state)s) : il ne change plus."""


class DepartureProposed(Refusal):
    """Ce départ est à l'ordre du jour d'une assemblée : c'est elle qui décide."""


class DepartureVoted(Refusal):
    """Ce départ est voté (décision n° %(number)s) : mettez fin à ce qui le retient, puis rendez-le effectif."""


class NotVoted(Refusal):
    """Aucune assemblée n'a encore voté ce départ : proposez-le, ou enregistrez qui l'a décidé."""


class DepartureUnderWay(Refusal):
    """Un départ de cette structure est déjà préparé : ouvrez-le plutôt que d'en préparer un second."""


class AnotherDeparture(Refusal):
    """Cette décision ne dit pas la même structure que le départ qu'elle prononce (%(name)s). Préparez-la de nouveau."""


STATE_WORDS: Mapping[DepartureState, Words] = {
    DepartureState.PREPARED: Words("préparé"),
    DepartureState.PROPOSED: Words("à l’ordre du jour"),
    DepartureState.EFFECTIVE: Words("effectif"),
    DepartureState.ABANDONED: Words("abandonné"),
}
OPEN_STATES = (DepartureState.PREPARED, DepartureState.PROPOSED)


@dataclass(frozen=True, slots=True)
class Debt:
    """One document that a leaving structure was sent before its last day, and what is left to pay of it."""

    number: str
    issued_on: date
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Debts:
    """What was born before a structure left: what it still owes, the months not yet invoiced, the joint liability.

    What is left takes credit notes and the payments noted by then away; `liability` is the statutes' rule, as text.
    """

    on: date
    invoices: tuple[Debt, ...]
    months_to_come: tuple[str, ...]
    liability: str

    @property
    def owed(self) -> Money:
        """All that is left to pay, in cents."""
        return total(debt.amount for debt in self.invoices)

    @property
    def not_yet_due(self) -> Money:
        """Those that fall due on the first day outside or after it."""
        return total(debt.amount for debt in self.invoices if debt.due_on >= self.on)

    def to_json(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "on": self.on.isoformat(),
            "invoices": [
                {"number": one.number, "issued_on": one.issued_on.isoformat(), "due_on": one.due_on.isoformat(),
                 "cents": one.amount.cents}
                for one in self.invoices
            ],
            "months_to_come": list(self.months_to_come),
            "liability": self.liability,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Debts:
        """What the row kept."""
        invoices = tuple(
            Debt(one["number"], date.fromisoformat(one["issued_on"]), date.fromisoformat(one["due_on"]),
                 Money(one["cents"]))
            for one in kept["invoices"]
        )  # fmt: skip
        return cls(date.fromisoformat(kept["on"]), invoices, tuple(kept["months_to_come"]), kept["liability"])


def check_days(*, notice_on: date, effective_on: date) -> None:
    """`effective_on` is the first day outside. Raises LeavesBeforeNotice."""
    if effective_on <= notice_on:
        raise LeavesBeforeNotice(notice_on=notice_on)


def notice_ends_on(notice_on: date, *, days: int) -> date:
    """The first day on which a departure announced on a day respects the notice."""
    return notice_on + timedelta(days=days)


def check_open(state: DepartureState) -> None:
    """Raise DepartureClosed."""
    if state not in OPEN_STATES:
        raise DepartureClosed(state=STATE_WORDS[state])


def departure_motion(
    *, departure_id: int, kind: DepartureKind, name: str, siret: str | None, reason: str, effective_on: date
) -> Motion:
    """The motion that ends a membership; its day is the first one outside."""
    decided = EXCLUSION if kind is DepartureKind.EXCLUSION else DEPARTURE
    value = {"name": name, "siret": siret, "reason": reason}
    return Motion(decided, f"departure:{departure_id}", value, effective_on)


def describe_departure(motion: Motion) -> Words:
    """The departure in a sentence."""
    last = motion.from_on - timedelta(days=1)
    if motion.kind == EXCLUSION:
        return Words(
            "%(name)s est exclue ; son dernier jour est le %(day)s. Motif : %(reason)s",
            name=motion.value["name"], day=last, reason=motion.value["reason"],
        )  # fmt: skip
    return Words(
        "%(name)s quitte le groupement ; son dernier jour est le %(day)s.", name=motion.value["name"], day=last
    )


def first_facts(answers: Iterable[object]) -> Mapping[str, Any]:
    """What the rooms above answered about a departure: the first that brought something."""
    return next((answer for answer in answers if isinstance(answer, dict)), {})
