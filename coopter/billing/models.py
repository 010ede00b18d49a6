"""Rows of the billing room. Sign: amounts of a credit note are positive, its kind says which way the money goes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.billing.record import Kind, LineKind
from coopter.plumbing.database import (
    Base,
    EnumText,
    JsonText,
    MoneyType,
    MonthType,
    RateType,
    TenantRow,
    UtcDateTime,
    tenant_keys,
)
from coopter.plumbing.journal import protected
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate


class NumberSeries(TenantRow, Base):
    """The last number taken in a series and year; its row lock makes the numbers continuous."""

    __tablename__ = "number_series"
    __table_args__ = (
        UniqueConstraint("grouping_id", "series", "year"),
        CheckConstraint("last_number >= 0", name="number"),
        *tenant_keys(),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    series: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(Integer)
    last_number: Mapped[int] = mapped_column(Integer)
    last_issued_on: Mapped[date] = mapped_column(Date)


@protected
class Invoice(TenantRow, Base):
    """An issued invoice or credit note: never edited, never deleted."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("grouping_id", "number"),
        UniqueConstraint("grouping_id", "series", "year", "sequence"),
        UniqueConstraint("grouping_id", "preceding_id"),  # an invoice is credited once
        CheckConstraint("gross_cents = net_cents + tax_cents", name="total"),
        CheckConstraint("due_on >= issued_on", name="due"),
        Index("ix_invoice_month", "grouping_id", "month"),
        Index("ix_invoice_structure", "grouping_id", "structure_id"),
        Index("ix_invoice_run", "grouping_id", "run_id"),
        *tenant_keys(
            parents=[
                ("structure_id", "structure"),
                ("preceding_id", "invoice"),
                ("corrects_id", "invoice"),
                ("run_id", "call_run"),
            ],
            parent=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[Kind] = mapped_column(EnumText(Kind))
    number: Mapped[str] = mapped_column(Text)
    series: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)
    month: Mapped[Month] = mapped_column(MonthType)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    net: Mapped[Money] = mapped_column("net_cents", MoneyType)
    tax: Mapped[Money] = mapped_column("tax_cents", MoneyType)
    gross: Mapped[Money] = mapped_column("gross_cents", MoneyType)
    preceding_id: Mapped[int | None] = mapped_column(BigInteger)  # the document that a credit note cancels, whole
    corrects_id: Mapped[int | None] = mapped_column(BigInteger)  # the one that a correction lowers, in part (0008)
    run_id: Mapped[int | None] = mapped_column(BigInteger)  # the call of a contribution; null = a month of work
    reason: Mapped[str] = mapped_column(Text, default="")  # why a credit note was issued
    record: Mapped[Any] = mapped_column(JsonText)  # parties, terms, mentions, VAT as printed
    issued_by: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class InvoiceLine(TenantRow, Base):
    """One line of an issued invoice; `share_id` leads to the cost share, `decision_id` to who decided."""

    __tablename__ = "invoice_line"
    __table_args__ = (
        UniqueConstraint("grouping_id", "invoice_id", "position"),
        *tenant_keys(
            parents=[
                ("invoice_id", "invoice"),
                ("share_id", "cost_share"),
                ("decision_id", "decision"),
                ("call_id", "contribution_call"),
            ]
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[LineKind] = mapped_column(EnumText(LineKind))
    label: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, default="")
    employee_id: Mapped[int | None] = mapped_column(BigInteger)
    minutes: Mapped[int | None] = mapped_column(BigInteger)
    quantity_hundredths: Mapped[int] = mapped_column(BigInteger)
    unit_price: Mapped[Rate | None] = mapped_column("unit_price_ten_thousandths", RateType)
    amount: Mapped[Money] = mapped_column("amount_cents", MoneyType)
    share_id: Mapped[int | None] = mapped_column(BigInteger)
    call_id: Mapped[int | None] = mapped_column(BigInteger)
    decision_id: Mapped[int | None] = mapped_column(BigInteger)  # the key or the price; null = the default key


@protected
class InvoiceDocument(TenantRow, Base):
    """The one PDF and the one XML of an invoice, by the SHA-256 of their bytes."""

    __tablename__ = "invoice_document"
    __table_args__ = (
        UniqueConstraint("grouping_id", "invoice_id"),
        *tenant_keys(parents=[("invoice_id", "invoice")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    pdf_sha256: Mapped[str] = mapped_column(Text)
    xml_sha256: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
