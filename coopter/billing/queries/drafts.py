"""What would be invoiced, before anything is written: a month's drafts, and a cancelled invoice drafted anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from coopter.billing import rules
from coopter.billing.models import Invoice
from coopter.billing.queries.invoices import list_lines
from coopter.billing.queries.parties import buyer_of, issuance_of, notes_on, references_of, terms_of
from coopter.billing.queries.records import invoice_record
from coopter.billing.record import Due, InvoiceRecord, Issuance, Line, LineKind, Vat, VatRegime
from coopter.costs import queries as costs
from coopter.costs.queries import ShareRecord
from coopter.costs.rules import Pool, PriceUnderExemption, key_in_force
from coopter.members import queries as members
from coopter.members import rules as terms
from coopter.members.models import Grouping, Structure
from coopter.staff import queries as staff
from coopter.values.month import Month
from coopter.values.rate import Rate

MANAGEMENT = "Frais de gestion du groupement"
BY_DEFAULT = "clé par défaut, au prorata des heures"
_MOST_BASES = 3


@dataclass(frozen=True, slots=True)
class Price:
    """The price of an employee's hour in force for the month, in place of exact shares."""

    id: int
    rate: Rate
    decided_by: str


@dataclass(frozen=True, slots=True)
class DraftedLine:
    """A line with the rows that explain it, and the decision that it follows."""

    line: Line
    employee_id: int | None
    share_id: int | None
    decision_id: int | None
    basis: str = ""
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """An invoice ready to be numbered, for one structure."""

    structure: Structure
    record: InvoiceRecord
    lines: tuple[DraftedLine, ...]
    corrects_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all lines of a month are drafted with."""

    month: Month
    vat: Vat
    labels: Mapping[int, tuple[str, str]]
    prices: Mapping[int, Price]
    basis_of: Callable[[Pool, int | None], tuple[int | None, str]]


def draft_month(
    grouping: Grouping,
    *,
    month: Month,
    shares: Iterable[ShareRecord],
    prices: Mapping[int, Price],
    on: date,
    at: datetime,
) -> tuple[Drafted, ...]:
    """What would be invoiced, in the order of the structures' codes; nothing is written.

    `prices` has the employees whose hours are priced. Raises PriceUnderExemption under art. 261 B, and the refusals
    of `rules.draft`: MixedLines, NegativeTotal.
    """
    by_structure: dict[int, list[ShareRecord]] = {}
    for share in shares:
        by_structure.setdefault(share.structure_id, []).append(share)
    issuance = issuance_of(grouping, month=month, on=on, at=at, basis="")
    if prices and issuance.vat_regime is VatRegime.EXEMPT_261B:
        raise PriceUnderExemption(day=month.last)
    public = replace(issuance, notes=notes_on(on, public=True))
    desk = _desk(month, issuance=issuance, prices=prices)
    structures = members.structures_by_id(by_structure)
    delays = {public: terms_of(public_body=public, on=on) for public in (False, True)}
    drafts = []
    for structure in sorted(structures.values(), key=lambda s: (terms.natural_order(s.code), s.code)):
        lines = tuple(_lines(by_structure[structure.id], desk))
        if any(line.line.amount for line in lines):
            common = public if structure.is_public_body else issuance
            drafts.append(_draft(structure, lines, issuance=common, delay=delays[structure.is_public_body]))
    return tuple(drafts)


def draft_again(invoice: Invoice, *, on: date, at: datetime) -> Drafted:
    """A cancelled invoice drafted anew: the same amounts before tax; parties, VAT and terms as they now stand.

    Raises PriceUnderExemption where the month's regime was corrected to art. 261 B and the lines are priced.
    """
    grouping = members.get_grouping_by_id(invoice.grouping_id)
    structure = members.get_structure(invoice.structure_id)
    old = invoice_record(invoice.id)
    month = invoice.month if invoice.run_id is None else Month.of(on)
    issuance = issuance_of(grouping, month=month, on=on, at=at, basis=old.basis)
    if old.line_kind is LineKind.PRICED and issuance.vat_regime is VatRegime.EXEMPT_261B:
        raise PriceUnderExemption(day=invoice.month.last)
    if structure.is_public_body:
        issuance = replace(issuance, notes=notes_on(on, public=True))
    vat = rules.OUTSIDE_VAT if old.is_outside_vat else treatment_of(issuance)
    lines = tuple(
        DraftedLine(replace(line, vat=vat), row.employee_id, row.share_id, row.decision_id, old.basis, row.call_id)
        for line, row in zip(old.lines, list_lines(invoice.id), strict=True)
    )
    delay = terms_of(public_body=structure.is_public_body, on=on)
    if old.due is not None:
        due_on = old.due_on if old.due_on >= on else on_time(on, delay=delay, structure=structure)
        return draft_due(structure, lines, issuance=issuance, due=old.due, due_on=due_on)
    return _draft(structure, lines, issuance=issuance, delay=delay)


def on_time(on: date, *, delay: rules.PaymentTerms, structure: Structure) -> date:
    """The day by which a structure pays what is issued on a day."""
    return rules.due_date(on, terms=delay, public_body=structure.is_public_body)


def draft_due(
    structure: Structure, lines: tuple[DraftedLine, ...], *, issuance: Issuance, due: Due, due_on: date
) -> Drafted:
    """The document of a call, by the day that its formula says; raises the refusals of `rules.draft`."""
    record = rules.draft(
        tuple(drafted.line for drafted in lines),
        buyer=buyer_of(structure),
        issuance=replace(issuance, basis=lines[0].basis),
        due_on=due_on,
        references=references_of(structure),
        due=due,
    )
    return Drafted(structure, record, lines)


def treatment_of(issuance: Issuance) -> Vat:
    """How the month's lines are taxed, by the rate in force on its last day."""
    rate = terms.as_rate(members.parameter("vat_rate", on=issuance.period.last))
    return rules.treatment(issuance.vat_regime, rate=rate)


