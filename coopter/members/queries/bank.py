"""Reads of the grouping's bank account: the one in force, and the changes asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from coopter.members import policies
from coopter.members.models import BankAccountChange, Grouping, Person, RoleGrant
from coopter.members.queries.absent import absent
from coopter.members.rules import AccountChange, BankAccount, account_in_force
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role

TOLD = (Role.COORDINATOR, Role.TREASURER)


def bank_account_on(at: datetime) -> BankAccount | None:
    """The account of the grouping in scope that counts at this instant (R39); None when it never gave one."""
    first = session().execute(select(Grouping.iban, Grouping.bic).where(Grouping.id == tenancy.current())).one()
    account = BankAccount(first.iban, first.bic or "") if first.iban else None
    return account_in_force(account, list_bank_account_changes(), at=at)


def list_bank_account_changes() -> tuple[AccountChange, ...]:
    """Every change that was ever asked for, the latest first."""
    query = select(BankAccountChange).order_by(BankAccountChange.id.desc())
    rows = session().scalars(query.execution_options(populate_existing=True))
    return tuple(as_account_change(row) for row in rows)


def get_bank_account_change(change_id: int) -> BankAccountChange:
    """A change of the grouping in scope; raises NotFound."""
    return session().scalar(select(BankAccountChange).where(BankAccountChange.id == change_id)) or absent()


def waiting_bank_account_change() -> AccountChange | None:
    """The change that nobody has answered yet, if there is one."""
    unanswered = (BankAccountChange.approved_at.is_(None), BankAccountChange.refused_at.is_(None))
    row = session().scalars(select(BankAccountChange).where(*unanswered)).first()
    return as_account_change(row) if row else None


def bank_account_to_approve(actor: Actor) -> AccountChange | None:
    """The change that awaits this very person's approval: for a desk."""
    change = waiting_bank_account_change()
    if change is None or not policies.can_approve_bank_account_change(actor, change.asked_by_id):
        return None
    return change


def told_of_bank_account() -> tuple[tuple[str, str], ...]:
    """Who is told of each step, as (address, language): the grouping, everybody who coordinates or keeps accounts."""
    query = (
        select(Person.email, Person.language)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(TOLD), RoleGrant.revoked_at.is_(None), Person.active)
        .order_by(Person.id)
    )
    told: dict[str, str] = {email: language for email, language in session().execute(query)}
    own = session().scalar(select(Grouping.email).where(Grouping.id == tenancy.current()))
    if own:
        told.setdefault(own.lower(), "fr")
    return tuple(told.items())


def deciding_since(person_id: int | None) -> datetime | None:
    """Since when somebody coordinates or keeps the accounts without a break; None when they do not."""
    query = select(func.min(RoleGrant.granted_at)).where(
        RoleGrant.person_id == person_id, RoleGrant.role.in_(TOLD), RoleGrant.revoked_at.is_(None)
    )
    return session().scalar(query)


def as_account_change(row: BankAccountChange) -> AccountChange:
    """A row as the rules read it."""
    return AccountChange(
        id=row.id,
        account=BankAccount(row.iban, row.bic),
        asked_by_id=row.asked_by_id,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        not_before=row.effective_not_before,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        refused_by=row.refused_by,
        refused_at=row.refused_at,
        refused_because=row.refused_because,
    )
