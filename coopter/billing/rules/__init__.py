"""The trade of invoicing, decided from arguments alone: lines, VAT, terms, numbers, drafts and their mirrors."""

from coopter.billing.rules.drafting import (
    AlreadyNumbered,
    DoesNotAddUp,
    MixedLines,
    MixedVat,
    NegativeTotal,
    NotAnInvoice,
    NothingToInvoice,
    check_record,
    correcting_note,
    credit_note,
    draft,
    numbered,
)
from coopter.billing.rules.freezing import freeze, only_vat, thaw
from coopter.billing.rules.lines import coefficient_price, due_line, hourly_rate, price_line, shared_line
from coopter.billing.rules.numbering import BadNumber, invoice_number
from coopter.billing.rules.parties import einvoice_address, missing_mentions
from coopter.billing.rules.payment import epc_payload
from coopter.billing.rules.terms import (
    LegalTerms,
    PaymentTerms,
    TermLimits,
    TermsTooLong,
    due_date,
    legal_notes,
)
from coopter.billing.rules.vat import OUTSIDE_VAT, MissingVatRate, treatment, vat_due, vat_lines

__all__ = [
    "OUTSIDE_VAT",
    "AlreadyNumbered",
    "BadNumber",
    "DoesNotAddUp",
    "LegalTerms",
    "MissingVatRate",
    "MixedLines",
    "MixedVat",
    "NegativeTotal",
    "NotAnInvoice",
    "NothingToInvoice",
    "PaymentTerms",
    "TermLimits",
    "TermsTooLong",
    "check_record",
    "coefficient_price",
    "correcting_note",
    "credit_note",
    "draft",
    "due_date",
    "due_line",
    "einvoice_address",
    "epc_payload",
    "freeze",
    "hourly_rate",
    "invoice_number",
    "legal_notes",
    "missing_mentions",
    "numbered",
    "only_vat",
    "price_line",
    "shared_line",
    "thaw",
    "treatment",
    "vat_due",
    "vat_lines",
]
