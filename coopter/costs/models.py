"""Rows of the costs' room. Sign: a cost is positive, an aid received is negative."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.costs.rules import CostKind, KeyMethod, Pool
from coopter.plumbing.database import (
    Base,
    EnumText,
    MoneyType,
    MonthType,
    TenantRow,
    UtcDateTime,
    tenant_keys,
)
from coopter.plumbing.journal import protected
from coopter.values.money import Money
from coopter.values.month import Month


@protected
class CostLine(TenantRow, Base):
    """One cost of one month: an employee's, or the grouping's when no employee is named. Frozen with its month."""

    __tablename__ = "cost_line"
    __table_args__ = (
        Index("ix_cost_line_month", "grouping_id", "month", "employee_id"),
        *tenant_keys(parents=[("employee_id", "employee")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month: Mapped[Month] = mapped_column(MonthType)
    employee_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[CostKind] = mapped_column(EnumText(CostKind))
    label: Mapped[str] = mapped_column(Text)
    amount: Mapped[Money] = mapped_column("amount_cents", MoneyType)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


@protected
class CostSplit(TenantRow, Base):
    """One pool of one closed month, as it was split: the amount, the decision followed and its total weight."""

    __tablename__ = "cost_split"
    __table_args__ = (
        Index("ix_cost_split_month", "grouping_id", "month"),
        CheckConstraint("total_weight >= 0", name="weight"),
        *tenant_keys(parents=[("employee_id", "employee"), ("decision_id", "decision")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month: Mapped[Month] = mapped_column(MonthType)
    pool: Mapped[Pool] = mapped_column(EnumText(Pool))
    employee_id: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[Money] = mapped_column("amount_cents", MoneyType)
    decision_id: Mapped[int | None] = mapped_column(BigInteger)  # null = the default key, by minutes
    decision_number: Mapped[int] = mapped_column(Integer)  # 0 = the default key
    method: Mapped[KeyMethod] = mapped_column(EnumText(KeyMethod))
    decided_by: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    total_weight: Mapped[int] = mapped_column(BigInteger)
    total_minutes: Mapped[int] = mapped_column(BigInteger)


@protected
class CostShare(TenantRow, Base):
    """One structure's part of one split: its weight, its minutes, its cents."""

    __tablename__ = "cost_share"
    __table_args__ = (
        UniqueConstraint("grouping_id", "split_id", "structure_id"),
        *tenant_keys(parents=[("split_id", "cost_split"), ("structure_id", "structure")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    split_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    weight: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Money] = mapped_column("amount_cents", MoneyType)
