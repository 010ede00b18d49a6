"""Rows of admission, departure and what the law or the statutes ask to be done by a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.governance.rules.kinds import AdmissionState, DepartureKind, DepartureState, OpinionOnAdmission
from coopter.plumbing.database import Base, EnumText, JsonText, MoneyType, TenantRow, UtcDateTime, tenant_keys
from coopter.values.money import Money


class Admission(TenantRow, Base):
    """A structure's request to join, from the request to the signed charter."""

    __tablename__ = "admission"
    __table_args__ = tenant_keys(parents=[("structure_id", "structure"), ("item_id", "agenda_item")], parent=True)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    siret: Mapped[str] = mapped_column(Text)
    legal_form: Mapped[str] = mapped_column(Text, default="")
    activity: Mapped[str] = mapped_column(Text, default="")
    headcount: Mapped[int | None] = mapped_column(Integer)
    address: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text, default="")
    needs: Mapped[str] = mapped_column(Text, default="")
    agrees_to_charter: Mapped[bool] = mapped_column(default=False)
    entrance_fee: Mapped[Money] = mapped_column("entrance_fee_cents", MoneyType)
    deposit: Mapped[Money] = mapped_column("deposit_cents", MoneyType)
    state: Mapped[AdmissionState] = mapped_column(EnumText(AdmissionState))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    joins_on: Mapped[date | None] = mapped_column(Date)
    closed_because: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class AdmissionOpinion(TenantRow, Base):
    """What somebody thinks of a request, before it is decided."""

    __tablename__ = "admission_opinion"
    __table_args__ = tenant_keys(parents=[("admission_id", "admission"), ("structure_id", "structure")])

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    admission_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    opinion: Mapped[OpinionOnAdmission] = mapped_column(EnumText(OpinionOnAdmission))
    comment: Mapped[str] = mapped_column(Text, default="")
    given_by: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Departure(TenantRow, Base):
    """A structure that leaves or is excluded, with the debts born before."""

    __tablename__ = "departure"
    __table_args__ = tenant_keys(parents=[("structure_id", "structure"), ("item_id", "agenda_item")], parent=True)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[DepartureKind] = mapped_column(EnumText(DepartureKind))
    reason: Mapped[str] = mapped_column(Text, default="")
    notice_on: Mapped[date] = mapped_column(Date)
    effective_on: Mapped[date] = mapped_column(Date)
    state: Mapped[DepartureState] = mapped_column(EnumText(DepartureState))
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    debts: Mapped[Any] = mapped_column(JsonText, nullable=True)  # what was owed on the day it took effect
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Obligation(TenantRow, Base):
    """Something to do by a day, born of an event, with its owner and its proof."""

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("grouping_id", "kind", "subject"),
        Index("ix_obligation_due", "grouping_id", "due_on"),
        *tenant_keys(parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)  # "structure:12", "assembly:3"…
    title: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="")  # the article that asks for it
    due_on: Mapped[date] = mapped_column(Date)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by: Mapped[str] = mapped_column(Text, default="")
    proof_sha256: Mapped[str | None] = mapped_column(Text)
    proof_name: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class ObligationFeed(TenantRow, Base):
    """The private calendar address of one person's obligations; only the token's hash is kept."""

    __tablename__ = "obligation_feed"
    __table_args__ = (UniqueConstraint("token_hash"), *tenant_keys())

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
