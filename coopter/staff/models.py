"""Rows of the staff room."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.plumbing.database import Base, TenantRow, tenant_keys


class Employee(TenantRow, Base):
    """A person whom the members employ together; an account is another thing (members.RoleGrant links them)."""

    __tablename__ = "employee"
    __table_args__ = (UniqueConstraint("grouping_id", "code"), *tenant_keys(parent=True))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

    @property
    def name(self) -> str:
        """First name, then last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Contract(TenantRow, Base):
    """What an employee's contract says from a day on, [starts_on, ends_on)."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="order"),
        CheckConstraint("weekly_minutes BETWEEN 0 AND 2880", name="weekly"),
        UniqueConstraint("grouping_id", "employee_id", "starts_on"),
        *tenant_keys(parents=[("employee_id", "employee")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    employee_id: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    weekly_minutes: Mapped[int] = mapped_column(Integer)
    job_title: Mapped[str] = mapped_column(Text)
    pay_grade: Mapped[str] = mapped_column(Text, default="")


class PotentialUser(TenantRow, Base):
    """A structure on a contract's list of potential users (Code du travail, L1253-9), from a day on."""

    __tablename__ = "potential_user"
    __table_args__ = (
        UniqueConstraint("grouping_id", "contract_id", "structure_id"),
        *tenant_keys(parents=[("contract_id", "contract"), ("structure_id", "structure")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contract_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    from_on: Mapped[date] = mapped_column(Date)


class Placement(TenantRow, Base):
    """An employee at a structure, [starts_on, ends_on)."""

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="order"),
        UniqueConstraint("grouping_id", "employee_id", "structure_id", "starts_on"),
        Index("ix_placement_structure", "grouping_id", "structure_id"),
        *tenant_keys(parents=[("employee_id", "employee"), ("structure_id", "structure")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    employee_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    weekly_minutes: Mapped[int] = mapped_column(Integer, default=0)
    site: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