def _desk(month: Month, *, issuance: Issuance, prices: Mapping[int, Price]) -> _Desk:
    jobs = staff.job_titles(month.last)
    return _Desk(
        month=month,
        vat=treatment_of(issuance),
        labels={employee: (name, jobs.get(employee, "")) for employee, name in staff.employee_names().items()},
        prices=prices,
        basis_of=_bases(month),
    )


def _bases(month: Month) -> Callable[[Pool, int | None], tuple[int | None, str]]:
    """The decision that each pool of the month follows (its id, how it is cited), looked up once per pool."""
    keys = costs.list_rules()

    @cache
    def basis_of(pool: Pool, employee_id: int | None) -> tuple[int | None, str]:
        key = key_in_force(keys, pool=pool, employee_id=employee_id, on=month.first)
        return key.decision_id, key.decided_by if key.number else BY_DEFAULT

    return basis_of


def _draft(
    structure: Structure, lines: tuple[DraftedLine, ...], *, issuance: Issuance, delay: rules.PaymentTerms
) -> Drafted:
    on = issuance.issued_on
    bases = tuple(dict.fromkeys(line.basis for line in lines if line.basis))
    shown = " ; ".join(bases[:_MOST_BASES]) + (" ; …" if len(bases) > _MOST_BASES else "")
    record = rules.draft(
        tuple(drafted.line for drafted in lines),
        buyer=buyer_of(structure),
        issuance=replace(issuance, basis=shown),
        due_on=on_time(on, delay=delay, structure=structure),
        references=references_of(structure),
    )
    return Drafted(structure, record, lines)


def _lines(shares: list[ShareRecord], desk: _Desk) -> Iterator[DraftedLine]:
    """Employees by name, then management, which a price per hour already holds; empty lines are left out."""
    is_priced = any(share.employee_id in desk.prices for share in shares if share.minutes)
    for share in sorted(shares, key=lambda s: (s.pool is Pool.MANAGEMENT, desk.labels.get(s.employee_id or 0, ("",)))):
        if share.pool is Pool.MANAGEMENT and is_priced:
            continue
        drafted = _line(share, desk)
        if drafted.line.amount or drafted.line.minutes:
            yield drafted


def _line(share: ShareRecord, desk: _Desk) -> DraftedLine:
    price = desk.prices.get(share.employee_id or 0)
    if share.pool is Pool.MANAGEMENT:
        line = rules.shared_line(MANAGEMENT, amount=share.amount, vat=desk.vat)
        return DraftedLine(line, None, share.share_id, *desk.basis_of(share.pool, share.employee_id))
    name, job = desk.labels[share.employee_id or 0]
    label = f"Mise à disposition : {name}"
    if price is None:
        line = rules.shared_line(label, amount=share.amount, vat=desk.vat, minutes=share.minutes, detail=job)
        return DraftedLine(line, share.employee_id, share.share_id, *desk.basis_of(share.pool, share.employee_id))
    line = rules.price_line(label, minutes=share.minutes, unit_price=price.rate, vat=desk.vat, detail=job)
    return DraftedLine(line, share.employee_id, share.share_id, price.id, price.decided_by)
