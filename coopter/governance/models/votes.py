"""Rows of votes. Nothing links a secret ballot to its voter: no key, no instant, no order (R34)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coopter.governance.rules.kinds import Verdict
from coopter.plumbing.database import Base, EnumText, JsonText, TenantRow, UtcDateTime, tenant_keys
from coopter.plumbing.journal import protected

_NO_ORDER = {"sqlite_with_rowid": False}  # a rowid would tell who voted when


class VoterRoll(TenantRow, Base):
    """Who may vote on one point, with which weight and by whose hand; written when the vote opens, then fixed (R33)."""

    __tablename__ = "voter_roll"
    __table_args__ = (
        UniqueConstraint("grouping_id", "item_id", "elector_id"),
        *tenant_keys(parents=[("item_id", "agenda_item"), ("elector_id", "elector"), ("hand_id", "elector")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigInteger)
    elector_id: Mapped[int] = mapped_column(BigInteger)
    hand_id: Mapped[int | None] = mapped_column(BigInteger)  # itself or its holder; None: neither there nor represented
    college: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(Integer)
    has_voted: Mapped[bool] = mapped_column(default=False)


class Ballot(TenantRow, Base):
    """A named ballot, of a show of hands or a roll call."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("grouping_id", "item_id", "elector_id"),
        *tenant_keys(parents=[("item_id", "agenda_item"), ("elector_id", "elector")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigInteger)
    elector_id: Mapped[int] = mapped_column(BigInteger)
    choice: Mapped[Any] = mapped_column(JsonText)  # "yes", "no", "abstain", "blank", or the names chosen
    cast_by: Mapped[str] = mapped_column(Text)
    cast_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SealedBallot(TenantRow, Base):
    """A secret ballot while the vote is open, encrypted with a key that no backup of the database holds."""

    __tablename__ = "sealed_ballot"
    __table_args__ = (*tenant_keys(parents=[("item_id", "agenda_item")]), _NO_ORDER)

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # random
    item_id: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[str] = mapped_column(Text)


class SecretBallot(TenantRow, Base):
    """A secret ballot as it is published once the vote is closed, in the order of its receipt."""

    __tablename__ = "secret_ballot"
    __table_args__ = (*tenant_keys(parents=[("item_id", "agenda_item")]), _NO_ORDER)

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # the receipt, random, that only the voter was shown
    item_id: Mapped[int] = mapped_column(BigInteger)
    college: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(Integer)
    choice: Mapped[Any] = mapped_column(JsonText)


@protected
class Outcome(TenantRow, Base):
    """What came out of a vote, in fractions, with its ballots' hash; numbered in the register of deliberations."""

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("grouping_id", "item_id"),
        UniqueConstraint("grouping_id", "number"),
        *tenant_keys(parents=[("item_id", "agenda_item"), ("assembly_id", "assembly")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)  # 1, 2, 3… in a grouping: the register of deliberations
    assembly_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    verdict: Mapped[Verdict] = mapped_column(EnumText(Verdict))
    result: Mapped[Any] = mapped_column(JsonText)  # heads and weights, by college, as "numerator/denominator"
    ballots_sha256: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


@protected
class OutcomeAnnulment(TenantRow, Base):
    """A deliberation that was annulled, and why."""

    __tablename__ = "outcome_annulment"
    __table_args__ = (
        UniqueConstraint("grouping_id", "outcome_id"),
        *tenant_keys(parents=[("outcome_id", "outcome")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    outcome_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
