"""Rows of a cooperative's capital: one movement per act, never edited."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.governance.rules.kinds import CapitalAct
from coopter.plumbing.database import Base, EnumText, MoneyType, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected
from coopter.values.money import Money


@protected
class CapitalMovement(TenantRow, Base):
    """Shares subscribed, transferred or redeemed: from one associate, to another, or from and to the cooperative."""

    __tablename__ = "capital_movement"
    __table_args__ = (
        UniqueConstraint("grouping_id", "number"),
        CheckConstraint("shares > 0", name="shares"),
        CheckConstraint("act <> 'transfer' OR (from_seat_id IS NOT NULL AND to_seat_id IS NOT NULL)", name="transfer"),
        *tenant_keys(parents=[("from_seat_id", "body_seat"), ("to_seat_id", "body_seat")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    act: Mapped[CapitalAct] = mapped_column(EnumText(CapitalAct))
    from_seat_id: Mapped[int | None] = mapped_column(BigInteger)  # who gives shares up; an associate is a seat
    to_seat_id: Mapped[int | None] = mapped_column(BigInteger)  # who receives them
    shares: Mapped[int] = mapped_column(Integer)
    nominal: Mapped[Money] = mapped_column("nominal_cents", MoneyType)
    on: Mapped[date] = mapped_column("moved_on", Date)
    paid_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
