"""Rows of the planning room."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.planning.rules import ShiftState
from coopter.plumbing.database import Base, EnumText, TenantRow, UtcDateTime, tenant_keys


class ShiftPattern(TenantRow, Base):
    """A weekly habit of a placement: this weekday, over [from_on, until_on), from a minute of the day to another.

    Minutes are those of the wall clock since midnight; an end over 1440 is on the next day.
    """

    __tablename__ = "shift_pattern"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(
            "starts_minute BETWEEN 0 AND 1439 AND ends_minute > starts_minute AND ends_minute < starts_minute + 1440",
            name="order",
        ),
        *tenant_keys(parents=[("placement_id", "placement")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    placement_id: Mapped[int] = mapped_column(BigInteger)
    weekday: Mapped[int] = mapped_column(Integer)
    starts_minute: Mapped[int] = mapped_column(Integer)
    ends_minute: Mapped[int] = mapped_column(Integer)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Shift(TenantRow, Base):
    """One time that an employee is expected at a structure; cancelled, never deleted, so that calendars follow."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("grouping_id", "uid"),
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_shift_day", "grouping_id", "day"),
        Index("ix_shift_employee", "grouping_id", "employee_id", "day"),
        *tenant_keys(
            parents=[("placement_id", "placement"), ("employee_id", "employee"), ("pattern_id", "shift_pattern")]
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    placement_id: Mapped[int] = mapped_column(BigInteger)
    employee_id: Mapped[int] = mapped_column(BigInteger)
    pattern_id: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ShiftState] = mapped_column(EnumText(ShiftState), default=ShiftState.PLANNED)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Feed(TenantRow, Base):
    """An employee's secret calendar address (its hash alone, R60) and the text it serves until the schedule changes."""

    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_employee", "grouping_id", "employee_id"),
        *tenant_keys(parents=[("employee_id", "employee")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    employee_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    body: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    modified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
