"""What came in and what is left: how a payment is told, and when one looks doubtful. Amounts are cents, from 0 up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from coopter.values.money import Money
from coopter.values.refusal import Refusal, Words


class Means(Enum):
    """How money came."""

    TRANSFER = "transfer"
    CHEQUE = "cheque"
    DIRECT_DEBIT = "direct-debit"
    CARD = "card"
    CASH = "cash"


MEANS: Mapping[Means, Words] = {
    Means.TRANSFER: Words("Virement"),
    Means.CHEQUE: Words("Chèque"),
    Means.DIRECT_DEBIT: Words("Prélèvement"),
    Means.CARD: Words("Carte"),
    Means.CASH: Words("Espèces"),
}


class PaymentNotPositive(Refusal):
    """Un paiement reçu est plus grand que zéro. Corrigez le montant."""


class PaidInFuture(Refusal):
    """Un paiement ne peut pas être reçu le %(day)s : ce jour n'est pas encore passé. Corrigez la date."""


class NotPayable(Refusal):
    """%(number)s est un avoir : on ne le paie pas, il se déduit du compte."""


class Doubtful(Refusal):
    """Ce paiement est inhabituel. Relisez-le ; s'il est juste, confirmez-le."""


class SamePayment(Doubtful):
    """%(by)s a déjà noté %(amount)s reçus ce jour-là pour %(number)s, le %(at)s. Si c'est bien un second paiement,
    confirmez-le."""


class MoreThanLeft(Doubtful):
    """Il reste %(left)s à payer sur %(number)s, et vous notez %(amount)s. Si le membre a bien payé davantage,
    confirmez : le compte gardera la différence à son crédit."""


class AlreadyReversed(Refusal):
    """Ce paiement a déjà été annulé par %(by)s le %(at)s."""


class ReasonMissing(Refusal):
    """Dites pourquoi ce paiement est annulé : le compte garde la trace des deux."""


@dataclass(frozen=True, slots=True)
class Owing:
    """What one document asked, what lowered it and what was paid on it."""

    gross: Money
    lowered: Money
    paid: Money
    due_on: date

    @property
    def left(self) -> Money:
        """What is still to pay; below zero when more was paid than was asked."""
        return self.gross - self.lowered - self.paid

    def is_overdue(self, today: date) -> bool:
        """Whether something is left and its day has gone by."""
        return self.left > Money.zero() and self.due_on < today


def check_payment(amount: Money, *, received_on: date, today: date) -> None:
    """A payment that can be: raises PaymentNotPositive, PaidInFuture."""
    if amount <= Money.zero():
        raise PaymentNotPositive()
    if received_on > today:
        raise PaidInFuture(day=received_on)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of an account as its table tells it."""

    on: date
    kind: str
    number: str
    about: str
    due_on: date | None
    debit: Money | None
    credit: Money | None
    balance: Money
    means: str
    note: str
