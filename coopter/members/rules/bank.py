"""Which bank account a grouping's invoices name: a change takes two people and two days (R39)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from coopter.values.identifiers import mask_iban
from coopter.values.refusal import Refusal

# The time that those who are told have to object, from the asking on; and how long whoever approves must have held
# their role, so that nobody approves through an account that they made a moment ago.
ACCOUNT_DELAY = timedelta(hours=48)


class AccountChangesApart(Refusal):
    """Le compte bancaire ne se change pas ici : demandez le changement depuis les réglages, une deuxième personne
    l'approuvera."""


class NoAccountYet(Refusal):
    """Le groupement n'a pas encore de compte : donnez son premier IBAN sur sa fiche d'identité."""


class SameAccount(Refusal):
    """C'est déjà le compte en place : il n'y a rien à changer."""


class OwnApproval(Refusal):
    """Vous avez demandé ce changement : une autre personne qui coordonne ou tient la trésorerie doit l'approuver."""


class RoleTooRecent(Refusal):
    """Vous avez ce rôle depuis moins de 48 heures : une personne qui l'a depuis plus longtemps doit approuver, ou
    attendez un peu."""


class ChangeSettled(Refusal):
    """Ce changement de compte a déjà été approuvé, refusé ou remplacé : relisez les réglages."""


class AccountInForce(Refusal):
    """Ce compte est déjà en place : pour en revenir, demandez un nouveau changement."""


class RefusalUnexplained(Refusal):
    """Dites en quelques mots pourquoi ce changement est refusé : qui l'a demandé le lira."""


@dataclass(frozen=True)
class BankAccount:
    """An account as invoices print it."""

    iban: str
    bic: str = ""


@dataclass(frozen=True)
class AccountChange:
    """A change of account that somebody asked for, and what became of it."""

    id: int
    account: BankAccount
    asked_by_id: int | None
    asked_by: str
    asked_at: datetime
    not_before: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    refused_by: str | None = None
    refused_at: datetime | None = None
    refused_because: str = ""

    @property
    def waits(self) -> bool:
        """Nobody has answered yet."""
        return self.approved_at is None and self.refused_at is None

    @property
    def in_force_at(self) -> datetime | None:
        """From when it counts: approved, and 48 hours after it was asked; None while it does not."""
        if self.approved_at is None or self.refused_at is not None:
            return None
        return max(self.not_before, self.approved_at)


def account_in_force(
    first: BankAccount | None, changes: Iterable[AccountChange], *, at: datetime
) -> BankAccount | None:
    """The account that an invoice issued at this instant names: the last approved whose 48 hours have passed (R39)."""
    counting = [one for one in changes if one.in_force_at is not None and one.in_force_at <= at]
    return max(counting, key=lambda one: one.id).account if counting else first


def ends_of(iban: str) -> str:
    """The account number with its ends alone, in one piece, for the journal (R40); masking it again changes nothing."""
    return mask_iban(iban).replace(" ", "")


def check_second_person(
    change: AccountChange, *, person_id: int | None, role_since: datetime | None, at: datetime
) -> None:
    """Refuse the asker's own approval, and that of a role younger than 48 hours. Raises OwnApproval, RoleTooRecent."""
    if person_id is None or person_id == change.asked_by_id:
        raise OwnApproval()
    if role_since is None or role_since + ACCOUNT_DELAY > at:
        raise RoleTooRecent()
