"""Invoices and credit notes: drafted from shares, numbered, frozen, printed."""
