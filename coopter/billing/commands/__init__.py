"""What can be done with invoices: issue a month's, cancel one, issue it again, make its document."""

from coopter.billing.commands.credit import issue_again, issue_credit_note
from coopter.billing.commands.documents import attach_document, make_document, order_documents
from coopter.billing.commands.issue import Drafted, IssuedInvoice, Price, draft_month, issue_month

__all__ = [
    "Drafted",
    "IssuedInvoice",
    "Price",
    "attach_document",
    "draft_month",
    "issue_again",
    "issue_credit_note",
    "issue_month",
    "make_document",
    "order_documents",
]
