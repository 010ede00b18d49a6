"""Issuing the documents of a call of contributions: numbered, frozen and sealed as a month's invoices are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from coopter.billing import policies
from coopter.billing.commands.documents import order_documents
from coopter.billing.commands.issue import INVOICES, LINES, IssuedInvoice, write_invoices
from coopter.billing.queries.calls import drafts_of_run
from coopter.billing.queries.drafts import Drafted
from coopter.contributions.queries.calls import get_run
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import total
from coopter.values.month import Month


@command
def issue_calls(actor: Actor, *, run_id: int, on: date, at: datetime) -> tuple[IssuedInvoice, ...]:
    """Number, freeze, seal and order the documents of a run's calls that have none: invoices, and the credit notes of
    what is lowered in the other series. Running it again issues only what is still to issue (rows R4, R10).

    Raises NotFound, SeriesAhead, NothingToLower, and the refusals of `rules.draft`.
    """
    require(policies.can_issue_invoices(actor))
    take_turn()
    run = get_run(run_id)
    grouping = members.get_grouping_by_id(run.grouping_id)
    drafts = drafts_of_run(run_id, on=on, at=at)
    asked = [one for one in drafts if not one.record.is_credit_note]
    lowered = [one for one in drafts if one.record.is_credit_note]

    def written(some: Sequence[Drafted], series: str) -> tuple[IssuedInvoice, ...]:
        return write_invoices(actor, grouping, some, series=series, month=Month.of(on), at=at, run_id=run_id)

    issued = (*written(asked, grouping.invoice_series), *written(lowered, grouping.credit_series))
    ids = [one.id for one in issued]
    if ids:
        sealed = {INVOICES: [INVOICES.c.id.in_(ids)], LINES: [LINES.c.invoice_id.in_(ids)]}
        after = {
            "documents": len(ids), "numbers": [issued[0].number, issued[-1].number], "on": on,
            "gross": total(one.record.effect for one in drafts),
        }  # fmt: skip
        journal.record(actor, "calls.issued", f"call_run:{run_id}", at=at, after=after, sealed=sealed)
        order_documents(ids, at=at)
    return issued
