"""Rows of contributions and of the variants that are studied; what was voted is a decision of governance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.contributions.rules.kinds import Product
from coopter.plumbing.database import Base, EnumText, JsonText, TenantRow, UtcDateTime, tenant_keys


class Contribution(TenantRow, Base):
    """Something that members owe as members; its formula is the decision in force `contribution-formula`."""

    __tablename__ = "contribution"
    __table_args__ = (UniqueConstraint("grouping_id", "name"), *tenant_keys(parent=True))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    product: Mapped[Product] = mapped_column(EnumText(Product))
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Variant(TenantRow, Base):
    """A formula being studied, with the test cases written beside it."""

    __tablename__ = "contribution_variant"
    __table_args__ = (
        UniqueConstraint("grouping_id", "contribution_id", "name"),
        *tenant_keys(parents=[("contribution_id", "contribution")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contribution_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    formula: Mapped[Any] = mapped_column(JsonText)
    cases: Mapped[Any] = mapped_column(JsonText)  # [{"figures": {...}, "days": 365, "expected": cents}]
    item_id: Mapped[int | None] = mapped_column(BigInteger)  # the resolution that it became
    written_by: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class MemberType(TenantRow, Base):
    """The type of a member for fees by type: « association », « collectivité »…"""

    __tablename__ = "member_type"
    __table_args__ = (
        UniqueConstraint("grouping_id", "structure_id"),
        *tenant_keys(parents=[("structure_id", "structure")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
