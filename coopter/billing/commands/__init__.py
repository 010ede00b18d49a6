"""What can be done with invoices: issue a month's, cancel one, issue it again, make its document."""

from coopter.billing.commands.calls import issue_calls
from coopter.billing.commands.credit import (
    AlreadyCredited,
    AlreadyIssuedAgain,
    CreditBeforeInvoice,
    NotCredited,
    ReasonMissing,
    issue_again,
    issue_credit_note,
)
from coopter.billing.commands.documents import attach_document, make_document, order_documents
from coopter.billing.commands.issue import IssuedInvoice, issue_month, write_invoices
from coopter.billing.commands.numbering import SeriesAhead, take_numbers
from coopter.billing.queries.drafts import Drafted, Price, draft_month

__all__ = [
    "AlreadyCredited",
    "AlreadyIssuedAgain",
    "CreditBeforeInvoice",
    "Drafted",
    "IssuedInvoice",
    "NotCredited",
    "Price",
    "ReasonMissing",
    "SeriesAhead",
    "attach_document",
    "draft_month",
    "issue_again",
    "issue_calls",
    "issue_credit_note",
    "issue_month",
    "make_document",
    "order_documents",
    "take_numbers",
    "write_invoices",
]
