"""Reads of the treasury."""

from coopter.treasury.queries.accounts import (
    AccountLine,
    AccountSummary,
    LineKind,
    Statement,
    account_summaries,
    statement_of,
)
from coopter.treasury.queries.payments import (
    Overdue,
    OwedDocument,
    PaymentRecord,
    get_payment,
    overdue,
    owed_document,
    owed_documents,
    payments_of,
)

__all__ = [
    "AccountLine", "AccountSummary", "LineKind", "Overdue", "OwedDocument", "PaymentRecord", "Statement",
    "account_summaries", "get_payment", "overdue", "owed_document", "owed_documents", "payments_of", "statement_of",
]  # fmt: skip
