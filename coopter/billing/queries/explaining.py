"""« Pourquoi ce montant ? »: the walk from a line of an invoice back to what was decided and worked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from coopter.billing.models import InvoiceLine
from coopter.billing.queries.invoices import InvoiceSummary, get_invoice, get_summary, list_lines
from coopter.billing.record import LineKind
from coopter.contributions.queries import calls
from coopter.contributions.queries.calls import CallRecord
from coopter.costs import queries as costs
from coopter.costs.rules import HourPrice, ShareExplanation
from coopter.governance.queries.decisions import get_decision
from coopter.governance.rules.motions import Decided
from coopter.hours import queries as hours
from coopter.hours.rules import EntryRecord
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.rate import Rate
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class LineSummary:
    """One line of an invoice as pages show it; minutes inform, amounts are cents."""

    position: int
    kind: LineKind
    label: str
    detail: str
    minutes: int | None
    quantity: Decimal
    unit_price: Rate | None
    amount: Money
    employee_id: int | None
    share_id: int | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whoever confirmed hours, between which instants, how many lines and minutes; `because` = the reason, in bulk."""

    by: str
    because: str
    first_at: datetime
    last_at: datetime
    lines: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Work:
    """One employee's hours for the buyer in the month."""

    employee: str
    entries: tuple[EntryRecord, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that one line's page may tell this actor; `works` are the buyer's own hours only."""

    invoice: InvoiceSummary
    line: LineSummary
    share: ShareExplanation | None
    price: HourPrice | None
    employee: str
    works: tuple[Work, ...]
    confirmations: tuple[Confirmation, ...]
    issued_by: str
    issued_at: datetime
    call: CallRecord | None = None
    decided: Decided | None = None

    @property
    def minutes(self) -> int:
        """All minutes of the hour lines shown."""
        return sum(work.minutes for work in self.works)

    @property
    def adds_up(self) -> bool:
        """Whether the hour lines shown come to the minutes that were counted."""
        counted = self.share.minutes if self.share else self.line.minutes
        return counted is None or counted == self.minutes

    @property
    def fraction(self) -> Fraction:
        """Own weight ÷ all weights, in its lowest terms."""
        share = self.share
        return Fraction(share.weight, share.total_weight) if share and share.total_weight else Fraction(0)

    @property
    def others(self) -> int:
        """The weight of all the others together; nobody's own is told."""
        return self.share.total_weight - self.share.weight if self.share else 0

    @property
    def exact(self) -> Rate:
        """The exact part before any rounding, in ten-thousandths of a euro, to be read beside the amount."""
        return Rate(int(self.share.exact_euros.scaleb(4))) if self.share else Rate(0)


def lines_of(invoice_id: int) -> tuple[LineSummary, ...]:
    """The lines of an invoice, in their order."""
    return tuple(_summary(row) for row in list_lines(invoice_id))


def explain_line(actor: Actor, *, invoice_id: int, position: int) -> Explanation:
    """Why this line is what it is, for an actor who may see the invoice; raises NotFound.

    The share is told under the guard of docs/decisions/0003: a member sees its own hours, the pool's total and the
    total minutes; nobody else's lines, and never what pay is made of.
    """
    invoice = get_invoice(actor, invoice_id)
    row = next((line for line in list_lines(invoice.id) if line.position == position), None)
    if row is None:
        raise NotFound()
    entries = hours.entries_of(invoice.structure_id, invoice.month) if invoice.run_id is None else ()
    if row.employee_id is not None:
        entries = tuple(entry for entry in entries if entry.employee_id == row.employee_id)
    ids = {entry.employee_id for entry in entries} | ({row.employee_id} if row.employee_id else set())
    names = {employee.id: employee.name for employee in staff.employees_by_id(ids).values()}
    return Explanation(
        invoice=get_summary(actor, invoice.id),
        line=_summary(row),
        share=costs.explain_share(row.share_id, actor=actor) if row.share_id else None,
        price=_price(row.decision_id) if row.unit_price is not None else None,
        employee=names.get(row.employee_id or 0, ""),
        works=_works(entries, names),
        confirmations=_confirmations(entries),
        issued_by=invoice.issued_by,
        issued_at=invoice.issued_at,
        call=calls.get_call(row.call_id) if row.call_id else None,
        decided=get_decision(row.decision_id) if row.call_id and row.decision_id else None,
    )


def _summary(row: InvoiceLine) -> LineSummary:
    return LineSummary(
        position=row.position,
        kind=row.kind,
        label=row.label,
        detail=row.detail,
        minutes=row.minutes,
        quantity=Decimal(row.quantity_hundredths).scaleb(-2),
        unit_price=row.unit_price,
        amount=row.amount,
        employee_id=row.employee_id,
        share_id=row.share_id,
    )


def _price(decision_id: int | None) -> HourPrice | None:
    if decision_id is None:
        return None
    return next((price for price in costs.list_prices() if price.id == decision_id), None)


def _works(entries: Iterable[EntryRecord], names: Mapping[int, str]) -> tuple[Work, ...]:
    by_employee: dict[int, list[EntryRecord]] = {}
    for entry in entries:
        by_employee.setdefault(entry.employee_id, []).append(entry)
    works = (
        Work(names[employee_id], tuple(own), sum(entry.minutes for entry in own))
        for employee_id, own in by_employee.items()
    )
    return tuple(sorted(works, key=lambda work: work.employee))


def _confirmations(entries: Iterable[EntryRecord]) -> tuple[Confirmation, ...]:
    """Who confirmed these hours and when, those who confirmed most first."""
    found: dict[tuple[str, str], list[tuple[datetime, int]]] = {}
    for entry in entries:
        if entry.confirmed_by is not None and entry.confirmed_at is not None:
            who = entry.confirmed_by, entry.confirmed_because or ""
            found.setdefault(who, []).append((entry.confirmed_at, entry.minutes))
    told = (
        Confirmation(by, because, min(at)[0], max(at)[0], len(at), sum(minutes for _, minutes in at))
        for (by, because), at in found.items()
    )
    return tuple(sorted(told, key=lambda one: (-one.lines, one.by, one.because)))
