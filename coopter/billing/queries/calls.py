"""What a call of contributions asks as documents: one a call, dues and what VAT concerns never on the same one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from coopter.billing import rules
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.queries.drafts import Drafted, DraftedLine, draft_due, on_time, treatment_of
from coopter.billing.queries.parties import issuance_of, notes_on, terms_of
from coopter.billing.queries.records import invoice_record
from coopter.billing.record import Due, Issuance, Kind, Vat
from coopter.contributions.queries.calls import CallRecord, Pairs, RunRecord, all_runs, get_run, list_calls
from coopter.contributions.rules.calls import HEADINGS
from coopter.members import queries as members
from coopter.members.models import Grouping, Structure
from coopter.plumbing.database import session
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Refusal

TAXED_AHEAD = timedelta(days=rules.TermLimits().ordinary)
"""What VAT concerns is an invoice, payable at most 60 days after its day (art. L441-10 C. com.): a later instalment is
issued when its time has come. Dues are no price: the day that was voted stands."""


class NothingToLower(Refusal):
    """%(name)s : la pièce à baisser a été annulée par un avoir. Refaites-la d'abord depuis sa page, puis appelez la
    différence."""


@dataclass(frozen=True, slots=True)
class CallDocument:
    """The document that stands for a call, or the latest of those that did."""

    call_id: int
    invoice_id: int
    kind: Kind
    number: str
    is_cancelled: bool


def documents_of_calls(run_ids: Iterable[int]) -> dict[int, CallDocument]:
    """By call, its document in force, else its latest one; one statement."""
    credit = aliased(Invoice)
    query = (
        select(InvoiceLine.call_id, Invoice.id, Invoice.kind, Invoice.number, credit.id.is_not(None))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(credit, credit.preceding_id == Invoice.id)
        .where(Invoice.run_id.in_(list(run_ids)), Invoice.preceding_id.is_(None), InvoiceLine.call_id.is_not(None))
        .order_by(Invoice.id)
    )
    found: dict[int, CallDocument] = {}
    for call_id, invoice_id, kind, number, cancelled in session().execute(query):
        one = CallDocument(call_id or 0, invoice_id, kind, number, cancelled)
        known = found.get(one.call_id)
        if known is None or known.is_cancelled or not one.is_cancelled:
            found[one.call_id] = one
    return found


def waits(call: CallRecord, *, run: RunRecord, on: date) -> bool:
    """Whether a call is not to be issued yet: taxed, and due later than an invoice of this day may be."""
    return run.is_taxed and call.due_on > on + TAXED_AHEAD


def draft_calls(
    grouping: Grouping, *, run: RunRecord, calls: Sequence[CallRecord], on: date, at: datetime
) -> tuple[Drafted, ...]:
    """The documents of these calls as they would be issued on a day, in the order given; nothing is written.

    Nothing is drafted for a call of nothing. A call below zero lowers the document of an earlier one (decision 0008):
    raises NothingToLower when that one was cancelled, and the refusals of `rules.draft`.
    """
    issuance = issuance_of(grouping, month=Month.of(on), on=on, at=at, basis="")
    structures = members.structures_by_id({call.structure_id for call in calls})
    owing = [call for call in calls if call.amount]
    return tuple(_draft(call, run, structures[call.structure_id], issuance=issuance) for call in owing)


def drafts_of_run(run_id: int, *, on: date, at: datetime) -> tuple[Drafted, ...]:
    """The documents that a run still asks for on a day: its calls without one, those that wait for their time apart."""
    run = get_run(run_id)
    grouping = members.get_grouping_by_id(run.grouping_id)
    done = documents_of_calls([run_id])
    calls = [one for one in list_calls(run_id) if one.id not in done and not waits(one, run=run, on=on)]
    return draft_calls(grouping, run=run, calls=calls, on=on, at=at)


def calls_to_issue(*, on: date) -> tuple[tuple[RunRecord, int], ...]:
    """The runs with instalments whose time to be issued has come, and how many they are; taxed calls alone wait."""
    found = []
    for run in (one for one in all_runs() if one.is_taxed):
        done = documents_of_calls([run.id])
        ready = [one for one in list_calls(run.id) if one.amount and one.id not in done]
        count = sum(1 for one in ready if not waits(one, run=run, on=on))
        if count:
            found.append((run, count))
    return tuple(found)


def _draft(call: CallRecord, run: RunRecord, structure: Structure, *, issuance: Issuance) -> Drafted:
    if structure.is_public_body:
        issuance = replace(issuance, notes=notes_on(issuance.issued_on, public=True))
    if call.amount < Money.zero():
        return _lowering(call, run, structure, issuance=issuance)
    vat = treatment_of(issuance) if run.is_taxed else rules.OUTSIDE_VAT
    delay = terms_of(public_body=structure.is_public_body, on=issuance.issued_on)
    on = issuance.issued_on
    due_on = call.due_on if call.due_on >= on else on_time(on, delay=delay, structure=structure)
    return _drafted(call, run, structure, vat=vat, issuance=issuance, due_on=due_on)


def _lowering(call: CallRecord, run: RunRecord, structure: Structure, *, issuance: Issuance) -> Drafted:
    """A credit note on the document of the call that this one lowers, taxed as that one was."""
    earlier = _document_to_lower(call)
    if earlier is None:
        raise NothingToLower(name=structure.legal_name)
    lowered = invoice_record(earlier)
    vat, day = lowered.vat_lines[0].vat, issuance.issued_on
    drafted = _drafted(call, run, structure, vat=vat, issuance=issuance, due_on=day)
    note = rules.correcting_note(drafted.record, lowers=lowered, reason=f"Correction : {call.summary}")
    return replace(drafted, record=note, corrects_id=earlier)


def _drafted(
    call: CallRecord, run: RunRecord, structure: Structure, *, vat: Vat, issuance: Issuance, due_on: date
) -> Drafted:
    due = due_of(call, run)
    line = rules.due_line(due.title, amount=abs(call.amount), vat=vat, detail=str(call.summary))
    lines = (DraftedLine(line, None, None, run.decision_id, run.decided_by, call.id),)
    return draft_due(structure, lines, issuance=issuance, due=due, due_on=due_on)


def _document_to_lower(call: CallRecord) -> int | None:
    """The document in force of the call that this one lowers."""
    credit = aliased(Invoice)
    query = (
        select(Invoice.id)
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .outerjoin(credit, credit.preceding_id == Invoice.id)
        .where(InvoiceLine.call_id == call.lowers, Invoice.kind == Kind.INVOICE, credit.id.is_(None))
    )
    return session().scalar(query.order_by(Invoice.id.desc()).limit(1))


def due_of(call: CallRecord, run: RunRecord) -> Due:
    """What the document says of its call: in French, as every document, and frozen with it."""
    return Due(
        heading=str(HEADINGS[run.product]),
        name=run.name,
        year=run.year,
        instalment=call.instalment,
        instalments=call.instalments,
        sentences=tuple(str(one) for one in call.sentences),
        figures=_in_french(call.figures),
        steps=_in_french(call.steps),
        is_correction=run.is_correction,
    )


def _in_french(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    return tuple((str(label), str(value)) for label, value in pairs)
