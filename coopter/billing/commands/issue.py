"""Issuing a month's invoices: drafted from shares, numbered in one block, frozen by set statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, insert

from coopter.billing import policies, rules
from coopter.billing.commands.documents import order_documents
from coopter.billing.commands.numbering import take_numbers
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.queries.parties import buyer_of, issuance_of, notes_on, references_of, terms_of
from coopter.billing.record import InvoiceRecord, Issuance, Line, LineKind, Vat
from coopter.costs.queries import ShareRecord
from coopter.costs.rules import Pool
from coopter.members import queries as members
from coopter.members import rules as terms
from coopter.members.models import Grouping, Structure
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

_INVOICES: Table = Invoice.__table__  # type: ignore[assignment]
_LINES: Table = InvoiceLine.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Price:
    """The price of an employee's hour in force for the month, in place of exact shares."""

    id: int
    rate: Rate
    decided_by: str


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice just issued; amounts in cents."""

    id: int
    number: str
    structure_id: int
    net: Money
    tax: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class DraftedLine:
    """A line with the rows that explain it."""

    line: Line
    employee_id: int | None
    share_id: int | None
    price_id: int | None


@dataclass(frozen=True, slots=True)
class Drafted:
    """An invoice ready to be numbered, for one structure."""

    structure: Structure
    record: InvoiceRecord
    lines: tuple[DraftedLine, ...]


@command
def issue_month(
    actor: Actor,
    *,
    month: Month,
    shares: Iterable[ShareRecord],
    prices: Mapping[int, Price],
    on: date,
    at: datetime,
) -> tuple[IssuedInvoice, ...]:
    """Issue one invoice per structure that has a share; joins the closing's transaction.

    `prices` holds the price of each employee's hour when the month is priced; empty, the shares are invoiced as they
    are. Raises SeriesAhead, and the refusals of `rules.draft`.
    """
    require(policies.can_issue_invoices(actor))
    grouping = members.get_grouping_by_id(actor.grouping_id)
    drafts = draft_month(grouping, month=month, shares=shares, prices=prices, on=on)
    issued = write_invoices(actor, grouping, drafts, series=grouping.invoice_series, month=month, at=at)
    order_documents(actor, invoices=[invoice.id for invoice in issued], at=at)
    return issued


def draft_month(
    grouping: Grouping, *, month: Month, shares: Iterable[ShareRecord], prices: Mapping[int, Price], on: date
) -> tuple[Drafted, ...]:
    """What would be invoiced: pure drafts in the order of the structures' codes; nothing is written."""
    by_structure: dict[int, list[ShareRecord]] = {}
    for share in shares:
        by_structure.setdefault(share.structure_id, []).append(share)
    structures = members.structures_by_id(by_structure)
    employees = staff.employees_by_id({s.employee_id for ss in by_structure.values() for s in ss if s.employee_id})
    names = {employee_id: employee.name for employee_id, employee in employees.items()}
    jobs = staff.job_titles(month.last)
    labels = {employee_id: (name, jobs.get(employee_id, "")) for employee_id, name in names.items()}
    basis = "Reprise initiale"
    issuance = issuance_of(grouping, month=month, on=on, basis=basis)
    public = Issuance(**{**_fields(issuance), "notes": notes_on(on, public=True)})
    rate = terms.as_rate(members.parameter("vat_rate", on=month.last))
    vat = rules.treatment(issuance.vat_regime, rate=rate)
    drafts = []
    for structure in sorted(structures.values(), key=lambda s: terms.natural_order(s.code)):
        common = public if structure.is_public_body else issuance
        lines = tuple(_lines(by_structure[structure.id], labels=labels, prices=prices, vat=vat))
        if any(line.line.amount for line in lines):
            drafts.append(_draft(structure, lines, issuance=common))
    return tuple(drafts)


