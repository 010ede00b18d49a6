"""Rows of what members give and receive, each in its own unit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from coopter.contributions.rules.kinds import GiftState, Unit
from coopter.plumbing.database import Base, EnumText, MoneyType, TenantRow, UtcDateTime, tenant_keys
from coopter.values.money import Money


class Gift(TenantRow, Base):
    """Something given by a member to another, or to the grouping (no receiver), that the other side confirms."""

    __tablename__ = "gift"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("receiver_id IS NULL OR receiver_id <> giver_id", name="two"),
        Index("ix_gift_day", "grouping_id", "given_on"),
        *tenant_keys(parents=[("giver_id", "structure"), ("receiver_id", "structure")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    giver_id: Mapped[int] = mapped_column(BigInteger)
    receiver_id: Mapped[int | None] = mapped_column(BigInteger)
    given_on: Mapped[date] = mapped_column(Date)
    unit: Mapped[Unit] = mapped_column(EnumText(Unit))
    quantity: Mapped[int] = mapped_column(BigInteger)  # in the unit's own smallest part
    what: Mapped[str] = mapped_column(Text)
    valued: Mapped[Money | None] = mapped_column("valued_cents", MoneyType)  # only where both sides wanted a value
    state: Mapped[GiftState] = mapped_column(EnumText(GiftState))
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_for_id: Mapped[int | None] = mapped_column(BigInteger)  # the structure whose side recorded it
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
