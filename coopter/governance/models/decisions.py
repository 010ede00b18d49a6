"""Rows of what was decided: the one register from which every room reads what is in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.governance.rules.kinds import Basis
from coopter.plumbing.database import Base, EnumText, JsonText, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected


@protected
class Decision(TenantRow, Base):
    """One thing decided, from a day on; a later one replaces it, nobody edits it.

    `kind` names the parameter (its room registers it), `subject` what it is about ("" = the whole grouping), `value`
    what was decided, as that room reads it.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("grouping_id", "number"),
        CheckConstraint("(basis = 'resolution') = (item_id IS NOT NULL)", name="basis"),
        Index("ix_decision_kind", "grouping_id", "kind", "from_on"),
        *tenant_keys(parents=[("item_id", "agenda_item")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)  # 1, 2, 3… in a grouping, all kinds together
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, default="")
    value: Mapped[Any] = mapped_column(JsonText, nullable=True)
    from_on: Mapped[date] = mapped_column(Date)
    basis: Mapped[Basis] = mapped_column(EnumText(Basis))
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[str] = mapped_column(Text)  # the citation that invoices print
    author: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class DecisionAnnulment(TenantRow, Base):
    """A decision that never counts any more, and why."""

    __tablename__ = "decision_annulment"
    __table_args__ = (
        UniqueConstraint("grouping_id", "decision_id"),
        *tenant_keys(parents=[("decision_id", "decision")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    decision_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