def write_invoices(
    actor: Actor, grouping: Grouping, drafts: tuple[Drafted, ...], *, series: str, month: Month, at: datetime
) -> tuple[IssuedInvoice, ...]:
    """Number the drafts in one block and write them, two statements for all."""
    if not drafts:
        return ()
    on = drafts[0].record.issued_on
    first = take_numbers(series, count=len(drafts), on=on)
    rows, numbers = [], []
    for sequence, drafted in enumerate(drafts, start=first):
        number = rules.invoice_number(series, year=on.year, sequence=sequence)
        record = rules.numbered(drafted.record, number=number)
        numbers.append(number)
        rows.append(
            {
                **_invoice_row(record, logo_sha256=grouping.logo_sha256),
                "grouping_id": grouping.id,
                "series": series,
                "year": on.year,
                "sequence": sequence,
                "month": month,
                "structure_id": drafted.structure.id,
                "issued_by": actor.name,
                "issued_at": at,
            }
        )
    statement = insert(_INVOICES).returning(_INVOICES.c.id, sort_by_parameter_order=True)
    ids = session().execute(statement, rows).scalars().all()
    session().execute(
        insert(_LINES),
        [
            line_row(line, grouping_id=grouping.id, invoice_id=invoice_id, position=position)
            for invoice_id, drafted in zip(ids, drafts, strict=True)
            for position, line in enumerate(drafted.lines, start=1)
        ],
    )
    return tuple(
        IssuedInvoice(i, number, d.structure.id, d.record.net, d.record.tax, d.record.gross)
        for i, number, d in zip(ids, numbers, drafts, strict=True)
    )


def line_row(drafted: DraftedLine, *, grouping_id: int, invoice_id: int, position: int) -> dict[str, Any]:
    """One line as its row."""
    line = drafted.line
    return {
        "grouping_id": grouping_id,
        "invoice_id": invoice_id,
        "position": position,
        "kind": line.kind,
        "label": line.label,
        "detail": line.detail,
        "employee_id": drafted.employee_id,
        "minutes": line.minutes,
        "quantity_hundredths": int(line.quantity * 100),
        "unit_price_ten_thousandths": line.unit_price,
        "amount_cents": line.amount,
        "share_id": drafted.share_id,
        "price_id": drafted.price_id,
    }


def _invoice_row(record: InvoiceRecord, *, logo_sha256: str | None) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "number": record.number,
        "issued_on": record.issued_on,
        "due_on": record.due_on,
        "net_cents": record.net,
        "tax_cents": record.tax,
        "gross_cents": record.gross,
        "preceding_id": None,
        "reason": record.reason,
        "record": {**rules.freeze(record), "logo_sha256": logo_sha256},
    }


def _draft(structure: Structure, lines: tuple[DraftedLine, ...], *, issuance: Issuance) -> Drafted:
    on = issuance.issued_on
    payment = terms_of(structure, on=on)
    record = rules.draft(
        tuple(drafted.line for drafted in lines),
        buyer=buyer_of(structure),
        issuance=issuance,
        due_on=rules.due_date(on, terms=payment, public_body=structure.is_public_body),
        references=references_of(structure),
    )
    return Drafted(structure, record, lines)


def _lines(
    shares: list[ShareRecord], *, labels: Mapping[int, tuple[str, str]], prices: Mapping[int, Price], vat: Vat
) -> Iterable[DraftedLine]:
    """Employees by name, then management; priced hours when the month is priced, exact shares otherwise."""
    for share in sorted(shares, key=lambda s: (s.pool is Pool.MANAGEMENT, labels.get(s.employee_id or 0, ("", "")))):
        if share.pool is Pool.MANAGEMENT:
            if not prices:
                line = rules.shared_line("Frais de gestion du groupement", amount=share.amount, vat=vat)
                yield DraftedLine(line, None, share.share_id, None)
            continue
        name, job = labels[share.employee_id or 0]
        label = f"Mise à disposition : {name}"
        price = prices.get(share.employee_id or 0)
        if price is None:
            line = rules.shared_line(label, amount=share.amount, vat=vat, minutes=share.minutes, detail=job)
        else:
            line = rules.price_line(label, minutes=share.minutes, unit_price=price.rate, vat=vat, detail=job)
        yield DraftedLine(line, share.employee_id, share.share_id, price.id if price else None)


def _fields(issuance: Issuance) -> dict[str, Any]:
    return {name: getattr(issuance, name) for name in Issuance.__slots__}


def is_priced(kind: LineKind) -> bool:
    """Whether a line is hours at a price."""
    return kind is LineKind.PRICED
