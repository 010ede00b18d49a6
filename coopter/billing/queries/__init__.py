"""Reads of the billing room."""

from coopter.billing.queries.invoices import (
    InvoiceSummary,
    documents_missing,
    find_credit_note,
    find_document,
    get_invoice,
    invoices_of_month,
    list_invoices,
    list_lines,
)
from coopter.billing.queries.parties import buyer_of, issuance_of, logo_of, seller_of, terms_of
from coopter.billing.queries.records import bare_records, invoice_record

__all__ = [
    "InvoiceSummary",
    "bare_records",
    "buyer_of",
    "documents_missing",
    "find_credit_note",
    "find_document",
    "get_invoice",
    "invoice_record",
    "invoices_of_month",
    "issuance_of",
    "list_invoices",
    "list_lines",
    "logo_of",
    "seller_of",
    "terms_of",
]
