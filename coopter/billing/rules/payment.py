"""Payment: what a banking application reads from the code on the page."""

from coopter.billing.record import InvoiceRecord

_MAX_CENTS = 99_999_999_999


def epc_payload(record: InvoiceRecord) -> str | None:
    """The text of the EPC QR code (EPC069-12, version 002, UTF-8) for the amount to pay, or None.

    None where there is nothing to pay (a credit note, a zero total), no account, or an amount beyond the format.
    The text names the invoice; BIC may stay empty.
    """
    account, cents = record.account, record.gross.cents
    if account is None or record.is_credit_note or not 0 < cents <= _MAX_CENTS:
        return None
    amount = f"EUR{record.gross.decimal}"
    text = f"Facture {record.number}"[:140]
    fields = ["BCD", "002", "1", "SCT", account.bic, account.name[:70], account.iban, amount, "", "", text]
    return "\n".join(field.replace("\n", " ") for field in fields)
