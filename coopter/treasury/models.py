"""Rows of the treasury."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.plumbing.database import Base, EnumText, MoneyType, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected
from coopter.treasury.rules import Means
from coopter.values.money import Money


@protected
class Payment(TenantRow, Base):
    """Money received from a member for one document; a mistake is mirrored by `PaymentReversal`, never edited."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("ix_payment_structure", "grouping_id", "structure_id"),
        *tenant_keys(parents=[("structure_id", "structure"), ("invoice_id", "invoice")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    received_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[Money] = mapped_column("amount_cents", MoneyType)
    means: Mapped[Means] = mapped_column(EnumText(Means))
    reference: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class PaymentReversal(TenantRow, Base):
    """A payment that did not take place after all, and why."""

    __tablename__ = "payment_reversal"
    __table_args__ = (
        UniqueConstraint("grouping_id", "payment_id"),
        *tenant_keys(parents=[("payment_id", "payment")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    payment_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
