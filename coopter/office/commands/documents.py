"""Documents by hand: render what has none, several at once; the same bytes as the worker would make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from coopter.billing import commands as billing
from coopter.billing import queries as invoices
from coopter.office import policies
from coopter.plumbing import outbox, tenancy
from coopter.plumbing.files import FileDamaged
from coopter.plumbing.parallel import in_threads
from coopter.plumbing.pdf.renderer import DocumentFailed, DocumentTooHeavy
from coopter.plumbing.transaction import end_reads, require
from coopter.values.actor import Actor
from coopter.values.month import Month

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rendered:
    """How many documents were made, and the sentence of each one that could not be."""

    made: int
    failed: tuple[str, ...]


def render_documents(
    actor: Actor, *, at: datetime, workers: int, month: Month | None = None, progress: Progress = lambda d, t: None
) -> Rendered:
    """Render the grouping's missing documents (of one month, or all); running it again makes none twice."""
    require(policies.can_render_documents(actor))
    missing = invoices.documents_missing()
    if month is not None:
        wanted = {invoice.id for invoice in invoices.invoices_of_month(month)}
        missing = tuple(invoice_id for invoice_id in missing if invoice_id in wanted)
    end_reads()
    make = partial(_make, grouping_id=actor.grouping_id, at=at)
    sentences = in_threads(make, missing, workers=workers, progress=progress)
    failed = tuple(sentence for sentence in sentences if sentence)
    return Rendered(len(missing) - len(failed), failed)


def _make(invoice_id: int, *, grouping_id: int | None, at: datetime) -> str:
    """Make one document as the drain of the outbox would; returns what went wrong, or nothing."""
    key = f"document:{grouping_id}:{invoice_id}"
    try:
        billing.make_document(outbox.Effect(0, key, grouping_id, {"invoice": invoice_id}, at))
    except (DocumentFailed, DocumentTooHeavy, FileDamaged, OSError) as failure:
        return f"facture {invoice_id} : {failure}"
    assert grouping_id is not None, "make_document refuses an effect without a grouping"
    with tenancy.scope(grouping_id):
        outbox.settle(key, at=at)
    return ""
