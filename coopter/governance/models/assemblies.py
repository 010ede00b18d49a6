"""Rows of bodies and their seats, of assemblies, agendas, proxies and presence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coopter.governance.rules.kinds import (
    AssemblyMode,
    AssemblyState,
    AttendanceMeans,
    BallotMethod,
    BodyKind,
    ItemForm,
    ItemState,
)
from coopter.plumbing.database import Base, EnumText, JsonText, TenantRow, UtcDateTime, tenant_keys

_LIVE = text("revoked_at IS NULL")
_INSIDE = text("left_at IS NULL")


class Body(TenantRow, Base):
    """Who decides together; its rules are a decision in force of kind `body-rules`, taken from the statutes."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("grouping_id", "name"), *tenant_keys(parent=True))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[BodyKind] = mapped_column(EnumText(BodyKind))
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BodySeat(TenantRow, Base):
    """A seat of a body during a term, [starts_on, ends_on): a structure's (its representatives speak) or a person's."""

    __tablename__ = "body_seat"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="term"),
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("structure_id IS NOT NULL OR person_id IS NOT NULL", name="holder"),
        Index("ix_body_seat_body", "grouping_id", "body_id"),
        *tenant_keys(parents=[("body_id", "body"), ("structure_id", "structure")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    body_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)  # as printed on the attendance sheet
    category: Mapped[str] = mapped_column(Text, default="")  # SCIC: category of associates, distinct from the college
    college: Mapped[str] = mapped_column(Text, default="")  # code of a college of the body's rules, or none
    weight: Mapped[int] = mapped_column(Integer, default=1)
    office: Mapped[str] = mapped_column(Text, default="")  # président·e, trésorier·ère…
    dues_paid_to: Mapped[date | None] = mapped_column(Date)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Assembly(TenantRow, Base):
    """One meeting or consultation of a body, with the rules that its statutes gave it on the day it was convened."""

    __tablename__ = "assembly"
    __table_args__ = (
        UniqueConstraint("door_token_hash"),
        *tenant_keys(
            parents=[
                ("body_id", "body"), ("first_call_id", "assembly"), ("minutes_text_id", "governing_text"),
            ],
            parent=True,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    body_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    mode: Mapped[AssemblyMode] = mapped_column(EnumText(AssemblyMode))
    call: Mapped[int] = mapped_column(Integer, default=1)  # 1 or 2: a second call may need a smaller quorum
    first_call_id: Mapped[int | None] = mapped_column(BigInteger)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a consultation's closing; a meeting's expected end
    place: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(Text, default="")
    record_on: Mapped[date] = mapped_column(Date)  # who belongs on this day may vote
    message: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[AssemblyState] = mapped_column(EnumText(AssemblyState))
    rules: Mapped[Any] = mapped_column(JsonText, nullable=True)  # frozen at the convocation
    rules_decision: Mapped[int | None] = mapped_column(Integer)  # the number of the decision that set them
    chair: Mapped[str] = mapped_column(Text, default="")
    secretary: Mapped[str] = mapped_column(Text, default="")
    scrutineers: Mapped[str] = mapped_column(Text, default="")
    door_token_hash: Mapped[str | None] = mapped_column(Text)  # behind the QR code of the room
    calendar_sequence: Mapped[int] = mapped_column(Integer, default=0)
    minutes_text_id: Mapped[int | None] = mapped_column(BigInteger)
    convened_by: Mapped[str] = mapped_column(Text, default="")
    convened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    annulled_because: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class AgendaItem(TenantRow, Base):
    """One point of an agenda: heard, voted or elected; it may carry the parameter that it sets when adopted."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("(motion_kind = '') = (motion_from_on IS NULL)", name="motion"),
        Index("ix_agenda_item_assembly", "grouping_id", "assembly_id", "position"),
        *tenant_keys(parents=[("assembly_id", "assembly"), ("amends_id", "agenda_item")], parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, default="")  # Markdown
    form: Mapped[ItemForm] = mapped_column(EnumText(ItemForm))
    method: Mapped[BallotMethod] = mapped_column(EnumText(BallotMethod))
    majority: Mapped[str] = mapped_column(Text, default="")  # code of a majority of the rules; "" = the first
    seats: Mapped[int] = mapped_column(Integer, default=0)  # to fill, in an election
    candidates: Mapped[Any] = mapped_column(JsonText, nullable=True)  # names, in an election
    amends_id: Mapped[int | None] = mapped_column(BigInteger)  # an amendment is voted before what it amends
    motion_kind: Mapped[str] = mapped_column(Text, default="")
    motion_subject: Mapped[str] = mapped_column(Text, default="")
    motion_value: Mapped[Any] = mapped_column(JsonText, nullable=True)
    motion_from_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[ItemState] = mapped_column(EnumText(ItemState))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notes: Mapped[str] = mapped_column(Text, default="")  # what was said, for the minutes
    version: Mapped[int] = mapped_column(Integer, default=1)


class AssemblyDocument(TenantRow, Base):
    """A file joined to a convocation, or to one of its points."""

    __tablename__ = "assembly_document"
    __table_args__ = tenant_keys(parents=[("assembly_id", "assembly"), ("item_id", "agenda_item")])

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)


class Elector(TenantRow, Base):
    """One seat as it may vote at one assembly: the roll, drawn on the record date and fixed when a vote opens."""

    __tablename__ = "elector"
    __table_args__ = (
        UniqueConstraint("grouping_id", "assembly_id", "seat_id"),
        *tenant_keys(
            parents=[("assembly_id", "assembly"), ("seat_id", "body_seat"), ("structure_id", "structure")], parent=True
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(BigInteger)
    seat_id: Mapped[int] = mapped_column(BigInteger)
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text, default="")
    college: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(Integer)
    may_vote: Mapped[bool] = mapped_column(default=True)
    why_not: Mapped[str] = mapped_column(Text, default="")


class WrittenQuestion(TenantRow, Base):
    """A question sent before an assembly, and its answer."""

    __tablename__ = "written_question"
    __table_args__ = tenant_keys(parents=[("assembly_id", "assembly"), ("elector_id", "elector")])

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(BigInteger)
    elector_id: Mapped[int] = mapped_column(BigInteger)
    question: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Proxy(TenantRow, Base):
    """A power given by an elector: to another by name, or open to whoever holds room; one live at a time."""

    __tablename__ = "proxy"
    __table_args__ = (
        CheckConstraint("holder_id IS NULL OR holder_id <> giver_id", name="two"),
        Index(
            "ux_proxy_live", "grouping_id", "assembly_id", "giver_id",
            unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE,
        ),
        *tenant_keys(parents=[("assembly_id", "assembly"), ("giver_id", "elector"), ("holder_id", "elector")]),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(BigInteger)
    giver_id: Mapped[int] = mapped_column(BigInteger)
    holder_id: Mapped[int | None] = mapped_column(BigInteger)  # none yet: open to whoever holds room
    nominative: Mapped[bool] = mapped_column(default=True)
    given_by: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_because: Mapped[str] = mapped_column(Text, default="")


class Attendance(TenantRow, Base):
    """One stay of an elector at an assembly, from arrival to departure."""

    __tablename__ = "attendance"
    __table_args__ = (
        Index(
            "ux_attendance_inside", "grouping_id", "assembly_id", "elector_id",
            unique=True, sqlite_where=_INSIDE, postgresql_where=_INSIDE,
        ),
        *tenant_keys(parents=[("assembly_id", "assembly"), ("elector_id", "elector")]),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(BigInteger)
    elector_id: Mapped[int] = mapped_column(BigInteger)
    person_name: Mapped[str] = mapped_column(Text)
    means: Mapped[AttendanceMeans] = mapped_column(EnumText(AttendanceMeans))
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
