"""Rows of the hours' room."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.hours.rules import EntryState
from coopter.plumbing.database import Base, EnumText, MonthType, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected
from coopter.values.month import Month


@protected
class TimeEntry(TenantRow, Base):
    """One employee at one structure on one day: minutes of one activity. Frozen and sealed once its month is locked."""

    __tablename__ = "time_entry"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        UniqueConstraint("grouping_id", "employee_id", "structure_id", "worked_on", "activity"),
        # What closing asks of a month (who worked where, what waits) is answered from the index alone.
        Index("ix_time_entry_month", "grouping_id", "month", "structure_id", "employee_id", "state", "minutes"),
        *tenant_keys(
            parents=[("employee_id", "employee"), ("structure_id", "structure"), ("placement_id", "placement")]
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    employee_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    placement_id: Mapped[int] = mapped_column(BigInteger)
    month: Mapped[Month] = mapped_column(MonthType)
    worked_on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int] = mapped_column(Integer)
    activity: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[EntryState] = mapped_column(EnumText(EntryState))
    logged_by: Mapped[str] = mapped_column(Text)
    logged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_because: Mapped[str | None] = mapped_column(Text)  # the coordinator's reason, in bulk
    disputed_because: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)


@protected
class MonthLock(TenantRow, Base):
    """The fact that a month is closed: nothing of it changes any more."""

    __tablename__ = "month_lock"
    __table_args__ = (UniqueConstraint("grouping_id", "month"), *tenant_keys())

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month: Mapped[Month] = mapped_column(MonthType)
    locked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_by: Mapped[str] = mapped_column(Text)
