"""Rows of the figures that members declare, and of the campaigns that ask for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.contributions.rules.kinds import Base as Measure
from coopter.contributions.rules.kinds import FigureState
from coopter.plumbing.database import Base, EnumText, JsonText, TenantRow, UtcDateTime, tenant_keys


class FigureCampaign(TenantRow, Base):
    """The figures of one year asked of the members, until a day."""

    __tablename__ = "figure_campaign"
    __table_args__ = (UniqueConstraint("grouping_id", "year"), *tenant_keys(parent=True))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    bases: Mapped[Any] = mapped_column(JsonText)  # the names of what is asked
    due_on: Mapped[date] = mapped_column(Date)
    message: Mapped[str] = mapped_column(Text, default="")
    opened_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Figure(TenantRow, Base):
    """One figure of one structure for one year, with its evidence; `amount` in the base's own unit."""

    __tablename__ = "figure"
    __table_args__ = (
        UniqueConstraint("grouping_id", "structure_id", "year", "base"),
        Index("ix_figure_year", "grouping_id", "year"),
        *tenant_keys(parents=[("structure_id", "structure")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    base: Mapped[Measure] = mapped_column(EnumText(Measure))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[FigureState] = mapped_column(EnumText(FigureState))
    method: Mapped[str] = mapped_column(Text, default="")  # how it was estimated, or where it comes from
    comment: Mapped[str] = mapped_column(Text, default="")
    evidence_sha256: Mapped[str | None] = mapped_column(Text)
    evidence_name: Mapped[str] = mapped_column(Text, default="")
    written_by: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_by: Mapped[str] = mapped_column(Text, default="")
    sent_back_because: Mapped[str] = mapped_column(Text, default="")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class FigureReminder(TenantRow, Base):
    """A reminder sent to one structure, in its turn."""

    __tablename__ = "figure_reminder"
    __table_args__ = tenant_keys(parents=[("campaign_id", "figure_campaign"), ("structure_id", "structure")])

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
