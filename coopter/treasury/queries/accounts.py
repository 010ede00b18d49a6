"""Accounts of members: every document, credit note and payment in the order of days, the balance after each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from coopter.billing import queries as billing
from coopter.billing.queries import InvoiceSummary
from coopter.billing.record import Kind
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.members.rules import natural_order
from coopter.plumbing.transaction import require
from coopter.treasury import policies
from coopter.treasury.queries.payments import (
    OwedDocument,
    PaymentRecord,
    late_of,
    overdue_of,
    owed_documents,
    payments_of,
)
from coopter.treasury.rules import Means
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import NotFound


class LineKind(Enum):
    """What a line of an account is."""

    DOCUMENT = "document"
    CREDIT_NOTE = "credit-note"
    PAYMENT = "payment"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line: what it changes in the member's debt (`effect`), and what is owed after it. Below zero: a credit."""

    kind: LineKind
    on: date
    number: str
    title: str | Month
    effect: Money
    balance: Money
    invoice_id: int
    due_on: date | None = None
    means: Means | None = None
    note: str = ""
    payment_id: int | None = None
    left: Money | None = None
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """The account of one member on a day, whole or one year of it.

    `balance` is what it owes that day, due or not; below zero, what the grouping owes it. `brought` is the balance
    before the year shown, and `owed` every document that asks for money.
    """

    structure_id: int
    code: str
    name: str
    address: tuple[str, ...]
    on: date
    year: int | None
    years: tuple[int, ...]
    brought: Money
    lines: tuple[AccountLine, ...]
    balance: Money
    owed: tuple[OwedDocument, ...]

    @property
    def unpaid(self) -> tuple[OwedDocument, ...]:
        """The documents on which something is left, the first due first."""
        return tuple(one for one in self.owed if one.owing.left > Money.zero())

    @property
    def late(self) -> tuple[OwedDocument, ...]:
        """What should have been paid before this day; nothing, when the member's credits cover it."""
        return late_of(self.owed, on=self.on)

    @property
    def overdue(self) -> Money:
        """How much should have been paid before this day, the member's credits taken away."""
        return overdue_of(self.owed, on=self.on)

    @property
    def overdue_since(self) -> date | None:
        """The day by which the oldest of it was due."""
        return min((one.owing.due_on for one in self.late), default=None)

    @property
    def closing(self) -> Money:
        """The balance after the last line shown."""
        return self.lines[-1].balance if self.lines else self.brought

    @property
    def documents(self) -> Money:
        """Everything asked, credit notes taken away."""
        return total(one.effect for one in self.lines if one.kind in (LineKind.DOCUMENT, LineKind.CREDIT_NOTE))

    @property
    def paid(self) -> Money:
        """Everything paid, what was taken back apart."""
        return -total(one.effect for one in self.lines if one.kind in (LineKind.PAYMENT, LineKind.REVERSAL))


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """One member's account in a list."""

    structure_id: int
    code: str
    name: str
    balance: Money
    overdue: Money
    overdue_since: date | None
    paid: Money


def statement_of(actor: Actor, *, structure_id: int, on: date, year: int | None = None) -> Statement:
    """The account of a member on a day, or its movements of a year, for whoever may see its invoices; raises NotFound
    for anybody else."""
    if not policies.can_read_account_of(actor, structure_id):
        raise NotFound()
    structure = members.get_structure(structure_id)
    documents = owed_documents(structure_id=structure_id)
    left = {one.id: one for one in documents}
    lines = [
        *_of_documents(billing.list_invoices(actor, structure_id=structure_id), left, on=on),
        *_of_payments(payments_of(structure_id=structure_id), {one.id: one.title for one in documents}),
    ]
    every = _balanced(lines)
    before = [one for one in every if year is not None and one.on.year < year]
    return Statement(
        structure.id, structure.code, structure.name, _address(structure), on, year,
        years=tuple(sorted({one.on.year for one in every}, reverse=True)),
        brought=before[-1].balance if before else Money.zero(),
        lines=tuple(one for one in every if year is None or one.on.year == year),
        balance=every[-1].balance if every else Money.zero(),
        owed=documents,
    )  # fmt: skip


def account_summaries(actor: Actor, *, on: date) -> tuple[AccountSummary, ...]:
    """Every member with a document, its balance and what is late, by code."""
    require(policies.can_read_accounts(actor))
    by_structure: dict[int, list[OwedDocument]] = {}
    for one in owed_documents():
        by_structure.setdefault(one.structure_id, []).append(one)
    rows = members.structures_by_id(by_structure)
    found = []
    for structure_id, documents in by_structure.items():
        late = late_of(documents, on=on)
        found.append(
            AccountSummary(
                structure_id, rows[structure_id].code, rows[structure_id].name,
                balance=total(one.owing.left for one in documents),
                overdue=overdue_of(documents, on=on),
                overdue_since=min((one.owing.due_on for one in late), default=None),
                paid=total(one.owing.paid for one in documents),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (natural_order(one.code), one.code)))


def _address(structure: Structure) -> tuple[str, ...]:
    place = f"{structure.postcode} {structure.city}".strip()
    return tuple(line for line in (*structure.address.splitlines(), structure.address_more, place) if line.strip())


def _of_documents(
    invoices: tuple[InvoiceSummary, ...], owed: dict[int, OwedDocument], *, on: date
) -> Iterator[AccountLine]:
    nothing = Money.zero()
    for one in invoices:
        if one.kind is Kind.CREDIT_NOTE:
            yield AccountLine(
                LineKind.CREDIT_NOTE, one.issued_on, one.number, one.title, one.effect, nothing, one.id,
                note=one.credits or "",
            )  # fmt: skip
            continue
        owing = owed[one.id].owing
        yield AccountLine(
            LineKind.DOCUMENT, one.issued_on, one.number, one.title, one.effect, nothing, one.id, due_on=one.due_on,
            left=owing.left, is_overdue=owing.is_overdue(on),
        )  # fmt: skip


def _of_payments(payments: tuple[PaymentRecord, ...], titles: dict[int, str | Month]) -> Iterator[AccountLine]:
    """A payment taken back stays, followed by what takes it back."""
    for one in payments:
        title = titles[one.invoice_id]
        line = AccountLine(
            LineKind.PAYMENT, one.received_on, one.number, title, -one.amount, Money.zero(), one.invoice_id,
            means=one.means, note=one.reference, payment_id=one.id if one.counts else None,
        )  # fmt: skip
        yield line
        if one.reversed_at is not None:
            yield replace(
                line, kind=LineKind.REVERSAL, on=paris_day(one.reversed_at), effect=one.amount,
                note=one.reversed_because or "", payment_id=None,
            )  # fmt: skip


def _balanced(lines: list[AccountLine]) -> tuple[AccountLine, ...]:
    """In the order of days, documents before what pays them, each with the balance after it."""
    order = list(LineKind)
    balance, found = Money.zero(), []
    for line in sorted(lines, key=lambda one: (one.on, order.index(one.kind), one.number)):
        balance += line.effect
        found.append(replace(line, balance=balance))
    return tuple(found)
