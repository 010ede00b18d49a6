"""Rows of calls: what each member owes under which decision; billing makes documents of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.contributions.rules.kinds import CallKind
from coopter.plumbing.database import Base, EnumText, JsonText, MoneyType, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected
from coopter.values.money import Money


@protected
class CallRun(TenantRow, Base):
    """One contribution called for one year, from all members at once, by the formula in force on a day."""

    __tablename__ = "call_run"
    __table_args__ = (
        UniqueConstraint("grouping_id", "contribution_id", "year", "kind", "turn"),
        *tenant_keys(parents=[("contribution_id", "contribution"), ("decision_id", "decision")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contribution_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    kind: Mapped[CallKind] = mapped_column(EnumText(CallKind))
    turn: Mapped[int] = mapped_column(Integer)  # 1 for the first of its kind in a year, 2 for the next…
    decision_id: Mapped[int] = mapped_column(BigInteger)
    called_on: Mapped[date] = mapped_column(Date)
    total: Mapped[Money] = mapped_column("total_cents", MoneyType)
    called_by: Mapped[str] = mapped_column(Text)
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class Call(TenantRow, Base):
    """What one member owes in one run, by instalment, with everything that makes the amount."""

    __tablename__ = "contribution_call"
    __table_args__ = (
        UniqueConstraint("grouping_id", "run_id", "structure_id", "instalment"),
        CheckConstraint("instalment >= 1", name="instalment"),
        *tenant_keys(parents=[("run_id", "call_run"), ("structure_id", "structure")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    run_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    instalment: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[Money] = mapped_column("amount_cents", MoneyType)
    detail: Mapped[Any] = mapped_column(JsonText)  # figures, steps of the formula, days, what was called before
