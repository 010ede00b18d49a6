"""Rows of signature campaigns and of the signatures, with every attempt."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.governance.rules.kinds import RequestState
from coopter.plumbing.database import Base, EnumText, JsonText, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected


class SignatureCampaign(TenantRow, Base):
    """Who is asked to sign one frozen text, in order or all at once."""

    __tablename__ = "signature_campaign"
    __table_args__ = tenant_keys(parents=[("frozen_id", "frozen_text")], parent=True)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    frozen_id: Mapped[int] = mapped_column(BigInteger)
    in_order: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str] = mapped_column(Text, default="")
    consent: Mapped[str] = mapped_column(Text)  # the sentence that each signatory agrees to
    closes_on: Mapped[date | None] = mapped_column(Date)
    opened_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignatureRequest(TenantRow, Base):
    """One signatory of a campaign: capacity, turn, and the hashes of the link and of the code by mail (R37)."""

    __tablename__ = "signature_request"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_signature_request_campaign", "grouping_id", "campaign_id", "position"),
        *tenant_keys(
            parents=[
                ("campaign_id", "signature_campaign"),
                ("structure_id", "structure"),
                ("delegate_of_id", "signature_request"),
            ],
            parent=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    capacity: Mapped[str] = mapped_column(Text)  # "présidente", "salarié mis à disposition"…
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    delegate_of_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[RequestState] = mapped_column(EnumText(RequestState))
    token_hash: Mapped[str | None] = mapped_column(Text)
    token_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_hash: Mapped[str | None] = mapped_column(Text)
    code_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_attempts: Mapped[int] = mapped_column(Integer, default=0)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_because: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


@protected
class SignatureAttempt(TenantRow, Base):
    """Everything that was tried with a request: opened, code sent, wrong code, refused, signed (R37)."""

    __tablename__ = "signature_attempt"
    __table_args__ = (
        Index("ix_signature_attempt_request", "grouping_id", "request_id"),
        *tenant_keys(parents=[("request_id", "signature_request")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str] = mapped_column(Text)
    network: Mapped[str] = mapped_column(Text, default="")  # the address cut to its network
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class Signature(TenantRow, Base):
    """A simple signature in the sense of eIDAS: who agreed to which bytes, in which capacity, when and how (R36)."""

    __tablename__ = "signature"
    __table_args__ = (
        UniqueConstraint("grouping_id", "request_id"),
        *tenant_keys(
            parents=[
                ("request_id", "signature_request"), ("frozen_id", "frozen_text"), ("structure_id", "structure"),
            ],
            parent=True,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger)
    frozen_id: Mapped[int] = mapped_column(BigInteger)
    pdf_sha256: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    capacity: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(Text)
    consent: Mapped[str] = mapped_column(Text)
    network: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[Any] = mapped_column(JsonText)  # the record that the evidence file states and hashes
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class SignatureStamp(TenantRow, Base):
    """The RFC 3161 time stamp of a signature's record, when an authority is configured."""

    __tablename__ = "signature_stamp"
    __table_args__ = (
        UniqueConstraint("grouping_id", "signature_id"),
        *tenant_keys(parents=[("signature_id", "signature")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    signature_id: Mapped[int] = mapped_column(BigInteger)
    authority: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text)  # base64 of the authority's answer
    stamped_at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class SignatureWithdrawal(TenantRow, Base):
    """A signatory that is no longer bound, from a day on."""

    __tablename__ = "signature_withdrawal"
    __table_args__ = (
        UniqueConstraint("grouping_id", "signature_id"),
        *tenant_keys(parents=[("signature_id", "signature")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    signature_id: Mapped[int] = mapped_column(BigInteger)
    from_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
