"""Rows of the texts to sign, their versions, and the commitments they carry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.governance.rules.kinds import PeerOpinion, TextKind
from coopter.plumbing.database import Base, EnumText, JsonText, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected


class GoverningText(TenantRow, Base):
    """A charter, an agreement, internal rules, minutes: what people sign, over its versions."""

    __tablename__ = "governing_text"
    __table_args__ = (
        Index("ix_governing_text_subject", "grouping_id", "subject"),
        *tenant_keys(parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[TextKind] = mapped_column(EnumText(TextKind))
    title: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, default="")  # "placement:12", "assembly:3", "admission:4" or nothing
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TextVersion(TenantRow, Base):
    """One version of a text while it is written; once frozen, `FrozenText` holds what counts."""

    __tablename__ = "text_version"
    __table_args__ = (
        UniqueConstraint("grouping_id", "text_id", "number"),
        *tenant_keys(parents=[("text_id", "governing_text")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    text_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)  # Markdown with {{merge fields}}
    fields: Mapped[Any] = mapped_column(JsonText)  # the merge fields' values, by name
    what_changed: Mapped[str] = mapped_column(Text, default="")
    written_by: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class TextAnnex(TenantRow, Base):
    """A file joined to a version, by the SHA-256 of its bytes."""

    __tablename__ = "text_annex"
    __table_args__ = tenant_keys(parents=[("version_id", "text_version")])

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)


@protected
class FrozenText(TenantRow, Base):
    """A version as it may be signed: merged text, annexes and PDF bound by their SHA-256; never changed (R36)."""

    __tablename__ = "frozen_text"
    __table_args__ = (
        UniqueConstraint("grouping_id", "version_id"),
        UniqueConstraint("grouping_id", "text_id", "number"),
        *tenant_keys(parents=[("version_id", "text_version"), ("text_id", "governing_text")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger)
    text_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)  # Markdown, merge fields filled in
    annexes: Mapped[Any] = mapped_column(JsonText)  # [{"name", "sha256", "size"}]
    pdf_sha256: Mapped[str] = mapped_column(Text)
    frozen_by: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Commitment(TenantRow, Base):
    """What signatories of a charter promise to follow: an indicator and its target."""

    __tablename__ = "commitment"
    __table_args__ = tenant_keys(parents=[("text_id", "governing_text")], parent=True)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    text_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    theme: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    indicator: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text, default="")
    target: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CommitmentReport(TenantRow, Base):
    """What one structure did for one commitment in one year, with its evidence."""

    __tablename__ = "commitment_report"
    __table_args__ = (
        UniqueConstraint("grouping_id", "commitment_id", "structure_id", "year"),
        *tenant_keys(parents=[("commitment_id", "commitment"), ("structure_id", "structure")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    value: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text, default="")
    evidence_sha256: Mapped[str | None] = mapped_column(Text)
    evidence_name: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[str] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class CommitmentReview(TenantRow, Base):
    """What another structure says of a report: the yearly review among peers."""

    __tablename__ = "commitment_review"
    __table_args__ = (
        UniqueConstraint("grouping_id", "report_id", "structure_id"),
        *tenant_keys(parents=[("report_id", "commitment_report"), ("structure_id", "structure")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    report_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int] = mapped_column(BigInteger)  # whose representative reviewed
    opinion: Mapped[PeerOpinion] = mapped_column(EnumText(PeerOpinion))
    comment: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[str] = mapped_column(Text)
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
